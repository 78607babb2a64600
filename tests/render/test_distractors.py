"""Distractors: where they are drawn, that they stand and float where nothing is, and that they leave no trace."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import bpy
import numpy as np
import pytest
from scenery import camera, settings
from test_randomization_poses import block

from blender_addon.contract.labels import Label, LabelSet, LabelSetError, built_in
from blender_addon.contract.run import Plan, View
from render_scripts import passes
from render_scripts.randomization.camera import Camera
from render_scripts.randomization.distractor_shapes import SHAPES
from render_scripts.randomization.distractors import Distractors, covered, draw_distractors, upright
from render_scripts.randomization.on_scene import randomized
from render_scripts.randomization.spec import Randomization, to_plan

LABELS = built_in("nyu40")
FLOOR, TABLE, WALL = (LABELS.find(name).id for name in ("floor", "table", "wall"))


# --- draws ----------------------------------------------------------------------------------------------------------


def test_a_draw_is_a_function_of_seed_and_frame():
    spec = Distractors()
    drawn = [draw_distractors(spec, (), 7, frame) for frame in range(40)]
    assert drawn[3] == draw_distractors(spec, (), 7, 3)
    assert {len(each) for each in drawn} == set(range(2, 9))
    assert len({each[0].size for each in drawn}) == 40
    assert all(0.05 <= one.size <= 0.4 and max(one.stretch) == 1 for each in drawn for one in each)
    assert {one.shape for each in drawn for one in each} == set(SHAPES)
    standing = [one.standing for each in drawn for one in each]
    assert 0.35 < sum(standing) / len(standing) < 0.65


def test_one_more_leaves_the_others_as_they_are():
    few, more = (draw_distractors(Distractors(count=(n, n)), (), 1, 5) for n in (2, 3))
    assert more[:2] == few


def test_other_ranges_change_what_numbers_mean_and_not_which_they_are():
    one, other = (draw_distractors(Distractors(count=(4, 4), size=size), (), 1, 5) for size in ((0.1, 0.2), (1.0, 2.0)))
    assert [each.size * 10 for each in one] == pytest.approx([each.size for each in other], rel=1e-5)
    assert [replace(each, size=1) for each in one] == [replace(each, size=1) for each in other]


def test_models_take_the_place_of_our_shapes():
    wanted = draw_distractors(Distractors(count=(30, 30)), ("a/chair.glb", "a/lamp.obj"), 0, 1)
    assert {each.shape for each in wanted} == {"a/chair.glb", "a/lamp.obj"}
    assert {each.own_look for each in wanted} == {True, False}
    assert {each.stretch for each in wanted} == {(1.0, 1.0, 1.0)}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_closed_and_face_outwards(name):
    shape = SHAPES[name]()
    low, high = shape.points.min(axis=0), shape.points.max(axis=0)
    assert (high - low).max() == pytest.approx(1)
    assert low + high == pytest.approx(np.zeros(3))
    edges = Counter((face[n - 1], face[n]) for face in shape.faces for n in range(len(face)))
    assert set(edges.values()) == {1}
    assert all((end, start) in edges for start, end in edges)
    triangles = [(face[0], face[n], face[n + 1]) for face in shape.faces for n in range(1, len(face) - 1)]
    corners = shape.points[np.array(triangles)]
    volume = np.einsum("ni,ni->n", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    known = {"box": 1.0, "ball": np.pi / 6, "cylinder": np.pi / 4, "cone": np.pi / 12}
    assert volume == pytest.approx(known.get(name, volume), rel=0.02)
    assert volume > 0.05
    assert len(shape.smooth) == len(shape.faces)


def test_the_area_of_a_hull():
    x, y = np.meshgrid(np.linspace(0, 3, 7), np.linspace(-1, 1, 5))
    assert covered(np.column_stack([x.ravel(), y.ravel()])) == pytest.approx(6)
    turn = np.arange(500) / 500 * 2 * np.pi
    assert covered(np.column_stack([5 + np.cos(turn), np.sin(turn)])) == pytest.approx(np.pi, rel=0.005)


def test_what_stands_turns_about_the_vertical_alone():
    assert upright((0.6, 0.0, 0.0, 0.8)) == (0.6, 0.0, 0.0, 0.8)
    assert upright((0.5, 0.5, 0.5, 0.5)) == pytest.approx((np.sqrt(0.5), 0, 0, np.sqrt(0.5)), abs=1e-6)
    assert upright((0.0, 1.0, 0.0, 0.0)) == (1.0, 0.0, 0.0, 0.0)


def test_the_index_that_says_ignore_is_no_label():
    assert LABELS.spare_id == 32767
    top = LabelSet("few", (Label(32767, "top", (0, 0, 0)), Label(32765, "low", (0, 0, 1))))
    assert top.spare_id == 32766
    full = LabelSet("full", tuple(Label(id_, f"label {id_}", (0, 0, 0)) for id_ in range(1, 32768)))
    with pytest.raises(LabelSetError, match="all 32767 ids"):
        _ = full.spare_id


def test_ranges_are_checked():
    with pytest.raises(ValueError, match="size is 2 to 1"):
        Distractors(size=(2.0, 1.0))


# --- places ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def room(empty_scene):
    """A floor at z = 0, a table whose top is at 0.7, a wall at y = 3, and a camera at (0, -4, 1.6) that looks at it."""
    block(empty_scene, "Floor", (8, 8, 0.2), (0, 0, -0.2), FLOOR)
    block(empty_scene, "Table", (1.6, 1.2, 0.7), (0.6, 0.5, 0), TABLE)
    block(empty_scene, "Wall", (40, 0.2, 20), (0, 3.1, -5), WALL)
    eye = camera(empty_scene, at=(0, -4, 1.6))
    eye.rotation_euler = (np.radians(80), 0, 0)
    eye.data.lens = 24
    return empty_scene


@pytest.fixture
def walk(room):
    """{frame: (its draw, {name of a distractor: its corners in the world (V, 3)}, the camera's focus)}."""

    def walk(spec: Distractors | None, frames, **families):
        randomization = Randomization(distractors=spec, **families)
        chosen = replace(settings(size=(64, 48)), randomization=to_plan(randomization, {}))
        plan, found = Plan(LABELS, "scene.blend", "0" * 64, (), chosen, {}), {}
        with passes.prepared(room, chosen), randomized(room, plan, {bpy.data.objects["Camera"]}) as dressing:
            for frame in frames:
                drawn = dressing.dress(View(frame, 1, "Camera", ""))
                bpy.context.view_layer.update()
                corners = {
                    obj.name: np.array([obj.matrix_world @ vertex.co for vertex in obj.data.vertices])
                    for obj in bpy.data.objects
                    if "distractor" in obj.name and len(obj.data.vertices)
                }
                found[frame] = drawn.distractors, corners, room.camera.data.dof.focus_distance
        return found

    return walk


def in_block(corners, low, high) -> bool:
    """Whether a thing's corners reach into a box of the world."""
    return bool((corners.max(axis=0) > low).all() and (corners.min(axis=0) < high).all())


def test_what_stands_stands_on_what_is_seen(walk):
    spec = Distractors(count=(6, 6), size=(0.1, 0.5), standing=1.0, distance=(0.5, 8.0), hidden=1.0)
    grounds = []
    for drawn, corners, _ in walk(spec, range(8)).values():
        assert len(drawn.things) == len(corners)
        assert len(drawn.things) + drawn.left_out == 6
        for place in corners.values():
            low, high = place.min(axis=0), place.max(axis=0)
            assert low[2] == pytest.approx(0.0005, abs=1e-5) or low[2] == pytest.approx(0.7005, abs=1e-5)
            if low[2] > 0.5:  # the ground is felt at 0.15 and 0.85 of what stands on it
                middle, reach = (low + high) / 2, (high - low) * 0.35 + 1e-4
                assert (middle - reach)[:2] == pytest.approx(np.maximum((middle - reach)[:2], (-0.2, -0.1)))
                assert (middle + reach)[:2] == pytest.approx(np.minimum((middle + reach)[:2], (1.4, 1.1)))
            else:
                assert not in_block(place, (-0.2, -0.1, 0), (1.4, 1.1, 0.69))
            assert high[1] < 3 + 1e-4
            grounds.append(low[2] > 0.5)
    assert len(grounds) > 35
    assert set(grounds) == {True, False}


def test_what_floats_is_between_the_camera_and_what_it_sees(walk, room):
    spec = Distractors(count=(5, 5), size=(0.1, 0.6), standing=0.0, distance=(0.8, 20.0), hidden=1.0)
    eye = bpy.data.objects["Camera"].location.copy()
    far = []
    for drawn, corners, _ in walk(spec, range(6)).values():
        for one, place in zip(drawn.things, corners.values()):
            assert place.min(axis=0)[2] > 0
            assert place.max(axis=0)[1] < 3
            assert not in_block(place, (-0.2, -0.1, 0), (1.4, 1.1, 0.7))
            far.append(np.linalg.norm(np.array(one.location) - eye))
            assert max(np.ptp(place @ axis) for axis in np.eye(3)) <= one.size * np.sqrt(3)
    assert min(far) >= 0.8
    assert max(far) > 4
    assert len(far) > 25


def test_distractors_keep_apart_and_hide_no_more_than_they_may(walk):
    spec = Distractors(count=(12, 12), size=(0.2, 0.8), hidden=0.03)
    left_out = 0
    for drawn, _, _ in walk(spec, range(6)).values():
        assert drawn.hidden <= 0.03
        left_out += drawn.left_out
        for n, one in enumerate(drawn.things):
            for other in drawn.things[:n]:
                apart = np.linalg.norm(np.subtract(one.location, other.location))
                assert apart > (one.size + other.size) / 2  # no ball around one is smaller
    assert left_out


def test_nothing_stands_or_floats_in_a_lamp(walk, room):
    lamp = bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "POINT"))
    lamp.location = (0, -2, 1.4)
    room.collection.objects.link(lamp)
    spec = Distractors(count=(3, 3), size=(0.8, 0.8), standing=0.0, distance=(1.5, 2.5), hidden=1.0)
    for drawn, _, _ in walk(spec, range(12)).values():
        for one in drawn.things:
            assert np.linalg.norm(np.subtract(one.location, lamp.location)) > 0.4


