"""Shared by all rooms' tests: an empty scene in real Blender."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "render"))  # `scenery`, the tiny scenes that several tests render


@pytest.fixture
def empty_scene():
    """The scene of an empty file in factory settings, set to Cycles."""
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    return scene
