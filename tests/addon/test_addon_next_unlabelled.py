"""Stepping to what has no label, on real bpy: in which order, what is skipped, and the view that shows one alone."""

import bpy
import pytest
from at_the_keys import choose, found, members, select

from blender_addon.keys import isolation, unlabelled


def test_biggest_kinds_come_first_and_copies_together(box):
    choose()
    box("cup", 0.1)
    chair, wall = box("chair", 1), box("wall", 5)
    box("chair.001", 0.1, data=chair.data)
    box("lamp", 0.8)
    box("cup.001", 0.1)
    bpy.context.view_layer.update()
    assert [obj.name for obj in found().waiting] == ["wall", "chair", "chair.001", "lamp", "cup", "cup.001"]
    wall.pass_index = chair.pass_index = 5
    assert [obj.name for obj in found().waiting] == ["chair.001", "lamp", "cup", "cup.001"]
    assert [obj.name for obj in found().order][:2] == ["wall", "chair"]  # which stay where they are
    assert unlabelled.step(found(), chair).name == "chair.001"
    assert unlabelled.step(found(), chair, back=True).name == "cup.001"
    assert unlabelled.step(found(), None).name == "chair.001"
    assert unlabelled.alike(bpy.data.objects["cup"], found().waiting) == 1
    bpy.data.objects["cup"].name, bpy.data.objects["cup.001"].name = "Set.001 cup.002", "Set cup"
    assert unlabelled.alike(bpy.data.objects["Set cup"], found().waiting) == 1


def test_what_cannot_be_labelled_is_skipped_and_told(view, box, capfd):
    choose()
    for name in ("seen", "hidden", "locked", "unrendered"):
        box(name)
    bpy.context.view_layer.update()
    bpy.data.objects["hidden"].hide_set(True)
    bpy.data.objects["locked"].hide_select = True
    bpy.data.objects["unrendered"].hide_render = True
    light = bpy.data.objects.new("light", bpy.data.lights.new("light", "SUN"))
    bpy.context.scene.collection.objects.link(light)
    assert [obj.name for obj in found().waiting] == ["seen"] and set(found().kept) == {"hidden", "locked"}
    bpy.ops.labelpass.next_unlabelled()
    bpy.ops.labelpass.search_label(label="5")
    capfd.readouterr()
    bpy.ops.labelpass.next_unlabelled()
    said = capfd.readouterr().out
    assert "2 left that cannot be labelled from here: hidden: hidden in the viewport" in said
    assert "locked: locked against selection" in said


def test_a_member_is_labelled_through_its_instancer(view, box):
    choose()
    asset = bpy.data.collections.new("chairs")
    leg = box("leg", 0.5, collection=asset)
    for number in range(2):
        empty = bpy.data.objects.new(f"set {number}", None)
        empty.instance_type, empty.instance_collection = "COLLECTION", asset
        empty.scale = (1 + number,) * 3
        bpy.context.scene.collection.objects.link(empty)
    bpy.context.view_layer.update()
    bpy.ops.labelpass.next_unlabelled()
    assert [obj.name for obj in bpy.context.selected_objects] == ["set 1"] == members(view)  # the bigger one
    bpy.ops.labelpass.search_label(label="5")
    bpy.ops.labelpass.next_unlabelled()
    bpy.ops.labelpass.repeat_label()
    assert (leg.pass_index, bpy.data.objects["set 0"].pass_index) == (0, 5) and not found().waiting


def test_stepping_shows_one_alone_until_all_are_labelled(view, box, capfd):
    choose()
    for number, name in enumerate(("a", "b", "c")):
        box(name, 3 - number, at=10 * number)
    bpy.context.view_layer.update()
    stood = view.region_3d.view_location.copy(), view.region_3d.view_distance
    for name in "abca":
        assert bpy.ops.labelpass.next_unlabelled() == {"FINISHED"}
        assert bpy.context.object.name == name and [each.name for each in bpy.context.selected_objects] == [name]
        assert members(view) == [name] and isolation.is_on(view, bpy.context.view_layer)
    assert "a: 3 to label" in capfd.readouterr().out
    bpy.ops.labelpass.previous_unlabelled()
    assert members(view) == ["c"]
    for _ in range(3):
        bpy.ops.labelpass.search_label(label="5")
        bpy.ops.labelpass.next_unlabelled()
    assert "All labelled" in capfd.readouterr().out
    assert not view.local_view
    assert (view.region_3d.view_location - stood[0]).length < 1e-5
    assert view.region_3d.view_distance == pytest.approx(stood[1])
    assert bpy.ops.labelpass.next_unlabelled() == {"CANCELLED"}


def test_leaving_shows_all_again(view, box, capfd):
    choose()
    box("a", at=50), box("b")
    bpy.context.view_layer.update()
    assert bpy.ops.labelpass.show_all() == {"CANCELLED"}
    assert "No unlabelled object is shown alone" in capfd.readouterr().out
    bpy.ops.labelpass.next_unlabelled()
    assert bpy.ops.labelpass.show_all() == {"FINISHED"} and not view.local_view
    bpy.ops.labelpass.next_unlabelled()
    bpy.ops.view3d.localview()  # Blender's own key does, too
    assert bpy.ops.labelpass.show_all() == {"CANCELLED"} and not isolation.is_on(view, bpy.context.view_layer)


def test_a_local_view_of_ones_own_is_there_again(view, box):
    choose()
    theirs = [box(name, at=number) for number, name in enumerate("ab")]
    box("big", 5)
    bpy.context.view_layer.update()
    select(*theirs)
    bpy.ops.view3d.localview()
    bpy.context.view_layer.update()
    assert members(view) == ["a", "b"]
    stood = view.region_3d.view_location.copy()
    for name in ("big", "a"):
        bpy.ops.labelpass.next_unlabelled()
        assert members(view) == [name]
    bpy.ops.labelpass.show_all()
    assert members(view) == ["a", "b"] and (view.region_3d.view_location - stood).length < 1e-5


def test_a_camera_that_follows_the_view_stays_where_it_is(view, box):
    choose()
    box("a", at=9), box("b", at=90)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    bpy.context.view_layer.update()
    view.lock_camera = True
    before = camera.matrix_world.copy()
    for _ in range(2):
        view.region_3d.view_perspective = "CAMERA"
        bpy.ops.labelpass.next_unlabelled()
        assert view.region_3d.view_perspective == "PERSP"
    assert camera.matrix_world == before
    view.lock_camera = False


def test_undo_looks_at_what_is_shown_again(view, box):
    """What undo leaves: it puts the members of a local view back. Undo itself crashes here without a window."""
    choose()
    one, other = box("a", 2, at=50), box("b", 1)
    bpy.context.view_layer.update()
    for _ in "ab":
        bpy.ops.labelpass.next_unlabelled()
    one.local_view_set(view, True)
    other.local_view_set(view, False)
    select(one)
    isolation._frame_again()  # a timer does
    assert view.region_3d.view_location.x == pytest.approx(51, abs=0.1)
    one.local_view_set(view, False)
    isolation._frame_again()
    assert not view.local_view
