"""Normals of the surface seen, in the world's axes and in the camera's."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .rendered import Files, Rendered, write_channels

PASSES = ("use_pass_normal",)


def write(folder: Path, rendered: Rendered) -> Files:
    """`normals.exr`."""
    world = rendered.centre("Normal.X", "Normal.Y", "Normal.Z")
    world[~rendered.surface] = 0
    turn = np.array(rendered.camera["camera_from_world"], np.float32)[:3, :3]
    camera = world @ turn.T
    axes = tuple(enumerate("XYZ"))
    channels = {f"World.{axis}": world[..., at] for at, axis in axes}
    return write_channels(folder / "normals.exr", channels | {f"Camera.{axis}": camera[..., at] for at, axis in axes})
