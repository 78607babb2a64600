"""All that a render shows as one tree of triangles, in metres: what a ray meets first, of which thing, which label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND
from blender_addon.overlay.things import look
from blender_addon.overlay.triangles import Geometry

Array = NDArray[np.float64]

NOTHING = -1
NOWHERE = 1e9
"""Metres: what is so far away is no place but a broken mesh."""
MOST = 4_000_000
"""Triangles of a tree. Where a scene has more, the smallest things count as their boxes, until it fits."""
_BOX = np.array(
    [[0, 3, 1], [0, 2, 3], [4, 5, 7], [4, 7, 6], [0, 1, 5], [0, 5, 4],
     [2, 7, 3], [2, 6, 7], [0, 6, 2], [0, 4, 6], [1, 3, 7], [1, 7, 5]]
)  # fmt: skip
"""Triangles of a box, seen from outside; corner n is low or high in x, y, z by its bits 0, 1, 2."""


@dataclass(frozen=True)
class Hits:
    """What rays met, an entry for each: `metres` (inf: nothing), whether its `back` was seen, `things` and `triangles`
    (NOTHING where nothing), `labels` (BACKGROUND where nothing)."""

    metres: Array
    back: NDArray[np.bool_]
    things: NDArray[np.int64]
    triangles: NDArray[np.int64]
    labels: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Surfaces:
    """Triangles: `corners` (T, 3, 3) float32 metres, `thing` and `label` (T,). Things: `hosts`, the session id of the
    object that each is known as, and their boxes `low` and `high` (things, 3). `broken`: session ids of objects with
    corners that are nowhere (NaN, or NOWHERE), whose triangles there are left out."""

    tree: BVHTree
    corners: NDArray[np.float32]
    thing: NDArray[np.int32]
    label: NDArray[np.int32]
    hosts: NDArray[np.int64]
    low: Array
    high: Array
    broken: tuple[int, ...] = ()

    @property
    def bounds(self) -> tuple[Array, Array]:
        return self.low.min(axis=0), self.high.max(axis=0)

    def cast(self, origin: Array, directions: Array, farthest: float = 1e6) -> Hits:
        """What rays from one place meet first; `directions` (N, 3) are unit vectors."""
        start, ray_cast = Vector(origin), self.tree.ray_cast
        triangles = np.full(len(directions), NOTHING, np.int64)
        metres = np.full(len(directions), np.inf)
        back = np.zeros(len(directions), bool)
        for at, direction in enumerate(map(Vector, directions.tolist())):
            _, normal, triangle, distance = ray_cast(start, direction, farthest)
            if triangle is not None:
                triangles[at], metres[at], back[at] = triangle, distance, normal.dot(direction) > 0
        hit = triangles != NOTHING
        things = np.where(hit, self.thing[triangles], NOTHING)
        return Hits(metres, back, things, triangles, np.where(hit, self.label[triangles], BACKGROUND))

    def is_near(self, place: Array, metres: float) -> bool:
        """Whether any surface is nearer than this."""
        return self.tree.find_nearest(Vector(place), metres)[3] is not None

    def of(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> BVHTree:
        """A tree of some of the triangles alone."""
        return tree_of(self.corners[chosen])


def read_surfaces(view_layer: bpy.types.ViewLayer, depsgraph: bpy.types.Depsgraph, scale: float) -> Surfaces | None:
    """The surfaces of an evaluated scene, `scale` metres a Blender unit; None where there are none."""
    geometries: dict[Any, Geometry] = {}
    things = look(view_layer, depsgraph, geometries, wires=True)
    if not things:
        return None
    matrices = [np.array(thing.matrix, np.float64).reshape(3, 4) * scale for thing in things]
    boxed = _too_small_for_detail([geometries[thing.geometry] for thing in things], matrices)
    corners, owners, labels = [], [], []
    hosts: list[int] = []
    broken: dict[int, None] = {}
    for number, (thing, matrix) in enumerate(zip(things, matrices)):
        local = geometries[thing.geometry].corners
        world = local[:, :3] @ matrix[:, :3].T + matrix[:, 3]
        if number in boxed:
            world, slots = _box(world), np.zeros(len(_BOX), np.int64)
        else:
            slots = local[::3, 3].astype(np.int64)
            if np.linalg.det(matrix[:, :3]) < 0:  # mirrored: Blender turns the faces, and so must we
                world = world.reshape(-1, 3, 3)[:, ::-1]
        world = world.reshape(-1, 3, 3).astype(np.float32)
        somewhere = (np.abs(world) < NOWHERE).all(axis=(1, 2))  # NaN is less than nothing
        if not somewhere.all():
            broken[thing.host] = None
            world, slots = world[somewhere], slots[somewhere]
        if len(world):
            corners.append(world)
            owners.append(np.full(len(slots), len(hosts), np.int32))
            labels.append(np.array(thing.labels, np.int32)[slots])
            hosts.append(thing.host)
    if not corners:
        return None
    every = np.concatenate(corners)
    return Surfaces(
        tree_of(every),
        every,
        np.concatenate(owners),
        np.concatenate(labels),
        np.array(hosts, np.int64),
        np.array([part.min(axis=(0, 1)) for part in corners], np.float64),
        np.array([part.max(axis=(0, 1)) for part in corners], np.float64),
        tuple(broken),
    )


def tree_of(corners: NDArray[np.float32]) -> BVHTree:
    """A tree of triangles, whose numbers are those of the rows of `corners` (T, 3, 3)."""
    every = np.ascontiguousarray(corners.reshape(-1, 3))
    # Corners that are shared are one vertex, since Python's lists are large; by a hash, since sorting rows is slow.
    bits = every.view(np.uint32).astype(np.uint64) * np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 1], np.uint64)
    _, first, number = np.unique(bits[:, 0] ^ bits[:, 1] ^ bits[:, 2], return_index=True, return_inverse=True)
    number = number.ravel()
    if not np.array_equal(every[first][number], every):  # two corners of one hash
        first = number = np.arange(len(every))
    return BVHTree.FromPolygons(every[first].tolist(), number.reshape(-1, 3).tolist(), all_triangles=True)


def _too_small_for_detail(geometries: list[Geometry], matrices: list[Array]) -> set[int]:
    """Numbers of the things that count as boxes: as many of the smallest as a tree of MOST triangles asks for."""
    total = sum(geometry.triangles for geometry in geometries)
    boxed: set[int] = set()
    if total > MOST:
        sizes = [
            float(np.linalg.norm(np.ptp(geometry.corners[:, :3], axis=0) * np.linalg.norm(matrix[:, :3], axis=0)))
            for geometry, matrix in zip(geometries, matrices)
        ]
        for number in sorted(range(len(sizes)), key=lambda number: (sizes[number], number)):
            if total <= MOST:
                break
            total -= geometries[number].triangles - len(_BOX)
            boxed.add(number)
    return boxed


def _box(corners: Array) -> Array:
    low, high = corners.min(axis=0), corners.max(axis=0)
    places = np.array([[(high if corner >> axis & 1 else low)[axis] for axis in range(3)] for corner in range(8)])
    return places[_BOX]
