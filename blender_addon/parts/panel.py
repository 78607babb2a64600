"""Under "Active Object" in the Labels tab: the object's face parts, its material, its collections, and why."""

from __future__ import annotations

import bpy

from ..contract.labels import name_of
from ..contract.words import counted
from ..tab import handlers, status
from ..tab.panels import LABELPASS_PT_active, paragraph
from ..tab.properties import active_label
from ..tab.swatches import icon
from .face_parts import has_drifted, is_part, known_source
from .part_list import PartRow, part_rows
from .upkeep import mergeable

_drifted: dict[int, bool] = {}
_MOST = 3


class LABELPASS_PT_parts(bpy.types.Panel):
    """Faces with a label of their own, and labels by material and by collection"""

    bl_space_type, bl_region_type, bl_category = "VIEW_3D", "UI", "Labels"
    bl_idname = "LABELPASS_PT_parts"
    bl_label = "Faces, Material, Collection"
    bl_parent_id = LABELPASS_PT_active.bl_idname

    def draw(self, context):
        obj, layout = context.object, self.layout
        rows = part_rows(obj)
        column = layout.column(align=True)
        for row in rows:
            self._part(context, column.row(align=True), row)
        if obj.type == "MESH":
            self._mesh(context, obj, any_parts=bool(rows))
        self._material(context, obj)
        self._collections(context, obj)
        row = layout.row(align=True)
        row.operator("labelpass.why", icon="QUESTION")
        row.operator("labelpass.why_here", text="", icon="EYEDROPPER")

    def _part(self, context, line, row: PartRow) -> None:
        label_set = status.label_set(context.scene)
        label, name = label_set.by_id.get(row.label_id), name_of(label_set, row.label_id)
        amount = f", {counted(row.faces, 'face')}" if row.faces is not None else ""
        text = f"{name}: all {row.whole}{amount}" if row.whole else f"{name}{amount}"
        if label:
            line.label(text=text, icon_value=icon(label.color))
        else:
            line.label(text=text, icon="ERROR")
        if context.object.type == "MESH":
            line.operator("labelpass.select_part", text="", icon="RESTRICT_SELECT_OFF").label_id = row.label_id
        if row.whole:
            line.operator("labelpass.clear_material", text="", icon="X").material = row.whole
        else:
            picked = active_label(context)
            if picked and picked.id != row.label_id:
                line.operator("labelpass.relabel_part", text="", icon="UV_SYNC_SELECT").label_id = row.label_id
            line.operator("labelpass.clear_part", text="", icon="X").label_id = row.label_id

    def _mesh(self, context, obj, *, any_parts: bool) -> None:
        layout = self.layout
        if not any_parts and context.mode == "EDIT_MESH":
            paragraph(context, layout, "Select faces, pick a label and press Assign: they become a part of it.")
        elif not any_parts:
            paragraph(context, layout, "No faces have a label of their own. Press Tab to select some.")
        others = obj.data.users - obj.data.use_fake_user - 1
        if others > 0:
            are = "are" if any_parts else "would be"
            text = f"Parts {are} on {counted(others, 'other object')}, too, with the same mesh."
            paragraph(context, layout, text)
        parts = dict.fromkeys(slot.material for slot in obj.material_slots if is_part(slot.material))
        for name in dict.fromkeys(known_source(part).name for part in parts if _has_drifted(part)):
            paragraph(context, layout, f"Parts of '{name}' do not look like it any more.", mark="ERROR")
            layout.operator("labelpass.update_parts", text=f"Make Them Look Like {name}").material = name
        if mergeable(obj):
            layout.operator("labelpass.merge_parts", icon="AUTOMERGE_ON")

    def _material(self, context, obj) -> None:
        material = known_source(obj.active_material)
        if material:
            line = self._all_of(context, f"All {material.name}", "MATERIAL", "material", material.name)
            if material.pass_index:
                line.operator("labelpass.clear_material", text="", icon="X").material = material.name

    def _collections(self, context, obj) -> None:
        for collection in [each for each in obj.users_collection if each != context.scene.collection][:_MOST]:
            name = collection.name
            line = self._all_of(context, f"All in {name}", "OUTLINER_COLLECTION", "collection", name)
            line.operator("labelpass.clear_collection", text="", icon="X").collection = name

    def _all_of(self, context, text: str, mark: str, kind: str, name: str):
        """A line that labels all of something; the button says with what."""
        line = self.layout.row(align=True)
        line.label(text=text, icon=mark)
        picked = active_label(context)
        row = line.row(align=True)
        row.enabled, row.ui_units_x = picked is not None, 5
        text = picked.name if picked else "Assign"
        setattr(row.operator(f"labelpass.assign_{kind}", text=text, icon="CHECKMARK"), kind, name)
        return line


def _has_drifted(material: bpy.types.Material) -> bool:
    """Remembered until a material changes: looking at all nodes takes a millisecond or so."""
    key = material.session_uid
    if key not in _drifted:
        _drifted[key] = known_source(material) is not None and has_drifted(material)
    return _drifted[key]


@bpy.app.handlers.persistent
def _after_update(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    if _drifted and (depsgraph.id_type_updated("MATERIAL") or depsgraph.id_type_updated("NODETREE")):
        _drifted.clear()


@bpy.app.handlers.persistent
def _after_jump(*_args: object) -> None:
    _drifted.clear()


_HANDLERS = handlers.calls(update=_after_update, undo=_after_jump, load=_after_jump)
_classes, _no_classes = bpy.utils.register_classes_factory((LABELPASS_PT_parts,))


def register() -> None:
    _classes()
    handlers.add(_HANDLERS)


def unregister() -> None:
    handlers.remove(_HANDLERS)
    _drifted.clear()
    _no_classes()
