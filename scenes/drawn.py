"""What a builder without Blender makes of a seed: pictures and their label maps, in memory.

Such a builder is a module with `SUMMARY`, `Settings`, and `pages(settings, seed)`, which gives `Pages`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet


@dataclass(frozen=True)
class Drawn:
    """`image` (H, W, 3) uint8 RGB; `labels` (H, W) uint16: ids of the builder's label set and the codes of
    `contract.labels`; `instances` (H, W) uint32: which thing, 0 for none, None where nobody tells."""

    image: NDArray[np.uint8]
    labels: NDArray[np.uint16]
    instances: NDArray[np.uint32] | None = None


@dataclass(frozen=True)
class Pages:
    """A book without an end: `draw(frame)`, from 1 on, in any order and any process; `made_of` is a hash of the files
    that it draws from, "" where it needs none."""

    label_set: LabelSet
    draw: Callable[[int], Drawn]
    made_of: str = ""


def frame_rng(seed: int, frame: int) -> np.random.Generator:
    """All that is random in a frame; another count or order of frames changes none of them."""
    return np.random.default_rng([seed, frame])
