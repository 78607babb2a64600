"""Label sets: they survive JSON, refuse what contradicts itself, and say what NYU's own tables say."""

from __future__ import annotations

import importlib.util
import json
import math
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.labels import (
    BACKGROUND,
    IGNORE,
    MAX_ID,
    UNLABELLED,
    Label,
    LabelSet,
    LabelSetError,
    built_in,
    built_in_names,
    decided_by_policy,
    label_set_from_dict,
    label_set_from_json,
    unknown_ids,
    voc_color,
)

from .strategies import label_sets

REPOSITORY = Path(__file__).parents[2]
NYU = ("nyu13", "nyu40", "nyu894", "sunrgbd37", "syntrain16")
NAMES = ("ade150", "cityscapes19", "cityscapes34", "coco133", *NYU, "voc21")


# --- JSON -----------------------------------------------------------------------------------------------------------


@given(label_sets)
def test_a_label_set_survives_json(label_set):
    text = label_set.to_json()
    assert label_set_from_json(text) == label_set
    assert label_set_from_dict(label_set.to_dict()) == label_set
    assert label_set_from_json(text).to_json() == text


@given(label_sets)
def test_json_has_one_line_per_label(label_set):
    lines = label_set.to_json().split("\n")
    assert [json.loads(line.removesuffix(","))["id"] for line in lines[1:-2]] == [row.id for row in label_set.labels]


def test_a_policy_is_written_only_where_there_is_one():
    """Files and hashes of sets without one stay what they were."""
    plain, glass = Label(1, "wall", (0, 0, 0)), Label(2, "window", (0, 0, 1), transparency="see-through")
    rows = LabelSet("mine", (plain, glass)).to_dict()["labels"]
    assert "transparency" not in rows[0] and rows[1]["transparency"] == "see-through"
    assert (decided_by_policy(plain), decided_by_policy(glass)) == (False, True)


def test_the_short_form_counts_from_one():
    assert label_set_from_dict(["wall", "floor"]) == LabelSet(
        "custom", (Label(1, "wall", (128, 0, 0)), Label(2, "floor", (0, 128, 0)))
    )


def test_what_is_left_out_comes_from_the_position_and_the_id():
    found = label_set_from_dict({"name": "mine", "labels": ["a", {"name": " b ", "color": "#0aF010"}, {"name": "c"}]})
    assert [(row.id, row.name, row.color) for row in found.labels] == [
        (1, "a", (128, 0, 0)),
        (2, "b", (10, 240, 16)),
        (3, "c", (128, 128, 0)),
    ]


# what is refused, with the words that a person needs


def row(**changes):
    return {"labels": [{"id": 1, "name": "wall"}, {"id": 2, "name": "floor", **changes}]}


NO_IDS = [0, -1, MAX_ID + 1, IGNORE, BACKGROUND, True, False, 1.0, 1.5, math.nan, "2", None, [2], {}]
NO_COLORS = [[0, 0], [0, 0, 0, 0], [0, 0, 256], [0, 0, -1], [0, 0, 1.0], [0, 0, True], "red", "#12345", "#1234567",
             "#12345g", 255, {}, True, "#00ff00\n"]  # fmt: skip
