"""The camera and the world of all frames: keyed anew for each, constant in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from scenes.camera import add_camera, key_poses
from scenes.constant_keys import key, key_input
from scenes.images import to_image
from scenes.picture_frames.canvas import over, sheet
from scenes.picture_frames.light import Ambience
from scenes.picture_frames.shots import Shot
from scenes.pose import Pose
from scenes.render_settings import set_indoors
from scenes.shader_nodes import add, link

SHARP = 128.0
"""The f-number of a frame in which everything is in focus."""
AROUND, MIRRORED, TURNED = "Around", "Mirrored", "Turned"
"""Nodes of the world that hold what differs: the light from all around, what panes mirror, and how it is turned."""
MIRRORED_BY = 2.4
"""How much brighter the room behind the camera is than the light from all around."""


@dataclass(frozen=True)
class Photograph:
    name: str
    shot: Shot
    around: Ambience


def take_all(scene: bpy.types.Scene, taken: Sequence[Photograph]) -> None:
    """Camera and world of frames 1 to len(taken)."""
    shots, frames = [each.shot for each in taken], range(1, len(taken) + 1)
    key(scene.camera.data, "dof.focus_distance", frames, [shot.focus for shot in shots])
    key(scene.camera.data, "dof.aperture_fstop", frames, [shot.fstop or SHARP for shot in shots])
    for node, name, values in (
        (AROUND, "Color", [(*each.around.color, 1.0) for each in taken]),
        (AROUND, "Strength", [each.around.strength for each in taken]),
        (MIRRORED, "Strength", [MIRRORED_BY * each.around.strength for each in taken]),
        (TURNED, "Rotation", [(0, 0, each.around.turned) for each in taken]),
    ):
        key_input(scene.world.node_tree, node, name, frames, values)
    key_poses(scene, [Pose(each.name, shot.eye, shot.target, shot.lens, shot.roll) for each, shot in zip(taken, shots)])


def set_up(scene: bpy.types.Scene, rng: np.random.Generator, size: tuple[int, int]) -> None:
    """A camera, a world that lights evenly and shows panes a room behind the camera, and how to render it."""
    camera = add_camera(scene).data
    camera.dof.use_dof = True  # without a key, which would switch it on again where labels have it off
    set_indoors(scene, size, samples=8, bounces=(2, 2, 4), transparent=8, clamp=3.0, exposure=0.0)
    _add_world(scene, rng)


def _add_world(scene: bpy.types.Scene, rng: np.random.Generator) -> None:
    world = bpy.data.worlds.new("Room behind")
    world.use_nodes = True
    tree = world.node_tree
    around = next(each for each in tree.nodes if each.type == "BACKGROUND")
    around.name = AROUND
    output = next(each for each in tree.nodes if each.type == "OUTPUT_WORLD")
    spot = add(tree, "TexCoord").outputs["Generated"]
    turned = add(tree, "Mapping", {"Vector": spot}, name=TURNED)
    seen = add(tree, "TexEnvironment", {"Vector": turned.outputs[0]}, image=to_image("room behind", _room_behind(rng)))
    mirrored = add(tree, "Background", {"Color": seen.outputs["Color"]}, name=MIRRORED)
    path = add(tree, "LightPath")
    either = add(tree, "MixShader", {0: path.outputs["Is Glossy Ray"], 1: around, 2: mirrored})
    link(tree, output, {"Surface": either})
    scene.world = world  # before its Cycles settings: setting those updates the scene's world
    world.cycles.sampling_method = "NONE"


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
