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
    """One rendered mesh: its object, or what instances that as `host`; where it stands, its box, and what is read once
    somebody asks: its tree where it stands, its corners (N, 3) there, and which of them each triangle has."""

    obj: bpy.types.Object
    host: bpy.types.Object
    matrix: Matrix
    box: Box
    tree: BVHTree | None = None
    corners: NDArray[np.float64] | None = None
    triangles: list[tuple[int, int, int]] | None = None


def tree_of(body: Body, motion: Motion | None = None) -> BVHTree | None:
    """The surface of a body, as it stands or after a motion; None where it has none, or too many vertices to ask."""
    if motion is None and body.tree:
        return body.tree
    _read(body)
    if body.corners is None:
        return None
    places = body.corners if motion is None else body.corners @ motion[:3, :3].T + motion[:3, 3]
    tree = BVHTree.FromPolygons(places.tolist(), body.triangles, all_triangles=True)
    if motion is None:
        body.tree = tree
    return tree


def cross(one: BVHTree | None, other: BVHTree | None) -> bool:
    """Whether two surfaces cross; what is not known is taken for its box, and those overlap where this is asked."""
    return not one or not other or bool(one.overlap(other))


def touch(one: Body, other: Body, by: float) -> bool:
    """Whether two bodies as they stand cross, or have a corner within `by` of the other's surface."""
    ours, theirs = tree_of(one), tree_of(other)
    if not ours or not theirs or ours.overlap(theirs):
        return True
    return by > 0 and (_is_near(one, theirs, by) or _is_near(other, ours, by))


def _is_near(body: Body, tree: BVHTree, by: float) -> bool:
    corners = [] if body.corners is None else body.corners.tolist()
    return any(tree.find_nearest(place, by)[3] is not None for place in corners)


def _read(body: Body) -> None:
    if body.triangles is not None:
        return
    body.triangles = []
    evaluated = body.obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    try:
        mesh = evaluated.to_mesh()
    except RuntimeError:
        return
    try:
        if not mesh or len(mesh.vertices) > MANY:
            return
        places = np.empty(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", places)
        matrix = np.array(body.matrix)
        mesh.calc_loop_triangles()
        corners = np.empty(3 * len(mesh.loop_triangles), np.int32)
        mesh.loop_triangles.foreach_get("vertices", corners)
        body.corners = places.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
        body.triangles = corners.reshape(-1, 3).tolist()
    finally:
        evaluated.to_mesh_clear()