MALFORMED = [
    (None, ["mapping", "labels"]),
    ("wall", ["mapping", "labels"]),
    (3, ["mapping", "labels"]),
    ({}, ["labels"]),
    ({"labels": "wall"}, ["labels"]),
    ({"labels": {"wall": 1}}, ["labels"]),
    ([], ["'custom'", "no labels"]),
    ({"name": "mine", "labels": []}, ["'mine'", "no labels"]),
    ({"labels": ["a"], "Name": "mine"}, ["'Name'"]),
    ({"labels": ["a"], True: "mine"}, ["'True'"]),
    ({"labels": ["a"], "schema": 2}, ["schema 2"]),
    ({"labels": ["a"], "schema": "1"}, ["schema '1'"]),
    ({"labels": ["a"], "schema": None}, ["schema None"]),
    ({"labels": ["a"], "name": None}, ["'name'", "None"]),
    ({"labels": ["a"], "name": 3}, ["'name'", "3"]),
    ({"labels": ["a"], "title": ["x"]}, ["'title'"]),
    ({"labels": ["a"], "source": 3}, ["'source'"]),
    *[({"labels": ["a"], "name": bad}, [repr(bad)]) for bad in ("", "a b", "../a", ".a", "a/b", "é", "a" * 65, "a\n")],
    ({"labels": ["wall", None]}, ["label 2", "None"]),
    ({"labels": ["wall", 7]}, ["label 2", "7"]),
    ({"labels": ["wall", True]}, ["label 2", "True"]),  # YAML 1.1 reads the plain word `on` so
    ({"labels": ["wall", ["floor"]]}, ["label 2", "floor"]),
    ({"labels": ["wall", ""]}, ["label 2", "'name'"]),
    ({"labels": ["wall", " \t"]}, ["label 2", "'name'"]),
    (row(name=True), ["label 2", "'name'", "True", "quote"]),
    (row(name=None), ["label 2", "'name'"]),
    (row(name=12), ["label 2", "'name'", "12"]),
    ({"labels": [{"id": 1}]}, ["label 1", "'name'"]),
    (row(colour=[1, 2, 3]), ["label 2", "'colour'"]),
    (row(**{"": 1}), ["label 2", "''"]),
    *[(row(id=bad), ["'floor'", "id", repr(bad)]) for bad in NO_IDS],
    *[(row(color=bad), ["'floor'", "color", repr(bad)]) for bad in NO_COLORS],
    *[(row(aliases=bad), ["'floor'", "'aliases'"]) for bad in ("ground", [1], [None], [True], {"ground": 1}, 3)],
    *[
        (row(transparency=bad), ["'floor'", "'transparency'", repr(bad), "see-through"])
        for bad in ("glass", 1, None, [])
    ],
    *[(row(parents={"nyu40": bad}), ["'floor'", "'parents'"]) for bad in NO_IDS],
    *[(row(parents=bad), ["'floor'", "'parents'"]) for bad in ([1], "nyu40", 3, {3: 4}, {True: 4})],
    (row(id=1), ["id used twice", "1"]),
    (row(name="wall"), ["name used twice", "wall"]),
    (row(name="WALL "), ["name used twice", "wall"]),
    ({"labels": ["straße", "STRASSE"]}, ["name used twice"]),
    ({"labels": [{"id": 2, "name": "a"}, "b"]}, ["id used twice", "2"]),  # a position meets an explicit id
    ({"labels": [f"label {n}" for n in range(MAX_ID + 1)]}, ["32768"]),
]


@pytest.mark.parametrize(("data", "words"), MALFORMED, ids=lambda value: repr(value)[:50])
def test_malformed_label_sets_are_refused_in_words(data, words):
    with pytest.raises(LabelSetError) as refused:
        label_set_from_dict(data)
    assert all(word in str(refused.value) for word in words), str(refused.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("name"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["labels", "name", "id", "color", "aliases", "parents", "schema"]) | st.integers(),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_data_is_a_label_set_or_a_label_set_error(data):
    try:
        found = label_set_from_dict(data)
    except LabelSetError:
        return
    assert label_set_from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "text",
    [
        r'["half a \ud83d pair"]',
        r'{"title": "\udc00", "labels": ["a"]}',
        r'[{"name": "a", "aliases": ["\ud83d"]}]',
        r'["cha\u0000ir"]',
        r'[{"name": "a", "aliases": ["\u0000"]}]',
        r'{"title": "\u0000", "labels": ["a"]}',
    ],
)
def test_a_text_that_no_file_can_hold_is_refused(text):
    with pytest.raises(LabelSetError, match="text"):
        label_set_from_json(text)


