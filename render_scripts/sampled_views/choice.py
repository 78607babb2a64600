"""Which of the views that are good are taken: none too like another, and together near the wanted label frequencies."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

VOXEL = 0.4
"""Metres: side of the cubes in which two views see the same surface."""
SURPLUS = 8
"""Good views to choose from for each that is wanted, where frequencies are asked for."""

ALIKE = "too like another"
UNNEEDED = "others suit the wanted frequencies better"


@dataclass(frozen=True, eq=False)
class Candidate:
    """A view that is good in itself: its world matrix in metres, focal length in mm, which cubes it sees (sorted,
    unique; none: like no other), and {label id: share of its labelled rays}."""

    matrix: Array
    lens: float
    seen: NDArray[np.int64]
    shares: Mapping[int, float] = field(default_factory=dict)
    name: str = ""


@dataclass
class Choice:
    """What came of it: the views in the order of their choice, how many were looked at, and why others were not."""

    chosen: list[Candidate]
    looked_at: int
    rejected: Counter[str]
    target: dict[int, float]

    @property
    def achieved(self) -> dict[int, float]:
        return mean_shares(self.chosen)


Judge = Callable[[int], "Candidate | str"]
"""The candidate of a number, or why it is none."""


Told = Callable[[Choice], None]
"""What hears how far a choice is, after each candidate."""


def choose(
    judge: Judge, count: int, most: int, like: float, target: Mapping[int, float] | str, told: Told = lambda _: None
) -> Choice:
    """Take `count` views of candidates 0, 1, ... `most` - 1; fewer where there are no more.

    `target` is {label id: wanted share}, or "none", "uniform" or "rare" of the labels that the good candidates show.
    Depends on nothing but what `judge` says.
    """
    surplus = 1 if target == "none" or target == {} else SURPLUS
    pool: list[Candidate] = []
    found = Choice([], 0, Counter(), {} if isinstance(target, str) else dict(target))
    alike = Likeness(like)
    while len(found.chosen) < count:
        while len(pool) < surplus * (count - len(found.chosen)) and found.looked_at < most:
            candidate = judge(found.looked_at)
            found.looked_at += 1
            told(found)
            if isinstance(candidate, str):
                found.rejected[candidate] += 1
            elif alike.of(candidate.seen) is not None:
                found.rejected[ALIKE] += 1
            else:
                pool.append(candidate)
        if not pool:
            return found
        if isinstance(target, str) and target != "none" and not found.target:
            found.target = wanted(target, pool)
        best = pool.pop(nearest(pool, found.chosen, found.target))
        if alike.of(best.seen) is not None:
            found.rejected[ALIKE] += 1
            continue
        found.chosen.append(best)
        alike.add(best.seen)
    if pool:
        found.rejected[UNNEEDED] += len(pool)
    return found


def wanted(balance: str, pool: Sequence[Candidate]) -> dict[int, float]:
    """Target shares: "uniform" the same for each label that the pool shows, "rare" as the roots of their frequencies,
    which lie half-way between what the scene has and uniform."""
    frequencies = mean_shares(pool)
    weights = {label: 1.0 if balance == "uniform" else share**0.5 for label, share in frequencies.items()}
    total = sum(weights.values()) or 1.0
    return {label: weight / total for label, weight in weights.items()}


def nearest(pool: Sequence[Candidate], chosen: Sequence[Candidate], target: Mapping[int, float]) -> int:
    """The first of the pool with which the mean shares come nearest to the target, by the sum of differences."""
    if not target:
        return 0
    labels = sorted(target)
    aim = np.array([target[label] for label in labels])
    so_far = _table(chosen, labels).sum(axis=0)
    means = (so_far + _table(pool, labels)) / (len(chosen) + 1)
    return int(np.round(np.abs(means - aim).sum(axis=1), 9).argmin())


def mean_shares(views: Sequence[Candidate]) -> dict[int, float]:
    """{label id: mean share}, of all labels that any of the views shows."""
    labels = sorted({label for view in views for label in view.shares})
    return dict(zip(labels, _table(views, labels).mean(axis=0).tolist())) if views else {}


def _table(views: Sequence[Candidate], labels: Sequence[int]) -> Array:
    return np.array([[view.shares.get(label, 0.0) for label in labels] for view in views]).reshape(
        len(views), len(labels)
    )


class Likeness:
    """What the views that were taken see, to ask of another how much of it is the same."""

    def __init__(self, most: float) -> None:
        """`most`: cubes that both see / cubes that any of two views sees, up to which they are not alike."""
        self._most = most
        self._sizes: list[int] = []
        self._views: dict[int, list[int]] = defaultdict(list)

    def add(self, seen: Iterable[int]) -> None:
        seen = list(seen)
        for cube in seen:
            self._views[int(cube)].append(len(self._sizes))
        self._sizes.append(len(seen))

    def of(self, seen: NDArray[np.int64]) -> int | None:
        """The number of the view that it is most like, None where it is like none."""
        common = [view for cube in seen.tolist() for view in self._views.get(cube, ())]
        if not common:
            return None
        shared = np.bincount(common, minlength=len(self._sizes))
        ratio = shared / (len(seen) + np.array(self._sizes) - shared)
        best = int(ratio.argmax())
        return best if ratio[best] > self._most else None


def cubes(points: Array) -> NDArray[np.int64]:
    """Numbers of the cubes that points (N, 3) in metres are in, sorted, each once."""
    cells = np.floor(points / VOXEL).astype(np.int64) + (1 << 20)
    return np.unique((cells[:, 0] << 42) | (cells[:, 1] << 21) | cells[:, 2])
