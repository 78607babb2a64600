"""Rays for one frame: the scene as a render of it sees it, and the score of the frame's pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np

from blender_addon.contract.run import Plan, View
from blender_addon.label_render.label_pass import middle_of_the_shutter, prepared
from blender_addon.label_render.render_depsgraph import with_render_depsgraph

from .answers import Answers
from .camera_rays import NoRays, rays_of
from .caster import Caster
from .scoring import Pixels, Witness, chosen_pixels, score
from .surfaces import surroundings
from .tally import Score, Tally


def score_frame(
    scene: bpy.types.Scene, plan: Plan, view: View, pixels: Pixels, camera: Mapping[str, Any], rays: int, seed: int
) -> Score:
    """Hold `rays` random pixels of a frame against the scene, at the frame and through the camera of the view.

    `camera` is what the frame's record says of it. Raises RenderFailed where Blender cannot evaluate the scene.
    """
    settings = plan.settings
    view_layer = scene.view_layers[settings.view_layer]
    chosen = chosen_pixels(settings.size, rays, seed, view.frame)

    def scored(depsgraph: bpy.types.Depsgraph) -> Score:
        try:
            through = rays_of(camera, depsgraph)
        except NoRays as unknown:
            return Score(len(chosen), seed, {"labels": Tally(not_judged=Counter({str(unknown): len(chosen)}))})
        units = scene.unit_settings
        witness = Witness(
            through,
            Caster(surroundings(depsgraph, view_layer)),
            Answers(depsgraph, view_layer, plan.label_set, settings.alpha_threshold),
            plan.label_set,
            units.scale_length if units.system != "NONE" else 1.0,
            np.array(camera["camera_from_world"], np.float64),
        )
        return score(pixels, witness, chosen, seed)

    with prepared(scene, settings):
        if (scene.frame_current, scene.frame_subframe) != (view.scene_frame, 0.0):
            scene.frame_set(view.scene_frame)
        if scene.camera != scene.objects[view.camera]:
            scene.camera = scene.objects[view.camera]
        with middle_of_the_shutter(scene):
            return with_render_depsgraph(scene, view_layer, scored)
