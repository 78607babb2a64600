"""Rows of things whose matrices, boxes and pixels are known on paper, and the pixels that hidden parts would cover."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import bpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from mathutils import Euler, Matrix
from scenery import camera, in_collection, instance, leaf_material, rectangle, settings

from blender_addon.label_render import amodal, instances
from blender_addon.label_render.instance_table import as_json, oriented, table
from blender_addon.occurrences import occurrences
from render_scripts import passes
from tests.render.told_apart import look, paint


@pytest.fixture
def scene(empty_scene):
    """16 m wide, a pixel a metre, seen from above."""
    camera(empty_scene, ortho=16)
    return empty_scene


@dataclass(frozen=True)
class Down:
    """Rays of an orthographic camera that looks straight down from z = 5."""

    origins: np.ndarray
    directions: np.ndarray
    near: np.ndarray
    far: np.ndarray


def downwards(width=16, height=12, metres=16.0, near=0.1, far=100.0):
    step = metres / width
    x, y = (np.arange(width) + 0.5 - width / 2) * step, (height / 2 - np.arange(height) - 0.5) * step
    xs, ys = np.meshgrid(x, y)
    count = width * height
    origins = np.column_stack([xs.ravel(), ys.ravel(), np.full(count, 5.0)])
    return Down(origins, np.tile([0.0, 0.0, -1.0], (count, 1)), np.full(count, near), np.full(count, far))


def seen(scene, **changes):
    chosen = settings(**changes)
    things = list(occurrences(bpy.context.view_layer, bpy.context.evaluated_depsgraph_get()))
    with passes.prepared(scene, chosen), instances.instances_prepared(bpy.context.view_layer, things) as telling:
        return look(scene, chosen, telling, with_triangles=True)


def rows_of(shown, metres=1.0, masks=None):
    return {" ".join(row.path): row for row in table(shown.instances, shown.labels, shown.things, metres, masks)}


def box(scene, name, size, label=0):
    corners = [(x, y, z) for x in (0, size[0]) for y in (0, size[1]) for z in (0, size[2])]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    obj = rectangle(scene, 0, 1, label=label, name=name)
    obj.data.clear_geometry()
    obj.data.from_pydata(corners, [], faces)
    return obj


def test_a_row(scene):
    """A box of 2 x 4 x 1 at (-3, 1, 0), turned a quarter: it covers x from -7 to -3 and y from 1 to 3."""
    obj = box(scene, "bôx", (2, 4, 1), label=7)
    obj.location, obj.rotation_euler.z = (-3, 1, 0), math.pi / 2
    (row,) = rows_of(seen(scene)).values()
    assert (row.label, row.labels, row.object, row.path) == (7, ((7, 8),), "bôx", ("bôx",))
    assert (row.box_2d, row.pixels, row.visible_fraction) == ((1, 3, 4, 2), 8, None)
    assert np.allclose(row.world_from_object, [[0, -1, 0, -3], [1, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]], atol=1e-6)
    assert np.allclose(row.box_3d.centre, (-5, 2, 0.5)) and np.allclose(row.box_3d.size, (2, 4, 1))
    assert np.allclose(row.box_3d.rotation, [[0, -1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-6)


def test_units(scene):
    """Centimetres: what is 2 units wide is 2 cm wide."""
    obj = box(scene, "box", (2, 4, 1))
    obj.location.x, obj.scale.y = 1, 0.5
    (row,) = rows_of(seen(scene), 0.01).values()
    assert np.allclose(row.box_3d.size, (0.02, 0.02, 0.01)) and np.allclose(row.box_3d.centre, (0.02, 0.01, 0.005))
    assert np.allclose(np.diag(row.world_from_object), (0.01, 0.005, 0.01, 1))


def test_copies_and_parts(scene):
    part = paint()
    part.pass_index = 12
    obj = box(scene, "box", (2, 2, 1), label=3)
    copies = in_collection("boxes", obj)
    for name, x in (("one", -6), ("two", 2)):
        instance(scene, copies, name).location.x = x
    cut = rectangle(scene, -8, 8, -6, -4, label=5, name="cut")
    cut.data.materials.append(part)
    rows = rows_of(seen(scene))
    assert set(rows) == {"one 0 box", "two 0 box", "cut"}
    assert (rows["one 0 box"].box_2d, rows["two 0 box"].box_2d) == ((2, 4, 2, 2), (10, 4, 2, 2))
    assert np.allclose(rows["two 0 box"].box_3d.centre, (3, 1, 0.5))
    assert (rows["cut"].label, rows["cut"].labels) == (5, ((12, 32),))
    assert [row.id for row in rows.values()] == sorted(row.id for row in rows.values())
    assert json.loads(json.dumps(as_json(list(rows.values()))))[0]["path"]


@given(st.integers(0, 2**32 - 1))
def test_boxes_hold_their_corners(seed):
    """However turned, stretched or mirrored: tight, right-handed, and exact where the axes stay at right angles."""
    rng = np.random.default_rng([seed])
    turn = np.array(Euler(rng.uniform(-3, 3, 3)).to_matrix())
    stretch = rng.uniform(0.1, 3, 3) * rng.choice([-1, 1], 3)
    matrix = np.array(Matrix.Identity(4))
    matrix[:3, :3], matrix[:3, 3] = turn * stretch, rng.uniform(-9, 9, 3)
    low = rng.uniform(-2, 0, 3)
    corners = np.stack([low, low + rng.uniform(0, 4, 3)])
    (found,) = oriented(corners[None], matrix[None])
    rotation = np.array(found.rotation)
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-6) and np.linalg.det(rotation) > 0
    assert np.allclose(found.size, (corners[1] - corners[0]) * abs(stretch), atol=1e-5)
    eight = np.stack(np.meshgrid(*corners.T), -1).reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
    inside = np.abs((eight - found.centre) @ rotation)
    assert np.allclose(inside, np.array(found.size) / 2, atol=1e-5)


def test_sheared_boxes_hold_their_corners():
    matrix = np.eye(4)
    matrix[0, 1] = 0.5
    (found,) = oriented(np.array([[[0, 0, 0], [1, 1, 1.0]]]), matrix[None])
    rotation = np.array(found.rotation)
    assert np.allclose(rotation @ rotation.T, np.eye(3))
    corners = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]) @ matrix[:3, :3].T
    along = np.abs((corners - found.centre) @ rotation)
    assert np.allclose(along.max(axis=0), np.array(found.size) / 2)


def test_a_flattened_thing_has_a_box():
    matrix = np.diag([1.0, 2.0, 0.0, 1.0])
    (found,) = oriented(np.array([[[0, 0, 0], [1, 1, 1.0]]]), matrix[None])
    assert np.allclose(found.size, (1, 2, 0)) and np.allclose(np.abs(np.linalg.det(found.rotation)), 1)


# Amodal


@pytest.mark.parametrize("few", [amodal._FEW, 0], ids=["all at once", "tree"])
def test_what_is_hidden_counts(scene, monkeypatch, few):
    """A wide one behind a narrow one, a copy half outside the frame, one wholly hidden, which has no row."""
    monkeypatch.setattr(amodal, "_FEW", few)
    box(scene, "wide", (8, 2, 1)).location = (-4, 0, 0)
    box(scene, "narrow", (2, 8, 1)).location = (-1, -3, 1.5)
    box(scene, "hidden", (1, 1, 0.5)).location = (-0.5, 0.5, -1)
    square = box(scene, "square", (4, 4, 1))
    copies = in_collection("squares", square)
    instance(scene, copies, "edge").location = (6, -6, 0)
    shown = seen(scene)
    masks = amodal.masks(shown.instances, shown.things, downwards())
    rows = rows_of(shown, 1.0, masks)
    assert set(rows) == {"wide", "narrow", "edge 0 square"}
    assert {name: masks[row.id].sum() for name, row in rows.items()} == {"wide": 16, "narrow": 16, "edge 0 square": 8}
    assert (rows["wide"].pixels, rows["wide"].visible_fraction) == (12, 0.75)
    assert rows["narrow"].visible_fraction == rows["edge 0 square"].visible_fraction == 1.0
    expected = np.zeros((12, 16), bool)
    expected[4:6, 4:12] = True
    assert np.array_equal(masks[rows["wide"].id], expected)


def test_what_lies_before_the_near_end_of_a_ray_does_not_count(scene):
    box(scene, "low", (8, 2, 1)).location = (-4, 0, 0)
    box(scene, "high", (2, 2, 1)).location = (-1, 0, 3)
    shown = seen(scene)
    masks = amodal.masks(shown.instances, shown.things, downwards(near=3.0))
    high = next(id_ for id_, key in zip(shown.things.ids.tolist(), shown.things.keys) if key[2] == "high")
    assert masks[high].sum() == 4  # only what is visible
    assert sorted(mask.sum() for mask in masks.values()) == [4, 16]


def test_cut_outs_are_solid_and_hair_is_none(scene):
    leaf = rectangle(scene, -8, 0, -2, 2, name="leaf")
    leaf.data.materials.append(leaf_material(np.float32([[1, 0]])))
    hair = bpy.data.hair_curves.new("hair")
    hair.add_curves([2])
    for point, y in zip(hair.points, (-5, 5)):
        point.position, point.radius = (4, y, 0), 1
    scene.collection.objects.link(bpy.data.objects.new("hair", hair))
    text = bpy.data.objects.new("text", bpy.data.curves.new("text", "FONT"))
    text.data.body, text.data.size, text.location = "II", 16, (-6, -5.5, -1)
    scene.collection.objects.link(text)
    shown = seen(scene, size=(160, 120))
    masks = amodal.masks(shown.instances, shown.things, downwards(160, 120))
    rows = rows_of(shown, 1.0, masks)
    assert (rows["leaf"].pixels, masks[rows["leaf"].id].sum(), rows["leaf"].visible_fraction) == (1600, 3200, 0.5)
    assert masks[rows["hair"].id] is None and rows["hair"].visible_fraction is None
    assert masks[rows["text"].id].sum() > rows["text"].pixels > 0


@given(arrays.arrays(bool, st.tuples(st.integers(1, 7), st.integers(1, 7))))
def test_run_lengths_come_back(mask):
    text = json.loads(json.dumps(amodal.to_json({5: mask, 70000: None})))
    found = amodal.from_json(text)
    assert np.array_equal(found[5], mask) and found[70000] is None


def test_run_lengths_are_cocos():
    """Down the columns, outside first (pycocotools, maskApi.c)."""
    mask = np.array([[1, 0, 0], [1, 1, 0]], bool)
    assert amodal.encoded(mask) == {"size": [2, 3], "counts": [0, 2, 1, 1, 2]}
    assert amodal.encoded(np.zeros((2, 2), bool)) == {"size": [2, 2], "counts": [4]}
    with pytest.raises(ValueError, match="add up to 3 pixels, not 2x2"):
        amodal.decoded({"size": [2, 2], "counts": [3]})
