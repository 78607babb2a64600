"""Floors, found in columns of a scene: what one can stand on, without tables, beds and shelves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CLIMB = 0.25
"""Metres from one column to the next that are a step of stairs, a threshold, a rug."""
FURNITURE = 1.4
"""What stands out so far above a larger floor next to it, in metres, is a thing on that floor."""
BESIDE = 0.15
"""Share of its rim over which a level must border on the larger floor to be a thing on it: a house that stands higher
than its lawn borders on that at an open door."""
CRUMB = 0.5
"""Square metres below which a level is no floor."""


@dataclass(frozen=True)
class Floors:
    """Places to stand on: `cells` (N, 2) whole column numbers, `xy` (N, 2) and `z` (N,) of the floor there in metres,
    `room` (N,) how far it is to what is above (inf under the sky), `region` (N,) which connected floor it is of."""

    step: float
    cells: NDArray[np.int64]
    xy: Array
    z: Array
    room: Array
    region: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.z)

    def kept(self, mask: NDArray[np.bool_]) -> Floors:
        parts = (self.cells, self.xy, self.z, self.room, self.region)
        return Floors(self.step, *(part[mask] for part in parts))


def floors(
    step: float,
    cells: NDArray[np.int64],
    xy: Array,
    z: Array,
    room: Array,
    is_open: Callable[[int, int], bool] = lambda _above, _below: True,
) -> Floors:
    """Of flat places with air above them, those that are floors; see `Floors` for the arrays.

    Connected places are one level. A level that is next to a larger, lower one is furniture, and a crumb is nothing.
    `is_open` is asked of a place and a lower one beside it, whether there is no wall between the two.
    """
    neighbours = _neighbours(cells)
    region = _regions(neighbours, z)
    found = Floors(step, cells, xy, z, room, region)
    if not len(found):
        return found
    sizes = np.bincount(region)
    gone = sizes * step * step < CRUMB
    borders: dict[int, int] = defaultdict(int)
    rims = 4 * sizes
    for one, other in neighbours:
        if region[one] == region[other]:
            rims[region[one]] -= 2
        for above, below in ((one, other), (other, one)):
            rise = z[above] - z[below]
            on_it = CLIMB < rise < FURNITURE and sizes[region[below]] > sizes[region[above]]
            if on_it and is_open(above, below):
                borders[int(region[above])] += 1
    for level, length in borders.items():
        if length >= BESIDE * rims[level]:
            gone[level] = True
    return found.kept(~gone[region])


def levels(cells: NDArray[np.int64], z: Array, climb: float) -> NDArray[np.int64]:
    """Which connected level each flat place is of, also on furniture; counted from 0. `climb`: metres from one column
    to the next."""
    return _regions(_neighbours(cells), z, climb)


def _neighbours(cells: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Pairs of places in columns that share a side."""
    columns: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, cell in enumerate(cells.tolist()):
        columns[cell[0], cell[1]].append(place)
    pairs = []
    for (x, y), here in columns.items():
        for beside in ((x + 1, y), (x, y + 1)):
            pairs += [(one, other) for one in here for other in columns.get(beside, ())]
    return pairs


def _regions(neighbours: list[tuple[int, int]], z: Array, climb: float = CLIMB) -> NDArray[np.int64]:
    """Numbers of connected places, counted from 0."""
    leader = list(range(len(z)))

    def find(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for one, other in neighbours:
        if abs(z[one] - z[other]) <= climb:
            first, second = sorted((find(one), find(other)))
            leader[second] = first
    roots = [find(place) for place in range(len(z))]
    return np.unique(roots, return_inverse=True)[1].ravel().astype(np.int64) if roots else np.zeros(0, np.int64)
