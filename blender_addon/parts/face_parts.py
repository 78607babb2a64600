"""Face parts: faces of a mesh that carry a label of their own, by a slot whose material is a copy with a pass index.

The copy looks as its source does, so the picture stays; all faces of that source and label in the file share it. It
names its source, so that it is found again and taken off again. A slot stands in for another in all objects that share
the mesh: where one of them has its own material in the slot, it has a copy of that in the part's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

import bpy
import numpy as np
from numpy.typing import NDArray

from ..contract.labels import UNLABELLED, Label
from ..scene_labels import why_locked
from .looks import new_like_none, reads_its_index, same_look
from .mesh_faces import read_indices, write_indices
from .obstacles import why_modifiers_forbid

PROPERTY = "labelpass_part_of"
"""On a part's material: the material that it is a copy of; "" where the faces had none."""

NO_MATERIAL = "No material"
_LONGEST_NAME = 63  # bytes, in Blender up to 4.5

Column = tuple[tuple[str, bpy.types.Material | None], ...]
"""One slot as all have it: the mesh, then each object that uses the mesh, as (link, material)."""


@dataclass
class PartChange:
    """What became of faces: how many `faces` changed, on how many `meshes`.

    `shared`: {mesh: other objects that show the same faces}; `refused`: {object or material: why}; `kept`: {material:
    faces that have its label all the same}, since all faces with it do.
    """

    faces: int = 0
    meshes: int = 0
    shared: Counter[str] = field(default_factory=Counter)
    refused: dict[str, str] = field(default_factory=dict)
    kept: Counter[str] = field(default_factory=Counter)


Choice = Callable[[bpy.types.Mesh], NDArray[np.bool_]]
"""Which faces of a mesh are meant, (faces,) bool."""


def is_part(material: bpy.types.Material | None) -> TypeGuard[bpy.types.Material]:
    """Whether a material is a copy that makes faces part of a label."""
    return material is not None and PROPERTY in material


def source_of(material: bpy.types.Material | None) -> bpy.types.Material | None:
    """The material that a part's is a copy of; any other material is its own. None for none.

    Of a part whose source somebody has deleted, the source is made anew.
    """
    if material is None or not is_part(material):
        return material
    source = material[PROPERTY]
    if source == "":
        return None
    if source is None:
        source = material.copy()
        source.name = material.name.rpartition(" [")[0] or material.name
        source.pass_index = UNLABELLED
        del source[PROPERTY]
        material[PROPERTY] = source
    return source


def known_source(material: bpy.types.Material | None) -> bpy.types.Material | None:
    """`source_of` for drawing, which may not write: None also where the source was deleted."""
    return (material[PROPERTY] or None) if is_part(material) else material


def part_material(material: bpy.types.Material | None, label: Label) -> bpy.types.Material:
    """The material that makes faces of `material` part of a label: its copy in the file, made where there is none.

    A copy that was edited since, or whose source was, is left to its faces: another is made, so that nothing changes
    its look. Faces of a part that was edited keep that look under another label, too.
    """
    source, like = source_of(material), material
    if material and material.pass_index == label.id:
        return material
    if is_part(material) and not has_drifted(material):
        like = source
    if source and like == source and source.pass_index == label.id:
        return source
    for other in bpy.data.materials:
        if _is_part_of(other, source, label.id) and (same_look(other, like) if like else not has_drifted(other)):
            return other
    name = part_name(source, label)
    if like is None:
        copy = new_like_none(name)
    else:
        copy = like.copy()
        copy.name, copy.use_fake_user = name, False
        if copy.asset_data:
            copy.asset_clear()
    copy.pass_index, copy[PROPERTY] = label.id, source or ""
    return copy


def has_drifted(part: bpy.types.Material) -> bool:
    """Whether a part's material looks different from its source, since one of them was edited."""
    source = source_of(part)
    if source:
        return not same_look(part, source)
    plain = new_like_none(NO_MATERIAL)
    drifted = not same_look(part, plain)
    bpy.data.materials.remove(plain)
    return drifted


