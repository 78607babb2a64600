"""Optical flow: where what a pixel shows is one scene frame later and earlier."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .rendered import Files, Rendered, write_channels

PASSES = ("use_pass_vector",)


def write(folder: Path, rendered: Rendered) -> Files:
    """`flow.exr`.

    Cycles' vector pass holds (previous - here) and (here - next) in pixels of the render, y up; `rendered.maps` says
    what it does not know of the camera. Beside the picture a bent lens is not what its record says: there is no flow to
    there.
    """
    vector = rendered.centre("Vector.X", "Vector.Y", "Vector.Z", "Vector.W") / np.float32(rendered.k)
    flows = vector[..., :2] * np.float32((1, -1)), vector[..., 2:] * np.float32((-1, 1))
    height, width = rendered.labels.shape
    y, x = np.indices((height, width)) + 0.5
    here = np.stack([x, y], axis=-1)
    for flow, cut, onto in zip(flows, rendered.cuts, rendered.maps or (None, None)):
        if onto is not None:
            flow[...] = (here + flow) @ onto[:2, :2].T + onto[:2, 2] - here
        flow[~rendered.surface | cut] = np.nan
        if rendered.camera["distortion"]:
            there = here + flow
            flow[~((there > 0) & (there < (width, height))).all(axis=-1)] = np.nan
    channels = {f"{name}.{axis}": flow[..., at] for name, flow in zip(("Backward", "Forward"), flows)
                for at, axis in enumerate("XY")}  # fmt: skip
    return write_channels(folder / "flow.exr", channels)
