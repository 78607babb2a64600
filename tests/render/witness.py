"""Label renders of tiny scenes held against rays, every pixel of them; and what rays alone say of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray
from scenery import instancer_labels, labels_of, settings

from blender_addon.contract.labels import LabelSet, built_in
from blender_addon.contract.run import Plan, View
from blender_addon.label_render.label_pass import middle_of_the_shutter
from blender_addon.label_render.render_depsgraph import with_render_depsgraph
from blender_addon.occurrences import occurrences
from render_scripts.camera import describe_camera
from render_scripts.rays.frame_score import score_frame
from render_scripts.rays.scoring import Pixels
from render_scripts.rays.tally import Score, to_text

NOTHING = np.zeros((0, 0), np.uint16)


def pixels(labels=NOTHING, purity=None, k=1, depth: Mapping = {}, normals: Mapping = {}) -> Pixels:
    return Pixels(labels, purity, k, depth, normals)


def plan_of(scene: bpy.types.Scene, label_set: LabelSet | None = None, **changes) -> Plan:
    view = View(1, scene.frame_current, scene.camera.name, "view")
    return Plan(label_set or built_in("nyu40"), "scene.blend", "", (view,), settings(**changes), {})


def camera_of(scene: bpy.types.Scene, **changes) -> dict:
    """What a frame's record says of its camera."""
    with middle_of_the_shutter(scene):
        return describe_camera(scene.camera, _depsgraph(), settings(**changes).size)


def held(scene: bpy.types.Scene, found: Pixels, label_set: LabelSet | None = None, **changes) -> Score:
    """All pixels of a picture held against rays."""
    plan = plan_of(scene, label_set, **changes)
    width, height = plan.settings.size
    return score_frame(scene, plan, plan.views[0], found, camera_of(scene, **changes), width * height, 0)


def rendered(scene: bpy.types.Scene, folder: Path, label_set: LabelSet | None = None, **changes) -> Pixels:
    """The label render of a run, with the labels of instancers."""
    things = list(occurrences(bpy.context.view_layer, _depsgraph()))
    with instancer_labels(things):
        labels, purity = labels_of(scene, folder, label_set, **changes)
    k = changes.get("label_supersample", 1)
    return pixels(labels, purity if k > 1 else None, k)


def _depsgraph() -> bpy.types.Depsgraph:
    return bpy.context.evaluated_depsgraph_get()


def agreeing(scene: bpy.types.Scene, folder: Path, label_set: LabelSet | None = None, **changes) -> Score:
    """The score of a label render of which every pixel that can be judged agrees."""
    score = held(scene, rendered(scene, folder, label_set, **changes), label_set, **changes)
    assert not score.tallies["labels"].differing, to_text({1: score}, {})
    return score


def rays_say(scene: bpy.types.Scene, label_set: LabelSet | None = None, **changes) -> NDArray[np.int64]:
    """What rays say of each pixel, (H, W): a label code, or -1 where they cannot tell."""
    from render_scripts.rays.answers import Answers
    from render_scripts.rays.camera_rays import rays_of
    from render_scripts.rays.caster import Caster
    from render_scripts.rays.surfaces import surroundings

    plan = plan_of(scene, label_set, **changes)
    width, height = plan.settings.size
    camera = camera_of(scene, **changes)
    y, x = np.mgrid[:height, :width]
    points = np.column_stack([x.ravel(), y.ravel()]) + 0.5
    layer = bpy.context.view_layer

    def cast(depsgraph):
        answers = Answers(depsgraph, layer, plan.label_set, plan.settings.alpha_threshold)
        caster, rays = Caster(surroundings(depsgraph, layer)), rays_of(camera, depsgraph)(points)
        met = [answers.answer(hits, fogs) for hits, fogs in zip(caster.met(rays), caster.fogs(rays))]
        return np.array([-1 if answer.why else answer.code for answer in met]).reshape(height, width)

    size = (scene.render.resolution_x, scene.render.resolution_y)
    scene.render.resolution_x, scene.render.resolution_y = plan.settings.size
    try:
        return with_render_depsgraph(scene, layer, cast)
    finally:
        scene.render.resolution_x, scene.render.resolution_y = size
