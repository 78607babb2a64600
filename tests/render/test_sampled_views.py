"""Cameras that nobody placed, in rooms of boxes: where they are, what they see, and what is said of none."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from room_of_boxes import (
    BALL,
    BLOCK,
    LABELS,
    SHELL,
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

from blender_addon.compat import fcurves
from render_scripts.sampled_views import sampling
from render_scripts.sampled_views.poses import Optics
from render_scripts.sampled_views.sampling import sample_views
from render_scripts.sampled_views.view_camera import LENS
from render_scripts.sampled_views.view_request import parse_words


@pytest.mark.parametrize("faces_in", [True, False])
def test_in_an_empty_room_all_are_inside_at_the_asked_height(empty_scene, faces_in):
    room(empty_scene, faces_in=faces_in)
    found = sampled(empty_scene, "room 20 heights=0.5..0.9 clearance=0.3 labels=1 one_label=1 like=1")
    at = eyes(found)
    assert len(at) == 20 and (at >= (0.3, 0.3, 0.5)).all() and (at <= (5.7, 4.7, 0.9)).all()
    assert np.ptp(at[:, 0]) > 3 and np.ptp(at[:, 1]) > 2
    assert [view.frame for view in found.views] == list(range(1, 21))
    assert {view.scene_frame for view in found.views} == {empty_scene.frame_current}


@pytest.mark.parametrize(
    ("frame", "subframe", "blurred", "at"), [(3, 0, None, 3), (3, 0.5, None, 3), (3, 0, "START", 3.5)]
)
def test_what_moves_is_where_its_labels_will_be(empty_scene, frame, subframe, blurred, at):
    """A wardrobe that goes a metre a frame: views keep away from where it is at the middle of the shutter alone."""
    room(empty_scene, (8.0, 3.0, 2.6))
    wardrobe = box(empty_scene, (0, 0, 0), (1, 3, 2.2), BLOCK, "wardrobe")
    for number in (1, 7):
        wardrobe.location.x = number
        wardrobe.keyframe_insert("location", frame=number)
    for curve in fcurves(wardrobe):
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"
    empty_scene.render.use_motion_blur, empty_scene.render.motion_blur_shutter = bool(blurred), 1.0
    empty_scene.render.motion_blur_position = blurred or "CENTER"
    empty_scene.frame_set(frame, subframe=subframe)
    found = sampled(empty_scene, "room 60 clearance=0.1 labels=1 one_label=1 like=1 distances=0.1..10")
    x = eyes(found)[:, 0]
    assert (np.maximum(at - x, x - (at + 1)) >= 0.1 - 1e-5).all()
    assert ((x > at - 0.5) & (x < at)).any() and ((x > at + 1) & (x < at + 1.5)).any()
    assert {view.scene_frame for view in found.views} == {frame}
    assert (empty_scene.frame_current, empty_scene.frame_subframe) == (frame, subframe)


def test_pitch_yaw_roll_and_lens_are_as_asked_for(empty_scene):
    room(empty_scene)
    found = sampled(
        empty_scene, "room 12 yaw=40..50 pitch=-12..-8 roll=4..6 fov=60..70 labels=1 one_label=1 variety=0 like=1"
    )
    x, y, z = directions(found).T
    assert ((np.degrees(np.arctan2(y, x)) > 39.99) & (np.degrees(np.arctan2(y, x)) < 50.01)).all()
    assert ((np.degrees(np.arcsin(z)) > -12.01) & (np.degrees(np.arcsin(z)) < -7.99)).all()
    sideways = np.array([view.pose.matrix for view in found.views])[:, 2, 0]  # the camera's right hand, its height
    assert (sideways < -np.sin(np.radians(3.9)) * np.cos(np.radians(12))).all()
    fovs = [2 * np.degrees(np.arctan(Optics(SIZE).tangents(view.pose.lens)[0])) for view in found.views]
    assert all(59.99 <= fov <= 70.01 for fov in fovs) and np.ptp(fovs) > 2


@pytest.mark.parametrize("faces_in", [True, False])
def test_none_is_in_a_solid_thing(empty_scene, faces_in):
    room(empty_scene, faces_in=faces_in)
    low, high = np.array((1.5, 1.5, 0.0)), np.array((4.5, 3.5, 2.2))
    box(empty_scene, low, high, BLOCK, "wardrobe")
    found = sampled(empty_scene, "room 30 clearance=0.2 labels=1 one_label=1 like=1")
    assert (distance_to_box(eyes(found), low, high) >= 0.2 - 1e-5).all()
    assert found.report.candidates == 30 + sum(found.report.rejected.values())


def test_tables_are_not_stood_on(empty_scene):
    room(empty_scene)
    box(empty_scene, (1, 1, 0), (4, 3, 0.7), BLOCK, "platform")
    found = sampled(empty_scene, "room 30 heights=1.2..1.4 labels=1 one_label=1 like=1")
    assert (eyes(found)[:, 2] <= 1.4).all()


def test_units_are_metres_whatever_the_scene_counts_in(empty_scene):
    empty_scene.unit_settings.scale_length = 0.01  # a room in centimetres
    room(empty_scene, (600.0, 500.0, 260.0))
    at = eyes(sampled(empty_scene, "room 8 heights=1..1.2 clearance=0.5 labels=1 one_label=1 like=1"))
    assert (at >= (50, 50, 100)).all() and (at <= (550, 450, 120)).all()


def test_a_room_without_ceiling_is_a_room_and_the_street_is_none(empty_scene):
    room(empty_scene, without=(1,))
    box(empty_scene, (-30, -30, -0.2), (30, 30, -0.1), SLAB, "street")
    at = eyes(sampled(empty_scene, "room 20 labels=1 one_label=1 variety=0 like=1"))
    assert (at[:, :2] > 0).all() and (at[:, :2] < (6, 5)).all()


def house(scene, floor: float) -> None:
    """On a large lawn, 8 x 6 m, with an open door; its floor so much higher than the lawn, and under its walls, too."""
    box(scene, (-60, -60, -1), (60, 60, 0), SLAB, "lawn")
    for x0, y0, x1, y1 in ((0, 0, 3, 0.2), (4, 0, 8, 0.2), (0, 5.8, 8, 6), (0, 0, 0.2, 6), (7.8, 0, 8, 6)):
        box(scene, (x0, y0, 0), (x1, y1, floor + 2.6), SHELL, "wall")
    box(scene, (0, 0, floor + 2.6), (8, 6, floor + 2.8), SHELL, "roof")
    if floor:
        box(scene, (0, 0, -0.5), (8, 6, floor), SHELL, "floor")
    box(scene, (1, 2, floor), (2, 4, floor + 0.8), BLOCK, "bed")
    box(scene, (6, 4, floor), (7.5, 5.5, floor + 0.9), BALL, "table")


@pytest.mark.parametrize("floor", [0.4, *(pytest.param(floor, marks=pytest.mark.slow) for floor in (0, 0.15, 0.8))])
def test_a_house_on_a_lawn_has_a_room(empty_scene, floor):
    """Also where the lawn passes under its walls, and where its floor is as high over it as a table."""
    house(empty_scene, floor)
    found = sampled(empty_scene, "room 12 labels=2 one_label=0.9 variety=0.05")
    x, y, z = eyes(found).T
    assert ((x > 0) & (x < 8) & (y > 0) & (y < 6) & (z > floor + 1) & (z < floor + 2)).all()
    assert found.report.rejected.get("outside", 0) < 10


def test_a_mesh_with_corners_that_are_nowhere_is_passed_over_and_named(empty_scene):
    room(empty_scene)
    broken = box(empty_scene, (1, 1, 0), (2, 2, 1), BLOCK, "broken")
    broken.data.vertices[3].co.x = float("nan")
    gone = box(empty_scene, (3, 1, 0), (4, 2, 1), BLOCK, "gone")
    for vertex in gone.data.vertices:
        vertex.co.z = float("inf")
    found = sampled(empty_scene, "room 2 labels=1 one_label=1 like=1")
    assert found.broken == ("broken", "gone") and len(found.views) == 2


@pytest.mark.slow
def test_what_was_found_is_taken_where_fewer_will_do(empty_scene):
    room(empty_scene)
    words = "room 400 tries=1 labels=1 one_label=1 variety=0"
    said = refused(empty_scene, words)
    number = int(said.split(": ")[1].split(" of ")[0])
    assert f"Add fewer=yes to take these {number}" in said
    assert len(sampled(empty_scene, f"{words} fewer=yes").views) == number
    assert "none found" in refused(empty_scene, f"{words} fewer=yes distances=9..10")


def test_a_long_search_says_how_far_it_is(empty_scene, monkeypatch):
    room(empty_scene)
    monkeypatch.setattr(sampling, "PATIENCE", 0.0)
    told, words = [], parse_words("2 labels=1 one_label=1 variety=0")
    sample_views(empty_scene, empty_scene.view_layers[0], LABELS, words, SIZE, 0, told.append)
    assert told[0] == "sampled views: 0 of 2 views found, 1 of at most 200 candidates looked at"


@pytest.mark.parametrize(
    ("scale", "size", "words", "said"),
    [
        (1.0, (6.0, 5.0, 2.6), "4", "since the scene shows no more: one_label=1"),
        (1.0, (1.2, 1.0, 2.2), "4 labels=1 one_label=1 clearance=0.55", "loosen clearance"),
        (1.0, (0.45, 0.45, 2.2), "4", "no floor of half a square metre with 1.35 m of air above"),
        (0.001, (6.0, 5.0, 2.6), "4", "the scene is 0.006 x 0.005 x 0.0026 m large: set the unit scale right"),
        (1.0, (6000.0, 5000.0, 2600.0), "4", "the scene is 6000 x 5000 x 2600 m large: set the unit scale right"),
        (
            1.0,
            (6.0, 5.0, 2.6),
            "4 heights=4",
            "of 1 floor with 4.25 m of air above none is enclosed by walls (take places outside with enclosed=no); "
            "rooms with less air have no such floor: lower heights",
        ),
    ],
)
def test_refusals_say_what_is_wrong(empty_scene, scale, size, words, said):
    empty_scene.unit_settings.scale_length = scale
    room(empty_scene, size)
    assert said in refused(empty_scene, words)


def test_a_plain_without_walls_is_told_what_it_lacks(empty_scene):
    box(empty_scene, (-20, -20, -0.1), (20, 20, 0), SLAB, "ground")
    box(empty_scene, (-1, -1, 0), (1, 1, 3), BLOCK, "tower")
    assert "none is enclosed by walls (take places outside" in refused(empty_scene, "room 4")
    bpy.data.objects["tower"].location.x = 300
    said = refused(empty_scene, "room 4 enclosed=no")
    assert "from none 2 labels are in sight within 10 m" in said and "enclosed" not in said


def test_cameras_are_in_all_rooms_that_are_there(empty_scene):
    room(empty_scene)
    box(empty_scene, (10, 0, 0), (15, 5, 2.6), BLOCK, "next door", inside_out=True)
    x = eyes(sampled(empty_scene, "room 20 labels=1 one_label=1 like=1"))[:, 0]
    assert (x < 6).sum() > 3 and (x > 10).sum() > 3


def test_a_thing_on_a_plane_has_no_room_around_it_and_can_be_asked_for_all_the_same(empty_scene):
    box(empty_scene, (-20, -20, -0.1), (20, 20, 0), SLAB, "ground")
    box(empty_scene, (-1, -1, 0), (1, 1, 1.5), BLOCK, "thing")
    said = refused(empty_scene, "room 4")
    assert "none is enclosed by walls" in said and "enclosed=no" in said
    found = sampled(empty_scene, "room 4 enclosed=no labels=2 one_label=0.95 like=1 yaw=0..360")
    assert (distance_to_box(eyes(found), np.array((-1, -1, 0)), np.array((1, 1, 1.5))) > 0.25 - 1e-5).all()


def test_what_cannot_be_is_refused_with_counts_and_ends(empty_scene):
    room(empty_scene)
    box(empty_scene, (1.5, 1.5, 0), (4.5, 3.5, 2.2), BLOCK, "wardrobe")
    said = refused(empty_scene, "room 3 clearance=1.2 tries=20")
    assert "none found; candidates 60: accepted 0; " in said
    counts = [int(part.split()[-1]) for part in said.split("accepted 0; ")[1].split(".")[0].split("; ")]
    assert sum(counts) == 60 and "too close to a surface" in said and "or loosen clearance: see" in said
    assert " of 400 found; candidates 400: " in refused(empty_scene, "room 400 tries=1 labels=1 one_label=1")


def test_an_empty_scene_and_one_without_a_floor_are_refused(empty_scene):
    assert refused(empty_scene, "4") == "sampled views: this scene shows no surfaces"
    box(empty_scene, (0, 0, 0), (0.2, 0.2, 0.2), BLOCK)
    assert "no floor of half a square metre with" in refused(empty_scene, "4")


def test_no_two_views_are_alike(empty_scene):
    room(empty_scene)
    words = "room 6 yaw=0..10 pitch=0 labels=1 one_label=1 heights=1.5"
    assert sampled(empty_scene, f"{words} like=1").report.rejected.get("too like another", 0) == 0
    assert sampled(empty_scene, f"{words} like=0.5").report.rejected["too like another"] > 0


def test_targets_are_aimed_at_and_reported(empty_scene):
    room(empty_scene)
    box(empty_scene, (0.1, 2, 0), (0.6, 3, 1.6), BLOCK, "block")
    box(empty_scene, (5.4, 2, 0), (5.9, 3, 1.6), BALL, "other")
    plain = "room 12 labels=1 one_label=1 like=1"

    def shares(words):
        return {each.label: each for each in sampled(empty_scene, words).report.frequencies}

    without = shares(plain)
    found = shares(f"{plain} targets=block:0.3,ball:0.02")
    assert (found["block"].target, found["ball"].target, found["shell"].target) == (0.3, 0.02, None)
    assert abs(found["block"].achieved - 0.3) < 0.05 < abs(without["block"].achieved - 0.3)
    assert abs(found["ball"].achieved - 0.02) < 0.02
    assert sum(each.achieved for each in found.values()) == pytest.approx(1, abs=1e-4)
    assert refused(empty_scene, f"{plain} targets=chair:0.3").endswith("'boxes' has no such label")
    assert refused(empty_scene, f"{plain} targets=blcok:0.3").endswith("'boxes' has no such label; did you mean block?")


def test_the_same_request_gives_the_same_views_and_another_seed_others(empty_scene):
    room(empty_scene)
    box(empty_scene, (2, 2, 0), (3, 3, 1), BLOCK)
    words = "room 6 labels=1 one_label=1"
    assert sampled(empty_scene, words).views == sampled(empty_scene, words).views
    assert sampled(empty_scene, words).views != sampled(empty_scene, words, seed=1).views
    # A candidate depends on nothing but its number: more views begin with the same ones.
    assert sampled(empty_scene, words.replace("6", "9")).views[:6] == sampled(empty_scene, words).views


def test_what_a_render_hides_is_not_there(empty_scene):
    room(empty_scene)
    low, high = np.array((0.5, 0.5, 0.0)), np.array((5.5, 4.5, 2.4))
    box(empty_scene, low, high, BLOCK, "hidden").hide_render = True
    found = sampled(empty_scene, "room 6 labels=1 one_label=1 like=1")
    assert (distance_to_box(eyes(found), low, high) == 0).any()
    bpy.data.objects["hidden"].hide_render, bpy.data.objects["hidden"].hide_viewport = False, True
    found = sampled(empty_scene, "room 2 labels=1 one_label=1 like=1 clearance=0.1 distances=0..10")
    assert (distance_to_box(eyes(found), low, high) > 0).all()


def test_nothing_is_left_in_the_scene_and_the_lens_is_the_cameras_own(empty_scene):
    room(empty_scene)
    before = [set(kind) for kind in (bpy.data.objects, bpy.data.cameras, bpy.data.meshes)]
    words = "room 2 labels=1 one_label=1 like=1"
    assert {view.pose.lens for view in sampled(empty_scene, words).views} == {LENS}
    assert [set(kind) for kind in (bpy.data.objects, bpy.data.cameras, bpy.data.meshes)] == before
    assert empty_scene.camera is None
    data = bpy.data.cameras.new("Sampled view")
    data.lens = 31.0
    empty_scene.camera = bpy.data.objects.new("Sampled view", data)
    found = sampled(empty_scene, words)
    assert {view.pose.lens for view in found.views} == {31.0}
    assert {view.camera for view in found.views} == {"Sampled view 1"}


def test_labels_are_the_resolvers_own(empty_scene):
    room(empty_scene)
    obj = box(empty_scene, (2.5, 2, 0), (3.5, 3, 1), 0, "parts")
    material = bpy.data.materials.new("part")
    material.pass_index = BALL
    obj.data.materials.append(material)
    names = {each.label for each in sampled(empty_scene, "room 6 labels=2 one_label=1 like=1").report.frequencies}
    assert names == {"shell", "ball"} and SHELL != BALL
