"""The "Labels" tab of the 3D view's sidebar: what it shows and in which order. Reads, never writes."""

from __future__ import annotations

import blf
import bpy

from .. import scene_labels
from ..contract.labels import unknown_ids
from ..contract.words import counted, listed
from ..label_sets.label_files import built_in_titles
from ..label_sets.label_search import arrange, matching_alias
from . import status
from .properties import active_label, fill_rows_soon, stale, state_of
from .selection import count_selected
from .swatches import icon

_WITH_ICON = {"MESH", "CURVE", "CURVES", "SURFACE", "META", "FONT", "EMPTY", "LIGHT", "CAMERA", "ARMATURE", "VOLUME"}


class LABELPASS_MT_label_set(bpy.types.Menu):
    """Which labels there are. What is labelled already keeps its meaning"""

    bl_idname = "LABELPASS_MT_label_set"
    bl_label = "Label Set"

    def draw(self, context):
        layout, now = self.layout, status.label_set(context.scene)
        for name, title in built_in_titles():
            mark = "LAYER_ACTIVE" if now and now.name == name else "LAYER_USED"
            layout.operator("labelpass.choose_set", text=title, icon=mark).source = name
        layout.separator()
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("labelpass.open_set", text="From File...", icon="FILE_FOLDER")


class LABELPASS_UL_labels(bpy.types.UIList):
    """The labels of the set, those that the search field asks for. A row: colour, name, id, objects, whether kept."""

    bl_idname = "LABELPASS_UL_labels"

    def draw_item(self, context, layout, _data, item, _icon, _active_data, _active_property):
        label_set = status.label_set(context.scene)
        label = label_set.by_id.get(item.label_id) if label_set else None
        if not label:
            return
        counts = status.status(context.scene, context.view_layer).counts
        alias = matching_alias(label, state_of(context).search, status.members(context.scene).get(label.id, ()))
        row = layout.row(align=True)
        row.label(text=f"{label.name} ({alias})" if alias else label.name, icon_value=icon(label.color))
        if not _narrow(context):
            number = row.row()
            number.active, number.alignment = False, "RIGHT"
            number.label(text=str(label.id))
        amount = row.row()
        amount.alignment = "RIGHT"
        amount.ui_units_x = max(1.8, 0.55 * len(str(max(counts.values(), default=0))))  # all rows alike
        amount.label(text=str(counts[label.id]) if counts[label.id] else "")
        kept = scene_labels.kept_labels(context.scene)
        if label.id in kept:
            row.operator("labelpass.lock_label", text="", icon="LOCKED", emboss=False).label_id = label.id
        elif kept:
            row.label(icon="BLANK1")  # all rows alike

    def draw_filter(self, context, layout):
        layout.prop(state_of(context), "used_first")

    def filter_items(self, context, _data, _property):
        state, label_set = state_of(context), status.label_set(context.scene)
        if not label_set or len(label_set.labels) != len(state.rows):
            return [], []
        counts = status.status(context.scene, context.view_layer).counts
        members = status.members(context.scene)
        shown = arrange(label_set.labels, state.search, counts, state.used_first, members)
        flags, order = [0] * len(state.rows), [0] * len(state.rows)
        for place, position in enumerate(shown):
            flags[position], order[position] = self.bitflag_filter_item, place
        hidden = (position for position, flag in enumerate(flags) if not flag)
        for place, position in enumerate(hidden, len(shown)):
            order[position] = place
        return flags, order


class _Tab:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Labels"


class LABELPASS_PT_labels(_Tab, bpy.types.Panel):
    """Choose labels and give them to the selection"""

    bl_idname = "LABELPASS_PT_labels"
    bl_label = "Labels"
    bl_order = 0

    def draw(self, context):
        layout, text = self.layout, scene_labels.label_set_text(context.scene)
        label_set = status.parsed(text) if text else None
        if isinstance(label_set, str):
            paragraph(context, layout, f"The label set in this file is damaged: {label_set}", mark="ERROR")
            label_set = None
        title = (label_set.title or label_set.name) if label_set else "Choose a Label Set"
        layout.menu("LABELPASS_MT_label_set", text=title, icon="PRESET")
        if not label_set:
            return
        if stale(context):
            return fill_rows_soon()
        state = state_of(context)
        column = layout.column(align=True)
        row = column.row(align=True)
        row.prop(state, "search", text="", icon="VIEWZOOM")
        row.prop(state, "used_first", text="", icon="SORTSIZE")
        column.template_list("LABELPASS_UL_labels", "", state, "rows", state, "active", rows=8, maxrows=8)
        column = layout.column(align=True)
        row = column.row(align=True)
        row.scale_y = 1.3
        row.enabled = picked = active_label(context) is not None
        on_faces = context.mode == "EDIT_MESH"  # what is selected are faces, then
        assign = "labelpass.assign_faces" if on_faces else "labelpass.assign"
        row.operator(assign, icon="CHECKMARK", text=_assign_what(context))
        kept = bool(picked) and active_label(context).id in scene_labels.kept_labels(context.scene)
        row.operator("labelpass.lock_label", text="", icon="LOCKED" if kept else "UNLOCKED", depress=kept)
        row = column if _narrow(context) else column.row(align=True)
        row.operator("labelpass.clear_faces" if on_faces else "labelpass.clear", icon="X")
        row = row.row(align=True)
        row.enabled = picked
        row.operator("labelpass.select_part" if on_faces else "labelpass.select_label", icon="RESTRICT_SELECT_OFF")
        found = status.status(context.scene, context.view_layer)
        column = layout.column(align=True)
        paragraph(context, column, _how_many(found), active=found.current)
        column.operator("labelpass.select_unlabelled", icon="QUESTION")
        row = column.row(align=True)
        row.operator("labelpass.next_unlabelled", icon="VIEWZOOM")
        row.prop(state, "step_on", text="", icon="NEXT_KEYFRAME")
        strange = unknown_ids(found.counts, label_set)
        if strange:
            which = listed([str(id_) for id_ in strange], 3)
            text = f"pass index {which} on objects, which {label_set.name} does not define"
            paragraph(context, layout, text, mark="ERROR")


