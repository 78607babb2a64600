"""Instance maps of a heap of copies against the same heap made of objects of their own, each with a pass index."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest
from mathutils import Euler, Matrix, Vector
from scenery import camera, in_collection, leaf_material, rectangle, settings

from blender_addon.contract.run import frame_folder
from blender_addon.label_render.label_pass import render_label_samples
from render_scripts import passes
from render_scripts.request import Request
from render_scripts.session import render
from tests.render.told_apart import paint, show

COPIES = 60


def heap(scene, kind):
    """Overlapping leaves, turned, tilted and stretched anyhow: each an empty that shows one collection."""
    rng = np.random.default_rng([4, 2])
    leaf = rectangle(scene, -2, 2, -1, 1, name="leaf")
    if kind == "painted":
        paint(leaf)
    if kind == "holes":
        leaf.data.materials.append(leaf_material(rng.choice([0.0, 0.3, 0.7, 1.0], (4, 8)).astype(np.float32)))
    leaves = in_collection("leaves", leaf)
    empties = []
    for n in range(COPIES):
        empty = bpy.data.objects.new(f"copy {n}", None)
        empty.instance_type, empty.instance_collection = "COLLECTION", leaves
        turn = Euler(rng.uniform(-0.7, 0.7, 3) + (0, 0, rng.uniform(0, 6)))
        at, scale = Vector((*rng.uniform(-6, 6, 2), rng.uniform(-2, 2))), Vector(rng.uniform(0.5, 1.5, 3))
        empty.matrix_world = Matrix.LocRotScale(at, turn, scale)
        scene.collection.objects.link(empty)
        empties.append(empty)
    return leaf, empties


@pytest.mark.parametrize("kind", ["painted", "holes", "bare", "linked marks lost"])
def test_a_heap(empty_scene, tmp_path, kind, monkeypatch):
    camera(empty_scene, ortho=16)
    leaf, empties = heap(empty_scene, kind)
    if kind == "linked marks lost":  # as where there is no material to write marks, and none can be put on
        leaf.data.polygons[0].material_index = 1
    options = {"size": (160, 120), "label_supersample": 3}
    shown = show(empty_scene, tmp_path, **options)
    assert shown.things.sure.all() == (kind != "linked marks lost")
    ids = {top: id_ for (top, _, _), id_ in zip(shown.things.keys, shown.things.ids.tolist())}
    places = {n + 1: ids[empty.name] for n, empty in enumerate(empties)}
    for n, empty in enumerate(empties):
        alone = leaf.copy()
        alone.matrix_world, alone.pass_index = empty.matrix_world, n + 1
        empty_scene.collection.objects.link(alone)
        bpy.data.objects.remove(empty)
    chosen = settings(**options)
    with passes.prepared(empty_scene, chosen):
        truth = render_label_samples(empty_scene, chosen, None)
    expected = np.array([0, *places.values()], np.uint64)[np.where(truth == 65535, 0, truth)]
    assert len(np.unique(truth)) > COPIES / 2
    differing = shown.ids != expected
    assert differing.sum() <= (2 if kind == "holes" else 0)  # a point between two texels may be one or the other
    for row, id_ in enumerate(shown.things.ids.tolist()):
        points = shown.positions[shown.ids == id_].astype(np.float64)
        local = (points - shown.things.matrices[row, :3, 3]) @ np.linalg.inv(shown.things.matrices[row, :3, :3]).T
        assert np.abs(local[:, 2]).max(initial=0) < 1e-4  # where the leaf of the copy is


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
@pytest.mark.parametrize("unit", [1.0, 0.1])
def test_what_nothing_hides_is_all_seen_whatever_a_unit_is(empty_scene, tmp_path, kind, unit):
    """The amodal mask of a thing that stands alone is what is seen of it."""
    eye = camera(empty_scene, ortho=16, at=(0, 0, 20))
    eye.data.type, eye.location.x = kind, 1.5
    empty_scene.unit_settings.system, empty_scene.unit_settings.scale_length = "METRIC", unit
    for x in (-3, 3):
        rectangle(empty_scene, x - 1, x + 1, -2, 1, label=1, name=f"thing {x}")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    asked = {"size": (64, 48), "samples": 1, "device": "cpu", "denoise": False, "label_set": "nyu40"}
    assert render(Request(tmp_path / "run", (1,), modalities=("instances", "amodal"), **asked)) == 0
    rows = json.loads((frame_folder(tmp_path / "run", 1) / "instances.json").read_text())["instances"]
    assert len(rows) == 2 and [row["visible_fraction"] for row in rows] == [1.0, 1.0]
