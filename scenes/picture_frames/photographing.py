"""The camera and the world of all frames: keyed anew for each, constant in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from scenes.camera import add_camera, key_poses
from scenes.constant_keys import key, key_input
from scenes.images import to_image
from scenes.picture_frames.light import Ambience
from scenes.picture_frames.room_behind import BRIGHTEST, paint_room
from scenes.picture_frames.shots import Shot
from scenes.pose import Pose
from scenes.render_settings import set_indoors
from scenes.shader_nodes import add, link

SHARP = 128.0
"""The f-number of a frame in which everything is in focus."""
AROUND, MIRRORED, TURNED = "Around", "Mirrored", "Turned"
"""Nodes of the world that hold what differs: the light from all around, what panes mirror, and how it is turned."""
MIRRORED_BY = 1.3 * BRIGHTEST
"""How much brighter what is brightest in the room behind the camera is than the light from all around."""


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
    seen = add(
        tree,
        "TexEnvironment",
        {"Vector": turned.outputs[0]},
        image=to_image("room behind", _stored(paint_room(rng, 512))),
    )
    mirrored = add(tree, "Background", {"Color": seen.outputs["Color"]}, name=MIRRORED)
    path = add(tree, "LightPath")
    either = add(tree, "MixShader", {0: path.outputs["Is Glossy Ray"], 1: around, 2: mirrored})
    link(tree, output, {"Surface": either})
    scene.world = world  # before its Cycles settings: setting those updates the scene's world
    world.cycles.sampling_method = "NONE"


def _stored(light: np.ndarray) -> np.ndarray:
    """Light as the pixels of an image, of which the brightest are 1."""
    pixels = np.ones((*light.shape[:2], 4))
    pixels[..., :3] = (light / BRIGHTEST) ** (1 / 2.2)
    return pixels
