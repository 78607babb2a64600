"""Under "Labels" in the tab: the label set itself, to be edited in place. Reads, never writes."""

from __future__ import annotations

import bpy

from ..contract.words import counted
from ..tab import status
from ..tab.panels import LABELPASS_PT_labels
from .properties import fill_set_rows_soon, picked_label, set_state, stale_set_rows


class LABELPASS_UL_set(bpy.types.UIList):
    """The labels in the set's own order. A row: colour, name, id, transparency."""

    bl_idname = "LABELPASS_UL_set"

    def draw_item(self, context, layout, _data, item, _icon, _active_data, _active_property):
        row = layout.row(align=True)
        swatch = row.row()
        swatch.ui_units_x = 1.2
        swatch.prop(item, "color", text="")
        row.prop(item, "name", text="", emboss=False)
        number = row.row()
        label_set = status.label_set(context.scene)
        digits = len(str(label_set.max_id)) if label_set else 1
        number.active, number.alignment, number.ui_units_x = False, "RIGHT", 0.4 + 0.55 * digits
        number.label(text=str(item.label_id))
        row.prop(item, "transparency", text="", icon_only=True, emboss=False)


class LABELPASS_PT_set(bpy.types.Panel):
    """Edit the labels of the set. What is labelled already follows"""

    bl_space_type, bl_region_type, bl_category = "VIEW_3D", "UI", "Labels"
    bl_idname = "LABELPASS_PT_set"
    bl_label = "Edit Label Set"
    bl_parent_id = LABELPASS_PT_labels.bl_idname
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 9  # after what is used all the time

    def draw(self, context):
        layout, label_set = self.layout, status.label_set(context.scene)
        if label_set and stale_set_rows(context):
            return fill_set_rows_soon()
        if label_set:
            row = layout.row(align=True)
            row.label(text=f"{label_set.name}, {counted(len(label_set.labels), 'label')}")
            row.operator("labelpass.name_set", text="", icon="GREASEPENCIL")
            self._labels(context)
        column = layout.column(align=True)
        row = column.row(align=True)
        row.operator("labelpass.new_set", text="New", icon="FILE_NEW")
        row.operator("labelpass.duplicate_set", text="Duplicate", icon="DUPLICATE")
        row = column.row(align=True)
        row.operator_context = "INVOKE_DEFAULT"
        row.operator("labelpass.open_set", text="Import", icon="IMPORT")
        row.operator("labelpass.export_set", text="Export", icon="EXPORT")

    def _labels(self, context) -> None:
        layout, state = self.layout, set_state(context)
        row = layout.row()
        row.template_list("LABELPASS_UL_set", "", state, "rows", state, "active", rows=6, maxrows=12)
        column = row.column(align=True)
        column.operator("labelpass.add_label", text="", icon="ADD")
        column.operator("labelpass.remove_label", text="", icon="REMOVE")
        column.separator()
        column.operator("labelpass.label_up", text="", icon="TRIA_UP")
        column.operator("labelpass.label_down", text="", icon="TRIA_DOWN")
        column.separator()
        column.operator("labelpass.merge_label", text="", icon="AUTOMERGE_ON")
        label = picked_label(context)
        if not label:
            return
        item = state.rows[state.active]
        column = layout.column()
        column.use_property_split, column.use_property_decorate = True, False
        line = column.row(align=True)
        split = line.split(factor=0.4, align=True)
        name = split.row()
        name.alignment = "RIGHT"
        name.label(text="Id")
        split.operator("labelpass.change_label_id", text=str(label.id))
        column.prop(item, "transparency")
        column.prop(item, "aliases")
        column.prop(item, "parents")


register, unregister = bpy.utils.register_classes_factory((LABELPASS_UL_set, LABELPASS_PT_set))
