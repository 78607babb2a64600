"""Attributes of the scene that are changed for a frame, and are what they were when no frame wants them changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Change = tuple[Any, str, Any]
"""(what has the attribute, its name, the value it shall have). Numbers, texts, data-blocks, tuples of numbers."""


class Held:
    """What is changed, from frame to frame: only what differs from the frame before is written.

    Each write makes Blender and Cycles look at the data-block again, also one of an equal value.
    """

    def __init__(self) -> None:
        self._own: dict[tuple[Any, str], Any] = {}

    def show(self, wanted: Iterable[Change]) -> None:
        """Make these the changes: others are taken back, the latest first, and these made in their order."""
        changes = list(wanted)
        asked = {(owner, name) for owner, name, _ in changes}
        for key in [key for key in reversed(self._own) if key not in asked]:
            _write(*key, self._own.pop(key))
        for owner, name, value in changes:
            self._own.setdefault((owner, name), _read(owner, name))
            _write(owner, name, value)

    def own(self, owner: Any, name: str) -> Any:
        """What an attribute is without our changes."""
        return self._own[owner, name] if (owner, name) in self._own else _read(owner, name)


@contextmanager
def held() -> Iterator[Held]:
    """A `Held` whose changes are all taken back when the block ends."""
    changes = Held()
    try:
        yield changes
    finally:
        changes.show(())


def _read(owner: Any, name: str) -> Any:
    """The value; a copy where Blender hands out a live view of its memory (vectors, colours)."""
    value = getattr(owner, name)
    return tuple(value) if hasattr(value, "__len__") and not isinstance(value, str) else value


def _write(owner: Any, name: str, value: Any) -> None:
    if _read(owner, name) != value:
        setattr(owner, name, value)
