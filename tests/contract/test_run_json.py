"""JSON for people: as a run folder's files are written, with flat lists on a line, and the same data when read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.run import to_json

from .strategies import texts

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
bracketed = st.text(st.sampled_from('[]{}", \n\r\t\\\x85\xa0\u2028-+.eE0123truefalsn'), max_size=24)
documents = st.recursive(
    scalars | bracketed,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(bracketed | texts, inner, max_size=4),
    max_leaves=20,
)


@given(documents)
def test_json_for_people_says_the_same(data):
    assert json.loads(to_json(data)) == data


@pytest.mark.parametrize("text", ["[ 1,  2 ]", "[\n 1,\n 2\n]", '[\n "', "[\x85 1\x85 ]", "[\u2028null\u2028]"])
def test_json_for_people_leaves_texts_alone(text):
    for data in (text, [text], {text: text}, [1, text, 2], [[1, 2], text, [3]]):
        assert json.loads(to_json(data)) == data


def test_json_for_people_keeps_flat_lists_on_a_line():
    data = {"K": [[1.5, -2.0, 1e-07], [0, True, None]], "empty": [], "names": ["a"]}
    lines = ["{", ' "K": [', "  [1.5, -2.0, 1e-07],", "  [0, true, null]", " ],", ' "empty": [],', ' "names": [']
    assert to_json(data) == "\n".join([*lines, '  "a"', " ]", "}", ""])


def test_json_for_people_keeps_long_lists_that_are_not_flat():
    data = [-1.5] * 2000 + ["end"]
    assert json.loads(to_json(data)) == data
