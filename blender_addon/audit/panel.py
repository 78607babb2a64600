"""The Audit panel of the "Labels" tab. Reads, never writes."""

from __future__ import annotations

from collections import Counter

import bpy

from ..contract.words import counted
from ..tab import status
from ..tab.panels import LABELPASS_PT_labels, paragraph
from ..tab.properties import active_label
from ..tab.swatches import icon
from . import current_audit
from .current_audit import Audit
from .findings import ERROR, KINDS, NOTE, SEVERITIES, WARNING, Finding
from .fixes import SAFE_FOR_ALL, actions
from .properties import audit_state, look_soon, picked_finding, stale_findings

_MOST_ROWS = 9
_WIDE = 360  # of a sidebar, in pixels at a resolution scale of 1; it opens with 280
_GREEN = (76, 175, 80)
_MARKS = {ERROR: "CANCEL", WARNING: "ERROR", NOTE: "INFO"}
_BUTTONS = {
    "keep": ("Keep {now}", "CHECKMARK"),
    "clear": ("Clear Label", "X"),
    "hide_render": ("Hide in Renders", "RESTRICT_RENDER_ON"),
    "show": ("Show in Viewport", "HIDE_OFF"),
    "show_render": ("Show in Renders", "RESTRICT_RENDER_OFF"),
    "update": ("Update Part", "FILE_REFRESH"),
    "threshold": ("Label This Surface", "NODE_MATERIAL"),
}


class LABELPASS_MT_finding_kinds(bpy.types.Menu):
    """Which kind of finding the list shows"""

    bl_idname = "LABELPASS_MT_finding_kinds"
    bl_label = "Kind"

    def draw(self, context):
        found = current_audit.last(context.scene, context.view_layer)
        kinds = found.kinds if found else Counter()
        self.layout.operator("labelpass.show_kind", text=f"All ({kinds.total()})").kind = ""
        for kind, title in KINDS.items():
            if kinds[kind]:
                self.layout.operator("labelpass.show_kind", text=f"{title} ({kinds[kind]})").kind = kind


class LABELPASS_UL_findings(bpy.types.UIList):
    """Findings. A row: how grave, what, how much of the images."""

    bl_idname = "LABELPASS_UL_findings"

    def draw_item(self, context, layout, _data, item, _icon, _active_data, _active_property):
        audit = current_audit.last(context.scene, context.view_layer)
        found = audit.findings.get(item.key) if audit else None
        if not found:
            return
        line = layout.row(align=True)
        line.active = found.pixels != 0
        line.label(text=found.short, icon=_MARKS[found.severity])
        seen = found.seen()
        if seen:
            amount = line.row(align=True)
            amount.alignment, amount.ui_units_x = "RIGHT", 2.6
            amount.label(text=seen)


class LABELPASS_PT_audit(bpy.types.Panel):
    """What is wrong with the labels of this scene, worst first"""

    bl_idname = "LABELPASS_PT_audit"
    bl_label = "Audit"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Labels"
    bl_parent_id = LABELPASS_PT_labels.bl_idname
    bl_options = {"DEFAULT_CLOSED"}  # a scene is looked at while this is open, and not before

    def draw(self, context):
        layout, found = self.layout, current_audit.last(context.scene, context.view_layer)
        line = layout.row(align=True)
        if not found:
            line.operator("labelpass.audit", icon="VIEWZOOM")
            if len(context.view_layer.objects) <= current_audit.SMALL and not current_audit.measuring():
                look_soon(0.0)
            return
        _header(context, line, found)
        if not current_audit.measuring() and (not found.current or stale_findings(context)):
            if found.current:
                look_soon(0.0)
            elif found.labelled + found.unlabelled <= current_audit.SMALL:
                look_soon()
            else:
                paragraph(context, layout, "Something has changed since: look again", mark="FILE_REFRESH")
        if found.findings:
            self._list(context, layout.column(align=True), found)
            picked = picked_finding(context)
            if picked:
                _details(context, layout.column(align=True), picked)
        self._measure(context, layout.column(align=True), found)

    def _list(self, context, column, found: Audit) -> None:
        state = audit_state(context)
        if len(found.kinds) > 1:
            title = KINDS[state.kind] if state.kind in found.kinds else "All Kinds"
            column.menu("LABELPASS_MT_finding_kinds", text=f"{title} ({len(state.rows)})", icon="FILTER")
        size = min(max(len(state.rows), 4), _MOST_ROWS)
        column.template_list(
            "LABELPASS_UL_findings", "", state, "rows", state, "active", item_dyntip_propname="tip",
            rows=size, maxrows=size,
        )  # fmt: skip

    def _measure(self, context, column, found: Audit) -> None:
        seen = current_audit.last_measure(context.scene, context.view_layer)
        if current_audit.measuring():
            done = f"{seen.looks.views} of {seen.looks.all_views} views" if seen else "the first view"
            return paragraph(context, column, f"Looking through {done}. Esc stops", mark="CAMERA_DATA")
        if not found.measurable:
            return
        text = "Measure Again" if seen else None
        column.operator("labelpass.measure_findings", text=text, icon="CAMERA_DATA")
        if seen:
            looks, (width, height) = seen.looks, seen.looks.size
            some = f" of {looks.all_views}" if looks.views < looks.all_views else ""
            of_views = f"{looks.views}{some} views" if some else counted(looks.views, "view")
            paragraph(context, column, f"Shares of all pixels of {of_views}, at {width}x{height}")


