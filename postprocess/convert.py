"""One frame from its source to its place in the dataset: read, check, remap, ignore, resize, write, read back.

Nothing is believed: pixels are compared with the checksums the renderer took, what was encoded is decoded again, and
every file is read back and compared with that.
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
from blender_addon.contract.run import LABELS, PURITY

from . import png
from .errors import ExportError
from .exr import read_index_pass
from .frames import Frame
from .labelmap import LabelMap, colorize, ignore_impure, label_map, resize_image, resize_labels
from .layout import Places
from .pixels import checked_image, checked_labels, checked_purity
from .staging import write_checked


@dataclass(frozen=True)
class Recipe:
    """What is done to every frame. Per source: its label set, a table (65536,) uint16 into the target's ids and codes,
    and one (65536,) of the format's type into what is written.

    `palette` colours written values; `size` is (width, height) or None.
    """

    label_sets: tuple[LabelSet, ...]
    crosswalks: tuple[NDArray[np.uint16], ...]
    written: tuple[NDArray[Any], ...]
    palette: NDArray[np.uint8]
    size: tuple[int, int] | None
    ignore_below: float | None


@dataclass(frozen=True)
class Converted:
    """What was written of a frame: (width, height) as exported and as read, and so pixels per id or code."""

    size: tuple[int, int]
    source_size: tuple[int, int]
    counts: Mapping[int, int]
    source_counts: Mapping[int, int]
    background_known: bool


def convert(frame: Frame, places: Places, recipe: Recipe, root: Path) -> Converted:
    """Write one frame below `root`. Raises ExportError for input that cannot be trusted, and when a disk lies."""
    source, background_known = _read(frame, recipe.label_sets[frame.source])
    labels = _altered(source, frame, recipe)
    write_labels(root, places, labels, recipe.written[frame.source], recipe.palette)
    if places.image is not None and frame.image is not None:
        _write_image(
            root / places.image, frame.image, frame.checksums.get(frame.image.name), source.pixels.shape, recipe.size
        )
    source_counts = source.counts()
    counts: dict[int, int] = {}
    for id_, count in (source_counts if labels is source else labels.counts()).items():
        target = int(recipe.crosswalks[frame.source][id_])
        counts[target] = counts.get(target, 0) + count
    (height, width), (source_height, source_width) = labels.pixels.shape, source.pixels.shape
    return Converted((width, height), (source_width, source_height), counts, source_counts, background_known)


def _altered(source: LabelMap, frame: Frame, recipe: Recipe) -> LabelMap:
    """Ignored where impure, and resized; still in the ids of the source, since neither asks what an id means."""
    pixels = source.pixels
    if recipe.ignore_below is not None:
        pixels = ignore_impure(pixels, _purity(frame), recipe.ignore_below)
    if recipe.size is not None:
        pixels = resize_labels(pixels, recipe.size)
    return source if pixels is source.pixels else label_map(pixels)


def _read(frame: Frame, label_set: LabelSet) -> tuple[LabelMap, bool]:
    if LABELS not in frame.checksums:
        index = read_index_pass(frame.labels, label_set, frame.layer)
        return index.labels, index.background_known
    return checked_labels(frame.labels, label_set, frame.checksums[LABELS]), True


def _purity(frame: Frame) -> NDArray[np.float32]:
    if frame.purity is None:
        raise ExportError(
            f"{frame.labels} has no purity beside it, so impure pixels cannot be ignored; "
            "render with --label-supersample 3, or export without --ignore-impure"
        )
    return checked_purity(frame.purity, frame.checksums[PURITY])


def write_labels(
    root: Path, places: Places, labels: LabelMap, written: NDArray[Any], palette: NDArray[np.uint8]
) -> None:
    lines = png.scanlines(labels, written)
    data = png.encode(lines)
    if not png.holds(data, lines):
        raise _unlike(root / places.label)
    write_checked(root / places.label, data)
    if places.preview is None:
        return
    if written.dtype == np.uint8:
        write_checked(root / places.preview, png.with_palette(data, palette))
    else:
        write_rgb(root / places.preview, colorize(written[labels.pixels], palette))


def _write_image(
    place: Path, path: Path, checksum: str | None, shape: tuple[int, ...], size: tuple[int, int] | None
) -> None:
    data, image = checked_image(path, checksum)
    if image.shape[:2] != shape:
        sizes = f"{image.shape[1]}x{image.shape[0]}, its labels {shape[1]}x{shape[0]}"
        raise ExportError(f"{path} is {sizes}; render both at one size")
    if size is None and png.is_plain_rgb(data):
        # The compressed pixels travel as they are: they were decoded and checked just now.
        write_checked(place, png.without_notes(data))
    else:
        write_rgb(place, image if size is None else resize_image(image, size))


def write_rgb(place: Path, image: NDArray[np.uint8]) -> None:
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    whole, data = cv2.imencode(".png", bgr)
    back = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if whole else None
    if back is None or not np.array_equal(back, bgr):
        raise _unlike(place)
    write_checked(place, data.tobytes())


def _unlike(place: Path) -> ExportError:
    return ExportError(f"{place} would not decode to what it was made of: failing memory? export again")
