"""A cut-out put into a picture: turned, scaled, recoloured, with a hard edge for labels and a soft one to see.

Colour and alpha travel apart. A cut-out has colour also where it is clear (`cutout_files`), so that a soft edge is the
blurred alpha alone: between the thing's colour and the ground's there is no third, and no halo.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from .cutout_files import Cutout

Part = tuple[slice, slice]
_HALF = 128
_SHARP = 0.3  # pixels of blur that nobody sees

_GRAY = np.full((3, 3), 1 / 3)
_AWAY = np.eye(3) - _GRAY
_CROSS = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)


@dataclass(frozen=True)
class Look:
    """How a thing is to look: its longest `side` in pixels, `turn` and `hue` in radians, factors of `saturation` and
    `brightness`, and the sigma in pixels by which its edge is blurred."""

    side: float
    turn: float
    mirrored: bool
    hue: float
    saturation: float
    brightness: float
    softness: float


@dataclass(frozen=True)
class Thing:
    """`colors` (H, W, 3) RGB; `soft` (H, W) is its alpha in the image; `hard` (H, W) is 255 where its label is, 0
    elsewhere."""

    colors: NDArray[np.uint8]
    soft: NDArray[np.uint8]
    hard: NDArray[np.uint8]


@dataclass
class Pasted:
    """`whose` (H, W): the number of the thing that a pixel shows, 0 for none; of each, its pixels and those left."""

    whose: NDArray[np.uint8]
    areas: list[int] = field(default_factory=lambda: [0])
    left: list[int] = field(default_factory=lambda: [0])

    def hidden(self, shown: Part, part: Part, hard: NDArray[np.uint8]) -> list[int]:
        """The pixels of each that a thing there would take."""
        here, many = self.whose[shown], len(self.areas)
        if many == 1 or not cv2.countNonZero(here):
            return [0] * many
        # Of float32, and exact up to 16 million pixels of one thing.
        counts = cv2.calcHist([here], [0], hard[part], [many], [0, many])
        return [int(count) for count in counts.ravel().tolist()]

    def keeps(self, hidden: list[int], share: float) -> bool:
        """Whether each thing then keeps that share of itself."""
        return all(left - gone >= share * area for left, gone, area in zip(self.left[1:], hidden[1:], self.areas[1:]))

    def add(self, shown: Part, part: Part, hard: NDArray[np.uint8], hidden: list[int]) -> None:
        self.left = [left - gone for left, gone in zip(self.left, hidden)]
        here, number = self.whose[shown], len(self.areas)
        cv2.max(here, cv2.threshold(hard[part], 0, number, cv2.THRESH_BINARY)[1], dst=here)  # the highest so far
        self.areas.append(cv2.countNonZero(hard[part]))
        self.left.append(self.areas[-1])


def turned(cutout: Cutout, look: Look) -> Thing:
    """A cut-out as it is to look, in a box that has room for its soft edge and no more."""
    level = int(math.log2(max(1.0, cutout.longest / look.side)))
    pixels = cutout.levels[min(level, len(cutout.levels) - 1)]
    wide, tall = pixels.shape[1] - 2 * cutout.border, pixels.shape[0] - 2 * cutout.border
    scale = look.side / max(tall, wide)
    cos, sin = scale * math.cos(look.turn), scale * math.sin(look.turn)
    across = -1.0 if look.mirrored else 1.0
    along = np.array(((across * cos, -sin, 0.0), (across * sin, cos, 0.0)))
    rim = along[:, :2] * (wide, tall) @ cutout.outline
    least, most = rim.min(axis=1), rim.max(axis=1)
    room = 2 * (reach(look.softness) + 1)
    size = [math.ceil(length) + room for length in (most - least).tolist()]
    # The middle of what is seen comes to the middle of the box; places are those of the centres of pixels.
    middle = np.array(((pixels.shape[1] - 1) / 2, (pixels.shape[0] - 1) / 2))
    along[:, 2] = (np.array(size) - 1 - least - most) / 2 - along[:, :2] @ middle
    made = cv2.warpAffine(pixels, along, size, flags=cv2.INTER_LINEAR)
    alpha = cv2.extractChannel(made, 3)
    hard = cv2.threshold(alpha, _HALF - 1, 255, cv2.THRESH_BINARY)[1]
    colors = _recolored(cv2.cvtColor(made, cv2.COLOR_RGBA2RGB), look, cutout.brightest)
    return Thing(colors, _soft(alpha, look.softness), hard)


def paste(image: NDArray[np.uint8], thing: Thing, shown: Part, part: Part) -> None:
    """Into `shown` of an (H, W, 3) RGB `image`, that `part` of the thing."""
    below, alpha = image[shown], cv2.cvtColor(thing.soft[part], cv2.COLOR_GRAY2RGB)
    front = cv2.multiply(thing.colors[part], alpha, scale=1 / 255)
    cv2.add(cv2.multiply(below, cv2.bitwise_not(alpha), scale=1 / 255), front, dst=below)


def reach(sigma: float) -> int:
    """Pixels that a soft edge reaches beyond a hard one."""
    return 0 if sigma < _SHARP else math.ceil(2 * sigma)


def _soft(alpha: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    if sigma < _SHARP:
        return alpha
    size = 2 * reach(sigma) + 1
    return cv2.GaussianBlur(alpha, (size, size), sigma)


def _recolored(colors: NDArray[np.uint8], look: Look, brightest: float) -> NDArray[np.uint8]:
    """Turned about the gray axis of the colour cube, and stretched along and across it, but never so far that what is
    white loses its shape."""
    if (look.hue, look.saturation, look.brightness) == (0.0, 1.0, 1.0):
        return colors
    away = math.cos(look.hue) * _AWAY + math.sin(look.hue) * _CROSS
    brightness = min(look.brightness, max(1.0, 255 / max(brightest, 1.0)))
    return cv2.transform(colors, brightness * (_GRAY + look.saturation * away))