def test_a_frame_is_the_same_whichever_came_before(walk):
    spec = Distractors()
    whole, alone = walk(spec, (1, 2, 3)), walk(spec, (3,))
    assert whole[3][0] == alone[3][0]
    assert whole[3][1].keys() == alone[3][1].keys()
    for name, place in whole[3][1].items():
        assert place == pytest.approx(alone[3][1][name], abs=1e-6)
    assert whole[1][0] != whole[2][0]


def test_no_other_family_knows_of_them(walk):
    """The camera focuses on what is behind them, with them or without, in whatever order frames come."""
    near = Distractors(count=(8, 8), size=(0.3, 0.5), standing=0.0, distance=(0.8, 1.5), hidden=1.0)
    blurred = Camera(focused=1.0)
    with_them, without = walk(near, (1, 2, 3), camera=blurred), walk(None, (1, 2, 3), camera=blurred)
    assert [with_them[n][2] for n in (1, 2, 3)] == [without[n][2] for n in (1, 2, 3)]


def test_nothing_of_them_is_left(walk, room):
    before = {name: len(getattr(bpy.data, name)) for name in ("objects", "meshes", "materials", "scenes")}
    walk(Distractors(), (1, 2))
    assert {name: len(getattr(bpy.data, name)) for name in before} == before


