"""The selection: whether there is one, how large it is, a new one, a view of it. Quick with 100,000 objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import bpy

from ..contract.words import listed

_MANY = 2_000  # up to here looking at each takes about a millisecond


def anything_selected(context: bpy.types.Context) -> bool:
    """True when `context.selected_objects` is not empty; a poll asks often, so the likely one is looked at first."""
    active = context.view_layer.objects.active
    if active and active.select_get() and active.visible_get(viewport=_view(context)):
        return True
    return count_selected(context) > 0


def count_selected(context: bpy.types.Context) -> int:
    """How many `context.selected_objects` are, without listing them: those selected that this 3D view shows.

    Of thousands, all that are selected, unless the view shows a part of the scene alone.
    """
    selected, view = context.view_layer.objects.selected, _view(context)
    few = list(islice(selected, _MANY + 1))
    if len(few) <= _MANY:
        return sum(obj.visible_get(viewport=view) for obj in few)
    return len(context.selected_objects) if view and view.local_view else len(selected)


def _view(context: bpy.types.Context) -> bpy.types.SpaceView3D | None:
    return context.space_data if context.space_data and context.space_data.type == "VIEW_3D" else None


def select(
    context: bpy.types.Context, objects: Iterable[bpy.types.Object], *, extend: bool
) -> tuple[list[bpy.types.Object], list[bpy.types.Object]]:
    """Select objects of the view layer, the first as the active one; returns those selected, and those it cannot."""
    if not extend:
        for obj in context.selected_objects:
            obj.select_set(False)
    seen, hidden = [], []
    for obj in objects:
        (seen if obj.visible_get() and not obj.hide_select else hidden).append(obj)
    for obj in seen:
        obj.select_set(True)
    if seen and context.view_layer.objects.active not in seen:
        context.view_layer.objects.active = seen[0]
    return seen, hidden


def hidden_in_words(hidden: Sequence[bpy.types.Object]) -> str:
    """What to add to a report for objects that `select` could not select."""
    if not hidden:
        return ""
    return f"; {len(hidden)} cannot be selected here (hidden or locked): {listed([obj.name for obj in hidden], 3)}"


def frame_selection(context: bpy.types.Context) -> None:
    """Bring the selection into view; not through a camera that the view moves along."""
    area, space = context.area, context.space_data
    region = next((each for each in area.regions if each.type == "WINDOW"), None) if area else None
    if not region or area.type != "VIEW_3D" or not context.selected_objects:
        return
    if space.region_3d.view_perspective == "CAMERA" and space.lock_camera:
        return
    with context.temp_override(area=area, region=region):
        bpy.ops.view3d.view_selected()
