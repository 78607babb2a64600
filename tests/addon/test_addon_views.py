"""Views as constant keys and markers, on real bpy: what is stored, what is left alone, what a camera then shows."""

import math

import bpy
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Euler, Matrix, Vector

from blender_addon.compat import fcurves
from blender_addon.views.camera_views import CAMERA_NAME, Standpoint, add_view, find_camera, why_held
from blender_addon.views.view_edits import remove_view
from blender_addon.views.view_list import list_rows


def perspective(tan_x, tan_y, near=0.1, far=100.0):
    """OpenGL's projection with half-angles of these tangents."""
    depth = far - near
    return Matrix(
        (
            (1 / tan_x, 0, 0, 0),
            (0, 1 / tan_y, 0, 0),
            (0, 0, -(far + near) / depth, -2 * far * near / depth),
            (0, 0, -1, 0),
        )
    )


def standing(x, tan_x=0.9, tan_y=0.5, turn=0.3):
    matrix = Matrix.Translation((x, -4, 1.5)) @ Euler((math.pi / 2, 0, turn)).to_matrix().to_4x4()
    return Standpoint(matrix, perspective(tan_x, tan_y), clip=(0.02, 500))


def camera_of(scene):
    return bpy.data.objects[CAMERA_NAME]


def ours(scene):
    """[(frame, name)] of what the list shows as views that can be edited."""
    return [(row.frame, row.name) for row in list_rows(scene) if not row.fixed]


def names(scene):
    return [name for _frame, name in ours(scene)]


def new_camera(scene, name="Camera"):
    camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    scene.collection.objects.link(camera)
    return camera


def test_views_are_constant_keys_and_named_markers(scene):
    for x in (0, 1, 2):
        add_view(scene, standing(x))
    camera = camera_of(scene)
    assert scene.camera == camera and (scene.frame_start, scene.frame_end) == (1, 3)
    assert ours(scene) == [(1, "View 1"), (2, "View 2"), (3, "View 3")]
    keys = [key for curve in (*fcurves(camera), *fcurves(camera.data)) for key in curve.keyframe_points]
    assert {key.interpolation for key in keys} == {"CONSTANT"} and {key.co.x for key in keys} == {1, 2, 3}
    assert {curve.data_path for curve in fcurves(camera)} == {"location", "rotation_euler"}
    assert {curve.data_path for curve in fcurves(camera.data)} == {"lens", "shift_x", "shift_y"}
    for frame in (1, 2, 3):
        scene.frame_set(frame, subframe=0.7)
        assert camera.matrix_world.translation.x == pytest.approx(frame - 1)
    assert (camera.data.clip_start, camera.data.clip_end) == (pytest.approx(0.02), 500)


@pytest.mark.parametrize("size", [(1920, 1080), (480, 480), (300, 500)])
@pytest.mark.parametrize("fit", ["AUTO", "HORIZONTAL", "VERTICAL"])
@pytest.mark.parametrize("seen", [(0.9, 0.5), (0.5, 0.9)])
def test_the_picture_is_the_largest_that_lies_in_what_was_seen(scene, size, fit, seen):
    add_view(scene, standing(0))
    camera_of(scene).data.sensor_fit = fit
    scene.render.resolution_x, scene.render.resolution_y = size
    here = standing(1, *seen)
    add_view(scene, here)
    aspect = size[0] / size[1]
    half = min(seen[0], seen[1] * aspect)
    corner = here.matrix @ Vector((3 * half, 3 * half / aspect, -3))  # the picture's upper right, 3 m away
    assert world_to_camera_view(scene, scene.camera, corner)[:2] == (
        pytest.approx(1, abs=1e-4),
        pytest.approx(1, abs=1e-4),
    )


