"""Files that people edit, read without guessing: JSON that says each thing once, values of the type they must have.

Everything raises ValueError with words for the reader of the file; the modules that know its name put that in front.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

_Built = TypeVar("_Built")
_DIGITS = 30  # of the longest number that any file of ours can hold, and more
_NAMES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def parse_json(text: str) -> Any:
    """JSON whose keys are unique and whose numbers are finite, which Python's reader alone does not ask for."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_int=_whole, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"key {next(key for key in keys if keys.count(key) > 1)!r} is there twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError(f"a number of {len(digits)} digits ({digits[:8]}...)")
    return int(digits)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def build(kind: type[_Built], data: Any, what: str = "", *, others: bool = False) -> _Built:
    """The dataclass `kind` from parsed JSON, each value of the type that its field says, and no key too many.

    Fields are int, float, str, bool, tuples, mappings, dataclasses (or built ones), one of these or None, Any, and
    numbers with their limits as `Annotated[int, lowest, highest]`. `what` names the data in errors; with `others`, keys
    that are no field are left.
    """
    if not isinstance(data, Mapping):
        raise ValueError(f"{what or 'the whole'} must be a mapping, not {_shown(data)}")
    before = f"{what}." if what else ""
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name not in data and field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{before}{field.name} is missing")
    for key in data:
        if key not in hints and not others:
            raise ValueError(f"{before}{key} is unknown")
    named = {name: data[name] for name in hints if name in data}
    return kind(**{name: _value(hints[name], value, f"{before}{name}", others) for name, value in named.items()})


def _value(hint: Any, value: Any, what: str, others: bool) -> Any:
    origin, inside = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (UnionType, Union):  # X | None
        (kind,) = (kind for kind in inside if kind is not NoneType)
        return None if value is None else _value(kind, value, what, others)
    if origin is Annotated:
        number, (low, high) = _value(inside[0], value, what, others), inside[1:]
        if not low <= number <= high:
            raise ValueError(f"{what} must be from {low} to {high}, not {_shown(value)}")
        return number
    if origin is tuple:
        return _tuple(inside, value, what, others)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise ValueError(f"{what} must be a mapping, not {_shown(value)}")
        return {key: _value(inside[1], part, f"{what}.{key}", others) for key, part in value.items()}
    if is_dataclass(hint) and type(value) is not hint:
        return build(hint, value, what, others=others)  # type: ignore[arg-type]
    if hint is float and type(value) is int:
        return float(value)
    # Not isinstance: Python counts True among the whole numbers.
    if type(value) is not hint or (hint is float and not math.isfinite(value)):
        raise ValueError(f"{what} must be {_NAMES[hint]}, not {_shown(value)}")
    if hint is str and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError(f"{what} holds half of a character: {_shown(value)}")
    return value


def _tuple(kinds: tuple[Any, ...], value: Any, what: str, others: bool) -> tuple[Any, ...]:
    many = kinds[-1] is Ellipsis
    if not isinstance(value, list) or (not many and len(value) != len(kinds)):
        raise ValueError(f"{what} must be a list{'' if many else f' of {len(kinds)}'}, not {_shown(value)}")
    each = kinds[:1] * len(value) if many else kinds
    return tuple(_value(kind, part, f"{what}[{at}]", others) for at, (kind, part) in enumerate(zip(each, value)))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
