"""Parts: the label of the object that is seen beside that of its face part; a label map has only the one that won."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from blender_addon.contract.labels import MAX_ID
from blender_addon.label_render.label_maps import deciding_samples

from .rendered import Files, Rendered, write_channels


def write(folder: Path, rendered: Rendered) -> Files:
    """`parts.exr`."""
    decide = deciding_samples(rendered.samples, rendered.labels)
    ids = {"Object": rendered.passes["IndexOB.X"][decide], "Part": rendered.passes["IndexMA.X"][decide]}
    shown = rendered.labels <= MAX_ID
    return write_channels(folder / "parts.exr", {name: np.where(shown, of, 0) for name, of in ids.items()})
