"""Labelling as buttons: choose a label set, assign, clear, select. Each calls one function and says what it did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from .. import scene_labels
from ..contract.labels import UNLABELLED, Label, LabelSetError, name_of
from ..contract.words import listed
from ..label_sets import label_files
from ..label_sets.label_set_change import Change, apply_change, plan_for_file
from ..occurrences import occurrences
from ..parts.upkeep import merge_parts
from . import recent_labels, status
from .properties import active_label, fill_rows
from .selection import anything_selected, hidden_in_words, select
from .undo import make_undo_whole


class LABELPASS_OT_choose_set(bpy.types.Operator):
    """Use this label set in the file. Labels in use keep their meaning, or you are asked first"""

    bl_idname = "labelpass.choose_set"
    bl_label = "Change Label Set"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    source: StringProperty(name="Label Set", options={"HIDDEN", "SKIP_SAVE"})
    clear_existing: BoolProperty(
        name="Clear Them",
        description="Set the pass indices that are there to 0, if they were made for something else",
        options={"SKIP_SAVE"},
    )

    def _plan(self, context) -> Change:
        return plan_for_file(context.scene, label_files.read(self.source))

    def invoke(self, context, _event):
        try:
            self.change = self._plan(context)
        except LabelSetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if self.change.harmless:
            return self.execute(context)
        title = f"Change to {self.change.new.title or self.change.new.name}?"
        return context.window_manager.invoke_props_dialog(self, width=440, title=title, confirm_text="Change")

    def draw(self, _context):
        lines = self.change.lines()
        for line in [*lines[:12], *([f"and {len(lines) - 12} more"] if len(lines) > 12 else [])]:
            self.layout.label(text=line)
        if self.change.adopted:
            self.layout.prop(self, "clear_existing")

    def execute(self, context):
        try:
            change = self._plan(context)
        except LabelSetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if change.adopted and self.clear_existing:
            change = replace(change, moves=dict.fromkeys(change.moves, UNLABELLED))
        return put_in_place(self, context, change)


def put_in_place(operator, context, change: Change) -> set[str]:
    """Give the scene another label set, let all labels follow, and say what that did."""
    apply_change(context.scene, change)
    merge_parts(bpy.data.objects, change.new)  # two labels may be one now, and lost ones none
    make_undo_whole(context)
    fill_rows(context)
    status.forget()
    said = [f"label set: {change.new.title or change.new.name}", *([] if change.harmless else change.lines())]
    operator.report({"INFO"}, listed(said, 6, "; "))
    return {"FINISHED"}


class LABELPASS_OT_open_set(bpy.types.Operator, ImportHelper):
    """Use a label set of your own, from a JSON, YAML or CSV file"""

    bl_idname = "labelpass.open_set"
    bl_label = "Open Label Set"

    filter_glob: StringProperty(default="*.json;*.yaml;*.yml;*.csv;*.txt", options={"HIDDEN"})

    def execute(self, _context):
        try:
            label_files.read(self.filepath)
        except LabelSetError as error:  # an operator called from here would raise it as a traceback
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        bpy.ops.labelpass.choose_set("INVOKE_DEFAULT", True, source=self.filepath)  # a step of undo of its own
        return {"FINISHED"}


class LABELPASS_OT_assign(bpy.types.Operator):
    """Give the selected objects the label picked in the list"""

    bl_idname = "labelpass.assign"
    bl_label = "Assign"
    bl_options = {"REGISTER", "UNDO"}

    label_id: IntProperty(name="Label Id", description="0: the one in the list", min=0, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _can(cls, context, selection=True, label_set=True)

    def execute(self, context):
        label_set, picked = status.label_set(context.scene), active_label(context)
        if not self.label_id and not picked:
            return _nothing_picked(self)
        try:
            label = label_set.find(self.label_id) if self.label_id else picked
        except LabelSetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return give(self, context, label)


class LABELPASS_OT_clear(bpy.types.Operator):
    """Take the labels off the selected objects"""

    bl_idname = "labelpass.clear"
    bl_label = "Clear"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return _can(cls, context, selection=True)

    def execute(self, context):
        return tell_assignment(self, context, scene_labels.clear(context.selected_objects), "unlabelled")


class LABELPASS_OT_select_label(bpy.types.Operator):
    """Select all objects that carry the label picked in the list. Shift adds to the selection"""

    bl_idname = "labelpass.select_label"
    bl_label = "Select by Label"
    bl_options = {"REGISTER", "UNDO"}

    label_id: IntProperty(name="Label Id", min=0, options={"HIDDEN", "SKIP_SAVE"})
    extend: BoolProperty(name="Extend", description="Keep what is selected already", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _can(cls, context, label_set=True, object_mode=True)

    def invoke(self, context, event):
        self.extend = event.shift
        return self.execute(context)

    def execute(self, context):
        label = active_label(context)
        if not self.label_id and not label:
            return _nothing_picked(self)
        wanted = self.label_id or label.id
        label = status.label_set(context.scene).by_id.get(wanted)
        found = [obj for obj in context.view_layer.objects if obj.pass_index == wanted]
        return _select(self, context, found, f"labelled {label.name if label else wanted}")


class LABELPASS_OT_select_unlabelled(bpy.types.Operator):
    """Select everything that a render would show without a label. Shift adds to the selection, / shows it alone"""

    bl_idname = "labelpass.select_unlabelled"
    bl_label = "Select Unlabelled"
    bl_options = {"REGISTER", "UNDO"}

    extend: BoolProperty(name="Extend", description="Keep what is selected already", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _can(cls, context, object_mode=True)

    def invoke(self, context, event):
        self.extend = event.shift
        return self.execute(context)

    def execute(self, context):
        shown = occurrences(context.view_layer, context.evaluated_depsgraph_get())
        found = (each.instancers[0] if each.instancers else each.obj for each in shown if each.unlabelled)
        return _select(self, context, dict.fromkeys(found), "without a label")


def give(operator, context, label: Label) -> set[str]:
    """Give the selected objects a label and say what that did, for buttons and keys."""
    done = scene_labels.assign(context.selected_objects, label.id)
    if done.labelled:
        recent_labels.remember(label)
    return tell_assignment(operator, context, done, label.name)


def _can(operator: type, context, *, selection=False, label_set=False, object_mode=False) -> bool:
    """Whether a button works here; where not, the button says why."""
    why = (
        (label_set and not status.label_set(context.scene), status.NO_LABEL_SET),
        (selection and not anything_selected(context), "Nothing is selected"),
        (object_mode and context.mode != "OBJECT", "Works in object mode (Tab leaves edit mode)"),
    )
    reason = next((text for missing, text in why if missing), "")
    if reason:
        operator.poll_message_set(reason)
    return not reason


def _nothing_picked(operator) -> set[str]:
    operator.report({"WARNING"}, "No label is picked in the list")
    return {"CANCELLED"}


def tell_assignment(operator, context, done: scene_labels.Assignment, what: str) -> set[str]:
    """Say what an assignment did, and show what it refused where somebody is looking."""
    make_undo_whole(context)
    status.forget()
    said = f"{_objects(done.labelled)} {'is' if done.labelled == 1 else 'are'} now {what}{_before(context, done)}"
    if done.parts:
        said += f"; faces with a label of their own keep it on {listed(done.parts, 3)}"
    if not done.refused:
        operator.report({"INFO"}, said)
        return {"FINISHED"}
    said = f"{said}; {len(done.refused)} refused" if done.labelled else f"{_objects(len(done.refused))} refused"
    by_reason = {why: [name for name, each in done.refused.items() if each == why] for why in _whys(done)}
    reasons = [f"{listed(names, 3)}: {why}" for why, names in by_reason.items()]
    operator.report({"WARNING"}, f"{said}: {listed(reasons, 3, '; ')}")
    if operator.options.is_invoke and not bpy.app.background and _leaves_a_gap(context, done):
        context.window_manager.popup_menu(partial(_draw_lines, reasons[:12]), title=said, icon="INFO")
    return {"FINISHED"} if done.labelled else {"CANCELLED"}


def _before(context, done: scene_labels.Assignment) -> str:
    """What the assignment overwrote: a click that hit the floor and not the table shows here."""
    label_set = status.label_set(context.scene)
    was = [
        f"{count} {'was' if count == 1 else 'were'} {name_of(label_set, id_)}"
        for id_, count in done.replaced.most_common()
    ]
    return f" ({listed(was, 3)})" if was else ""


def _leaves_a_gap(context, done: scene_labels.Assignment) -> bool:
    """False when only lights and the like were refused, which a box selection picks up and nobody misses."""
    refused = (obj for obj in context.selected_objects if obj.name in done.refused)
    return not done.labelled or any(scene_labels.why_not(obj) is None for obj in refused)


def _whys(done: scene_labels.Assignment) -> list[str]:
    return list(dict.fromkeys(done.refused.values()))


def _select(operator, context, objects: Iterable[bpy.types.Object], what: str) -> set[str]:
    """Select those that the view layer can show; say how many are hidden."""
    seen, hidden = select(context, objects, extend=operator.extend)
    said = f"{_objects(len(seen))} {what} selected" if seen or hidden else f"no object {what}"
    said += hidden_in_words(hidden)
    operator.report({"WARNING"} if hidden else {"INFO"}, said)
    return {"FINISHED"}


def _objects(count: int) -> str:
    return f"{count} object{'s' * (count != 1)}"


def _draw_lines(lines: list[str], menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    for line in lines:
        menu.layout.label(text=line)


register, unregister = bpy.utils.register_classes_factory(
    (
        LABELPASS_OT_choose_set,
        LABELPASS_OT_open_set,
        LABELPASS_OT_assign,
        LABELPASS_OT_clear,
        LABELPASS_OT_select_label,
        LABELPASS_OT_select_unlabelled,
    )
)
