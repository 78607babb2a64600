"""Functions that Blender calls after an edit, undo, redo or load, or before: added and removed together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import bpy

Handlers = Iterable[tuple[str, Callable[..., None]]]
"""(name of a list in `bpy.app.handlers`, what it calls), such as ("undo_post", forget)."""


def calls(
    *,
    before: Callable[..., None] | None = None,
    update: Callable[..., None] | None = None,
    undo: Callable[..., None] | None = None,
    load: Callable[..., None] | None = None,
) -> Handlers:
    """What to call `before` Blender undoes, saves or loads, and after an `update`, an `undo` or redo, and a `load`."""
    lists = (
        (before, ("undo_pre", "redo_pre", "save_pre", "load_pre")),
        (update, ("depsgraph_update_post",)),
        (undo, ("undo_post", "redo_post")),
        (load, ("load_post",)),
    )
    return tuple((name, call) for call, names in lists if call for name in names)


def add(handlers: Handlers) -> None:
    for name, call in handlers:
        getattr(bpy.app.handlers, name).append(call)


def remove(handlers: Handlers) -> None:
    for name, call in handlers:
        getattr(bpy.app.handlers, name).remove(call)