class LABELPASS_PT_active(_Tab, bpy.types.Panel):
    """The label of the active object, of its parts, or why it carries none"""

    bl_idname = "LABELPASS_PT_active"
    bl_label = "Active Object"
    bl_order = 1

    @classmethod
    def poll(cls, context):
        return context.object is not None and status.label_set(context.scene) is not None

    def draw(self, context):
        obj, layout = context.object, self.layout
        name = obj.name if obj.select_get() else f"{obj.name} (not selected)"
        layout.label(text=name, icon=f"OUTLINER_OB_{obj.type}" if obj.type in _WITH_ICON else "OBJECT_DATA")
        reason = scene_labels.why_not(obj)
        if reason:
            paragraph(context, layout, reason)
            if obj.type == "EMPTY" and obj.children:
                children = layout.operator("object.select_grouped", text="Select Its Children", icon="OUTLINER")
                children.type = "CHILDREN_RECURSIVE"
            return
        self._label(context, scene_labels.resolve(obj).label_id)
        locked = scene_labels.why_locked(obj)
        if locked:
            paragraph(context, layout, locked)

    def _label(self, context, label_id: int) -> None:
        label_set = status.label_set(context.scene)
        label = label_set.by_id.get(label_id)
        if label:
            self.layout.label(text=f"{label.name} ({label.id})", icon_value=icon(label.color))
        elif label_id:
            text = f"pass index {label_id}, which {label_set.name} does not define"
            paragraph(context, self.layout, text, mark="ERROR")
        else:
            self.layout.label(text="unlabelled", icon="QUESTION")


def _how_many(found: status.Status) -> str:
    if not (found.current or found.labelled or found.unlabelled):
        return "Counting..."
    return f"{found.labelled} labelled, {found.unlabelled or 'nothing'} unlabelled"


def _assign_what(context) -> str:
    """What the button will do: the label and how many objects, so that a wrong pick is seen before the click."""
    if context.mode == "EDIT_MESH":
        return _assign_faces_what(context)
    label, selected = active_label(context), count_selected(context)
    if not label:
        return "No Label Has That Name" if state_of(context).search.strip() else "Pick a Label"
    return f"Assign {label.name} to {selected}" if selected else f"Assign {label.name}"


def _narrow(context) -> bool:
    """True where the sidebar is too narrow for two things beside each other."""
    return context.region.width < 230 * context.preferences.system.ui_scale


def _assign_faces_what(context) -> str:
    label = active_label(context)
    faces = sum(obj.data.total_face_sel for obj in context.objects_in_mode_unique_data)
    if not label or not faces:
        return "Select Faces" if label else "Pick a Label"
    return f"Assign {label.name} to {counted(faces, 'Face')}"


def paragraph(context, layout, text: str, *, mark: str = "NONE", active: bool = False) -> None:
    """Text wrapped to the sidebar's width, which is narrow and has no wrapping of its own."""
    scale, style = context.preferences.system.ui_scale, context.preferences.ui_styles[0].widget
    blf.size(0, style.points * scale)
    room = context.region.width - (56 if mark == "NONE" else 88) * scale  # margins and the tabs; the icon
    column = layout.column(align=True)
    column.scale_y = 0.8
    column.active = active or mark != "NONE"
    for number, line in enumerate(_wrapped(text, room)):
        column.label(text=line, icon=mark if not number or mark == "NONE" else "BLANK1")


def _wrapped(text: str, room: float) -> list[str]:
    """Lines of whole words, each as wide as the room at most; a word alone may be wider."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and blf.dimensions(0, longer)[0] > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


register, unregister = bpy.utils.register_classes_factory(
    (
        LABELPASS_MT_label_set,
        LABELPASS_UL_labels,
        LABELPASS_PT_labels,
        LABELPASS_PT_active,
    )
)
