"""A spinning LiDAR in rooms whose walls are where paper says."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import camera, in_collection, instance, rectangle, settings, shoot
from test_rays import half_holdout
from witness import plan_of

from blender_addon.contract.labels import IGNORE
from blender_addon.contract.strict import build
from render_scripts.rays.frame_score import scan_frame
from render_scripts.rays.lidar import Lidar, directions, world_from_lidar

EXACT = Lidar(beams=5, lowest=-20, highest=20, columns=72, range_noise=0.0)


def scanned(scene, lidar=EXACT, seed=0, **more):
    plan = plan_of(scene)
    return scan_frame(scene, plan, plan.views[0], lidar, np.random.default_rng([seed, 1, 7]), **more)


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
    ways = directions(Lidar(beams=3, columns=4))
    assert ways.shape == (4, 3, 3) and np.allclose(np.linalg.norm(ways, axis=-1), 1)
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
    assert set(files["lidar.ply"]["instance"].tolist()) > set(np.unique(files["instances.exr"]).tolist()) - {0.0}
    assert len(set(files["lidar.ply"]["instance"].tolist())) == 4
