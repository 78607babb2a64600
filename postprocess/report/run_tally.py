"""What frames of a run say, summed: each frame's record, and the pixels of some. A worker's part of a report."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import CODE_NAMES
from blender_addon.contract.records import Record, read_whole_frame, render_again
from blender_addon.contract.run import LABELS, Plan, RunError, frame_folder

from ..errors import ExportError
from ..exr import read_all_channels
from ..labelmap import LabelMap
from ..pixels import checked_image, checked_labels, decoded
from ..pool import is_over
from ..stats import ClassCounts, count_classes
from .cameras import Cameras, cameras_of
from .drawn import Drawn, drawn_for
from .looks import Looks, Pair, Picture, added, look, pairs_of, small
from .spread import Spread, spread_of

NOTHING = ClassCounts({}, {}, {}, 0, 0)
_TOLD = 5  # damaged frames that are named


@dataclass(frozen=True)
class Part:
    """Frames of a run that travel together; the plan has their views alone. `pixels` are read of those frames, and
    `pictures` shown of those."""

    run: Path
    plan: Plan
    frames: tuple[int, ...]
    pixels: frozenset[int]
    pictures: frozenset[int]


@dataclass(frozen=True)
class RunTally:
    """`damaged`: how many frames, and `why`, of the first. `bare`: frames with something that nobody labelled;
    `barest`: the largest share of it in one, and its frame. `alone`: frames that show one label and nothing else.
    `rays`: points that agreed and that differed where a render held itself against rays."""

    counts: ClassCounts = NOTHING
    together: Mapping[Pair, int] = field(default_factory=dict)
    sizes: Mapping[tuple[int, int], int] = field(default_factory=dict)
    cameras: Cameras = field(default_factory=Cameras)
    drawn: Drawn = field(default_factory=Drawn)
    timings: Mapping[str, Spread] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    looks: Looks = field(default_factory=Looks)
    damaged: int = 0
    why: tuple[str, ...] = ()
    bare: int = 0
    barest: tuple[float, int] = (0.0, 0)
    alone: int = 0
    rays: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: RunTally) -> RunTally:
        laps = dict.fromkeys((*self.timings, *other.timings))
        return RunTally(
            added_counts(self.counts, other.counts),
            added(self.together, other.together),
            _sum(self.sizes, other.sizes),
            self.cameras + other.cameras,
            self.drawn + other.drawn,
            {lap: self.timings.get(lap, Spread()) + other.timings.get(lap, Spread()) for lap in laps},
            {lap: self.seconds.get(lap, 0.0) + other.seconds.get(lap, 0.0) for lap in laps},
            _sum(self.versions, other.versions),
            self.looks + other.looks,
            self.damaged + other.damaged,
            (self.why + other.why)[:_TOLD],
            self.bare + other.bare,
            max(self.barest, other.barest, key=lambda found: (found[0], -found[1])),
            self.alone + other.alone,
            _sum(self.rays, other.rays),
        )


def tally_part(part: Part) -> RunTally:
    """Of all its frames; those that are damaged are counted as such, and nowhere else."""
    found: list[tuple[Record, dict[str, Any], dict[int, int]]] = []
    looks, why = Looks(), []
    for frame in part.frames:
        if is_over():
            break
        try:
            record, said = read_whole_frame(part.run, frame, part.plan)
            seen = Looks()
            counts = _counts(record, said)
            if frame in part.pixels or counts is None:
                labels = _labels(part, record)
                counts = _held(record, counts, labels.counts())
                if frame in part.pixels:
                    seen = _look(part, record, labels.pixels)
        except (RunError, ExportError) as error:
            advice = render_again(part.run), render_again(Path(part.run.resolve().name))
            why.append(str(error).replace(*advice).replace(f"{part.run}{os.sep}", ""))  # nothing of this machine
            continue
        looks += seen
        found.append((record, said, counts))
    tally = _of_records(found, part.pixels)
    return replace(tally, looks=looks, damaged=len(why), why=tuple(why[:_TOLD]))


def _of_records(found: list[tuple[Record, dict[str, Any], dict[int, int]]], shown: frozenset[int]) -> RunTally:
    laps: dict[str, list[float]] = {}
    for _, said, _ in found:
        for lap, spent in _numbers(said.get("timings")).items():
            laps.setdefault(lap, []).append(spent)
    bare = [(of.get(0, 0) / max(1, sum(of.values())), record.frame) for record, _, of in found if of.get(0)]
    cameras = [(record.camera, record.frame in shown) for record, _, _ in found if record.camera]
    return RunTally(
        counts=count_classes(of for _, _, of in found),
        together=pairs_of([*of] for _, _, of in found),
        sizes=Counter(_size(record) for record, _, _ in found),
        cameras=cameras_of(cameras),
        drawn=drawn_for([said.get("draw") for _, said, _ in found]),
        timings={lap: spread_of(spent) for lap, spent in laps.items()},
        seconds={lap: sum(spent) for lap, spent in laps.items()},
        versions=Counter(_in_words(said.get("versions")) for _, said, _ in found),
        bare=len(bare),
        barest=max(bare, key=lambda share: (share[0], -share[1]), default=(0.0, 0)),
        alone=sum(len(of) == 1 and not {*of} & {*CODE_NAMES} for _, _, of in found),
        rays=_rays([said.get("verified") for _, said, _ in found]),
    )


def added_counts(one: ClassCounts, other: ClassCounts) -> ClassCounts:
    return ClassCounts(
        _sum(one.pixels, other.pixels),
        _sum(one.images, other.images),
        _sum(one.pixels_where_present, other.pixels_where_present),
        one.frames + other.frames,
        one.total + other.total,
    )


def _sum(one: Mapping[Any, int], other: Mapping[Any, int]) -> dict[Any, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in dict.fromkeys((*one, *other))}


def _counts(record: Record, said: Mapping[str, Any]) -> dict[int, int] | None:
    """{id or code: pixels} as the record has them; None of an old one, whose pixels are not all told."""
    counts = {label.id: label.pixels for label in record.labels}
    counts |= {code: said[name] for code, name in CODE_NAMES.items() if type(said.get(name)) is int}
    width, height = _size(record)
    whole = sum(counts.values()) == width * height and min(counts.values(), default=0) >= 0
    return {id_: count for id_, count in counts.items() if count} if whole else None


def _held(record: Record, said: dict[int, int] | None, there: dict[int, int]) -> dict[int, int]:
    """The pixels of a map that is there, and that its record must not count otherwise."""
    if said is not None and said != there:
        raise ExportError(
            f"frame {record.frame}: its record counts other pixels than its label map has; render it again"
        )
    return there


def _size(record: Record) -> tuple[int, int]:
    height, width = record.files[LABELS].shape[:2]
    return width, height


def _labels(part: Part, record: Record) -> LabelMap:
    folder = frame_folder(part.run, record.frame)
    return checked_labels(folder / LABELS, part.plan.label_set, record.files[LABELS].checksum)


def _look(part: Part, record: Record, labels: NDArray[np.uint16]) -> Looks:
    folder, picture = frame_folder(part.run, record.frame), None
    if record.frame in part.pictures:
        name = part.plan.settings.image_file
        _, image = checked_image(folder / name, record.files[name].checksum)
        view = record.view
        picture = Picture(str(record.frame), view.name or view.camera, "", *small(labels, image))
    return look(labels, _depth(folder, record), picture)


def _depth(folder: Path, record: Record) -> NDArray[np.float32] | None:
    """(H, W) metres along the axis, where the frame has them."""
    if "depth.exr" in record.files and record.files["depth.exr"].shape[2:] == (2,):
        return np.asarray(read_all_channels(folder / "depth.exr")[..., 1], np.float32)  # Distance, Z
    if "depth.png" in record.files:
        millimetres = decoded(folder / "depth.png", (folder / "depth.png").read_bytes())
        return None if millimetres is None else np.asarray(millimetres / np.float32(1000), np.float32)
    return None


def _numbers(said: Any) -> dict[str, float]:
    items = said.items() if isinstance(said, Mapping) else ()
    return {str(key): float(value) for key, value in items if isinstance(value, int | float)}


def _in_words(versions: Any) -> str:
    items = versions.items() if isinstance(versions, Mapping) else ()
    return ", ".join(f"{key} {value}" for key, value in items if isinstance(value, str))


def _rays(scores: list[Any]) -> Counter[str]:
    """Of labels alone: what a render found when it held itself against rays."""
    found: Counter[str] = Counter()
    for score in scores:
        labels = score.get("labels") if isinstance(score, Mapping) else None
        if isinstance(labels, Mapping) and isinstance(labels.get("agreed"), int):
            found["agreed"] += labels["agreed"]
            found["differing"] += len(labels.get("differing") or ())
    return found
