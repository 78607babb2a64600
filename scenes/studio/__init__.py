"""The sample flat (`scenes.room`) as a builder of recipes: each scene is the same flat, furnished from another seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .settings import FRAMES_A_SCENE, INDEPENDENT, LABEL_SET, SUMMARY, Settings

if TYPE_CHECKING:
    import bpy

__all__ = ["FRAMES_A_SCENE", "INDEPENDENT", "LABEL_SET", "SUMMARY", "Settings", "build"]


def build(settings: Settings, seed: int, scene_number: int, frames: int) -> bpy.types.Scene:
    """The flat in an empty file; its views are `frames`, which are as many as it has."""
    from scenes import room

    return room.build(np.random.default_rng(seed if scene_number == 1 else [seed, scene_number]))
