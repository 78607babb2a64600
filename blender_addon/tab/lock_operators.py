"""Keeping objects, or all things of a label, as they are when a render randomises materials and places: switches."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty

from .. import scene_labels
from ..contract.labels import Label
from ..contract.words import counted, listed
from . import status
from .panels import LABELPASS_PT_active, paragraph
from .properties import active_label
from .selection import anything_selected
from .undo import make_undo_whole


class LABELPASS_OT_lock(bpy.types.Operator):
    """Renders that randomise change neither material nor place of the selected objects. Again to let them"""

    bl_idname = "labelpass.lock"
    bl_label = "Keep as It Is When Randomising"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if not anything_selected(context):
            cls.poll_message_set("Nothing is selected")
            return False
        return True

    def execute(self, context):
        objects = context.selected_objects
        lock = not all(map(scene_labels.is_locked, objects))
        done = scene_labels.lock(objects, lock)
        make_undo_whole(context)
        said = (
            f"{counted(done.labelled, 'object')} kept as they are"
            if lock
            else (f"{counted(done.labelled, 'object')} may be randomised")
        )
        if done.refused:
            whys = "; ".join(dict.fromkeys(done.refused.values()))
            said += f"; {len(done.refused)} refused: {listed(list(done.refused), 3)}: {whys}"
        self.report({"WARNING"} if done.refused else {"INFO"}, said)
        return {"FINISHED"} if done.labelled else {"CANCELLED"}


class LABELPASS_OT_lock_label(bpy.types.Operator):
    """Renders of this scene that randomise change neither material nor place of things with this label. Again to let
    them"""

    bl_idname = "labelpass.lock_label"
    bl_label = "Keep Label as It Is When Randomising"
    bl_options = {"REGISTER", "UNDO"}

    label_id: IntProperty(name="Label Id", description="0: the one in the list", min=0, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        reason = scene_labels.why_locked(context.scene)
        if reason:
            cls.poll_message_set(f"This scene is {reason}")
            return False
        return status.needs_label_set(cls, context)

    def execute(self, context):
        label = _label(context, self.label_id)
        if not label:
            self.report({"ERROR"}, "Pick a label in the list")
            return {"CANCELLED"}
        kept = scene_labels.kept_labels(context.scene)
        scene_labels.keep_labels(context.scene, kept ^ {label.id})
        make_undo_whole(context)
        what = "may be randomised" if label.id in kept else "are kept as they are when renders randomise"
        self.report({"INFO"}, f"Things with label {label.name} {what}")
        return {"FINISHED"}


def _label(context: bpy.types.Context, label_id: int) -> Label | None:
    """The label of that id, or the one picked in the list."""
    return status.label_set(context.scene).by_id.get(label_id) if label_id else active_label(context)


def _draw(panel: bpy.types.Panel, context: bpy.types.Context) -> None:
    """The switch, under the label of the active object; pressed where that is kept."""
    kept = scene_labels.is_locked(context.object)
    row = panel.layout.row()
    row.operator("labelpass.lock", icon="LOCKED" if kept else "UNLOCKED", depress=kept)
    label = status.label_set(context.scene).by_id.get(scene_labels.resolve(context.object).label_id)
    if label and not kept and label.id in scene_labels.kept_labels(context.scene):
        paragraph(context, panel.layout, f"Kept all the same, since the label {label.name} is")


_classes, _no_classes = bpy.utils.register_classes_factory((LABELPASS_OT_lock, LABELPASS_OT_lock_label))


def register() -> None:
    _classes()
    LABELPASS_PT_active.append(_draw)


def unregister() -> None:
    LABELPASS_PT_active.remove(_draw)
    _no_classes()
