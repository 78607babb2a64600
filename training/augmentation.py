"""What a network sees of a picture in one epoch: in a mirror or not, a little smaller or larger, through a window.

All numbers follow from (seed, epoch, index): neither the order of the pictures nor a restart changes them.
"""

from __future__ import annotations

from math import exp, log

import numpy as np

from postprocess.labelmap import resize_image, resize_labels

from .frames import Pixels
from .settings import Settings

_ORDER, _LOOK = 1, 2  # streams
BESIDE = 127
"""Gray, around a picture that does not fill the window; what is there has no class."""


def order_of(seed: int, epoch: int, pictures: int) -> list[int]:
    """Each picture once, shuffled."""
    rng = np.random.default_rng([seed, epoch, 0, _ORDER])
    return [int(index) for index in rng.permutation(pictures)]


def look(pixels: Pixels, settings: Settings, void: int, epoch: int, index: int) -> Pixels:
    """One picture as this epoch shows it, of the size of the crop or, without one, of its own."""
    rng = np.random.default_rng([settings.seed, epoch, index, _LOOK])
    # All numbers are taken, needed or not: switching one off leaves the others as they are.
    drawn = rng.random(4)
    height, width = pixels.classes.shape
    size = settings.crop or (width, height)
    low, high = settings.scale
    factor = exp(log(low) + float(drawn[0]) * (log(high) - log(low)))
    pixels = _windowed(_scaled(pixels, factor), size, (float(drawn[1]), float(drawn[2])), void)
    if settings.flip and drawn[3] < 0.5:
        pixels = Pixels(pixels.image[:, ::-1], pixels.classes[:, ::-1])
    return Pixels(np.ascontiguousarray(pixels.image), np.ascontiguousarray(pixels.classes))


def _scaled(pixels: Pixels, factor: float) -> Pixels:
    height, width = pixels.classes.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if size == (width, height):
        return pixels
    return Pixels(resize_image(pixels.image, size), resize_labels(pixels.classes, size))


def _windowed(pixels: Pixels, size: tuple[int, int], at: tuple[float, float], void: int) -> Pixels:
    """The window of `size` (width, height), whose place is `at`, 0 to 1, of all places that it could have."""
    height, width = pixels.classes.shape
    if (width, height) == size:
        return pixels
    (from_x, to_x, wide), (from_y, to_y, high) = (
        _place(there, wanted, share) for there, wanted, share in zip((width, height), size, at)
    )
    image = np.full((size[1], size[0], 3), BESIDE, np.uint8)
    classes = np.full((size[1], size[0]), void, np.uint16)
    image[to_y : to_y + high, to_x : to_x + wide] = pixels.image[from_y : from_y + high, from_x : from_x + wide]
    classes[to_y : to_y + high, to_x : to_x + wide] = pixels.classes[from_y : from_y + high, from_x : from_x + wide]
    return Pixels(image, classes)


def _place(there: int, wanted: int, share: float) -> tuple[int, int, int]:
    """Along one axis: (where the window begins in the picture, where the picture begins in it, what both have)."""
    room = abs(there - wanted)
    start = min(int(share * (room + 1)), room)
    return (start, 0, wanted) if there > wanted else (0, start, there)
