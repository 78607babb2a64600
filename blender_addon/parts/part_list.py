"""The face parts of an object as rows: which label, how many faces, and whether a whole material carries it."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from .face_parts import is_part
from .mesh_faces import read_indices

COUNTED = 50_000
"""Faces that are counted while drawing in edit mode, where Python looks at each of them."""


@dataclass(frozen=True)
class PartRow:
    """Faces of an object with a label of their own. `faces` is None where there are too many to count.

    `whole`: the material that carries the label wherever it is used; "" for parts, whose materials are copies.
    """

    label_id: int
    faces: int | None
    whole: str = ""


def part_rows(obj: bpy.types.Object) -> list[PartRow]:
    """The parts of an object, those of one label as one row; then the materials that carry a label themselves."""
    slots = [(number, slot.material) for number, slot in enumerate(obj.material_slots) if slot.material]
    labelled = [(number, material) for number, material in slots if material.pass_index]
    if not labelled:
        return []
    counts = _faces_in_slots(obj) if obj.type == "MESH" else None
    found: dict[tuple[str, int], int] = {}
    for number, material in labelled:
        key = ("" if is_part(material) else material.name, material.pass_index)
        found[key] = found.get(key, 0) + (int(counts[number]) if counts is not None else 0)
    known = counts is not None
    return [PartRow(label_id, count if known else None, whole) for (whole, label_id), count in sorted(found.items())]


def _faces_in_slots(obj: bpy.types.Object) -> np.ndarray | None:
    if obj.data.is_editmode and len(obj.data.polygons) > COUNTED:
        return None
    last = max(len(obj.material_slots) - 1, 0)
    return np.bincount(np.minimum(read_indices(obj.data), last), minlength=last + 1)
