"""One frame from its source to its place in the dataset: read, check, remap, ignore, resize, write, read back.

Nothing is believed: pixels are compared with the checksums the renderer took, and what was written is decoded again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.run import IMAGE, LABELS, PURITY, pixel_checksum

from . import png
from .errors import ExportError
from .exr import read_index_pass, read_labels, read_purity
from .frames import Frame
from .labelmap import LabelMap, label_map
from .masks import colorize, ignore_impure, resize_image, resize_labels
from .places import Places


@dataclass(frozen=True)
class Recipe:
    """What is done to every frame. `crosswalks` has a table (65536,) uint16 per source, `encode` one of the format.

    `label_sets` are those of the sources; `palette` colours written values; `size` is (width, height) or None.
    """

    label_sets: tuple[LabelSet, ...]
    crosswalks: tuple[NDArray[np.uint16], ...]
    encode: NDArray[Any]
    palette: NDArray[np.uint8]
    size: tuple[int, int] | None
    ignore_below: float | None


@dataclass(frozen=True)
class Converted:
    """What was written of a frame: (width, height), pixels per id or code as exported and as read."""

    size: tuple[int, int]
    counts: Mapping[int, int]
    source_counts: Mapping[int, int]
    background_known: bool


def convert(frame: Frame, places: Places, recipe: Recipe, root: Path) -> Converted:
    """Write one frame below `root`. Raises ExportError for input that cannot be trusted, and when a disk lies."""
    source, background_known = _read(frame, recipe.label_sets[frame.source])
    labels = source.through(recipe.crosswalks[frame.source])
    if recipe.ignore_below is not None:
        labels = label_map(ignore_impure(labels.pixels(), _purity(frame), recipe.ignore_below))
    if recipe.size is not None:
        labels = label_map(resize_labels(labels.pixels(), recipe.size))
    _write_labels(root, places, labels.through(recipe.encode).pixels(), recipe.palette)
    if places.image is not None and frame.image is not None:
        _write_image(root / places.image, frame.image, frame.checksums.get(IMAGE), source.shape, recipe.size)
    height, width = labels.shape
    return Converted((width, height), labels.counts(), source.counts(), background_known)


def _read(frame: Frame, label_set: LabelSet) -> tuple[LabelMap, bool]:
    if LABELS not in frame.checksums:
        index = read_index_pass(frame.labels, label_set, frame.layer)
        return index.labels, index.background_known
    labels = read_labels(frame.labels, label_set)
    _check(frame.labels, labels.pixels(), frame.checksums[LABELS])
    return labels, True


def _purity(frame: Frame) -> NDArray[np.float32]:
    if frame.purity is None:
        raise ExportError(
            f"{frame.labels} has no purity beside it, so impure pixels cannot be ignored; "
            "render with --label-supersample 3, or export without --ignore-impure"
        )
    purity = read_purity(frame.purity)
    _check(frame.purity, purity, frame.checksums[PURITY])
    return purity


def _check(path: Path, pixels: NDArray[Any], expected: str) -> None:
    if pixel_checksum(pixels.shape, pixels.dtype.name, np.ascontiguousarray(pixels).data) != expected:
        raise ExportError(
            f"{path}: its pixels are not those that were rendered (wrong checksum); render the frame again"
        )


def _write_labels(root: Path, places: Places, values: NDArray[Any], palette: NDArray[np.uint8]) -> None:
    data = png.encode(values)
    if not png.holds(_write(root / places.label, data), values):
        raise _unlike(root / places.label)
    if places.preview is None:
        return
    if values.dtype == np.uint8:
        if not png.holds(_write(root / places.preview, png.with_palette(data, palette)), values):
            raise _unlike(root / places.preview)
    else:
        _write_rgb(root / places.preview, colorize(values, palette))


def _write_image(
    place: Path, path: Path, checksum: str | None, shape: tuple[int, int], size: tuple[int, int] | None
) -> None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ExportError(f"{path} is missing") from None
    image = _decode(path, data)
    if image.shape[:2] != shape:
        sizes = f"{image.shape[1]}x{image.shape[0]}, its labels {shape[1]}x{shape[0]}"
        raise ExportError(f"{path} is {sizes}; render both at one size")
    if checksum is not None:
        _check(path, image, checksum)
    if size is None and png.is_plain_rgb(data):
        # The compressed pixels travel as they are: they were decoded and checked just now.
        plain = png.without_notes(data)
        if _write(place, plain) != plain:
            raise _unlike(place)
    else:
        _write_rgb(place, image if size is None else resize_image(image, size))


def _decode(path: Path, data: bytes) -> NDArray[np.uint8]:
    """(H, W, 3) RGB. Decoders fill in what is missing of a cut file, so its end is looked for first."""
    whole = png.is_whole(data) if data[:4] == b"\x89PNG" else b"\xff\xd9" in data[-1024:]
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if whole else None
    if pixels is None:
        raise ExportError(f"{path} is no whole PNG or JPEG: damaged or cut short")
    if pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 4 and np.all(pixels[..., 3] == 255):
        pixels = np.ascontiguousarray(pixels[..., :3])
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ExportError(f"{path} is {pixels.dtype} {pixels.shape}: trainers want 8-bit RGB without transparency")
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def _write_rgb(place: Path, image: NDArray[np.uint8]) -> None:
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    whole, data = cv2.imencode(".png", bgr)
    back = cv2.imdecode(np.frombuffer(_write(place, data.tobytes()), np.uint8), cv2.IMREAD_UNCHANGED)
    if not whole or back is None or not np.array_equal(back, bgr):
        raise _unlike(place)


def _write(place: Path, data: bytes) -> bytes:
    """Write a file and return what the file system now says is in it."""
    if not place.parent.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
    with open(place, "w+b") as file:  # one open for both: on network disks opening costs more than a label map's bytes
        file.write(data)
        file.flush()
        file.seek(0)
        return file.read()


def _unlike(place: Path) -> ExportError:
    return ExportError(f"{place} does not decode to what was written: a full or failing disk?")