def test_an_orthographic_view(scene):
    flat = Standpoint(Matrix.Translation((0, 0, 5)), Matrix.Diagonal((1 / 4, 1 / 2, -0.1, 1)))
    add_view(scene, flat)
    scene.render.resolution_x, scene.render.resolution_y = 400, 200
    assert scene.camera.data.type == "ORTHO" and {c.data_path for c in fcurves(scene.camera.data)} >= {"ortho_scale"}
    with pytest.raises(ValueError, match="Numpad 5"):
        add_view(scene, standing(0))
    assert len(ours(scene)) == 1


def test_a_camera_that_a_person_placed_stays(scene):
    scene.camera = mine = new_camera(scene)
    mine.location = (7, 8, 9)
    add_view(scene, standing(0))
    assert tuple(mine.location) == (7, 8, 9) and not mine.animation_data and scene.camera != mine


def test_a_moving_camera_keeps_its_frames(scene):
    scene.camera = mine = new_camera(scene, "Dolly")
    for frame in (1, 100):
        mine.location.x = frame
        mine.keyframe_insert("location", frame=frame)
    scene.frame_end = 100
    add_view(scene, standing(0))
    add_view(scene, standing(3))
    assert (scene.frame_start, scene.frame_end) == (1, 102)
    assert ours(scene) == [(101, "View 1"), (102, "View 2")]
    scene.frame_set(50)
    assert scene.camera == mine and 20 < mine.matrix_world.translation.x < 80
    scene.frame_set(102)
    assert scene.camera == camera_of(scene) and scene.camera.matrix_world.translation.x == pytest.approx(3)


def test_a_camera_that_jumps_already_takes_more_views(scene):
    scene.camera = mine = new_camera(scene)
    mine.rotation_mode = "QUATERNION"
    mine.keyframe_insert("location", frame=1)
    for curve in fcurves(mine):
        curve.keyframe_points[0].interpolation = "CONSTANT"
    view = add_view(scene, standing(2))
    assert find_camera(scene) == mine and view.frame == 2 and mine.matrix_world.translation.x == pytest.approx(2)
    assert {curve.data_path for curve in fcurves(mine)} == {"location", "rotation_quaternion"}


@pytest.mark.parametrize("tie", ["parent", "constraint", "driver"])
def test_a_camera_held_by_something_else_is_no_camera_for_views(scene, tie):
    scene.camera = mine = new_camera(scene)
    mine.keyframe_insert("location", frame=1)
    for curve in fcurves(mine):
        curve.keyframe_points[0].interpolation = "CONSTANT"
    if tie == "parent":
        mine.parent = bpy.data.objects.new("rig", None)
    elif tie == "constraint":
        mine.constraints.new("TRACK_TO")
    else:
        mine.driver_add("location", 0)
    assert find_camera(scene) is None


def test_removing_a_view_closes_the_gap(scene):
    for x in range(4):
        add_view(scene, standing(x))
    scene.timeline_markers["View 3"].name = "window side"
    remove_view(scene, 2)
    assert ours(scene) == [(1, "View 1"), (2, "window side"), (3, "View 4")]
    assert scene.frame_end == 3
    for frame, x in ((1, 0), (2, 2), (3, 3)):
        scene.frame_set(frame)
        assert scene.camera.matrix_world.translation.x == pytest.approx(x)


@pytest.mark.skipif(
    "slots" in bpy.types.Action.bl_rna.properties, reason="a camera and its data share no curves of an action"
)
def test_a_camera_and_its_data_on_one_action(scene):
    """So 4.3 opens a file in which 4.4 or later keyed both."""
    for x in range(4):
        add_view(scene, standing(x))
    camera = camera_of(scene)
    action = camera.animation_data.action
    action.id_root = "CAMERA"  # or Blender would not take it
    camera.data.animation_data.action = action
    remove_view(scene, 2)
    assert names(scene) == ["View 1", "View 3", "View 4"]


@pytest.mark.parametrize(("here", "then"), [(1, 1), (2, 2), (3, 2), (4, 3)])
def test_who_looks_at_another_view_keeps_looking_at_it(scene, here, then):
    for x in range(4):
        add_view(scene, standing(x))
    scene.frame_set(here)
    remove_view(scene, 2)
    assert scene.frame_current == then


