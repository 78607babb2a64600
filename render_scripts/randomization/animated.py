"""What curves and drivers set, anew whenever Blender evaluates: a drawn value would be lost there."""

from __future__ import annotations

import bpy

from blender_addon.compat import fcurves


def animated_paths(owner: bpy.types.ID) -> set[str]:
    """RNA paths of the properties of a data-block that something animates; {"*"} where NLA strips may do anything."""
    animation = owner.animation_data
    if not animation:
        return set()
    if any(track.strips for track in animation.nla_tracks):
        return {"*"}
    return {curve.data_path for curves in (fcurves(owner), animation.drivers) for curve in curves}


def is_animated(owner: bpy.types.ID, *names: str) -> bool:
    paths = animated_paths(owner)
    return "*" in paths or bool(paths & set(names))
