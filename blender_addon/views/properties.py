"""The state of the Views panel: its rows, which is picked, whether pictures are shown.

It lives on the window manager. Rows copy `view_list.list_rows` for Blender's list to draw: at once after our own edits,
and by a timer when something else has changed, since looking at everything that is animated is nothing for a redraw.
"""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, PointerProperty, StringProperty

from ..tab import handlers, status, timers
from ..tab.properties import NOTHING, filling
from . import thumbnails
from .looks import Look, look_at
from .view_list import list_rows

_SETTLED = 0.3  # seconds without an edit
_looks: dict[str, Look] = {}
_outdated = True
_undone = False


def _renamed(item: LABELPASS_PG_view, context: bpy.types.Context) -> None:
    """Somebody typed a name: an undo step of its own."""
    if not views_state(context).filling:
        bpy.ops.labelpass.rename_view("EXEC_DEFAULT", True, frame=item.frame, name=item.name)


def _picked(state: LABELPASS_PG_views, context: bpy.types.Context) -> None:
    """Somebody clicked a row: look through that view."""
    item = picked_view(context)
    if not state.filling and item and bpy.ops.labelpass.go_to_view.poll():
        bpy.ops.labelpass.go_to_view("EXEC_DEFAULT", frame=item.frame, camera=item.camera)


def _pictures_toggled(state: LABELPASS_PG_views, context: bpy.types.Context) -> None:
    if state.pictures:
        thumbnails.draw_soon(_looks)


class LABELPASS_PG_view(bpy.types.PropertyGroup):
    """One row, as `view_list.Row`; `look` names its picture."""

    name: StringProperty(name="Name", description="Double-click to rename", update=_renamed)
    frame: IntProperty()
    last: IntProperty()
    camera: StringProperty()
    fixed: StringProperty()
    named: BoolProperty()
    still: BoolProperty()
    look: StringProperty()
    tip: StringProperty()


class LABELPASS_PG_views(bpy.types.PropertyGroup):
    """What the Views panel shows; nothing of it is worth saving."""

    rows: CollectionProperty(type=LABELPASS_PG_view)
    rows_of: StringProperty()
    active: IntProperty(name="View", default=NOTHING, description="Look through this view", update=_picked)
    filling: BoolProperty()
    pictures: BoolProperty(
        name="Pictures",
        description="Show a small picture of each view, as the scene stood when it was drawn",
        update=_pictures_toggled,
    )


def views_state(context: bpy.types.Context) -> LABELPASS_PG_views:
    """The panel's state."""
    return context.window_manager.labelpass_views


def picked_view(context: bpy.types.Context) -> LABELPASS_PG_view | None:
    """The row that was clicked last, or that the last edit was about."""
    state = views_state(context)
    return state.rows[state.active] if 0 <= state.active < len(state.rows) else None


def looks(frame: int | None = None) -> dict[str, Look]:
    """{name of its picture: look} of the rows, or of those at one frame, as far as they are known."""
    rows = bpy.context.window_manager.labelpass_views.rows
    return {row.look: _looks[row.look] for row in rows if row.look in _looks and frame in (None, row.frame)}


def stale_views(context: bpy.types.Context) -> bool:
    """True when the rows may not be the scene's any more. Quick: asked with each redraw."""
    return _outdated or views_state(context).rows_of != _signature(context.scene)


def _signature(scene: bpy.types.Scene) -> str:
    """What changes without Blender telling: markers, the frame range, the shape of the picture."""
    markers = [(each.frame, each.name, each.camera.name if each.camera else "") for each in scene.timeline_markers]
    render = scene.render
    shape = (render.resolution_x, render.resolution_y, render.pixel_aspect_x, render.pixel_aspect_y)
    camera = scene.camera.name if scene.camera else ""
    return repr((scene.name_full, scene.frame_start, scene.frame_end, scene.frame_step, camera, shape, markers))


def fill_views(context: bpy.types.Context, frame: int | None = None) -> None:
    """Make the list show what is rendered. The row of `frame` becomes the picked one; else the picked one stays.

    After an undo, and where that one is gone, it is the one that the window is at: rows may have changed places.
    """
    global _outdated, _undone
    state, scene = views_state(context), context.scene
    picked = picked_view(context)
    wanted = (frame, None) if frame is not None else (picked.frame, picked.camera) if picked else None
    rows = list_rows(scene)
    _looks.clear()
    state.filling = True
    try:
        while len(state.rows) > len(rows):
            state.rows.remove(len(state.rows) - 1)
        while len(state.rows) < len(rows):
            state.rows.add()
        state.active = NOTHING
        for place, (row, item) in enumerate(zip(rows, state.rows)):
            item.name, item.frame, item.last, item.camera = row.name, row.frame, row.last, row.camera
            item.fixed, item.named, item.still = row.fixed or "", row.named, row.still
            item.tip = row.fixed or "Click to look through it, double-click to rename it"
            look = look_at(scene, scene.objects[row.camera], row.frame)
            item.look = look.key if look else ""
            if look:
                _looks[look.key] = look
            if wanted and row.frame == wanted[0] and wanted[1] in (None, row.camera):
                state.active = place
        here = [place for place, row in enumerate(rows) if row.frame == scene.frame_current]
        if wanted and frame is None and len(here) == 1 and (_undone or state.active == NOTHING):
            state.active = here[0]
    finally:
        state.filling = False
    state.rows_of, _outdated, _undone = _signature(scene), False, False


def refill_soon() -> None:
    """After a row was renamed: the row is still in Blender's hands, and must not be made anew under them."""
    _after_jump()
    fill_views_soon()


_fill_now = filling(stale_views, fill_views)


def fill_views_soon(seconds: float = 0.0) -> None:
    """For drawing code, which may not write, and after edits by others, once they have settled."""
    timers.start(_fill_now, seconds, anew=seconds > 0)


@bpy.app.handlers.persistent
def _after_update(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    global _outdated  # noqa: PLW0603
    if (timers.waits(_fill_now) or not _outdated) and (status.matters(depsgraph) or _camera_moved(depsgraph)):
        _outdated = True
        if not bpy.app.background:
            fill_views_soon(_SETTLED)


def _camera_moved(depsgraph: bpy.types.Depsgraph) -> bool:
    updates = depsgraph.updates
    if len(updates) > 100:  # then it mattered already
        return False
    ids = (update.id for update in updates)
    return any(isinstance(each, bpy.types.Object) and each.type == "CAMERA" for each in ids)


@bpy.app.handlers.persistent
def _after_jump(*_args: object) -> None:
    global _outdated  # noqa: PLW0603
    _outdated = True


@bpy.app.handlers.persistent
def _after_undo(*_args: object) -> None:
    global _outdated, _undone  # noqa: PLW0603
    _outdated = _undone = True


_HANDLERS = handlers.calls(update=_after_update, undo=_after_undo, load=_after_jump)
_classes, _no_classes = bpy.utils.register_classes_factory((LABELPASS_PG_view, LABELPASS_PG_views))


def register() -> None:
    _classes()
    bpy.types.WindowManager.labelpass_views = PointerProperty(type=LABELPASS_PG_views)
    handlers.add(_HANDLERS)


def unregister() -> None:
    handlers.remove(_HANDLERS)
    timers.stop(_fill_now)
    _after_jump()
    _looks.clear()
    del bpy.types.WindowManager.labelpass_views
    _no_classes()
