"""The add-on registered in a real bpy, from factory settings, and unregistered again, or bpy 4.5 hangs at exit."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec

import pytest

import blender_addon

if find_spec("bpy"):
    import bpy
else:
    collect_ignore = [
        "test_addon_label_set_change.py",
        "test_addon_audit.py",
        "test_addon_audit_window.py",
        "test_addon_operators.py",
        "test_addon_overlay.py",
        "test_addon_part_operators.py",
        "test_addon_parts.py",
        "test_addon_preview.py",
        "test_addon_scene_names.py",
        "test_addon_status.py",
        "test_addon_set_in_file.py",
        "test_addon_set_operators.py",
        "test_addon_suggestion_list.py",
        "test_addon_view_edits.py",
        "test_addon_view_list.py",
        "test_addon_views.py",
    ]


@pytest.fixture
def scene() -> Iterator["bpy.types.Scene"]:
    """An empty scene with the add-on registered and undo on."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    bpy.ops.ed.undo_push(message="start")
    try:
        yield bpy.context.scene
    finally:
        blender_addon.unregister()


@pytest.fixture
def mesh(scene: "bpy.types.Scene") -> Callable[..., "bpy.types.Object"]:
    """mesh(name, selected=True): a new triangle in the scene."""

    def new(name: str, selected: bool = True) -> bpy.types.Object:
        data = bpy.data.meshes.new(name)
        data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
        obj = bpy.data.objects.new(name, data)
        bpy.context.scene.collection.objects.link(obj)
        obj.select_set(selected)
        return obj

    return new
