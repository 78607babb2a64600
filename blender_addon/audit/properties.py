"""The state of the Audit panel: which kind is shown, which row is picked.

It lives on the window manager. Its rows copy the keys of the last audit for Blender's list to draw.
"""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, PointerProperty, StringProperty

from ..tab import status, timers
from ..tab.properties import NOTHING
from . import current_audit
from .findings import Finding

SETTLED = 0.5  # seconds without an edit before a small scene is looked at again


class LABELPASS_PG_finding(bpy.types.PropertyGroup):
    """One row. `name` is what the list's own filter looks at."""

    key: StringProperty()
    tip: StringProperty()


def _picked(state: LABELPASS_PG_audit, context: bpy.types.Context) -> None:
    """Somebody clicked a row: show its objects, as an undo step of its own."""
    if state.filling or not 0 <= state.active < len(state.rows):
        return
    if bpy.ops.labelpass.show_finding.poll():
        bpy.ops.labelpass.show_finding("EXEC_DEFAULT", True, key=state.rows[state.active].key)


class LABELPASS_PG_audit(bpy.types.PropertyGroup):
    """What the Audit panel shows; nothing of it is worth saving."""

    rows: CollectionProperty(type=LABELPASS_PG_finding)
    active: IntProperty(name="Finding", default=NOTHING, description="Select it and frame it", update=_picked)
    kind: StringProperty(description="The kind of finding that the list shows; empty: all")
    filling: BoolProperty()
    rows_of: StringProperty()


def audit_state(context: bpy.types.Context) -> LABELPASS_PG_audit:
    """The panel's state."""
    return context.window_manager.labelpass_audit


def findings_shown(context: bpy.types.Context) -> dict[str, Finding]:
    """The rows that the list should show now, by their keys."""
    found, kind = current_audit.last(context.scene, context.view_layer), audit_state(context).kind
    if not found:
        return {}
    some = {key: each for key, each in found.findings.items() if each.kind == kind} if kind else {}
    return some or dict(found.findings)  # the last of a kind is mended: all the others are worth a look


def picked_finding(context: bpy.types.Context) -> Finding | None:
    """The row that was clicked last, as long as it is there."""
    state = audit_state(context)
    found = current_audit.last(context.scene, context.view_layer)
    if not found or not 0 <= state.active < len(state.rows):
        return None
    return found.findings.get(state.rows[state.active].key)


def stale_findings(context: bpy.types.Context) -> bool:
    """True when Blender's list shows other rows than it should."""
    return audit_state(context).rows_of != _rows_of(context)


def _rows_of(context: bpy.types.Context) -> str:
    found = current_audit.last(context.scene, context.view_layer)
    return f"{found.serial} {audit_state(context).kind}" if found else ""


def fill_findings(context: bpy.types.Context) -> None:
    """Make the list show what it should; the picked row stays picked while it is there."""
    state, now = audit_state(context), findings_shown(context)
    key = state.rows[state.active].key if 0 <= state.active < len(state.rows) else ""
    state.filling = True
    try:
        state.rows.clear()
        for each in now.values():
            item = state.rows.add()
            item.key, item.name, item.tip = each.key, each.short, each.message
        state.rows_of = _rows_of(context)
        state.active = next((place for place, other in enumerate(now) if other == key), NOTHING)
    finally:
        state.filling = False


def look_soon(seconds: float = SETTLED) -> None:
    """For drawing code, which may not write: look at the scene when the edits have settled, and fill the list."""
    timers.start(_look_now, seconds)


def _look_now() -> None:
    context = bpy.context
    if not context.window_manager or not context.scene or current_audit.measuring():
        return
    if bpy.app.is_job_running("RENDER"):
        return
    found = current_audit.last(context.scene, context.view_layer)
    if not found or not found.current:
        current_audit.run(context)
    fill_findings(context)
    status.redraw_sidebars()


_classes, _no_classes = bpy.utils.register_classes_factory((LABELPASS_PG_finding, LABELPASS_PG_audit))


def register() -> None:
    _classes()
    bpy.types.WindowManager.labelpass_audit = PointerProperty(type=LABELPASS_PG_audit)


def unregister() -> None:
    timers.stop(_look_now)
    del bpy.types.WindowManager.labelpass_audit
    _no_classes()
