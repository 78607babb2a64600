"""Balloons: ellipsoids of three classes that differ in hue, elongation and grain, before noise.

What may be asked for is in `settings`, what a frame shows in `draws`; `build` makes the scene, in Blender.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .settings import FRAMES_A_SCENE, INDEPENDENT, LABEL_SET, SUMMARY, Settings

if TYPE_CHECKING:
    import bpy

__all__ = ["FRAMES_A_SCENE", "INDEPENDENT", "LABEL_SET", "SUMMARY", "Settings", "build"]


def build(settings: Settings, seed: int, scene_number: int, frames: int) -> bpy.types.Scene:
    """A labelled scene with `frames` views, made in the empty file that is open."""
    # Here, so that what there is to ask for can be read without Blender.
    from .scene import build_scene

    return build_scene(settings, seed, scene_number, frames)
