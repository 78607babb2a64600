"""Labels by material: all faces with a material, wherever they are in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy
import numpy as np

from ..scene_labels import assign_material
from .face_parts import PROPERTY, is_part
from .looks import reads_its_index
from .mesh_faces import read_indices


@dataclass(frozen=True)
class MaterialLabelled:
    """What became of a material: `faces` and `objects` that show it, or why it was `refused`.

    `was`: the label that it carried before; `parts`: copies of it whose faces keep another label.
    """

    faces: int = 0
    objects: int = 0
    was: int = 0
    parts: tuple[str, ...] = ()
    refused: str = ""


def label_material(material: bpy.types.Material, label_id: int) -> MaterialLabelled:
    """Give all faces with a material a label (0 takes it off), in the whole file; their look stays as it is."""
    if label_id and reads_its_index(material):
        return MaterialLabelled(refused="its nodes read its pass index (Object Info), so a label would change its look")
    was = material.pass_index
    refused = assign_material(material, label_id).refused
    if refused:
        return MaterialLabelled(refused=refused[material.name])
    faces, objects = count_faces(material)
    copies = (each for each in bpy.data.materials if is_part(each) and each[PROPERTY] == material)
    parts = tuple(sorted(each.name for each in copies if each.users and each.pass_index != label_id))
    return MaterialLabelled(faces, objects, was, parts)


def count_faces(material: bpy.types.Material) -> tuple[int, int]:
    """(faces, objects) that show a material, in the whole file; what is no mesh counts as an object without faces."""
    faces = objects = 0
    for obj in _objects_with(material):
        slots = [number for number, slot in enumerate(obj.material_slots) if slot.material == material]
        objects += bool(slots)
        if slots and obj.type == "MESH":
            used = np.minimum(read_indices(obj.data), len(obj.material_slots) - 1)
            faces += int(np.isin(used, slots).sum())
    return faces, objects


def _objects_with(material: bpy.types.Material) -> Iterator[bpy.types.Object]:
    users = bpy.data.user_map(subset={material})[material]
    data = {user for user in users if hasattr(user, "materials")}
    found = {user for user in users if isinstance(user, bpy.types.Object)}
    for each in bpy.data.user_map(subset=data).values() if data else ():
        found |= {user for user in each if isinstance(user, bpy.types.Object)}
    yield from sorted(found, key=lambda obj: obj.name_full)
