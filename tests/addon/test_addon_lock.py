"""Keeping objects as they are when renders randomise, through the add-on's button."""

import bpy

from blender_addon import scene_labels


def test_the_button_keeps_the_selection_and_lets_it_go(scene, mesh):
    chair, table = mesh("chair"), mesh("table")
    other = mesh("other", selected=False)
    assert bpy.ops.labelpass.lock() == {"FINISHED"}
    assert [scene_labels.is_locked(obj) for obj in (chair, table, other)] == [True, True, False]
    other.select_set(True)
    bpy.ops.labelpass.lock()  # of a mixed selection all are kept: nothing that was kept is let go by surprise
    assert scene_labels.is_locked(other) and scene_labels.is_locked(chair)
    bpy.ops.labelpass.lock()
    assert not any(scene_labels.LOCKED in obj for obj in (chair, table, other))  # nothing is left in the file


def test_nothing_selected_greys_the_button(scene, mesh):
    mesh("chair", selected=False)
    assert not bpy.ops.labelpass.lock.poll()


def test_keeping_is_a_step_of_undo_and_stays_in_the_file(scene, mesh, tmp_path):
    mesh("chair")
    bpy.ops.ed.undo_push(message="a chair")
    bpy.ops.labelpass.lock()
    bpy.ops.ed.undo_push(message="kept")
    bpy.ops.ed.undo()
    assert not scene_labels.is_locked(bpy.data.objects["chair"])
    bpy.ops.ed.redo()
    assert scene_labels.is_locked(bpy.data.objects["chair"])
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))
    assert scene_labels.is_locked(bpy.data.objects["chair"])


def test_what_is_linked_is_refused_with_the_reason(scene, mesh, tmp_path):
    mesh("chair")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"), copy=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, wanted):
        wanted.objects = ["chair"]
    done = scene_labels.lock(wanted.objects, True)
    assert done.labelled == 0 and "linked from" in done.refused["chair"]
