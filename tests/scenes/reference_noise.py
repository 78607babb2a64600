"""The noises of scenes/noise_nodes.py in NumPy, written from what they are and not from the nodes.

Points are (points, 3). The hash is Bob Jenkins' lookup3 (2006, public domain), which Blender's white noise makes of the
bits of its coordinates. Perlin's gradients and curve: Improving Noise (2002).
"""

from __future__ import annotations

from itertools import product

import numpy as np


def sparse_convolution(points: np.ndarray, deviation: float) -> np.ndarray:
    """A sum of impulses, one in each cell, of weights even in -1..1, each seen as (1 - r^2)^3 where r < 1."""
    cells = np.floor(points).astype(np.float32)
    total = np.zeros(len(points))
    for step in product((-1, 0, 1), repeat=3):
        x, y, z = (cells + np.float32(step)).T
        place = np.stack([white(x, y, z), white(x, y, z, 1), white(x, y, z, 2)], axis=-1)
        r2 = ((points - np.stack([x, y, z], axis=-1) - place) ** 2).sum(axis=-1)
        total += (2.0 * white(x, y, z, 3) - 1) * np.clip(1 - r2, 0, None) ** 3
    return 0.5 + total * deviation / np.sqrt(_energy() / 3)


def _energy() -> float:
    """The integral of the squared kernel over space, by the trapezoidal rule."""
    r = np.linspace(0, 1, 100_001)
    return (
        np.trapezoid(4 * np.pi * r**2 * (1 - r**2) ** 6, r)
        if hasattr(np, "trapezoid")
        else np.trapz(4 * np.pi * r**2 * (1 - r**2) ** 6, r)
    )


def perlin(points: np.ndarray) -> np.ndarray:
    """Gradient noise, its range of about -1..1 brought to 0..1."""
    cells = np.floor(points)
    within = points - cells
    curve = within**3 * (within * (within * 6 - 15) + 10)
    total = np.zeros(len(points))
    for corner in product((0, 1), repeat=3):
        share = np.where(corner, curve, 1 - curve).prod(axis=-1)
        hashes = jenkins(*(cells + corner).astype(np.int32).view(np.uint32).T) & 15
        total += share * _slope(hashes, *(within - corner).T)
    return 0.5 + 0.5 * 0.982 * total


def _slope(hashes: np.ndarray, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Along one of Perlin's twelve gradients, the middles of a cube's edges."""
    one = np.where(hashes < 8, x, y)
    other = np.where(hashes < 4, y, np.where((hashes == 12) | (hashes == 14), x, z))
    return np.where(hashes & 1, -one, one) + np.where(hashes & 2, -other, other)


def white(*coordinates: np.ndarray | int) -> np.ndarray:
    """Of each point a number in 0..1."""
    words = [np.ascontiguousarray(part, np.float32).view(np.uint32) for part in np.broadcast_arrays(*coordinates)]
    return jenkins(*words) / 0xFFFFFFFF


def jenkins(*words: np.ndarray) -> np.ndarray:
    """lookup3 of three or four arrays of 32-bit words."""
    start = np.uint32(0xDEADBEEF + 4 * len(words) + 13)
    a, b, c = (word + start for word in words[:3])
    if len(words) == 4:
        for by in (4, 6, 8, 16, 19, 4):
            a, c = (a - c) ^ _turned(c, by), c + b
            a, b, c = b, c, a
        a = a + words[3]
    for by in (14, 11, 25, 16, 4, 14, 24):
        c = (c ^ b) - _turned(b, by)
        a, b, c = b, c, a
    return b


def _turned(word: np.ndarray, by: int) -> np.ndarray:
    return (word << np.uint32(by)) | (word >> np.uint32(32 - by))
