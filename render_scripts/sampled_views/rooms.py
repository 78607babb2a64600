"""Which floors are rooms: something encloses them, and there is something to see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .floors import Floors
from .judging import labels_wanted
from .surroundings import AROUND, Place, is_enclosed, is_inside_a_thing
from .view_request import ViewRequest

_TILE = 0.5
"""Metres of a side: of each tile of a floor one place is tried."""
_TILES = 4000
"""At most; larger ones where there would be more."""


@dataclass(frozen=True)
class Rooms:
    """Places to stand at in rooms, and of how many `floors` some place is `enclosed`, and `sees` what is asked for."""

    places: Floors
    floors: int
    enclosed: int
    sees: int


def rooms_of(place: Place, request: ViewRequest) -> Rooms:
    """The floors from which as many labels are seen as asked for, and around which something encloses, somewhere; of
    these, where enclosed places are asked for, those around which something does.

    A place of each tile is tried: streets, roofs, lawns and empty houses next door would take nearly all candidates.
    """
    floors, wanted = place.floors, labels_wanted(place.surfaces, request)
    height = sum(request.heights) / 2
    tiles = _tiles(floors)
    around, seeing = np.zeros(tiles.max(initial=-1) + 1, bool), np.zeros(tiles.max(initial=-1) + 1, bool)
    for tile, at in enumerate(_middles(floors, tiles)):
        hits = place.surfaces.cast(np.array([*floors.xy[at], floors.z[at] + height]), AROUND)
        free = not is_inside_a_thing(place, hits.metres, hits.back, hits.things)
        around[tile] = free and is_enclosed(hits.metres)
        seen = np.unique(hits.labels[(hits.metres <= request.distances[1]) & (hits.labels > 0)])
        seeing[tile] = free and len(seen) >= wanted
    fit = around if request.enclosed else np.ones(len(around), bool)
    good = np.unique(floors.region[(fit & seeing)[tiles]])
    kept = np.isin(floors.region, good) & fit[tiles]
    every, enclosed, sees = (len(np.unique(floors.region[some])) for some in (tiles >= 0, around[tiles], seeing[tiles]))
    return Rooms(floors.kept(kept), every, enclosed, sees)


def _tiles(floors: Floors) -> NDArray[np.int64]:
    """Which tile each place is of, counted from 0: squares of a floor, as small as many can be."""
    side = max(_TILE, float(np.sqrt(len(floors) * floors.step**2 / _TILES)))
    squares = np.column_stack([np.floor(floors.xy / side).astype(np.int64), floors.region])
    return np.unique(squares, axis=0, return_inverse=True)[1].ravel() if len(floors) else np.zeros(0, np.int64)


def _middles(floors: Floors, tiles: NDArray[np.int64]) -> list[int]:
    """Of each tile, the place nearest to the middle of its places."""
    order = np.argsort(tiles, kind="stable")
    found = []
    for places in np.split(order, np.flatnonzero(np.diff(tiles[order])) + 1) if len(tiles) else []:
        apart = np.linalg.norm(floors.xy[places] - floors.xy[places].mean(axis=0), axis=1)
        found.append(int(places[np.round(apart, 6).argmin()]))
    return found
