"""Wallpapers: one repeat of a pattern, (height, width, 3) in 0..1, sRGB, which meets itself on all sides. No Blender.

`STRIPES` and `PATTERNS` hang on any wall; `HELD_OUT` on hard ones alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PIXELS = 320

GROUNDS = np.array(
    [
        (0.93, 0.90, 0.84), (0.88, 0.86, 0.82), (0.80, 0.83, 0.80), (0.78, 0.82, 0.86), (0.87, 0.80, 0.76),
        (0.90, 0.85, 0.70), (0.62, 0.68, 0.62), (0.52, 0.60, 0.66), (0.70, 0.56, 0.50), (0.24, 0.30, 0.32),
        (0.16, 0.20, 0.28), (0.30, 0.18, 0.18), (0.20, 0.27, 0.22), (0.74, 0.66, 0.55), (0.55, 0.50, 0.46),
        (0.86, 0.74, 0.70),
    ]
)  # fmt: skip
"""Colours that walls have."""


@dataclass(frozen=True)
class Wallpaper:
    """`pixels`: one repeat; `wide`, `tall`: metres that it covers."""

    pixels: np.ndarray
    wide: float
    tall: float


def wallpaper(rng: np.random.Generator, kind: str) -> Wallpaper:
    """A wallpaper of a kind of `STRIPES`, `PATTERNS` or `HELD_OUT`."""
    paint = {**STRIPES, **PATTERNS, **HELD_OUT}[kind]
    ground, ink, third = _colors(rng)
    return paint(rng, ground, ink, third)


def _colors(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A ground, an ink that is near to it or far, and a third."""
    ground = GROUNDS[rng.integers(len(GROUNDS))]
    near = np.clip(ground * rng.choice([0.82, 0.9, 1.12]) + rng.normal(0, 0.02, 3), 0, 1)
    ink = near if rng.random() < 0.45 else GROUNDS[rng.integers(len(GROUNDS))]
    if np.abs(ink - ground).max() < 0.06:
        ink = ground * 0.75
    return ground, ink, GROUNDS[rng.integers(len(GROUNDS))]


def _grid() -> tuple[np.ndarray, np.ndarray]:
    """u to the right and v upwards, both 0..1."""
    spots = (np.arange(PIXELS) + 0.5) / PIXELS
    return np.meshgrid(spots, spots)


