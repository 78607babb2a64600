"""A frame of polygons, drawn: what can be looked at where a format does not keep the label of every pixel."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import cv2
import numpy as np

from ..errors import ExportError
from ..exporters.yolo import polygon
from ..labelmap import LabelMap, label_map
from ..stored_pixels import read_bytes


def drawn(path: Path, shape: tuple[int, ...], classes: Collection[int], none: int) -> LabelMap:
    """(H, W) class numbers, `none` where no polygon is; later lines lie on earlier ones. Raises ExportError for a line
    that is none, and for a class of another set."""
    pixels = np.full(shape[:2], none, np.uint16)
    size = np.array([shape[1], shape[0]])
    lines = read_bytes(path).decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            of, points = polygon(line)
        except (ValueError, IndexError) as error:
            raise ExportError(f"{path}, line {number}: {error}") from None
        if of not in classes:
            raise ExportError(f"{path}, line {number}: {of} is no class of dataset.json")
        corners = np.minimum(np.floor(points * size), size - 1).astype(np.int32)
        cv2.fillPoly(pixels, [corners], (of,))
    return label_map(pixels)
