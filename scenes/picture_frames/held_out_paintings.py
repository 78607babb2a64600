"""Painters of pictures that only hard walls show, so that no training set has their like."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scenes.picture_frames.canvas import Sheet, mixed, over


def woven_arcs(paper: Sheet) -> np.ndarray:
    """Quarter rings on a grid of tiles."""
    rng = paper.rng
    many = rng.integers(3, 6)
    u, v = (paper.x + 1) * many, (paper.y + 1) * many
    flips = rng.integers(0, 4, (40, 40))[v.astype(int), u.astype(int)]
    a, b = np.where(flips % 2, u % 1, 1 - u % 1), np.where(flips // 2, v % 1, 1 - v % 1)
    bands = (np.hypot(a, b) * 5).astype(int) % 5
    return paper.palette[bands] * (0.96 + 0.06 * paper.clouds(40, 2)[..., None])


def marble(paper: Sheet) -> np.ndarray:
    """Inks that ran into one another, with veins of gold."""
    ground, *inks = paper.palette
    flow = paper.clouds(2.5, 5) + 0.5 * paper.clouds(5, 5)
    canvas = mixed(
        mixed(ground, inks[1], np.clip(flow * 1.6 - 0.5, 0, 1)), inks[0], np.clip(np.sin(flow * 14), 0, 1) * 0.7
    )
    return over(canvas, (0.80, 0.62, 0.28), paper.inside(0.012 - np.abs(flow - 0.8 - 0.2 * paper.clouds(7, 3)), 0.012))


def interference(paper: Sheet) -> np.ndarray:
    """Rings from two middles that meet."""
    rng, (ground, dark, *inks) = paper.rng, paper.palette
    rings = [
        np.sin(np.hypot(paper.x - a, paper.y - b) * rng.uniform(30, 60)) for a, b in rng.uniform(-0.7, 0.7, (2, 2))
    ]
    return over(over(paper.fill(ground), dark, rings[0] > 0), inks[rng.integers(3)], (rings[1] > 0.2) * 0.85)


def facets(paper: Sheet) -> np.ndarray:
    """A landscape, or nothing, in cells of one tone each."""
    rng = paper.rng
    spots = rng.uniform(-1, 1, (70, 2))
    far = [np.hypot(paper.x - a, paper.y - b) for a, b in spots]
    near = np.argmin(far, axis=0)
    tones = mixed(paper.palette[rng.integers(1, 5, 70)], paper.palette[0], rng.random(70) * 0.6)
    return tones[near] * (0.85 + 0.3 * np.min(far, axis=0)[..., None] * 4).clip(0, 1.1)


def tree_rings(paper: Sheet) -> np.ndarray:
    """A block print of wood cut across."""
    rng, (ground, dark, *_) = paper.rng, paper.palette
    far = np.hypot(paper.x - rng.normal(0, 0.15), paper.y - rng.normal(0, 0.15)) + 0.12 * (paper.clouds(4, 4) - 0.5)
    rings = np.sin(far * 70 + 4 * paper.clouds(3, 2)) > 0.1
    return over(paper.fill(ground), dark, rings * (far < 0.75 * min(paper.x.max(), paper.y.max())) * 0.92)


def checked_hills(paper: Sheet) -> np.ndarray:
    """A plain of squares that runs to a sunset."""
    rng, (ground, *inks) = paper.rng, paper.palette
    horizon = paper.y.max() * rng.uniform(-0.1, 0.2)
    deep = 1 / np.clip(horizon - paper.y, 0.01, None)
    squares = (np.floor(paper.x * deep * 1.5 + 50) + np.floor(deep * 1.2)) % 2
    sky = mixed(inks[2], inks[0], np.clip((paper.y - horizon) * 1.5, 0, 1))
    sky = over(sky, inks[3], paper.inside(0.22 - np.hypot(paper.x, paper.y - horizon - 0.12)))
    return np.where((paper.y > horizon)[..., None], sky, mixed(ground, inks[1], squares))


HELD_OUT: tuple[Callable[[Sheet], np.ndarray], ...] = (
    woven_arcs,
    marble,
    interference,
    facets,
    tree_rings,
    checked_hills,
)
