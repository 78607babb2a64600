"""Labels merged, dropped and kept: every id goes somewhere, nothing is lost unsaid, ids stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.labels import MAX_ID, UNLABELLED, Label, LabelSet, built_in, voc_color
from postprocess.errors import ExportError
from postprocess.regrouping import Regrouped, Regrouping, regrouped, regrouping_said
from tests.contract.strategies import label_sets

NYU40 = built_in("nyu40")
ROOM = LabelSet(
    "room",
    (
        Label(1, "wall", (1, 0, 0), parents={"nyu40": 1}),
        Label(3, "chair", (3, 0, 0), ("seat",), {"nyu40": 5, "nyu13": 4}),
        Label(4, "sofa", (4, 0, 0), ("couch",), {"nyu40": 6, "nyu13": 4}),
        Label(9, "lamp", (9, 0, 0)),
    ),
)


def made(wish: Regrouping, pixels: dict[int, int] | None = None, label_set: LabelSet = ROOM) -> Regrouped:
    return regrouped(label_set, wish, pixels or {})


def rows(found: Regrouped) -> list[tuple[int, str]]:
    return [(label.id, label.name) for label in found.label_set.labels]


def test_a_merged_label_has_the_lowest_id_of_its_members_and_their_names() -> None:
    found = made(Regrouping(merges=((("sofa", "chair"), "bench"),)))
    assert rows(found) == [(1, "wall"), (3, "bench"), (9, "lamp")]
    bench = found.label_set.by_id[3]
    assert (bench.color, bench.aliases, bench.parents) == ((3, 0, 0), ("chair", "sofa"), {"nyu13": 4})
    assert found.ids == {1: 1, 3: 3, 4: 3, 9: 9}
    assert found.merged == {"bench": ("chair", "sofa")}


def test_merging_into_a_label_that_is_there_keeps_its_id() -> None:
    found = made(Regrouping(merges=((("chair", "lamp"), "Sofa"),)))
    assert rows(found) == [(1, "wall"), (4, "sofa")]
    assert found.ids == {1: 1, 3: 4, 4: 4, 9: 4}
    assert found.label_set.by_id[4].aliases == ("couch", "chair", "lamp")


def test_several_merges_into_one_are_one_and_an_alias_names_a_member() -> None:
    one = made(Regrouping(merges=((("couch",), "bench"), (("chair",), "bench"))))
    assert one == made(Regrouping(merges=((("chair", "sofa"), "bench"),)))


def test_a_new_name_for_one_label() -> None:
    found = made(Regrouping(merges=((("chair",), "stool"),)))
    assert rows(found)[1] == (3, "stool") and found.merged == {"stool": ("chair",)}


def test_dropped_labels_are_unlabelled_and_the_others_keep_their_ids_and_say_where_they_come_from() -> None:
    found = made(Regrouping(dropped=("wall", "couch")))
    assert rows(found) == [(3, "chair"), (9, "lamp")]
    assert found.ids == {1: 0, 3: 3, 4: 0, 9: 9} and found.left_out == ("wall", "sofa")
    assert found.label_set.by_id[9].parents == {"room": 9}
    assert found.label_set.by_id[3].parents == {"nyu40": 5, "nyu13": 4, "room": 3}
    assert found.label_set.crosswalk(ROOM) == {3: 3, 9: 9}


def test_what_is_kept_by_name_is_all_there_is() -> None:
    found = made(Regrouping(kept=("lamp", "bench"), merges=((("chair", "sofa"), "bench"),)))
    assert rows(found) == [(3, "bench"), (9, "lamp")] and found.left_out == ("wall",)


def test_the_most_frequent_are_counted_after_merging_without_what_is_dropped_and_ties_go_by_id() -> None:
    pixels = {1: 1000, 3: 40, 4: 40, 9: 60}
    assert rows(made(Regrouping(keep_most=2), pixels)) == [(1, "wall"), (9, "lamp")]
    assert rows(made(Regrouping(keep_most=3), pixels)) == [(1, "wall"), (3, "chair"), (9, "lamp")]
    merged = made(Regrouping(merges=((("chair", "sofa"), "bench"),), dropped=("wall",), keep_most=1), pixels)
    assert rows(merged) == [(3, "bench")] and merged.counted == {"bench": 80, "lamp": 60}


def test_labels_that_train_does_not_show_are_not_among_the_most_frequent() -> None:
    assert rows(made(Regrouping(keep_most=4), {1: 5, 3: 0})) == [(1, "wall")]
    with pytest.raises(ExportError, match="no label of 'room' is left"):
        made(Regrouping(keep_most=4), {})


def test_the_rest_is_there_only_where_it_is_asked_for() -> None:
    found = made(Regrouping(kept=("wall",), rest="other"))
    assert rows(found) == [(1, "wall"), (10, "other")]
    assert found.ids == {1: 1, 3: 10, 4: 10, 9: 10} and found.rest == 10
    assert found.label_set.by_id[10].color == voc_color(10) and found.label_set.by_id[10].parents == {}
    assert made(Regrouping(kept=("wall",))).ids == {1: 1, 3: 0, 4: 0, 9: 0}


def test_the_rest_may_be_a_label_that_is_there_which_then_has_no_parents() -> None:
    found = made(Regrouping(kept=("wall",), rest="sofa"))
    assert rows(found) == [(1, "wall"), (4, "sofa")] and found.ids == {1: 1, 3: 4, 4: 4, 9: 4}
    assert found.label_set.by_id[4].parents == {}


def test_what_had_no_parent_goes_to_the_rest_too() -> None:
    of_source = {7: 3, 8: 9}  # a source with ids 6, 7, 8, of which 6 has no parent in the room
    assert made(Regrouping(dropped=("lamp",))).crosswalk(of_source, (6, 7, 8)) == {7: 3}
    assert made(Regrouping(dropped=("lamp",), rest="other")).crosswalk(of_source, (6, 7, 8)) == {6: 10, 7: 3, 8: 10}


def test_a_new_rest_has_the_same_id_whatever_is_merged_and_dropped() -> None:
    for wish in ({"kept": ("wall",)}, {"merges": ((("lamp", "wall"), "chair"),)}, {"dropped": ("lamp", "sofa")}):
        assert made(Regrouping(rest="other", **wish)).rest == 10


def test_a_full_set_finds_a_free_id_for_the_rest() -> None:
    top = LabelSet("top", (Label(MAX_ID, "a", (0, 0, 0)), Label(MAX_ID - 1, "b", (0, 0, 0))))
    assert made(Regrouping(kept=("a",), rest="r"), label_set=top).rest == MAX_ID - 2


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("--merge: .*no label 'chiar'; did you mean chair", {"merges": ((("chiar",), "x"),)}),
        ("--merge: 'chair' cannot go into 'x' and 'y'", {"merges": ((("chair",), "x"), (("seat",), "y"))}),
        ("'chair' goes into 'x' itself", {"merges": ((("lamp",), "chair"), (("chair", "sofa"), "x"))}),
        ("--drop: 'sofa' is merged into another", {"merges": ((("sofa",), "chair"),), "dropped": ("sofa",)}),
        ("--keep: 'chair' is merged into another", {"merges": ((("chair",), "x"),), "kept": ("chair",)}),
        ("--rest: 'chair' is merged into another", {"merges": ((("chair",), "x"),), "rest": "chair"}),
        ("--drop: .*no label 'moon'", {"dropped": ("moon",)}),
        ("'wall' is both kept and dropped", {"dropped": ("wall",), "kept": ("wall",)}),
        ("'wall' is both dropped and the rest", {"dropped": ("wall",), "rest": "wall"}),
        ("--keep and --keep-most", {"kept": ("wall",), "keep_most": 3}),
        ("at least one label", {"keep_most": 0}),
        ("'Ignore' is no label", {"rest": "Ignore"}),
        ("'unlabelled' is no label", {"merges": ((("chair",), "unlabelled"),)}),
        ("no label of 'room' is left", {"dropped": ("wall", "chair", "sofa", "lamp")}),
    ],
)
def test_contradictions_are_refused_in_words(words: str, wish: dict) -> None:
    with pytest.raises(ExportError, match=words):
        made(Regrouping(**wish))


def test_the_thirty_then_the_sixteen_most_common_of_nyu() -> None:
    pixels = {id_: 1000 - id_ for id_ in range(1, 41)}
    thirty, sixteen = (made(Regrouping(keep_most=many), pixels, NYU40) for many in (30, 16))
    assert list(thirty.label_set.by_id) == list(range(1, 31)) and list(sixteen.label_set.by_id) == list(range(1, 17))
    assert sixteen.label_set.crosswalk(built_in("nyu13"))[5] == built_in("nyu13").find("chair").id


def test_dataset_json_says_what_became_of_the_labels() -> None:
    wish = Regrouping(merges=((("chair", "sofa"), "bench"),), keep_most=1, rest="other")
    assert regrouping_said(made(wish, {1: 5, 3: 2, 4: 1})) == {
        "of": "room",
        "merged": {"bench": {"id": None, "members": ["chair", "sofa"]}},
        "left_out": ["bench", "lamp"],
        "left_out_written_as": "other",
        "most_frequent_of": {"wall": 5, "bench": 3},
        "counted_on": "train, pixels as rendered",
    }


# any label set, any wish


@st.composite
def wishes(draw: st.DrawFn) -> tuple[LabelSet, Regrouping, dict[int, int]]:
    label_set = draw(label_sets)
    names = [label.name for label in label_set.labels]
    some = st.lists(st.sampled_from(names), max_size=3).map(tuple)
    members = st.lists(st.sampled_from(names), min_size=1, max_size=3).map(tuple)
    merges = draw(st.lists(st.tuples(members, st.sampled_from([*names, "one", "two"])), max_size=2).map(tuple))
    kept = draw(some)
    most = None if kept else draw(st.none() | st.integers(1, 4))
    rest = draw(st.sampled_from(["", "rest", names[0]]))
    pixels = draw(st.dictionaries(st.sampled_from(list(label_set.by_id)), st.integers(0, 99)))
    return label_set, Regrouping(merges, draw(some), kept, most, rest), pixels


@given(wishes())
def test_every_id_goes_somewhere_and_nothing_is_lost_unsaid(given_wish) -> None:
    label_set, wish, pixels = given_wish
    try:
        found = regrouped(label_set, wish, pixels)
    except ExportError:
        return
    written = found.label_set.by_id
    assert set(found.ids) == set(found.names) == set(label_set.by_id)
    assert set(found.ids.values()) <= set(written) | {UNLABELLED}
    for id_, now in found.ids.items():
        if now == found.rest:  # unlabelled, where there is no rest
            assert found.names[id_] in found.left_out or found.names[id_] == wish.rest
        else:
            assert written[now].name == found.names[id_] and found.names[id_] not in found.left_out
        if now == id_ and now != found.rest:  # a label that stays has its id, and its name unless it is merged
            assert written[now].name == label_set.by_id[id_].name or written[now].name in found.merged
    if not wish.rest:
        assert found.rest == UNLABELLED
    stays = {id_: now for id_, now in found.ids.items() if now != UNLABELLED}
    assert found.crosswalk({id_: id_ for id_ in label_set.by_id}, label_set.by_id) == stays


@given(wishes())
def test_a_label_that_stays_is_the_same_whatever_else_is_wished(given_wish) -> None:
    label_set, wish, pixels = given_wish
    try:
        found = regrouped(label_set, wish, pixels)
    except ExportError:
        return
    for label in found.label_set.labels:
        if label.parents.get(label_set.name) == label.id and label_set.by_id.get(label.id):
            before = label_set.by_id[label.id]
            assert (label.name, label.color, label.aliases) == (before.name, before.color, before.aliases)


@given(wishes(), st.dictionaries(st.integers(1, 9), st.integers(0, 5)))
def test_cross_walks_compose(given_wish, places) -> None:
    """Into the set before and on into the set after, for each id of a source; without a parent into the rest."""
    label_set, wish, pixels = given_wish
    walk = {id_: label_set.labels[at].id for id_, at in places.items() if at < len(label_set.labels)}
    try:
        found = regrouped(label_set, wish, pixels)
    except ExportError:
        return
    straight = found.crosswalk(walk, range(1, 10))
    for id_ in range(1, 10):
        assert straight.get(id_, UNLABELLED) == (found.ids[walk[id_]] if id_ in walk else found.rest)


@given(wishes(), st.randoms())
def test_the_order_of_words_says_nothing(given_wish, random) -> None:
    label_set, wish, pixels = given_wish

    def shuffled(items):
        return tuple(random.sample(list(items), len(items)))

    other = Regrouping(
        shuffled([(shuffled(names), into) for names, into in wish.merges]),
        shuffled(wish.dropped),
        shuffled(wish.kept),
        wish.keep_most,
        wish.rest,
    )
    try:
        found = regrouped(label_set, wish, pixels)
    except ExportError:
        with pytest.raises(ExportError):
            regrouped(label_set, other, pixels)
        return
    assert regrouped(label_set, other, pixels) == found
