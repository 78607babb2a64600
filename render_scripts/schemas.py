"""JSON Schemas of dataclasses, as `contract.strict.build` reads them from files that people write.

What a field is comes from its hint, or from the clause of its class's docstring that has its name in backticks.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from blender_addon.contract.strict import Spelled, is_range, key_of, plain

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PATH = r"^(?!~|//)[^\u0000]+$"
_TYPES = {int: "integer", float: "number", bool: "boolean", str: "string", Path: "string"}


def schema_of(kind: type) -> dict[str, Any]:
    """The schema of a whole file that holds the dataclass `kind`."""
    return {"$schema": DIALECT, "title": f"Labelpass {kind.__name__.lower()}", **of_dataclass(kind)}


def of_dataclass(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    about = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    required = [key_of(field.name) for field in fields(kind) if field.default is field.default_factory is MISSING]
    return {
        "description": about,
        "type": "object",
        "properties": {key_of(field.name): _of_field(kind, field, hints[field.name]) for field in fields(kind)},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _of_field(kind: type, field: Field[Any], hint: Any) -> dict[str, Any]:
    schema = dict(of_hint(hint))
    about = description(hint) or clause(kind, key_of(field.name))
    default = plain(field.default if field.default_factory is MISSING else field.default_factory())
    if about:
        schema = {"description": about, **{key: value for key, value in schema.items() if key != "description"}}
    if field.default is not field.default_factory and default is not None and not is_dataclass(field.default):
        schema["default"] = default
    return schema


def description(hint: Any) -> str:
    """The text among what an `Annotated` says of its kind."""
    texts = [note for note in get_args(hint)[1:] if isinstance(note, str)] if get_origin(hint) is Annotated else []
    return " ".join(texts)


def clause(kind: type, key: str) -> str:
    """What the docstring of a dataclass says of a field: from its name in backticks on, or all of the clause."""
    text = inspect.cleandoc(kind.__doc__ or "").replace("\n", " ")
    found = next((part for part in re.split(r";|\.(?= |$)", text) if f"`{key}`" in part), "").strip()
    _, said, rest = found.partition(f"`{key}`:")
    return (rest if said else found).strip()


def of_hint(hint: Any) -> Mapping[str, Any]:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _of_annotated(inside[0], inside[1:])
    if origin in (UnionType, Union):
        found = [of_hint(kind) for kind in inside if kind is not NoneType]
        if NoneType in inside:
            found += [_switch(kind) for kind in inside if is_dataclass(kind)]
        return _any_of(found, null=NoneType in inside)
    if origin is Literal:
        return {"enum": list(inside)}
    if origin is tuple:
        return _of_tuple(inside)
    if is_dataclass(hint):
        return of_dataclass(hint)  # type: ignore[arg-type]
    if origin is not None:  # a mapping
        return {"type": "object", "additionalProperties": of_hint(inside[1])}
    return {"type": _TYPES[hint], **({"pattern": _PATH} if hint is Path else {})}


def _switch(section: Any) -> Mapping[str, Any]:
    """true for a section with its defaults, where these are enough to do something, and false for none."""
    lacking = "required" in of_dataclass(section) or not getattr(section(), "on", True)
    return {"const": False} if lacking else {"type": "boolean"}


def _of_annotated(hint: Any, notes: tuple[Any, ...]) -> Mapping[str, Any]:
    schema = dict(of_hint(hint))
    limits = [note for note in notes if isinstance(note, int | float)]
    if limits:
        number = next((part for part in schema.get("anyOf", ()) if part.get("type") in {"integer", "number"}), schema)
        number |= {"minimum": limits[0], "maximum": limits[1]}
    spelled = next((note.schema for note in notes if isinstance(note, Spelled) and note.schema), None)
    return _any_of([spelled], null=NoneType in get_args(hint)) if spelled else schema


def _of_tuple(kinds: tuple[Any, ...]) -> Mapping[str, Any]:
    if kinds[-1] is Ellipsis:
        one = of_hint(kinds[0])
        return _any_of([one, {"type": "array", "items": one}], null=False)
    if is_range(kinds):
        one = of_hint(kinds[0])
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 2, "maxItems": 2}]}
    alike = all(kind == kinds[0] for kind in kinds)
    items = {"items": of_hint(kinds[0])} if alike else {"prefixItems": [of_hint(kind) for kind in kinds]}
    return {"type": "array", **items, "minItems": len(kinds), "maxItems": len(kinds)}


def _any_of(schemas: list[Mapping[str, Any]], *, null: bool) -> dict[str, Any]:
    """One of several, those that are such a choice themselves taken apart."""
    flat = [part for schema in schemas for part in (schema["anyOf"] if set(schema) == {"anyOf"} else [schema])]
    if null:
        flat.append({"type": "null"})
    return {"anyOf": flat} if len(flat) > 1 else dict(flat[0])
