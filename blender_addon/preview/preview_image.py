"""The preview as an image in an image editor: made of the last preview, never saved, and back after an undo."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np

from ..tab import handlers, timers
from .previews import Preview, last

NAME = "Label Preview"
_shown_in: set[int] = set()


def image() -> bpy.types.Image | None:
    """The image of the preview, where there is one."""
    return next((each for each in bpy.data.images if each.is_runtime_data and each.name.startswith(NAME)), None)


def draw_image(preview: Preview) -> bpy.types.Image:
    """The preview in the image: exact colours, and nothing that Blender would save or ask about."""
    found = image() or bpy.data.images.new(NAME, *preview.size)
    found.is_runtime_data = True  # neither in the .blend nor in an undo step
    if tuple(found.size) != preview.size:
        found.scale(*preview.size)
    found.pixels.foreach_set((preview.colors[::-1] / np.float32(255)).ravel())
    found.update()
    found.pack()  # else it counts as changed, and Blender asks whether to save it when it quits
    return found


def show(context: bpy.types.Context, preview: Preview, *, new: bool = True) -> None:
    """Show the preview in the image editor that shows one already, else in one of this window, else in a new window.

    Not `new`: not in a window that is not open yet.
    """
    draw_image(preview)
    if bpy.app.background:
        return
    if area := _editor(context):
        _show_in(area)
    elif new:
        timers.start(_open)  # a window that opens during a modal operator makes Blender run that once more


def _open() -> None:
    """Show the image in a new editor."""
    windows = bpy.context.window_manager.windows
    with bpy.context.temp_override(window=bpy.context.window or windows[0]):
        area = _editor(bpy.context) or _new_editor()
    if area and image():
        _show_in(area, fresh=True)


def _show_in(area: bpy.types.Area, *, fresh: bool = False) -> None:
    space, shown = area.spaces.active, image()
    if space.image != shown:
        space.image = shown
        fresh = True
    _shown_in.add(area.as_pointer())
    area.tag_redraw()
    if fresh:
        timers.start(_fit, 0.1)  # when the new window has its size


def _editors() -> Iterator[tuple[bpy.types.Window, bpy.types.Area]]:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "IMAGE_EDITOR":
                yield window, area


def _editor(context: bpy.types.Context) -> bpy.types.Area | None:
    """An open image editor: one with a preview first; not those for UVs, and none that is pinned to its image."""
    shown = image()
    for _window, area in _editors():
        if shown and area.spaces.active.image == shown:
            return area
    for window, area in _editors():
        if window == context.window and area.ui_type == "IMAGE_EDITOR" and not area.spaces.active.use_image_pin:
            return area
    return None


def _new_editor() -> bpy.types.Area | None:
    """A new one where the preferences say that Blender shows what it renders; a window of its own by default."""
    before = {area.as_pointer() for _window, area in _editors()}
    bpy.ops.render.view_show("INVOKE_DEFAULT")
    for _window, area in _editors():
        if area.as_pointer() not in before:
            return area
    return next((area for _window, area in _editors()), None)


def _fit() -> None:
    shown = image()
    for window, area in _editors():
        if shown and area.spaces.active.image == shown:
            region = next(each for each in area.regions if each.type == "WINDOW")
            with bpy.context.temp_override(window=window, area=area, region=region):
                bpy.ops.image.view_all(fit_view=True)


@bpy.app.handlers.persistent
def _after_jump(*_args: object) -> None:
    """An undo step knows nothing of the image, so Blender has removed it: put it back where it was."""
    preview = last()
    if preview and not image():
        shown = draw_image(preview)
        for _window, area in _editors():
            if area.as_pointer() in _shown_in and not area.spaces.active.image:
                area.spaces.active.image = shown


@bpy.app.handlers.persistent
def _after_load(*_args: object) -> None:
    _shown_in.clear()


_HANDLERS = handlers.calls(undo=_after_jump, load=_after_load)


def register() -> None:
    handlers.add(_HANDLERS)


def unregister() -> None:
    handlers.remove(_HANDLERS)
    timers.stop(_open)
    timers.stop(_fit)
    _shown_in.clear()
    if found := image():
        bpy.data.images.remove(found)
