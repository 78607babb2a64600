"""Drawn focus and added lights mind what a render shows, and not what the viewport does."""

from __future__ import annotations

from dataclasses import replace

import bpy
import pytest
from scenery import camera, in_collection, instance, rectangle, settings

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import Plan, View
from render_scripts import passes
from render_scripts.randomization.camera import Camera
from render_scripts.randomization.lights import Lights
from render_scripts.randomization.on_scene import randomized
from render_scripts.randomization.sight import renders_something_else
from render_scripts.randomization.spec import Randomization, to_plan

STILL = {"lens": (1, 1), "shift": 0, "roll": 0, "turned": 0, "moved": 0}


@pytest.fixture
def scene(empty_scene):
    """A camera 5 m over a floor, and a curtain between the two, 1 m below the camera; in centimetres."""
    empty_scene.unit_settings.scale_length = 0.01
    camera(empty_scene, at=(0, 0, 500))
    rectangle(empty_scene, -900, 900, -900, 900, label=1, name="floor")
    rectangle(empty_scene, -900, 900, -900, 900, z=400, label=2, name="curtain")
    return empty_scene


def looked(scene, frames=(1, 2)) -> list[tuple[float, float]]:
    """(metres to the focus, metres to an added light, along the camera's axis, at most) of each frame."""
    spec = Randomization(Lights(added=(8, 8)), camera=Camera(focused=1.0, **STILL))
    chosen = replace(settings(), randomization=to_plan(spec, {}))
    plan, found = Plan(built_in("nyu40"), "scene.blend", "0" * 64, (), chosen, {}), []
    with passes.prepared(scene, chosen), randomized(scene, plan, {bpy.data.objects["Camera"]}) as dressing:
        for frame in frames:
            dressing.dress(View(frame, 1, "Camera", ""))
            lamps = [5 - obj.location.z / 100 for obj in scene.objects if obj.type == "LIGHT"]
            found.append((scene.camera.data.dof.focus_distance / 100, max(lamps)))
    return found


def hide(scene, how: str) -> None:
    curtain = bpy.data.objects["curtain"]
    if how == "object":
        curtain.hide_render = True
    elif how == "camera ray":
        curtain.visible_camera = False
    elif how == "collection":
        collection = bpy.data.collections.new("hidden")
        scene.collection.children.link(collection)
        scene.collection.objects.unlink(curtain)
        collection.objects.link(curtain)
        collection.hide_render = True


@pytest.mark.parametrize("how", ["object", "collection", "camera ray"])
def test_what_renders_hide_is_looked_through(scene, how):
    assert not renders_something_else(scene.view_layers[0])
    for focus, lamp in looked(scene):
        assert focus == pytest.approx(1) and lamp < 0.8 + 1e-6
    hide(scene, how)
    assert renders_something_else(scene.view_layers[0])
    for focus, lamp in looked(scene):
        assert focus == pytest.approx(5, rel=1e-5) and 1 < lamp < 4 + 1e-6


@pytest.mark.parametrize("excluded", [True, False])
def test_what_no_camera_sees_of_an_instance_is_looked_through(scene, excluded):
    """Whether the instanced collection is in no scene, or excluded from the view layer."""
    curtain = bpy.data.objects["curtain"]
    curtains = in_collection("curtains", curtain)
    instance(scene, curtains, "instance")
    if excluded:
        scene.collection.children.link(curtains)
        scene.view_layers[0].layer_collection.children["curtains"].exclude = True
    scene.view_layers[0].update()
    assert not renders_something_else(scene.view_layers[0])
    assert [focus for focus, _ in looked(scene)] == [pytest.approx(1)] * 2
    curtain.visible_camera = False
    assert [focus for focus, _ in looked(scene)] == [pytest.approx(5, rel=1e-5)] * 2


@pytest.mark.parametrize("how", ["hide_viewport", "hide_set"])
def test_what_only_renders_show_is_met(scene, how):
    curtain = bpy.data.objects["curtain"]
    curtain.hide_set(True) if how == "hide_set" else setattr(curtain, how, True)
    for focus, lamp in looked(scene):
        assert focus == pytest.approx(1) and lamp < 0.8 + 1e-6


def test_what_moves_is_met_where_it_is(scene):
    """A curtain that renders alone show comes down with the frames."""
    curtain = bpy.data.objects["curtain"]
    curtain.hide_viewport = True
    for frame, height in ((1, 400), (3, 200)):
        curtain.location.z = height
        curtain.keyframe_insert("location", index=2, frame=frame)
    found = []
    for frame in (1, 3):
        scene.frame_set(frame)
        found += looked(scene, (frame,))
    assert [focus for focus, _ in found] == [pytest.approx(1), pytest.approx(3)]
