"""The preview's panels: in the Labels tab of the 3D view, and beside the picture in the image editor."""

from __future__ import annotations

import bpy

from ..contract.labels import BACKGROUND, UNLABELLED
from ..contract.words import counted
from ..tab import status
from ..tab.panels import paragraph
from ..tab.swatches import icon
from . import preview_image, previews
from .label_picture import Row
from .previews import Preview
from .properties import preview_state

_MOST = 12


class LABELPASS_PT_preview(bpy.types.Panel):
    """What render nodes will write, small"""

    bl_space_type, bl_region_type, bl_category = "VIEW_3D", "UI", "Labels"
    bl_idname = "LABELPASS_PT_preview"
    bl_label = "Preview"
    bl_order = 4

    @classmethod
    def poll(cls, context):
        return status.label_set(context.scene) is not None

    def draw(self, context):
        _buttons(context, self.layout)
        if preview := previews.last():
            draw_rows(context, self.layout, preview, _MOST)


class LABELPASS_PT_preview_image(bpy.types.Panel):
    """The pixels of each label in the preview that is shown"""

    bl_space_type, bl_region_type, bl_category = "IMAGE_EDITOR", "UI", "Labels"
    bl_idname = "LABELPASS_PT_preview_image"
    bl_label = "Label Preview"

    @classmethod
    def poll(cls, context):
        shown = context.space_data.image
        return shown is not None and previews.last() is not None and shown == preview_image.image()

    def draw(self, context):
        _buttons(context, self.layout)
        self.layout.operator("labelpass.preview_ask", icon="EYEDROPPER")
        draw_rows(context, self.layout, previews.last(), 60)


def _buttons(context, layout) -> None:
    column = layout.column(align=True)
    column.operator("labelpass.preview", icon="RENDER_STILL")
    column.operator("labelpass.preview_views", icon="RENDER_ANIMATION")
    row = column.row(align=True)
    row.prop(preview_state(context), "width", expand=True)


def draw_rows(context, layout, preview: Preview, most: int) -> None:
    """Colour, name, pixels and share of each label; a click on a name selects the label's objects."""
    paragraph(context, layout, _what(preview))
    column = layout.column(align=True)
    for row in preview.rows[:most]:
        line = column.row(align=True)
        _name(line.row(align=True), row)
        amount = line.row(align=True)
        amount.alignment = "RIGHT"
        amount.ui_units_x = 5
        amount.label(text=f"{row.pixels}")
        share = line.row(align=True)
        share.alignment, share.ui_units_x = "RIGHT", 3
        share.label(text=_percent(row.share))
    if len(preview.rows) > most:
        column.label(text=f"and {len(preview.rows) - most} more")
    if any(not row.known for row in preview.rows):
        paragraph(context, layout, "A pass index that the label set does not define: nodes refuse it.", mark="ERROR")


def _name(line, row: Row) -> None:
    line.alignment = "LEFT"
    if row.code == BACKGROUND:
        line.label(text=row.name, icon_value=icon(row.color))
    elif row.code == UNLABELLED:
        line.operator("labelpass.select_unlabelled", text=row.name, icon_value=icon(row.color), emboss=False)
    else:
        button = line.operator("labelpass.select_label", text=row.name, icon_value=icon(row.color), emboss=False)
        button.label_id = row.code


def _what(preview: Preview) -> str:
    which = preview.views[0].name if len(preview.views) == 1 else counted(len(preview.views), "view")
    if len(preview.views) < preview.wanted:
        which += f" of {preview.wanted}"
    return f"{which}, {preview.size[0]} x {preview.size[1]}, {preview.seconds:.1f} s"


def _percent(share: float) -> str:
    return "<0.1%" if share < 0.001 else f"{share:.1%}"


register, unregister = bpy.utils.register_classes_factory((LABELPASS_PT_preview, LABELPASS_PT_preview_image))
