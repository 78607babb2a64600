"""Images of ours that are there for a whole run, whatever picture they show.

A data-block that is added or removed makes Blender evaluate the whole scene anew: 3 s of a frame with 10,000 objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from .failures import UnreadableFile

_ROLE = "labelpass"
DEVELOPED, DECODED, BEHIND = "developed", "decoded", "behind"

_LINEAR = (".exr", ".hdr")


@contextmanager
def own_images() -> Iterator[None]:
    """Until the block ends, there is an image for each role."""
    made = []
    for role in (DEVELOPED, DECODED, BEHIND):
        image = bpy.data.images.new(f"{_ROLE} {role}", 1, 1, float_buffer=role == DEVELOPED)
        image[_ROLE] = role
        made.append(image)
    try:
        yield
    finally:
        bpy.data.batch_remove(made)


def own_image(role: str) -> bpy.types.Image:
    """Raises LookupError outside of `own_images`."""
    found = [image for image in bpy.data.images if image.get(_ROLE) == role]
    return found[-1]  # blocks may be nested


def showing(role: str, path: Path) -> bpy.types.Image:
    """The image of a role, read from a file; its size is (0, 0) where that is no picture."""
    image = own_image(role)
    image.source = "FILE"
    space = image.colorspace_settings  # would stay that of what was shown before
    if path.suffix.lower() in _LINEAR:
        space.is_data = True
    elif space.is_data:
        space.name = "sRGB"
    image.filepath = str(path)
    image.reload()  # a path that was there before may be another picture now
    return image


def size_of(image: bpy.types.Image) -> tuple[int, int]:
    """Width and height of an image of a file, which is read for it. Raises UnreadableFile where that is no picture."""
    width, height = image.size
    if not width or not height:
        raise UnreadableFile(f"{bpy.path.abspath(image.filepath)} cannot be read as a picture")
    return width, height
