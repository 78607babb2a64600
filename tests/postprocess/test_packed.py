"""Long sequences in little memory are what they were made of."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postprocess.likeness import Likenesses
from postprocess.packed import Packed, Texts, shared


@given(st.integers(0, 200))
def test_what_is_packed_comes_out_in_order_and_one_by_one(count):
    items = [(at, f"item {at}") for at in range(count)]
    packed = Packed(iter(items), list, tuple)
    assert list(packed) == items and len(packed) == count
    assert [packed[at] for at in range(count)] == items
    with pytest.raises(IndexError):
        packed[count]


@given(st.lists(st.text(st.characters(), max_size=5)))
def test_texts_are_what_they_were(texts):
    found = Texts()
    for text in texts:
        found.add(text)
    assert list(found) == texts and len(found) == len(texts)
    assert [found[at] for at in reversed(range(len(texts)))] == texts[::-1]


@given(st.lists(st.none() | st.integers(0, 2**64 - 1)))
def test_likenesses_are_what_they_were(hashes):
    found = Likenesses()
    for bits in hashes:
        found.add(bits)
    assert list(found) == hashes and len(found) == len(hashes)


def test_equal_things_are_one_object():
    items = [{1: 2}, {1: 3}, {1: 2}, {1: 3}]
    found = shared(items)
    assert list(found) == items
    assert [each is items[at % 2] for at, each in enumerate(found)] == [True] * 4


def test_a_packed_item_costs_little():
    tracemalloc.start()
    try:
        items = ({"name": f"{at:064x}", "seen": [n * at for n in range(10)]} for at in range(6400))
        packed = Packed(items, dict, dict)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(packed) == 6400 and held / len(packed) < 150  # as objects a kilobyte
