"""Files that people edit, read without guessing: JSON that says each thing once, values of the type they must have.

Everything raises ValueError with words for the reader of the file; the modules that know its name put that in front.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from .arguments import parse_path

_Built = TypeVar("_Built")
_DIGITS = 30  # of the longest number that any file of ours can hold, and more
_MOST_TOLD = 16  # keys that an error names
_NAMES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def parse_json(text: str) -> Any:
    """JSON whose keys are unique and whose numbers are finite, which Python's reader alone does not ask for."""
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_int=_whole, parse_float=_finite, parse_constant=_no_number
        )
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


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"{digits[:20]} is too large a number")
    return value


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


class Misfits(ValueError):
    """Data that does not fit. `found`: what is wrong, all of it, a sentence each that begins with the key."""

    def __init__(self, found: Iterable[str]) -> None:
        self.found = tuple(found)
        super().__init__(self.found[0])


@dataclass(frozen=True)
class Spelled:
    """Of a hint, `Annotated[kind, Spelled(...)]`: how people write it, beside how JSON would.

    `parse` makes of what stands there what would stand in JSON (or the value itself), or raises ValueError; `schema` is
    the JSON Schema of what may stand there, None where that is the kind's own.
    """

    parse: Callable[[Any], Any]
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Reading:
    """How `build` reads: with `others`, keys that are no field are left out; `folder` is what paths are relative to.

    With `alone`, as people write: one value stands for a list of it, a number for a range from it to it, and of a
    mapping that may be left out, true for all its defaults and false for none. What is `Spelled` has its own spellings.
    """

    others: bool = False
    alone: bool = False
    folder: Path | None = None


def build(
    kind: type[_Built],
    data: Any,
    what: str = "",
    *,
    others: bool = False,
    alone: bool = False,
    folder: Path | None = None,
) -> _Built:
    """The dataclass `kind` from parsed JSON, each value of the type that its field says, and no key too many.

    Fields are int, float, str, bool, Path, tuples, mappings, literals, dataclasses (or built ones), one of these or
    None, Any, and any of them with what `Annotated` says: limits as two numbers, how people spell it (`Spelled`), what
    it is (a text, for people). A field whose name ends in _ is the key without it. `what` names the data in errors, for
    the rest see `Reading`. Raises Misfits.
    """
    return _build(kind, data, what, Reading(others, alone, folder))


def key_of(name: str) -> str:
    """The key of a field: `with_` is the field of `with`, which no Python name may be."""
    return name.removesuffix("_")


