"""What things are, by what evaluation lists of them, and the ids that follow; without a render."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from blender_addon.label_render import thing_ids
from blender_addon.label_render.thing_ids import BITS, halves, ids_of, keys_of, whole


def test_an_id_knows_nothing_of_other_things():
    """Each alone, all together, in another order, and in another process (written down here): always the same."""
    keys = [("", (), "a"), ("host", (3, 0), "ä")]
    together = ids_of(keys, {}).tolist()
    assert together == [int(ids_of([key], {})[0]) for key in keys] == ids_of(keys[::-1], {}).tolist()[::-1]
    assert together == [3684735161778496, 586953170861209]


def test_no_two_of_many_things_share_an_id():
    keys = [("host", (n,), "copy") for n in range(100_000)] + [("", (), f"thing.{n}") for n in range(100_000)]
    ids = ids_of(keys, {})
    assert len(np.unique(ids)) == len(keys) and ids.min() > 0 and ids.max() < 2**BITS
    assert (ids.astype(np.float64).astype(np.uint64) == ids).all()


def test_no_thing_has_the_id_of_none(monkeypatch):
    monkeypatch.setattr(thing_ids, "BITS", 0)
    assert ids_of([("", (), "a")], {}).tolist() == [1]


@given(arrays.arrays(np.uint64, (3, 4), elements=st.integers(0, 2**BITS - 1)))
def test_halves_make_a_whole(ids):
    channels = halves(ids)
    assert {pixels.dtype for pixels in channels.values()} == {np.dtype(np.uint32)}
    assert (whole(channels) == ids).all()


def test_the_mesh_of_a_text_is_the_text():
    """Evaluation lists the text itself, and its mesh once more, as a copy by the text."""
    rows = [("text", "", ()), ("text", "text", (0,)), ("box", "copy", (4,)), ("text", "copy", (1,)),
            ("text", "copy", (0, 1))]  # fmt: skip
    assert keys_of(rows, {}) == [("", (), "text"), ("", (), "text"), ("copy", (4,), "box"), ("copy", (1,), "text"),
                                 ("copy", (1,), "text")]  # fmt: skip


def test_a_copy_made_for_a_label_is_its_original():
    assert keys_of([("box.001", "host", (2, 5))], {"box.001": "box"}) == [("host", (5, 2), "box")]
