"""What differs between Blender versions, as far as the add-on touches it: its only file that knows versions."""

from __future__ import annotations

from collections.abc import Iterator

import bpy


def fcurves(owner: bpy.types.ID) -> Iterator[bpy.types.FCurve]:
    """The curves that animate a data-block through its action.

    4.2 and 4.3 keep them on the action; from 4.4 on an action has slots, one per animated data-block, and 5.0 took
    `Action.fcurves` away.
    """
    animation = owner.animation_data
    if not animation or not animation.action:
        return
    if not hasattr(animation, "action_slot"):
        yield from animation.action.fcurves
    elif animation.action_slot:
        for layer in animation.action.layers:
            for strip in layer.strips:
                bag = strip.channelbag(animation.action_slot)
                yield from bag.fcurves if bag else ()
