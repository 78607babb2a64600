"""Pixels as the bytes of a PNG, TIFF or JPEG that were decoded again: what a disk is given is what it was made of.

`place` is for the error alone, which names the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import png
from .errors import ExportError
from .labelmap import LabelMap, look_up

_PACKBITS = 32773  # runs, which every reader of TIFF 6.0 has to know: of masks smaller than LZW, and faster


def map_png(place: Path | str, labels: LabelMap, written: NDArray[Any]) -> bytes:
    """A map of numbers, each looked up in `written`: (65536,) uint8 or uint16 for gray, (65536, 3) uint8 for RGB."""
    lines = png.scanlines(labels, written)
    data = png.encode(lines)
    if not png.holds(data, lines):
        raise unlike(place)
    return data


def map_tiff(place: Path | str, labels: LabelMap, written: NDArray[Any]) -> bytes:
    """The same as a TIFF of one channel, PackBits; `written` is (65536,) uint8 or uint16."""
    values = look_up(labels, written)
    whole, data = cv2.imencode(".tif", values, (cv2.IMWRITE_TIFF_COMPRESSION, _PACKBITS))
    back = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if whole else None
    if back is None or back.dtype != values.dtype or not np.array_equal(back, values):
        raise unlike(place)
    return data.tobytes()


def rgb_png(place: Path | str, image: NDArray[np.uint8]) -> bytes:
    """(H, W, 3) RGB."""
    lines = png.picture_scanlines(image)
    data = png.encode(lines)
    if not png.holds(data, lines):
        raise unlike(place)
    return data


def rgb_jpeg(place: Path | str, image: NDArray[np.uint8], quality: int) -> bytes:
    """(H, W, 3) RGB. What JPEG loses is lost: of its pixels only the number can be compared."""
    whole, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), (cv2.IMWRITE_JPEG_QUALITY, quality))
    back = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if whole else None
    if back is None or back.shape != image.shape:
        raise unlike(place)
    return data.tobytes()


def unlike(place: Path | str) -> ExportError:
    return ExportError(f"{place} would not decode to what it was made of: failing memory? export again")
