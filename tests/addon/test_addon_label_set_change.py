"""Another label set in a scene that is labelled already: what keeps its meaning, what is asked, on real bpy."""

import bpy
import pytest

from blender_addon import scene_labels
from blender_addon.contract.labels import Label, LabelSet, LabelSetError, built_in
from blender_addon.label_sets.label_set_change import apply_change, plan_change, plan_for_file
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


def test_a_set_from_a_file_is_a_step_of_undo(scene, mesh, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(LabelSet("mine", (Label(1, "cup", (9, 9, 9)),)).to_json(), encoding="utf-8")
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.labelpass.choose_set("EXEC_DEFAULT", True, source="nyu40")
    bpy.ops.labelpass.open_set("EXEC_DEFAULT", True, filepath=str(path))
    assert scene_labels.read_label_set(bpy.context.scene).name == "mine"
    bpy.ops.ed.undo()
    assert scene_labels.read_label_set(bpy.context.scene).name == "nyu40"


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
    assert {material.pass_index for material in bpy.data.materials} == expected
    assert nyu13.by_id[bpy.data.objects["wardrobe"].pass_index].name == "furniture"
    bpy.ops.ed.undo_push(message="nyu13")
    bpy.ops.ed.undo()
    parts = {material.name: material.pass_index for material in bpy.data.materials}
    assert parts == {name: nyu40.find(name).id for name in ("mirror", "picture")}


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


TWO_SETS = {
    "home": LabelSet("home", (Label(1, "chair", (1, 2, 3)), Label(3, "lamp", (3, 2, 1)))),
    "shop": LabelSet("shop", (Label(1, "cup", (1, 2, 3)), Label(3, "lamp", (3, 2, 1)))),
}
BOTH = LabelSet("both", (Label(1, "cup", (0, 0, 0)), Label(3, "lamp", (0, 0, 0)), Label(5, "chair", (0, 0, 0))))


@pytest.fixture
def two_sets(scene, mesh):
    """A scene of each set with a thing of id 1 and one of id 3; the last one is in both."""
    other = bpy.data.scenes.new("shop")
    scene_labels.set_label_set(scene, TWO_SETS["home"])
    scene_labels.set_label_set(other, TWO_SETS["shop"])
    chair, cup, lamp = mesh("chair"), mesh("cup"), mesh("lamp")
    chair.pass_index, cup.pass_index, lamp.pass_index = 1, 1, 3
    scene.collection.objects.unlink(cup)
    for obj in (cup, lamp):
        other.collection.objects.link(obj)
    return scene


def test_in_a_file_of_two_sets_each_thing_keeps_its_own_meaning(two_sets):
    change = plan_for_file(two_sets, BOTH)
    assert not change.harmless and change.lines() == [
        "Stay, under another id: chair (1)", "Stay as they are: lamp (1)",
    ]  # fmt: skip
    apply_change(two_sets, change)
    assert {obj.name: obj.pass_index for obj in bpy.data.objects} == {"chair": 5, "cup": 1, "lamp": 3}
    assert all(scene_labels.read_label_set(each) == BOTH for each in bpy.data.scenes)


def test_what_scenes_of_two_sets_show_must_mean_one_thing(two_sets):
    bpy.data.objects["lamp"].pass_index = 1
    with pytest.raises(LabelSetError, match="'lamp' is in scenes with different label sets"):
        plan_for_file(two_sets, BOTH)


def test_what_another_set_loses_is_said(two_sets):
    new = LabelSet("new", (Label(1, "chair", (0, 0, 0)), Label(3, "lamp", (0, 0, 0))))
    change = plan_for_file(two_sets, new)
    assert not change.harmless and "Lose their label: cup (1)" in change.lines()
    apply_change(two_sets, change)
    assert bpy.data.objects["cup"].pass_index == 0


@pytest.mark.parametrize("way", ["choose", "assign", "clear"])
def test_undo_in_edit_mode_takes_labels_back(scene, mesh, way):
    bpy.ops.labelpass.choose_set(source="nyu40")
    mesh("chair").pass_index = 5
    bpy.context.view_layer.objects.active = bpy.data.objects["chair"]
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.ed.undo_push(message="edit mode")
    if way == "choose":
        bpy.ops.labelpass.choose_set(source="nyu13")
    elif way == "assign":
        bpy.ops.labelpass.assign(label_id=7)
    else:
        bpy.ops.labelpass.clear()
    assert bpy.data.objects["chair"].pass_index != 5
    bpy.ops.ed.undo_push(message=way)
    bpy.ops.ed.undo()
    assert bpy.data.objects["chair"].pass_index == 5 and status.label_set(bpy.context.scene).name == "nyu40"
