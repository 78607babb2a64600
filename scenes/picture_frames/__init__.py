"""Framed pictures on walls: `build` makes a labelled scene of many, each frame a wall of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .folders import check
from .settings import FRAMES_A_SCENE, INDEPENDENT, LABEL_SET, SUMMARY, Settings

if TYPE_CHECKING:
    import bpy

__all__ = ["FRAMES_A_SCENE", "INDEPENDENT", "LABEL_SET", "SUMMARY", "Settings", "build", "check"]


def build(settings: Settings, seed: int, scene_number: int, frames: int) -> bpy.types.Scene:
    """Walls on frames 1 to `frames` in the scene of an empty file. Raises ValueError of folders that will not do."""
    from . import build_walls

    return build_walls.build(settings, seed, scene_number, frames)
