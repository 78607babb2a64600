"""Cameras round a thing or a spot, and walks: distances, aims and speeds that are known on paper."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from room_of_boxes import (
    BALL,
    BLOCK,
    SIZE,
    SLAB,
    box,
    directions,
    distance_to_box,
    eyes,
    refused,
    room,
    sampled,
)

from render_scripts.sampled_views.orbit_views import fitting_distance
from render_scripts.sampled_views.poses import Optics
from render_scripts.sampled_views.sampling import Sampled
from render_scripts.sampled_views.view_camera import LENS


@pytest.fixture
def thing(empty_scene):
    """A block of 1 x 1 x 1 m on a plane, its middle at (4, 2, 0.5)."""
    box(empty_scene, (-20, -20, -0.1), (20, 20, 0), SLAB, "ground")
    box(empty_scene, (3.5, 1.5, 0), (4.5, 2.5, 1), BLOCK, "thing")
    return empty_scene


MIDDLE = np.array((4, 2, 0.5))


@pytest.mark.parametrize("target", ["thing", "block"])
def test_an_orbit_is_at_its_radius_looks_at_the_middle_and_is_even(thing, target):
    found = sampled(thing, f"orbit 8 target={target} radius=3 elevation=20")
    gap = MIDDLE - eyes(found)
    metres = np.linalg.norm(gap, axis=1)
    assert metres == pytest.approx(np.full(8, 3.0), abs=2e-6)
    assert directions(found) == pytest.approx(gap / metres[:, None], abs=2e-6)
    assert np.degrees(np.arcsin(-gap[:, 2] / 3)) == pytest.approx(np.full(8, 20), abs=1e-3)
    turns = np.unwrap(np.arctan2(-gap[:, 1], -gap[:, 0]))
    assert np.degrees(np.diff(turns)) == pytest.approx(np.full(7, 45), abs=1e-3)
    assert found.report.counts() == "candidates 8: accepted 8"
    assert [view.name for view in found.views[:2]] == [f"orbit {target} 1", f"orbit {target} 2"]


def test_without_a_radius_the_things_sphere_touches_the_pictures_nearer_edges(thing):
    metres = np.linalg.norm(MIDDLE - eyes(sampled(thing, "orbit 4 target=thing")), axis=1)
    tangent = 120 / 160 * 36 / 2 / LENS
    assert metres == pytest.approx(np.full(4, 0.75**0.5 / np.sin(np.arctan(tangent))), abs=1e-5)
    assert fitting_distance(0.75**0.5, Optics(SIZE).tangents(LENS)) == pytest.approx(metres[0], abs=1e-5)


def test_an_orbit_leaves_out_where_the_thing_is_hidden_or_a_camera_cannot_be(thing):
    box(thing, (5.2, -4, 0), (5.3, 8, 4), BALL, "wall")  # a wall on the +X side
    found = sampled(thing, "orbit 12 target=thing radius=3 elevation=20")
    assert (eyes(found)[:, 0] < 5.3 - 0.1).all()
    assert found.report.rejected["hidden by something"] > 0
    assert len({view.pose for view in found.views}) == 12


def test_below_ground_there_is_none(thing):
    assert "hidden by something" in refused(thing, "orbit 3 target=thing radius=3 elevation=-60..-40 tries=5")


def test_things_of_a_label_are_orbited_in_turn_and_groups_as_one(thing):
    box(thing, (-6, 1.5, 0), (-5, 2.5, 1), BLOCK, "another")
    x = eyes(sampled(thing, "orbit 8 target=block radius=3 elevation=20"))[:, 0]
    assert (x > 0).tolist() == [True, False] * 4
    group = bpy.data.objects.new("group", None)
    thing.collection.objects.link(group)
    for name in ("thing", "another"):
        bpy.data.objects[name].parent = group
    at = eyes(sampled(thing, "orbit 4 target=group radius=12 elevation=20"))
    assert np.linalg.norm(at - (-0.75, 2, 0.5), axis=1) == pytest.approx(np.full(4, 12), abs=1e-5)


def under_one(scene, *names: str) -> None:
    """Parent these objects to a new empty."""
    root = bpy.data.objects.new("root", None)
    scene.collection.objects.link(root)
    for name in names:
        bpy.data.objects[name].parent = root


def test_parts_under_one_root_that_touch_are_one_thing_of_a_label(thing):
    """Beside the block of 1 m a second one 1 cm away, both under an empty with a ball of another label."""
    box(thing, (4.51, 1.5, 0), (5.5, 2.5, 1), BLOCK, "part")
    box(thing, (4.0, 1.9, 1), (4.2, 2.1, 1.2), BALL, "pillow")
    words, both = "orbit 4 target=block radius=4 elevation=20", np.array((4.5, 2, 0.5))
    apart = np.linalg.norm(eyes(sampled(thing, words)) - both, axis=1)
    assert np.abs(apart - 4).max() > 0.1  # without a root they are two
    under_one(thing, "thing", "part", "pillow")
    assert np.linalg.norm(eyes(sampled(thing, words)) - both, axis=1) == pytest.approx(np.full(4, 4), abs=1e-5)


def test_things_under_one_root_that_stand_apart_are_orbited_in_turn(thing):
    box(thing, (-6, 1.5, 0), (-5, 2.5, 1), BLOCK, "another")
    box(thing, (4.3, 1.9, 0.4), (5.5, 2.1, 0.6), BLOCK, "arm")  # through the side: no corner of either is near
    box(thing, (3.9, 1.9, 0.4), (4.1, 2.1, 0.6), BLOCK, "bulb")  # far from all sides of what is around it
    under_one(thing, "thing", "another", "arm", "bulb")
    at = eyes(sampled(thing, "orbit 8 target=block radius=4 elevation=20"))
    assert np.linalg.norm(at[::2] - (4.5, 2, 0.5), axis=1) == pytest.approx(np.full(4, 4), abs=1e-5)
    assert np.linalg.norm(at[1::2] - (-5.5, 2, 0.5), axis=1) == pytest.approx(np.full(4, 4), abs=1e-5)


def test_a_target_that_is_mistyped_is_told_the_nearest_name(thing):
    assert refused(thing, "orbit target=blok").endswith("nor a label of 'boxes'; did you mean block?")
    assert refused(thing, "orbit target=thnig").endswith("; did you mean thing?")


def test_what_is_not_there_cannot_be_orbited(thing):
    assert "nothing is called 'sofa', neither an object of scene 'Scene' nor a label" in refused(
        thing, "orbit target=sofa"
    )
    assert refused(thing, "orbit target=ball") == "sampled views: nothing in this scene has label 'ball'"
    bpy.data.objects["thing"].hide_render = True
    assert "'thing' has no surface that a render shows" in refused(thing, "orbit target=thing")


def test_around_a_spot_all_look_at_it_from_the_asked_distance_and_height(empty_scene):
    room(empty_scene)
    box(empty_scene, (2, 2, 0), (2.6, 2.6, 0.7), BLOCK)
    words = "around 12 radius=1..1.5 heights=1.2..1.3 labels=1 one_label=1 like=1"
    spot = np.array((2.3, 2.3, 0.7))
    found = sampled(empty_scene, f"{words} spot=2.3,2.3,0.7")
    gap = spot - eyes(found)
    assert directions(found) == pytest.approx(gap / np.linalg.norm(gap, axis=1)[:, None], abs=2e-6)
    level = np.hypot(*gap[:, :2].T)
    assert (level >= 1 - 1e-5).all() and (level <= 1.5 + 1e-5).all()
    assert (eyes(found)[:, 2] >= 1.2 - 1e-5).all() and (eyes(found)[:, 2] <= 1.3 + 1e-5).all()
    empty_scene.cursor.location = spot
    assert eyes(sampled(empty_scene, words)) == pytest.approx(eyes(found), abs=1e-5)
    assert len(sampled(empty_scene, f"{words} target=block").views) == 12


def test_behind_a_wall_a_spot_is_not_seen(empty_scene):
    room(empty_scene)
    box(empty_scene, (3, 0, 0), (3.1, 5, 2.6), BLOCK, "wall")
    words = "around 12 spot=2.5,2.5,0.5 radius=0.6..2 labels=0 one_label=1 like=1 distances=0..9"
    found = sampled(empty_scene, words)
    assert (eyes(found)[:, 0] < 3).all() and found.report.rejected["hidden by something"] > 0


# Walks


def walk(scene, words="", frames=120) -> Sampled:
    return sampled(scene, f"trajectory {frames} labels=2 {words}")


@pytest.fixture
def two_rooms(empty_scene):
    """A room of 8 x 5 m with a wall across, a door in it, and two blocks to see and to go round."""
    room(empty_scene, (8.0, 5.0, 2.6))
    box(empty_scene, (3.9, 0, 0), (4.1, 3.4, 2.6), SLAB, "wall")
    box(empty_scene, (1.5, 2, 0), (2.5, 3, 1.8), BLOCK, "block")
    box(empty_scene, (5.5, 2, 0), (6.5, 3, 1.8), BALL, "other")
    return empty_scene


@pytest.mark.parametrize("seed", range(3))
def test_a_walk_keeps_speed_turns_slowly_and_touches_nothing(two_rooms, seed):
    found = sampled(two_rooms, "trajectory 240 speed=1.2 rate=24 turn=2 clearance=0.3 labels=1", seed)
    at, look = eyes(found), directions(found)
    steps = np.linalg.norm(np.diff(at, axis=0), axis=1)
    assert steps.max() <= 1.2 / 24 + 1e-5 and np.median(steps) > 0.95 * 1.2 / 24
    turned = np.degrees(np.arccos(np.clip((look[1:] * look[:-1]).sum(axis=1), -1, 1)))
    assert turned.max() <= 2 + 0.01
    assert (at[:, :2] >= 0.3 - 1e-5).all() and (at[:, :2] <= (7.7 + 1e-5, 4.7 + 1e-5)).all()
    for low, high in (((3.9, 0, 0), (4.1, 3.4, 2.6)), ((1.5, 2, 0), (2.5, 3, 1.8)), ((5.5, 2, 0), (6.5, 3, 1.8))):
        assert distance_to_box(at, np.array(low), np.array(high)).min() >= 0.3 - 1e-5
    assert np.ptp(at[:, 2]) < 1e-5 and 1.1 <= at[0, 2] <= 1.8
    assert len({view.name for view in found.views}) == 1


def test_a_walk_is_the_same_again(two_rooms):
    assert walk(two_rooms).views == walk(two_rooms).views


def test_a_walk_that_nothing_leads_to_is_refused_with_counts(empty_scene):
    room(empty_scene, (0.9, 0.9, 2.6))
    said = refused(empty_scene, "trajectory 24 tries=3")
    assert "walks 3: accepted 0; no way that is long enough 3" in said


@pytest.mark.parametrize("seed", range(2))
def test_corners_are_not_cut_through_what_is_in_them(empty_scene, monkeypatch, seed):
    monkeypatch.setattr("render_scripts.sampled_views.trajectory_views._CORNERS", (0.6, 0.1))  # the first cuts through
    room(empty_scene, (4.0, 4.0, 2.6))
    low, high = (1.98, 0, 0), (2.02, 2.4, 2.6)
    box(empty_scene, low, high, BLOCK, "screen")
    found = sampled(empty_scene, "trajectory 240 speed=1.5 clearance=0.3 labels=0", seed)
    x = eyes(found)[:, 0]
    assert (x < 2).any() and (x > 2).any()  # it does go round the end of the screen
    assert distance_to_box(eyes(found), np.array(low), np.array(high)).min() >= 0.3 - 1e-5
