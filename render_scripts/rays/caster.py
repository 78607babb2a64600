"""Casts rays against surfaces: each thing that a ray meets, the nearest first.

Boxes in the world say, for all rays at once, which surfaces each of them may meet, nearest box first; trees in the
space of the objects say where. Mirrors and glass do not bend rays: what is asked is what a pixel shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heappop, heappush

import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

from .pixel_rays import Rays
from .surfaces import Surface, Surroundings, box

_STEP = 2e-6
"""How far behind a hit its surface is asked again, as a share of the way: float32 says where it is to 1e-7 of it."""

_AT_ONCE = 2**18
"""Pairs of rays and boxes that are compared at once: as many as stay near the processor."""


@dataclass(frozen=True)
class Hit:
    """What a ray met `distance` metres along, at `point` of the world: a triangle of a surface."""

    distance: float
    surface: Surface
    triangle: int
    point: NDArray[np.float64]


class Caster:
    """Rays into what surrounds them."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    @property
    def surfaces(self) -> Sequence[Surface]:
        return self._around.surfaces

    def met(self, rays: Rays) -> Iterator[Iterator[Hit]]:
        """For each ray what it meets from its near to its far end, the nearest first, found as far as it is asked."""
        surfaces = self._around.surfaces
        step = max(1, _AT_ONCE // max(len(surfaces), 1))
        for start in range(0, len(rays), step):
            some = rays[start : start + step]
            entered, left = _through(self.boxes, some)
            crossed = left >= np.maximum(entered, 0)
            for n in range(len(some)):
                candidates = np.flatnonzero(crossed[:, n])
                candidates = candidates[np.argsort(entered[candidates, n], kind="stable")]
                entries = entered[candidates, n].tolist()
                ray = (some.origins[n], some.directions[n], float(some.near[n]), float(some.far[n]))
                yield _along(*ray, [surfaces[c] for c in candidates], entries)

    def in_one_place(self, rays: Rays, apart: float) -> Iterator[list[Hit]]:
        """What a single ray meets, the nearest first, together what lies closer than a share `apart` of the way."""
        group: list[Hit] = []
        for hit in next(self.met(rays)):
            if group and hit.distance > group[0].distance * (1 + apart):
                yield group
                group = []
            group.append(hit)
            group += _beside(hit, apart)
        if group:
            yield group

    def fogs(self, rays: Rays) -> list[list[tuple[float, str]]]:
        """For each ray the boxes that it crosses of which rays cannot tell: (metres to where it enters, why)."""
        found: list[list[tuple[float, str]]] = [[] for _ in range(len(rays))]
        for fog in self._around.fogs:
            ((entered,), (left,)) = _through((fog.low[None], fog.high[None]), rays)
            for n in np.flatnonzero((left >= np.maximum(entered, rays.near)) & (entered <= rays.far)).tolist():
                found[n].append((float(entered[n]), fog.why))
        return found

    @cached_property
    def boxes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(S, 3) lower and (S, 3) upper corners."""
        surfaces = self._around.surfaces
        ends = [box(surface.shape.vertices, surface.matrix) for surface in surfaces]
        both = np.array(ends, np.float64).reshape(len(surfaces), 2, 3)
        margin = 1e-6 * np.abs(both).max(axis=(1, 2), initial=1.0)[:, None]
        return both[:, 0] - margin, both[:, 1] + margin


def _through(
    boxes: tuple[NDArray[np.float64], NDArray[np.float64]], rays: Rays
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where rays enter and leave boxes, (boxes, rays) in metres each; a ray that misses leaves before it enters."""
    (low, high), near, far = boxes, np.float64(-np.inf), np.float64(np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        slowness = 1 / rays.directions
        for axis in range(3):
            first = (low[:, axis, None] - rays.origins[:, axis]) * slowness[:, axis]
            second = (high[:, axis, None] - rays.origins[:, axis]) * slowness[:, axis]
            # A ray in the very plane of a side multiplies 0 by infinity: that axis does not count then.
            near = np.fmax(near, np.fmin(first, second))
            far = np.fmin(far, np.fmax(first, second))
    return near, far


def _along(
    origin: NDArray[np.float64],
    direction: NDArray[np.float64],
    near: float,
    far: float,
    surfaces: list[Surface],
    entries: list[float],
) -> Iterator[Hit]:
    """What a ray meets. `entries` are the metres to each surface's box, in rising order."""
    step = _STEP * max(1e-3, float(np.abs(origin).max()))
    waiting: list[tuple[float, int, Hit]] = []
    asked = 0
    while True:
        while asked < len(surfaces) and entries[asked] <= (waiting[0][0] if waiting else far):
            _ask(waiting, asked, surfaces[asked], origin, direction, near, far)
            asked += 1
        if not waiting:
            return
        distance, number, hit = heappop(waiting)
        yield hit
        _ask(waiting, number, hit.surface, origin, direction, distance * (1 + _STEP) + step, far)


def _beside(hit: Hit, apart: float) -> list[Hit]:
    """Other triangles of the same surface at the place of a hit: a ray goes past them when it goes on."""
    inverse = hit.surface.inverse
    local = inverse[:3, :3] @ hit.point + inverse[:3, 3]
    radius = apart * hit.distance * float(np.abs(np.linalg.det(inverse[:3, :3])) ** (1 / 3))
    found = hit.surface.shape.tree.find_nearest_range(Vector(local.tolist()), radius)
    return [replace(hit, triangle=triangle) for _, _, triangle, _ in found if triangle != hit.triangle]


def _ask(
    waiting: list[tuple[float, int, Hit]],
    number: int,
    surface: Surface,
    origin: NDArray[np.float64],
    direction: NDArray[np.float64],
    at: float,
    far: float,
) -> None:
    hit = _first(surface, origin, direction, at, far) if at < far else None
    if hit:
        heappush(waiting, (hit.distance, number, hit))


def _first(
    surface: Surface, origin: NDArray[np.float64], direction: NDArray[np.float64], at: float, far: float
) -> Hit | None:
    inverse = surface.inverse
    start = inverse[:3, :3] @ (origin + at * direction) + inverse[:3, 3]
    way = inverse[:3, :3] @ direction
    scale = float(np.sqrt(way @ way))  # the tree takes the direction alone, and measures in its own space
    most = min((far - at) * scale, 3e38)
    ray = Vector(start.tolist()), Vector((way / scale).tolist())
    _point, _normal, triangle, distance = surface.shape.tree.ray_cast(*ray, most)
    if distance is None:
        return None
    along = at + distance / scale
    return Hit(along, surface, triangle, origin + along * direction)
