"""What lies behind a collage: a part of a picture, a colour, or a gradient from one colour to another."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray


def ground(
    size: tuple[int, int], pictures: tuple[NDArray[np.uint8], ...], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """(H, W, 3) RGB of `size` (width, height), the caller's own; `pictures` as `cutout_files.read_backgrounds` gives
    them, and without any a colour or a gradient."""
    if not pictures:
        return _gradient(size, rng)
    width, height = size
    picture = pictures[int(rng.integers(len(pictures)))]
    share = rng.uniform(0.5, 1)
    tall, wide = (max(1, int(share * side)) for side in picture.shape[:2])
    wide, tall = min(wide, max(1, tall * width // height)), min(tall, max(1, wide * height // width))
    top, left = (int(rng.integers(side - part + 1)) for side, part in zip(picture.shape[:2], (tall, wide)))
    # At most twice as large as it becomes (`cutout_files.read_backgrounds`), so that linear is smooth enough.
    crop = cv2.resize(picture[top : top + tall, left : left + wide], size, interpolation=cv2.INTER_LINEAR)
    return crop if rng.random() < 0.5 else cv2.flip(crop, 1)


def _gradient(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint8]:
    """From one colour to another, or, as often, one colour all over."""
    width, height = size
    first, last = rng.integers(0, 256, (2, 3), np.uint8)
    plain, way = rng.random() < 0.5, rng.uniform(0, 2 * np.pi)
    if plain:
        rows = np.empty((height, 3 * width), np.uint8)
        rows[:] = np.tile(first, width)  # whole rows: three bytes at a time take ten times as long
        return rows.reshape(height, width, 3)
    colors = np.rint(np.linspace(first, last, 256)).astype(np.uint8)
    right, down = np.array((np.cos(way), np.sin(way))) * 127.5 / (abs(np.cos(way)) + abs(np.sin(way)))
    across, along = _from_the_middle(width), _from_the_middle(height)
    shade = np.add(np.float32(right) * across + np.float32(127.5), (np.float32(down) * along)[:, None])
    return cv2.applyColorMap(cv2.convertScaleAbs(shade), colors[:, None])


@cache
def _from_the_middle(length: int) -> NDArray[np.float32]:
    return np.linspace(-1, 1, length, dtype=np.float32)
