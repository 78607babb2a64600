"""A split by what frames show: no chair of the test set was ever seen in training.

An asset is what objects of one name show, in all scenes: "Chair.003" is "Chair", as Blender numbers its copies. Frames
that share an asset stay together, by whatever chain of frames. Where rooms are furnished from one folder that chain
soon holds all; then the assets themselves are dealt, and frames that show assets of two splits are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from blender_addon.contract.labels import LabelSet, LabelSetError
from blender_addon.contract.words import counted, listed

from .errors import ExportError
from .frame_pixels import refuse_lacking
from .frames import Collection, Frame, packed
from .pixels import checked_things
from .splits import SPLITS, FrameKey, Split, check_fractions, deal, far_off, quotas

_NUMBER = re.compile(r"\.[0-9]{3,}(?= \[|$)")  # before the library's name, where there is one
_THINGS = "instances.json"


@dataclass(frozen=True)
class AssetWish:
    """Of which labels (names, aliases or ids) no asset may be in two splits, and whether frames may be left out."""

    labels: tuple[str, ...]
    leave_out: bool = False


def split_by_assets(
    collection: Collection, wish: AssetWish, fractions: Sequence[float], rng: np.random.Generator
) -> tuple[Collection, Split]:
    """What depends on frames, wish, fractions and rng alone: the split, and the frames that are left in it.

    Raises ExportError for frames of runs without instances, unknown labels, and too few assets for the splits.
    """
    shares = check_fractions(fractions)
    shown = shown_assets(collection, wish.labels)
    keys = sorted((frame.key for frame in collection.frames), key=lambda key: (key.moment, key.name))
    if not any(shown.values()):
        raise ExportError(f"no frame shows {' or '.join(wish.labels)}, so there are no assets to split by")
    of = _dealt(keys, shown, shares, rng, wish) if wish.leave_out else _connected(keys, shown, shares, rng, wish)
    frames = packed(frame for frame in collection.frames if frame.key.name in of)
    warnings = (_told(of, shown, wish), *far_off(of, shares, "asset"))
    return replace(collection, frames=frames), Split(of, f"assets of {', '.join(wish.labels)}", warnings)


def shown_assets(collection: Collection, labels: Sequence[str]) -> dict[str, frozenset[str]]:
    """{name of a frame: the assets of these labels that it shows}. A thing counts by its own label and by those of its
    visible parts."""
    refuse_lacking(collection.frames, "--split-assets", ["instances"])
    ids = [_ids(source.label_set, labels) for source in collection.sources]
    refuse_unknown([source.label_set for source in collection.sources], labels)
    return {frame.key.name: _assets(frame, ids[frame.source]) for frame in collection.frames}


def refuse_unknown(label_sets: Sequence[LabelSet], labels: Iterable[str]) -> None:
    """Raises ExportError for a label, by name or id, that none of the label sets has."""
    for label in labels:
        if not any(_has(label_set, label) for label_set in label_sets):
            _ids(label_sets[0], [label], strict=True)


def _has(label_set: LabelSet, label: str) -> bool:
    return bool(_ids(label_set, [label]))


def _ids(label_set: LabelSet, labels: Sequence[str], strict: bool = False) -> frozenset[int]:
    """Of those that the set has; `strict` raises ExportError for others."""
    found = set()
    for label in labels:
        try:
            found.add(label_set.find(int(label) if label.isdecimal() else label).id)
        except LabelSetError as error:
            if strict:
                raise ExportError(f"--split-assets: {error}") from None
    return frozenset(found)


def _assets(frame: Frame, ids: frozenset[int]) -> frozenset[str]:
    path = frame.labels.parent / _THINGS
    rows = checked_things(path, frame.checksums[_THINGS])
    return frozenset(
        _NUMBER.sub("", row["object"]) for row in rows if ids & {row["label"], *(label for label, _ in row["labels"])}
    )


def _connected(
    keys: Sequence[FrameKey],
    shown: Mapping[str, frozenset[str]],
    shares: Sequence[float],
    rng: np.random.Generator,
    wish: AssetWish,
) -> dict[str, str]:
    wished = [at for at in range(3) if shares[at] > 0]
    groups = connected_groups(keys, shown)
    if len(groups) < len(wished):
        raise ExportError(
            f"--split-assets {','.join(wish.labels)}: {counted(len(groups), 'group')} of frames that share no asset "
            f"cannot fill {len(wished)} splits; --leave-out-mixed deals the assets, and leaves out frames that show "
            "assets of two splits"
        )
    return _dealt_groups(groups, shares, rng)


def connected_groups(keys: Iterable[FrameKey], shown: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """Names of frames, together where a chain of shared assets leads from one to the other; frames without any are
    together where they are draws of one view."""
    root: dict[object, object] = {}

    def find(mark: object) -> object:
        root.setdefault(mark, mark)
        while root[mark] != mark:
            root[mark] = root[root[mark]]
            mark = root[mark]
        return mark

    marks = {}
    for key in keys:
        found: list[object] = [*sorted(shown[key.name])]
        first, *others = found or [key.moment]
        marks[key.name] = first
        for other in others:
            root[find(other)] = find(first)
    groups: dict[object, list[str]] = {}
    for name, mark in marks.items():
        groups.setdefault(find(mark), []).append(name)
    return list(groups.values())


def _dealt(
    keys: Sequence[FrameKey],
    shown: Mapping[str, frozenset[str]],
    shares: Sequence[float],
    rng: np.random.Generator,
    wish: AssetWish,
) -> dict[str, str]:
    """Assets to splits, by the frames that show them; frames without any like draws of one view."""
    wished = [at for at in range(3) if shares[at] > 0]
    uses = Counter(asset for key in keys for asset in shown[key.name])
    if len(uses) < len(wished):
        raise ExportError(
            f"--split-assets {','.join(wish.labels)}: {counted(len(uses), 'asset')} cannot fill {len(wished)} splits"
        )
    assets = sorted(uses)
    parts_of_assets = deal(np.array([uses[asset] for asset in assets]), quotas(uses.total(), shares), wished, rng)
    part = {asset: SPLITS[at] for asset, at in zip(assets, parts_of_assets)}
    bare = connected_groups([key for key in keys if not shown[key.name]], shown)
    of = _dealt_groups(bare, shares, rng) if bare else {}
    for key in keys:
        parts = {part[asset] for asset in shown[key.name]}
        if len(parts) == 1:
            of[key.name] = parts.pop()
    empty = [SPLITS[at] for at in wished if SPLITS[at] not in of.values()]
    if empty:
        raise ExportError(
            f"--split-assets {','.join(wish.labels)}: each frame of {' and '.join(empty)} shows assets of other "
            "splits, too; name fewer labels, another --seed, or larger shares"
        )
    return of


def _dealt_groups(groups: Sequence[Sequence[str]], shares: Sequence[float], rng: np.random.Generator) -> dict[str, str]:
    sizes = np.array([len(group) for group in groups])
    wished = [at for at in range(3) if shares[at] > 0]
    parts = deal(sizes, quotas(int(sizes.sum()), shares), wished, rng)
    return {name: SPLITS[at] for group, at in zip(groups, parts) for name in group}


def _told(of: Mapping[str, str], shown: Mapping[str, frozenset[str]], wish: AssetWish) -> str:
    parts = {split: {asset for name in of if of[name] == split for asset in shown[name]} for split in SPLITS}
    split = ", ".join(f"{len(assets)} in {name}" for name, assets in parts.items())
    told = f"assets of {listed(wish.labels, between=' and ')}: {split}"
    gone = len(shown) - len(of)
    return told + (f"; {counted(gone, 'frame')} left out, which show assets of two splits" if gone else "")
