"""Which object to label next: an order of all that a render shows, and where in it there is still none.

Things of one kind (copies of one mesh, or names that differ in their number alone) stand together, so that one label
and the key that repeats it do for all; the kinds with the biggest things come first, since they fill most pixels. The
order does not depend on what is labelled already, so it stays while somebody works along it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import bpy

from ..occurrences import occurrences
from ..scene_labels import why_locked, why_not


@dataclass(frozen=True)
class Places:
    """`order`: what a render shows, by what carries its label (members through their outermost instancer).

    `waiting`: those without a label that can be selected and given one; `kept`: {name: why not} of the others.
    """

    order: tuple[bpy.types.Object, ...] = ()
    waiting: tuple[bpy.types.Object, ...] = ()
    kept: dict[str, str] = field(default_factory=dict)


def places(view_layer: bpy.types.ViewLayer, depsgraph: bpy.types.Depsgraph) -> Places:
    """The order of a view layer that is evaluated. Looks at everything: 10,000 objects take 0.2 seconds."""
    sizes: dict[bpy.types.Object, float] = {}
    open_: set[bpy.types.Object] = set()
    for each in occurrences(view_layer, depsgraph):
        carrier = each.instancers[0] if each.instancers else each.obj
        scale = 1.0
        for instancer in each.instancers:
            scale *= max(map(abs, instancer.matrix_world.to_scale()))
        sizes[carrier] = max(sizes.get(carrier, 0.0), scale * each.obj.dimensions.length)
        if each.unlabelled:
            open_.add(carrier)
    kinds = {obj: _kind(obj) for obj in sizes}
    biggest: dict[str, float] = {}
    for obj, size in sizes.items():
        biggest[kinds[obj]] = max(biggest.get(kinds[obj], 0.0), size)
    order = sorted(sizes, key=lambda obj: (-biggest[kinds[obj]], kinds[obj], -round(sizes[obj], 3), obj.name_full))
    waiting, kept = [], {}
    with bpy.context.temp_override(area=None, region=None):  # or `visible_get` would ask the 3D view's local view
        for obj in order:
            if obj in open_:
                reason = why_not(obj) or why_locked(obj) or _why_unreachable(obj)
                if reason:
                    kept[obj.name] = reason
                else:
                    waiting.append(obj)
    return Places(tuple(order), tuple(waiting), kept)


def step(found: Places, here: bpy.types.Object | None, *, back: bool = False) -> bpy.types.Object | None:
    """The next object that waits for a label, after (or before) `here`, then from the other end; None: none waits."""
    if not found.waiting:
        return None
    place = {obj: number for number, obj in enumerate(found.order)}
    if here not in place:
        return found.waiting[-1 if back else 0]
    if back:
        return next((obj for obj in reversed(found.waiting) if place[obj] < place[here]), found.waiting[-1])
    return next((obj for obj in found.waiting if place[obj] > place[here]), found.waiting[0])


def alike(obj: bpy.types.Object, others: Sequence[bpy.types.Object]) -> int:
    """How many others are of the same kind as an object."""
    kind = _kind(obj)
    return sum(other != obj and _kind(other) == kind for other in others)


def _kind(obj: bpy.types.Object) -> str:
    if obj.type == "EMPTY" and obj.instance_collection:
        return _stem(obj.instance_collection.name)
    return obj.data.name_full if obj.data and obj.data.users > 1 else _stem(obj.name)


def _stem(name: str) -> str:
    """A name without the numbers that Blender gives to copies: "House.003 front.001" is a "House front"."""
    return _NUMBER.sub("", name)


_NUMBER = re.compile(r"\.\d{3,}(?!\w)")


def _why_unreachable(obj: bpy.types.Object) -> str | None:
    if not obj.visible_get():
        return "hidden in the viewport, though a render shows it"
    return "locked against selection" if obj.hide_select else None
