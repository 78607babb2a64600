"""The room behind the camera, which glass and mirrors show: a panorama of a box with windows, a door and furniture.

Pure. It is seen small, askew and mostly by a twenty-fifth of its light, so all that stands there is flat on its walls.
"""

from __future__ import annotations

import numpy as np

BRIGHTEST = 7.0
"""The light of a window's panes; that of a white wall is somewhat below 1."""
WALL, FLOOR, CEILING = (0.50, 0.47, 0.43), (0.19, 0.12, 0.07), (0.62, 0.61, 0.58)
_REACH, _EYE, _TALL = 3.6, 1.5, 2.7  # metres: from the middle to the walls, and heights
_FINE = 90  # points of a wall in a metre


class _Side:
    """One wall as it is painted: metres from its middle to the right, and from the floor up."""

    def __init__(self, rng: np.random.Generator, color: np.ndarray) -> None:
        self.rng = rng
        self.light = np.tile(color, (round(_TALL * _FINE), round(2 * _REACH * _FINE), 1))

    def _part(self, left: float, low: float, right: float, high: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        first, last = (max(round((s + _REACH) * _FINE), 0) for s in (left, right))
        bottom, top = (max(round(z * _FINE), 0) for z in (low, high))
        part = self.light[bottom:top, first:last]
        z, s = np.mgrid[bottom : bottom + part.shape[0], first : first + part.shape[1]] / _FINE
        return part, s - _REACH, z

    def box(self, color, left: float, low: float, right: float, high: float) -> None:
        self._part(left, low, right, high)[0][:] = color

    def disc(self, color, s: float, z: float, wide: float, tall: float) -> None:
        part, across, up = self._part(s - wide, z - tall, s + wide, z + tall)
        part[np.hypot((across - s) / wide, (up - z) / tall) < 1] = color

    def sky(self, light: np.ndarray, left: float, low: float, right: float, high: float) -> None:
        """Over trees."""
        part, s, z = self._part(left, low, right, high)
        part[:] = np.where((z > 1.35 + 0.12 * np.sin(5.1 * s) + 0.05 * np.sin(17 * s))[..., None], light,
                           light * (0.16, 0.2, 0.1))  # fmt: skip

    def cloth(self, color: np.ndarray, left: float, low: float, right: float, high: float) -> None:
        """In folds."""
        part, s, _ = self._part(left, low, right, high)
        part[:] = color * (0.75 + 0.25 * np.sin(55 * s))[..., None]


def paint_room(rng: np.random.Generator, tall: int) -> np.ndarray:
    """Light from each direction, (tall, 2 * tall, 3) from 0 to `BRIGHTEST`, as Blender reads equirectangular images."""
    turn = np.pi - (np.arange(2 * tall) + 0.5) / tall * np.pi
    rise = ((np.arange(tall) + 0.5) / tall - 0.5) * np.pi
    x, y = np.cos(turn) * np.cos(rise)[:, None], np.sin(turn) * np.cos(rise)[:, None]
    up = np.broadcast_to(np.sin(rise)[:, None], x.shape)
    walls = _REACH / np.maximum(abs(x), abs(y))
    levels = np.where(up > 0, _TALL - _EYE, _EYE) / np.maximum(abs(up), 1e-6)
    away = np.minimum(walls, levels)
    where = np.stack([x, y, up], axis=-1) * away[..., None] + (0, 0, _EYE)
    color = np.array(WALL) * rng.uniform(0.75, 1.15) * (1 + rng.normal(0, 0.04, 3))
    boards = 0.8 + 0.3 * rng.random(64)[np.floor(where[..., 0] / 0.14).astype(int) % 64]
    light = np.where((up > 0)[..., None], CEILING, FLOOR * boards[..., None])
    for number, kind in enumerate([*rng.permutation([0, 1, 2]), 0]):  # the last is behind the camera
        side = _Side(rng, color)
        (_window, _door, _shelves)[kind](side)
        _furnish(side)
        sine, cosine = np.sin(np.pi / 2 * number), np.cos(np.pi / 2 * number)
        across = where[..., 0] * sine - where[..., 1] * cosine
        here = (where[..., 0] * cosine + where[..., 1] * sine >= abs(across)) & (walls < levels)
        rows, columns = (where[here, 2] * _FINE).astype(int), ((across[here] + _REACH) * _FINE).astype(int)
        light[here] = side.light[np.clip(rows, 0, len(side.light) - 1), np.clip(columns, 0, side.light.shape[1] - 1)]
    return np.clip(light * _corners(where)[..., None], 0, BRIGHTEST)


def _corners(where: np.ndarray) -> np.ndarray:
    """How much light reaches a point: less where walls, floor and ceiling meet."""
    gaps = [_REACH - abs(where[..., 0]), _REACH - abs(where[..., 1]), where[..., 2], _TALL - where[..., 2]]
    second = np.sort(np.stack(gaps), axis=0)[1]  # the nearest is the surface's own
    return 1 - 0.45 * np.exp(-np.clip(second, 0, None) / 0.35)


def _window(side: _Side) -> None:
    """Panes between curtains."""
    rng = side.rng
    middle, half = rng.uniform(-1.4, 1.4), rng.uniform(0.5, 1.1)
    low, high = rng.uniform(0.3, 0.95), rng.uniform(2.0, 2.4)
    side.box((0.7, 0.69, 0.66), middle - half - 0.07, low - 0.07, middle + half + 0.07, high + 0.07)
    sky, columns = np.array((0.86, 0.95, 1.0)) * rng.uniform(3.0, BRIGHTEST), int(rng.integers(2, 4))
    for column in range(columns):
        left = middle - half + 2 * half * column / columns + 0.03
        side.sky(sky, left, low, left + 2 * half / columns - 0.06, high)
    cloth, drawn = rng.uniform(0.15, 0.8, 3) * 0.4 + 0.3, rng.uniform(0.2, 0.6)
    for left in (middle - half - 0.25, middle + half + 0.25 - drawn):
        side.cloth(cloth, left, 0.05, left + drawn, high + 0.15)


def _door(side: _Side) -> None:
    left, tone = side.rng.uniform(-2.4, 1.5), side.rng.uniform(0.35, 0.65)
    side.box((0.68, 0.67, 0.64), left - 0.08, 0, left + 0.98, 2.13)
    side.box((tone, tone * 0.97, tone * 0.92), left, 0, left + 0.9, 2.05)
    for low, high in ((0.2, 0.85), (1.05, 1.9)):
        side.box((tone * 0.8,) * 3, left + 0.13, low, left + 0.77, high)
    side.box((0.05,) * 3, left + 0.8, 1.0, left + 0.88, 1.04)


def _shelves(side: _Side) -> None:
    """Rows of books."""
    rng = side.rng
    left, wide, high = rng.uniform(-2.8, 0.8), rng.uniform(0.8, 2.0), rng.uniform(1.4, 2.3)
    side.box(np.array((0.30, 0.19, 0.10)) * rng.uniform(0.5, 1.6), left, 0, left + wide, high)
    rows = int(high / 0.34)
    for row in range(rows):
        low, at = 0.06 + row * high / rows, left + 0.04
        side.box((0.04, 0.03, 0.025), left + 0.03, low, left + wide - 0.03, low + high / rows - 0.05)
        while at < left + wide - 0.1:
            thick, tall = rng.uniform(0.02, 0.06), rng.uniform(0.16, 0.25)
            color = np.clip(rng.normal(0.24, 0.16) * rng.uniform(0.4, 1.4, 3), 0.02, 0.7)
            side.box(color, at, low, at + thick, low + tall * (rng.random() < 0.85))
            at += thick


def _furnish(side: _Side) -> None:
    """What stands before a wall: perhaps a sofa, a plant, a lamp."""
    rng = side.rng
    color = np.clip(rng.normal(0.22, 0.12) * rng.uniform(0.6, 1.3, 3), 0.03, 0.6)
    if rng.random() < 0.6:
        left, wide = rng.uniform(-2.6, 0.4), rng.uniform(1.4, 2.2)
        side.box(color * 0.9, left, 0.08, left + wide, 0.82)
        for at in (left - 0.05, left + wide - 0.2):
            side.box(color, at, 0.08, at + 0.25, 0.6)
        for at in np.linspace(left + 0.22, left + wide / 2 + 0.02, 2):
            side.box(color * 1.25, at, 0.38, at + wide / 2 - 0.26, 0.5)
    if rng.random() < 0.6:
        middle, high = rng.uniform(-2.8, 2.8), rng.uniform(0.7, 1.6)
        side.box((0.25, 0.12, 0.07), middle - 0.16, 0, middle + 0.16, 0.4)
        side.box((0.06, 0.07, 0.03), middle - 0.015, 0.4, middle + 0.015, high)
        for s, z, wide, tall, tone in rng.uniform((-0.4, -0.5, 0.04, 0.03, 0.4), (0.4, 0.5, 0.16, 0.1, 1.8), (40, 5)):
            side.disc(np.array((0.05, 0.11, 0.03)) * tone, middle + s * (1 - abs(z)), high + z, wide, tall)
    if rng.random() < 0.4:
        middle = rng.uniform(-2.8, 2.8)
        side.box((0.03,) * 3, middle - 0.012, 0, middle + 0.012, 1.5)
        side.disc(np.array((1.0, 0.8, 0.52)) * rng.uniform(0.6, 4.0), middle, 1.6, 0.2, 0.16)
