"""Where in a scene things can stand: flat places in rooms, on floors and furniture, near what may move.

In metres, on the tree of all triangles and in the columns that sampled views have.
"""

from __future__ import annotations

import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

from ..sampled_views.floors import floors, levels
from ..sampled_views.surfaces import NOTHING, Surfaces
from ..sampled_views.surroundings import (
    AROUND,
    REACH,
    Place,
    flat_places_near,
    inside_out,
    is_enclosed,
    is_inside_a_thing,
)

Array = NDArray[np.float64]

HEADROOM = 0.03  # metres above a surface that counts at all
STANDING = 1.0  # metres above a floor that is one
FLOOR = 2.0  # square metres of one, where the scene has any so large: the top of a wardrobe is none
HOUSE = 4.0  # metres of a thing that is no furniture, and stays
AWAY = 3.0  # metres from anything that may move
RUG = 0.02  # metres from one place to the next within one surface
LEVEL = 0.006  # metres by which the ground may differ under a thing
ASIDE = 0.03  # metres around a place that are as high
BLOCK = 2.0  # metres of a surface that are in a room, or not, as their middle is
INDOORS = 0.1  # of all places on floors that are in rooms, where a scene has any
CLOSED = 0.95  # of all directions that meet one thing: its inside


class StandingPlaces:
    """`rows` (N, 8): x, y, z, surface, owner, whether it is a floor, label, free metres above. `step`: metres from one
    place to the next."""

    def __init__(self, surfaces: Surfaces, owner: NDArray[np.int64], movable: NDArray[np.bool_]) -> None:
        """`owner` of each triangle; `movable`: which of the tree's things may move."""
        self._surfaces, self._owner = surfaces, owner
        self._indoors, self._shell = False, np.zeros(len(surfaces.hosts), bool)
        self.step = 0.0
        self.rows = self._read(movable)

    def is_open(self, at: tuple[float, float, float]) -> bool:
        """Whether a place is in a room, where the scene has any, and neither in the solid nor in a closed cupboard."""
        hits = self._surfaces.cast(np.array(at), AROUND)
        if self._indoors and not is_enclosed(hits.metres):
            return False
        if is_inside_a_thing(self._place, hits.metres, hits.back, hits.things):
            return False
        met = hits.things[hits.things != NOTHING]
        most = np.bincount(met).argmax() if len(met) else NOTHING
        return most == NOTHING or self._shell[most] or (met == most).sum() < CLOSED * len(AROUND)

    def _read(self, movable: NDArray[np.bool_]) -> Array:
        surfaces = self._surfaces
        movable = movable & ((surfaces.high - surfaces.low).max(axis=1) < HOUSE)
        spots = (surfaces.low[movable, :2] + surfaces.high[movable, :2]) / 2
        step, *every = flat_places_near(surfaces, spots, AWAY, HEADROOM)
        tall = every[-1] >= STANDING
        found = floors(step, *(part[tall] for part in every))
        self.step, self._place = step, Place(surfaces, found, inside_out(surfaces, found, STANDING))
        free = ~self._in_the_solid(*every[1:])
        cells, xy, z, room = (part[free] for part in every)
        if not len(z):
            return np.zeros((0, 8))
        region, tall = levels(cells, z, RUG), room >= STANDING
        is_floor = self._floors_of(cells, z, region) & self._lived_on(cells, z, region, movable)
        if (is_floor & tall).any():
            low, high = xy[is_floor & tall].min(axis=0), xy[is_floor & tall].max(axis=0)
            self._shell = ((surfaces.low[:, :2] <= low + step) & (surfaces.high[:, :2] >= high - step)).all(axis=1)
        enclosed = self._enclosed(xy, z, room, region)
        self._indoors = bool(enclosed[is_floor & tall].sum() > INDOORS * (is_floor & tall).sum())
        triangle = self._triangles_at(xy, z)
        rows = np.column_stack((xy, z, region, self._owner[triangle], is_floor, surfaces.label[triangle], room))
        rows = rows[enclosed] if self._indoors else rows
        return rows[self._flat(rows[:, :3])]

    def _flat(self, places: Array) -> NDArray[np.bool_]:
        """Which places (N, 3) are as high a little to each side: not between two books, nor on the rim of a bowl."""
        down, ray_cast, found = Vector((0, 0, -1)), self._surfaces.tree.ray_cast, np.ones(len(places), bool)
        for at, (x, y, z) in enumerate(places.tolist()):
            for a, b in ((ASIDE, 0), (-ASIDE, 0), (0, ASIDE), (0, -ASIDE)):
                if ray_cast(Vector((x + a, y + b, z + LEVEL)), down, 2 * LEVEL)[2] is None:
                    found[at] = False
                    break
        return found

    def _in_the_solid(self, xy: Array, z: Array, room: Array) -> NDArray[np.bool_]:
        """Which places are the bottom of something solid, seen from within: what is above is its own back."""
        up, ray_cast, found = Vector((0, 0, 1)), self._surfaces.tree.ray_cast, np.zeros(len(z), bool)
        under = self._surfaces.thing[self._triangles_at(xy, z)]
        for at in np.flatnonzero(room < STANDING).tolist():
            _, normal, triangle, _ = ray_cast(Vector((*xy[at], z[at] + 1e-3)), up)
            found[at] = triangle is not None and normal.z > 0 and self._surfaces.thing[triangle] == under[at]
        return found

    def _triangles_at(self, xy: Array, z: Array) -> NDArray[np.int64]:
        down, ray_cast = Vector((0, 0, -1)), self._surfaces.tree.ray_cast
        rays = (ray_cast(Vector((x, y, high + 1e-3)), down, 0.01)[2] for (x, y), high in zip(xy.tolist(), z.tolist()))
        return np.array([triangle or 0 for triangle in rays], np.int64)

    def _enclosed(self, xy: Array, z: Array, room: Array, region: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which places are in a room, by one look around from each part of each surface that is `BLOCK` wide."""
        blocks = np.column_stack((np.floor(xy / BLOCK), region))
        _, number = np.unique(blocks, axis=0, return_inverse=True)
        order = np.argsort(number.ravel(), kind="stable")
        groups = np.split(order, np.cumsum(np.bincount(number.ravel()))[:-1])
        found = np.zeros(len(z), bool)
        for group in groups:
            freest = group[room[group] >= min(STANDING, room[group].max())]  # and not from below a table
            for share in (0.5, 0.25, 0.75):
                at = freest[int(len(freest) * share)]
                eye = np.array([*xy[at], z[at] + min(room[at], STANDING) * 0.8])
                hits = self._surfaces.cast(eye, AROUND, REACH)
                if not is_inside_a_thing(self._place, hits.metres, hits.back, hits.things):
                    found[group] = is_enclosed(hits.metres)
                    break
        return found

    def _floors_of(self, cells: NDArray[np.int64], z: Array, region: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which places are of a level that is a floor, and a large one where there is any."""
        found = self._place.floors
        at = {(x, y, round(high, 4)): place for place, ((x, y), high) in enumerate(zip(cells.tolist(), z.tolist()))}
        keys = ((x, y, round(high, 4)) for (x, y), high in zip(found.cells.tolist(), found.z.tolist()))
        floor = {int(region[at[key]]) for key in keys if key in at}
        sizes = np.bincount(region) * self.step**2
        least = min(FLOOR, max((sizes[each] for each in floor), default=0.0) / 2)
        return np.isin(region, [each for each in floor if sizes[each] >= least])

    def _lived_on(
        self, cells: NDArray[np.int64], z: Array, region: NDArray[np.int64], movable: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Which places are of a level that something movable stands on: no roof, and no attic."""
        columns: dict[tuple[int, int], list[int]] = {}
        for place, cell in enumerate(cells.tolist()):
            columns.setdefault((cell[0], cell[1]), []).append(place)
        lowest, _ = self._surfaces.bounds
        found = set()
        for low, high in zip(self._surfaces.low[movable], self._surfaces.high[movable]):
            for share in ((0.5, 0.5), (0.1, 0.1), (0.9, 0.9), (0.1, 0.9), (0.9, 0.1)):
                x, y = ((low[:2] + share * (high - low)[:2] - lowest[:2]) / self.step).astype(int).tolist()
                found |= {int(region[at]) for at in columns.get((x, y), ()) if abs(z[at] - low[2]) < 0.03}
        return np.isin(region, list(found))
