"""Sections of a request, its fields that are dataclasses, on a command line: one option with the JSON of all."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

from blender_addon.contract.strict import build, nearest, parse_json, plain

OPTION = "--sections"


def sections_of(kind: type) -> dict[str, type]:
    """{field: dataclass} of the fields that are one, or None."""
    hints = get_type_hints(kind).items()
    return {name: part for name, hint in hints for part in (hint, *get_args(hint)) if is_dataclass(part)}


def to_option(request: Any) -> list[str]:
    """`--sections={...}` of the sections that a request has; nothing where it has none."""
    there = {name: plain(section) for name in sections_of(type(request)) if (section := getattr(request, name))}
    return [f"{OPTION}={json.dumps(there)}"] if there else []


def parse_sections(text: str, kind: type) -> dict[str, Any]:
    """{field: section} of such an option's text. Raises ValueError."""
    data, known = parse_json(text), sections_of(kind)
    if not isinstance(data, dict):
        raise ValueError("write a mapping of sections, as JSON")
    for name in data:
        if name not in known:
            raise ValueError(f"{name} is no section{nearest(name, known)}")
    return {name: build(known[name], section, name) for name, section in data.items()}
