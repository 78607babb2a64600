"""The Views panel of the "Labels" tab: which views will be rendered. Reads, never writes."""

from __future__ import annotations

from functools import lru_cache

import bpy

from ..tab.panels import paragraph
from . import thumbnails
from .properties import fill_views_soon, picked_view, stale_views, views_state

_MOST_ROWS, _MOST_PICTURES = 8, 3
_PICTURE = 4.6  # of Blender's units
_WIDE = 330  # of a sidebar, in pixels at a resolution scale of 1; it opens with 280


class LABELPASS_UL_views(bpy.types.UIList):
    """Views. A row: its picture, its name, its frame, and its camera where there is room."""

    bl_idname = "LABELPASS_UL_views"

    def draw_item(self, context, layout, _data, item, _icon, _active_data, _active_property):
        scene = context.scene
        here = item.frame <= scene.frame_current <= item.last and (not item.still or item.camera == _through(context))
        mark = "OUTLINER_OB_CAMERA" if here else "CAMERA_DATA"
        frames = str(item.frame) if item.last == item.frame else f"{item.frame}-{item.last}"
        layout = layout.column(align=True)
        line = layout.row(align=True)
        self._name(line, item, mark)
        if context.region.width > _WIDE * context.preferences.system.ui_scale and item.camera != item.name:
            camera = line.row(align=True)
            camera.active, camera.ui_units_x = False, 5
            camera.label(text=item.camera)
        number = line.row(align=True)
        number.active, number.alignment = False, "RIGHT"
        number.label(text=frames)
        if views_state(context).pictures:  # under the line, since Blender marks one line of a row as picked
            found = thumbnails.picture(item.look)
            layout.template_icon(found or _no_picture(), scale=_PICTURE)

    def _name(self, line, item, mark: str) -> None:
        if item.named:
            line.prop(item, "name", text="", icon=mark, emboss=False, placeholder=f"Frame {item.frame}")
        else:
            line.label(text=item.name, icon=mark)
        if item.fixed:
            line.label(text="", icon="LOCKED")


class LABELPASS_PT_views(bpy.types.Panel):
    """The camera views that will be rendered"""

    bl_idname = "LABELPASS_PT_views"
    bl_label = "Views"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Labels"
    bl_order = 2

    def draw(self, context):
        layout, state = self.layout, views_state(context)
        line = layout.row(align=True)
        line.operator("labelpass.add_view", icon="ADD")
        line.prop(state, "pictures", text="", icon="IMAGE_DATA")
        if stale_views(context):
            fill_views_soon()
        if not state.rows:
            return paragraph(context, layout, "No camera yet: what you look at becomes the first view")
        line, most = layout.row(), _MOST_PICTURES if state.pictures else _MOST_ROWS
        size = min(max(len(state.rows), 3 if state.pictures else 6), most)
        line.template_list(
            "LABELPASS_UL_views", "pictures" if state.pictures else "", state, "rows", state, "active",
            item_dyntip_propname="tip", rows=size, maxrows=size,
        )  # fmt: skip
        self._buttons(line.column(align=True), picked_view(context))
        picked = picked_view(context)
        if picked and picked.fixed:
            paragraph(context, layout, picked.fixed, mark="LOCKED")
        if state.pictures:
            line, left = layout.row(align=True), thumbnails.waiting()
            line.enabled = not left
            text = f"Drawing, {left} to Go..." if left else None
            line.operator("labelpass.draw_pictures", text=text, icon="FILE_REFRESH")

    def _buttons(self, column, picked) -> None:
        look = column.row(align=True)
        look.enabled = picked is not None
        through = look.operator("labelpass.go_to_view", text="", icon="VIEW_CAMERA")
        edits = column.column(align=True)
        edits.enabled = picked is not None and not picked.fixed
        named = (
            ("update_view", "FILE_REFRESH"), ("duplicate_view", "DUPLICATE"), ("remove_view", "REMOVE"),
            ("move_view", "TRIA_UP"), ("move_view", "TRIA_DOWN"),
        )  # fmt: skip
        for name, mark in named:
            if mark == "TRIA_UP":
                edits.separator()
            edit = edits.operator(f"labelpass.{name}", text="", icon=mark)
            edit.frame = picked.frame if picked else 0
            if name == "move_view":
                edit.direction = "UP" if mark == "TRIA_UP" else "DOWN"
        if picked:
            through.frame, through.camera = picked.frame, picked.camera


def _through(context) -> str:
    """The camera that the 3D view would look through."""
    space = context.space_data
    camera = space.camera if space.use_local_camera else context.scene.camera
    return camera.name if camera else ""


@lru_cache(maxsize=1)
def _no_picture() -> int:
    """Blender's number of a plain icon; versions number them differently."""
    return bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items["IMAGE_DATA"].value


register, unregister = bpy.utils.register_classes_factory((LABELPASS_UL_views, LABELPASS_PT_views))
