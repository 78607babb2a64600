"""Frame numbers as text, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.frame_numbers import frames_text, parse_frames

frame_numbers = st.integers(-300, 300)


@given(st.lists(st.tuples(frame_numbers, st.integers(0, 30)), min_size=1, max_size=5))
def test_frames_are_the_union_of_their_ranges(ranges):
    text = ",".join(f"{first}-{first + more}" if more else f"{first}" for first, more in ranges)
    expected = {frame for first, more in ranges for frame in range(first, first + more + 1)}
    assert parse_frames(text) == tuple(sorted(expected))


@pytest.mark.parametrize(
    ("text", "frames"),
    [("7", (7,)), ("-5--2", (-5, -4, -3, -2)), ("-1-1", (-1, 0, 1)), ("3,1, 2 ,1-2", (1, 2, 3)), ("-2-0", (-2, -1, 0))],
)  # fmt: skip
def test_frames(text, frames):
    assert parse_frames(text) == frames


@pytest.mark.parametrize(
    "text", ["", ",", "1,", "a", "1-", "-", "--1", "1--2", "5-3", "1.5", "1 - 4", "1-2-3", "0-10000000", "1e3", "1\n,x"]
)  # fmt: skip
def test_frames_that_are_none(text):
    with pytest.raises(ValueError, match="frames "):
        parse_frames(text)


@given(st.text(max_size=8))
def test_any_text_is_frames_or_a_value_error(text):
    try:
        assert list(parse_frames(text)) == sorted(set(parse_frames(text)))
    except ValueError:
        return


@given(st.sets(frame_numbers, min_size=1))
def test_frames_as_text_are_the_same_frames(frames):
    assert parse_frames(frames_text(frames)) == tuple(sorted(frames))


def test_frames_as_text_are_short():
    assert frames_text(range(1, 100_001)) == "1-100000"
    assert frames_text((-5, -4, -3, 0, 2, 3)) == "-5--3,0,2-3"
