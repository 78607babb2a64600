"""Labels as class numbers: which fit into 8 bits, and names where lines and words hold them."""

from __future__ import annotations

import pytest

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, Label, LabelSet
from postprocess.class_numbers import class_names, numbered, trained
from postprocess.errors import ExportError


def labels_of(count: int) -> LabelSet:
    return LabelSet("many", tuple(Label(n, f"label {n}", (0, 0, 0)) for n in range(count, 0, -1)))


@pytest.mark.parametrize(("first", "void", "room"), [(0, 255, 255), (0, None, 255), (1, 0, 255), (1, 255, 254)])
def test_8_bits_hold_so_many(first: int, void: int | None, room: int) -> None:
    full = labels_of(room)
    values = numbered("x", full, trained(full), first=first, void=void).values
    assert [values[id_] for id_ in range(1, room + 1)] == list(range(first, first + room))
    assert {values[code] for code in (UNLABELLED, IGNORE, BACKGROUND)} == {255 if void is None else void}
    more = labels_of(room + 1)
    with pytest.raises(ExportError, match=rf"{room + 1} classes.*hold {room} and.*--labels nyu40"):
        numbered("x", more, trained(more), first=first, void=void)


def test_the_background_is_the_last_class() -> None:
    few = labels_of(3)
    assert trained(few, background_class=True) == (1, 2, 3, BACKGROUND)
    values = numbered("x", few, trained(few, background_class=True), void=None).values
    assert (values[BACKGROUND], values[IGNORE], values[UNLABELLED]) == (3, 4, 4)


@pytest.mark.parametrize("void", [-1, 256])
def test_a_void_value_that_8_bits_do_not_hold(void: int) -> None:
    with pytest.raises(ExportError, match="0 to 255"):
        numbered("x", labels_of(3), (1, 2, 3), void=void)


@pytest.mark.parametrize("void", [1, 3])
def test_a_void_value_that_is_a_class(void: int) -> None:
    with pytest.raises(ExportError, match=f"ignore value {void} is also a class: classes are 1 to 3"):
        numbered("x", labels_of(3), (1, 2, 3), first=1, void=void)


def test_names_are_lines_and_stay_apart() -> None:
    odd = LabelSet("odd", tuple(Label(n, name, (0, 0, 0)) for n, name in enumerate(("a\n b", "a_b", "c:d", "ü"), 1)))
    assert class_names(odd, trained(odd)) == ["a b", "a_b", "c:d", "ü"]
    assert class_names(odd, trained(odd), without=" :") == ["a_b", "a_b_2", "c_d", "ü"]
    assert class_names(odd, (1, BACKGROUND)) == ["a b", "background"]
