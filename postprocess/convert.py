"""One frame from its source to its place in the dataset: read, check, remap, ignore, resize, write, read back.

Nothing is believed: pixels are compared with the checksums the renderer took, what was encoded is decoded again, and
every file is read back and compared with that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import Color
from blender_addon.contract.run import LABELS, PURITY

from . import png
from .dataset_frames import refuse_changed
from .drawn_frames import Draw, Drawn, drawn_labels
from .encoded import map_png, map_tiff, rgb_png
from .errors import ExportError
from .exporters import PerFrame
from .exr import read_index_pass
from .frame_pixels import Made, frame_pixels
from .frames import Frame, Source
from .journal import Sum
from .labelmap import LabelMap, colorize, ignore_band, ignore_impure, label_map, look_up, resize_labels
from .layout import Encoding, Placed, Places
from .likeness import likeness
from .pictures import Picture, Pictures, drawn_picture, picture, write_picture
from .pixels import checked_labels, checked_purity
from .spool import Span, put
from .staging import write_checked
from .stored_pixels import read_ids


@dataclass(frozen=True)
class Recipe:
    """What is done to every frame. Per source: what it is, a table (65536,) uint16 into the target's ids and codes,
    and one (65536,) of the format's type into what is written.

    `palette` colours written values; `size` is (width, height) or None. `of_format` makes more of a frame, as what
    `encoding` says, where the format does; `draw` makes the frames themselves, where no file holds them.
    """

    sources: tuple[Source, ...]
    crosswalks: tuple[NDArray[np.uint16], ...]
    written: tuple[NDArray[Any], ...]
    palette: NDArray[np.uint8]
    size: tuple[int, int] | None
    ignore_below: float | None
    ignore_band: int
    pictures: Pictures
    encoding: Encoding
    of_format: PerFrame | None = None
    draw: Draw | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written of a frame: (width, height) as exported and as read, and so pixels per id or code; where the
    format's own rows of it stand. `likeness` is that of its picture, None where there is none and where it is drawn,
    since draws look alike by chance alone; `files` are the sums of its files, {path in the dataset: sum}."""

    size: tuple[int, int]
    source_size: tuple[int, int]
    counts: Mapping[int, int]
    source_counts: Mapping[int, int]
    background_known: bool
    rows: Mapping[str, Span]
    likeness: int | None
    files: Mapping[str, Sum]


def convert(frame: Frame, placed: Placed, recipe: Recipe, root: Path) -> Converted:
    """Write one frame below `root`. Raises ExportError for input that cannot be trusted, and when a disk lies."""
    drawn = None if recipe.draw is None else recipe.draw(frame.key.order)
    source, background_known = _labels_of(frame, drawn, recipe)
    labels = _altered(source, frame, recipe)
    shown = _picture(placed.files.image, frame, drawn, source.pixels.shape, recipe)
    refuse_changed(frame)
    colors = recipe.encoding.file_palette
    files = write_labels(root, placed.files, labels, recipe.written[frame.source], recipe.palette, colors)
    if shown is not None and frame.image is not None and placed.files.image is not None:
        files[placed.files.image] = write_picture(root, placed.files.image, frame.image, shown, recipe.pictures)
    made = _more(frame, placed, labels, drawn, shown, recipe)
    files |= {path: write_checked(root, path, data) for path, data in made.files.items()}
    rows = put(root, made.rows)
    source_counts = source.counts()
    counts: dict[int, int] = {}
    for id_, count in (source_counts if labels is source else labels.counts()).items():
        target = int(recipe.crosswalks[frame.source][id_])
        counts[target] = counts.get(target, 0) + count
    (height, width), (source_height, source_width) = labels.pixels.shape, source.pixels.shape
    if counts == source_counts:
        counts = source_counts  # of a million frames, one dict less each
    bits = None if shown is None or drawn is not None else likeness(shown.pixels)
    sizes = (width, height), (source_width, source_height)
    return Converted(*sizes, counts, source_counts, background_known, rows, bits, files)


