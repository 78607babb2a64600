"""Another label set in a scene that is labelled already: what keeps its meaning, what is asked, on real bpy."""

import bpy
import pytest

from blender_addon import scene_labels
from blender_addon.contract.labels import built_in
from blender_addon.label_sets.label_set_change import plan_change
from blender_addon.tab import status


def test_changing_the_set_keeps_what_labels_mean(scene, mesh):
    bpy.ops.labelpass.choose_set(source="nyu40")
    nyu40, nyu13 = built_in("nyu40"), built_in("nyu13")
    names = ("chair", "table", "blinds")
    for name in names:
        mesh(name).pass_index = nyu40.find(name).id
    glass = bpy.data.materials.new("glass")
    glass.pass_index = nyu40.find("window").id
    bpy.ops.labelpass.choose_set(source="nyu13")
    walk = nyu40.crosswalk(nyu13)
    for name in names:
        assert bpy.data.objects[name].pass_index == walk.get(nyu40.find(name).id, 0)
    assert glass.pass_index == nyu13.find("window").id


def test_changing_the_set_takes_parts_along(scene, mesh):
    bpy.ops.labelpass.choose_set(source="nyu40")
    nyu40, nyu13 = built_in("nyu40"), built_in("nyu13")
    wardrobe = mesh("wardrobe")
    wardrobe.pass_index = nyu40.find("cabinet").id
    for name in ("mirror", "picture"):
        part = bpy.data.materials.new(name)
        part.pass_index = nyu40.find(name).id
        wardrobe.data.materials.append(part)
    bpy.ops.ed.undo_push(message="parts")
    bpy.ops.labelpass.choose_set(source="nyu13")
    walk = nyu40.crosswalk(nyu13)
    expected = {walk[nyu40.find(name).id] for name in ("mirror", "picture")}
    assert set(scene_labels.parts_of(bpy.data.objects)) == expected
    assert nyu13.by_id[bpy.data.objects["wardrobe"].pass_index].name == "furniture"
    bpy.ops.ed.undo_push(message="nyu13")
    bpy.ops.ed.undo()
    parts = scene_labels.parts_of(bpy.data.objects)
    assert parts == {nyu40.find("mirror").id: 1, nyu40.find("picture").id: 1}


def test_what_a_change_says(scene):
    nyu40 = built_in("nyu40")
    change = plan_change(nyu40, built_in("syntrain16"), {5: 12, 13: 2, 99: 1}, {5: 3})
    assert not change.harmless
    assert change.moves == {5: 5, 13: 0, 99: 0}
    assert change.lines() == ["Lose their label: blinds, id 99 (3)", "Stay as they are: chair (12)"]
    finer, coarser = built_in("nyu894"), built_in("nyu13")
    many = plan_change(finer, coarser, {label.id: 2 for label in finer.labels[:100]} | {999: 1}, {5: 1}).lines()
    assert many[0].startswith("Linked from other files") and many[1] == "Lose their label: id 999 (1)"
    assert len(many) < 14 and any(line.startswith("Become furniture: cabinet, ") for line in many)
    assert plan_change(nyu40, nyu40, {5: 1, 7: 2}).harmless
    assert not plan_change(None, nyu40, {5: 1}).harmless


def test_pass_indices_from_before_can_be_kept_or_cleared(scene, mesh):
    obj = mesh("from elsewhere")
    obj.pass_index = 5
    bpy.ops.labelpass.choose_set(source="nyu40")
    assert obj.pass_index == 5
    del bpy.context.scene[scene_labels.PROPERTY]
    bpy.ops.labelpass.choose_set(source="nyu40", clear_existing=True)
    assert obj.pass_index == 0


def test_a_reordered_list_of_names_moves_ids_with_their_names(scene, mesh, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('["lamp", "chair"]')
    bpy.ops.labelpass.choose_set(source=str(path))
    obj = mesh("x")
    bpy.ops.labelpass.assign(label_id=2)
    path.write_text('["chair", "lamp"]')
    bpy.ops.labelpass.choose_set(source=str(path))
    assert obj.pass_index == 1


def test_a_broken_file_changes_nothing(scene, tmp_path):
    bpy.ops.labelpass.choose_set(source="nyu40")
    path = tmp_path / "broken.json"
    path.write_text('{"labels": [\n{"name": ]}')
    with pytest.raises(RuntimeError, match=r"broken\.json, line 2"):
        bpy.ops.labelpass.choose_set(source=str(path))
    assert status.label_set(bpy.context.scene).name == "nyu40"