def _inked(ground, *layers: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    canvas = np.broadcast_to(ground, (PIXELS, PIXELS, 3))
    for ink, layer in layers:
        cover = np.clip(layer, 0, 1)[..., None]
        canvas = canvas * (1 - cover) + ink * cover
    return canvas


def _bands(rng: np.random.Generator, inks: list[np.ndarray], widths: list[float]) -> np.ndarray:
    """Colours side by side, (pixels, 3), of these widths."""
    ends = np.cumsum(widths) / np.sum(widths)
    return np.array(inks)[np.searchsorted(ends, (np.arange(PIXELS) + 0.5) / PIXELS)]


def _upright(line: np.ndarray, wide: float) -> Wallpaper:
    return Wallpaper(np.broadcast_to(line, (PIXELS, PIXELS, 3)), wide, wide)


def regency(rng, ground, ink, third) -> Wallpaper:
    """Two colours of one width."""
    return _upright(_bands(rng, [ground, ink], [1, 1]), rng.uniform(0.07, 0.3))


def pinstripe(rng, ground, ink, third) -> Wallpaper:
    """Thin lines on a ground."""
    return _upright(_bands(rng, [ground, ink], [1, rng.uniform(0.08, 0.25)]), rng.uniform(0.03, 0.1))


def ticking(rng, ground, ink, third) -> Wallpaper:
    """A broad stripe between thin ones."""
    thin = rng.uniform(0.06, 0.14)
    line = _bands(rng, [ground, ink, ground, third, ground, ink], [0.5, thin, 0.12, rng.uniform(0.15, 0.4), 0.12, thin])
    return _upright(line, rng.uniform(0.1, 0.34))


def awning(rng, ground, ink, third) -> Wallpaper:
    """Broad stripes of a strong colour on white."""
    return _upright(_bands(rng, [GROUNDS[0], ink * 0.9], [1, rng.uniform(0.7, 1.2)]), rng.uniform(0.16, 0.36))


def dots(rng, ground, ink, third) -> Wallpaper:
    u, v = _grid()
    far = np.minimum(np.hypot(u - 0.5, v - 0.5), np.hypot(np.abs(u - 0.5) - 0.5, np.abs(v - 0.5) - 0.5))
    return Wallpaper(_inked(ground, (ink, (rng.uniform(0.08, 0.2) - far) * 60)), *[rng.uniform(0.06, 0.16)] * 2)


def trellis(rng, ground, ink, third) -> Wallpaper:
    """A lattice of curved lines, with a mark in each field."""
    u, v = _grid()
    bend = rng.uniform(0, 0.1)
    wave = bend * np.sin(4 * np.pi * v)
    one, two = (u + v + wave) % 1, (u - v + wave) % 1
    line = np.minimum(np.minimum(one, 1 - one), np.minimum(two, 1 - two))
    mark = 0.07 - np.hypot(u - 0.5, v)
    mark = np.maximum(
        mark, np.maximum(0.07 - np.hypot(u - 0.5, v - 1), 0.07 - np.hypot(np.abs(u - 0.5) - 0.5, v - 0.5))
    )
    tile = _inked(ground, (ink, (rng.uniform(0.03, 0.07) - line) * 60), (third, mark * 60 * (rng.random() < 0.6)))
    wide = rng.uniform(0.1, 0.26)
    return Wallpaper(tile, wide, wide * rng.uniform(1, 1.6))


def damask(rng, ground, ink, third) -> Wallpaper:
    """Mirrored leaves in two rows, tone on tone."""
    u, v = _grid()
    waves = [(int(rng.integers(1, 4)), int(rng.integers(1, 4)), *rng.uniform(0, 6.28, 2)) for _ in range(4)]

    def motif(u, v):
        x, y = np.abs((u % 1) * 2 - 1), (v % 1) * 2 - 1
        swirl = sum(np.sin(np.pi * (a * x * 1.3 + p)) * np.sin(np.pi * b * y + q) for a, b, p, q in waves)
        oval = 1 - np.hypot(x / 0.85, y / 0.95)
        return np.minimum(oval, 0.22 * swirl + 0.35 * oval)

    shape = np.maximum(motif(u, v), motif(u + 0.5, v + 0.5) * 0.8)
    wide = rng.uniform(0.2, 0.5)
    return Wallpaper(_inked(ground, (ink, shape * 25)), wide, wide * 1.3)


def sprigs(rng, ground, ink, third) -> Wallpaper:
    """Small leaves and flowers, strewn."""
    u, v = _grid()
    cover, bloom = np.zeros_like(u), np.zeros_like(u)
    for number in range(34):
        x, y, turn, long = *rng.random(2), rng.uniform(0, 6.28), rng.uniform(0.03, 0.11)
        a, b = (u - x + 0.5) % 1 - 0.5, (v - y + 0.5) % 1 - 0.5
        along, across = a * np.cos(turn) + b * np.sin(turn), b * np.cos(turn) - a * np.sin(turn)
        if number % 4:
            leaf = 1 - np.hypot(along / long, across / (0.28 * long)) - 0.3 * (np.abs(across) < 0.03 * long)
            cover = np.maximum(cover, leaf * 6)
        else:
            petals = long * (0.5 + 0.25 * np.cos(5 * np.arctan2(b, a))) - np.hypot(a, b)
            bloom = np.maximum(bloom, petals * 80)
    return Wallpaper(_inked(ground, (ink, cover), (third, bloom)), *[rng.uniform(0.3, 0.6)] * 2)


def chevron(rng, ground, ink, third) -> Wallpaper:
    u, v = _grid()
    zigzag = (2 * v + np.abs(2 * u - 1) * rng.choice([0.5, 1.0])) % 1
    wide = rng.uniform(0.08, 0.2)
    return Wallpaper(_inked(ground, (ink, (0.25 - np.abs(zigzag - 0.5)) * 80)), wide, wide * 1.6)


def barcode(rng, ground, ink, third) -> Wallpaper:
    """Stripes of all widths and many colours."""
    many = int(rng.integers(9, 18))
    inks = [GROUNDS[at] for at in rng.integers(0, len(GROUNDS), many)]
    return _upright(_bands(rng, inks, list(rng.lognormal(0, 0.8, many))), rng.uniform(0.5, 1.2))


def lying(rng, ground, ink, third) -> Wallpaper:
    """Stripes that lie: bands around the room."""
    line = _bands(rng, [ground, ink, ground, third], list(rng.uniform(0.3, 1, 4)))
    tall = rng.uniform(0.14, 0.5)
    return Wallpaper(np.broadcast_to(line[:, None], (PIXELS, PIXELS, 3)), tall, tall)


def slanted(rng, ground, ink, third) -> Wallpaper:
    u, v = _grid()
    band = (u * rng.choice([1, 2]) + v * rng.choice([-1, 1])) % 1
    return Wallpaper(_inked(ground, (ink, (0.25 - np.abs(band - 0.5)) * 100)), *[rng.uniform(0.12, 0.4)] * 2)


def plaid(rng, ground, ink, third) -> Wallpaper:
    """Stripes both ways."""
    u, v = _grid()
    layers = []
    for color in (ink, third):
        at, wide = rng.uniform(0.2, 0.8), rng.uniform(0.05, 0.18)
        layers += [(color, 0.6 * (np.abs(u - at) < wide)), (color, 0.6 * (np.abs(v - at) < wide))]
    return Wallpaper(_inked(ground, *layers), *[rng.uniform(0.15, 0.4)] * 2)


def swaying(rng, ground, ink, third) -> Wallpaper:
    """Stripes that sway."""
    u, v = _grid()
    band = (2 * u + rng.uniform(0.15, 0.3) * np.sin(2 * np.pi * v)) % 1
    wide = rng.uniform(0.12, 0.35)
    tile = _inked(ground, (ink, (0.27 - np.abs(band - 0.5)) * 80), (third, (0.05 - np.abs(band - 0.5)) * 80))
    return Wallpaper(tile, wide, wide * 2)


Paper = Callable[..., Wallpaper]
STRIPES: dict[str, Paper] = {each.__name__: each for each in (regency, pinstripe, ticking, awning)}
PATTERNS: dict[str, Paper] = {each.__name__: each for each in (dots, trellis, damask, sprigs, chevron)}
HELD_OUT: dict[str, Paper] = {each.__name__: each for each in (barcode, lying, slanted, plaid, swaying)}
