"""Rendered meshes of things: where they are, and whether the surfaces of two cross or touch."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from .boxes import Box

MANY = 200_000  # vertices of a mesh that is not asked, but taken for its box

Motion = NDArray[np.float64]
"""4x4, of the world."""


@dataclass(eq=False)
class Body:
    """One rendered mesh: its object, or what instances that as `host`; where it stands, its box, and its triangles
    once somebody asks."""

    obj: bpy.types.Object
    host: bpy.types.Object
    matrix: Matrix
    box: Box
    tree: BVHTree | None = None


def cross(one: Body, motion: Motion, other: Body, theirs: Motion | None) -> bool:
    """Whether the surfaces of two bodies cross; one that has too many vertices is taken for its box."""
    ours, tree = _tree(one, motion), _resting(other) if theirs is None else _tree(other, theirs)
    return not ours or not tree or bool(ours.overlap(tree))


def touch(one: Body, other: Body, by: float) -> bool:
    """Whether two bodies as they stand cross, or have a corner within `by` of the other's surface."""
    ours, tree = _resting(one), _resting(other)
    if not ours or not tree or ours.overlap(tree):
        return True
    return _is_near(one, tree, by) or _is_near(other, ours, by)


def _is_near(body: Body, tree: BVHTree, by: float) -> bool:
    read = _triangles(body)
    return bool(read) and any(tree.find_nearest(place, by)[3] is not None for place in read[0].tolist())


def _resting(body: Body) -> BVHTree | None:
    body.tree = body.tree or _tree(body, None)
    return body.tree


def _tree(body: Body, motion: Motion | None) -> BVHTree | None:
    read = _triangles(body)
    if not read:
        return None
    places, corners = read
    if motion is not None:
        places = places @ motion[:3, :3].T + motion[:3, 3]
    return BVHTree.FromPolygons(places.tolist(), corners.tolist(), all_triangles=True)


def _triangles(body: Body) -> tuple[NDArray[np.float64], NDArray[np.int32]] | None:
    """Corners in the world (N, 3) as the body stands, and which of them each triangle has (T, 3)."""
    evaluated = body.obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    try:
        mesh = evaluated.to_mesh()
    except RuntimeError:
        return None
    try:
        if not mesh or len(mesh.vertices) > MANY:
            return None
        places = np.empty(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", places)
        matrix = np.array(body.matrix)
        mesh.calc_loop_triangles()
        corners = np.empty(3 * len(mesh.loop_triangles), np.int32)
        mesh.loop_triangles.foreach_get("vertices", corners)
        return places.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3], corners.reshape(-1, 3)
    finally:
        evaluated.to_mesh_clear()
