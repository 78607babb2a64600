"""The add-on registered in a real bpy, from factory settings, and unregistered again, or bpy 4.5 hangs at exit."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

import blender_addon

if find_spec("bpy"):
    import bpy
else:
    collect_ignore = [
        path.name for path in Path(__file__).parent.glob("test_*.py") if "import bpy" in path.read_text("utf-8")
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


@pytest.fixture
def view(scene: "bpy.types.Scene") -> Iterator["bpy.types.SpaceView3D"]:
    """A 3D view of the window that a Blender without one has, too, as the place where operators run."""
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        yield bpy.context.space_data
        if bpy.context.space_data.local_view:
            bpy.ops.view3d.localview()


@pytest.fixture
def box(scene: "bpy.types.Scene") -> Callable[..., "bpy.types.Object"]:
    """box(name, size=1, at=0, data=None): a cube on the x axis; `data` shares another's mesh."""

    def new(name, size=1.0, at=0.0, data=None, collection=None):
        if not data:
            data = bpy.data.meshes.new(name)
            corners = [(x, y, z) for x in (0, size) for y in (0, size) for z in (0, size)]
            sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
            data.from_pydata(corners, [], sides)
        obj = bpy.data.objects.new(name, data)
        obj.location.x = at
        (collection or bpy.context.scene.collection).objects.link(obj)
        return obj

    return new
