"""Who goes to train, val and test: seeded, shuffled, and without neighbours on both sides of a border.

Two pictures that share most of what they show must not be split: the test would measure memory. So whole groups move:

=========  ==========================================================================================================
`scene`    all frames of one scene: of one .blend, by its name or its content. The default where there are enough.
`view`     all frames of one view of a scene: one camera under one view name. The next best, and not leak-free: other
           views show the same furniture.
`block`    one scene, too few views (a moving camera): the frames in their order, cut once per border, so that only the
           frames beside a cut have neighbours on its other side. Draws of one view stay together.
`frame`    each frame alone. Right only where frames are independent draws; never chosen by itself.
`asset`    frames that show the same things of some labels (`postprocess.asset_splits`).
`hash`     each view alone, by a hash of its first frame's name and nothing else: not the seed, not the other frames. So
           a frame never moves when a dataset grows, and shares are only about as asked.
=========  ==========================================================================================================
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.words import counted

from .errors import ExportError

SPLITS = ("train", "val", "test")
NEIGHBOURS = "neighbours may be on both sides of it, and scores flatter"
METHODS = ("scene", "view", "frame", "hash")


@dataclass(frozen=True, order=True, slots=True)
class FrameKey:
    """What a split knows of a frame: its `scene`, `view`, place in time `order`, and `name`, unique among frames.

    `first` is the name that the first draw of the very same view has, or would have; "" where there are no draws.
    """

    scene: str
    view: str
    order: int
    name: str
    first: str = ""

    @property
    def first_name(self) -> str:
        return self.first or self.name

    @property
    def moment(self) -> tuple[str, str, int, str]:
        """What all draws of it share, and nothing else."""
        return self.scene, self.view, self.order, self.first_name


@dataclass(frozen=True)
class Split:
    """`of` says each frame's split by name; `method` is one of those above, or "list"; `warnings` what a person
    should know."""

    of: dict[str, str]
    method: str
    warnings: tuple[str, ...]


def check_fractions(fractions: Sequence[float]) -> tuple[float, float, float]:
    """Three numbers from 0 to 1 with sum 1 (to 1e-6), as train, val, test. Raises ExportError."""
    values = [float(value) for value in fractions]
    if len(values) != 3 or not all(0 <= value <= 1 for value in values) or abs(sum(values) - 1) > 1e-6:
        text = "/".join(f"{value:g}" for value in values)
        raise ExportError(f"split {text}: needs three fractions train/val/test from 0 to 1 with sum 1, as 0.8/0.1/0.1")
    return (values[0], values[1], values[2])


def quotas(count: int, fractions: Sequence[float]) -> list[int]:
    """`count` shared out by largest remainder (Hamilton); ties go to the earlier. Each positive fraction gets at
    least one where `count` allows. The sum is `count`."""
    exact = [count * fraction for fraction in fractions]
    shares = [int(np.floor(value + 1e-9)) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda at: (-(exact[at] - shares[at]), at))
    for at in by_remainder[: count - sum(shares)]:
        shares[at] += 1
    wanted = [at for at, fraction in enumerate(fractions) if fraction > 0]
    for at in wanted:
        if shares[at] == 0 and count >= len(wanted):
            shares[max(range(len(shares)), key=lambda other: (shares[other], -other))] -= 1
            shares[at] = 1
    return shares


def split_frames(
    frames: Sequence[FrameKey], fractions: Sequence[float], rng: np.random.Generator, by: str | None = None
) -> Split:
    """Assign every frame. The result depends on the frames, the fractions, `by` and the rng, not on the input's order.

    `by` None chooses `scene`, `view` or `block` as the module says. Raises ExportError for wrong fractions, for frames
    of one name, and where `by` was asked for and leaves a wished split empty.
    """
    shares = check_fractions(fractions)
    wished = [at for at in range(3) if shares[at] > 0]
    if len({frame.name for frame in frames}) < len(frames):
        (name, _), *_ = Counter(frame.name for frame in frames).most_common(1)
        raise ExportError(f"frame name {name!r} is used twice")
    if by is not None and by not in METHODS:
        raise ExportError(f"split by {by!r}: known are {', '.join(METHODS)}")
    ordered = _ordered(frames)
    if by == "hash":
        return _hashed(ordered, shares)
    starts = {method: _starts(ordered, method) for method in METHODS if method != "hash"}
    if by is None:
        by = next((method for method in ("scene", "view") if len(starts[method]) >= len(wished)), "block")
    elif len(starts[by]) < len(wished):
        raise ExportError(
            f"split by {by}: {counted(len(starts[by]), by)} cannot fill {len(wished)} splits; "
            "leave --split-by out, or ask for fewer splits (--split 1/0/0)"
        )
    if by == "block":
        of = _cut(ordered, shares, rng)
    else:
        sizes = np.diff(starts[by], append=len(ordered))
        parts = np.repeat(deal(sizes, quotas(len(ordered), shares), wished, rng), sizes)
        of = {frame.name: SPLITS[at] for frame, at in zip(ordered, parts)}
    empty = [SPLITS[at] for at in wished if SPLITS[at] not in of.values()]
    if empty:
        return Split(of, by, (f"too few frames: {stay_empty(empty)}",))
    warnings = _warnings(by, len(starts["scene"]), len(wished))
    return Split(of, by, (*warnings, *far_off(of, shares, by)))


def stay_empty(splits: Sequence[str]) -> str:
    return f"{' and '.join(splits)} {'stays' if len(splits) == 1 else 'stay'} empty"


def _ordered(frames: Sequence[FrameKey]) -> list[FrameKey]:
    """By moment, and draws of one by name; sorted by parts, since a key for each of a million frames is much memory."""
    ordered = sorted(frames, key=attrgetter("name"))
    for part in ("first_name", "order", "view", "scene"):  # sorting is stable: the last counts most
        ordered.sort(key=attrgetter(part))
    return ordered


def _hashed(ordered: Sequence[FrameKey], shares: Sequence[float]) -> Split:
    """A hash is a number from 0 to 1, and the shares cut that range: what is in train stays when train grows."""
    # Sums of shares are a little off 1, and a split that is not wished gets nothing.
    ends = (shares[0] if any(shares[1:]) else 2.0, shares[0] + shares[1] if shares[2] else 2.0)
    of = {frame.name: SPLITS[sum(_number(frame.first_name) >= end for end in ends)] for frame in ordered}
    empty = [part for part, share in zip(SPLITS, shares) if share and part not in of.values()]
    told = [f"few frames: {stay_empty(empty)} until the dataset grows"] if empty else []
    if sum(share > 0 for share in shares) > 1:
        told.append(f"split by hash: {NEIGHBOURS}")
    return Split(of, "hash", (*told, *far_off(of, shares, "hash")))


def _number(name: str) -> float:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48


def split_beside(
    frames: Sequence[FrameKey],
    kept: Mapping[str, str],
    fractions: Sequence[float],
    rng: np.random.Generator,
    by: str | None = None,
) -> Split:
    """As `split_frames`, but that frames in `kept` have a split already, {name: split}, which they keep unless `by`
    asks for another."""
    if by is not None or not kept:
        return split_frames(frames, fractions, rng, by)
    rest = [frame for frame in frames if frame.name not in kept]
    if not rest:
        return Split(dict(kept), "as the datasets say", ())
    split = split_frames(rest, fractions, rng)
    return Split({**split.of, **kept}, f"{split.method}; of datasets as they say", split.warnings)


def _starts(ordered: Sequence[FrameKey], method: str) -> NDArray[np.int64]:
    """Where each group begins: in their order, the frames of a scene stand beside each other, and those of a view."""
    groups = groupby(enumerate(ordered), lambda item: _group(item[1], method))
    return np.fromiter((next(members)[0] for _, members in groups), np.int64)


def _group(frame: FrameKey, method: str) -> tuple[str, ...]:
    return {"scene": (frame.scene,), "view": (frame.scene, frame.view), "frame": (frame.name,)}[method]


def deal(
    sizes: NDArray[np.int64], quota: Sequence[int], wished: Sequence[int], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """The split, a place in `SPLITS`, of each of groups of these sizes: shuffled, large ones first, each to the split
    that lacks most; the last ones to splits that are still empty."""
    shuffled = rng.permutation(len(sizes))
    shuffled = shuffled[np.argsort(-sizes[shuffled], kind="stable")]  # so that groups of one size stay shuffled
    lacking = {at: quota[at] for at in wished}
    empty = set(wished)
    splits = np.zeros(len(sizes), np.uint8)
    for left, group in zip(range(len(shuffled), 0, -1), shuffled):
        candidates = sorted(empty) if left <= len(empty) else wished
        at = max(candidates, key=lambda split: (lacking[split], -split))
        lacking[at] -= int(sizes[group])
        empty.discard(at)
        splits[group] = at
    return splits


def _cut(ordered: Sequence[FrameKey], shares: Sequence[float], rng: np.random.Generator) -> dict[str, str]:
    """Consecutive frames, one stretch per split; the seed says which split comes first in time."""
    moments = [[frame.name for frame in draws] for _, draws in groupby(ordered, lambda frame: frame.moment)]
    quota = quotas(len(moments), shares)
    of: dict[str, str] = {}
    start = 0
    for at in rng.permutation(3):
        of |= {name: SPLITS[at] for names in moments[start : start + quota[at]] for name in names}
        start += quota[at]
    return of


def _warnings(by: str, scenes: int, wished: int) -> tuple[str, ...]:
    if wished == 1:
        return ()
    few = f"{counted(scenes, 'scene')} for {wished} splits"
    flatters = {
        "view": f"{few}: split by view; views of one scene show the same things, so scores will flatter",
        "block": f"{few} and too few views: split into stretches of consecutive frames; scores will flatter",
        "frame": f"split by single frames: {NEIGHBOURS}",
    }
    return (flatters[by],) if by in flatters else ()


def far_off(of: Mapping[str, str], shares: Sequence[float], by: str) -> tuple[str, ...]:
    """Few frames, or groups that are few or unlike, miss the wished fractions: say so when it is by much."""
    if not of:
        return ()
    got = [sum(part == name for part in of.values()) / len(of) for name in SPLITS]
    if max(abs(have - share) for have, share in zip(got, shares)) <= 0.1:
        return ()
    wished, have = ("/".join(f"{100 * part:.0f}" for part in parts) for parts in (shares, got))
    moved = {"scene": "scenes move whole", "view": "views move whole", "asset": "frames that share assets move whole"}
    why = moved.get(by, f"there are {counted(len(of), 'frame')}")
    return (f"asked for {wished} % in {'/'.join(SPLITS)}, got {have} %: {why}",)
