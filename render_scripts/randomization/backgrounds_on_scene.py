"""Renders before nothing in frames that get a picture behind them, and reads that picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

from ..own_images import BEHIND, showing, size_of
from .backgrounds import BackgroundsDraw, Part, linear_of_srgb, part_of, resampled
from .held import Change
from .sensor import BRIGHTEST, Linear


def transparent_film(drawn: BackgroundsDraw, scene: bpy.types.Scene) -> Iterator[Change]:
    """What lets a picture through wherever cameras see the world, also through glass. Light and mirrors see the world
    as before."""
    if drawn.picture:
        yield scene.render, "film_transparent", True
        yield scene.cycles, "film_transparent_glass", True


def background(folder: Path, drawn: BackgroundsDraw, size: tuple[int, int], scene: bpy.types.Scene) -> Linear | None:
    """What lies behind a frame of `size`, (width, height): scene-linear (H, W, 3); None where the world does.

    A picture is of the right brightness as it is, so that the scene's own exposure is taken off it.
    """
    if not drawn.picture:
        return None
    shape = size[0] * scene.render.pixel_aspect_x, size[1] * scene.render.pixel_aspect_y
    image = showing(BEHIND, folder / drawn.picture)
    _shrink(image, part_of(size_of(image), shape, drawn.zoom, drawn.place), size)
    part = part_of(size_of(image), shape, drawn.zoom, drawn.place)
    picture = resampled(*_read(image, part, size), size)
    image.buffers_free()
    if drawn.flipped:
        picture = picture[:, ::-1]
    return np.ascontiguousarray(picture * np.float32(2.0 ** (drawn.stops - scene.view_settings.exposure)))


def _shrink(image: bpy.types.Image, part: Part, wanted: tuple[int, int]) -> None:
    """Make a picture smaller whose part has far more pixels than are wanted, by whole numbers: Blender means squares of
    them in a blink, where numbers for all of them take gigabytes and seconds."""
    width, height = size_of(image)
    by = int(min((part[2] - part[0]) / wanted[0], (part[3] - part[1]) / wanted[1]) / 2)
    if by > 1:
        image.scale(max(width // by, 1), max(height // by, 1))


def _read(image: bpy.types.Image, part: Part, wanted: tuple[int, int]) -> tuple[Linear, Part]:
    """The light of a picture in and around a part of it, (h, w, 3), and where the part lies in that, as far as a
    picture of the size `wanted` needs it."""
    width, height = size_of(image)
    pixels = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    pixels = pixels.reshape(height, width, image.channels)[::-1]  # Blender counts rows from below
    left, top, right, bottom = part
    around = int(np.ceil(max((right - left) / wanted[0], (bottom - top) / wanted[1]))) + 2
    x, y = max(int(left) - around, 0), max(int(top) - around, 0)
    pixels = pixels[y : int(bottom) + around, x : int(right) + around]
    pixels = pixels[..., :3] if image.channels >= 3 else pixels[..., :1].repeat(3, axis=-1)
    if image.is_float:
        light = np.nan_to_num(np.clip(pixels, 0, BRIGHTEST))
    else:
        light = _OF_BYTES[np.rint(pixels * 255).astype(np.uint8)]
    return light, (left - x, top - y, right - x, bottom - y)


_OF_BYTES = linear_of_srgb(np.arange(256, dtype=np.float32) / 255)
