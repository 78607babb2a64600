"""Small pictures of views, drawn by the viewport engine one at a time, so that the window never waits for them.

A picture belongs to a look, not to a frame: it goes along when views change places, and comes back with undo. It shows
the scene as it stood when it was drawn. Pictures live in memory alone; without a window there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import bpy
import bpy.utils.previews
import numpy as np

from ..tab import handlers, status, timers
from .looks import Look

WIDTH = 128
_MOST = 400  # pictures, 50 kB each
_BREATH = 0.01  # seconds between two
_pictures: bpy.utils.previews.ImagePreviewCollection | None = None
_waiting: dict[str, Look] = {}


def picture(key: str) -> int:
    """The icon of a look's picture; 0 where there is none."""
    return _pictures[key].icon_id if _pictures is not None and key in _pictures else 0


def draw_soon(looks: Mapping[str, Look], *, anew: bool = False) -> None:
    """Draw the pictures that are not there, or all of them anew, when Blender is free."""
    if bpy.app.background or _pictures is None:
        return
    _waiting.update({key: look for key, look in looks.items() if anew or key not in _pictures})
    if _waiting:
        timers.start(_draw_one, _BREATH)


def waiting() -> int:
    """How many pictures are still to be drawn."""
    return len(_waiting)


def _draw_one() -> float | None:
    if bpy.app.is_job_running("RENDER"):
        return 0.5
    if not _waiting:
        return None
    key = next(iter(_waiting))
    look = _waiting.pop(key)
    try:
        if place := next(_places(look.scene), None):
            _store(key, _draw(look, *place))
    except (RuntimeError, SystemError, ValueError):  # no graphics: the list does without pictures
        _waiting.clear()
    status.redraw_sidebars()
    return _BREATH if _waiting else None


def _places(scene: int) -> Iterator[tuple]:
    """(window, area, region) of 3D views that show the whole of a scene, which is named by its `session_uid`."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas if window.scene.session_uid == scene else ():
            if area.type == "VIEW_3D" and not area.spaces.active.local_view:
                yield from ((window, area, region) for region in area.regions if region.type == "WINDOW")


def _draw(look: Look, window: bpy.types.Window, area: bpy.types.Area, region: bpy.types.Region) -> np.ndarray:
    """(height, WIDTH, 4) uint8, the lowest row first."""
    import gpu  # there is none in a Blender without a window

    space, height = area.spaces.active, max(1, min(round(WIDTH / look.aspect), 2 * WIDTH))
    offscreen = gpu.types.GPUOffScreen(WIDTH, height, format="RGBA8")
    try:
        with bpy.context.temp_override(window=window, area=area, region=region), _plain(space):
            offscreen.draw_view3d(
                window.scene, window.view_layer, space, region, look.view, look.projection, do_color_management=True
            )
        buffer = offscreen.texture_color.read()
        buffer.dimensions = WIDTH * height * 4
        return np.array(buffer, np.uint8).reshape(height, WIDTH, 4)
    finally:
        offscreen.free()


@contextmanager
def _plain(space: bpy.types.SpaceView3D) -> Iterator[None]:
    """Solid, in the materials' colours, and nothing drawn over it, for as long as a picture takes."""
    wanted = (
        (space.shading, "type", "SOLID"),
        (space.shading, "light", "STUDIO"),
        (space.shading, "color_type", "MATERIAL"),
        (space.shading, "show_xray", False),
        (space.overlay, "show_overlays", False),
    )
    before = []
    try:
        for owner, name, value in wanted:
            if getattr(owner, name) != value:
                before.append((owner, name, getattr(owner, name)))
                setattr(owner, name, value)
        yield
    finally:
        for owner, name, value in reversed(before):
            setattr(owner, name, value)


def _store(key: str, pixels: np.ndarray) -> None:
    if key in _pictures:
        del _pictures[key]
    while len(_pictures) >= _MOST:
        del _pictures[next(iter(_pictures))]
    preview = _pictures.new(key)
    pixels = pixels.copy()
    pixels[..., 3] = 255
    preview.image_size = (pixels.shape[1], pixels.shape[0])
    preview.image_pixels_float.foreach_set((pixels.astype(np.float32) / 255).ravel())


def forget() -> None:
    """Drop all pictures."""
    _waiting.clear()
    if _pictures is not None:
        _pictures.clear()


@bpy.app.handlers.persistent
def _after_load(*_args: object) -> None:
    forget()


_HANDLERS = handlers.calls(load=_after_load)


def register() -> None:
    global _pictures  # noqa: PLW0603 (Blender's documented place for a preview collection)
    _pictures = bpy.utils.previews.new()
    handlers.add(_HANDLERS)


def unregister() -> None:
    global _pictures  # noqa: PLW0603
    handlers.remove(_HANDLERS)
    timers.stop(_draw_one)
    _waiting.clear()
    bpy.utils.previews.remove(_pictures)
    _pictures = None
