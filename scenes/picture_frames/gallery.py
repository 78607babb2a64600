"""The art: pictures of a folder, cut to what a wall needs of them, or painted; as images inside the .blend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import bpy
import numpy as np

from scenes.images import to_image
from scenes.picture_frames.canvas import sheet
from scenes.picture_frames.folders import art_files
from scenes.picture_frames.held_out_paintings import HELD_OUT
from scenes.picture_frames.paintings import PAINTERS

PIXELS = 320
"""Of the longer side of a picture: frames are some 200 pixels of a photograph of a wall."""

MOST_PIXELS = 2048
"""Of a photograph's longer side, before it is averaged down."""

ASPECTS = (0.67, 0.71, 0.75, 0.8, 0.8, 1.0, 1.0, 1.25, 1.33, 1.41, 1.5, 1.78)


@dataclass(frozen=True)
class Art:
    """An image and its aspect, width by height; `source`: which file of the folder it is, if it is one."""

    image: bpy.types.Image
    aspect: float
    source: Path | None = None


@dataclass
class Gallery:
    """Where art comes from: `files` (none: all is painted), and the share of `painted` pictures where there are any."""

    files: Sequence[Path]
    painted: float
    hard: bool
    hung: dict[Path, Art] = field(default_factory=dict)

    def pick(self, rng: np.random.Generator, name: str, beside: Sequence[Art] = ()) -> Art:
        """A picture of the folder that is not yet `beside`, if there is one, or a new one that is called `name`."""
        if self.files and rng.random() >= self.painted:
            hung = {art.source for art in beside}
            free = [path for path in self.files if path not in hung] or self.files
            path = free[rng.integers(len(free))]
            if path not in self.hung:
                self.hung[path] = _load(path, f"picture {self.files.index(path) + 1}")
            return self.hung[path]
        painters = HELD_OUT if self.hard else PAINTERS
        paper = sheet(rng, ASPECTS[rng.integers(len(ASPECTS))], PIXELS)
        color = np.clip(painters[rng.integers(len(painters))](paper), 0, 1)
        opaque = np.ones((*color.shape[:2], 1))
        return Art(to_image(name, np.concatenate([color, opaque], axis=2)), color.shape[1] / color.shape[0])


def open_gallery(folder: Path | None, painted: float, hard: bool) -> Gallery:
    """The gallery of a folder. Raises ValueError where there is no picture, or none for hard walls or for others."""
    return Gallery([] if folder is None else art_files(folder, hard), painted, hard)


def _load(path: Path, name: str) -> Art:
    """A picture as large as a wall needs it, on white where it is see-through, without its file's name and place."""
    image = bpy.data.images.load(str(path))
    try:
        wide, tall = image.size
        if not wide or not tall or _cut_short(path.read_bytes()):
            raise ValueError(f"art: Blender cannot read the picture {path.name}: take it out of the folder, or mend it")
        if max(wide, tall) > MOST_PIXELS:
            shrink = MOST_PIXELS / max(wide, tall)
            image.scale(max(1, round(wide * shrink)), max(1, round(tall * shrink)))
        pixels = np.empty(4 * image.size[0] * image.size[1], np.float32)
        image.pixels.foreach_get(pixels)
        pixels = pixels.reshape(image.size[1], image.size[0], 4)
        alpha = pixels[..., 3:]
        color = _shrunk(pixels[..., :3] * alpha + 1 - alpha, min(1.0, PIXELS / max(image.size)))
        opaque = np.ones((*color.shape[:2], 1))
        return Art(to_image(name, np.clip(np.concatenate([color, opaque], axis=2), 0, 1)), wide / tall, path)
    finally:
        bpy.data.images.remove(image)


def _cut_short(data: bytes) -> bool:
    """Whether a JPEG or PNG lacks its end: Blender shows gray or black where nothing is, and says no word."""
    if data.startswith(b"\x89PNG"):
        return b"IEND" not in data
    if not data.startswith(b"\xff\xd8"):
        return False
    at = 2  # behind the segments, which may hold a small JPEG with an end of its own; after them only an end is FF D9
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] != b"\xda":
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return b"\xff\xd9" not in data[at:]


def _shrunk(pixels: np.ndarray, by: float) -> np.ndarray:
    """A smaller picture whose pixels are means, since Blender's own way drops what lies between."""
    tall, wide = (max(1, round(side * by)) for side in pixels.shape[:2])
    rows, columns = _means(pixels.shape[0], tall), _means(pixels.shape[1], wide)
    return np.einsum("rh,hwc,ow->roc", rows, pixels, columns, optimize=True)


def _means(many: int, few: int) -> np.ndarray:
    """(few, many): which share each of `many` pixels has in each of `few`."""
    ends = np.linspace(0, many, few + 1)
    low, high = ends[:-1, None], ends[1:, None]
    at = np.arange(many)[None, :]
    return (np.clip(np.minimum(high, at + 1) - np.maximum(low, at), 0, 1) / (high - low)).astype(np.float32)
