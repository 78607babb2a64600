"""Dataclasses as schemas: data becomes values of the types that fields say, or sentences that name the keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import pytest

from blender_addon.contract.strict import Misfits, Spelled, build, parse_json, plain


def _halves(value):
    if isinstance(value, str):
        low, _, high = value.partition("..")
        return [float(low), float(high)]
    return value


@dataclass(frozen=True)
class Lamp:
    power: tuple[Annotated[float, 0, 10], Annotated[float, 0, 10]] = (1.0, 2.0)
    kind: Literal["sun", "spot", 3] = "sun"

    def __post_init__(self):
        if self.power[0] > self.power[1]:
            raise ValueError("power must be from low to high")
        if self.power == (0, 0):
            raise ValueError("this lamp gives no light")


@dataclass(frozen=True)
class Room:
    name: Annotated[str, "What it is called."]
    lamp: Lamp = field(default_factory=Lamp)
    other: Lamp | None = None
    doors: tuple[str, ...] = ()
    shares: Mapping[str, Annotated[float, 0, 1]] = field(default_factory=dict)
    height: Annotated[float | None, 1, 10] = None
    width: Annotated[tuple[float, float] | None, Spelled(_halves)] = None
    plan: Path | None = None
    lit: bool | Annotated[int, 0, 9] = True
    with_: bool = False


def misfits(data, **how) -> tuple[str, ...]:
    with pytest.raises(Misfits) as caught:
        build(Room, data, **how)
    assert str(caught.value) == caught.value.found[0]
    return caught.value.found


def test_what_is_not_said_has_its_default_and_a_key_may_be_a_word_of_python():
    assert build(Room, {"name": "hall"}) == Room("hall")
    assert build(Room, {"name": "hall", "with": True}) == Room("hall", with_=True)
    assert misfits({"name": "hall", "with_": True}) == ("with_ is unknown; did you mean with?",)


def test_sections_choices_and_none():
    data = {"name": "", "lamp": {"power": [0, 5], "kind": 3}, "other": None, "height": None, "shares": {"a": 1}}
    made = build(Room, data)
    assert made == Room("", Lamp((0.0, 5.0), 3), None, shares={"a": 1.0})
    assert build(Room, {"name": "", "other": {}}).other == Lamp()
    assert [build(Room, {"name": "", "lit": value}).lit for value in (False, 7)] == [False, 7]


def test_all_that_is_wrong_is_said_with_its_key():
    data = {
        "nmae": "x", "lamp": {"powr": 1, "kind": "sunn"}, "other": 3, "shares": {"chair": 2}, "height": 0.5, "lit": 11,
        "doors": ["a", 1], "wdth": 3,
    }  # fmt: skip
    assert misfits(data) == (
        "name is missing",
        "nmae is unknown; did you mean name?",
        "wdth is unknown; did you mean width?",
        "lamp.powr is unknown; did you mean power?",
        "lamp.kind must be one of sun, spot, 3, not 'sunn'; did you mean sun?",
        "other must be a mapping, not 3",
        "doors[1] must be text, not 1",
        "shares.chair must be from 0 to 1, not 2",
        "height must be from 1 to 10, not 0.5",
        "lit must be from 0 to 9, not 11",
    )


@pytest.mark.parametrize(("value", "type_"), [(True, bool), (3.0, float), ("3", str)])
def test_a_choice_is_of_its_type(value, type_):
    """Python takes 3.0 for 3 and True for 1."""
    assert "lamp.kind must be one of" in misfits({"name": "", "lamp": {"kind": value}})[0], type_


def test_what_fields_must_be_to_each_other_is_said_of_the_field_or_else_of_the_section():
    assert misfits({"name": "", "lamp": {"power": [3, 2]}}) == ("lamp.power must be from low to high",)
    assert misfits({"name": "", "lamp": {"power": [0, 0]}}) == ("lamp: this lamp gives no light",)


def test_people_may_spell_a_value():
    assert build(Room, {"name": "", "width": "1..2.5"}).width == build(Room, {"name": "", "width": [1, 2.5]}).width
    assert misfits({"name": "", "width": "1..x"}) == ("width: could not convert string to float: 'x'",)
    assert build(Room, {"name": "", "width": None}).width is None


def test_one_value_stands_for_a_list_where_that_is_said():
    assert build(Room, {"name": "", "doors": "red"}, alone=True).doors == ("red",)
    assert build(Room, {"name": "", "doors": []}, alone=True).doors == ()
    assert misfits({"name": "", "doors": 3}, alone=True) == ("doors must be text, not 3",)
    assert misfits({"name": "", "doors": "red"}) == ("doors must be a list, not 'red'",)


@pytest.mark.parametrize(
    ("text", "path"), [("a/b", "/jobs/a/b"), ("../a", "/jobs/../a"), ("/a", "/a"), (".", "/jobs"), ("a~", "/jobs/a~")]
)
def test_paths_are_relative_to_a_folder(text, path):
    assert build(Room, {"name": "", "plan": text}, folder=Path("/jobs")).plan == Path(path)


@pytest.mark.parametrize("text", ["", "//a", "~/a", "a\0b", 3, "\udcff"])
def test_paths_that_are_none(text):
    assert misfits({"name": "", "plan": text}, folder=Path("/jobs"))[0].startswith("plan")


def test_keys_of_mappings_are_of_their_type_and_strange_ones_stay_on_a_line():
    assert misfits({"name": "", "shares": {3: 1}}) == ("shares: key 3 must be text, not 3",)
    known = "there are name, lamp, other, doors, shares, height, width, plan, lit, with"
    assert misfits({"name": "", "a\nb": 1, 5: 2}) == (f"'a\\nb' is unknown; {known}", f"5 is unknown; {known}")
    assert "\n" not in misfits({"name": "", "shares": {"a\nb": "x"}})[0]


def test_plain_is_what_build_reads_back_and_no_more():
    room = Room("hall", other=Lamp(kind="spot"), doors=("a",), shares={"x": 0.5}, plan=Path("/a"), with_=True)
    data = {
        "name": "hall", "other": {"kind": "spot"}, "doors": ["a"], "shares": {"x": 0.5}, "plan": "/a", "with": True,
    }  # fmt: skip
    assert plain(room) == data
    assert build(Room, data) == room


def test_numbers_that_no_float_holds_are_told():
    assert misfits({"name": "", "height": 10**400})[0].startswith("height must be a number")
    assert misfits({"name": "", "height": float("nan")})[0].startswith("height must be a number")


@pytest.mark.parametrize(("text", "why"), [
    ("[1e400]", "1e400 is too large a number"), ("[-1e999]", "-1e999 is too large"), ("[NaN]", "NaN is no number"),
    ("[" * 10**6, "nested too deeply"), ("9" * 5000, "a number of 5000 digits"),
    ('{"a": 1, "a": 1}', "'a' is there twice"),
])  # fmt: skip
def test_json_that_other_readers_would_take(text, why):
    with pytest.raises(ValueError, match=why):
        parse_json(text)
    assert parse_json("[1e308, 0.1, 1e-400]") == [1e308, 0.1, 0.0]
