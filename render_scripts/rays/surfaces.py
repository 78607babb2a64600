"""Everything with a surface that a render shows, as triangles that rays are cast against, and what rays cannot tell of.

Blender's own `Scene.ray_cast` does not do: in 5.2 it hits what renders hide (measured). So each mesh of the depsgraph
gets a tree of its own (`trees`), in the space of its object, as soon as a ray comes near one of its copies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from blender_addon.compat import shader_tree
from blender_addon.label_render.frame_things import listed
from blender_addon.label_render.thing_ids import Key, Listed, keys_of
from blender_addon.occurrences import hair_of
from blender_addon.scene_labels import CARRIERS

from .. import compat
from .trees import Trees

Materials = tuple[bpy.types.Material | None, ...]


@dataclass(frozen=True, eq=False)
class Shape:
    """An evaluated mesh; it lives as long as the depsgraph does. `placed`: the matrix of an object that it is the shape
    of alone, whose space is then the world."""

    mesh: bpy.types.Mesh
    trees: Trees
    placed: NDArray[np.float64] | None = None
    _maps: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    @cached_property
    def vertices(self) -> NDArray[np.float32]:
        """(V, 3) in the space of the object."""
        found = np.empty(3 * len(self.mesh.vertices), np.float32)
        self.mesh.vertices.foreach_get("co", found)
        places = found.reshape(-1, 3)
        if self.placed is None:
            return places
        return (places @ self.placed[:3, :3].T + self.placed[:3, 3]).astype(np.float32)

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
    def shading(self) -> NDArray[np.float32]:
        """(T, 3 corners, 3) the normals that Cycles shades by, in the space of the object; nan where it shades flat.

        Where edges are sharp or normals custom each corner has its own, those of flat faces, too. Else vertices have
        theirs, of all faces around them, and flat faces none.
        """
        mesh = self.mesh
        smooth, sharp = np.empty(len(mesh.polygons), bool), np.empty(len(mesh.edges), bool)
        mesh.polygons.foreach_get("use_smooth", smooth)
        mesh.edges.foreach_get("use_edge_sharp", sharp)
        parted = sharp.any() or (compat.flat_faces_end_smoothing() and not smooth.all())
        by_corner = mesh.has_custom_normals or (smooth.any() and parted)
        normals, places = (mesh.corner_normals, "loops") if by_corner else (mesh.vertex_normals, "vertices")
        found = np.empty(3 * len(normals), np.float32)
        normals.foreach_get("vector", found)
        of_triangles = found.reshape(-1, 3)[self._of_triangles(places, 3)]
        if not by_corner:
            of_triangles[~smooth[self.faces]] = np.nan
        return of_triangles

    @cached_property
    def tree(self) -> BVHTree:
        return self.trees.of(self.vertices, self.triangles)

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
    key: Key = ("", (), "")
    """What the thing is that the surface is of."""

    def material(self, triangle: int) -> bpy.types.Material | None:
        """As Cycles takes it: a slot that is not there counts as the last one."""
        slots = self.materials
        return slots[min(max(int(self.shape.slots[triangle]), 0), len(slots) - 1)] if slots else None

    def is_smooth(self, triangle: int) -> bool:
        return not np.isnan(self.shape.shading[triangle]).any()

    def normals(self, triangle: int, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unit vectors in the world, not turned to anyone, a row each: of the flat triangle and, where it is shaded
        otherwise, those of its corners averaged there.

        Cycles averages them in the space of the object or, where it has moved the corners, in the world, which is not
        the same where scales differ.
        """
        first, second, third = self._corners(triangle)
        found = [np.cross(second - first, third - first) @ self.inverse[:3, :3]]
        if self.is_smooth(triangle) and self.shape.placed is None:
            of_corners = self.shape.shading[triangle].astype(np.float64) @ self.inverse[:3, :3]
            shares = self.shares(triangle, point)
            found += [shares @ of_corners, shares @ _unit(of_corners)]
        return _unit(np.stack(found))

    def shares(self, triangle: int, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much each corner of a triangle counts at a point of it: barycentric coordinates, (3,)."""
        corners = self._corners(triangle)
        local = self.inverse[:3, :3] @ point + self.inverse[:3, 3]
        across = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        opposite = [np.cross(corners[k - 2] - local, corners[k - 1] - local) @ across for k in range(3)]
        return np.array(opposite) / max(float(across @ across), 1e-300)

    def _corners(self, triangle: int) -> NDArray[np.float64]:
        return self.shape.vertices[self.shape.triangles[triangle]].astype(np.float64)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300))


@dataclass(frozen=True)
class Fog:
    """A box in the world, two corners, in which rays do not tell what is seen, and why; `of` an object."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    why: str
    of: str = ""

    def within(self, point: NDArray[np.float64], reach: float) -> bool:
        """Whether some of it is that near to a point."""
        return float(np.linalg.norm(np.clip(point, self.low, self.high) - point)) <= reach


@dataclass
class Surroundings:
    """What the rays may meet."""

    surfaces: list[Surface] = field(default_factory=list)
    fogs: list[Fog] = field(default_factory=list)


def surroundings(
    depsgraph: bpy.types.Depsgraph, view_layer: bpy.types.ViewLayer, trees: Trees | None = None
) -> Surroundings:
    """Everything that a camera sees of a render's depsgraph (`with_render_depsgraph`); valid as long as that is.

    `trees`: those of the last look, where there was one.
    """
    trees = trees or Trees()
    trees.begin()
    found = Surroundings()
    shapes: dict[int, Shape] = {}
    displaced: dict[bpy.types.Material | None, bool] = {}
    override = view_layer.material_override
    rows: list[Listed] = []
    places: list[int] = []
    for instance in depsgraph.object_instances:
        obj = instance.object
        hair = hair_of(obj) if instance.show_particles else []
        if obj.type not in CARRIERS or not (instance.show_self or hair):
            continue
        rows.append(listed(instance))
        if obj.type not in _SHOWN:
            continue
        top = instance.parent if instance.is_instance and instance.parent else obj
        if not _meets_cameras(obj, top, view_layer):
            continue
        matrix = np.array(instance.matrix_world, np.float64)
        if obj.type != "MESH":
            if instance.show_self and (view_layer.use_strand or obj.type != "CURVES"):
                found.fogs += _named(_strands(obj, matrix), obj)
            continue
        mesh = obj.data
        shape = shapes.setdefault(mesh.as_pointer(), Shape(mesh, trees))
        if view_layer.use_strand:
            found.fogs += _named(_hair(hair, shape, matrix), obj)
        if not len(mesh.polygons) or not view_layer.use_solid or not instance.show_self:
            continue
        slots = tuple(slot.material and slot.material.original for slot in obj.material_slots)
        materials = tuple(override for _ in slots or (None,)) if override else slots
        holdout = top.original.holdout_get(view_layer=view_layer)
        if why := _not_as_it_stands(obj, materials, depsgraph, displaced):
            found.fogs += _named([_around(shape.vertices, matrix, why, 0.1)], obj)
        found.surfaces.append(Surface(obj.original, top.original, shape, materials, matrix, matrix, holdout))
        places.append(len(rows) - 1)
    keys = keys_of(rows, {})
    return Surroundings(_whole(found.surfaces, [keys[place] for place in places]), found.fogs)


def _whole(surfaces: list[Surface], keys: list[Key]) -> list[Surface]:
    """With their keys, and inverted all at once; those that are flattened, which nothing inverts, stand in the world's
    own space."""
    matrices = np.array([surface.matrix for surface in surfaces], np.float64).reshape(-1, 4, 4)
    scales = np.linalg.svd(matrices[:, :3, :3], compute_uv=False)
    flat = scales[:, 2] <= _FLATTENED * scales[:, 0]
    for n in np.flatnonzero(flat):
        shape = surfaces[n].shape
        surfaces[n] = replace(surfaces[n], shape=Shape(shape.mesh, shape.trees, matrices[n].copy()), matrix=np.eye(4))
        matrices[n] = np.eye(4)
    inverses = np.linalg.inv(matrices)
    return [replace(surface, inverse=inverses[n], key=keys[n]) for n, surface in enumerate(surfaces)]


_FLATTENED = 1e-5
"""Share of an object's largest scale: what is less leaves float32 no room to tell where on it a ray is."""

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


def _named(fogs: Iterable[Fog], obj: bpy.types.Object) -> Iterator[Fog]:
    return (replace(fog, of=obj.name) for fog in fogs)


def _strands(obj: bpy.types.Object, matrix: NDArray[np.float64]) -> Iterator[Fog]:
    attributes = obj.data.attributes
    position, radius = attributes.get("position"), attributes.get("radius")
    if position and len(position.data):
        points = np.empty(3 * len(position.data), np.float32)
        position.data.foreach_get("vector", points)
        radii = np.zeros(len(radius.data) if radius else 1, np.float32)
        if radius:
            radius.data.foreach_get("value", radii)
        why = "hair" if obj.type == "CURVES" else "points"
        yield _around(points.reshape(-1, 3), matrix, why, 0.1, float(radii.max()))


def _hair(systems: list[bpy.types.ParticleSystem], shape: Shape, matrix: NDArray[np.float64]) -> Iterator[Fog]:
    for settings in (system.settings for system in systems if len(shape.vertices)):
        thick = max(settings.root_radius, settings.tip_radius) * settings.radius_scale
        yield _around(shape.vertices, matrix, "hair", 0.1, 2 * settings.hair_length + thick)


def _around(points: NDArray[np.float32], matrix: NDArray[np.float64], why: str, more: float, reach: float = 0.0) -> Fog:
    """The box around points of an object's space and all that is within `reach` of them there, with `more` of the
    points' diagonal on each side."""
    low, high = box(points, matrix)
    widest = float(np.linalg.norm(matrix[:3, :3], axis=0).max())
    margin = more * float(np.linalg.norm(high - low)) + reach * widest + 1e-6
    return Fog(low - margin, high + margin, why)


def box(points: NDArray[np.float32], matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two corners of a box of the world that holds the box around the points of an object's space."""
    ends = np.stack([points.min(axis=0), points.max(axis=0)]).astype(np.float64)
    corners = np.array([[ends[i, 0], ends[j, 1], ends[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    placed = corners @ matrix[:3, :3].T + matrix[:3, 3]
    return placed.min(axis=0), placed.max(axis=0)


def vector(values: NDArray[np.float64]) -> Vector:
    return Vector(values.tolist())
