"""One look at a frame's pixels: everything that the doctor asks of them, so that no frame is decoded twice or kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.run import pixel_checksum

from ..labelmap import LabelMap
from ..likeness import likeness
from .alignment import Outline, outline

DARK, EVEN = 8, 8  # of 255: the brightest pixels of a black picture; from dark to bright in an even one
_TAIL = 0.001  # the share of the pixels at either end that may be otherwise: a firefly, a logo, a dead pixel


@dataclass(frozen=True)
class Seen:
    """Of a picture: the checksum of its pixels, how bright it gets, how much its liveliest channel varies, and the bits
    that others are compared with; a tail of a thousandth left out."""

    checksum: str
    brightest: int
    spread: int
    likeness: int | None

    @property
    def is_black(self) -> bool:
        return self.brightest < DARK

    @property
    def is_even(self) -> bool:
        return self.spread < EVEN


@dataclass(frozen=True)
class Look:
    """A frame: its name in sentences, its size (width, height), pixels of each value of its labels, and the checksum of
    these; `seen` and `outline` are None where there is no picture, or nothing to tell by. Frames of one `view` may well
    have the same labels; "" where nobody knows."""

    name: str
    size: tuple[int, int]
    counts: Mapping[int, int]
    labels: str
    seen: Seen | None
    outline: Outline | None
    view: str = ""


def look_at(name: str, labels: LabelMap, image: NDArray[np.uint8] | None, view: str = "") -> Look:
    """`image` (H, W, 3) RGB."""
    pixels = labels.pixels
    return Look(
        name=name,
        size=(pixels.shape[1], pixels.shape[0]),
        counts=labels.counts(),
        labels=_checksum(pixels),
        seen=see(image) if image is not None else None,
        outline=outline(image, pixels) if image is not None else None,
        view=view,
    )


def see(image: NDArray[np.uint8]) -> Seen:
    ends = [_ends(cv2.calcHist([image], [channel], None, [256], [0, 256]).ravel()) for channel in range(3)]
    return Seen(_checksum(image), max(high for _, high in ends), max(high - low for low, high in ends), likeness(image))


def _checksum(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> str:
    return pixel_checksum(pixels.shape, pixels.dtype.name, np.ascontiguousarray(pixels).data)


def _ends(histogram: NDArray[Any]) -> tuple[int, int]:
    """The darkest and the brightest value without the tails."""
    upto = np.cumsum(histogram, dtype=np.float64)
    low, high = np.searchsorted(upto, (_TAIL * upto[-1] + 1e-9, (1 - _TAIL) * upto[-1] - 1e-9))
    return int(low), int(high)
