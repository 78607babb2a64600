"""Modifiers that look at the materials of faces, so that a part would change the look: they are refused, and said."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

_OFFSETS = ("material_offset", "material_offset_rim")
_READING = {
    "GeometryNodeInputMaterialIndex": "read the material index of faces",
    "GeometryNodeMaterialSelection": "choose faces by their material",
    "GeometryNodeReplaceMaterial": "replace one material by another",
}


def why_modifiers_forbid(objects: Iterable[bpy.types.Object]) -> str | None:
    """Why faces of these objects cannot move to another slot and look the same; None where they can."""
    for obj in objects:
        for modifier in obj.modifiers:
            reason = _why(modifier)
            if reason:
                return f"modifier {modifier.name!r} of {obj.name!r} {reason}: apply it first, or label the whole object"
    return None


def _why(modifier: bpy.types.Modifier) -> str | None:
    if modifier.type == "NODES" and modifier.node_group:
        return next((f"has nodes that {what}" for what in _readings(modifier.node_group, set())), None)
    if any(getattr(modifier, name, 0) for name in _OFFSETS):
        return "counts materials from the slot of each face (material offset)"
    if modifier.type == "DECIMATE" and modifier.decimate_type == "DISSOLVE" and "MATERIAL" in modifier.delimit:
        return "keeps the edges between materials"
    return None


def _readings(tree: bpy.types.NodeTree, seen: set[bpy.types.NodeTree]) -> Iterable[str]:
    seen.add(tree)
    for node in tree.nodes:
        if node.bl_idname in _READING:
            yield _READING[node.bl_idname]
        group = getattr(node, "node_tree", None)
        if group and group not in seen:
            yield from _readings(group, seen)
