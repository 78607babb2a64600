"""What Blender keeps of a scene from render to render: not where that is wrong, or makes a frame another one."""

from __future__ import annotations

import bpy
import pytest
from scenery import camera, in_collection, instance, rectangle, settings

from blender_addon import scene_labels
from blender_addon.contract.labels import built_in
from blender_addon.contract.run import read_record
from render_scripts import passes, session
from render_scripts.request import Request


@pytest.mark.parametrize(
    ("samples", "modalities", "kept"),
    [
        (1, ("depth",), True),
        (2, ("instances",), True),
        (1, ("depth", "instances"), False),  # else the images of all frames but the first are wrong, much too bright
    ],
)
def test_data_persists_but_with_one_sample_and_instances(empty_scene, samples, modalities, kept):
    with passes.prepared(empty_scene, settings(samples=samples, modalities=modalities)):
        assert empty_scene.render.use_persistent_data == kept


def lamp(scene: bpy.types.Scene, place: int) -> bpy.types.Object:
    light = bpy.data.lights.new(f"lamp {place}", "SUN")
    light.color = [1.0 if channel == place else 0.1 for channel in range(3)]
    obj = bpy.data.objects.new(light.name, light)
    scene.collection.objects.link(obj)
    return obj


def shining(scene: bpy.types.Scene, place: int) -> bpy.types.Object:
    obj = rectangle(scene, 20 + place, 21 + place, z=9.0, label=3)  # beside what the camera sees
    material = bpy.data.materials.new("shines")
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Emission Strength"].default_value = 50.0
    shader.inputs["Emission Color"].default_value = [*(float(channel == place) for channel in range(3)), 1.0]
    obj.data.materials.append(material)
    return obj


def instanced(scene: bpy.types.Scene, place: int) -> bpy.types.Object:
    """A lamp in a collection that the scene shows as an instance alone."""
    obj = lamp(scene, place)
    instance(scene, in_collection(f"lamps {place}", obj), f"instance {place}")
    return obj


@pytest.mark.parametrize("light", [lamp, shining, instanced])
def test_noise_does_not_hang_on_lights_that_came_and_went_before(empty_scene, tmp_path, light):
    """One sample asks one light of three: which one follows from the order that Cycles has them in."""
    camera(empty_scene)
    empty_scene.cycles.use_light_tree = False  # which forgives surfaces another order
    rectangle(empty_scene, -9, 9, label=7)
    lights = [light(empty_scene, place) for place in range(3)]
    for frame, gone in ((1, False), (2, True), (3, False)):
        lights[0].hide_render = gone
        lights[0].keyframe_insert("hide_render", frame=frame)
    empty_scene.frame_start, empty_scene.frame_end = 1, 3
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    pictures = []
    for name, frames in (("all", None), ("last", (3,))):
        run = tmp_path / name
        asked = Request(run, size=(16, 12), samples=1, denoise=False, device="cpu", frames=frames)
        assert session.render(asked) == 0
        pictures.append(read_record(run, 3)["files"]["image.png"]["checksum"])
    assert pictures[0] == pictures[1]
