"""Functions that Blender calls after an edit, undo, redo or load: added and removed by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import bpy

Handlers = Iterable[tuple[str, Callable[..., None]]]
"""(name of a list in `bpy.app.handlers`, what it calls), such as ("undo_post", forget)."""


def add(handlers: Handlers) -> None:
    for name, call in handlers:
        getattr(bpy.app.handlers, name).append(call)


def remove(handlers: Handlers) -> None:
    for name, call in handlers:
        getattr(bpy.app.handlers, name).remove(call)
