"""Blocks that stand on a floor and each other, and where they are once a frame has moved them."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
from scenery import settings

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import Plan, View
from blender_addon.label_render.label_pass import render_label_samples
from render_scripts import passes
from render_scripts.randomization.on_scene import randomized
from render_scripts.randomization.poses import Poses
from render_scripts.randomization.spec import Randomization, to_plan

LABELS = built_in("nyu40")


def block(scene, name: str, size, at, label: int, parent=None) -> bpy.types.Object:
    """A box of `size` whose bottom stands in the middle of `at`."""
    x, y, z = (each / 2 for each in size)
    corners = [(a * x, b * y, c * z + z) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], faces)
    obj = bpy.data.objects.new(name, mesh)
    obj.location, obj.pass_index, obj.parent = at, label, parent
    scene.collection.objects.link(obj)
    return obj


def walked(scene, spec: Poses, frames, keep=(), see: bool = False) -> dict:
    """{frame: (its draw, {name: corner coordinates in the world (N, 3)}, label codes)} of a run."""
    chosen = replace(settings(), randomization=to_plan(Randomization(poses=spec, keep=keep), {}))
    plan, found = Plan(LABELS, "scene.blend", "0" * 64, (), chosen, {}), {}
    with passes.prepared(scene, chosen), randomized(scene, plan, {scene.camera}) as dressing:
        for frame in frames:
            drawn = dressing.dress(View(frame, 1, "Camera", "")).poses
            bpy.context.view_layer.update()
            places = {
                obj.name: np.array([obj.matrix_world @ vertex.co for vertex in obj.data.vertices])
                for obj in scene.objects
                if obj.type == "MESH"
            }
            found[frame] = drawn, places, render_label_samples(scene, chosen, LABELS) if see else None
    return found
