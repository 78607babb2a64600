"""The scene: as many balloons of each class as any frame shows, lamps, a camera, and keys for each frame."""

from __future__ import annotations

from collections.abc import Sequence

import bmesh
import bpy
import numpy as np
from mathutils import Vector

from blender_addon import scene_labels
from scenes import noise_nodes
from scenes.constant_keys import key, key_input
from scenes.render_settings import set_render

from . import look
from .draws import BACKDROP_CELLS, Balloon, Draw, Lamp, draw, draw_backdrop
from .settings import CLASSES, LABEL_SET, SPARSE, Settings

DISTANCE, SEEN = 10.0, 4.4
"""From the camera to the middle of the balloons, and how much of what is there the picture shows, in units."""
SIDE, SAMPLES = 512, 4
NOWHERE = (0.0, 0.0, 0.0)


def build_scene(settings: Settings, seed: int, scene_number: int, frames: int) -> bpy.types.Scene:
    scene = bpy.context.scene
    numbers = list(range(1, frames + 1))
    drawn = [draw(settings, seed, scene_number, number) for number in numbers]
    scene_labels.set_label_set(scene, LABEL_SET)
    sparse = settings.noise == SPARSE
    noise = noise_nodes.sparse_convolution() if sparse else noise_nodes.perlin()
    _add_balloons(scene, numbers, drawn, noise)
    _add_lamps(scene, numbers, drawn)
    _add_background(scene, numbers, drawn, _tile(draw_backdrop(seed, scene_number)) if sparse else noise)
    _add_camera(scene)
    set_render(scene, (SIDE, SIDE), SAMPLES)
    # Light falls on balloons and is seen: more bounces would need many samples to be smooth.
    scene.cycles.max_bounces, scene.cycles.use_light_tree = 0, False
    scene.view_settings.view_transform = "Standard"
    scene.frame_start, scene.frame_end = 1, frames
    scene.frame_set(1)
    return scene


def _tile(values: np.ndarray) -> bpy.types.NodeTree:
    """The noise behind the balloons as a picture in the file, from black at 0 to white at 1."""
    side = len(values)
    image = bpy.data.images.new("Backdrop", side, side, alpha=False, is_data=True)
    pixels = np.ones((side, side, 4), np.float32)
    pixels[..., :3] = (0.5 + noise_nodes.DEVIATION * values)[..., None]
    image.pixels.foreach_set(pixels.ravel())
    image.pack()
    return noise_nodes.baked(image, BACKDROP_CELLS)


def _add_balloons(scene, numbers: Sequence[int], drawn: Sequence[Draw], noise: bpy.types.NodeTree) -> None:
    mesh = _sphere()
    mesh.materials.append(look.balloon_material(noise))
    for kind, name in enumerate(CLASSES):
        shown = [[balloon for balloon in each.balloons if balloon.kind == kind] for each in drawn]
        made = []
        for place in range(max(map(len, shown))):
            obj = bpy.data.objects.new(f"{name} {place + 1}", mesh)
            scene.collection.objects.link(obj)
            _key_balloon(obj, numbers, [row[place] if place < len(row) else None for row in shown])
            made.append(obj)
        scene_labels.assign(made, LABEL_SET.find(name).id)


def _key_balloon(obj: bpy.types.Object, numbers: Sequence[int], balloons: Sequence[Balloon | None]) -> None:
    """It has keys where it is there; between them nobody sees it."""
    _key_presence(obj, numbers, [balloon is not None for balloon in balloons])
    frames = [number for number, balloon in zip(numbers, balloons) if balloon]
    there = [balloon for balloon in balloons if balloon]
    key(obj, "location", frames, [balloon.at for balloon in there])
    key(obj, "scale", frames, [balloon.half_axes for balloon in there])
    key(obj, "rotation_euler", frames, [(0, 0, balloon.lean) for balloon in there])
    for name, start, values in (
        (look.HUE, 0.0, [balloon.hue / 360 for balloon in there]),
        (look.GRAIN, NOWHERE, [np.multiply(balloon.half_axes, balloon.noise_scale) for balloon in there]),
        (look.START, NOWHERE, [balloon.noise_start for balloon in there]),
    ):
        obj[name] = start
        key(obj, f'["{name}"]', frames, values)


def _key_presence(obj: bpy.types.Object, numbers: Sequence[int], there: Sequence[bool]) -> None:
    """Not in the viewport, where a thing that is hidden and yet rendered looks like a mistake."""
    key(obj, "hide_render", numbers, [not each for each in there])


def _sphere() -> bpy.types.Mesh:
    form = bmesh.new()
    bmesh.ops.create_uvsphere(form, u_segments=64, v_segments=32, radius=1.0)
    mesh = bpy.data.meshes.new("balloon")
    form.to_mesh(mesh)
    form.free()
    mesh.shade_smooth()
    return mesh


def _add_lamps(scene, numbers: Sequence[int], drawn: Sequence[Draw]) -> None:
    for place in range(max(len(each.lamps) for each in drawn)):
        lamps = [each.lamps[place] if place < len(each.lamps) else None for each in drawn]
        _key_lamp(_lamp(scene, f"Light {place + 1}"), numbers, lamps)


def _lamp(scene, name: str) -> bpy.types.Object:
    sun = bpy.data.lights.new(name, "SUN")
    sun.angle = 0.0
    obj = bpy.data.objects.new(name, sun)
    obj.location.z = DISTANCE
    scene.collection.objects.link(obj)
    return obj


def _key_lamp(obj: bpy.types.Object, numbers: Sequence[int], lamps: Sequence[Lamp | None]) -> None:
    _key_presence(obj, numbers, [lamp is not None for lamp in lamps])
    frames = [number for number, lamp in zip(numbers, lamps) if lamp]
    there = [lamp for lamp in lamps if lamp]
    key(obj, "location", frames, [np.multiply(lamp.direction, DISTANCE) for lamp in there])
    key(obj, "rotation_euler", frames, [Vector(lamp.direction).to_track_quat("Z", "Y").to_euler() for lamp in there])
    key(obj.data, "color", frames, [lamp.color for lamp in there])
    key(obj.data, "energy", frames, [lamp.power for lamp in there])


def _add_background(scene, numbers: Sequence[int], drawn: Sequence[Draw], noise: bpy.types.NodeTree) -> None:
    scene.world = look.background_world(noise)
    tree = scene.world.node_tree
    for node, colors in (
        (look.DARK, [each.background.dark for each in drawn]),
        (look.LIGHT, [each.background.light for each in drawn]),
    ):
        for place, values in enumerate(zip(*colors)):
            key_input(tree, node, place, numbers, values)
    for name, values in (
        ("Location", [each.background.start for each in drawn]),
        ("Rotation", [(0, 0, each.background.turn) for each in drawn]),
        ("Scale", [(each.background.scale * DISTANCE,) * 3 for each in drawn]),
    ):
        key_input(tree, look.BACKGROUND_MAPPING, name, numbers, values)


def _add_camera(scene) -> None:
    camera = bpy.data.cameras.new("Camera")
    camera.lens = camera.sensor_width * DISTANCE / SEEN
    obj = bpy.data.objects.new("Camera", camera)
    obj.location.z = DISTANCE
    scene.collection.objects.link(obj)
    scene.camera = obj
