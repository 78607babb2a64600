"""Which label is seen where the mouse points: what a ray through the evaluated scene hits first."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
from mathutils import Matrix, Vector

from .occurrences import copies, referring_trees, shown_by
from .scene_labels import resolve

_STEP = 1e-4  # metres past a surface that the view does not show
_MOST = 256  # surfaces that are looked through


@dataclass(frozen=True)
class Seen:
    """What a ray hit: its name as a person knows it (the instancer's for a member), and the label of that face."""

    name: str
    label_id: int


def label_at(
    view_layer: bpy.types.ViewLayer,
    depsgraph: bpy.types.Depsgraph,
    ray: tuple[Vector, Vector],
    view: bpy.types.SpaceView3D | None = None,
) -> Seen | None:
    """The first surface along a ray (origin, direction) in world space that a 3D view shows; None: there is none.

    Without a view, what the view layer shows.
    """
    origin, direction = ray[0].copy(), ray[1].normalized()
    for _ in range(_MOST):
        hit, where, _normal, face, obj, matrix = depsgraph.scene.ray_cast(depsgraph, origin, direction)
        if not hit:
            return None
        host = _host(depsgraph, obj.original, matrix)
        if host.visible_get(viewport=view) if view else host.visible_get():
            return _seen(view_layer, depsgraph, host, obj, face)
        origin = where + direction * _STEP
    return None


def _host(depsgraph: bpy.types.Depsgraph, obj: bpy.types.Object, matrix: Matrix) -> bpy.types.Object:
    """The object of the scene that shows what was hit: itself, or the outermost instancer of that copy."""
    for instance in depsgraph.object_instances:
        if instance.object.original == obj and _same(instance.matrix_world, matrix):
            return instance.parent.original if instance.is_instance and instance.parent else obj
    return obj


def _same(one: Matrix, other: Matrix) -> bool:
    return all(abs(a - b) < 1e-5 for rows in zip(one, other) for a, b in zip(*rows))


def _seen(
    view_layer: bpy.types.ViewLayer,
    depsgraph: bpy.types.Depsgraph,
    host: bpy.types.Object,
    obj: bpy.types.Object,
    face: int,
) -> Seen:
    material = _material(obj.evaluated_get(depsgraph), face)
    if host == obj.original:
        return Seen(host.name, resolve(host, material=material).label_id)
    shown, copying = shown_by(host, referring_trees(), depsgraph)
    every = [*shown, *(copies(depsgraph, {host: copying}) if copying else ())]
    chain = next((each.instancers for each in every if each.obj == obj.original and each.instancers), (host,))
    return Seen(host.name, resolve(obj.original, material=material, instancers=chain).label_id)


def _material(evaluated: bpy.types.Object, face: int) -> bpy.types.Material | None:
    """The material of a face of the evaluated object; the first slot's where the face is not known."""
    slots = evaluated.material_slots
    number = 0
    mesh = evaluated.to_mesh() if face >= 0 and slots else None
    if mesh:
        if face < len(mesh.polygons):
            number = mesh.polygons[face].material_index
            if number < len(mesh.materials) and number >= len(slots):
                return mesh.materials[number] and mesh.materials[number].original
        evaluated.to_mesh_clear()
    material = slots[min(number, len(slots) - 1)].material if slots else None
    return material and material.original
