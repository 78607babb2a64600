"""Edits of views on real bpy: what the renderer then renders, exactly, and that nothing else moves."""

import bpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mathutils import Matrix
from viewscape import lamp, standing, told

from blender_addon.compat import fcurves
from blender_addon.label_render.viewpoints import find_views
from blender_addon.views.camera_views import Standpoint, add_view, curves_of, find_camera
from blender_addon.views.view_edits import duplicate_view, free_name, move_view, remove_view, rename_view, update_view


@pytest.fixture
def three(scene):
    """Views "a", "b", "c" at x = 0, 1, 2, frames 1 to 3."""
    for x, name in enumerate("abc"):
        add_view(scene, standing(x)).name = name
    return scene


def keys_of(obj):
    return [(c.data_path, c.array_index, [tuple(p.co) for p in c.keyframe_points]) for c in fcurves(obj)]


def test_views_that_change_places(three):
    three.frame_set(1)
    move_view(three, 1, 2)
    assert told(three) == [("b", 1), ("a", 0), ("c", 2)] and three.frame_current == 2  # still looking at "a"
    move_view(three, 3, 2)
    assert told(three) == [("b", 1), ("c", 2), ("a", 0)]


def test_views_with_a_gap_between_them_keep_their_frames(three):
    remove_view(three, 2)
    three.frame_end = 9
    for curve in curves_of(find_camera(three)):
        curve.keyframe_points[-1].co.x = 9
    three.timeline_markers["c"].frame = 9
    move_view(three, 1, 9)
    assert [(view.scene_frame, view.name) for view in find_views(three)] == [(1, "c"), (9, "a")]


def test_a_copy_comes_right_after(three):
    assert duplicate_view(three, 2) == 3 == three.frame_current
    assert told(three) == [("a", 0), ("b", 1), ("b.001", 1), ("c", 2)] and three.frame_end == 4
    update_view(three, 3, standing(7))
    assert told(three) == [("a", 0), ("b", 1), ("b.001", 7), ("c", 2)]


def test_updating_changes_one_view(three):
    update_view(three, 1, standing(5))
    assert told(three) == [("a", 5), ("b", 1), ("c", 2)] and three.frame_current == 1
    points = [point for curve in curves_of(find_camera(three)) for point in curve.keyframe_points]
    assert {point.interpolation for point in points} == {"CONSTANT"}
    flat = Standpoint(Matrix(), Matrix.Diagonal((1, 1, -0.1, 1)))
    with pytest.raises(ValueError, match="Numpad 5"):
        update_view(three, 1, flat)


@pytest.mark.parametrize(
    ("typed", "given_"),
    [("door", "door"), ("b", "b.001"), ("  sofa \n", "sofa"), ("a", "a"), ('"窗"', '"窗"'), ("x\ny", "x y")],
)
def test_names(three, typed, given_):
    assert rename_view(three, 1, typed) == given_ and told(three)[0] == (given_, 0)


@pytest.mark.parametrize("typed", ["", " ", "\n\t"])
def test_a_name_that_says_nothing_is_refused(three, typed):
    with pytest.raises(ValueError, match="needs a name"):
        rename_view(three, 1, typed)
    assert told(three)[0] == ("a", 0)


def test_a_view_without_a_marker_gets_one(three):
    three.timeline_markers.remove(three.timeline_markers["b"])
    assert told(three)[1] == ("2", 1)
    rename_view(three, 2, "window")
    assert told(three)[1] == ("window", 1)


def test_free_names():
    assert free_name("sofa", ["sofa", "sofa.001"]) == "sofa.002" == free_name("sofa.001", ["sofa", "sofa.001"])
    long = "é" * 40
    assert free_name(long, []) == "é" * 31
    assert free_name(long, ["é" * 31]) == "é" * 29 + ".001"


def test_other_animation_stays_and_refuses_what_would_change_it(three):
    light = lamp(three)  # jumps at frame 3
    before = keys_of(light)
    with pytest.raises(ValueError, match="'Lamp' changes between frames 2 and 3"):
        move_view(three, 2, 3)
    with pytest.raises(ValueError, match="'Lamp' changes"):
        duplicate_view(three, 1)
    with pytest.raises(ValueError, match="'Lamp' changes"):
        remove_view(three, 1)
    assert told(three) == [("a", 0), ("b", 1), ("c", 2)]
    move_view(three, 1, 2)  # it is the same at both
    remove_view(three, 3)  # nothing comes after it
    assert keys_of(light) == before and (three.frame_start, three.frame_end) == (1, 2)
    assert told(three) == [("b", 1), ("a", 0)]


def test_views_after_a_moving_shot_change_places(scene):
    lamp(scene, interpolation="LINEAR")
    scene.frame_end = 3
    for x, name in enumerate("ab"):
        add_view(scene, standing(x)).name = name
    move_view(scene, 4, 5)
    scene.frame_set(4)
    assert scene.camera.matrix_world.translation.x == pytest.approx(1)
    assert {marker.name: marker.frame for marker in scene.timeline_markers} == {"a": 5, "b": 4}


def test_a_marker_that_switches_cameras_is_not_moved_across(three):
    other = bpy.data.objects.new("Other", bpy.data.cameras.new("Other"))
    three.collection.objects.link(other)
    three.timeline_markers["b"].camera = other
    three.timeline_markers["a"].camera = three.timeline_markers["c"].camera = find_camera(three)
    with pytest.raises(ValueError, match="marker 'b' at frame 2 switches to 'Other'"):
        move_view(three, 1, 2)
    assert [view.camera for view in find_views(three)][1] == "Other"


