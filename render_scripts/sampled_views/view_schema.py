"""The JSON Schema of what sampled views may be asked for in a job file: a number, words, or a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ..schemas import of_dataclass
from .view_request import KINDS, MOST_VIEWS, NUMBER, OF_KIND, ViewRequest, is_range

_RANGE = {"type": "string", "pattern": rf"^{NUMBER}(\.\.{NUMBER})?$"}
_NAMES = "|".join(each.name for each in fields(ViewRequest))
_WORDS = {"type": "string", "pattern": rf"^\s*((0*[1-9][0-9]*|{'|'.join(KINDS)})(\s|$)|['\"]?({_NAMES})=)"}
"""A count, a kind, or NAME=VALUE, and whatever follows."""
_AIMED = {"required": ["targets"], "properties": {"targets": {"minProperties": 1}}}
_BALANCED = {"required": ["balance"], "properties": {"balance": {"enum": ["uniform", "rare"]}}}
_AT_A_SPOT = {"required": ["spot"], "properties": {"spot": {"type": "array"}}}
_AT_A_THING = {"required": ["target"], "properties": {"target": {"minLength": 1}}}


def view_schema() -> dict[str, Any]:
    """What it cannot say, the reader does: all that words may be, shares that add up, ranges from low to high."""
    count = {"type": "integer", "minimum": 1, "maximum": MOST_VIEWS}
    return {"anyOf": [count, _WORDS, *map(_of_kind, KINDS)]}


def _of_kind(kind: str) -> dict[str, Any]:
    every = of_dataclass(ViewRequest)["properties"]
    known = {name: _spelled(name, part) for name, part in every.items() if name in OF_KIND[kind]}
    known["kind"] = {"const": kind}
    if kind == "orbit":
        known["target"] = known["target"] | {"minLength": 1}
    return {
        "type": "object",
        "properties": known,
        "additionalProperties": False,
        "required": ["kind"] * (kind != KINDS[0]) + ["target"] * (kind == "orbit"),
        "not": {"anyOf": [{"allOf": [_AIMED, _BALANCED]}, {"allOf": [_AT_A_SPOT, _AT_A_THING]}]},
    }


def _spelled(name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    """A range may also be written as in words: 0.3..0.6."""
    return {**part, "anyOf": [*part["anyOf"], _RANGE]} if is_range(name) else dict(part)
