"""What is around a place in the scene: a floor, walls, the inside of something solid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

from .floors import Floors, floors
from .poses import everywhere
from .surfaces import NOTHING, Array, Surfaces

AROUND = everywhere(64)
_LEVEL = np.abs(AROUND[:, 2]) < 0.35
_UP = AROUND[:, 2] > 0.7
REACH = 60.0
"""Metres within which a wall or a ceiling encloses."""
FINEST = 0.1
"""Metres from one column to the next."""
COLUMNS = 40_000
"""At most: a finer look at a larger scene takes minutes."""
_FLAT = 0.7  # cosine of the steepest floor
_PAST = 1e-4  # metres past a surface, to meet the next one
_LAYERS = 64
_OVER_A_LEVEL = 0.3  # metres: a wall stands there, and no edge of a table


@dataclass(frozen=True, eq=False)
class Place:
    """A scene to stand in: its surfaces, its floors, and the things that are seen from their backs from within."""

    surfaces: Surfaces
    floors: Floors
    inside_out: NDArray[np.bool_]


def look_around(surfaces: Surfaces, headroom: float) -> Place:
    """Find the floors with at least `headroom` metres above them, and the shells whose faces point outwards."""
    step, cells, xy, z, room = flat_places(surfaces, headroom)

    def is_open(above: int, below: int) -> bool:
        start = Vector((*xy[above], z[above] + _OVER_A_LEVEL))
        way = Vector((*(xy[below] - xy[above]), 0.0))
        return surfaces.tree.ray_cast(start, way.normalized(), way.length)[2] is None

    found = floors(step, cells, xy, z, room, is_open)
    return Place(surfaces, found, inside_out(surfaces, found, headroom))


def is_inside_a_thing(place: Place, metres: Array, back: NDArray[np.bool_], things: NDArray[np.int64]) -> bool:
    """Whether half of all directions (`AROUND`) meet the back of one thing. Rooms that are inside out are none."""
    backs = things[back & (things != NOTHING)]
    backs = backs[~place.inside_out[backs]]
    return bool(len(backs)) and int(np.bincount(backs).max()) * 2 >= len(metres)


def is_enclosed(metres: Array) -> bool:
    """Whether there are walls on most sides, or a ceiling and walls on half of them, along `AROUND`."""
    near = metres < REACH
    walls, roof = near[_LEVEL].mean(), near[_UP].mean()
    return bool(walls >= 0.75 or (roof >= 0.6 and walls >= 0.5))  # beside a high wall half of either is met


FlatPlaces = tuple[float, NDArray[np.int64], Array, Array, Array]
"""As `floors` takes them: how far columns are apart, and their numbers, x and y, heights, and free metres above."""


def flat_places(surfaces: Surfaces, headroom: float) -> FlatPlaces:
    """All flat surfaces with `headroom` metres above them, in columns: everywhere where the scene is small, else where
    things are and where something encloses."""
    low, high = surfaces.bounds
    size = np.maximum(high[:2] - low[:2], FINEST)
    if np.prod(np.ceil(size / FINEST)) <= COLUMNS:
        return _scan(surfaces, FINEST, _grid(low[:2], size, FINEST), low, headroom)
    coarse = max(1.0, float(np.sqrt(np.prod(size) / (COLUMNS / 4))))
    cells = _grid(low[:2], size, coarse)
    chosen = {tuple(cell) for cell in _with_things(surfaces, low, high, coarse)}
    rough = _columns(surfaces, coarse, cells, low, headroom)
    for cell, xy, z, _ in rough:
        if cell not in chosen and is_enclosed(surfaces.cast(np.array([*xy, z + headroom * 0.8]), AROUND, REACH).metres):
            chosen.add(cell)
    if not chosen:
        return _scan(surfaces, coarse, cells, low, headroom)
    finer = max(1, min(int(coarse / FINEST), int(np.sqrt(COLUMNS / len(chosen)))))
    parts = np.stack(np.meshgrid(np.arange(finer), np.arange(finer), indexing="ij"), axis=-1).reshape(-1, 2)
    fine = (np.array(sorted(chosen))[:, None] * finer + parts[None]).reshape(-1, 2)
    return _scan(surfaces, coarse / finer, fine, low, headroom)


def flat_places_near(surfaces: Surfaces, spots: Array, reach: float, headroom: float) -> FlatPlaces:
    """As `flat_places`, in columns as fine as can be within `reach` metres of any of the `spots` (N, 2)."""
    low, high = surfaces.bounds
    step = FINEST
    while True:
        # A hair off round numbers, so that a last digit moves no column.
        size = np.ceil(np.maximum(high[:2] - low[:2], FINEST) / step - 1e-3).astype(int)
        at = np.unique(np.floor((spots - low[:2]) / step / 4 + 0.0137).astype(int) * 4 + 2, axis=0)
        wide = np.arange(-int(reach / step), int(reach / step) + 1)
        window = np.stack(np.meshgrid(wide, wide, indexing="ij"), axis=-1).reshape(-1, 2)
        chosen = np.zeros(size, bool)
        for spot in at:
            cells = spot + window
            cells = cells[((cells >= 0) & (cells < size)).all(axis=1)]
            chosen[cells[:, 0], cells[:, 1]] = True
        if chosen.sum() <= COLUMNS:
            return _scan(surfaces, step, np.argwhere(chosen), low, headroom)
        step *= max(1.2, float(np.sqrt(chosen.sum() / COLUMNS)))


def _grid(low: Array, size: Array, step: float) -> NDArray[np.int64]:
    columns, rows = np.ceil(size / step).astype(int)
    return np.stack(np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"), axis=-1).reshape(-1, 2)


def _with_things(surfaces: Surfaces, low: Array, high: Array, step: float) -> NDArray[np.int64]:
    """The columns around the middles of things, those apart that are half as large as the scene."""
    small = ((surfaces.high - surfaces.low)[:, :2] < (high - low)[:2] / 2).all(axis=1)
    middles = (surfaces.low[small, :2] + surfaces.high[small, :2]) / 2
    near = np.floor((middles - low[:2]) / step).astype(int)[:, None] + np.array(
        [[x, y] for x in (-1, 0, 1) for y in (-1, 0, 1)]
    )
    cells = np.unique(near.reshape(-1, 2), axis=0)
    return cells[(cells >= 0).all(axis=1)]


def _scan(surfaces: Surfaces, step: float, cells: NDArray[np.int64], low: Array, headroom: float) -> FlatPlaces:
    found = _columns(surfaces, step, cells, low, headroom)
    numbers = np.array([cell for cell, *_ in found], np.int64).reshape(-1, 2)
    xy = np.array([at for _, at, _, _ in found], float).reshape(-1, 2)
    return step, numbers, xy, np.array([z for *_, z, _ in found]), np.array([room for *_, room in found])


def _columns(
    surfaces: Surfaces, step: float, cells: NDArray[np.int64], low: Array, headroom: float
) -> list[tuple[tuple[int, int], tuple[float, float], float, float]]:
    """(column, x and y of its middle, height, free metres above) of flat surfaces with enough air above them."""
    top = float(surfaces.high[:, 2].max()) + 1.0
    down, ray_cast = Vector((0, 0, -1)), surfaces.tree.ray_cast
    found = []
    for cell in cells.tolist():
        # Off the middle by a hair: a ray along the edge between two triangles may slip through.
        x, y = low[0] + (cell[0] + 0.5013) * step, low[1] + (cell[1] + 0.4987) * step
        z, above = top, float("inf")
        for _ in range(_LAYERS):
            _, normal, triangle, distance = ray_cast(Vector((x, y, z)), down)
            if triangle is None:
                break
            height = z - distance
            if above - height >= headroom and abs(normal.z) >= _FLAT:
                found.append(((cell[0], cell[1]), (x, y), height, above - height))
            above, z = height, height - _PAST
    return found


def inside_out(surfaces: Surfaces, found: Floors, headroom: float) -> NDArray[np.bool_]:
    """Which things hold others, or span the scene, and show their backs to who stands on a floor: rooms whose faces
    point outwards. What holds nothing is solid, and its backs are seen only from inside of it."""
    low, high = surfaces.bounds
    number = len(surfaces.hosts)
    fronts, backs = np.zeros(number, int), np.zeros(number, int)
    for at in np.linspace(0, len(found) - 1, min(200, len(found))).astype(int):
        hits = surfaces.cast(np.array([*found.xy[at], found.z[at] + headroom * 0.8]), AROUND)
        hit = hits.things != NOTHING
        np.add.at(backs, hits.things[hit & hits.back], 1)
        np.add.at(fronts, hits.things[hit & ~hits.back], 1)
    shell = np.zeros(number, bool)
    for thing in np.flatnonzero(backs > fronts):
        box = surfaces.low[thing] - _PAST, surfaces.high[thing] + _PAST
        holds = ((surfaces.low >= box[0]) & (surfaces.high <= box[1])).all(axis=1).sum() > 1
        shell[thing] = holds or ((box[1] - box[0])[:2] >= 0.98 * (high - low)[:2]).all()
    return shell