def test_the_last_view_takes_its_camera_along(scene):
    scene.camera = mine = new_camera(scene)
    for x in range(3):
        add_view(scene, standing(x))
    for _ in range(3):
        remove_view(scene, 1)
    assert ours(scene) == [] and not scene.timeline_markers
    assert scene.camera == mine and list(bpy.data.cameras) == [mine.data]
    add_view(scene, standing(5))
    assert names(scene) == ["View 1"]


def test_a_camera_that_was_renamed_meanwhile_comes_back(scene):
    scene.camera = mine = new_camera(scene)
    add_view(scene, standing(0))
    mine.name = "Mine"
    remove_view(scene, 1)
    assert scene.camera == mine
    scene.camera = None
    add_view(scene, standing(0))
    remove_view(scene, 1)
    assert scene.camera is None  # there was none before


def test_a_camera_with_deltas_carries_no_views(scene):
    """Its keys would put it somewhere else than where the view stands."""
    scene.camera = mine = new_camera(scene)
    mine.delta_location.x = 5
    mine.keyframe_insert("location", frame=1)
    for curve in fcurves(mine):
        curve.keyframe_points[0].interpolation = "CONSTANT"
    add_view(scene, standing(3))
    assert scene.camera != mine and scene.camera.matrix_world.translation.x == pytest.approx(3)
    assert why_held(mine) == "has delta transforms"


def test_views_survive_save_and_reload(scene, tmp_path):
    for x in (0, 1):
        add_view(scene, standing(x))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "views.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "views.blend"))
    assert names(bpy.context.scene) == ["View 1", "View 2"]


def test_undo_takes_a_view_away_whole_and_redo_brings_it_back(scene):
    scene.camera = new_camera(scene)
    bpy.ops.ed.undo_push(message="before")
    for x in (0, 1):
        add_view(bpy.context.scene, standing(x))
        bpy.ops.ed.undo_push(message=f"view {x}")

    def told():
        scene = bpy.context.scene
        curves = [curve for each in (scene.camera, scene.camera.data) for curve in fcurves(each)]
        keys = {key.co.x for curve in curves for key in curve.keyframe_points}
        return (names(scene), len(scene.timeline_markers), keys, scene.frame_end)

    assert told() == (["View 1", "View 2"], 2, {1, 2}, 2)
    bpy.ops.ed.undo()
    assert told() == (["View 1"], 1, {1}, 1)
    bpy.ops.ed.undo()
    assert told() == ([], 0, set(), 250)
    assert bpy.context.scene.camera.name == "Camera" and not bpy.data.actions and len(bpy.data.cameras) == 1
    bpy.ops.ed.redo()
    bpy.ops.ed.redo()
    assert told() == (["View 1", "View 2"], 2, {1, 2}, 2)
    bpy.context.scene.frame_set(2)
    assert bpy.context.scene.camera.matrix_world.translation.x == pytest.approx(1)


def test_undo_of_removing_a_view(scene):
    for x in range(3):
        add_view(scene, standing(x))
    bpy.ops.ed.undo_push(message="three views")
    assert bpy.ops.labelpass.remove_view(frame=2) == {"FINISHED"}
    bpy.ops.ed.undo_push(message="removed")
    assert names(bpy.context.scene) == ["View 1", "View 3"]
    bpy.ops.ed.undo()
    assert names(bpy.context.scene) == ["View 1", "View 2", "View 3"]
    bpy.context.scene.frame_set(2)
    assert bpy.context.scene.camera.matrix_world.translation.x == pytest.approx(1)


def test_views_belong_to_their_scene(scene):
    add_view(scene, standing(0))
    other = bpy.data.scenes.new("other")
    assert ours(other) == []
    add_view(other, standing(5))
    assert [len(ours(each)) for each in (scene, other)] == [1, 1] and scene.camera != other.camera
