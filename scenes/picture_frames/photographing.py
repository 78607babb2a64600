"""The camera and the world of all frames: keyed anew for each, constant in between."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians

import bpy
import numpy as np
from mathutils import Vector

from blender_addon.compat import fcurves
from scenes.images import to_image
from scenes.picture_frames.canvas import over, sheet
from scenes.picture_frames.light import Ambience
from scenes.picture_frames.shots import SENSOR, Shot
from scenes.shader_nodes import link, node

SHARP = 128.0
"""The f-number of a frame in which everything is in focus."""


@dataclass(frozen=True)
class Photographer:
    """`take` sets camera and world for a frame, `finish` makes the keys constant."""

    scene: bpy.types.Scene
    stand: bpy.types.Object
    around: bpy.types.Node
    mirrored: bpy.types.Node
    turned: bpy.types.Node

    def take(self, frame: int, name: str, shot: Shot, around: Ambience) -> None:
        stand, camera = self.stand, self.stand.data
        stand.location = shot.eye
        look = (Vector(shot.target) - Vector(shot.eye)).to_track_quat("-Z", "Y").to_euler()
        look.rotate_axis("Z", radians(shot.roll))
        stand.rotation_euler = look
        camera.lens = shot.lens
        camera.dof.focus_distance, camera.dof.aperture_fstop = shot.focus, shot.fstop or SHARP
        for owner, path in (
            (stand, "location"),
            (stand, "rotation_euler"),
            (camera, "lens"),
            (camera, "dof.focus_distance"),
            (camera, "dof.aperture_fstop"),
        ):
            owner.keyframe_insert(path, frame=frame)
        self.around.inputs["Color"].default_value = (*around.color, 1)
        self.around.inputs["Strength"].default_value = around.strength
        self.mirrored.inputs["Strength"].default_value = 2.4 * around.strength
        self.turned.inputs["Rotation"].default_value = (0, 0, around.turned)
        for socket in (
            self.around.inputs["Color"],
            self.around.inputs["Strength"],
            self.mirrored.inputs["Strength"],
            self.turned.inputs["Rotation"],
        ):
            socket.keyframe_insert("default_value", frame=frame)
        self.scene.timeline_markers.new(name, frame=frame)

    def finish(self, frames: int) -> None:
        for owner in (self.stand, self.stand.data, self.scene.world.node_tree):
            for curve in fcurves(owner):
                for key in curve.keyframe_points:
                    key.interpolation = "CONSTANT"
        self.scene.frame_start, self.scene.frame_end = 1, frames
        self.scene.frame_set(1)


def hire(scene: bpy.types.Scene, rng: np.random.Generator, size: tuple[int, int]) -> Photographer:
    """A camera, a world that lights evenly and shows panes a room behind the camera, and how to render it."""
    camera = bpy.data.cameras.new("Camera")
    camera.sensor_width, camera.clip_start = SENSOR, 0.02
    camera.dof.use_dof = True  # without a key, which would switch it on again where labels have it off
    stand = bpy.data.objects.new("Camera", camera)
    scene.collection.objects.link(stand)
    scene.camera = stand
    _set_render(scene, size)
    return Photographer(scene, stand, *_world(scene, rng))


def _world(scene: bpy.types.Scene, rng: np.random.Generator) -> tuple[bpy.types.Node, bpy.types.Node, bpy.types.Node]:
    world = bpy.data.worlds.new("Room behind")
    world.use_nodes = True
    tree = world.node_tree
    around = next(each for each in tree.nodes if each.type == "BACKGROUND")
    output = next(each for each in tree.nodes if each.type == "OUTPUT_WORLD")
    spot = node(tree, "TexCoord", {}, prefix="ShaderNode").outputs["Generated"]
    turned = node(tree, "Mapping", {"Vector": spot}, prefix="ShaderNode")
    seen = node(tree, "Environment", {"Vector": turned.outputs[0]}, image=to_image("room behind", _room_behind(rng)))
    mirrored = node(tree, "Background", {"Color": seen.outputs["Color"]}, prefix="ShaderNode")
    path = node(tree, "LightPath", {}, prefix="ShaderNode")
    either = node(tree, "MixShader", {0: path.outputs["Is Glossy Ray"], 1: around.outputs[0], 2: mirrored.outputs[0]},
                  prefix="ShaderNode")  # fmt: skip
    link(tree, output, {"Surface": either.outputs[0]})
    scene.world = world  # before its Cycles settings: setting those updates the scene's world
    world.cycles.sampling_method = "NONE"
    return around, mirrored, turned


def _room_behind(rng: np.random.Generator) -> np.ndarray:
    """A panorama (equirectangular, its middle towards -Y) of the room behind the camera: windows, doors, furniture."""
    paper = sheet(rng, 2.0, 256)
    up = paper.y / paper.y.max()
    canvas = np.where((up > 0.55)[..., None], (0.62, 0.60, 0.56), (0.40, 0.38, 0.35))
    canvas = np.where((up < -0.3)[..., None], (0.22, 0.16, 0.11), canvas)
    for _ in range(16):
        left, wide, tall = rng.uniform(-1, 0.9), rng.uniform(0.03, 0.2), rng.uniform(0.05, 0.75)
        inside = (paper.x > left) & (paper.x < left + wide) & (up > -0.5) & (up < tall - 0.4)
        canvas = over(canvas, rng.uniform(0.02, 0.4, 3) + rng.uniform(-0.02, 0.25), inside)
    for middle in (rng.uniform(-0.75, -0.45), rng.uniform(-0.1, 0.2), rng.uniform(0.4, 0.8)):
        wide = rng.uniform(0.06, 0.13)
        pane = (np.abs(paper.x - middle) < wide) & (np.abs(np.abs(paper.x - middle) - wide / 2) > 0.004)
        canvas = over(canvas, (1.0, 1.0, 1.0), pane & (up > -0.1) & (up < 0.5) & (np.abs(up - 0.2) > 0.01))
    for x in rng.uniform(-1, 1, 3):
        canvas = over(
            canvas, (1.0, 0.9, 0.75), paper.inside(0.02 - np.hypot(paper.x - x, paper.y - rng.uniform(0.0, 0.3)))
        )
    # Blender has -Y three quarters along.
    canvas = np.roll(canvas, canvas.shape[1] // 4, axis=1)
    return np.concatenate([canvas, np.ones((*canvas.shape[:2], 1))], axis=2)


def _set_render(scene: bpy.types.Scene, size: tuple[int, int]) -> None:
    """Few samples and a denoiser, short paths, fireflies clamped; contrast as phones have it."""
    render, cycles = scene.render, scene.cycles
    render.engine, render.resolution_x, render.resolution_y, render.resolution_percentage = "CYCLES", *size, 100
    render.use_persistent_data = True
    cycles.samples, cycles.use_adaptive_sampling, cycles.use_denoising = 8, False, True
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 2, 2
    cycles.transmission_bounces, cycles.transparent_max_bounces = 4, 8
    cycles.sample_clamp_indirect, cycles.sample_clamp_direct = 3.0, 0.0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.blur_glossy = 1.0
    view = scene.view_settings
    view.view_transform, view.look = "AgX", "AgX - Medium High Contrast"
