"""The labels given last in this file, for the key that gives one again. Blender forgets them with the session.

Kept by name: a change of label set leaves those that the new one has, too.
"""

from __future__ import annotations

import bpy

from ..contract.labels import Label, LabelSet

_MANY = 12
_names: list[str] = []


def remember(label: Label) -> None:
    """This label was given just now."""
    name = label.name.casefold()
    _names[:] = [name, *(other for other in _names if other != name)][:_MANY]


def recent(label_set: LabelSet) -> list[Label]:
    """The labels of this set that were given in this file, the last one first."""
    known = {label.name.casefold(): label for label in label_set.labels}
    return [known[name] for name in _names if name in known]


@bpy.app.handlers.persistent
def _after_load(*_args: object) -> None:
    _names.clear()


def register() -> None:
    bpy.app.handlers.load_post.append(_after_load)


def unregister() -> None:
    bpy.app.handlers.load_post.remove(_after_load)
    _names.clear()
