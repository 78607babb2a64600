"""A spinning LiDAR in rooms whose walls are where paper says."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import camera, ids_in, in_collection, instance, rectangle, settings, shoot
from test_rays import half_holdout
from witness import plan_of

from blender_addon.contract.labels import IGNORE
from blender_addon.contract.strict import build
from render_scripts.rays.frame_score import scan_frame
from render_scripts.rays.lidar import Lidar, turn_of, world_from_lidar

EXACT = Lidar(beams=5, lowest=-20, highest=20, columns=72, range_noise=0.0)


def scanned(scene, lidar=EXACT, seed=0, **more):
    plan = plan_of(scene)
    return scan_frame(scene, plan, plan.views[0], lidar, np.random.default_rng([seed, 1, 7]), **more)[:2]


@pytest.fixture
def ball(empty_scene):
    """Within a ball of 10 m: every range is 10 m, but for the flatness of its 16,000 triangles."""
    camera(empty_scene, at=(1, 2, 3))
    bpy.ops.mesh.primitive_uv_sphere_add(segments=128, ring_count=64, radius=10, location=(1, 2, 3))
    bpy.context.object.pass_index = 4
    return empty_scene


def test_ranges_in_a_ball(ball):
    points, pose = scanned(ball)
    assert len(points) == 5 * 72
    assert (points["range"] <= 10.0001).all() and (points["range"] > 9.98).all()
    places = np.stack([points[axis] for axis in "xyz"], -1)
    assert np.allclose(np.linalg.norm(places - (1, 2, 3), axis=1), points["range"], atol=1e-5)
    assert (points["label"] == 4).all()
    assert np.allclose(pose[:3, 3], (1, 2, 3))
    heights = np.degrees(np.arcsin((places[:, 2] - 3) / points["range"]))
    assert np.allclose(heights, np.array([-20, -10, 0, 10, 20])[points["beam"]], atol=1e-3)


def test_noise_is_as_wide_as_it_is_told(ball):
    lidar = Lidar(beams=20, columns=360, range_noise=0.1)
    points, _ = scanned(ball, lidar)
    true, _ = scanned(ball, Lidar(beams=20, columns=360, range_noise=0.0))
    off = points["range"] - true["range"]
    assert abs(off.std() - 0.1) < 5 * 0.1 / np.sqrt(2 * len(off)) and abs(off.mean()) < 5 * 0.1 / np.sqrt(len(off))
    assert (scanned(ball, lidar)[0] == points).all()
    assert (scanned(ball, lidar, seed=1)[0]["range"] != points["range"]).any()


def test_returns_get_lost_as_often_as_told(ball):
    lidar = Lidar(beams=20, columns=360, dropout=0.25)
    kept = len(scanned(ball, lidar)[0])
    assert abs(kept - 0.75 * 7200) < 5 * np.sqrt(7200 * 0.25 * 0.75)


def test_what_is_too_near_or_too_far_returns_nothing(ball):
    assert len(scanned(ball, Lidar(furthest=9.0))[0]) == 0
    assert len(scanned(ball, Lidar(nearest=11.0))[0]) == 0


def test_a_turn_begins_with_the_heading_and_goes_left(empty_scene):
    """A wall ahead (label 1), one to the left (2), behind (3) and to the right (4), 4 m off each."""
    cam = camera(empty_scene, at=(0, 0, 1))
    cam.rotation_euler = (1.2, 0, 0)  # ahead is +Y, and down a little
    for label, turn in enumerate((0, np.pi / 2, np.pi, -np.pi / 2), start=1):
        wall = rectangle(empty_scene, -4, 4, -4, 4, label=label)
        wall.rotation_euler = (np.pi / 2, 0, turn)
        wall.location = (-4 * np.sin(turn), 4 * np.cos(turn), 1)
    points, pose = scanned(empty_scene, Lidar(beams=1, lowest=0, highest=0, columns=8, range_noise=0))
    assert points["label"].tolist()[::2] == [1, 2, 3, 4]
    assert np.allclose(points["range"][::2], 4)
    assert np.allclose(pose[:3, 0], (0, 1, 0)) and np.allclose(pose[:3, 1], (-1, 0, 0), atol=1e-7)


def test_units_are_metres(ball):
    ball.unit_settings.scale_length = 0.01
    points, pose = scanned(ball, Lidar(nearest=0.05, range_noise=0))
    assert np.allclose(points["range"], 0.1, atol=1e-3) and np.allclose(pose[:3, 3], (0.01, 0.02, 0.03))


def test_copies_are_told_apart_by_who_numbers_them(empty_scene):
    camera(empty_scene, at=(0, 0, 0))
    walls = [rectangle(empty_scene, -2, 2, -2, 2, label=3, name=name) for name in ("left", "right")]
    for wall, side in zip(walls, (-3, 3)):
        wall.location.x, wall.rotation_euler.y = side, np.pi / 2

    def numbered(surfaces):
        return [1 + (surface.obj.name == "right") for surface in surfaces]

    points, _ = scanned(empty_scene, numbered=numbered)
    assert ((points["instance"] == 2) == (points["x"] > 0)).all() and {*points["instance"]} == {1, 2}


def test_what_rays_cannot_tell_is_ignored(empty_scene):
    camera(empty_scene, at=(0, 0, 0))
    wall = rectangle(empty_scene, -2, 2, -2, 2, label=3)
    wall.location.x, wall.rotation_euler.y = 3, np.pi / 2
    assert {*scanned(empty_scene)[0]["label"]} == {3}
    wall.data.materials.append(half_holdout())
    assert {*scanned(empty_scene)[0]["label"]} == {IGNORE}
    wall.is_holdout = True
    assert not len(scanned(empty_scene)[0]), "what is background returns nothing"


def test_directions_are_unit_vectors():
    ways = turn_of(Lidar(beams=3, columns=4), np.eye(4), 1.0).ways()
    assert ways.shape == (12, 3) and np.allclose(np.linalg.norm(ways, axis=-1), 1)
    assert np.allclose(world_from_lidar(np.eye(4))[:3, :3], [[0, -1, 0], [1, 0, 0], [0, 0, 1]]), "down: its top is +Y"


@pytest.mark.parametrize("wrong", [{"beams": 0}, {"columns": 0}, {"lowest": 20}, {"dropout": 2}, {"nearest": 200},
                                   {"range_noise": -1}, {"furthest": float("inf")}])  # fmt: skip
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        build(Lidar, wrong)


def test_copies_in_copies_are_the_instances_that_the_table_has(empty_scene, tmp_path):
    """A collection of two walls is shown twice in another one; each copy has its id in the label render and here."""
    camera(empty_scene, at=(0, 0, 1)).rotation_euler.x = np.pi / 2
    walls = [rectangle(empty_scene, 3 * n - 3, 3 * n - 1, 0, 2, name=f"wall {n}", label=7) for n in range(2)]
    for wall in walls:
        wall.rotation_euler.x = np.pi / 2
    inner = in_collection("inner", *walls)
    outer = in_collection("outer", *(instance(empty_scene, inner, f"row {n}") for n in range(2)))
    for n, row in enumerate(outer.objects):
        row.location = (6 * n - 3, 0, 0)
    instance(empty_scene, outer, "all").location = (0, 9, 0)
    bpy.context.view_layer.update()
    chosen = settings(modalities=("instances", "lidar"), lidar=Lidar(beams=9, columns=720, range_noise=0.0))
    _, files, _ = shoot(empty_scene, tmp_path, chosen)
    shown = set(ids_in(files).ravel().tolist()) - {0}
    assert set(files["lidar.ply"]["instance"].tolist()) > shown
    assert len(set(files["lidar.ply"]["instance"].tolist())) == 4


@pytest.mark.parametrize("copied", [False, True])
def test_texts_curves_and_metaballs_have_the_ids_that_the_map_has(empty_scene, tmp_path, copied):
    """Bars of 1 x 4 m side by side, ahead: each ray that meets one meets what the image shows there."""
    camera(empty_scene, at=(0, 0, 0)).rotation_euler.x = np.pi / 2
    curve = bpy.data.objects.new("curve", bpy.data.curves.new("curve", "CURVE"))
    curve.data.dimensions, curve.data.fill_mode = "2D", "BOTH"
    spline = curve.data.splines.new("POLY")
    spline.points.add(3)
    for point, (x, y) in zip(spline.points, ((-2, -2), (-1, -2), (-1, 2), (-2, 2))):
        point.co = (x, y, 0, 1)
    spline.use_cyclic_u = True
    text = bpy.data.objects.new("text", bpy.data.curves.new("text", "FONT"))
    text.data.body, text.data.size, text.data.align_x, text.data.offset_y = "I", 5, "CENTER", -2
    ball = bpy.data.objects.new("ball", bpy.data.metaballs.new("ball"))
    ball.data.elements.new().radius = 1
    things = [curve, text, ball]
    for obj, x in zip(things, (0, 0, 2)):
        obj.location, obj.rotation_euler.x = (x, 6, 0), np.pi / 2
        empty_scene.collection.objects.link(obj)
    if copied:  # metaballs render nothing there
        instance(empty_scene, in_collection("things", *things[:2]), "copy")
    bpy.context.view_layer.update()
    chosen = settings(size=(64, 48), modalities=("instances", "lidar"),
                      lidar=Lidar(beams=21, columns=720, lowest=-15, highest=15, range_noise=0.0))  # fmt: skip
    _, files, _ = shoot(empty_scene, tmp_path, chosen)
    met, seen = files["lidar.ply"]["instance"].astype(np.uint64), ids_in(files)
    assert set(met.tolist()) == set(seen.ravel().tolist()) - {0} and len(set(met.tolist())) == len(things)


def test_the_record_says_what_is_met_otherwise_than_rendered(empty_scene):
    """Hair is passed, a wall that Cycles displaces is met as it is modelled; what is out of reach is not named."""
    camera(empty_scene, at=(0, 0, 0))
    wall, plain = (rectangle(empty_scene, -2, 2, -2, 2, label=3, name=name) for name in ("wall", "plain"))
    for obj, x in ((wall, 4), (plain, -4)):
        obj.location.x, obj.rotation_euler.y = x, np.pi / 2
    material = bpy.data.materials.new("bumps")
    if not material.node_tree:
        material.use_nodes = True
    material.displacement_method = "DISPLACEMENT"
    nodes, links = material.node_tree.nodes, material.node_tree.links
    output = material.node_tree.get_output_node("CYCLES")
    links.new(nodes.new("ShaderNodeDisplacement").outputs[0], output.inputs["Displacement"])
    wall.data.materials.append(material)
    for name, x in (("fur", 2), ("far", 200)):
        hair = bpy.data.hair_curves.new(name)
        hair.add_curves([2])
        for point, z in zip(hair.points, (-1, 1)):
            point.position, point.radius = (x, 0, z), 0.5
        empty_scene.collection.objects.link(bpy.data.objects.new(name, hair))
    plan = plan_of(empty_scene)
    points, _, others = scan_frame(empty_scene, plan, plan.views[0], EXACT, np.random.default_rng(0))
    assert others == {"displacement": ["wall"], "hair": ["fur"]}
    assert {*points["label"]} == {3} and np.allclose(np.abs(points["x"]), 4)
