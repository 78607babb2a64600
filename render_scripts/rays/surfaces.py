"""Everything with a surface that a render shows, as triangles that rays are cast against, and what rays cannot tell of.

Blender's own `Scene.ray_cast` does not do: in 5.2 it hits what renders hide (measured). So each mesh of the depsgraph
gets a tree of its own (mathutils), in the space of its object, as soon as a ray comes near one of its copies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from blender_addon.compat import shader_tree
from blender_addon.occurrences import NO_LEVEL, hair_of

from .. import compat

Materials = tuple[bpy.types.Material | None, ...]


@dataclass(frozen=True, eq=False)
class Shape:
    """An evaluated mesh; it lives as long as the depsgraph does."""

    mesh: bpy.types.Mesh
    _maps: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    @cached_property
    def vertices(self) -> NDArray[np.float32]:
        """(V, 3) in the space of the object."""
        found = np.empty(3 * len(self.mesh.vertices), np.float32)
        self.mesh.vertices.foreach_get("co", found)
        return found.reshape(-1, 3)

    @cached_property
    def triangles(self) -> NDArray[np.int32]:
        """(T, 3) numbers of vertices."""
        return self._of_triangles("vertices", 3)

    @cached_property
    def faces(self) -> NDArray[np.int32]:
        """(T,) the face that each triangle is of."""
        return self._of_triangles("polygon_index", 1).reshape(-1)

    @cached_property
    def slots(self) -> NDArray[np.int32]:
        """(T,) the material slot of each triangle."""
        found = np.empty(len(self.mesh.polygons), np.int32)
        self.mesh.polygons.foreach_get("material_index", found)
        return found[self.faces]

    @cached_property
    def corner_normals(self) -> NDArray[np.float32]:
        """(T, 3 corners, 3) as they are shaded, in the space of the object."""
        found = np.empty(3 * len(self.mesh.loops), np.float32)
        self.mesh.corner_normals.foreach_get("vector", found)
        return found.reshape(-1, 3)[self._of_triangles("loops", 3)]

    @cached_property
    def tree(self) -> BVHTree:
        return BVHTree.FromPolygons(self.vertices.tolist(), self.triangles.tolist(), all_triangles=True)

    def uv(self, name: str) -> NDArray[np.float32] | None:
        """(T, 3 corners, 2) of a UV map, "" for the one that renders take; None where there is no such map."""
        layers = self.mesh.uv_layers
        layer = layers.get(name) if name else next((layer for layer in layers if layer.active_render), None)
        if layer is None:
            return None
        if layer.name not in self._maps:
            found = np.empty(2 * len(self.mesh.loops), np.float32)
            layer.uv.foreach_get("vector", found)
            self._maps[layer.name] = found.reshape(-1, 2)[self._of_triangles("loops", 3)]
        return self._maps[layer.name]

    def _of_triangles(self, name: str, width: int) -> NDArray[np.int32]:
        found = np.empty(width * len(self.mesh.loop_triangles), np.int32)
        self.mesh.loop_triangles.foreach_get(name, found)
        return found.reshape(-1, width)


@dataclass(frozen=True, eq=False)
class Surface:
    """A shape where the scene has it. `obj` and `host` are originals: the object, and what shows it, which is the
    outermost instancer or the object itself. `matrix` is 4x4, from the shape's space into the world; `inverse` back."""

    obj: bpy.types.Object
    host: bpy.types.Object
    shape: Shape
    materials: Materials
    matrix: NDArray[np.float64]
    inverse: NDArray[np.float64]
    is_holdout: bool = False
    path: tuple[int, ...] = ()
    """Blender's numbers of a copy, from the innermost level on; () where the object shows itself."""

    def material(self, triangle: int) -> bpy.types.Material | None:
        """As Cycles takes it: a slot that is not there counts as the last one."""
        slots = self.materials
        return slots[min(max(int(self.shape.slots[triangle]), 0), len(slots) - 1)] if slots else None

    def normals(self, triangle: int, point: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of the flat triangle, and as it is shaded there; unit vectors in the world, not turned to anyone."""
        first, second, third = self._corners(triangle)
        shaded = self.shares(triangle, point) @ self.shape.corner_normals[triangle].astype(np.float64)
        turned = np.stack([np.cross(second - first, third - first), shaded]) @ self.inverse[:3, :3]
        flat, smooth = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-300)
        return flat, smooth

    def shares(self, triangle: int, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much each corner of a triangle counts at a point of it: barycentric coordinates, (3,)."""
        corners = self._corners(triangle)
        local = self.inverse[:3, :3] @ point + self.inverse[:3, 3]
        across = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        opposite = [np.cross(corners[k - 2] - local, corners[k - 1] - local) @ across for k in range(3)]
        return np.array(opposite) / max(float(across @ across), 1e-300)

    def _corners(self, triangle: int) -> NDArray[np.float64]:
        return self.shape.vertices[self.shape.triangles[triangle]].astype(np.float64)


@dataclass(frozen=True)
class Fog:
    """A box in the world, two corners, in which rays do not tell what is seen, and why."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    why: str


@dataclass
class Surroundings:
    """What the rays may meet."""

    surfaces: list[Surface] = field(default_factory=list)
    fogs: list[Fog] = field(default_factory=list)


def surroundings(depsgraph: bpy.types.Depsgraph, view_layer: bpy.types.ViewLayer) -> Surroundings:
    """Everything that a camera sees of a render's depsgraph (`with_render_depsgraph`); valid as long as that is."""
    found = Surroundings()
    shapes: dict[int, Shape] = {}
    displaced: dict[bpy.types.Material | None, bool] = {}
    override = view_layer.material_override
    for instance in depsgraph.object_instances:
        obj = instance.object
        hair = hair_of(obj) if instance.show_particles else []
        if not (instance.show_self or hair) or obj.type not in _SHOWN:
            continue
        top = instance.parent if instance.is_instance and instance.parent else obj
        if not _meets_cameras(obj, top, view_layer):
            continue
        matrix = np.array(instance.matrix_world, np.float64)
        if obj.type != "MESH":
            found.fogs += _strands(obj, matrix)
            continue
        mesh = obj.data
        shape = shapes.setdefault(mesh.as_pointer(), Shape(mesh))
        found.fogs += _hair(hair, shape, matrix)
        if not instance.show_self or not len(mesh.polygons):
            continue
        slots = tuple(slot.material and slot.material.original for slot in obj.material_slots)
        materials = tuple(override for _ in slots or (None,)) if override else slots
        holdout = top.original.holdout_get(view_layer=view_layer)
        if why := _not_as_it_stands(obj, materials, depsgraph, displaced):
            found.fogs.append(_around(shape.vertices, matrix, why, 0.1))
        path = tuple(level for level in instance.persistent_id if level != NO_LEVEL) if instance.is_instance else ()
        found.surfaces.append(Surface(obj.original, top.original, shape, materials, matrix, matrix, holdout, path))
    return Surroundings(_with_inverses(found.surfaces), found.fogs)


def _with_inverses(surfaces: list[Surface]) -> list[Surface]:
    """Inverted all at once, and without those that are flattened to nothing."""
    matrices = np.array([surface.matrix for surface in surfaces], np.float64).reshape(-1, 4, 4)
    whole = np.linalg.det(matrices[:, :3, :3]) != 0
    matrices[~whole] = np.eye(4)
    inverses = np.linalg.inv(matrices)
    return [replace(surface, inverse=inverses[n]) for n, surface in enumerate(surfaces) if whole[n]]


_SHOWN = {"MESH", "CURVES", "POINTCLOUD"}
"""Curves, texts and metaballs come as themselves and, once more, as the mesh that they are rendered as."""


def _meets_cameras(obj: bpy.types.Object, top: bpy.types.Object, view_layer: bpy.types.ViewLayer) -> bool:
    """Cycles' rule: both the copy and its outermost instancer are visible to cameras, and the latter not indirectly."""
    if not obj.visible_camera or not top.visible_camera:
        return False
    return not top.original.indirect_only_get(view_layer=view_layer)


def _not_as_it_stands(
    obj: bpy.types.Object,
    materials: Materials,
    depsgraph: bpy.types.Depsgraph,
    displaced: dict[bpy.types.Material | None, bool],
) -> str:
    """Why Cycles renders other triangles than the depsgraph has; "" where it renders those. `displaced` is filled."""
    if compat.is_diced(obj, depsgraph.scene):
        return "adaptive subdivision"
    for material in materials:
        if material not in displaced:
            displaced[material] = bool(material) and _is_displaced(material)
    return "displacement" if any(displaced[material] for material in materials) else ""


def _is_displaced(material: bpy.types.Material) -> bool:
    tree = shader_tree(material)
    output = tree and tree.get_output_node("CYCLES")
    return bool(output) and material.displacement_method != "BUMP" and output.inputs["Displacement"].is_linked


def _strands(obj: bpy.types.Object, matrix: NDArray[np.float64]) -> Iterator[Fog]:
    attribute = obj.data.attributes.get("position")
    if attribute and len(attribute.data):
        points = np.empty(3 * len(attribute.data), np.float32)
        attribute.data.foreach_get("vector", points)
        yield _around(points.reshape(-1, 3), matrix, "hair" if obj.type == "CURVES" else "points", 0.1)


def _hair(systems: list[bpy.types.ParticleSystem], shape: Shape, matrix: NDArray[np.float64]) -> Iterator[Fog]:
    for system in systems if len(shape.vertices) else ():
        size = float(np.linalg.norm(shape.vertices.max(axis=0) - shape.vertices.min(axis=0)))
        yield _around(shape.vertices, matrix, "hair", 0.1 + 2 * system.settings.hair_length / max(size, 1e-9))


def _around(points: NDArray[np.float32], matrix: NDArray[np.float64], why: str, more: float) -> Fog:
    """The box around points of an object's space, with `more` of its diagonal on each side."""
    low, high = box(points, matrix)
    margin = more * float(np.linalg.norm(high - low)) + 1e-6
    return Fog(low - margin, high + margin, why)


def box(points: NDArray[np.float32], matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two corners of a box of the world that holds the box around the points of an object's space."""
    ends = np.stack([points.min(axis=0), points.max(axis=0)]).astype(np.float64)
    corners = np.array([[ends[i, 0], ends[j, 1], ends[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    placed = corners @ matrix[:3, :3].T + matrix[:3, 3]
    return placed.min(axis=0), placed.max(axis=0)


def vector(values: NDArray[np.float64]) -> Vector:
    return Vector(values.tolist())