def test_what_renders_hide_is_in_nobodys_way(walk, room):
    """A hall that only the viewport shows: nothing inside would be seen, and nothing has to stay out of it."""
    hidden = block(room, "Hidden", (6, 1, 2.5), (0, -1, 0), 0)
    spec = Distractors(count=(6, 6), standing=0.0, distance=(2.6, 3.4))
    plain = {frame: each[0] for frame, each in walk(spec, range(3)).items()}
    hidden.hide_render = True
    shown = {frame: each[0] for frame, each in walk(spec, range(3)).items()}
    bpy.data.objects.remove(hidden)
    assert shown == {frame: each[0] for frame, each in walk(spec, range(3)).items()}
    assert plain != shown


def test_metres_are_metres_in_a_scene_of_other_units(walk, room):
    room.unit_settings.scale_length = 0.01
    for obj in list(room.objects):
        obj.location *= 100
        if obj.type == "MESH":
            obj.scale *= 100
    spec = Distractors(count=(4, 4), size=(0.2, 0.2), standing=0.0)
    ((drawn, corners, _),) = walk(spec, (1,)).values()
    assert drawn.things
    assert all(0.1 < np.linalg.norm(np.ptp(place, axis=0)) / 100 < 0.4 for place in corners.values())
    assert all(abs(each) < 5 for one in drawn.things for each in one.location)


def test_what_moves_is_where_the_frame_has_it(room):
    """A block that is keyed to go far to the left leaves room where it was, and takes it where it comes."""
    mover = block(room, "Mover", (3, 3, 1.5), (0, 0, 0), TABLE)
    for frame, x in ((1, 0.0), (2, -30.0)):
        mover.location.x = x
        mover.keyframe_insert("location", frame=frame)
    spec = Distractors(count=(8, 8), standing=1.0, distance=(0.5, 8.0))
    chosen = replace(settings(size=(64, 48)), randomization=to_plan(Randomization(distractors=spec), {}))
    plan, inside = Plan(LABELS, "scene.blend", "0" * 64, (), chosen, {}), {1: 0, 2: 0}
    with passes.prepared(room, chosen), randomized(room, plan, {room.camera}) as dressing:
        for number in range(10):
            scene_frame = 1 + number % 2
            room.frame_set(scene_frame)
            for one in dressing.dress(View(number, scene_frame, "Camera", "")).distractors.things:
                x, y, z = one.location
                inside[scene_frame] += abs(x) < 1.5 and abs(y) < 1.5 and z < 1.5
    assert inside[1] == 0
    assert inside[2] > 0


@pytest.mark.parametrize("kind", ["ORTHO", "PANO"])
def test_other_cameras_get_distractors_too(walk, room, kind):
    bpy.data.objects["Camera"].data.type = kind
    bpy.data.objects["Camera"].data.ortho_scale = 3.0
    things = [one for drawn, _, _ in walk(Distractors(), range(4)).values() for one in drawn.things]
    assert len(things) > 4
    assert {one.placed for one in things} == {"floating", "standing"}
