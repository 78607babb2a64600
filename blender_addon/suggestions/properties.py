"""The state of the Suggestions panel: the bar, what is unfolded, which row is picked.

It lives on the window manager. Its rows copy the keys of `suggestion_list.rows` for Blender's list to draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..contract.words import listed
from ..tab import status, timers
from ..tab.properties import NOTHING, filling
from .ranking import BAR
from .suggestion_list import Row, rows


class LABELPASS_PG_suggestion(bpy.types.PropertyGroup):
    """One row. `name` is what the list's own filter looks at: the label, and the objects."""

    key: StringProperty()
    tip: StringProperty()


class LABELPASS_PG_unfolded(bpy.types.PropertyGroup):
    """A group that shows its objects; `name` is its key."""


def _picked(state: LABELPASS_PG_suggestions, context: bpy.types.Context) -> None:
    """Somebody clicked a row: show its objects, as an undo step of its own."""
    if state.filling or not 0 <= state.active < len(state.rows):
        return
    if bpy.ops.labelpass.show_suggestion.poll():
        bpy.ops.labelpass.show_suggestion("EXEC_DEFAULT", True, key=state.rows[state.active].key)


def _bar_moved(_state: LABELPASS_PG_suggestions, context: bpy.types.Context) -> None:
    fill_suggestions(context)


class LABELPASS_PG_suggestions(bpy.types.PropertyGroup):
    """What the Suggestions panel shows; nothing of it is worth saving."""

    rows: CollectionProperty(type=LABELPASS_PG_suggestion)
    unfolded: CollectionProperty(type=LABELPASS_PG_unfolded)
    active: IntProperty(
        name="Suggestion", default=NOTHING, description="Select these objects and frame them", update=_picked
    )
    filling: BoolProperty()
    bar: FloatProperty(
        name="Confidence Bar",
        description="What is at least so sure is above the bar and accepted together. "
        "What the label set files where nobody would look stays below 0.8",
        min=0,
        max=1,
        default=BAR,
        subtype="FACTOR",
        precision=2,
        update=_bar_moved,
    )


def suggestions_state(context: bpy.types.Context) -> LABELPASS_PG_suggestions:
    """The panel's state."""
    return context.window_manager.labelpass_suggestions


def shown_rows(context: bpy.types.Context) -> Mapping[str, Row]:
    """The rows that the list should show now, by their keys."""
    state = suggestions_state(context)
    return rows(context.scene, state.bar, state.unfolded.keys())


def picked_row(context: bpy.types.Context) -> Row | None:
    """The row that was clicked last, as long as it is there."""
    state = suggestions_state(context)
    return shown_rows(context).get(state.rows[state.active].key) if 0 <= state.active < len(state.rows) else None


def stale_suggestions(context: bpy.types.Context) -> bool:
    """True when Blender's list shows other rows than it should."""
    now, state = shown_rows(context), suggestions_state(context)
    return len(now) != len(state.rows) or any(key != item.key for key, item in zip(now, state.rows))


def fill_suggestions(context: bpy.types.Context) -> None:
    """Make the list show what it should; the picked row stays picked while it is there."""
    state, now = suggestions_state(context), shown_rows(context)
    key = state.rows[state.active].key if 0 <= state.active < len(state.rows) else ""
    label_set = status.label_set(context.scene)
    state.filling = True
    try:
        state.rows.clear()
        for row in now.values():
            item = state.rows.add()
            names = [entry.name for entry in row.entries]
            item.key, item.name = row.key, f"{label_set.by_id[row.label_id].name} {' '.join(names[:1000])}"
            item.tip = tip(row)
        state.active = next((place for place, each in enumerate(now) if each == key), NOTHING)
    finally:
        state.filling = False


def tip(row: Row) -> str:
    """What the pointer on a row tells: what it is, why, and what to mind."""
    lines = [listed([entry.name for entry in row.entries], 8), row.best.reason]
    if row.best.caution:
        lines.append(f"Mind: {row.best.caution}")
    return ".\n".join(lines)


def unfold(context: bpy.types.Context, key: str) -> None:
    """Show the objects of a group, or fold them up again."""
    unfolded = suggestions_state(context).unfolded
    if key in unfolded:
        unfolded.remove(unfolded.find(key))
    else:
        unfolded.add().name = key
    fill_suggestions(context)


def fold_all(context: bpy.types.Context) -> None:
    """Show groups alone."""
    suggestions_state(context).unfolded.clear()


_fill_now = filling(stale_suggestions, fill_suggestions)


def fill_suggestions_soon() -> None:
    """For drawing code, which may not write."""
    timers.start(_fill_now)


_CLASSES: Iterable[type] = (LABELPASS_PG_suggestion, LABELPASS_PG_unfolded, LABELPASS_PG_suggestions)
_classes, _no_classes = bpy.utils.register_classes_factory(_CLASSES)


def register() -> None:
    _classes()
    bpy.types.WindowManager.labelpass_suggestions = PointerProperty(type=LABELPASS_PG_suggestions)


def unregister() -> None:
    timers.stop(_fill_now)
    del bpy.types.WindowManager.labelpass_suggestions
    _no_classes()
