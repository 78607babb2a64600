"""Keeping objects and labels as they are when renders randomise, through the add-on's buttons."""

import bpy
import pytest

from blender_addon import scene_labels
from blender_addon.contract.labels import built_in
from blender_addon.label_sets import label_set_edits as edits
from blender_addon.label_sets.set_in_file import apply_edit
from blender_addon.tab.properties import fill_rows, state_of


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


@pytest.fixture
def labelled(scene):
    """A scene with the labels of NYU40."""
    bpy.ops.labelpass.choose_set(source="nyu40")
    bpy.ops.ed.undo_push(message="a label set")
    return scene


CHAIR, SOFA = (built_in("nyu40").find(name).id for name in ("chair", "sofa"))


def test_a_label_is_kept_and_let_go(labelled):
    assert bpy.ops.labelpass.lock_label(label_id=CHAIR) == {"FINISHED"}
    bpy.ops.labelpass.lock_label(label_id=SOFA)
    assert scene_labels.kept_labels(labelled) == {CHAIR, SOFA}
    bpy.ops.labelpass.lock_label(label_id=CHAIR)
    assert scene_labels.kept_labels(labelled) == {SOFA}
    bpy.ops.labelpass.lock_label(label_id=SOFA)
    assert scene_labels.KEPT not in labelled  # nothing is left in the file


def test_the_picked_label_is_the_one_that_is_kept(labelled):
    fill_rows(bpy.context)
    with pytest.raises(RuntimeError, match="Pick a label"):
        bpy.ops.labelpass.lock_label()
    state_of(bpy.context).active = [row.label_id for row in state_of(bpy.context).rows].index(SOFA)
    bpy.ops.labelpass.lock_label()
    assert scene_labels.kept_labels(labelled) == {SOFA}


def test_without_a_label_set_no_label_can_be_kept(scene):
    assert not bpy.ops.labelpass.lock_label.poll()


def test_keeping_a_label_is_a_step_of_undo_and_stays_in_the_file(labelled, tmp_path):
    bpy.ops.labelpass.lock_label("EXEC_DEFAULT", True, label_id=CHAIR)
    bpy.ops.ed.undo()
    assert not scene_labels.kept_labels(bpy.context.scene)
    bpy.ops.ed.redo()
    assert scene_labels.kept_labels(bpy.context.scene) == {CHAIR}
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))
    assert scene_labels.kept_labels(bpy.context.scene) == {CHAIR}


def test_a_kept_label_stays_kept_when_its_set_is_edited(labelled):
    old = scene_labels.read_label_set(labelled)
    scene_labels.keep_labels(labelled, {CHAIR, SOFA})
    edit = edits.change_id(old, CHAIR, 100)
    apply_edit(labelled, edit)
    assert scene_labels.kept_labels(labelled) == {SOFA, 100}
    apply_edit(labelled, edits.delete(edit.new, SOFA))
    assert scene_labels.kept_labels(labelled) == {100}


def test_a_kept_label_goes_along_into_another_set(labelled):
    scene_labels.keep_labels(labelled, {CHAIR, built_in("nyu40").find("blinds").id})
    bpy.ops.labelpass.choose_set(source="nyu13")
    names = {scene_labels.read_label_set(labelled).by_id[id_].name for id_ in scene_labels.kept_labels(labelled)}
    assert "Chair" in {name.capitalize() for name in names} and len(names) == 2


@pytest.mark.parametrize("foreign", ["chair", 5, 2.5, True, ["chair"], {"chair": 1}, [5.0], [True], [[1, 2], [3, 4]]])
def test_a_property_that_is_not_ours_keeps_nothing_and_is_told(labelled, foreign):
    assert not scene_labels.why_none_kept(labelled)
    labelled[scene_labels.KEPT] = foreign
    assert scene_labels.kept_labels(labelled) == set()
    assert "property 'labelpass_kept_labels' of scene 'Scene' is no list" in scene_labels.why_none_kept(labelled)
    assert bpy.ops.labelpass.lock_label(label_id=CHAIR) == {"FINISHED"}  # which the message says mends it
    assert scene_labels.kept_labels(labelled) == {CHAIR} and not scene_labels.why_none_kept(labelled)


@pytest.mark.parametrize("ids", [[], [5], [0, 7]])
def test_a_list_of_ids_by_hand_is_taken(scene, ids):
    scene[scene_labels.KEPT] = ids
    assert scene_labels.kept_labels(scene) == set(ids) and not scene_labels.why_none_kept(scene)
