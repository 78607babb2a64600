"""Labelling by keys: a search over the 3D view, the last label again, the label of what the mouse points at."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
from bpy.props import EnumProperty, IntProperty

from ..asking.under_cursor import first_hit, ray_at
from ..contract.labels import Label, LabelSet
from ..label_sets.label_search import Members, arrange
from ..scene_labels import label_set_text
from ..suggestions import suggestion_list
from ..tab import recent_labels, status
from ..tab.operators import give
from ..tab.properties import state_of
from ..tab.selection import anything_selected
from ..tab.swatches import icon
from . import isolation
from .step_operators import in_object_mode, step_on

Item = tuple[str, str, str, int, int]
_NONE = "0"
_SUGGESTED = "suggested \N{BLACK RIGHT-POINTING SMALL TRIANGLE} "  # the arrow of Blender's own menu search
_offered: tuple[object, list[Item]] = ((), [])  # Blender keeps no reference to the texts of a list made by a function


def search_items(
    label_set: LabelSet, members: Members, counts: dict[int, int], suggested: Sequence[int] = ()
) -> list[Item]:
    """What the search offers: each label by its name, then by its other names, then by what falls under it.

    The labels that the object's names suggest come first, then those given last, then those in use. Where Blender's
    preferences keep recent searches, it puts what was chosen in this search before above all that. Of all that match
    equally well, Blender puts the shortest text first, so a text holds little else than the name; what stands before
    an arrow does not count.
    """
    by_id, recent = label_set.by_id, [label.id for label in recent_labels.recent(label_set)]
    positions = arrange(label_set.labels, "", counts, used_first=True)
    order = dict.fromkeys([*suggested, *recent, *(label_set.labels[at].id for at in positions)])
    labels = [by_id[id_] for id_ in order]
    items: list[Item] = []
    # Enter with nothing typed gives the first one, and the first label of a set is nobody's choice.
    if not recent and not suggested:
        items.append((_NONE, "Type a label's name", "", 0, 0))
    taken = {label.name.casefold() for label in labels}
    for label in labels:
        hint = _SUGGESTED if label.id in suggested else ""
        items.append((str(label.id), f"{hint}{label.name} ({label.id})", "", icon(label.color), len(items)))
    for label in labels:
        for name in (*label.aliases, *members.get(label.id, ())):
            if name.casefold() not in taken:
                taken.add(name.casefold())
                text = f"{name} = {label.name} ({label.id})"
                items.append((f"{label.id} {name}", text, "", icon(label.color), len(items)))
    return items


def _items(_operator, context) -> list[Item]:
    global _offered  # noqa: PLW0603 (see there)
    label_set = status.label_set(context.scene) if context and context.scene else None
    if not label_set:
        return []
    counts = status.status(context.scene, context.view_layer).counts
    suggested = _suggested(context)
    key = (label_set_text(context.scene), tuple(recent_labels.recent(label_set)), frozenset(counts), suggested)
    if _offered[0] != key:
        _offered = (key, search_items(label_set, status.members(context.scene), counts, suggested))
    return _offered[1]


def _suggested(context) -> tuple[int, ...]:
    """Ids that the names of the active object suggest, unless it has a label: then it is being changed."""
    obj = context.object
    if not obj or not obj.select_get() or obj.pass_index:
        return ()
    return tuple(each.label_id for each in suggestion_list.suggested(context.scene, obj)[:3])


class LABELPASS_OT_search_label(bpy.types.Operator):
    """Search a label by name, in a popup, and give it to the selected objects"""

    bl_idname = "labelpass.search_label"
    bl_label = "Search Label"
    bl_options = {"REGISTER", "UNDO"}
    bl_property = "label"

    label: EnumProperty(name="Label", items=_items, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return in_object_mode(cls, context)

    def invoke(self, context, _event):
        if not _ready(self, context):
            return {"CANCELLED"}
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        label_set = _ready(self, context)
        if not label_set:
            return {"CANCELLED"}
        if self.label in {"", _NONE}:
            self.report({"WARNING"}, "No label was chosen")
            return {"CANCELLED"}
        return _give(self, context, label_set.by_id[int(self.label.split()[0])])


class LABELPASS_OT_repeat_label(bpy.types.Operator):
    """Give the selected objects the label that was given last"""

    bl_idname = "labelpass.repeat_label"
    bl_label = "Repeat Last Label"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return in_object_mode(cls, context)

    def execute(self, context):
        label_set = _ready(self, context)
        if not label_set:
            return {"CANCELLED"}
        recent = recent_labels.recent(label_set)
        if not recent:
            self.report({"WARNING"}, "No label was given yet since this file was opened")
            return {"CANCELLED"}
        return _give(self, context, recent[0])


class LABELPASS_OT_pick_label(bpy.types.Operator):
    """Give the selected objects the label of what the mouse points at"""

    bl_idname = "labelpass.pick_label"
    bl_label = "Label Like Under Mouse"
    bl_options = {"REGISTER", "UNDO"}

    label_id: IntProperty(name="Label Id", min=0, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return in_object_mode(cls, context)

    def invoke(self, context, event):
        if not _ready(self, context):
            return {"CANCELLED"}
        at = (event.mouse_region_x, event.mouse_region_y)
        ray = ray_at(context.region, context.space_data, at)
        seen = first_hit(context.evaluated_depsgraph_get(), ray, context.space_data)
        if not seen or not seen.label_id:
            what = f"{seen.host.name} has no label" if seen else "nothing is there"
            self.report({"WARNING"}, f"No label under the mouse: {what}")
            return {"CANCELLED"}
        self.label_id = seen.label_id
        return self.execute(context)

    def execute(self, context):
        label_set = _ready(self, context)
        if not label_set:
            return {"CANCELLED"}
        label = label_set.by_id.get(self.label_id)
        if not label:
            self.report({"WARNING"}, f"{label_set.name} does not define pass index {self.label_id}")
            return {"CANCELLED"}
        return _give(self, context, label)


def _give(operator, context, label: Label) -> set[str]:
    """Label the selection; while stepping through what has no label, go on to the next."""
    stepping = state_of(context).step_on and isolation.is_on(context.space_data, context.view_layer)
    done = give(operator, context, label)
    if done == {"FINISHED"} and stepping:
        step_on(operator, context)
    return done


def _ready(operator, context) -> LabelSet | None:
    """The label set, where there is one and something is selected; else says what is missing: a key has no tooltip."""
    label_set = status.label_set(context.scene)
    missing = "" if anything_selected(context) else "Nothing is selected"
    if not label_set:
        missing = status.NO_LABEL_SET_HERE
    if missing:
        operator.report({"WARNING"}, missing)
        return None
    return label_set


register, unregister = bpy.utils.register_classes_factory(
    (LABELPASS_OT_search_label, LABELPASS_OT_repeat_label, LABELPASS_OT_pick_label)
)
