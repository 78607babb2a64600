"""Optical flow: where what a pixel shows is one scene frame later and earlier."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .rendered import Files, Rendered, write_channels

PASSES = ("use_pass_vector",)


def write(folder: Path, rendered: Rendered) -> Files:
    """`flow.exr`.

    Cycles' vector pass holds (previous - here) and (here - next) in pixels of the render, y up. Beside the picture a
    bent lens is not what its record says: there is no flow to there.
    """
    vector = rendered.centre("Vector.X", "Vector.Y", "Vector.Z", "Vector.W") / np.float32(rendered.k)
    for cut, half in zip(rendered.cuts, (vector[..., :2], vector[..., 2:])):
        half[~rendered.surface | cut] = np.nan
    if rendered.camera["distortion"]:
        height, width = rendered.labels.shape
        y, x = np.indices((height, width)) + 0.5
        for sign, half in ((1, vector[..., :2]), (-1, vector[..., 2:])):
            x_there, y_there = x + sign * half[..., 0], y - sign * half[..., 1]
            half[~((x_there > 0) & (x_there < width) & (y_there > 0) & (y_there < height))] = np.nan
    back_x, back_y, next_x, next_y = np.moveaxis(vector, -1, 0)
    channels = {"Backward.X": back_x, "Backward.Y": -back_y, "Forward.X": -next_x, "Forward.Y": next_y}
    return write_channels(folder / "flow.exr", channels)
