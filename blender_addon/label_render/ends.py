"""Where the rays of a label render end: at a surface, or at a holdout, or nowhere.

Cycles writes index and depth at each surface that a ray comes through, and neither at a holdout: there they stay those
of the pane before it. What tells is the alpha of the picture, over a transparent film. It is no surface that a shadow
catcher has no alpha: for labels it is an ordinary thing.

A holdout with holes is worse, where it is one by its object or a collection: Cycles writes its index and depth in the
holes, and nothing afterwards. Where there are such, a second render without any of these holdouts says what is behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import bpy
import numpy as np
from numpy.typing import NDArray

from .. import compat
from ..contract.labels import NO_SURFACE
from .stage import changed
from .transparency import hidden_of

Passes = dict[str, NDArray[np.float32]]


@contextmanager
def ends_shown(scene: bpy.types.Scene) -> Iterator[None]:
    """Until the block ends, have the alpha of renders be 1 where a ray ends at a surface, and else 0."""
    with ExitStack() as stack:
        stack.enter_context(changed(scene.render, film_transparent=True))
        for catcher in _marked("is_shadow_catcher"):
            stack.enter_context(changed(catcher, is_shadow_catcher=False))
        yield


def rendered(view_layer: bpy.types.ViewLayer, render: Callable[[], Passes]) -> Passes:
    """What `render` gives, within `ends_shown` and `transparency.all_or_nothing`: with the depth of nothing where rays
    end at no surface. Raises KeyError where a pass is missing."""
    held = [obj for obj in _held_out(view_layer) if obj.visible_camera]
    alpha = render()["Combined.A"] if any(map(_may_have_holes, held)) else None
    with ExitStack() as stack:
        for obj in held if alpha is not None else ():
            for curve in _curves_of(obj, "visible_camera"):
                stack.enter_context(changed(curve, mute=True))
            stack.enter_context(changed(obj, visible_camera=False))
        passes = render()
    ends = passes["Combined.A"] if alpha is None else alpha
    return {**passes, "Depth.Z": np.where(ends < 0.5, np.float32(NO_SURFACE), passes["Depth.Z"])}


def _held_out(view_layer: bpy.types.ViewLayer) -> list[bpy.types.Object]:
    """What a view layer shows as holdouts, with all that it instances."""
    found = set(_marked("is_holdout"))
    layers = [view_layer.layer_collection]
    for layer in layers:  # grows
        layers += layer.children
        if layer.holdout:
            found.update(layer.collection.objects)  # its children have switches of their own
    return [obj for obj in view_layer.objects if obj in found] if found else []


def _marked(switch: str) -> list[bpy.types.Object]:
    """The objects of the file with a switch on; there may be many without."""
    on = np.zeros(len(bpy.data.objects), bool)
    bpy.data.objects.foreach_get(switch, on)
    return [bpy.data.objects[number] for number in np.flatnonzero(on).tolist()]


def _may_have_holes(obj: bpy.types.Object) -> bool:
    """Whether some of what an object shows may be looked through; what only evaluation tells is taken to be."""
    if obj.is_instancer or any(modifier.type == "NODES" for modifier in obj.modifiers):
        return True
    return any(slot.material and _may_be_hidden(slot.material) for slot in obj.material_slots)


def _may_be_hidden(material: bpy.types.Material) -> bool:
    """An output in a group is hidden there."""
    tree = compat.shader_tree(material)
    return bool(hidden_of(material) or (tree and not tree.get_output_node("CYCLES")))


def _curves_of(obj: bpy.types.Object, name: str) -> list[bpy.types.FCurve]:
    """Keys and drivers of a property."""
    drivers = obj.animation_data.drivers if obj.animation_data else ()
    return [curve for curves in (compat.fcurves(obj), drivers) for curve in curves if curve.data_path == name]
