"""Labelling by keys, on real bpy: what is missing is said, a label is searched, the last one is repeated."""

import bpy
import pytest
from at_the_keys import OPERATORS, choose, members, select

from blender_addon.contract.labels import built_in
from blender_addon.keys import quick_operators
from blender_addon.keys.quick_operators import _items
from blender_addon.label_sets.label_search import members_of
from blender_addon.suggestions.suggestible import REJECTED, reject
from blender_addon.tab import recent_labels

# What is missing is said: a key has no button to be grey


@pytest.mark.parametrize("name", OPERATORS[:-1])
def test_without_a_label_set_it_says_so(view, box, capfd, name):
    select(box("chair"))
    assert getattr(bpy.ops.labelpass, name)() == {"CANCELLED"}
    assert "Choose a label set first" in capfd.readouterr().out


@pytest.mark.parametrize("name", OPERATORS[:3])
def test_without_a_selection_it_says_so(view, box, capfd, name):
    choose()
    box("chair")
    assert getattr(bpy.ops.labelpass, name)() == {"CANCELLED"}
    assert "Nothing is selected" in capfd.readouterr().out


@pytest.mark.parametrize("name", OPERATORS)
def test_keys_rest_in_other_modes_and_outside_of_3d_views(view, box, name):
    choose()
    select(box("chair"))
    operator = getattr(bpy.ops.labelpass, name)
    assert operator.poll()
    with bpy.context.temp_override(area=None, region=None):
        assert not operator.poll()
    bpy.ops.object.mode_set(mode="EDIT")
    assert not operator.poll()
    bpy.ops.object.mode_set(mode="OBJECT")


# Search and repeat


def test_search_gives_the_label_and_repeat_gives_it_again(view, box, capfd):
    choose()
    sofa, other, third = box("sofa"), box("other"), box("third")
    select(sofa)
    assert bpy.ops.labelpass.repeat_label() == {"CANCELLED"}
    assert "No label was given yet" in capfd.readouterr().out
    assert bpy.ops.labelpass.search_label(label="6") == {"FINISHED"}
    select(other)
    assert bpy.ops.labelpass.repeat_label() == {"FINISHED"}
    assert "1 object is now sofa" in capfd.readouterr().out
    select(third)
    bpy.ops.labelpass.assign(label_id=5)  # the panel's button counts as well
    select(other, third)
    bpy.ops.labelpass.repeat_label()
    assert [obj.pass_index for obj in (sofa, other, third)] == [6, 5, 5]
    bpy.ops.labelpass.search_label(label="6 couch")
    assert other.pass_index == 6
    assert bpy.ops.labelpass.search_label(label="6") == {"FINISHED"}


def test_nothing_typed_is_no_label(view, box, capfd):
    choose()
    select(box("thing"))
    assert bpy.ops.labelpass.search_label() == bpy.ops.labelpass.search_label(label="0") == {"CANCELLED"}
    assert "No label was chosen" in capfd.readouterr().out
    assert bpy.data.objects["thing"].pass_index == 0


def test_the_search_offers_what_names_suggest_first(view, box):
    choose()
    sofa = box("Couch_02.001")
    select(sofa)
    recent_labels.remember(built_in("nyu40").find("chair"))
    assert [item[1] for item in _items(None, bpy.context)[:2]] == ["suggested ▸ sofa (6)", "chair (5)"]
    reject(sofa, "sofa")
    assert _items(None, bpy.context)[0][1] == "chair (5)"
    del sofa[REJECTED]
    sofa.pass_index = 3  # somebody has decided
    assert _items(None, bpy.context)[0][1] == "chair (5)"


def test_a_label_by_key_steps_on_while_one_is_shown_alone(view, box):
    choose()
    a, b, c = (box(name, 3 - n, at=10 * n) for n, name in enumerate("abc"))
    bpy.context.view_layer.update()
    bpy.ops.labelpass.next_unlabelled()
    bpy.ops.labelpass.search_label(label="5")
    assert members(view) == ["b"] and bpy.context.object == b
    bpy.ops.labelpass.repeat_label()
    assert members(view) == ["c"] and (a.pass_index, b.pass_index, c.pass_index) == (5, 5, 0)
    bpy.context.window_manager.labelpass.step_on = False
    bpy.ops.labelpass.repeat_label()
    assert members(view) == ["c"] and c.pass_index == 5
    bpy.context.window_manager.labelpass.step_on = True
    bpy.ops.labelpass.show_all()
    select(a)
    bpy.ops.labelpass.repeat_label()  # nothing is shown alone: the selection stays
    assert bpy.context.object == a and not view.local_view


def test_the_last_label_outlives_a_change_of_set_and_no_other_file(view, box, capfd):
    choose()
    select(box("chair"))
    bpy.ops.labelpass.search_label(label="5")
    choose("nyu13")
    chair = built_in("nyu13").find("chair")
    assert recent_labels.recent(built_in("nyu13")) == [chair]
    bpy.data.objects["chair"].pass_index = 0
    bpy.ops.labelpass.repeat_label()
    assert bpy.data.objects["chair"].pass_index == chair.id
    assert recent_labels.recent(built_in("sunrgbd37"))[0].name == "chair"
    recent_labels._after_load()
    assert recent_labels.recent(built_in("nyu40")) == []


def test_what_is_refused_is_not_the_last_label(view, box):
    choose()
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "SUN"))
    bpy.context.scene.collection.objects.link(lamp)
    select(lamp)
    assert bpy.ops.labelpass.search_label(label="5") == {"CANCELLED"}
    assert recent_labels.recent(built_in("nyu40")) == []


def test_the_search_offers_names_then_other_names_then_what_falls_under_a_label(scene):
    nyu40 = built_in("nyu40")
    texts = [item[1] for item in quick_operators.search_items(nyu40, members_of(nyu40), {7: 3})]
    assert texts[:3] == ["Type a label's name", "table (7)", "wall (1)"]  # what is in use comes first
    assert "sofa (6)" in texts[:41] and texts.index("couch = sofa (6)") > 40
    assert "cup = otherprop (40)" in texts
    assert len(texts) == len(set(texts)) > 800
    recent_labels.remember(nyu40.find("sofa"))
    texts = [item[1] for item in quick_operators.search_items(nyu40, {}, {7: 3})]
    assert texts[:2] == ["sofa (6)", "table (7)"]  # Enter gives the last one again
    items = quick_operators.search_items(built_in("nyu894"), {}, {})
    assert len({item[0] for item in items}) == len({item[4] for item in items}) == len(items) >= 894


def test_each_key_that_changes_data_is_a_step_of_undo(scene):
    """That it is one step is seen in a window alone: without one, undo in the place of a 3D view crashes Blender."""
    for name in OPERATORS:
        operator = getattr(bpy.ops.labelpass, name)
        assert ("UNDO" in operator.bl_options) == (name != "show_all")
