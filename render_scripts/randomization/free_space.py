"""What stands in a frame, for things that are put into it: what a ray meets first, and whether something has room.

Boxes say quickly what is far. Where a box is near, its surface is asked, by a tree that is kept as long as the surface
stays the same in its object's own space. `Scene.ray_cast` would meet what renders hide, and fog.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from blender_addon.label_render.motion import moves_by_itself
from blender_addon.occurrences import is_volume_alone

Point = NDArray[np.float64]

_STILL = {"ARRAY", "BEVEL", "DECIMATE", "EDGE_SPLIT", "MIRROR", "NODES", "SCREW", "SOLIDIFY", "SUBSURF", "TRIANGULATE",
          "WEIGHTED_NORMAL", "WELD"}  # fmt: skip
"""Modifiers that make the same of a mesh in each frame, unless nodes read the time."""


@dataclass(frozen=True)
class Hit:
    """What a ray meets first: so far along, there, and the normal of the surface (not turned to anyone)."""

    distance: float
    point: Point
    normal: Point


@dataclass(frozen=True)
class _Body:
    obj: bpy.types.Object
    key: tuple[str, int]
    """(object, data): bodies of one key have one tree."""


class FreeSpace:
    """All that a render shows of a frame, in Blender units; `still` where that is the same in all frames."""

    def __init__(self, scene: bpy.types.Scene, still: bool) -> None:
        self._scene, self._still = scene, still
        self.depsgraph = bpy.context.evaluated_depsgraph_get()
        self._trees: dict[tuple[str, int], BVHTree | None] = {}
        self._bodies: list[_Body] = []
        self._matrices = self._inverses = np.empty((0, 4, 4))
        self._low = self._high = np.empty((0, 3))
        self._moving: dict[str, bool] = {}

    def look(self) -> None:
        """See the scene as it stands now."""
        self.depsgraph = bpy.context.evaluated_depsgraph_get()
        if self._still and self._bodies:
            return
        self._trees = {key: tree for key, tree in self._trees.items() if not key[1] and not self._moving[key[0]]}
        bodies, matrices, corners = [], [], []
        hidden: dict[str, bool] = {}
        for instance in self.depsgraph.object_instances:
            obj = instance.object
            if obj.type != "MESH" or not instance.show_self:  # curves, texts and metaballs come as meshes, too
                continue
            original = obj.original
            name = original.name_full
            if name not in hidden:
                hidden[name] = original.hide_render or not original.visible_camera or is_volume_alone(original)
            if hidden[name] or not len(obj.data.polygons):
                continue
            box = obj.bound_box
            of_nodes = instance.is_instance and instance.parent and instance.parent.original == original
            key = name, obj.data.as_pointer() if of_nodes else 0
            if of_nodes and key not in self._trees:  # what nodes made is there as long as this loop is
                self._trees[key] = _tree_of(obj.data)
            bodies.append(_Body(original, key))
            corners.append((*box[0], *box[6]))
            for row in instance.matrix_world:
                matrices.extend(row)
        self._bodies = bodies
        self._matrices = np.array(matrices, np.float64).reshape(-1, 4, 4)
        ends = np.array(corners, np.float64).reshape(-1, 2, 3)
        with np.errstate(all="ignore"):
            flat = np.abs(np.linalg.det(self._matrices[:, :3, :3])) < 1e-30
            self._matrices[flat] = np.eye(4)
            self._inverses = np.linalg.inv(self._matrices)
        middle, half = ends.mean(axis=1), (ends[:, 1] - ends[:, 0]) / 2
        centre = np.einsum("nij,nj->ni", self._matrices[:, :3, :3], middle) + self._matrices[:, :3, 3]
        reach = np.einsum("nij,nj->ni", np.abs(self._matrices[:, :3, :3]), half)
        reach[flat] = -1.0
        self._low, self._high = centre - reach, centre + reach

    def first(self, start: Point, way: Point, far: float) -> Hit | None:
        """What a ray meets first within `far`; `way` is of length 1."""
        best: Hit | None = None
        for at, entered in self._crossed(start, way, far):
            if best and entered > best.distance:
                break
            hit = self._hit(at, start, way, best.distance if best else far)
            if hit:
                best = hit
        return best

    def is_free(self, points: Point, triangles: NDArray[np.int32]) -> bool:
        """Whether the surface of a thing, (V, 3) in the world, meets no other, and its box holds none."""
        low, high = points.min(axis=0), points.max(axis=0)
        near = np.flatnonzero((self._low <= high).all(axis=1) & (self._high >= low).all(axis=1))
        for at in near.tolist():
            if (self._low[at] >= low).all() and (self._high[at] <= high).all():
                return False
            tree = self._tree(at)
            if tree is None:
                return False  # a surface that cannot be read is taken for its box
            inverse = self._inverses[at]
            there = points @ inverse[:3, :3].T + inverse[:3, 3]
            if tree.overlap(BVHTree.FromPolygons(there.tolist(), triangles.tolist(), all_triangles=True)):
                return False
        return True

    def _crossed(self, start: Point, way: Point, far: float) -> Iterator[tuple[int, float]]:
        """The bodies whose boxes a ray crosses, and where it enters them, the nearest first."""
        with np.errstate(divide="ignore", invalid="ignore"):
            one, other = (self._low - start) / way, (self._high - start) / way
        entered = np.nanmax(np.fmin(one, other), axis=1, initial=0.0)
        left = np.nanmin(np.fmax(one, other), axis=1, initial=far)
        crossed = np.flatnonzero(left >= entered)
        for at in crossed[np.argsort(entered[crossed], kind="stable")].tolist():
            yield at, float(entered[at])

    def _hit(self, at: int, start: Point, way: Point, far: float) -> Hit | None:
        tree, inverse = self._tree(at), self._inverses[at]
        if not tree:
            return None
        origin, along = inverse[:3, :3] @ start + inverse[:3, 3], inverse[:3, :3] @ way
        scale = float(np.linalg.norm(along))
        _, normal, _, distance = tree.ray_cast(Vector(origin.tolist()), Vector((along / scale).tolist()), far * scale)
        if distance is None:
            return None
        up = inverse[:3, :3].T @ np.array(normal)
        return Hit(distance / scale, start + way * (distance / scale), up / np.linalg.norm(up))

    def _tree(self, at: int) -> BVHTree | None:
        body = self._bodies[at]
        if body.key not in self._trees:
            evaluated = body.obj.evaluated_get(self.depsgraph)
            try:
                mesh = evaluated.to_mesh()
                self._trees[body.key] = _tree_of(mesh) if mesh else None
            except RuntimeError:
                self._trees[body.key] = None
            finally:
                evaluated.to_mesh_clear()
            self._moving[body.key[0]] = self._moves(body.obj)
        return self._trees[body.key]

    def _moves(self, obj: bpy.types.Object) -> bool:
        """Whether a surface may be another one in the next frame, in its object's own space."""
        keys = getattr(obj.data, "shape_keys", None)
        plain = obj.type == "MESH" and not keys and not obj.animation_data and not obj.data.animation_data
        return (
            not plain or any(each.type not in _STILL for each in obj.modifiers) or moves_by_itself(self._scene, [obj])
        )


def is_still(scene: bpy.types.Scene) -> bool:
    """Whether nothing but cameras and lights can be anywhere else in another frame."""
    free = {"CAMERA", "LIGHT"}
    objects = [obj for obj in bpy.data.objects if obj.type not in free or {each.type for each in obj.children} - free]
    moving = any(obj.animation_data or obj.constraints for obj in objects)
    blocks = (*bpy.data.meshes, *bpy.data.curves, *bpy.data.shape_keys, *bpy.data.collections)
    trees = (tree for tree in bpy.data.node_groups if tree.type == "GEOMETRY")
    moving = moving or any(getattr(block, "animation_data", None) for block in (*blocks, *trees))
    return not moving and not moves_by_itself(scene, bpy.data.objects)


def _tree_of(mesh: bpy.types.Mesh) -> BVHTree | None:
    mesh.calc_loop_triangles()
    points, triangles = np.empty(3 * len(mesh.vertices), np.float32), np.empty(3 * len(mesh.loop_triangles), np.int32)
    mesh.vertices.foreach_get("co", points)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    if not len(triangles):
        return None
    return BVHTree.FromPolygons(points.reshape(-1, 3).tolist(), triangles.reshape(-1, 3).tolist(), all_triangles=True)
