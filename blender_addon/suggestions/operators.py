"""Suggestions as buttons: look, show, accept, accept another, accept all above the bar, reject, offer again."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
from bpy.props import IntProperty, StringProperty

from ..contract.labels import LabelSet
from ..contract.words import counted, listed
from ..tab import status
from ..tab.selection import frame_selection, hidden_in_words, select
from ..tab.swatches import icon
from . import suggestion_list
from .properties import fill_suggestions, fold_all, suggestions_state, unfold
from .suggestion_list import Entry, Other, Outcome, Row


class LABELPASS_OT_suggest(bpy.types.Operator):
    """Read the names of all unlabelled objects of the scene, and list the labels that they suggest. Labels nothing"""

    bl_idname = "labelpass.suggest"
    bl_label = "Suggest Labels"
    bl_options = {"REGISTER"}  # looking changes no data

    @classmethod
    def poll(cls, context):
        return _can(cls, context, look=False)

    def execute(self, context):
        found = suggestion_list.look(context)
        fold_all(context)
        fill_suggestions(context)
        entries, bar = suggestion_list.live(context.scene), suggestions_state(context).bar
        if not entries:
            self.report({"INFO"}, f"no suggestions; the names of {counted(found.silent, 'object')} say nothing")
            return {"FINISHED"}
        above = _above(entries, bar)
        said = f"{counted(len(above), 'object')} above the bar as {counted(_labels(above), 'label')}"
        said += f"; {len(entries) - len(above)} below"
        self.report({"INFO"}, said + (f"; the names of {found.silent} say nothing" if found.silent else ""))
        return {"FINISHED"}


class _OnRow:
    """An operator on a row of the list, by its key."""

    key: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _can(cls, context)

    def row(self, context) -> Row | None:
        found = _row(context, self.key)
        if not found:
            fill_suggestions(context)
            self.report({"WARNING"}, "This suggestion no longer holds: something has changed since")
        return found


class LABELPASS_OT_show_suggestion(_OnRow, bpy.types.Operator):
    """Select the objects of this suggestion and frame them"""

    bl_idname = "labelpass.show_suggestion"
    bl_label = "Show Suggestion"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context):
        row = self.row(context)
        if not row:
            return {"CANCELLED"}
        seen, hidden = select(context, suggestion_list.objects_of(context.scene, row.entries), extend=False)
        frame_selection(context)
        said = f"{counted(len(seen), 'object')} selected{hidden_in_words(hidden)}"
        self.report({"WARNING"} if hidden else {"INFO"}, said)
        return {"FINISHED"}


class LABELPASS_OT_accept_suggestion(_OnRow, bpy.types.Operator):
    """Label these objects as suggested"""

    bl_idname = "labelpass.accept_suggestion"
    bl_label = "Accept Suggestion"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    label_id: IntProperty(name="Label Id", description="0: the best one", min=0, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def description(cls, context, properties):
        row, label_set = _row(context, properties.key), status.label_set(context.scene)
        if not row or not label_set:
            return ""
        count = sum(_may_be(entry, properties.label_id) for entry in row.entries)
        label = label_set.by_id.get(properties.label_id or row.label_id)
        return f"Label {counted(count, 'object')} {label.name}" if label else ""

    def execute(self, context):
        row = self.row(context)
        if not row:
            return {"CANCELLED"}
        wanted = [entry for entry in row.entries if _may_be(entry, self.label_id)]
        return _tell(self, context, suggestion_list.accept(context, wanted, self.label_id or None))


class LABELPASS_OT_choose_suggestion(_OnRow, bpy.types.Operator):
    """Choose among the labels that these objects may have"""

    bl_idname = "labelpass.choose_suggestion"
    bl_label = "Choose Label"
    bl_options = {"INTERNAL"}  # what is chosen is a step to undo, and not the choosing

    @classmethod
    def description(cls, context, properties):
        row = _row(context, properties.key)
        return f"{row.best.caution}. Click to choose" if row and row.best.caution else ""

    def invoke(self, context, _event):
        row = self.row(context)
        if not row:
            return {"CANCELLED"}
        label_set = status.label_set(context.scene)

        def draw(menu, _context):
            menu.layout.label(text=row.best.caution or row.best.reason, icon="ERROR" if row.best.caution else "INFO")
            menu.layout.separator()
            draw_choice(menu.layout, label_set, row, Other(row.label_id, len(row.entries), row.confidence))
            for other in row.instead:
                draw_choice(menu.layout, label_set, row, other)

        context.window_manager.popup_menu(draw, title=_named(row))
        return {"FINISHED"}


def draw_choice(layout, label_set: LabelSet, row: Row, other: Other, text: str = "{}") -> None:
    """A button that gives the objects of a row this label; `text` is made of its name."""
    label = label_set.by_id.get(other.label_id)
    if label:
        some = f" ({other.count} of {len(row.entries)})" if other.count < len(row.entries) else ""
        said = f"{text.format(label.name)}{some}  {other.confidence:.2f}"
        button = layout.operator("labelpass.accept_suggestion", text=said, icon_value=icon(label.color))
        button.key, button.label_id = row.key, label.id


def _named(row: Row) -> str:
    more = f" and {len(row.entries) - 1} more" if len(row.entries) > 1 else ""
    return row.entries[0].name + more


class LABELPASS_OT_accept_suggestions(bpy.types.Operator):
    """Label all objects whose suggestion is at least as sure as the bar says. What has a label keeps it"""

    bl_idname = "labelpass.accept_suggestions"
    bl_label = "Accept All Above"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return _can(cls, context)

    def execute(self, context):
        entries = suggestion_list.live(context.scene)
        wanted = _above(entries, suggestions_state(context).bar)
        if not wanted:
            self.report({"WARNING"}, f"nothing reaches the bar; {len(entries)} below it")
            return {"CANCELLED"}
        return _tell(self, context, suggestion_list.accept(context, wanted))


class LABELPASS_OT_reject_suggestion(_OnRow, bpy.types.Operator):
    """Do not suggest this label for these objects again. Their label is left as it is: none"""

    bl_idname = "labelpass.reject_suggestion"
    bl_label = "Reject Suggestion"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context):
        row = self.row(context)
        if not row:
            return {"CANCELLED"}
        count = suggestion_list.reject_entries(context.scene, row.entries)
        fill_suggestions(context)
        self.report({"INFO"}, f"{counted(count, 'suggestion')} rejected")
        return {"FINISHED"}


class LABELPASS_OT_offer_again(bpy.types.Operator):
    """Suggest again what was rejected on the objects of this scene"""

    bl_idname = "labelpass.offer_again"
    bl_label = "Offer Again"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return _can(cls, context)

    def execute(self, context):
        count = suggestion_list.take_back_rejections(context.scene)
        fill_suggestions(context)
        self.report({"INFO"}, f"{counted(count, 'object')} may be suggested a label again")
        return {"FINISHED"}


class LABELPASS_OT_unfold_suggestion(bpy.types.Operator):
    """Show the objects of this row one by one, or fold them up again"""

    bl_idname = "labelpass.unfold_suggestion"
    bl_label = "Unfold Suggestion"
    bl_options = {"INTERNAL"}

    key: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    def execute(self, context):
        unfold(context, self.key)
        return {"FINISHED"}


def _can(operator: type, context, *, look: bool = True) -> bool:
    """Whether a button works here; where not, the button says why."""
    why = (
        (not status.label_set(context.scene), status.NO_LABEL_SET),
        (look and not suggestion_list.looked(context.scene), "Press Suggest Labels first"),
        (context.mode != "OBJECT", "Works in object mode (Tab leaves edit mode)"),
    )
    reason = next((text for missing, text in why if missing), "")
    if reason:
        operator.poll_message_set(reason)
    return not reason


def _row(context, key: str) -> Row | None:
    return suggestion_list.find_row(context.scene, suggestions_state(context).bar, key)


def _may_be(entry: Entry, label_id: int) -> bool:
    return not label_id or any(each.label_id == label_id for each in entry.found)


def _above(entries: Sequence[Entry], bar: float) -> list[Entry]:
    return [entry for entry in entries if suggestion_list.is_above(entry, bar)]


def _labels(entries: Sequence[Entry]) -> int:
    return len({entry.best.label_id for entry in entries})


def _tell(operator, context, done: Outcome) -> set[str]:
    """Say what accepting did, and what is still in the list."""
    status.forget()
    fill_suggestions(context)
    names, total = status.label_set(context.scene).by_id, done.labelled.total()
    what = names[next(iter(done.labelled))].name if len(done.labelled) == 1 else counted(len(done.labelled), "label")
    said = f"labelled {counted(total, 'object')} as {what}" if total else "labelled nothing"
    entries, bar = suggestion_list.live(context.scene), suggestions_state(context).bar
    if len(entries) > len(_above(entries, bar)):
        said += f"; {len(entries) - len(_above(entries, bar))} below the bar"
    if done.left:
        said += f"; {len(done.left)} had changed and were left alone: {listed(done.left, 3)}"
    operator.report({"WARNING"} if done.left or not total else {"INFO"}, said)
    return {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (
        LABELPASS_OT_suggest,
        LABELPASS_OT_show_suggestion,
        LABELPASS_OT_accept_suggestion,
        LABELPASS_OT_choose_suggestion,
        LABELPASS_OT_accept_suggestions,
        LABELPASS_OT_reject_suggestion,
        LABELPASS_OT_offer_again,
        LABELPASS_OT_unfold_suggestion,
    )
)
