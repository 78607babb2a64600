"""Keeping objects as they are when a render randomises materials and places: a switch on the selection."""

from __future__ import annotations

import bpy

from .. import scene_labels
from ..contract.words import counted, listed
from .panels import LABELPASS_PT_active
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


def _draw(panel: bpy.types.Panel, context: bpy.types.Context) -> None:
    """The switch, under the label of the active object; pressed where that is kept."""
    kept = scene_labels.is_locked(context.object)
    row = panel.layout.row()
    row.operator("labelpass.lock", icon="LOCKED" if kept else "UNLOCKED", depress=kept)


_classes, _no_classes = bpy.utils.register_classes_factory((LABELPASS_OT_lock,))


def register() -> None:
    _classes()
    LABELPASS_PT_active.append(_draw)


def unregister() -> None:
    LABELPASS_PT_active.remove(_draw)
    _no_classes()