@pytest.mark.parametrize("text", ["", "{", "nope", '{"labels": ["a"]} x', "[" * 100_000, '["a", ' + "1" * 5000 + "]"])
def test_text_that_is_no_json_is_refused(text):
    with pytest.raises(LabelSetError):
        label_set_from_json(text)


# look-ups


def test_names_win_over_aliases_and_case_does_not_matter():
    found = LabelSet("mine", (Label(1, "Sofa", (1, 1, 1), ("Couch", "seat")), Label(2, "seat", (2, 2, 2))))
    assert [found.find(word).id for word in ("sofa", "SOFA", "couch", "Seat", 1, 2)] == [1, 1, 1, 2, 1, 2]


def test_find_names_the_nearest():
    with pytest.raises(LabelSetError, match=r"'nyu40' has no label 'bookshelv'; did you mean .*bookshelf"):
        built_in("nyu40").find("bookshelv")
    with pytest.raises(LabelSetError, match="no label 41"):
        built_in("nyu40").find(41)


def test_unknown_ids_are_sorted_and_zero_is_none():
    assert unknown_ids([0, 41, 40, UNLABELLED, 99, 41], built_in("nyu40")) == [41, 99]


# cross-walks


def test_crosswalk_composes():
    nyu894, nyu40, nyu13 = built_in("nyu894"), built_in("nyu40"), built_in("nyu13")
    first, second = nyu894.crosswalk(nyu40), nyu40.crosswalk(nyu13)
    assert {id_: second[middle] for id_, middle in first.items()} == nyu894.crosswalk(nyu13)
    assert len(first) == 894
    assert set(nyu40.crosswalk(nyu40).items()) == {(id_, id_) for id_ in range(1, 41)}


def test_crosswalk_goes_through_one_taxonomy_in_between():
    through = built_in("nyu894").crosswalk(built_in("sunrgbd37"))
    to40 = built_in("nyu894").crosswalk(built_in("nyu40"))
    assert through == {id_: parent for id_, parent in to40.items() if parent <= 37}


def test_each_label_finds_its_own_way():
    direct = Label(4, "soft thing", (0, 0, 4), parents={"nyu40": 4, "nyu13": 12})
    labels = (
        Label(1, "hard", (0, 0, 1), parents={"nyu40": 1}),
        Label(2, "raw", (0, 0, 2), parents={"nyu894": built_in("nyu894").find("lamp").id}),
        Label(3, "lost", (0, 0, 3)),
        direct,
    )
    nyu13 = built_in("nyu13")
    assert LabelSet("mine", labels).crosswalk(nyu13) == {
        1: nyu13.find("wall").id,
        2: built_in("nyu894").crosswalk(nyu13)[built_in("nyu894").find("lamp").id],
        4: 12,
    }


def test_crosswalk_to_a_taxonomy_that_nothing_names_is_refused():
    with pytest.raises(LabelSetError, match="no cross-walk from 'nyu13' to 'nyu40'"):
        built_in("nyu13").crosswalk(built_in("nyu40"))


def test_crosswalk_to_an_id_that_the_target_lacks_is_refused():
    mine = LabelSet("mine", (Label(1, "a", (0, 0, 0), parents={"nyu13": 14}),))
    with pytest.raises(LabelSetError, match=r"'mine' maps to id 14 of 'nyu13'"):
        mine.crosswalk(built_in("nyu13"))


def test_crosswalk_leaves_out_what_has_no_parent():
    mine = LabelSet("mine", (Label(1, "a", (0, 0, 0), parents={"nyu13": 4}), Label(2, "b", (0, 0, 0))))
    assert mine.crosswalk(built_in("nyu13")) == {1: 4}


# the label sets that come with it


