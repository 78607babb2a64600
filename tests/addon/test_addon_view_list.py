"""The Views panel's rows on real bpy: what is rendered, what can be edited of it, from where each looks."""

import bpy
import pytest
from mathutils import Matrix
from viewscape import lamp, standing

from blender_addon.label_render.viewpoints import find_views
from blender_addon.views import thumbnails
from blender_addon.views.camera_views import add_view, find_camera, keep_cameras, standpoint_of
from blender_addon.views.looks import look_at
from blender_addon.views.properties import fill_views, picked_view, stale_views, views_state
from blender_addon.views.view_list import list_rows


def new_camera(scene, name):
    camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    scene.collection.objects.link(camera)
    return camera


def shown(scene):
    return [(row.name, row.frame, row.last, row.camera, row.fixed is None) for row in list_rows(scene)]


@pytest.fixture
def three(scene):
    for x, name in enumerate("abc"):
        add_view(scene, standing(x)).name = name
    fill_views(bpy.context)
    return scene


def test_no_camera_no_rows(scene):
    assert list_rows(scene) == []


def test_our_views_can_be_edited(three):
    assert shown(three) == [(name, frame, frame, "Labelpass Views", True) for frame, name in enumerate("abc", 1)]


def test_cameras_of_a_still_scene(scene):
    new_camera(scene, "B")
    new_camera(scene, "A")
    rows = list_rows(scene)
    assert [(row.camera, row.still, row.named) for row in rows] == [("A", True, False), ("B", True, False)]
    assert "Each camera of a still scene is a view: move 'A' itself" in rows[0].fixed


def test_the_cameras_of_a_still_scene_stay_views_when_one_is_added(scene):
    scene.render.resolution_x, scene.render.resolution_y = 400, 300
    for number, name in enumerate(("A", "B", "flat")):
        camera = new_camera(scene, name)
        camera.location, camera.rotation_euler = (number, 2, 3), (0.1 * number, 0.2, 0.3)
        camera.data.lens, camera.data.shift_x = 20 + 10 * number, 0.1 * number
    camera.data.type, scene.camera = "ORTHO", scene.objects["B"]
    bpy.context.view_layer.update()
    looked = {name: standpoint_of(scene.objects[name], scene) for name in "AB"}
    assert keep_cameras(scene, [scene.objects[name] for name in ("A", "B", "flat")], orthographic=False) == ["A", "B"]
    add_view(scene, standing(9))
    ours = find_camera(scene)
    assert shown(scene) == [(name, frame, frame, ours.name, True) for frame, name in enumerate(("A", "B", "View 3"), 1)]
    for frame, there in enumerate(looked.values(), 1):
        scene.frame_set(frame)
        here = standpoint_of(ours, scene)
        for one, other in ((here.matrix, there.matrix), (here.projection, there.projection)):
            assert all(a == pytest.approx(b, abs=1e-4) for x, y in zip(one, other) for a, b in zip(x, y))
    assert [scene.objects[name].data.lens for name in "AB"] == [20, 30]


def test_markers_that_switch_between_cameras_of_others(scene):
    scene.camera = new_camera(scene, "A")
    for frame, name, camera in ((1, "left", scene.camera), (5, "", new_camera(scene, "B"))):
        scene.timeline_markers.new(name, frame=frame).camera = camera
    rows = list_rows(scene)
    assert [(row.name, row.frame, row.camera, row.named) for row in rows] == [
        ("left", 1, "A", True),
        ("", 5, "B", True),
    ]
    assert "'B' stands still" in rows[1].fixed


@pytest.mark.parametrize(
    ("hold", "why"),
    [
        (lambda camera: camera.constraints.new("TRACK_TO"), "is held by a constraint"),
        (lambda camera: setattr(camera, "parent", new_camera(bpy.context.scene, "Rig")), "moves with its parent"),
        (lambda camera: camera.data.driver_add("clip_end"), "is held by a driver"),
        (lambda camera: new_camera(bpy.context.scene, "Twin").__setattr__("data", camera.data), "shares its lens"),
    ],
)
def test_why_a_camera_cannot_be_edited(three, hold, why):
    hold(find_camera(three))
    rows = list_rows(three)
    assert [row.name for row in rows] == [view.name for view in find_views(three)] and why in rows[0].fixed


