"""Which objects a suggestion may label: those whose label nobody has decided yet, neither on them nor above them."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ..occurrences import occurrences
from ..scene_labels import family, why_locked, why_not

REJECTED = "labelpass_rejected"
"""The names of rejected labels, a line each, as a plain custom property of the object."""


def open_objects(context: bpy.types.Context, objects: Iterable[bpy.types.Object]) -> list[bpy.types.Object]:
    """Those of `objects` that carry no label, can carry one that is saved, and get none from anywhere else.

    What a labelled object instances gets its label from there; a label of its own would overrule that one. A metaball
    shares its label with its whole family.
    """
    found = [obj for obj in objects if not obj.pass_index and not _all_parts_labelled(obj)]
    found = [obj for obj in found if not why_not(obj) and not why_locked(obj)]
    covered = _below_labelled(context) if found else set()
    families = {family(obj) for obj in bpy.data.objects if obj.type == "META" and obj.pass_index}
    return [
        obj for obj in found if obj.session_uid not in covered and not (obj.type == "META" and family(obj) in families)
    ]


def members_of(instancer: bpy.types.Object, found: set[int] | None = None) -> set[int]:
    """The `session_uid` of all that an object instances by its collection, also of what is hidden, and by members."""
    found = set() if found is None else found
    if instancer.type == "EMPTY" and instancer.instance_type == "COLLECTION" and instancer.instance_collection:
        for member in instancer.instance_collection.all_objects:
            if member.session_uid not in found:
                found.add(member.session_uid)
                members_of(member, found)
    return found


def _below_labelled(context: bpy.types.Context) -> set[int]:
    """The `session_uid` of everything that some labelled object instances, by whatever means."""
    found: set[int] = set()
    for obj in bpy.data.objects:
        if obj.pass_index and obj.type == "EMPTY":
            members_of(obj, found)
    for each in occurrences(context.view_layer, context.evaluated_depsgraph_get()):
        labelled = False
        for instancer in each.instancers:
            if labelled:
                found.add(instancer.session_uid)
            labelled = labelled or bool(instancer.pass_index)
        if labelled and each.obj != each.instancers[-1]:
            found.add(each.obj.session_uid)
    return found


def _all_parts_labelled(obj: bpy.types.Object) -> bool:
    slots = obj.material_slots
    return len(slots) > 0 and all(slot.material and slot.material.pass_index for slot in slots)


def rejected(obj: bpy.types.Object) -> list[str]:
    """The names of the labels that somebody said this object does not get by suggestion."""
    text = obj.get(REJECTED, "")
    return text.split("\n") if isinstance(text, str) and text else []


def reject(obj: bpy.types.Object, label_name: str) -> None:
    """Never suggest this label first for this object again.

    On the object, since it is somebody's decision about it, as a label is: it is undone, saved, copied and handed on
    like one. A name and no id, since ids mean something else in another label set.
    """
    obj[REJECTED] = "\n".join(dict.fromkeys([*rejected(obj), label_name]))