def _header(context, line, found: Audit) -> None:
    counts = found.severities
    wide = context.region.width > _WIDE * context.preferences.system.ui_scale
    if any(counts.values()):
        for severity in SEVERITIES:
            if counts[severity]:
                text = counted(counts[severity], severity) if wide else str(counts[severity])
                line.label(text=text, icon=_MARKS[severity])
    else:
        line.label(text=f"Nothing wrong: {found.labelled} labelled", icon_value=icon(_GREEN))
    line.operator("labelpass.audit", text="", icon="FILE_REFRESH")


def _details(context, column, found: Finding) -> None:
    """The whole sentence, and what can be done."""
    seen = {None: "", 0: " None of the views looked through sees it."}.get(
        found.pixels, f" It covers {found.seen()} of all pixels."
    )
    paragraph(context, column, f"{found.message[:1].upper()}{found.message[1:]}.{seen}", active=True)
    label_set = status.label_set(context.scene)
    if found.kind == "nothing" and found.objects:
        column.operator("labelpass.suggest", icon="LIGHT")
    elif found.kind == "label_set":
        column.menu("LABELPASS_MT_label_set", text="Choose a Label Set", icon="PRESET")
    elif found.kind == "camera":
        column.operator("labelpass.add_view", icon="ADD")
    elif found.kind == "file":
        column.operator("file.find_missing_files", icon="FILE_FOLDER")
    elif label_set:
        for action in actions(found):
            _buttons(context, column, found, action)


def _buttons(context, column, found: Finding, action: str) -> None:
    labels = status.label_set(context.scene).by_id
    now = labels[found.label_id].name if found.label_id in labels else str(found.label_id)
    suggested = labels.get(found.fix.label_id) if found.fix else None
    if action in {"label", "take"}:
        picked = active_label(context) if action == "label" else None
        for label in {each.id: each for each in (suggested, picked) if each}.values():
            what = "Change to" if action == "take" else "Assign"
            _button(column, found, action, f"{what} {label.name}", icon(label.color)).label_id = label.id
        if not suggested and not picked:
            paragraph(context, column, "Pick a label above to assign it here")
    else:
        text, mark = _BUTTONS[action]
        _button(column, found, action, text.format(now=now), mark)
    same = ()
    if (found.kind, action) in SAFE_FOR_ALL:
        same = current_audit.last(context.scene, context.view_layer).alike(found, action)
    if len(same) > 1:
        what = {"label": "Assign All Suggested", "keep": "Keep All", "update": "Update All"}.get(action, "Clear All")
        _button(column, found, action, f"{what} ({len(same)})", "CHECKMARK").of_kind = True


def _button(column, found: Finding, action: str, text: str, mark: str | int):
    marked = {"icon_value": mark} if isinstance(mark, int) else {"icon": mark}
    button = column.operator("labelpass.mend_finding", text=text, **marked)
    button.key, button.action = found.key, action
    return button


register, unregister = bpy.utils.register_classes_factory(
    (LABELPASS_MT_finding_kinds, LABELPASS_UL_findings, LABELPASS_PT_audit)
)
