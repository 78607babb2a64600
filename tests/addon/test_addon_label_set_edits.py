"""Edits of label sets, of any set: what moved is told, what may not be is refused, built-in sets stay what they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.labels import MAX_ID, TRANSPARENCIES, Label, LabelSet, LabelSetError, built_in, voc_color
from blender_addon.label_sets import label_set_edits as edits
from tests.contract.strategies import colors, ids, label_sets, label_texts, names, set_names

BUILT_IN = {"nyu894", "nyu40", "nyu13", "sunrgbd37", "syntrain16"}
SHOP = LabelSet("shop", tuple(Label(n, name, voc_color(n)) for n, name in ((3, "shelf"), (1, "till"), (7, "door"))))


def ids_of(label_set):
    return [label.id for label in label_set.labels]


@st.composite
def sets_and_edits(draw):
    """A set, the name of an edit, and its arguments: existing labels and anything else."""
    old = draw(label_sets)
    one, other = (draw(st.sampled_from(ids_of(old))) for _ in range(2))
    arguments = {
        "add": lambda: (draw(label_texts),),
        "rename": lambda: (one, draw(label_texts)),
        "recolour": lambda: (one, draw(colors)),
        "set_transparency": lambda: (one, draw(st.sampled_from(TRANSPARENCIES))),
        "set_aliases": lambda: (one, draw(st.lists(label_texts, max_size=3))),
        "set_parents": lambda: (one, draw(st.dictionaries(label_texts | set_names, ids, max_size=2))),
        "change_id": lambda: (one, draw(st.integers(-1, MAX_ID + 1))),
        "shift": lambda: (one, draw(st.integers(-9, 9))),
        "delete": lambda: (one, draw(st.sampled_from([0, other]))),
        "merge": lambda: (one, other),
        "rename_set": lambda: (draw(label_texts | set_names), draw(label_texts)),
        "duplicate": lambda: (draw(label_texts | set_names | st.just(old.name)),),
    }
    name = draw(st.sampled_from(sorted(arguments)))
    return old, name, arguments[name]()


def is_name_of_a_set(text):
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text) and text not in BUILT_IN


def makes_sense(old, name, arguments):
    """Whether an edit must be done, from what a label set is; it must be refused where it is not."""
    one, *more = arguments
    taken = {label.name.casefold() for label in old.labels if name == "add" or label.id != one}
    if name in {"add", "rename"}:
        return bool(arguments[-1].strip()) and arguments[-1].strip().casefold() not in taken
    if name == "change_id":
        return 1 <= more[0] <= MAX_ID and more[0] not in set(ids_of(old)) - {one}
    if name == "delete":
        return len(old.labels) > 1 and more[0] != one
    if name == "merge":
        return more[0] != one
    if name in {"rename_set", "duplicate"}:
        return is_name_of_a_set(one) and not (name == "duplicate" and one == old.name)
    return True


@given(sets_and_edits())
def test_any_edit_tells_what_became_of_every_id_or_is_refused(case):
    old, name, arguments = case
    if not makes_sense(old, name, arguments):
        with pytest.raises(LabelSetError) as refused:
            getattr(edits, name)(old, *arguments)
        assert len(str(refused.value).splitlines()) == 1
        return
    edit = getattr(edits, name)(old, *arguments)
    assert edit.moves.keys() == set(ids_of(old))
    assert set(edit.moves.values()) - {0} <= set(ids_of(edit.new))
    untouched = {id_ for id_, after in edit.moves.items() if id_ == after}
    new_names = [edit.new.by_id[id_].name != old.by_id[id_].name for id_ in untouched]
    assert sum(new_names) <= (name == "rename")  # an id that stays means what it meant
    assert set(edit.moved) <= ({arguments[0]} if name in {"change_id", "delete", "merge"} else set())
    assert sorted(edit.new.by_id) == sorted(set(edit.moves.values()) - {0} | ({edit.new.labels[-1].id} if name == "add" else set()))  # fmt: skip  # noqa: E501


@given(label_sets, names)
def test_add_and_delete_again(old, name):
    if name.casefold() in {label.name.casefold() for label in old.labels}:
        return
    added = edits.add(old, name).new
    assert added.labels[:-1] == old.labels and added.labels[-1].name == name
    assert edits.delete(added, added.labels[-1].id).new == old


@given(label_sets, st.data())
def test_a_shift_there_and_back(old, data):
    id_, by = data.draw(st.sampled_from(ids_of(old))), data.draw(st.integers(-3, 3))
    there = edits.shift(old, id_, by).new
    went = ids_of(there).index(id_) - ids_of(old).index(id_)
    assert abs(went) <= abs(by) and edits.shift(there, id_, -went).new == old


def test_each_edit_on_paper():
    assert ids_of(edits.shift(SHOP, 7, -1).new) == [3, 7, 1] and ids_of(edits.shift(SHOP, 3, -1).new) == [3, 1, 7]
    assert edits.change_id(SHOP, 3, 40).moved == {3: 40} and ids_of(edits.change_id(SHOP, 3, 40).new) == [40, 1, 7]
    merged = edits.merge(SHOP, 3, 7)
    assert merged.moved == {3: 7} and merged.new.find("shelf").id == 7 and ids_of(merged.new) == [1, 7]
    assert edits.delete(SHOP, 3).moved == {3: 0} and edits.delete(SHOP, 3, 1).moved == {3: 1}
    assert edits.set_aliases(SHOP, 3, [" rack", "", "rack", "board "]).new.by_id[3].aliases == ("rack", "board")
    assert edits.add(SHOP, "lamp").new.labels[-1].id == 8 and edits.add(SHOP, "lamp", taken={8, 9}).new.max_id == 10
    full = edits.change_id(SHOP, 7, MAX_ID).new
    assert edits.add(full, "lamp").new.labels[-1].id == 2  # the first that is free
    assert edits.new_set("mine", "thing").labels == (Label(1, "thing", voc_color(1)),)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("add", (" ",), "a label needs a name"),
        ("rename", (3, ""), "a label needs a name"),
        ("add", ("Till",), "label 1 is called 'till' already"),
        ("rename", (3, "till"), "label 1 is called 'till' already"),
        ("rename", (4, "x"), "no label 4"),
        ("change_id", (3, 0), "id 0 is not a whole number from 1 to 32767"),
        ("change_id", (3, 32768), "id 32768 is not"),
        ("change_id", (3, 7), "id 7 is that of 'door'"),
        ("recolour", (3, (0, 0, 256)), "color"),
        ("set_transparency", (3, "glass"), "'transparency' is 'glass'"),
        ("set_parents", (3, {"nyu40": 0}), "'parents' must map"),
        ("delete", (3, 3), "cannot take the place of itself"),
        ("delete", (3, 4), "no label 4"),
        ("merge", (3, 3), "cannot be merged into itself"),
        ("rename_set", ("a b", ""), "label set name 'a b'"),
        ("rename_set", ("nyu40", ""), "comes with Labelpass"),
        ("duplicate", ("shop",), "there is a label set 'shop' already"),
        ("new_set", ("nyu40", "x"), "comes with Labelpass"),
    ],
)
def test_what_is_refused(name, arguments, words):
    with pytest.raises(LabelSetError, match=words):
        getattr(edits, name)(*(() if name == "new_set" else (SHOP,)), *arguments)


def test_the_last_label_stays():
    with pytest.raises(LabelSetError, match="'thing' is the last label"):
        edits.delete(edits.new_set("mine", "thing"), 1)


def test_a_built_in_set_becomes_a_copy_that_still_leads_to_all_others():
    nyu40, walks = built_in("nyu40"), ("nyu13", "nyu894", "sunrgbd37", "syntrain16")
    moved = edits.change_id(nyu40, 5, 77)
    edited = moved.new
    assert (edited.name, edited.title) == ("nyu40-edited", f"{nyu40.title} (edited)")
    assert moved.moved == {5: 77} and built_in("nyu40") == nyu40
    assert edited.crosswalk(nyu40) == {moved.moves[id_]: id_ for id_ in nyu40.by_id}
    for name in walks:
        before = nyu40.crosswalk(built_in(name))
        assert edited.crosswalk(built_in(name)) == {moved.moves[id_]: after for id_, after in before.items()}
    merged = edits.merge(nyu40, 5, 6).new  # what stays keeps its own parents
    assert merged.crosswalk(nyu40)[6] == 6 and 5 not in merged.by_id
    assert edits.rename(edited, 77, "stool").new.name == "nyu40-edited"  # a copy is not copied again
    assert edits.set_parents(nyu40, 5, {"nyu13": 3}).new.by_id[5].parents == {"nyu40": 5, "nyu13": 3}


def test_nothing_done_leaves_a_built_in_set_alone():
    nyu40 = built_in("nyu40")
    assert edits.recolour(nyu40, 5, nyu40.by_id[5].color).new == nyu40
    assert edits.shift(nyu40, 1, -1).new == nyu40


def test_a_set_that_borrows_a_built_in_name_claims_no_parents_that_it_has_not():
    borrowed = LabelSet("nyu40", (Label(1, "wall", (0, 0, 0)), Label(5, "spaceship", (0, 0, 1))))
    assert [label.parents for label in edits.own_copy(borrowed).labels] == [{"nyu40": 1}, {}]


def test_a_copy_says_where_it_comes_from():
    copy = edits.duplicate(SHOP, "shop2").new
    assert copy.name == "shop2" and copy.crosswalk(SHOP) == {id_: id_ for id_ in ids_of(SHOP)}