def test_markers_still_switch_to_the_views_after_an_edit(scene):
    lamp(scene, interpolation="LINEAR")
    scene.camera = bpy.data.objects.new("Mine", bpy.data.cameras.new("Mine"))
    scene.collection.objects.link(scene.camera)
    scene.frame_end = 3
    for x in range(3):
        add_view(scene, standing(x))
    scene.timeline_markers["View 2"].camera = scene.timeline_markers["View 3"].camera = None
    remove_view(scene, 4)
    assert [view.camera for view in find_views(scene)][3:] == ["Labelpass Views"] * 2


@pytest.mark.parametrize("edit", [remove_view, duplicate_view])
def test_a_camera_of_somebody_else_with_few_keys_keeps_its_pictures(scene, edit):
    scene.camera = mine = bpy.data.objects.new("Mine", bpy.data.cameras.new("Mine"))
    scene.collection.objects.link(mine)
    for frame, x in ((1, 0.0), (2, 1.0), (3, 2.0)):
        mine.location.x = x
        mine.keyframe_insert("location", index=0, frame=frame)
    mine.rotation_euler.z = 1.0
    mine.keyframe_insert("rotation_euler", index=2, frame=2)  # holds at 3, too
    mine.rotation_euler.z = 2.0
    mine.keyframe_insert("rotation_euler", index=2, frame=1)
    for curve in fcurves(mine):
        for point in curve.keyframe_points:
            point.interpolation = "CONSTANT"
    scene.frame_end = 3
    edit(scene, 2)
    scene.frame_set(scene.frame_end)
    assert mine.matrix_world.translation.x == pytest.approx(2) and mine.rotation_euler.z == pytest.approx(1)
    scene.frame_set(1)
    assert mine.matrix_world.translation.x == pytest.approx(0) and mine.rotation_euler.z == pytest.approx(2)


def test_adding_a_view_leaves_the_lens_of_views_without_a_key_for_it(scene):
    scene.camera = mine = bpy.data.objects.new("Mine", bpy.data.cameras.new("Mine"))
    scene.collection.objects.link(mine)
    mine.data.lens, mine.rotation_euler.z = 77, 1.5
    mine.keyframe_insert("location", frame=1)
    for curve in fcurves(mine):
        curve.keyframe_points[0].interpolation = "CONSTANT"
    add_view(scene, standing(4))
    assert mine.data.lens != pytest.approx(77)
    scene.frame_set(1)
    assert mine.data.lens == pytest.approx(77) and mine.rotation_euler.z == pytest.approx(1.5)


@pytest.mark.parametrize("edit", [remove_view, duplicate_view, lambda scene, frame: update_view(scene, frame, None)])
def test_what_is_no_view_of_ours_is_refused(three, edit):
    with pytest.raises(ValueError, match="frame 7 is no view"):
        edit(three, 7)
    find_camera(three).constraints.new("TRACK_TO")
    with pytest.raises(ValueError, match="frame 2 is no view"):
        edit(three, 2)


def test_edits_survive_save_and_reload(three, tmp_path):
    move_view(three, 1, 3)
    duplicate_view(three, 1)
    rename_view(three, 2, "窗 \"x\" 'y'")
    before = told(three)
    assert before == [("c", 2), ("窗 \"x\" 'y'", 2), ("b", 1), ("a", 0)]
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "views.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "views.blend"))
    assert told(bpy.context.scene) == before


EDITS = st.lists(
    st.tuples(st.sampled_from(["add", "rename", "update", "swap", "copy", "remove"]), st.integers(0, 99),
              st.integers(0, 99)), min_size=3, max_size=14,
)  # fmt: skip


@settings(max_examples=20)
@given(EDITS)
def test_any_edits_are_those_of_a_list(edits):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    wanted = [(add_view(scene, standing(100 + x)).name, 100 + x) for x in range(3)]
    for step, (edit, one, two) in enumerate(edits):
        if edit == "add" or not wanted:
            wanted.append((add_view(scene, standing(step)).name, step))
            continue
        at, to = one % len(wanted), two % len(wanted)
        frame, name, others = at + 1, f"name {two % 4}", {each for each, _ in wanted}
        if edit == "rename":
            wanted[at] = (free_name(name, others - {wanted[at][0]}), wanted[at][1])
            rename_view(scene, frame, name)
        elif edit == "update":
            wanted[at] = (wanted[at][0], step)
            update_view(scene, frame, standing(step))
        elif edit == "swap" and at != to:
            wanted[at], wanted[to] = wanted[to], wanted[at]
            move_view(scene, frame, to + 1)
        elif edit == "copy":
            wanted.insert(at + 1, (free_name(wanted[at][0], others), wanted[at][1]))
            duplicate_view(scene, frame)
        elif edit == "remove":
            del wanted[at]
            remove_view(scene, frame)
        assert not wanted or told(scene) == wanted
        assert not wanted or scene.frame_end == len(wanted)


def test_a_removed_scene_of_views_leaves_nothing(three):
    for _ in range(3):
        remove_view(three, 1)
    assert not three.timeline_markers and not bpy.data.cameras
