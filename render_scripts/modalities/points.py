"""A labelled point cloud of what a frame sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .ply import write_ply
from .rendered import Files, Rendered

PASSES = ("use_pass_position",)
POINT = [
    ("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1"), ("label", "<u2"),
]  # fmt: skip
INSTANCE = ("instance", "<f8")


def write(folder: Path, rendered: Rendered) -> Files:
    """`points.ply`. Label and, where frames have them, instance are those of the point's pixel."""
    places = rendered.centre("Position.X", "Position.Y", "Position.Z")[rendered.surface] * np.float32(rendered.metres)
    points = np.empty(len(places), [*POINT, INSTANCE] if rendered.instances is not None else POINT)
    for at, axis in enumerate("xyz"):
        points[axis] = places[:, at]
    for at, colour in enumerate(("red", "green", "blue")):
        points[colour] = rendered.image[rendered.surface][:, at]
    points["label"] = rendered.labels[rendered.surface]
    if rendered.instances is not None:
        points["instance"] = rendered.instances[rendered.surface]
    write_ply(folder / "points.ply", points)
    return {"points.ply": points}