def test_built_in_names():
    assert built_in_names() == NAMES
    with pytest.raises(LabelSetError, match=r"no label set 'nyu41' comes with Labelpass; known: ade150, .*, nyu40"):
        built_in("nyu41")
    with pytest.raises(LabelSetError):
        built_in("../labelsets/nyu13")


@pytest.mark.parametrize(("name", "ids"), [("nyu13", 13), ("nyu40", 40), ("nyu894", 894), ("sunrgbd37", 37)], ids=str)
def test_ids_run_from_one(name, ids):
    assert [label.id for label in built_in(name).labels] == list(range(1, ids + 1))


def test_syntrain16_has_nyu_ids():
    expected = {
        "wall": 21, "floor": 11, "picture": 64, "cabinet": 3, "chair": 5, "table": 19, "window": 59, "door": 28,
        "pillow": 119, "ceiling": 4, "lamp": 144, "counter": 7, "bed": 157, "sofa": 83, "desk": 36, "sink": 24,
    }  # fmt: skip
    assert {label.name: label.id for label in built_in("syntrain16").labels} == expected
    assert {name: built_in("nyu894").find(name).id for name in expected} == expected
    back = built_in("syntrain16").crosswalk(built_in("nyu894"))
    assert back == {id_: id_ for id_ in expected.values()}
    assert built_in("nyu894").crosswalk(built_in("syntrain16")) == back


@pytest.mark.parametrize(
    ("id_", "name", "parent", "parent_name"),
    [
        (1, "book", 40, "otherprop"),  # singular and plural part ways in the published table
        (85, "books", 23, "books"),
        (130, "rug", 40, "otherprop"),
        (356, "coffee table", 39, "otherfurniture"),
        (17, "refridgerator", 24, "refridgerator"),  # spelled so upstream
        (5, "chair", 5, "chair"),
    ],
)
def test_published_traps_of_894_to_40(id_, name, parent, parent_name):
    label = built_in("nyu894").by_id[id_]
    assert (label.name, label.parents["nyu40"]) == (name, parent)
    assert built_in("nyu40").by_id[parent].name == parent_name


def test_thirty_seven_of_forty_come_from_one_raw_class_of_their_own_name():
    nyu894, nyu40 = built_in("nyu894"), built_in("nyu40")
    sizes = Counter(label.parents["nyu40"] for label in nyu894.labels)
    assert {id_ for id_, size in sizes.items() if size == 1} == set(range(1, 38))
    raw = {label.parents["nyu40"]: label.name for label in nyu894.labels}
    assert [raw[id_] for id_ in range(1, 38)] == [nyu40.by_id[id_].name for id_ in range(1, 38)]


def test_those_thirty_seven_go_back_to_their_raw_class():
    nyu894, nyu40 = built_in("nyu894"), built_in("nyu40")
    back = nyu40.crosswalk(nyu894)
    assert list(back) == list(range(1, 38))  # otherstructure, otherfurniture and otherprop gather many
    assert all(nyu894.by_id[raw].parents["nyu40"] == id_ for id_, raw in back.items())
    assert built_in("sunrgbd37").crosswalk(nyu894) == back


@pytest.mark.parametrize(
    ("name", "thirteen"),
    [
        ("bed", "bed"), ("books", "books"), ("ceiling", "ceiling"), ("chair", "chair"), ("floor", "floor"),
        ("cabinet", "furniture"), ("lamp", "objects"), ("picture", "picture"), ("sofa", "sofa"), ("table", "table"),
        ("television", "tv"), ("door", "wall"), ("window", "window"), ("desk", "table"), ("blinds", "window"),
    ],
)  # fmt: skip
def test_forty_to_thirteen(name, thirteen):
    walk = built_in("nyu40").crosswalk(built_in("nyu13"))
    assert built_in("nyu13").by_id[walk[built_in("nyu40").find(name).id]].name == thirteen


