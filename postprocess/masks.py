"""Pure operations on label maps: tables to look labels up in, ignore what is too mixed, resize, colour.

Everything here maps a label or one of the three codes (unlabelled, ignore, background) to something stated; nothing
falls into a catch-all class, is rounded, or wraps around in a smaller type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED, Color, LabelSet

from .errors import ExportError

# Colours of the codes, where label sets leave room: unlabelled shouts, because it usually is a mistake; background and
# ignore stay quiet. The legend and the names files say so.
CODE_COLORS: Mapping[int, Color] = {UNLABELLED: (255, 0, 255), IGNORE: (128, 128, 128), BACKGROUND: (0, 0, 0)}


@dataclass(frozen=True)
class Encoding:
    """What a format writes for each label id and each code of `label_set`; `dtype` is "uint8" or "uint16".

    Raises ExportError where a value does not fit the type or two labels would be written alike. Codes may share
    values with each other, where a format's readers know only one kind of void, but never with a label.
    """

    label_set: LabelSet
    values: Mapping[int, int]
    dtype: str

    def __post_init__(self) -> None:
        limit = int(np.iinfo(self.dtype).max)
        taken: dict[int, int] = {}
        for id_ in (*self.label_set.by_id, *CODE_NAMES):
            value = self.values[id_]
            if not 0 <= value <= limit:
                raise ExportError(f"{self._named(id_)} would be written as {value}, which {self.dtype} cannot hold")
            other = taken.setdefault(value, id_)
            if other != id_ and not (other in CODE_NAMES and id_ in CODE_NAMES):
                raise ExportError(f"{self._named(other)} and {self._named(id_)} would both be written as {value}")

    def _named(self, id_: int) -> str:
        return CODE_NAMES[id_] if id_ in CODE_NAMES else f"label {self.label_set.by_id[id_].name!r}"

    def palette(self) -> NDArray[np.uint8]:
        """(values of the type, 3) uint8 RGB: the colour of each written value; values that are not written are black.

        Where codes share a value, it gets the colour of unlabelled, else of ignore.
        """
        colors = np.zeros((int(np.iinfo(self.dtype).max) + 1, 3), np.uint8)
        for code in (BACKGROUND, IGNORE, UNLABELLED):
            colors[self.values[code]] = CODE_COLORS[code]
        for label in self.label_set.labels:
            colors[self.values[label.id]] = label.color
        return colors


def lookup_table(crosswalk: Mapping[int, int]) -> NDArray[np.uint16]:
    """(65536,) uint16: each label id through `crosswalk`, ids without an entry to unlabelled, codes to themselves."""
    table = np.full(65536, UNLABELLED, np.uint16)
    for id_, other in crosswalk.items():
        table[id_] = other
    for code in CODE_NAMES:
        table[code] = code
    return table


def encoding_table(encoding: Encoding) -> NDArray[Any]:
    """(65536,) in the encoding's type: what each id or code of its label set is written as.

    Values that are neither are written as unlabelled; `postprocess.exr` has refused them before.
    """
    table = np.full(65536, encoding.values[UNLABELLED], encoding.dtype)
    for id_, value in encoding.values.items():
        table[id_] = value
    return table


def ignore_impure(labels: NDArray[np.uint16], purity: NDArray[np.float32], threshold: float) -> NDArray[np.uint16]:
    """`labels` (H, W) with `IGNORE` where `purity` (H, W), in 0..1, is below `threshold`."""
    if labels.shape != purity.shape:
        raise ExportError(f"labels are {labels.shape[1]}x{labels.shape[0]}, purity {purity.shape[1]}x{purity.shape[0]}")
    return np.where(purity < np.float32(threshold), np.uint16(IGNORE), labels)


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


def colorize(values: NDArray[Any], palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) written values to (H, W, 3) RGB; `palette` as in `Encoding.palette`."""
    return np.take(palette, values, axis=0)


def plain_encoding(label_set: LabelSet) -> Encoding:
    """Ids and codes as they are, in 16 bits: what a run folder holds."""
    return Encoding(label_set, {id_: id_ for id_ in (*label_set.by_id, *CODE_NAMES)}, "uint16")