def part_name(source: bpy.types.Material | None, label: Label) -> str:
    """What a part's material is called: 'Wood [window]', the source shortened where Blender would cut the label off."""
    tag = f" [{label.name}]"
    room = max(_LONGEST_NAME - len(tag.encode()), 1)
    stem = (source.name if source else NO_MATERIAL).encode()[:room].decode(errors="ignore")
    return f"{stem}{tag}"


def _is_part_of(material: bpy.types.Material, source: bpy.types.Material | None, label_id: int) -> bool:
    if material.library or material.pass_index != label_id or not is_part(material):
        return False
    return material[PROPERTY] == (source or "")


def assign_faces(objects: Iterable[bpy.types.Object], label: Label | None, choice: Choice) -> PartChange:
    """Make the chosen faces of mesh objects part of a label; None gives them their source material back."""
    done = PartChange()
    for obj in _one_each_mesh(objects, done):
        mesh = obj.data
        users = users_of(mesh)
        reason = why_locked(mesh) or (label and why_modifiers_forbid(users))
        if reason:
            done.refused[obj.name] = reason
            continue
        chosen = choice(mesh)
        if not chosen.any():
            continue
        changed = _change(mesh, users, chosen, label, done)
        done.faces += changed
        done.meshes += bool(changed)
        if changed and len(users) > 1:
            done.shared[mesh.name] = len(users) - 1
    return done


def _one_each_mesh(objects: Iterable[bpy.types.Object], done: PartChange) -> Iterator[bpy.types.Object]:
    seen: set[bpy.types.Mesh] = set()
    for obj in objects:
        if obj.type != "MESH":
            done.refused[obj.name] = f"an object of type {obj.type.lower()} has no faces to choose; label it as a whole"
        elif obj.data not in seen:
            seen.add(obj.data)
            yield obj


def _change(
    mesh: bpy.types.Mesh,
    users: list[bpy.types.Object],
    chosen: NDArray[np.bool_],
    label: Label | None,
    done: PartChange,
) -> int:
    """Move the chosen faces to the slots of that label; how many faces have another slot now."""
    if not len(mesh.materials):
        if label is None:
            return 0
        mesh.materials.append(None)  # or the part's slot would be the first, which all faces are in
    before = read_indices(mesh)
    indices = np.minimum(before, len(mesh.materials) - 1)  # beyond its slots a mesh shows the last, also once more come
    start = indices.copy()
    for base in np.unique(start[chosen]).tolist():
        faces = chosen & (start == base)
        column = column_of(mesh, users, base)
        reason = next(filter(None, (_why_not(material, label) for material in _shown(column))), None)
        if reason:
            done.refused[reason[0]] = reason[1]
            continue
        wanted = _wanted(column, label)
        indices[faces] = _slot(mesh, users, base, wanted)
        if label is None:
            for material in _shown(wanted):
                if material and material.pass_index:
                    done.kept[material.name] += int(faces.sum())
    if (indices != before).any():
        write_indices(mesh, indices)
    tidy(mesh)
    return int((indices != start).sum())


def _why_not(material: bpy.types.Material | None, label: Label | None) -> tuple[str, str] | None:
    source = source_of(material)
    if label and source and source.pass_index != label.id and reads_its_index(source):
        return source.name, "its nodes read the material's pass index (Object Info), so a label would change its look"
    return None


def users_of(mesh: bpy.types.Mesh) -> list[bpy.types.Object]:
    """The objects that show a mesh, by name."""
    users = bpy.data.user_map(subset={mesh})[mesh]
    return sorted((user for user in users if isinstance(user, bpy.types.Object)), key=lambda obj: obj.name_full)


