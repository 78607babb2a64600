"""Looks through the views that a button began: one at a time, and ended before Blender undoes, saves or loads.

Between two views the scene is as a render needs it. Another window may ask for something meanwhile; whatever it is, the
scene is put back first, since only the last that changed it may put it back.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

import bpy

from . import handlers

Seen = TypeVar("Seen")
_going: list[Generator[Any, None, None]] = []


def begin(looks: Generator[Seen, None, None]) -> Generator[Seen, None, None]:
    """The same looks, as those that are going now; others end, and whoever waits for them finds no more of them."""
    stop()
    _going.append(looks)
    return looks


def stop() -> None:
    """End the looks that are going, if any: that puts the scene back."""
    for looks in [each for each in _going if not each.gi_running]:
        _going.remove(looks)
        looks.close()


@bpy.app.handlers.persistent
def _before_jump(*_args: object) -> None:
    stop()


_HANDLERS = handlers.calls(before=_before_jump)


def register() -> None:
    handlers.add(_HANDLERS)


def unregister() -> None:
    handlers.remove(_HANDLERS)
    stop()
