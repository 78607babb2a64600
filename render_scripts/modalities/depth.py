"""Depth: along the camera's axis and along the ray, and as NYU stores it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .png16 import write_gray16
from .rendered import Files, Rendered, write_channels

MILLIMETRES = 1000
FURTHEST = 65535
"""Of what 16 bits hold, in millimetres."""


def write(folder: Path, rendered: Rendered) -> Files:
    """`depth.exr`. A panorama has no image plane, and so no Z."""
    if rendered.camera["type"] == "PANO":
        return write_channels(folder / "depth.exr", {"Distance": rendered.depth})
    return write_channels(folder / "depth.exr", {"Z": rendered.depth, "Distance": rendered.depth * _stretch(rendered)})


def _stretch(rendered: Rendered) -> NDArray[np.float32]:
    """Length of the ray through each pixel's centre, for a depth of one: 1 for parallel rays."""
    height, width = rendered.labels.shape
    matrix = rendered.camera["K"]
    if matrix is None:
        return np.ones((height, width), np.float32)
    (fx, _, cx), (_, fy, cy), _ = matrix
    x = (np.arange(width) + 0.5 - cx) / fx
    y = (np.arange(height) + 0.5 - cy) / fy
    return np.sqrt(1 + x**2 + y[:, None] ** 2).astype(np.float32)


def write_png(folder: Path, rendered: Rendered) -> Files:
    """`depth.png`: nearest whole millimetres."""
    millimetres = np.rint(rendered.depth.astype(np.float64) * MILLIMETRES)
    pixels = np.where(millimetres <= FURTHEST, millimetres, 0).astype(np.uint16)
    write_gray16(folder / "depth.png", pixels)
    return {"depth.png": pixels}