def plain(value: Any) -> Any:
    """A dataclass as JSON that `build` reads back, without the fields that have their default."""
    if is_dataclass(value) and not isinstance(value, type):
        said = [(field, getattr(value, field.name)) for field in fields(value)]
        return {key_of(field.name): plain(part) for field, part in said if part != _default(field)}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    return str(value) if isinstance(value, Path) else value


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def nearest(word: Any, known: Iterable[Any]) -> str:
    """`; did you mean sofa?`, or nothing where no known word is near."""
    near = get_close_matches(str(word), map(str, known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _which(word: Any, known: Mapping[str, Any]) -> str:
    """The nearest known word, else all of them where that is no long list."""
    return nearest(word, known) or (f"; there are {', '.join(known)}" if 1 < len(known) <= _MOST_TOLD else "")


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    """{key: hint} of a dataclass; read once, since a plan may hold 100,000 views."""
    return {key_of(name): hint for name, hint in get_type_hints(kind, include_extras=True).items()}


@cache
def _fields(kind: type) -> tuple[tuple[str, str, bool], ...]:
    """(name, key, whether it must be said) of each field."""
    return tuple(
        (field.name, key_of(field.name), field.default is MISSING and field.default_factory is MISSING)
        for field in fields(kind)
    )


def _build(kind: type[_Built], data: Any, what: str, how: Reading) -> _Built:
    if not isinstance(data, Mapping):
        raise Misfits([f"{what or 'the whole'} must be a mapping, not {_shown(data)}"])
    before = f"{what}." if what else ""
    hints = _hints(kind)  # type: ignore[arg-type]
    wrong, values = [], {}
    for _, key, needed in _fields(kind):  # type: ignore[arg-type]
        if needed and key not in data:
            wrong.append(f"{before}{key} is missing")
    for key in data:
        if key not in hints and not how.others:
            wrong.append(f"{before}{shown_key(key)} is unknown{_which(key, hints)}")
    for name, key, _ in _fields(kind):  # type: ignore[arg-type]
        if key in data:
            try:
                values[name] = _value(hints[key], data[key], f"{before}{key}", how)
            except Misfits as error:
                wrong += error.found
    if wrong:
        raise Misfits(wrong)
    try:
        return kind(**values)
    except ValueError as error:  # what the fields must be to each other
        text = str(error)
        about_a_field = re.match(r"\w*", text)[0] in hints  # type: ignore[index]
        raise Misfits([f"{before}{text}" if about_a_field or not what else f"{what}: {text}"]) from None


def _value(hint: Any, value: Any, what: str, how: Reading) -> Any:
    # Plain types are most of what there is, and have neither.
    origin, inside = (None, ()) if type(hint) is type else (get_origin(hint), get_args(hint))
    if hint is Any:
        return value
    if origin is Annotated:
        return _annotated(inside[0], inside[1:], value, what, how)
    if origin in (UnionType, Union):
        return _one_of(inside, value, what, how)
    if how.alone and type(value) is float and value.is_integer() and (hint is int or origin is Literal):
        value = _whole_numbers(value)
    if origin is Literal:
        # Python takes True for 1, and 1.0, too.
        if not any(type(value) is type(each) and value == each for each in inside):
            known = ", ".join(map(str, inside))
            raise Misfits([f"{what} must be one of {known}, not {_shown(value)}{nearest(value, inside)}"])
        return value
    if origin is tuple:
        return _tuple(inside, value, what, how)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise Misfits([f"{what} must be a mapping, not {_shown(value)}"])
        return {
            _value(inside[0], key, f"{what}: key {shown_key(key)}", how): _value(
                inside[1], part, f"{what}.{shown_key(key)}", how
            )
            for key, part in value.items()
        }
    if is_dataclass(hint) and type(value) is not hint:
        return _build(hint, value, what, how)  # type: ignore[arg-type]
    if hint is Path:
        return _path(value, what, how)
    if hint is float and type(value) is int and abs(value) < 10**_DIGITS:
        return float(value)
    # Not isinstance: Python counts True among the whole numbers.
    if type(value) is not hint or (hint is float and not math.isfinite(value)):
        raise Misfits([f"{what} must be {_NAMES[hint]}, not {_shown(value)}"])
    if hint is str and not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Misfits([f"{what} holds half of a character: {_shown(value)}"])
    return value


def _annotated(hint: Any, notes: tuple[Any, ...], value: Any, what: str, how: Reading) -> Any:
    """A value that its hint says more of; None has no limits and no spelling."""
    spelled = next((note for note in notes if isinstance(note, Spelled)), None)
    limits = [note for note in notes if isinstance(note, int | float)]
    if value is None and NoneType in get_args(hint):
        return None
    if spelled:
        try:
            value, how = spelled.parse(_whole_numbers(value) if how.alone else value), replace(how, alone=False)
        except ValueError as error:
            raise Misfits(_about(what, str(error))) from None
    made = _value(hint, value, what, how)
    if limits and not limits[0] <= made <= limits[1]:
        raise Misfits([f"{what} must be from {limits[0]} to {limits[1]}, not {_shown(value)}"])
    return made


def _whole_numbers(value: Any) -> Any:
    """With 40 for 40.0, since JSON knows one kind of number, and so do schemas."""
    if isinstance(value, list):
        return [_whole_numbers(part) for part in value]
    return int(value) if type(value) is float and value.is_integer() else value


def _one_of(kinds: tuple[Any, ...], value: Any, what: str, how: Reading) -> Any:
    """The first kind that fits, or what the last one has to say."""
    if value is None and NoneType in kinds:
        return None
    if how.alone and type(value) is bool and NoneType in kinds and any(map(is_dataclass, kinds)):
        if not value:
            return None
        value = {}
    *others, last = (kind for kind in kinds if kind is not NoneType)
    for kind in others:
        with suppress(Misfits):
            return _value(kind, value, what, how)
    return _value(last, value, what, how)


def _tuple(kinds: tuple[Any, ...], value: Any, what: str, how: Reading) -> tuple[Any, ...]:
    many = kinds[-1] is Ellipsis
    if many and how.alone and not isinstance(value, list):
        return (_value(kinds[0], value, what, how),)
    if how.alone and is_range(kinds) and type(value) in (int, float):
        return (_value(kinds[0], value, what, how),) * 2
    if not isinstance(value, list) or (not many and len(value) != len(kinds)):
        raise Misfits([f"{what} must be a list{'' if many else f' of {len(kinds)}'}, not {_shown(value)}"])
    each = kinds[:1] * len(value) if many else kinds
    return tuple(_value(kind, part, f"{what}[{at}]", how) for at, (kind, part) in enumerate(zip(each, value)))


def is_range(kinds: tuple[Any, ...]) -> bool:
    """Whether a tuple of these is a lowest and a highest number."""
    plain_kinds = [get_args(kind)[0] if get_origin(kind) is Annotated else kind for kind in kinds]
    return len(kinds) == 2 and kinds[0] == kinds[1] and plain_kinds[0] in (int, float)


def _path(value: Any, what: str, how: Reading) -> Path:
    text = _value(str, value, what, how)
    if "\0" in text or text.startswith("~"):
        raise Misfits([f"{what} must be a path that is written out, not {_shown(text)}"])
    try:
        path = parse_path(text)
    except ValueError as error:
        raise Misfits([f"{what}: {error}"]) from None
    return how.folder / path if how.folder else path


def _about(what: str, text: str) -> list[str]:
    """What a parser says, with the key in front where it does not begin with it."""
    return [text if re.match(rf"{re.escape(what)}(?!\w)", text) else f"{what}: {text}"]


def shown_key(key: Any) -> str:
    """A key as an error names it: in one line, and not too long."""
    return key if isinstance(key, str) and key.isprintable() and len(key) <= 40 else _shown(key)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
