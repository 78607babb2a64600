"""The window's own state: the rows of the label list, what is searched, what is picked.

It lives on the window manager and says nothing of the scene: the truth stays in the scene's plain custom property
and in pass indices. Rows copy the label set for Blender's list to draw, made anew when the stored text differs.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..contract.labels import Label, LabelSet
from ..label_sets.label_search import arrange
from ..scene_labels import label_set_text
from . import status, timers

NOTHING = -1  # the picked row, where nobody picked one or the search matches none


class LABELPASS_PG_row(bpy.types.PropertyGroup):
    """One label of the list. `name` is Blender's own property of every list item."""

    label_id: IntProperty(name="Id")


def _search_changed(state: LABELPASS_PG_window, context: bpy.types.Context) -> None:
    """Pick the best match, so that typing "cha" and pressing Assign labels chairs; nothing where nothing matches."""
    label_set = status.label_set(context.scene)
    if not label_set or not state.search.strip():
        return
    counts = status.status(context.scene, context.view_layer).counts
    best = arrange(label_set.labels, state.search, counts, state.used_first, status.members(context.scene))
    state.active = best[0] if best and best[0] < len(state.rows) else NOTHING


class LABELPASS_PG_window(bpy.types.PropertyGroup):
    """What the Labels tab shows; nothing of it is worth saving."""

    rows: CollectionProperty(type=LABELPASS_PG_row)
    rows_of: StringProperty()
    active: IntProperty(name="Label", default=NOTHING, description="The label that Assign and Select by label use")
    search: StringProperty(
        name="Search",
        description="Part of a label's name, one of its other names, what NYU counts among it, or its id",
        options={"TEXTEDIT_UPDATE", "SKIP_SAVE"},
        update=_search_changed,
    )
    used_first: BoolProperty(name="Used First", description="List the labels in use before the others", default=True)
    step_on: BoolProperty(
        name="Step On",
        description="While an unlabelled object is shown alone, a key that labels it goes on to the next one",
        default=True,
    )


def state_of(context: bpy.types.Context) -> LABELPASS_PG_window:
    """The window's state."""
    return context.window_manager.labelpass


def active_label(context: bpy.types.Context) -> Label | None:
    """The label picked in the list."""
    state, label_set = state_of(context), status.label_set(context.scene)
    if not label_set or not 0 <= state.active < len(state.rows):
        return None
    return label_set.by_id.get(state.rows[state.active].label_id)


def stale(context: bpy.types.Context) -> bool:
    """True when the rows are not those of the scene's label set: another file, another scene, an undone change."""
    return state_of(context).rows_of != _digest(label_set_text(context.scene))


def fill_rows(context: bpy.types.Context) -> None:
    """Make the rows those of the scene's label set; the picked label stays picked where the new set knows its name."""
    state, label_set = state_of(context), status.label_set(context.scene)
    picked = state.rows[state.active].name.casefold() if 0 <= state.active < len(state.rows) else ""
    state.rows.clear()
    for label in label_set.labels if label_set else ():
        row = state.rows.add()
        row.name, row.label_id = label.name, label.id
    state.active = _position(label_set, picked)
    state.rows_of = _digest(label_set_text(context.scene))


def _position(label_set: LabelSet | None, name: str) -> int:
    """Where that name is; NOTHING where it is not: the first label of a set is nobody's choice."""
    names = [label.name.casefold() for label in label_set.labels] if label_set else []
    return names.index(name) if name in names else NOTHING


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest() if text else ""


def filling(
    is_stale: Callable[[bpy.types.Context], bool], fill: Callable[[bpy.types.Context], None]
) -> Callable[[], None]:
    """For a timer: fill a list's rows where they are stale, and draw the sidebars again."""

    def fill_now() -> None:
        context = bpy.context
        if context.window_manager and context.scene and is_stale(context):
            fill(context)
            status.redraw_sidebars()

    return fill_now


_fill_now = filling(stale, fill_rows)


def fill_rows_soon() -> None:
    """For drawing code, which may not write: fill the rows as soon as Blender is free."""
    timers.start(_fill_now)


_classes, _no_classes = bpy.utils.register_classes_factory((LABELPASS_PG_row, LABELPASS_PG_window))


def register() -> None:
    _classes()
    bpy.types.WindowManager.labelpass = PointerProperty(type=LABELPASS_PG_window)
    status.register()


def unregister() -> None:
    timers.stop(_fill_now)
    status.unregister()
    del bpy.types.WindowManager.labelpass
    _no_classes()
