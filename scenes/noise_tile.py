"""Sparse convolution noise in a square that repeats: impulses strewn over it, and what a kernel makes of them.

What fills a picture is looked up faster than it is computed for every sample; on paper it costs more impulses nothing.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

IMPULSES = 4
"""In each cell; in the plane a kernel then sees twelve of them."""


def draw_tile(rng: np.random.Generator, cells: int, pixels: int) -> NDArray[np.float32]:
    """(cells * pixels, cells * pixels) of mean 0 and deviation 1: `pixels` to a cell, `cells` until it repeats."""
    places = rng.uniform(0, 1, (cells, cells, IMPULSES, 2))
    weights = rng.uniform(-1, 1, (cells, cells, IMPULSES))
    return seen(places, weights, pixels) / np.sqrt(IMPULSES * np.pi / 7 / 3, dtype=np.float32)


def seen(places: NDArray, weights: NDArray, pixels: int) -> NDArray[np.float32]:
    """Impulses seen through the kernel (1 - r^2)^3, which ends at r = 1 cell.

    `places`: (rows, columns, impulses, 2), y and x from 0 to 1 within their cells. `weights`: (rows, columns,
    impulses). Gives (rows * pixels, columns * pixels), at the middles of its pixels.
    """
    rows, columns, count = weights.shape
    middles = ((np.arange(pixels) + 0.5) / pixels).astype(np.float32)
    total = np.zeros((rows, pixels, columns, pixels), np.float32)
    for down, right in product((-1, 0, 1), repeat=2):
        of, weight = (np.roll(each, (-down, -right), axis=(0, 1)).astype(np.float32) for each in (places, weights))
        for impulse in range(count):
            y, x = of[:, :, impulse, 0] + down, of[:, :, impulse, 1] + right
            y2 = (middles[:, None] - y[:, None, :]) ** 2
            x2 = (middles - x[..., None]) ** 2
            inside = np.maximum(1 - y2[..., None] - x2[:, None], 0)
            total += weight[:, None, :, impulse, None] * inside**3
    return total.reshape(rows * pixels, columns * pixels)
