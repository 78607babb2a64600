"""Whether two materials look the same, and a material that looks like none."""

from __future__ import annotations

from typing import Any
from warnings import catch_warnings, simplefilter

import bpy

# What says nothing of the look: names and numbers of the data-block, how its nodes lie in the editor, paint slots.
_SILENT = {
    *("rna_type", "id_data", "name", "name_full", "original", "library", "library_weak_reference", "asset_data"),
    *("users", "use_fake_user", "use_extra_user", "tag", "session_uid", "is_evaluated", "is_library_indirect"),
    *("is_missing", "is_runtime_data", "is_editable", "is_embedded_data", "preview", "override_library", "pass_index"),
    *("label", "location", "location_absolute", "width", "width_hidden", "height", "dimensions", "color", "select"),
    *("use_custom_color", "color_tag", "show_options", "show_preview", "show_texture", "show_expanded", "parent"),
    *("links", "internal_links", "interface", "active_output", "view_center", "is_active", "is_linked", "node"),
    *("enabled", "hide", "hide_value", "is_unavailable", "is_inactive", "is_icon_visible", "link_limit"),
    *("texture_paint_images", "texture_paint_slots", "paint_active_slot", "paint_clone_slot", "inline_shader"),
}  # fmt: skip


def same_look(one: bpy.types.Material | None, other: bpy.types.Material | None) -> bool:
    """Whether two materials have the same settings, nodes, links and animation: a copy that nobody edited since."""
    if one is None or other is None:
        return one is other
    if one == other:
        return True
    with catch_warnings():  # 5.0 warns of Material.use_nodes, which 4.5 still needs
        simplefilter("ignore", DeprecationWarning)
        return _same(one, other)


def _same(one: Any, other: Any) -> bool:
    if one.bl_rna.identifier != other.bl_rna.identifier:
        return False
    if isinstance(one, bpy.types.NodeTree) and _links(one) != _links(other):
        return False
    names = (each.identifier for each in one.bl_rna.properties if each.identifier not in _SILENT)
    return all(_same_value(getattr(one, name, None), getattr(other, name, None)) for name in names)


def _same_value(one: Any, other: Any) -> bool:
    if isinstance(one, bpy.types.ID):  # what both refer to is the same thing; what each has for itself is looked into
        return one == other or bool(other and one.is_embedded_data and other.is_embedded_data and _same(one, other))
    if isinstance(one, bpy.types.bpy_prop_collection):
        return len(one) == len(other) and all(map(_same_value, one, other))
    if isinstance(one, bpy.types.bpy_struct) and isinstance(other, bpy.types.bpy_struct):
        return one == other or _same(one, other)
    if hasattr(one, "__len__") and not isinstance(one, str | set | dict) and hasattr(other, "__len__"):
        return len(one) == len(other) and all(map(_same_value, one, other))
    return bool(one == other)


def _links(tree: bpy.types.NodeTree) -> list[tuple[Any, ...]]:
    return sorted(
        (link.from_node.name, link.from_socket.identifier, link.to_node.name, link.to_socket.identifier, link.is_muted)
        for link in tree.links
    )


def reads_its_index(material: bpy.types.Material) -> bool:
    """Whether the look depends on the material's pass index, so that a label would change it."""
    return bool(material.node_tree) and _reads_index(material.node_tree, set())


def _reads_index(tree: bpy.types.NodeTree, seen: set[bpy.types.NodeTree]) -> bool:
    seen.add(tree)
    for node in tree.nodes:
        if node.bl_idname == "ShaderNodeObjectInfo" and node.outputs["Material Index"].is_linked:
            return True
        group = getattr(node, "node_tree", None)
        if group and group not in seen and _reads_index(group, seen):
            return True
    return False


def new_like_none(name: str) -> bpy.types.Material:
    """A material that renders as faces without one do: a new one that nobody has touched, in any Blender.

    Cycles takes a plain diffuse surface up to 4.5, and the defaults of the Principled shader from 5.0 on.
    """
    return bpy.data.materials.new(name)
