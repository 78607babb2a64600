"""Edits of a set's labels as buttons. Each is one undo step, and tells who follows, or why nothing was changed."""

from __future__ import annotations

from collections.abc import Callable

import bpy
from bpy.props import EnumProperty, FloatVectorProperty, IntProperty, StringProperty

from ..contract.labels import MAX_ID, UNLABELLED, Label, LabelSet, LabelSetError, name_of
from ..parts.upkeep import merge_parts
from ..scene_labels import why_locked
from ..tab import status
from ..tab.properties import NOTHING, active_label, fill_rows, state_of
from ..tab.undo import make_undo_whole
from . import label_set_edits as edits
from .properties import edit_of, fill_set_rows, picked_label, set_state
from .set_in_file import apply_edit, carriers_of, changed_ids, in_words, strays


class LABELPASS_OT_edit_label(bpy.types.Operator):
    """Change a field of a label"""

    bl_idname = "labelpass.edit_label"
    bl_label = "Edit Label"
    bl_options = {"UNDO", "INTERNAL"}

    label_id: IntProperty(name="Label Id", options={"HIDDEN", "SKIP_SAVE"})
    field: StringProperty(name="Field", options={"HIDDEN", "SKIP_SAVE"})
    value: StringProperty(name="Value", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return can_edit(cls, context)

    def execute(self, context):
        return carry_out(self, context, lambda old: edit_of(old, self.label_id, self.field, self.value), "changed")


class LABELPASS_OT_add_label(bpy.types.Operator):
    """Add a label to the set"""

    bl_idname = "labelpass.add_label"
    bl_label = "Add Label"
    bl_options = {"UNDO", "INTERNAL"}
    bl_property = "name"  # takes what is typed, without a click into it first

    name: StringProperty(name="Name", description="What the label is called", options={"SKIP_SAVE"})
    own_color: EnumProperty(
        name="Color",
        items=(("OF_ID", "By Id", "A color that no other id gets"), ("CHOSEN", "Choose", "A color of your choice")),
        options={"SKIP_SAVE"},
    )
    color: FloatVectorProperty(
        name="", description="The label's color", subtype="COLOR_GAMMA", min=0, max=1, default=(0.5, 0.5, 0.5)
    )
    label_id: IntProperty(
        name="Id",
        description="The pass index of what carries the label. 0: the next that is free",
        min=0,
        max=MAX_ID,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        return can_edit(cls, context)

    def invoke(self, context, _event):
        return context.window_manager.invoke_props_dialog(self, width=320, confirm_text="Add")

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "name")
        layout.prop(self, "own_color", expand=True)
        if self.own_color == "CHOSEN":
            layout.prop(self, "color", text=" ")
        layout.prop(self, "label_id", text="Id" if self.label_id else "Id (0: next free)")
        carriers = carriers_of(context.scene, {self.label_id}) if self.label_id else []
        label_set = status.label_set(context.scene)
        if carriers and label_set and self.label_id not in label_set.by_id:
            layout.label(text=f"{in_words(carriers)} with that pass index will become this label", icon="ERROR")

    def execute(self, context):
        color = tuple(round(channel * 255) for channel in self.color) if self.own_color == "CHOSEN" else None

        def make(old: LabelSet) -> edits.Edit:
            taken = strays(old)
            return edits.add(old, self.name, id_=self.label_id or None, color=color, taken=taken)

        return carry_out(
            self, context, make, f"{self.name.strip()} added", adopt=self.options.is_invoke, pick_last=True
        )


class LABELPASS_OT_remove_label(bpy.types.Operator):
    """Remove the label from the set. Where it is in use, you are asked what becomes of that"""

    bl_idname = "labelpass.remove_label"
    bl_label = "Remove Label"
    bl_options = {"UNDO", "INTERNAL"}

    label_id: IntProperty(name="Label Id", options={"HIDDEN", "SKIP_SAVE"})
    fate: EnumProperty(
        name="What Carries It",
        items=(
            ("CLEAR", "Loses Its Label", "What carries the label will be unlabelled"),
            ("REMAP", "Gets Another", "What carries the label gets another one"),
        ),
        options={"SKIP_SAVE"},
    )
    into: StringProperty(name="Label", description="The label that it gets instead", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return can_edit(cls, context, picked=True, several=True)

    def invoke(self, context, _event):
        label = picked_label(context)
        self.label_id = label.id
        self.followers = _followers(context, label.id)
        if not self.followers:
            return self.execute(context)
        title = f"Remove {label.name}?"
        return context.window_manager.invoke_props_dialog(self, width=360, title=title, confirm_text="Remove")

    def draw(self, context):
        layout = self.layout
        layout.label(text=f"In use by {self.followers}. What becomes of that?")
        layout.row().prop(self, "fate", expand=True)
        row = layout.row()
        row.enabled = self.fate == "REMAP"
        row.prop_search(self, "into", set_state(context), "rows", text="", icon="BOOKMARKS")

    def execute(self, context):
        def make(old: LabelSet) -> edits.Edit:
            into = old.find(self.into or _nothing_chosen()).id if self.fate == "REMAP" else UNLABELLED
            return edits.delete(old, self.label_id, into)

        return carry_out(self, context, make, f"{name_of(status.label_set(context.scene), self.label_id)} removed")


class LABELPASS_OT_merge_label(bpy.types.Operator):
    """Make one label of two: what carries this one gets the other, which answers to both names from then on"""

    bl_idname = "labelpass.merge_label"
    bl_label = "Merge Label"
    bl_options = {"UNDO", "INTERNAL"}

    label_id: IntProperty(name="Label Id", options={"HIDDEN", "SKIP_SAVE"})
    into: StringProperty(name="Into", description="The label that stays", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return can_edit(cls, context, picked=True, several=True)

    def invoke(self, context, _event):
        label = picked_label(context)
        self.label_id = label.id
        self.followers = _followers(context, label.id)
        title = f"Merge {label.name} Into"
        return context.window_manager.invoke_props_dialog(self, width=320, title=title, confirm_text="Merge")

    def draw(self, context):
        self.layout.prop_search(self, "into", set_state(context), "rows", text="", icon="BOOKMARKS")
        self.layout.label(text=f"{self.followers or 'Nothing in the file'} will follow")

    def execute(self, context):
        def make(old: LabelSet) -> edits.Edit:
            return edits.merge(old, self.label_id, old.find(self.into or _nothing_chosen()).id)

        name = name_of(status.label_set(context.scene), self.label_id)
        return carry_out(self, context, make, f"{name} is {self.into} now")


class LABELPASS_OT_change_label_id(bpy.types.Operator):
    """Give the label another id. The pass indices of all that carries it follow"""

    bl_idname = "labelpass.change_label_id"
    bl_label = "Change Id"
    bl_options = {"UNDO", "INTERNAL"}
    bl_property = "new_id"  # takes what is typed, without a click into it first

    label_id: IntProperty(name="Label Id", options={"HIDDEN", "SKIP_SAVE"})
    new_id: IntProperty(name="Id", description="From 1 to 32767, and no other label's", min=1, max=MAX_ID)

    @classmethod
    def poll(cls, context):
        return can_edit(cls, context, picked=True)

    def invoke(self, context, _event):
        label = picked_label(context)
        self.label_id = self.new_id = label.id
        self.followers = _followers(context, label.id)
        title = f"Id of {label.name}"
        return context.window_manager.invoke_props_dialog(self, width=260, title=title, confirm_text="Change")

    def draw(self, context):
        self.layout.prop(self, "new_id")
        self.layout.label(text=f"{self.followers or 'Nothing'} will follow")

    def execute(self, context):
        said = f"{name_of(status.label_set(context.scene), self.label_id)} has id {self.new_id}"
        return carry_out(self, context, lambda old: edits.change_id(old, self.label_id, self.new_id), said)


class LABELPASS_OT_label_up(bpy.types.Operator):
    """Move the label up the list; the Labels tab lists the labels in the same order"""

    bl_idname = "labelpass.label_up"
    bl_label = "Move Label Up"
    bl_options = {"UNDO", "INTERNAL"}

    @classmethod
    def poll(cls, context):
        return can_edit(cls, context, picked=True) and _not_at(cls, context, 0, "first")

    def execute(self, context):
        return _shift(self, context, -1)


class LABELPASS_OT_label_down(bpy.types.Operator):
    """Move the label down the list; the Labels tab lists the labels in the same order"""

    bl_idname = "labelpass.label_down"
    bl_label = "Move Label Down"
    bl_options = {"UNDO", "INTERNAL"}

    @classmethod
    def poll(cls, context):
        return can_edit(cls, context, picked=True) and _not_at(cls, context, -1, "last")

    def execute(self, context):
        return _shift(self, context, 1)


def _shift(operator, context, by: int) -> set[str]:
    label = picked_label(context)
    return carry_out(operator, context, lambda old: edits.shift(old, label.id, by), f"{label.name} moved")


def carry_out(
    operator, context, make: Callable[[LabelSet], edits.Edit], said: str, *, adopt=False, pick_last=False
) -> set[str]:
    """Make an edit and put it in place in the file; say what it did, or why nothing was changed.

    What was picked in the lists stays picked, also under another name or id.
    """
    old, picked, in_tab = status.label_set(context.scene), picked_label(context), active_label(context)
    try:
        edit = make(old)
        followed = apply_edit(context.scene, edit, adopt=adopt)
    except LabelSetError as error:
        operator.report({"ERROR"}, str(error))
        fill_set_rows(context)
        return {"CANCELLED"}
    if edit.moved or changed_ids(old, edit.new):
        merge_parts(bpy.data.objects, edit.new)  # two labels may be one now, and parts are named after theirs
    make_undo_whole(context)
    fill_rows(context)
    after, state = edit.moves.get(in_tab.id, 0) if in_tab else 0, state_of(context)
    state.active = next((place for place, row in enumerate(state.rows) if row.label_id == after), NOTHING)
    fill_set_rows(context, edit.new.labels[-1].id if pick_last else edit.moves.get(picked.id if picked else 0, 0))
    status.forget()
    if followed:
        gone = set(edit.moved.values()) == {UNLABELLED}
        said += f"; {in_words(followed)} {'without a label now' if gone else 'followed'}"
    said += f"; the set is your own copy now, {edit.new.name!r}" if edit.new.name != old.name else ""
    operator.report({"INFO"}, said)
    return {"FINISHED"}


def can_edit(operator: type, context, *, picked=False, several=False) -> bool:
    """Whether a button works here; where not, the button says why."""
    label_set, locked = status.label_set(context.scene), why_locked(context.scene)
    label: Label | None = picked_label(context) if picked or several else None
    why = (
        (not label_set, status.NO_LABEL_SET),
        (locked, f"This scene is {locked}"),
        (picked and not label, "Pick a label in the list of this panel"),
        (several and label_set and len(label_set.labels) < 2, "A label set has one label at least; add another first"),
    )
    reason = next((text for missing, text in why if missing), "")
    if reason:
        operator.poll_message_set(reason)
    return not reason


def _not_at(operator: type, context, place: int, word: str) -> bool:
    if status.label_set(context.scene).labels[place].id == picked_label(context).id:
        operator.poll_message_set(f"It is the {word} label already")
        return False
    return True


def _followers(context, label_id: int) -> str:
    """What carries a label, in words, for a dialog to draw: asked once, since several label sets make it slow."""
    return in_words(carriers_of(context.scene, {label_id}))


def _nothing_chosen() -> str:
    raise LabelSetError("no label was chosen to take its place; nothing was changed")


register, unregister = bpy.utils.register_classes_factory(
    (
        LABELPASS_OT_edit_label,
        LABELPASS_OT_add_label,
        LABELPASS_OT_remove_label,
        LABELPASS_OT_merge_label,
        LABELPASS_OT_change_label_id,
        LABELPASS_OT_label_up,
        LABELPASS_OT_label_down,
    )
)