def test_something_else_that_jumps_between_views(three):
    lamp(three, values=((1, 0.0), (2, 5.0)))
    three.frame_end = 7
    lamp(three, values=((1, 0.0), (6, 5.0)))
    (*ours, other) = list_rows(three)
    assert all(row.fixed is None for row in ours) and len(ours) == 3
    assert (other.name, other.frame) == ("6", 6) and "Something else changes at frame 6" in other.fixed


def test_a_moving_shot_is_one_row_and_our_views_are_their_own(scene):
    scene.camera = new_camera(scene, "Dolly")
    lamp(scene, interpolation="LINEAR")
    scene.frame_end = 100
    for x in range(2):
        add_view(scene, standing(x))
    assert shown(scene) == [
        ("Dolly", 1, 100, "Dolly", False),
        ("View 1", 101, 101, "Labelpass Views", True),
        ("View 2", 102, 102, "Labelpass Views", True),
    ]


# Looks


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
@pytest.mark.parametrize("fit", ["AUTO", "HORIZONTAL", "VERTICAL"])
@pytest.mark.parametrize("size", [(640, 360), (300, 500)])
def test_a_look_is_blenders_own_projection(scene, kind, fit, size):
    scene.camera = camera = new_camera(scene, "Camera")
    data, (scene.render.resolution_x, scene.render.resolution_y) = camera.data, size
    data.type, data.sensor_fit, data.lens, data.shift_x, data.shift_y = kind, fit, 31, 0.2, -0.1
    data.ortho_scale, data.clip_start, data.clip_end = 5, 0.2, 50
    wanted = camera.calc_matrix_camera(bpy.context.evaluated_depsgraph_get(), x=size[0], y=size[1])
    found = look_at(scene, camera, 1).projection
    assert [v for row in found for v in row] == pytest.approx([v for row in wanted for v in row], abs=1e-4)


def test_a_look_at_another_frame_leaves_what_is_not_keyed(three):
    camera = find_camera(three)
    camera.location.x = 50
    look = look_at(three, camera, 1)
    assert camera.location.x == 50 and three.frame_current == 3
    three.frame_set(1)
    wanted = camera.matrix_world.normalized().inverted()
    assert all(a == pytest.approx(b, abs=1e-4) for x, y in zip(look.view, wanted) for a, b in zip(x, y))


def test_a_look_has_the_deltas_of_its_camera(three):
    camera = find_camera(three)
    camera.delta_location, camera.delta_rotation_euler = (5, 0, 0), (0.3, 0.2, 0.1)
    look = look_at(three, camera, 1)
    three.frame_set(1)
    wanted = camera.matrix_world.normalized().inverted()
    assert all(a == pytest.approx(b, abs=1e-4) for x, y in zip(look.view, wanted) for a, b in zip(x, y))


def test_two_scenes_have_pictures_of_their_own(three):
    """Of the same camera, which may see other things there."""
    other = three.copy()
    camera = find_camera(three)
    assert look_at(three, camera, 1).key == look_at(three, camera, 1).key != look_at(other, camera, 1).key


def test_pictures_go_along_with_their_views(three):
    before = {row.name: row.look for row in views_state(bpy.context).rows}
    assert len(set(before.values())) == 3
    bpy.ops.labelpass.move_view(frame=1, direction="DOWN")
    assert {row.name: row.look for row in views_state(bpy.context).rows} == before


def test_of_a_camera_that_something_holds_only_the_place_of_now_is_known(three):
    camera = find_camera(three)
    camera.constraints.new("TRACK_TO")
    assert look_at(three, camera, 1) is None and look_at(three, camera, 3).view != Matrix()


def test_without_a_window_there_are_no_pictures_and_no_errors(three):
    views_state(bpy.context).pictures = True
    assert bpy.ops.labelpass.draw_pictures() == {"FINISHED"}
    assert thumbnails.waiting() == 0 and thumbnails.picture(views_state(bpy.context).rows[0].look) == 0


# Operators and the list


def names():
    return [row.name for row in views_state(bpy.context).rows]


