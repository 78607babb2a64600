"""Frames that are drawn as they are exported, by a function of their number: no file holds them before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import CODE_NAMES, LabelSet

from .errors import ExportError
from .frames import Collection, Frame, Source, packed
from .labelmap import LabelMap, label_map
from .splits import FrameKey

DRAWN = "drawn"
"""The kind of such a source."""


class Drawn(Protocol):
    """`image` (H, W, 3) uint8 RGB, `labels` (H, W) uint16: ids of the label set, and codes; `instances` (H, W) uint32
    tells things apart, 0 where there is none; None where nobody does."""

    @property
    def image(self) -> NDArray[np.uint8]: ...
    @property
    def labels(self) -> NDArray[np.uint16]: ...
    @property
    def instances(self) -> NDArray[np.uint32] | None: ...


Draw = Callable[[int], Drawn]
"""What is drawn for a number from 1 on: the same in any order and in any process, so it can be pickled."""


@dataclass(frozen=True)
class DrawnFrames:
    """`name` begins the frames' names; `made_by` is what decides them, in words or a hash."""

    name: str
    label_set: LabelSet
    draw: Draw
    count: int
    seed: int
    made_by: str

    def collected(self) -> Collection:
        """Each a scene of its own. Raises ExportError for none."""
        if self.count < 1:
            raise ExportError(f"{self.count} frames: at least one is needed")
        digits = max(6, len(str(self.count)))
        names = (f"{self.name}_{number:0{digits}d}" for number in range(1, self.count + 1))
        frames = packed(
            Frame(FrameKey(name, "", number, name), 0, Path(name), Path(f"{name}.png"), None)
            for number, name in enumerate(names, start=1)
        )
        source = Source(DRAWN, self.name, self.label_set, "", self.made_by, self.seed, {}, len(frames), len(frames))
        return Collection((source,), frames, ())


def drawn_instances(drawn: Drawn, frame: Frame) -> NDArray[np.uint64]:
    """(H, W), the caller's own. Raises ExportError where there are none."""
    if drawn.instances is None or drawn.instances.shape != drawn.labels.shape:
        raise ExportError(
            f"{frame.labels}: what draws it does not tell things apart; choose a format without instances"
        )
    return drawn.instances.astype(np.uint64)


def drawn_labels(drawn: Drawn, frame: Frame, label_set: LabelSet) -> LabelMap:
    """Raises ExportError for a label that the set has not, or shapes that differ."""
    labels: NDArray[Any] = drawn.labels
    if drawn.image.shape != (*labels.shape, 3) or labels.dtype != np.uint16 or drawn.image.dtype != np.uint8:
        raise ExportError(f"{frame.labels}: drawn as {drawn.image.shape} {drawn.image.dtype} and {labels.shape}")
    made = label_map(labels)
    unknown = sorted(made.counts().keys() - label_set.by_id.keys() - CODE_NAMES.keys())
    if unknown:
        raise ExportError(f"{frame.labels}: drawn with label {unknown[0]}, which {label_set.name!r} has not")
    return made
