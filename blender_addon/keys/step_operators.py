"""Stepping through what has no label yet: the next object, alone and framed, until nothing is left."""

from __future__ import annotations

import bpy

from ..contract.words import listed
from ..tab import status
from . import isolation
from .unlabelled import Places, alike, places, step


class LABELPASS_OT_next_unlabelled(bpy.types.Operator):
    """Select the next object without a label, show it alone and frame it. Big things come first, alike ones together"""

    bl_idname = "labelpass.next_unlabelled"
    bl_label = "Next Unlabelled"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return in_object_mode(cls, context)

    def execute(self, context):
        return step_on(self, context)


class LABELPASS_OT_previous_unlabelled(bpy.types.Operator):
    """Select the object without a label before this one, show it alone and frame it"""

    bl_idname = "labelpass.previous_unlabelled"
    bl_label = "Previous Unlabelled"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return in_object_mode(cls, context)

    def execute(self, context):
        return step_on(self, context, back=True)


class LABELPASS_OT_show_all(bpy.types.Operator):
    """Leave the object that is shown alone: show what was shown before, from where it was seen"""

    bl_idname = "labelpass.show_all"
    bl_label = "Show All Again"
    bl_options = {"REGISTER"}  # what a view shows is no data to undo

    @classmethod
    def poll(cls, context):
        return in_object_mode(cls, context)

    def execute(self, context):
        if not isolation.show_all(context):
            self.report({"INFO"}, "No unlabelled object is shown alone in this view")
            return {"CANCELLED"}
        return {"FINISHED"}


def in_object_mode(operator: type, context) -> bool:
    """Whether a key works here: in a 3D view in object mode."""
    if context.mode != "OBJECT" or not getattr(context.space_data, "region_3d", None):
        operator.poll_message_set("Works in a 3D view in object mode")
        return False
    return True


def step_on(operator, context, *, back: bool = False) -> set[str]:
    """Go to the next object without a label (or the one before), or say that there is none and show all again."""
    if not status.label_set(context.scene):
        operator.report({"WARNING"}, status.NO_LABEL_SET_HERE)
        return {"CANCELLED"}
    found = places(context.view_layer, context.evaluated_depsgraph_get())
    on = isolation.is_on(context.space_data, context.view_layer)
    there = step(found, context.object if on else None, back=back)
    if not there:
        isolation.show_all(context)
        operator.report({"WARNING"} if found.kept else {"INFO"}, _nothing_left(found))
        return {"FINISHED"} if on else {"CANCELLED"}
    select_alone(context, there)
    isolation.show_alone(context, there)
    same = alike(there, found.waiting)
    more = f", {same} of them like this one" if same else ""
    operator.report({"INFO"}, f"{there.name}: {len(found.waiting)} to label{more}")
    return {"FINISHED"}


def select_alone(context, obj: bpy.types.Object) -> None:
    """Make an object the only one that is selected, also where the 3D view does not show it yet, and the active one."""
    for other in list(context.view_layer.objects.selected):
        other.select_set(False)
    obj.select_set(True)
    context.view_layer.objects.active = obj


def _nothing_left(found: Places) -> str:
    if not found.order:
        return "A render of this scene shows nothing to label"
    if not found.kept:
        return "All labelled"
    each = [f"{name}: {why}" for name, why in found.kept.items()]
    return f"{len(each)} left that cannot be labelled from here: {listed(each, 3, '; ')}"


register, unregister = bpy.utils.register_classes_factory(
    (LABELPASS_OT_next_unlabelled, LABELPASS_OT_previous_unlabelled, LABELPASS_OT_show_all)
)
