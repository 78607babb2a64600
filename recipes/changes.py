"""What a command line puts in place of what a recipe says: `--set KEY=VALUE`, with paths from the working folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from blender_addon.contract.strict import key_of
from blender_addon.label_sets import label_files
from blender_addon.strict_yaml import YamlError, read_yaml

SECTIONS = ("settings", "render", "export")
_LABEL_SETS = (("render", "label_set"), ("export", "labels"))
"""Keys of texts that are the name of a label set, or a file."""


@dataclass(frozen=True)
class Change:
    """`keys`: a section, a key, a key inside of that ..."""

    keys: tuple[str, ...]
    value: Any


def read_change(text: str) -> Change:
    """Of KEY=VALUE; a key without a section is a setting, the value is YAML. Raises ValueError."""
    name, equals, value = text.partition("=")
    keys = tuple(name.strip().split("."))
    if len(keys) == 1:
        keys = ("settings", *keys)
    if not equals or not all(keys) or keys[0] not in SECTIONS:
        raise ValueError(f"--set {text!r}: write KEY=VALUE, render.KEY=VALUE or export.KEY=VALUE")
    try:
        return Change(keys, read_yaml(value, "a value")[0])
    except YamlError as error:
        raise ValueError(f"--set {text!r}: {error}") from None


def put_in(sections: dict[str, dict[str, Any]], change: Change, kinds: Mapping[str, type], folder: Path) -> None:
    """Make a change to the sections of a recipe; `kinds` are the dataclasses that sections are read as, `folder` is
    what its paths are relative to."""
    (section, key, *inside), value = change.keys, change.value
    if change.keys in _LABEL_SETS:
        value = label_set_in(value, folder)
    if section in kinds:
        value = _at(change.keys[1:], _with_whole_paths(kinds[section], _below(change.keys[1:], value), folder))
    sections[section][key] = _changed(sections[section].get(key), inside, value)


def label_set_in(said: Any, folder: Path) -> Any:
    """What is said of a label set, with the whole path of a file."""
    is_file = isinstance(said, str) and Path(said).suffix.lower() in label_files.SUFFIXES
    return str(folder / said) if is_file else said


def _changed(before: Any, inside: Sequence[str], value: Any) -> Any:
    """`before` with the value at that key inside of it, and all else as it is."""
    if not inside:
        return value
    kept = before if isinstance(before, Mapping) else {}
    return {**kept, inside[0]: _changed(kept.get(inside[0]), inside[1:], value)}


def _below(keys: Sequence[str], value: Any) -> Any:
    return {keys[0]: _below(keys[1:], value)} if keys else value


def _at(keys: Sequence[str], value: Any) -> Any:
    return _at(keys[1:], value[keys[0]]) if keys else value


def _with_whole_paths(kind: Any, value: Any, folder: Path) -> Any:
    """What is to become a value of that kind, with `folder` before what are paths there. What does not fit is left as
    it is, for whoever builds the kind to say so."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _with_whole_paths(inside[0], value, folder)
    if origin in (Union, UnionType):
        made = (_with_whole_paths(each, value, folder) for each in inside)
        return next((one for one in made if one != value), value)
    if kind is Path:
        return str(folder / value) if isinstance(value, str) and not value.startswith("~") else value
    if origin is tuple:
        many = value if isinstance(value, list) else [value]  # one stands for a list of it
        found = [_with_whole_paths(inside[0], each, folder) for each in many]
        return found if isinstance(value, list) else found[0]
    if is_dataclass(kind) and isinstance(value, Mapping):
        hints = {key_of(name): hint for name, hint in get_type_hints(kind, include_extras=True).items()}
        return {key: _with_whole_paths(hints.get(key), part, folder) for key, part in value.items()}
    return value
