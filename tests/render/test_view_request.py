"""Requests for sampled views: words and mappings in, words out, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render_scripts.sampled_views.view_request import ViewRequest, from_mapping, parse_words, to_words


def ranges(low, high):
    return st.tuples(st.floats(low, high), st.floats(low, high)).map(sorted).map(list)


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
shared = {
    "count": st.integers(1, 100_000), "fov": ranges(5, 150), "clearance": st.floats(0.01, 10), "roll": ranges(-30, 30),
    "tries": st.integers(1, 10_000),
}  # fmt: skip
seeing = {
    "distances": ranges(0, 100), "labels": st.integers(0, 10), "one_label": st.floats(0, 1), "like": st.floats(0, 1),
    "variety": st.floats(0, 1),
}  # fmt: skip
wanted = st.one_of(
    st.fixed_dictionaries({"balance": st.sampled_from(["uniform", "rare"])}),
    st.fixed_dictionaries({"targets": st.dictionaries(names, st.floats(0, 0.2), max_size=5)}),
    st.just({}),
)  # fmt: skip
of_kind = {
    "room": shared | seeing | {"heights": ranges(0, 9), "yaw": ranges(-360, 360), "enclosed": st.booleans()},
    "orbit": shared | {"radius": ranges(0, 9), "elevation": ranges(-80, 80), "visible": st.floats(0, 1)},
    "around": shared | seeing | {"spot": st.lists(st.floats(-99, 99), min_size=3, max_size=3), "radius": ranges(0, 9)},
    "trajectory": shared | {"speed": st.floats(0.01, 9), "rate": st.floats(1, 100), "turn": st.floats(0.1, 90)},
}
mappings = st.one_of(
    st.tuples(
        st.fixed_dictionaries(
            {"kind": st.just(kind)} | ({"target": names} if kind == "orbit" else {}), optional=fields
        ),
        wanted if kind in {"room", "around"} else st.just({}),
    ).map(lambda parts: parts[0] | parts[1])
    for kind, fields in of_kind.items()
)  # fmt: skip


@given(mappings)
def test_words_of_a_request_parse_into_it_again(data):
    request = from_mapping(data)
    words = to_words(request)
    assert parse_words(words) == request
    assert to_words(parse_words(words)) == words


@given(st.text(max_size=30))
def test_any_text_is_a_request_or_a_value_error(text):
    try:
        assert isinstance(parse_words(text), ViewRequest)
    except ValueError:
        return


def test_a_number_alone_is_views_of_the_rooms():
    assert parse_words("40") == ViewRequest(count=40) == from_mapping({"count": 40})
    assert to_words(parse_words("40")) == "room 40"


def test_ranges_points_targets_and_names_with_spaces():
    request = parse_words("room 7 heights=0.3..0.6 pitch=-20..-5 roll=3 targets=chair:0.2,floor mat:0.1"
                          .replace("targets=chair:0.2,floor mat:0.1", "'targets=chair:0.2,floor mat:0.1'"))  # fmt: skip
    assert (request.heights, request.pitch, request.roll) == ((0.3, 0.6), (-20.0, -5.0), (3.0, 3.0))
    assert request.targets == {"chair": 0.2, "floor mat": 0.1}
    assert parse_words('orbit 24 target="Sofa 2"').target == "Sofa 2"
    assert parse_words("around spot=1,-2,0.5 enclosed=no".replace(" enclosed=no", "")).spot == (1.0, -2.0, 0.5)
    assert parse_words("room enclosed=no").enclosed is False


def test_kinds_have_defaults_of_their_own():
    assert parse_words("around").radius == (1.0, 3.0) and parse_words("room").radius is None
    assert to_words(parse_words("around 5 radius=1..3")) == "around 5"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "say how many"),
        ("0", "views.count must be from 1 to 100000, not 0"),
        ("rooom 4", "views.kind must be one of room, orbit, around, trajectory, not 'rooom'"),
        ("room hights=1..2", "views.hights is unknown; did you mean heights?"),
        ("room radius=2", "views.radius means nothing to room views; it is for orbit, around"),
        ("room heights=2..1", "views.heights must be from low to high, not 2 to 1"),
        ("room heights=1..2..3", "views.heights must be a list of 2"),
        ("room heights=low", "views.heights must be a number, not 'low'"),
        ("room like=1.5", "views.like must be from 0 to 1, not 1.5"),
        ("room clearance=nan", "views.clearance must be a number"),
        ("room enclosed=maybe", "views.enclosed must be yes or no, not 'maybe'"),
        ("room balance=even", "views.balance must be one of none, uniform, rare, not 'even'"),
        ("room balance=rare targets=chair:0.2", "targets and balance rare: one of them"),
        ("room targets=chair:0.7,table:0.7", "shares of one picture, and sum up to 1.4"),
        ("orbit 4", "orbit views need target"),
        ("around spot=0,0,0 target=Sofa", "a spot and a target: name one"),
        ("room 4 5", "count is there twice"),
        ("room 'a", "No closing quotation"),
    ],
)
def test_what_is_refused_is_named(words, told):
    with pytest.raises(ValueError) as refused:
        parse_words(words)
    assert told in str(refused.value)


@pytest.mark.parametrize("data", [None, 3, [], {"kind": 3}, {"kind": ["room"]}, {"count": True}, {"fov": "wide"}])
def test_sections_of_the_wrong_shape_are_refused(data):
    with pytest.raises(ValueError, match="views"):
        from_mapping(data)


def test_a_key_that_breaks_lines_is_told_in_one():
    with pytest.raises(ValueError, match=r"views\.'\\n' is unknown") as caught:
        from_mapping({"\n": None})
    assert "\n" not in str(caught.value)
