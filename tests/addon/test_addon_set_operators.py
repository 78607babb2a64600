"""The Label Set panel's fields and buttons: each is one undo step, says what it did, and refuses without a change."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon import scene_labels
from blender_addon.contract.labels import Label, LabelSet, LabelSetError, built_in, voc_color
from blender_addon.label_sets import label_files, properties
from blender_addon.label_sets.properties import fill_set_rows, set_state
from blender_addon.parts.face_parts import assign_faces, is_part
from blender_addon.tab import status
from blender_addon.tab.properties import active_label, fill_rows, state_of

SHOP = LabelSet("shop", tuple(Label(n, name, voc_color(n)) for n, name in ((3, "shelf"), (1, "till"), (7, "door"))))


@pytest.fixture
def shop(scene, mesh):
    """A file in use: two shelves, a till; "shelf" is picked in both lists."""
    scene_labels.set_label_set(scene, SHOP)
    for name, index in (("till", 1), ("shelf", 3), ("shelf 2", 3)):
        mesh(name).pass_index = index
    fill_rows(bpy.context)
    fill_set_rows(bpy.context)
    state_of(bpy.context).active = 0
    bpy.ops.ed.undo_push(message="shop")
    return scene


def labels():
    return [(label.id, label.name) for label in scene_labels.read_label_set(bpy.context.scene).labels]


def indices():
    return {obj.name: obj.pass_index for obj in bpy.data.objects}


def row(place=0):
    return set_state(bpy.context).rows[place]


def shown():
    return [(each.label_id, each.name) for each in set_state(bpy.context).rows]


def check_one_step(before):
    """What is there now is one undo step after `before`, and comes back with redo."""
    now = labels(), indices()
    assert now != before
    bpy.ops.ed.undo()
    assert (labels(), indices()) == before
    bpy.ops.ed.redo()
    assert (labels(), indices()) == now


@pytest.mark.parametrize(
    ("name", "arguments", "expected", "followed"),
    [
        ("add_label", {"name": "lamp"}, [(3, "shelf"), (1, "till"), (7, "door"), (8, "lamp")], {}),
        ("add_label", {"name": "lamp", "label_id": 2}, [(3, "shelf"), (1, "till"), (7, "door"), (2, "lamp")], {}),
        ("remove_label", {"label_id": 7}, [(3, "shelf"), (1, "till")], {}),
        ("remove_label", {"label_id": 3}, [(1, "till"), (7, "door")], {"shelf": 0, "shelf 2": 0}),
        ("remove_label", {"label_id": 3, "fate": "REMAP", "into": "door"}, [(1, "till"), (7, "door")],
         {"shelf": 7, "shelf 2": 7}),
        ("merge_label", {"label_id": 3, "into": "till"}, [(1, "till"), (7, "door")], {"shelf": 1, "shelf 2": 1}),
        ("change_label_id", {"label_id": 3, "new_id": 9}, [(9, "shelf"), (1, "till"), (7, "door")],
         {"shelf": 9, "shelf 2": 9}),
        ("label_down", {}, [(1, "till"), (3, "shelf"), (7, "door")], {}),
    ],
)  # fmt: skip
def test_buttons(shop, name, arguments, expected, followed):
    before = labels(), indices()
    assert getattr(bpy.ops.labelpass, name)("EXEC_DEFAULT", True, **arguments) == {"FINISHED"}
    assert labels() == shown() == expected and indices() == before[1] | followed
    assert [each.name for each in state_of(bpy.context).rows] == [name for _, name in expected]
    check_one_step(before)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("add_label", {"name": " "}, "a label needs a name"),
        ("add_label", {"name": "Till"}, "label 1 is called 'till' already"),
        ("add_label", {"name": "x", "label_id": 3}, "id 3 is that of 'shelf'"),
        ("remove_label", {"label_id": 3, "fate": "REMAP"}, "no label was chosen"),
        ("remove_label", {"label_id": 3, "fate": "REMAP", "into": "shelf"}, "cannot take the place of itself"),
        ("merge_label", {"label_id": 3}, "no label was chosen"),
        ("merge_label", {"label_id": 3, "into": "shelf"}, "cannot be merged into itself"),
        ("change_label_id", {"label_id": 3, "new_id": 7}, "id 7 is that of 'door'"),
        ("name_set", {"name": "a b"}, "label set name 'a b'"),
        ("duplicate_set", {"name": "nyu40"}, "there is a label set 'nyu40' already"),
        ("new_set", {"name": "nyu40"}, "comes with Labelpass"),
    ],
)
def test_refused_in_one_line_and_nothing_changed(shop, name, arguments, words):
    before = labels(), indices()
    with pytest.raises(RuntimeError, match=words) as refused:
        getattr(bpy.ops.labelpass, name)(**arguments)
    assert len(str(refused.value).strip().splitlines()) == 1
    assert (labels(), indices()) == before and shown() == before[0]


def test_fields_of_the_list(shop):
    before = labels(), indices()
    row().name = " rack "
    assert labels()[0] == (3, "rack") and row().name == "rack"
    check_one_step(before)
    row().transparency = "see-through"
    row().aliases = "board; shelving"
    row().parents = "nyu40=15"
    label = scene_labels.read_label_set(bpy.context.scene).by_id[3]
    assert (label.transparency, label.aliases, label.parents) == ("see-through", ("board", "shelving"), {"nyu40": 15})


def test_a_field_that_labels_do_not_have_is_refused(shop):
    """Only the list and scripts name fields; none of them may write into another."""
    with pytest.raises(LabelSetError, match="a label has no field 'parent'"):
        properties.edit_of(SHOP, 3, "parent", "nyu40=15")
    with pytest.raises(RuntimeError, match="a label has no field 'parent'"):
        bpy.ops.labelpass.edit_label(label_id=3, field="parent", value="nyu40=15")
    assert labels() == [(label.id, label.name) for label in SHOP.labels]


def test_a_field_that_is_refused_shows_again_what_is_true(shop, monkeypatch):
    before, told = shop[scene_labels.PROPERTY], []
    monkeypatch.setattr(properties, "_tell", lambda _context, text: told.append(text))
    for field, value in (("name", "till"), ("name", " "), ("parents", "nyu40"), ("parents", "nyu40=0")):
        was = getattr(row(), field)
        setattr(row(), field, value)
        assert getattr(row(), field) == was and shop[scene_labels.PROPERTY] == before
    assert len(told) == 4 and "label 1 is called 'till' already" in told[0] and told[1] == "a label needs a name"


def test_a_drag_in_the_colour_picker_is_one_step(shop):
    for red in (0.1, 0.2, 1.0):
        row().color = (red, 0, 0)
    assert scene_labels.read_label_set(shop).by_id[3].color == voc_color(3)  # the hand still moves
    assert bpy.app.timers.is_registered(properties.recolour_now)
    properties.recolour_now()
    assert scene_labels.read_label_set(shop).by_id[3].color == (255, 0, 0)
    bpy.ops.ed.undo()
    assert scene_labels.read_label_set(bpy.context.scene).by_id[3].color == voc_color(3)


def test_every_colour_survives_the_list(shop):
    colors = [(n, 255 - n, n ^ 90) for n in range(256)]
    many = LabelSet("many", tuple(Label(n + 1, f"l{n}", color) for n, color in enumerate(colors)))
    scene_labels.set_label_set(shop, many)
    fill_set_rows(bpy.context)
    assert [properties._shown_color(row(n)) for n in range(256)] == colors
    assert not bpy.app.timers.is_registered(properties.recolour_now) and not properties._waiting


def test_what_is_picked_stays_picked(shop):
    row().name = "rack"
    assert active_label(bpy.context).name == "rack" and set_state(bpy.context).active == 0
    bpy.ops.labelpass.label_down()
    assert active_label(bpy.context).name == "rack" and set_state(bpy.context).active == 1
    bpy.ops.labelpass.merge_label(label_id=3, into="door")
    assert active_label(bpy.context).name == "door" and properties.picked_label(bpy.context).name == "door"


def test_grey_buttons(scene, shop):
    poll = {name: getattr(bpy.ops.labelpass, name).poll for name in ("label_up", "label_down", "remove_label")}
    assert {name: ask() for name, ask in poll.items()} == {"label_up": False, "label_down": True, "remove_label": True}
    bpy.ops.labelpass.new_set(name="one", first="thing")
    assert not any(ask() for ask in poll.values())
    del shop[scene_labels.PROPERTY]
    assert not bpy.ops.labelpass.add_label.poll() and not bpy.ops.labelpass.export_set.poll()


def test_an_edited_built_in_set_is_the_files_own_copy(shop):
    bpy.ops.labelpass.choose_set(source="nyu40")
    bpy.data.objects["till"].pass_index = 5
    fill_set_rows(bpy.context)
    row(4).name = "stool"
    found = scene_labels.read_label_set(shop)
    assert found.name == "nyu40-edited" and found.by_id[5].name == "stool" and indices()["till"] == 5
    assert found.crosswalk(built_in("nyu13"))[5] == built_in("nyu40").crosswalk(built_in("nyu13"))[5]


def test_parts_follow_and_are_named_after_their_label(shop):
    shelf = bpy.data.objects["shelf"]
    assign_faces([shelf], SHOP.by_id[7], lambda mesh: np.ones(1, bool))
    (part,) = (material for material in bpy.data.materials if is_part(material))
    fill_set_rows(bpy.context)
    row(2).name = "gate"
    assert part.name == "No material [gate]"
    bpy.ops.labelpass.merge_label(label_id=7, into="till")
    assert part.pass_index == 1 and part.name == "No material [till]"
    bpy.ops.labelpass.remove_label(label_id=1)
    assert not any(map(is_part, bpy.data.materials))


def test_name_duplicate_and_new(shop):
    bpy.ops.labelpass.name_set(name="mine", title="My Shop")
    assert scene_labels.read_label_set(shop).title == "My Shop" and indices()["shelf"] == 3
    bpy.ops.labelpass.duplicate_set(name="mine2")
    assert scene_labels.read_label_set(shop).by_id[3].parents == {"mine": 3}
    bpy.ops.labelpass.new_set(name="fresh", first="shelf")
    assert labels() == [(1, "shelf")] and indices() == {"till": 0, "shelf": 1, "shelf 2": 1}


@pytest.mark.parametrize("suffix", [".json", ".yaml", ".csv"])
def test_export_and_import(shop, tmp_path, suffix):
    path = tmp_path / f"shop{suffix}"
    assert bpy.ops.labelpass.export_set(filepath=str(path)) == {"FINISHED"}
    assert label_files.read(path) == SHOP
    bpy.ops.labelpass.merge_label(label_id=7, into="till")
    bpy.ops.labelpass.choose_set(source=str(path))
    assert scene_labels.read_label_set(shop) == SHOP and status.label_set(shop) == SHOP
    with pytest.raises(RuntimeError, match="write a label set as"):
        bpy.ops.labelpass.export_set(filepath=str(tmp_path / "shop.xml"))


def test_undo_in_edit_mode_takes_the_set_back_too(shop):
    bpy.context.view_layer.objects.active = bpy.data.objects["till"]
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.ed.undo_push(message="edit mode")
    before = labels(), indices()
    bpy.ops.labelpass.change_label_id("EXEC_DEFAULT", True, label_id=3, new_id=9)
    assert indices()["shelf"] == 9
    check_one_step(before)
