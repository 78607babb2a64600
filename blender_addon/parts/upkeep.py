"""Keeps face parts few and alike: copies that drifted from their source, copies and slots that are there twice."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np
from numpy.typing import NDArray

from ..contract.labels import UNLABELLED, LabelSet
from ..scene_labels import why_locked
from .face_parts import (
    assign_faces,
    column_of,
    faces_of,
    has_drifted,
    is_part,
    known_source,
    part_material,
    part_name,
    source_of,
    tidy,
    users_of,
)
from .looks import same_look
from .mesh_faces import read_indices, write_indices


def update_parts(source: bpy.types.Material, label_set: LabelSet) -> tuple[int, list[str]]:
    """Make the parts of a material look as it does now: fresh copies take the place of those that drifted.

    Returns how many, and the names of those that are left, since the set does not define their label.
    """
    drifted = [each for each in bpy.data.materials if _is_of(each, source) and has_drifted(each)]
    left = [part.name for part in drifted if part.pass_index not in label_set.by_id]
    for part in drifted:
        if part.pass_index in label_set.by_id:
            update_part(part, source, label_set)
    return len(drifted) - len(left), left


def update_part(part: bpy.types.Material, source: bpy.types.Material, label_set: LabelSet) -> None:
    """Let a copy of its source as it looks now take the place of one part, whose label the set defines."""
    _replace(part, part_material(source, label_set.by_id[part.pass_index]))


def _is_of(material: bpy.types.Material, source: bpy.types.Material) -> bool:
    return is_part(material) and not material.library and known_source(material) == source


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
    if not any(map(is_part, bpy.data.materials)):
        return 0
    with_parts = [obj for obj in objects if any(is_part(slot.material) for slot in obj.material_slots)]
    with_parts = [obj for obj in with_parts if obj.type == "MESH" and not why_locked(obj.data)]
    gone = 0
    found = (slot.material for obj in with_parts for slot in obj.material_slots if is_part(slot.material))
    for name in dict.fromkeys(part.name for part in found if not part.library):
        part = bpy.data.materials.get(name)
        if not part:  # went with another
            continue
        source = source_of(part)
        if part.pass_index == (source.pass_index if source else UNLABELLED):
            if not has_drifted(part):
                gone += _give_back(with_parts, part)
        elif same := _twin(part):
            _replace(part, same)
            gone += 1
        elif label_set and part.pass_index in label_set.by_id:
            right = part_name(source, label_set.by_id[part.pass_index])
            if right not in {name, name.rpartition(".")[0]}:
                part.name = right
    return gone + sum(_merge_slots(mesh) for mesh in dict.fromkeys(obj.data for obj in with_parts))


def _give_back(objects: list[bpy.types.Object], part: bpy.types.Material) -> int:
    """Give faces of a part their source back on these objects; on how many meshes."""

    def choice(mesh: bpy.types.Mesh) -> NDArray[np.bool_]:
        own = (each for obj in objects if obj.data == mesh for each in enumerate(obj.material_slots))
        return faces_of(mesh, [number for number, slot in own if slot.material == part])

    return assign_faces(objects, None, choice).meshes


def mergeable(obj: bpy.types.Object) -> bool:
    """Whether `merge_parts` may find something here: two slots with one material, or two parts of one source."""
    shown = [slot.material for slot in obj.material_slots if is_part(slot.material)]
    kinds = {(known_source(part), part.pass_index) for part in shown}
    return len(kinds) < len(shown) or any(not part.pass_index for part in shown)


def _twin(part: bpy.types.Material) -> bpy.types.Material | None:
    """The first of the copies that are the same as this one, where that is another."""
    source = source_of(part)
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