def test_sunrgbd37_is_nyu40_in_order_under_its_own_spellings():
    sun, forty = built_in("sunrgbd37"), built_in("nyu40")
    assert sun.crosswalk(forty) == {id_: id_ for id_ in range(1, 38)} == forty.crosswalk(sun)
    other = {id_: sun.by_id[id_].name for id_ in sun.by_id if sun.by_id[id_].name != forty.by_id[id_].name}
    assert other == {20: "floor_mat", 24: "fridge", 25: "tv", 28: "shower_curtain", 32: "night_stand"}


# NYU40 files a book under otherprop and books under books; COCO's curtains are also those of showers.
FILED_ELSEWHERE = {("nyu894", "book", "nyu40"), ("nyu894", "shower curtain", "nyu40")}


@pytest.mark.parametrize("name", NAMES)
def test_parents_agree_with_each_other(name):
    """Straight to 13, or through 40 to 13: the same."""
    for label in built_in(name).labels:
        for step, id_ in label.parents.items():
            for target, there in built_in(step).by_id[id_].parents.items():
                if target in label.parents and (name, label.name, target) not in FILED_ELSEWHERE:
                    assert label.parents[target] == there, (label, step, target)


@pytest.mark.parametrize("name", NYU)
def test_an_alias_never_files_a_thing_elsewhere(name):
    label_set, nyu894, nyu40 = built_in(name), built_in("nyu894"), built_in("nyu40")
    claimed: dict[str, str] = {}
    for label in label_set.labels:
        for alias in map(str.casefold, label.aliases):
            assert label_set.by_name[alias] is label, f"{alias} is another label's"
            assert claimed.setdefault(alias, label.name) == label.name
            raw = nyu894.by_name.get(alias)
            if raw and raw.name == alias and raw.name != label.name:  # a name of the 894: NYU says where it belongs
                home = label.parents.get("nyu40", label.id if name == "nyu40" else None)
                parent = raw.parents["nyu40"]
                own = raw.parents["nyu13"] if name == "nyu13" else parent
                assert own == (label.id if name == "nyu13" else home), f"{alias} is filed under {nyu40.by_id[parent]}"


@pytest.mark.parametrize("name", NAMES)
def test_built_in_files_are_what_their_sets_write(name):
    path = REPOSITORY / "blender_addon" / "contract" / "labelsets" / f"{name}.json"
    assert path.read_bytes() == built_in(name).to_json().encode()
    assert built_in(name).name == name


@pytest.mark.skipif("LABELPASS_TABLES" not in os.environ, reason="LABELPASS_TABLES names no folder of source tables")
def test_built_in_files_are_made_from_the_tables():
    spec = importlib.util.spec_from_file_location("make_labelsets", REPOSITORY / "tools" / "make_labelsets.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    made = {label_set.name: label_set.to_json() for label_set in tool.make(Path(os.environ["LABELPASS_TABLES"]))}
    assert sorted(made) == list(NAMES)
    for name, text in made.items():
        assert (tool.OUT / f"{name}.json").read_bytes() == text.encode(), name


# colours


def test_voc_colors_are_the_published_ones():
    published = [
        (0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 0, 128), (128, 0, 128), (0, 128, 128), (128, 128, 128),
        (64, 0, 0), (192, 0, 0), (64, 128, 0), (192, 128, 0), (64, 0, 128), (192, 0, 128), (64, 128, 128),
        (192, 128, 128), (0, 64, 0), (128, 64, 0), (0, 192, 0), (128, 192, 0), (0, 64, 128),
    ]  # fmt: skip
    assert [voc_color(id_) for id_ in range(21)] == published


def test_voc_colors_are_distinct_for_every_id():
    assert len({voc_color(id_) for id_ in range(1, MAX_ID + 1)}) == MAX_ID


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\x07", "\x9b31m", "a\x7f", "a\x08b"])
def test_no_name_steers_a_terminal(name):
    with pytest.raises(LabelSetError, match="label 1: 'name' must be text"):
        label_set_from_dict([name])
