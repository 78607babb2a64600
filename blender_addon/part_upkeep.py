"""Keeps face parts few and alike: copies that drifted from their source, copies and slots that are there twice."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from .contract.labels import Label, LabelSet
from .looks import same_look
from .mesh_faces import read_indices, write_indices
from .parts import (
    column_of,
    has_drifted,
    is_part,
    known_source,
    part_material,
    part_name,
    source_of,
    tidy,
    users_of,
)
from .scene_labels import why_locked


def update_part(part: bpy.types.Material, label: Label) -> bpy.types.Material:
    """Make a part look as its source does now: a fresh copy of the source takes the place of the part's material."""
    fresh = part_material(source_of(part), label)
    if fresh != part:
        _replace(part, fresh)
    return fresh


def _replace(old: bpy.types.Material, new: bpy.types.Material) -> None:
    name = old.name
    old.user_remap(new)
    bpy.data.materials.remove(old)
    if new.name.startswith(f"{name}."):
        new.name = name


def merge_parts(objects: Iterable[bpy.types.Object], label_set: LabelSet | None) -> int:
    """Make one of part materials that have the same source, label and look, and of slots that hold the same; how many
    materials and slots went. Parts that lost their label, or whose source has it now, become the source again.

    They come from files that were appended, from joined objects, and from label sets in which two labels are one.
    """
    meshes = list(dict.fromkeys(obj.data for obj in objects if obj.type == "MESH" and not why_locked(obj.data)))
    gone = 0
    for part in dict.fromkeys(each for mesh in meshes for each in _part_materials(mesh)):
        same = _same_as(part)
        if same is not None:
            part.user_remap(same)
            bpy.data.materials.remove(part)
            gone += 1
        elif label_set and part.pass_index in label_set.by_id:
            name = part_name(source_of(part), label_set.by_id[part.pass_index])
            if part.name.rpartition(".")[0] != name != part.name:
                part.name = name
    return gone + sum(_merge_slots(mesh) for mesh in meshes)


def mergeable(obj: bpy.types.Object) -> bool:
    """Whether `merge_parts` may find something here: two slots with one material, or two parts of one source."""
    shown = [slot.material for slot in obj.material_slots if is_part(slot.material)]
    kinds = {(known_source(part), part.pass_index) for part in shown}
    return len(kinds) < len(shown) or any(not part.pass_index for part in shown)


def _part_materials(mesh: bpy.types.Mesh) -> list[bpy.types.Material]:
    slots = (slot for user in users_of(mesh) for slot in user.material_slots)
    return [slot.material for slot in slots if is_part(slot.material) and not slot.material.library]


def _same_as(part: bpy.types.Material) -> bpy.types.Material | None:
    """The material that could stand in for a part's: its source, or the first of its copies."""
    source = source_of(part)
    if source and source.pass_index == part.pass_index and not has_drifted(part):
        return source
    for other in bpy.data.materials:
        if other == part:
            return None
        alike = is_part(other) and not other.library and other.pass_index == part.pass_index
        if alike and source_of(other) == source and same_look(other, part):
            return other
    return None


def _merge_slots(mesh: bpy.types.Mesh) -> int:
    users, indices, before = users_of(mesh), read_indices(mesh), len(mesh.materials)
    columns = [column_of(mesh, users, slot) for slot in range(before)]
    merged = indices.copy()
    for slot, column in enumerate(columns):
        merged[indices == slot] = columns.index(column)
    if (merged != indices).any():
        write_indices(mesh, merged)
    tidy(mesh)
    return before - len(mesh.materials)
