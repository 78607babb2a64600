"""Albedo: the diffuse colour of what is seen, whatever the light."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .rendered import Files, Rendered, write_channels

PASSES = ("use_pass_diffuse_color",)


def write(folder: Path, rendered: Rendered) -> Files:
    """`albedo.exr`: the mean of the pixel's label samples, as a colour on an edge is a mixture."""
    height, width = rendered.labels.shape
    blocks = (height, rendered.k, width, rendered.k)
    colours = {name: rendered.passes[f"DiffCol.{name}"].reshape(blocks).mean(axis=(1, 3)) for name in "RGB"}
    return write_channels(folder / "albedo.exr", {name: np.asarray(mean, np.float32) for name, mean in colours.items()})
