"""The image render, and what it shares with the label render: see `blender_addon.label_render.label_pass`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.compat import kept_file_format, set_file_format
from blender_addon.contract.run import Settings
from blender_addon.label_render import label_pass
from blender_addon.label_render.label_pass import Passes, RenderFailed, render_channels, render_still
from blender_addon.label_render.stage import changed

from . import compat
from .modalities.catalogue import passes_for
from .outlook import try_room
from .own_images import DECODED, DEVELOPED, own_image, own_images, showing
from .presets import cycles_settings
from .randomization.picture_files import is_whole

JPEG_QUALITY = 95


@contextmanager
def prepared(scene: bpy.types.Scene, settings: Settings, gpu: int = 0) -> Iterator[None]:
    """What both renders of every frame need, on the wanted device; all comes back when the block ends.

    `gpu` says which of several it is.
    """
    with ExitStack() as stack:
        stack.enter_context(label_pass.prepared(scene, settings, passes_for(settings.modalities)))
        stack.enter_context(changed(scene.cycles, **cycles_settings(settings.preset)))
        stack.enter_context(own_images())
        if settings.device != "CPU":
            stack.enter_context(compat.one_gpu(settings.device, gpu))
        yield


class Develop(Protocol):
    """What becomes of scene-linear pictures, (H, W, 3), before the view transform."""

    def whole(self, linear: NDArray[np.float32], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
        """With what lies behind where a render has less than full alpha, (H, W)."""

    def __call__(self, picture: str, linear: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the view transform gets of the picture of this name."""


def render_image(
    scene: bpy.types.Scene, path: Path, size: tuple[int, int], develop: Develop | None = None
) -> NDArray[np.uint8]:
    """Render through the scene's view transform into an 8-bit RGB PNG or JPEG; its decoded pixels, (H, W, 3) uint8."""
    if develop:
        return render_image_and_passes(scene, path, size, develop)[0]
    with _stored_as(scene, path):
        render_still(scene, path)
    return _decoded(path, size)


def render_image_and_passes(
    scene: bpy.types.Scene, path: Path, size: tuple[int, int], develop: Develop | None = None
) -> tuple[NDArray[np.uint8], Passes]:
    """`render_image`, and the channels of the same render before the view transform: Combined.R and so on, with what
    lies behind.

    What is rendered is written whole, and the picture made of what Blender still has of it: bit by bit the same.
    """
    passes = render_channels(scene)
    if develop:
        linear = np.stack([passes[f"Combined.{name}"] for name in "RGB"], axis=-1)
        linear = develop.whole(linear, passes["Combined.A"])
        passes |= {f"Combined.{name}": linear[..., at] for at, name in enumerate("RGB")}
        _save_linear(scene, path, develop(path.stem, linear))
        return _decoded(path, size), passes
    result = next(image for image in bpy.data.images if image.type == "RENDER_RESULT")
    _save(result, scene, path)
    return _decoded(path, size), passes


def _save_linear(scene: bpy.types.Scene, path: Path, linear: NDArray[np.float32]) -> None:
    """Write scene-linear (H, W, 3) through the scene's view transform, as Blender writes a render."""
    height, width, _ = linear.shape
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = linear[::-1]  # Blender counts rows from below
    image = own_image(DEVELOPED)
    if tuple(image.size) != (width, height):
        image.scale(width, height)
    image.pixels.foreach_set(pixels.ravel())
    _save(image, scene, path)


def _save(image: bpy.types.Image, scene: bpy.types.Scene, path: Path) -> None:
    with _stored_as(scene, path), suppress(RuntimeError):  # not all that fails raises: `_decoded` looks
        image.save_render(str(path), scene=scene)


@contextmanager
def _stored_as(scene: bpy.types.Scene, path: Path) -> Iterator[None]:
    settings = scene.render.image_settings
    with kept_file_format(settings):
        jpeg = path.suffix == ".jpg"
        set_file_format(settings, "JPEG" if jpeg else "PNG")
        quality = {"quality": JPEG_QUALITY} if jpeg else {"color_depth": "8", "compression": 15}
        with changed(settings, color_mode="RGB", **quality):
            yield


def _decoded(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The pixels of a picture that Blender wrote. Where it did not write it whole, it seldom says why."""
    image = showing(DECODED, path) if path.is_file() and is_whole(path) else None
    if not image or tuple(image.size) != size:
        try_room(path.parent, 4 * size[0] * size[1])
        raise RenderFailed(f"Blender did not write {path.name} whole, though the disk has room for it")
    pixels = np.empty(size[0] * size[1] * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    pixels = pixels.reshape(size[1], size[0], image.channels)[::-1, :, :3]  # Blender counts rows from below
    return np.ascontiguousarray(np.rint(pixels * 255).astype(np.uint8))