def column_of(mesh: bpy.types.Mesh, users: list[bpy.types.Object], slot: int) -> Column:
    """A slot as all have it that use the mesh; `users` as `users_of` says."""
    slots = (user.material_slots[slot] for user in users)
    own = ((each.link, each.material if each.link == "OBJECT" else None) for each in slots)
    return (("DATA", mesh.materials[slot]), *own)


def _is_seen(column: Column) -> list[bool]:
    """Which materials of a slot show: the mesh's own does not where all its objects have another."""
    own = [link == "OBJECT" for link, _ in column[1:]]
    return [not own or not all(own), *own]


def _shown(column: Column) -> list[bpy.types.Material | None]:
    return [material for (_, material), seen in zip(column, _is_seen(column), strict=True) if seen]


def _wanted(column: Column, label: Label | None) -> Column:
    """A slot that looks the same, with that label."""

    def changed(material: bpy.types.Material | None) -> bpy.types.Material | None:
        return part_material(material, label) if label else source_of(material)

    sides = zip(column, _is_seen(column), strict=True)
    return tuple((link, changed(material) if seen else material) for (link, material), seen in sides)


def _slot(mesh: bpy.types.Mesh, users: list[bpy.types.Object], base: int, wanted: Column) -> int:
    """The slot that all have as wanted; a new one at the end where there is none, since modifiers count slots."""
    for slot in (base, *range(len(mesh.materials))):
        if column_of(mesh, users, slot) == wanted:
            return slot
    mesh.materials.append(None)
    _set_column(mesh, users, len(mesh.materials) - 1, wanted)
    return len(mesh.materials) - 1


def _set_column(mesh: bpy.types.Mesh, users: list[bpy.types.Object], slot: int, column: Column) -> None:
    mesh.materials[slot] = column[0][1]
    for user, (link, material) in zip(users, column[1:], strict=True):
        if user.material_slots[slot].link != link:
            user.material_slots[slot].link = link
        if link == "OBJECT":
            user.material_slots[slot].material = material


def tidy(mesh: bpy.types.Mesh) -> None:
    """Take away part slots that no face is in, and part materials that nothing uses any more.

    Slots that stand before one of the person's own only get their source back: modifiers and nodes count slots.
    """
    users, indices, count = users_of(mesh), read_indices(mesh), len(mesh.materials)
    used = set(np.unique(indices).tolist())
    columns = [column_of(mesh, users, slot) for slot in range(count)]
    ours = [any(is_part(material) for material in _shown(column)) for column in columns]
    touched = {material for column in columns for _, material in column if material and is_part(material)}
    tail = next((slot + 1 for slot in reversed(range(count)) if not ours[slot]), 0)
    for slot in range(tail):
        if ours[slot] and slot not in used:
            _set_column(mesh, users, slot, _wanted(columns[slot], None))
    kept = [slot for slot in range(tail, count) if slot in used]
    if len(kept) < count - tail:
        moved = indices.copy()
        for slot, old in enumerate(kept, tail):
            if slot != old:
                _set_column(mesh, users, slot, columns[old])
                moved[indices == old] = slot
        if (moved != indices).any():
            write_indices(mesh, moved)
        for _ in range(count - tail - len(kept)):
            mesh.materials.pop(index=-1)
    if len(mesh.materials) == 1 and used <= {0} and not any(material for _, material in column_of(mesh, users, 0)):
        mesh.materials.clear()  # popping the last would leave the objects their slot
    for material in touched:
        if not material.users:
            bpy.data.materials.remove(material)


def faces_of(mesh: bpy.types.Mesh, slots: Collection[int]) -> NDArray[np.bool_]:
    """The faces that are in one of these slots, (faces,) bool."""
    return np.isin(np.minimum(read_indices(mesh), max(len(mesh.materials) - 1, 0)), list(slots))


def part_slots(obj: bpy.types.Object, label_id: int) -> list[int]:
    """The slots of an object whose faces are part of a label."""
    slots = obj.material_slots
    return [number for number, slot in enumerate(slots) if slot.material and slot.material.pass_index == label_id]