def _altered(source: LabelMap, frame: Frame, recipe: Recipe) -> LabelMap:
    """Ignored where impure, and resized; still in the ids of the source, since neither asks what an id means."""
    pixels = source.pixels
    if recipe.ignore_below is not None:
        pixels = ignore_impure(pixels, _purity(frame), recipe.ignore_below)
    if recipe.size is not None:
        pixels = resize_labels(pixels, recipe.size)
    if recipe.ignore_band:
        pixels = ignore_band(pixels, recipe.ignore_band)
    return source if pixels is source.pixels else label_map(pixels)


def _labels_of(frame: Frame, drawn: Drawn | None, recipe: Recipe) -> tuple[LabelMap, bool]:
    source = recipe.sources[frame.source]
    return read_labels_of(frame, source) if drawn is None else (drawn_labels(drawn, frame, source.label_set), True)


def read_labels_of(frame: Frame, source: Source) -> tuple[LabelMap, bool]:
    """In ids and codes, and whether background is told from unlabelled. Raises ExportError."""
    if frame.stored is not None and source.written is not None:
        return read_ids(frame.stored.labels, source.written), True
    if LABELS not in frame.checksums:
        index = read_index_pass(frame.labels, source.label_set, frame.layer)
        return index.labels, index.background_known
    return checked_labels(frame.labels, source.label_set, frame.checksums[LABELS]), True


def _purity(frame: Frame) -> NDArray[np.float32]:
    if frame.purity is None:
        raise ExportError(
            f"{frame.labels} has no purity beside it, so impure pixels cannot be ignored; "
            "render with --label-supersample 3, or export without --ignore-impure"
        )
    return checked_purity(frame.purity, frame.checksums[PURITY])


def write_labels(
    root: Path,
    places: Places,
    labels: LabelMap,
    written: NDArray[Any],
    palette: NDArray[np.uint8],
    colors: Sequence[Color] | None = None,
) -> dict[str, Sum]:
    """A label map, each value looked up in `written`, with `colors` as its palette where it has one; and its preview,
    in those of `palette`. The sums of its files. Raises ExportError."""
    if places.label is None:
        return {}
    if places.label.endswith(".tif"):
        return {places.label: write_checked(root, places.label, map_tiff(root / places.label, labels, written))}
    data = map_png(root / places.label, labels, written)
    shown = data if colors is None else png.with_palette(data, np.array(colors, np.uint8))
    files = {places.label: write_checked(root, places.label, shown)}
    if places.preview is not None:
        if written.dtype == np.uint8:
            data = png.with_palette(data, palette)
        else:
            data = rgb_png(root / places.preview, colorize(written[labels.pixels], palette))
        files[places.preview] = write_checked(root, places.preview, data)
    return files


def _picture(
    place: str | None, frame: Frame, drawn: Drawn | None, shape: tuple[int, ...], recipe: Recipe
) -> Picture | None:
    """The picture, where the format writes or wants it."""
    wants = recipe.of_format.wants if recipe.of_format is not None else frozenset()
    if frame.image is None or (place is None and not wants & {"image", "pixels"}):
        return None
    checksum = frame.checksums.get(frame.image.name)
    encoded = place is not None or "image" in wants
    if drawn is not None:
        return drawn_picture(str(frame.image), drawn.image, recipe.size, recipe.pictures, encoded)
    where = frame.image if frame.stored is None else frame.stored.image or frame.image
    return picture(where, checksum, shape, recipe.size, recipe.pictures, encoded)


def _more(
    frame: Frame, placed: Placed, labels: LabelMap, drawn: Drawn | None, shown: Picture | None, recipe: Recipe
) -> Made:
    """What the format alone knows of."""
    of_format = recipe.of_format
    if of_format is None:
        return Made()
    pixels_of_target = look_up(labels, recipe.crosswalks[frame.source])
    target = labels if pixels_of_target is labels.pixels else label_map(pixels_of_target)
    pixels = frame_pixels(frame, placed, recipe.encoding, target, shown, of_format.wants, recipe.size, drawn)
    return of_format.frame(pixels)
