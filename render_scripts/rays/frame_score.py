"""Rays for one frame, into the scene as a render sees it: the score of its pixels, and a LiDAR's scan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.run import Plan, View
from blender_addon.label_render.label_pass import middle_of_the_shutter, prepared
from blender_addon.label_render.render_depsgraph import with_render_depsgraph

from ..camera import metres_per_unit
from ..randomization.distractors import void_of
from ..sampled_views.view_camera import stand
from .answers import Answers
from .camera_rays import NoRays, rays_of, rounding_of
from .caster import Caster
from .lidar import Lidar, Numbered, scan, world_from_lidar
from .scoring import Pixels, Witness, chosen_pixels, score
from .surfaces import surroundings
from .tally import Score, Tally
from .trees import Trees

Result = TypeVar("Result")


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
            through, rounding = rays_of(camera, depsgraph), rounding_of(camera, depsgraph)
        except NoRays as unknown:
            return Score(len(chosen), seed, {"labels": Tally(not_judged=Counter({str(unknown): len(chosen)}))})
        witness = Witness(
            through,
            Caster(surroundings(depsgraph, view_layer)),
            Answers(depsgraph, view_layer, plan.label_set, settings.alpha_threshold, void_of(plan)),
            plan.label_set,
            metres_per_unit(scene),
            np.array(camera["camera_from_world"], np.float64),
            rounding,
        )
        return score(pixels, witness, chosen, seed)

    return at_view(scene, plan, view, scored)


def scan_frame(
    scene: bpy.types.Scene, plan: Plan, view: View, lidar: Lidar, rng: np.random.Generator,
    numbered: Numbered | None = None, trees: Trees | None = None,
) -> tuple[NDArray[np.void], NDArray[np.float64], dict[str, list[str]]]:  # fmt: skip
    """What a LiDAR measures where the camera of a view stands: its points, and `world_from_lidar` in metres (4x4); and
    {why: names of the objects within its reach} whose points are not where a render shows them.

    `trees` of the scan before spare what has not changed.
    """

    def scanned(depsgraph: bpy.types.Depsgraph) -> tuple[NDArray[np.void], NDArray[np.float64], dict[str, list[str]]]:
        view_layer, metres = scene.view_layers[plan.settings.view_layer], metres_per_unit(scene)
        pose = world_from_lidar(np.array(depsgraph.scene_eval.camera.matrix_world.normalized(), np.float64))
        around = surroundings(depsgraph, view_layer, trees)
        caster = Caster(around)
        answers = Answers(depsgraph, view_layer, plan.label_set, plan.settings.alpha_threshold, void_of(plan))
        points = scan(caster, answers, pose, lidar, metres, rng, numbered)
        near = [fog for fog in around.fogs if fog.within(pose[:3, 3], lidar.furthest / metres)]
        others = {why: sorted({fog.of for fog in near if fog.why == why}) for why in sorted({fog.why for fog in near})}
        pose[:3, 3] *= metres
        return points, pose, others

    return at_view(scene, plan, view, scanned)


def at_view(scene: bpy.types.Scene, plan: Plan, view: View, call: Callable[[bpy.types.Depsgraph], Result]) -> Result:
    """What `call` makes of the depsgraph of a render of a view, at the middle of the shutter."""
    with prepared(scene, plan.settings):
        if (scene.frame_current, scene.frame_subframe) != (view.scene_frame, 0.0):
            scene.frame_set(view.scene_frame)
        if scene.camera != scene.objects[view.camera]:
            scene.camera = scene.objects[view.camera]
        stand(scene.camera, view)
        with middle_of_the_shutter(scene):
            return with_render_depsgraph(scene, scene.view_layers[plan.settings.view_layer], call)
