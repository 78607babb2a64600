"""What the viewport and the render do not agree on, and labels on what cannot carry one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy

from ..compat import fcurves
from ..occurrences import Occurrence, rendered_objects, why_not_shown
from ..scene_labels import why_not
from .findings import NOTE, Finding, Fix
from .label_faults import culprit


def unlike_the_viewport(view_layer: bpy.types.ViewLayer, things: Iterable[Occurrence]) -> Iterator[Finding]:
    """Objects of the view layer that are hidden and rendered, or labelled, shown and not rendered."""
    carriers, reached = set(), set()
    for thing in things:
        carriers.add(thing.instancers[0] if thing.instancers else thing.obj)
        reached.update(thing.instancers, (thing.obj,))
    rendered = rendered_objects(view_layer)
    with bpy.context.temp_override(area=None, region=None):  # or `visible_get` would ask the 3D view's local view
        for obj in view_layer.objects:
            shown = obj in reached
            if shown and (obj not in carriers or obj.visible_get(view_layer=view_layer)):
                continue
            if shown and not _comes_and_goes(obj):
                yield Finding("hidden", NOTE, (culprit(obj),), fix=Fix("hide_render"))
            elif not shown and obj.pass_index and not why_not(obj) and obj.visible_get(view_layer=view_layer):
                why = why_not_shown(obj, rendered, view_layer)
                yield Finding("not_rendered", NOTE, (culprit(obj),), detail=(why,), label_id=obj.pass_index,
                              fix=Fix("show_render" if obj.hide_render else "clear"))  # fmt: skip


def _comes_and_goes(obj: bpy.types.Object) -> bool:
    """Whether keys hide it in the viewport: the frame that renders it may be another one than this."""
    return any(curve.data_path == "hide_viewport" for curve in fcurves(obj))


def no_carriers(view_layer: bpy.types.ViewLayer) -> Iterator[Finding]:
    """Labels on lights, cameras, bare empties: nothing would show them."""
    for obj in view_layer.objects:
        if obj.pass_index and (why := why_not(obj)):
            yield Finding("no_carrier", NOTE, (culprit(obj),), detail=(why,), label_id=obj.pass_index,
                          fix=Fix("clear"))  # fmt: skip
