"""Label colours as icons. A colour property would do, but Blender greys one that cannot be edited, and then it lies."""

from __future__ import annotations

from functools import lru_cache

import bpy.utils.previews
import numpy as np

from ..contract.labels import Color

SIZE = 32
_icons: bpy.utils.previews.ImagePreviewCollection | None = None


def icon(color: Color) -> int:
    """The icon of an 8-bit sRGB colour, for `icon_value`; made the first time it is asked for."""
    if _icons is None:
        return 0
    name = "#{:02x}{:02x}{:02x}".format(*color)
    if name not in _icons:
        preview = _icons.new(name)
        preview.icon_size = (SIZE, SIZE)
        preview.icon_pixels_float.foreach_set(_pixels(color))
    return _icons[name].icon_id


def _pixels(color: Color) -> np.ndarray:
    """A square with round corners on nothing: rows of SIZE pixels, RGBA, alpha multiplied in; float32."""
    return (_covers() * np.float32([*(channel / 255 for channel in color), 1.0])).ravel()


@lru_cache(maxsize=1)
def _covers() -> np.ndarray:
    """(SIZE * SIZE, 1): how much of each pixel the square covers. Once for all: a search shows 894 colours."""
    return np.float32([[_cover(x, y)] for y in range(SIZE) for x in range(SIZE)])


def _cover(x: int, y: int, margin: float = 2.0, radius: float = 6.0) -> float:
    """How much of pixel (x, y) the square covers: 1 inside, 0 outside, between along the corners."""
    reach = SIZE / 2 - margin - radius
    dx, dy = (max(abs(at + 0.5 - SIZE / 2) - reach, 0.0) for at in (x, y))
    return min(max(radius - (dx * dx + dy * dy) ** 0.5 + 0.5, 0.0), 1.0)


def register() -> None:
    global _icons  # noqa: PLW0603 (Blender's documented place for a preview collection)
    _icons = bpy.utils.previews.new()


def unregister() -> None:
    global _icons  # noqa: PLW0603
    bpy.utils.previews.remove(_icons)
    _icons = None
