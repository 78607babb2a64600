"""What somebody has moved or set over a key, and not keyed yet: Blender forgets it when a frame is set or rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from ..compat import fcurves

_CUSTOM = re.compile(r'(?P<owner>.*)\["(?P<name>(?:[^"\\]|\\.)*)"\]')


@contextmanager
def kept_unkeyed() -> Iterator[None]:
    """Put every keyed value of the file back to what it is now when the block ends, whatever its key says.

    Values that only NLA strips or drivers set are not looked at: Blender sets them anew by itself.
    """
    before = list(_keyed_values())
    try:
        yield
    finally:
        for owner, name, index, value in before:
            if _read(owner, name, index) != value:
                _write(owner, name, index, value)


_Keyed = tuple[Any, str, int, Any]
"""(what has the property, its name, or '["name"]' of a custom one, its index in an array, the value)."""


def _keyed_values() -> Iterator[_Keyed]:
    for animated in _animated():
        for curve in fcurves(animated):
            custom = _CUSTOM.fullmatch(curve.data_path)
            path, _, name = curve.data_path.rpartition(".")
            if custom:
                path, name = custom["owner"], f'["{custom["name"]}"]'
            try:
                owner = animated.path_resolve(path) if path else animated
                yield owner, name, curve.array_index, _read(owner, name, curve.array_index)
            except (ValueError, AttributeError, KeyError, TypeError, IndexError):
                continue  # a curve of something that is not there any more


def _animated() -> Iterator[bpy.types.ID]:
    for kind in bpy.data.bl_rna.properties:
        if kind.type == "COLLECTION":
            for data in getattr(bpy.data, kind.identifier):
                if getattr(data, "animation_data", None):
                    yield data
                tree = getattr(data, "node_tree", None)
                if tree and tree.animation_data:
                    yield tree


def _whole(owner: Any, name: str) -> Any:
    return owner[_custom_name(name)] if name.startswith("[") else getattr(owner, name)


def _read(owner: Any, name: str, index: int) -> Any:
    value = _whole(owner, name)
    return value[index] if hasattr(value, "__len__") and not isinstance(value, str | set) else value


def _write(owner: Any, name: str, index: int, value: Any) -> None:
    whole = _whole(owner, name)
    if hasattr(whole, "__len__") and not isinstance(whole, str | set):
        whole[index] = value
    elif name.startswith("["):
        owner[_custom_name(name)] = value
    else:
        setattr(owner, name, value)


def _custom_name(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[2:-2])
