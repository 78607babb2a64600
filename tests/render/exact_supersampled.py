"""Cases of the other modules once more, with 3 x 3 samples a pixel."""

from __future__ import annotations

from dataclasses import replace

import exact_cameras
import exact_things

_AGAIN = {
    "perspective camera, shifted",
    "fisheye, equidistant",
    "percentage in the file",
    "hair curves",
    "hair of particles",
    "point cloud",
    "no label",
    "parts by faces",
    "collection instances",
    "geometry-node copies",
    "particle copies",
    "copies on vertices",
    "holdout, object",
    "holdout, collection",
    "holdout, material",
}

CASES = tuple(
    replace(case, name=f"{case.name}, 3 x 3", k=3)
    for case in (*exact_cameras.CASES, *exact_things.CASES)
    if case.name in _AGAIN
)
