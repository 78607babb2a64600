"""The Suggestions panel of the "Labels" tab. Reads, never writes."""

from __future__ import annotations

import bpy

from ..contract.words import counted
from ..tab import status
from ..tab.panels import LABELPASS_PT_labels, paragraph
from ..tab.swatches import icon
from . import suggestion_list
from .operators import draw_choice
from .properties import fill_suggestions_soon, picked_row, shown_rows, stale_suggestions, suggestions_state
from .suggestion_list import Row

_MOST_ROWS = 9
_MOST_OTHERS = 2
_WIDE, _TIGHT = 400, 250  # of a sidebar, in pixels at a resolution scale of 1; it opens with 280


class LABELPASS_UL_suggestions(bpy.types.UIList):
    """Suggestions. A row: colour, label and how many objects, a mark where to mind, confidence, yes and no."""

    bl_idname = "LABELPASS_UL_suggestions"

    def draw_item(self, context, layout, _data, item, _icon, _active_data, _active_property):
        label_set, found = status.label_set(context.scene), shown_rows(context).get(item.key)
        label = label_set.by_id.get(found.label_id) if found and label_set else None
        if not label:
            return
        line, width = layout.row(align=True), context.region.width / context.preferences.system.ui_scale
        wide, tight = width > _WIDE, width < _TIGHT
        names, group = [entry.name for entry in found.entries[:4]], len(found.entries) > 1
        if found.inside:
            line.label(text="", icon="BLANK1")
            line.label(text=names[0], icon="BLANK1")
        else:
            if group and not tight:
                mark = "DOWNARROW_HLT" if found.key in suggestions_state(context).unfolded else "RIGHTARROW"
                line.operator("labelpass.unfold_suggestion", text="", icon=mark, emboss=False).key = found.key
            elif not tight:
                line.label(text="", icon="BLANK1")
            line.label(text=_what(found, label.name, names, wide), icon_value=icon(label.color))
            if group and not tight:
                _column(line, f"×{len(found.entries)}", 0.7 + 0.45 * len(str(len(found.entries))))
        if found.best.caution:
            mind = line.row(align=True)
            mind.ui_units_x = 1.0 if wide or tight else 1.7
            mind.operator("labelpass.choose_suggestion", text="", icon="ERROR", emboss=False).key = found.key
        if wide or not (tight or found.best.caution):  # what has a caution is of no great confidence anyway
            _column(line, f"{found.confidence:.2f}", 1.7).active = found.above
        line.operator("labelpass.accept_suggestion", text="", icon="CHECKMARK", emboss=False).key = found.key
        line.operator("labelpass.reject_suggestion", text="", icon="X", emboss=False).key = found.key
        if (
            len(suggestions_state(context).rows) <= _MOST_ROWS
        ):  # no scroll bar: yes and no stay where they were with one
            line.label(text="", icon="BLANK1")


def _what(row: Row, label: str, names: list[str], wide: bool) -> str:
    """What a row is about. The object comes first where the label alone does not tell: `Rug → otherprop`."""
    if row.best.caution or len(names) == 1:
        return f"{names[0]} → {label}"
    return f"{label}: {', '.join(names[:2])}{', …' * (len(names) > 2)}" if wide else label


def _column(line, text: str, width: float):
    """A text at the right of its column, which is as many of Blender's units wide in each row."""
    column = line.row(align=True)
    column.alignment, column.ui_units_x = "RIGHT", width
    column.label(text=text)
    return column


class LABELPASS_PT_suggestions(bpy.types.Panel):
    """Labels that the names of unlabelled objects suggest"""

    bl_idname = "LABELPASS_PT_suggestions"
    bl_label = "Suggestions"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Labels"
    bl_parent_id = LABELPASS_PT_labels.bl_idname

    def draw(self, context):
        layout, scene = self.layout, context.scene
        if not status.label_set(scene):
            return paragraph(context, layout, "Choose a label set first: suggestions are labels of it")
        found = suggestion_list.looked(scene)
        layout.operator(
            "labelpass.suggest", text="Look Again" if found else None, icon="FILE_REFRESH" if found else "LIGHT"
        )
        if not found:
            if suggestion_list.outdated(scene):
                paragraph(context, layout, "The label set has changed since: look again")
            return
        if stale_suggestions(context):
            fill_suggestions_soon()
        entries, state = suggestion_list.live(scene), suggestions_state(context)
        if entries:
            self._list(context, layout.column(align=True), state)
            row = picked_row(context)
            if row:
                _details(context, layout.column(align=True), row)
        rest = layout.column(align=True)
        if not entries:
            rest.label(text="Nothing left to suggest", icon="CHECKMARK")
        rejected = suggestion_list.count_rejected(scene)
        if rejected:
            line = rest.row()
            line.label(text=f"{rejected} rejected")
            line.operator("labelpass.offer_again")
        if found.silent:
            paragraph(context, rest, f"The names of {counted(found.silent, 'object')} say nothing")

    def _list(self, context, column, state) -> None:
        shown = shown_rows(context)
        size = min(max(len(shown), 4), _MOST_ROWS)
        column.template_list(
            "LABELPASS_UL_suggestions", "", state, "rows", state, "active", item_dyntip_propname="tip",
            rows=size, maxrows=size,
        )  # fmt: skip
        above = [row for row in shown.values() if row.above and not row.inside]
        column.prop(state, "bar", slider=True)
        button = column.row(align=True)
        button.scale_y, button.enabled = 1.3, bool(above)
        button.operator("labelpass.accept_suggestions", text=_accept_what(above), icon="CHECKMARK")


def _accept_what(above: list[Row]) -> str:
    if not above:
        return "Nothing Above the Bar"
    labels = len({row.label_id for row in above})
    return f"Accept {sum(len(row.entries) for row in above)} as {counted(labels, 'Label')}"


def _details(context, column, row: Row) -> None:
    """Why, what to mind, and what the objects may be instead."""
    label_set = status.label_set(context.scene)
    more = f" (and {len(row.entries) - 1} more like it)" if len(row.entries) > 1 else ""
    paragraph(context, column, f"{row.best.reason}{more}")
    if row.best.caution:
        paragraph(context, column, row.best.caution, mark="ERROR")
    for other in row.instead[:_MOST_OTHERS]:
        draw_choice(column, label_set, row, other, "{} instead")


register, unregister = bpy.utils.register_classes_factory((LABELPASS_UL_suggestions, LABELPASS_PT_suggestions))
