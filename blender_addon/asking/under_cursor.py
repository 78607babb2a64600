"""What the mouse points at: what a ray through the evaluated scene hits first, and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
from bpy_extras.view3d_utils import region_2d_to_origin_3d, region_2d_to_vector_3d
from mathutils import Matrix, Vector

from ..instancing import Chain, referring_trees
from ..occurrences import copies, shown_by
from ..scene_labels import resolve

Ray = tuple[Vector, Vector]
"""Origin and direction in world space, metres."""

_STEP = 1e-4  # metres past a surface that the view does not show
_MOST = 256  # surfaces that are looked through


@dataclass(frozen=True)
class Hit:
    """The object that a ray hit, the material of that face, and the instancers it may be reached through there.

    `host` is what a person knows it as: the outermost instancer, or the object itself. `chains` are never empty;
    of what is shown itself the only one is ().
    """

    obj: bpy.types.Object
    material: bpy.types.Material | None
    host: bpy.types.Object
    chains: tuple[Chain, ...]

    @property
    def label_id(self) -> int:
        return resolve(self.obj, material=self.material, instancers=self.chains[0]).label_id


def first_hit(depsgraph: bpy.types.Depsgraph, ray: Ray, view: bpy.types.SpaceView3D | None = None) -> Hit | None:
    """The first surface along a ray that a 3D view shows; None: there is none. Without a view, that its scene shows."""
    origin, direction = ray[0].copy(), ray[1].normalized()
    for _ in range(_MOST):
        hit, where, _normal, face, obj, matrix = depsgraph.scene.ray_cast(depsgraph, origin, direction)
        if not hit:
            return None
        host = _host(depsgraph, obj.original, matrix)
        if host.visible_get(viewport=view) if view else host.visible_get():
            material = _material(obj.evaluated_get(depsgraph), face)
            return Hit(obj.original, material, host, _chains(depsgraph, host, obj.original))
        origin = where + direction * _STEP
    return None


def region_at(area: bpy.types.Area, x: int, y: int) -> bpy.types.Region | None:
    """The region of a 3D view that shows a place of the window, in pixels: one, or one of four in a quad view."""
    for each in area.regions:
        if each.type == "WINDOW" and 0 <= x - each.x < each.width and 0 <= y - each.y < each.height:
            return each
    return None


def ray_at(region: bpy.types.Region, space: bpy.types.SpaceView3D, at: tuple[float, float]) -> Ray:
    """From where and which way a 3D view looks through a point of its region, in pixels from the lower left."""
    view = region.data  # one of four looks another way than the space's own
    origin, direction = region_2d_to_origin_3d(region, view, at), region_2d_to_vector_3d(region, view, at)
    if not view.is_perspective:  # an orthographic view also shows what is behind its origin
        origin = origin - direction * space.clip_end
    return origin, direction


def _host(depsgraph: bpy.types.Depsgraph, obj: bpy.types.Object, matrix: Matrix) -> bpy.types.Object:
    """The object of the scene that shows what was hit: itself, or the outermost instancer of that copy."""
    for instance in depsgraph.object_instances:
        if instance.object.original == obj and _same(instance.matrix_world, matrix):
            return instance.parent.original if instance.is_instance and instance.parent else obj
    return obj


def _same(one: Matrix, other: Matrix) -> bool:
    return all(abs(a - b) < 1e-5 for rows in zip(one, other) for a, b in zip(*rows))


def _chains(depsgraph: bpy.types.Depsgraph, host: bpy.types.Object, obj: bpy.types.Object) -> tuple[Chain, ...]:
    if host == obj:
        return ((),)
    trees = referring_trees()
    shown, copying = shown_by(host, trees, depsgraph)
    every = [*shown, *(copies(depsgraph, {host: copying}, trees) if copying else ())]
    return tuple(dict.fromkeys(each.instancers for each in every if each.obj == obj and each.instancers)) or ((host,),)


def _material(evaluated: bpy.types.Object, face: int) -> bpy.types.Material | None:
    """The material of a face of the evaluated object; the first slot's where the face is not known."""
    slots = evaluated.material_slots
    mesh = evaluated.to_mesh() if face >= 0 and slots else None
    number, of_nodes = 0, None
    if mesh and face < len(mesh.polygons):
        number = mesh.polygons[face].material_index
        of_nodes = mesh.materials[number] if len(slots) <= number < len(mesh.materials) else None
    material = of_nodes or (slots[min(number, len(slots) - 1)].material if slots else None)
    if mesh:
        evaluated.to_mesh_clear()
    return material and material.original
