"""Depth: along the camera's axis and along the ray, and as NYU stores it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .png16 import write_gray16
from .rendered import Files, Rendered, write_channels

MILLIMETRES = 1000
FURTHEST = 65535
"""Of what 16 bits hold, in millimetres."""


def write(folder: Path, rendered: Rendered) -> Files:
    """`depth.exr`. A panorama has no image plane, and so no Z."""
    if rendered.camera["type"] == "PANO":
        return write_channels(folder / "depth.exr", {"Distance": rendered.depth})
    return write_channels(folder / "depth.exr", {"Z": rendered.depth, "Distance": rendered.depth * rendered.stretch})


def write_png(folder: Path, rendered: Rendered) -> Files:
    """`depth.png`: nearest whole millimetres."""
    millimetres = np.rint(rendered.depth.astype(np.float64) * MILLIMETRES)
    pixels = np.where(millimetres <= FURTHEST, millimetres, 0).astype(np.uint16)
    write_gray16(folder / "depth.png", pixels)
    return {"depth.png": pixels}