def test_operators_pick_the_view_that_they_are_about(three):
    bpy.ops.labelpass.move_view(frame=1, direction="DOWN")
    assert names() == ["b", "a", "c"] and picked_view(bpy.context).name == "a"
    bpy.ops.labelpass.duplicate_view(frame=3)
    assert names() == ["b", "a", "c", "c.001"] and picked_view(bpy.context).frame == 4
    bpy.ops.labelpass.remove_view(frame=1)
    assert names() == ["a", "c", "c.001"] and picked_view(bpy.context).name == "a"


def test_a_row_that_is_renamed_renames_the_view(three):
    views_state(bpy.context).rows[1].name = "a"
    fill_views(bpy.context)
    assert names() == ["a", "a.001", "c"] == [view.name for view in find_views(three)]
    views_state(bpy.context).rows[1].name = "  "
    fill_views(bpy.context)
    assert names() == ["a", "a.001", "c"]


def test_what_cannot_be_done_is_said_and_changes_nothing(three):
    assert bpy.ops.labelpass.move_view(frame=1, direction="UP") == {"CANCELLED"}
    assert bpy.ops.labelpass.move_view(frame=3, direction="DOWN") == {"CANCELLED"}
    assert bpy.ops.labelpass.remove_view(frame=9) == {"CANCELLED"}
    assert [view.name for view in find_views(three)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "change",
    [
        lambda scene: setattr(scene, "frame_end", 2),
        lambda scene: setattr(scene.timeline_markers["b"], "name", "other"),
        lambda scene: scene.timeline_markers.clear(),
        lambda scene: setattr(scene, "camera", new_camera(scene, "B")),
        lambda scene: setattr(scene.render, "resolution_x", 100),
    ],
)
def test_the_list_sees_what_others_change(three, change):
    assert not stale_views(bpy.context)
    change(three)
    assert stale_views(bpy.context)
    fill_views(bpy.context)
    assert not stale_views(bpy.context)


def test_a_camera_that_others_move_makes_the_list_look_again(three):
    bpy.context.view_layer.update()
    fill_views(bpy.context)
    find_camera(three).location.x = 9
    bpy.context.view_layer.update()
    assert stale_views(bpy.context)


@pytest.mark.parametrize("edit", ["move_view", "duplicate_view", "remove_view", "rename_view"])
def test_an_edit_is_one_undo_step(three, edit):
    bpy.ops.ed.undo_push(message="three")
    given = {"move_view": {"direction": "DOWN"}, "rename_view": {"name": "door"}}.get(edit, {})
    getattr(bpy.ops.labelpass, edit)(frame=1, **given)
    bpy.ops.ed.undo_push(message="edited")
    changed = [view.name for view in find_views(bpy.context.scene)]
    assert changed != ["a", "b", "c"]
    bpy.ops.ed.undo()
    assert [view.name for view in find_views(bpy.context.scene)] == ["a", "b", "c"] and stale_views(bpy.context)
    bpy.ops.ed.redo()
    assert [view.name for view in find_views(bpy.context.scene)] == changed


def test_after_an_undo_the_view_that_the_window_is_at_is_picked(three):
    """Rows change places and frames: what stays at its place in the list may be another view."""
    three.frame_set(2)
    fill_views(bpy.context, 2)
    bpy.ops.ed.undo_push(message="b is picked")
    bpy.ops.labelpass.move_view(frame=2, direction="UP")
    bpy.ops.ed.undo_push(message="moved")
    assert (picked_view(bpy.context).name, picked_view(bpy.context).frame) == ("b", 1)
    bpy.ops.ed.undo()
    fill_views(bpy.context)
    assert (picked_view(bpy.context).name, picked_view(bpy.context).frame) == ("b", 2)


def test_where_the_picked_view_is_undone_the_one_before_it_is_picked(three):
    bpy.context.scene.frame_set(3)
    bpy.ops.ed.undo_push(message="at c")
    add_view(three, standing(9))
    fill_views(bpy.context, 4)
    bpy.ops.ed.undo_push(message="added")
    bpy.ops.ed.undo()
    fill_views(bpy.context)
    assert picked_view(bpy.context).name == "c"
