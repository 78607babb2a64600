"""Label maps: where they change from row to row, how they are looked up, ignored, resized and coloured.

A 640x480 label map has 300,000 pixels, and some thousands that differ from the one above. So whatever is asked of every
pixel (is it whole? is it a known id? how many are there? what is it written as?) is asked of those instead.

Every operation maps a label or one of the three codes (unlabelled, ignore, background) to something stated; nothing
falls into a catch-all class, is rounded, or wraps around in a smaller type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import CODE_NAMES, IGNORE, UNLABELLED

from .errors import ExportError

_Value = TypeVar("_Value", bound=np.generic)


@dataclass(frozen=True)
class LabelMap:
    """`pixels` (H, W), and those unlike the pixel above, in reading order, where the first row is unlike all.

    `places` (N,) are their flat indices, `values` (N,) what they hold; `above` (N - W,) holds what is above them, for
    those below the first row.
    """

    pixels: NDArray[np.uint16]
    places: NDArray[np.int64]
    values: NDArray[np.uint16]
    above: NDArray[np.uint16]

    def counts(self) -> dict[int, int]:
        """{value: pixels}, exact."""
        return dict(self._counts)

    @cached_property
    def _counts(self) -> dict[int, int]:
        height, width = self.pixels.shape
        # A value that begins in row y fills its column from there to the end, less what the next one takes over.
        filled = height - self.places // width
        change = np.concatenate((filled, -filled[width:]))
        # As int16 the two high codes are -2 and -1, so that the table ends at the largest id.
        value = np.concatenate((self.values, self.above)).view(np.int16).astype(np.int32) + 2
        # Sums of whole numbers are exact in float64 up to 2**53 pixels.
        per_value = np.bincount(value, weights=change)
        return {(at - 2) % 65536: int(per_value[at]) for at in np.flatnonzero(per_value > 0).tolist()}


def label_map(pixels: NDArray[np.uint16]) -> LabelMap:
    """That of an (H, W) array."""
    return with_changes(pixels, changes(pixels))


def with_changes(pixels: NDArray[np.uint16], places: NDArray[np.int64]) -> LabelMap:
    """The label map of pixels whose `changes` are known."""
    flat, width = pixels.ravel(), pixels.shape[1]
    return LabelMap(pixels, places, flat[places], flat[places[width:] - width])


def changes(pixels: NDArray[Any]) -> NDArray[np.int64]:
    """Flat indices of the pixels of (H, W) that are unlike the one above. NaN is unlike itself."""
    if pixels.ndim != 2 or pixels.size == 0:
        raise ValueError(f"a label map is (height, width) with at least one pixel, not {pixels.shape}")
    width = pixels.shape[1]
    below = np.flatnonzero(pixels[1:] != pixels[:-1])
    return np.concatenate((np.arange(width), below + width))


def lookup_table(crosswalk: Mapping[int, int]) -> NDArray[np.uint16]:
    """(65536,) uint16: each label id through `crosswalk`, ids without an entry to unlabelled, codes to themselves."""
    table = np.full(65536, UNLABELLED, np.uint16)
    for id_, other in crosswalk.items():
        table[id_] = other
    for code in CODE_NAMES:
        table[code] = code
    return table


def look_up(labels: LabelMap, table: NDArray[_Value]) -> NDArray[_Value]:
    """Each pixel in a `table` (65536,), (H, W) of its type."""
    shown = np.fromiter(labels.counts(), np.uint16)
    if np.array_equal(table[shown], shown.astype(table.dtype)):  # as most are: the other way takes ten times as long
        return labels.pixels.astype(table.dtype, copy=False)
    return np.asarray(table[labels.pixels])


def ignore_impure(labels: NDArray[np.uint16], purity: NDArray[np.float32], threshold: float) -> NDArray[np.uint16]:
    """`labels` (H, W) with `IGNORE` where `purity` (H, W), in 0..1, is below `threshold`."""
    if labels.shape != purity.shape:
        raise ExportError(f"labels are {labels.shape[1]}x{labels.shape[0]}, purity {purity.shape[1]}x{purity.shape[0]}")
    return np.where(purity < np.float32(threshold), np.uint16(IGNORE), labels)


def ignore_band(labels: NDArray[np.uint16], width: int) -> NDArray[np.uint16]:
    """`labels` (H, W) with `IGNORE` where a pixel of another value is at most `width` pixels away, along rows, columns
    and diagonals: a band of twice that width along each edge, as Pascal VOC has it."""
    around = np.ones((2 * width + 1, 2 * width + 1), np.uint8)
    beside = cv2.dilate(labels, around) != cv2.erode(labels, around)
    return np.where(beside, np.uint16(IGNORE), labels)


def resize_labels(labels: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Nearest pixel only: output pixel (x, y) takes input pixel (floor((x + 0.5) * w / W), floor((y + 0.5) * h / H)).

    `size` is (W, H) in pixels. Pixel centres are at halves, as in Pillow, scikit-image and cv2.INTER_NEAREST_EXACT;
    computed in whole numbers here, so that no version rounds differently. No new value can appear.
    """
    (height, width), (out_width, out_height) = labels.shape, size
    columns = (2 * np.arange(out_width, dtype=np.int64) + 1) * width // (2 * out_width)
    rows = (2 * np.arange(out_height, dtype=np.int64) + 1) * height // (2 * out_height)
    return np.ascontiguousarray(labels[rows[:, None], columns[None, :]])


def resize_image(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W, 3) to `size` (W, H): area average when neither side grows, else bilinear; the same pixel centres."""
    height, width = image.shape[:2]
    shrinks = size[0] <= width and size[1] <= height
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.uint8)


def is_squashed(size: tuple[int, int], to: tuple[int, int]) -> bool:
    """Whether no one scale makes (width, height) the other size, rounded to whole pixels."""
    (width, height), (to_width, to_height) = size, to
    # A scale that rounds to the new width is in (to_width -+ 0.5) / width; likewise for the height.
    return not (
        (2 * to_width - 1) * height <= (2 * to_height + 1) * width
        and (2 * to_height - 1) * width <= (2 * to_width + 1) * height
    )


def colorize(values: NDArray[Any], palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) written values to (H, W, 3) RGB; `palette` as in `layout.Encoding.palette`."""
    return np.take(palette, values, axis=0)
