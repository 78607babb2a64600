"""A LiDAR's turn where the camera of a frame stands, as points of a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import bpy

from blender_addon.contract.run import Plan, View
from blender_addon.label_render.instances import Telling

from ..randomization.streams import LIDAR, stream
from ..rays.frame_score import scan_frame
from ..rays.trees import Trees
from .instances import numbers_of
from .ply import write_ply
from .rendered import Files


def write(
    folder: Path, scene: bpy.types.Scene, plan: Plan, view: View, telling: Telling | None, trees: Trees
) -> tuple[Files, dict[str, Any]]:
    """`lidar.ply`, and what the record says: where the sensor stood, and which things it met otherwise than rendered.

    `telling` numbers what is met, where it is kept; `trees` are those of the frame before.
    """
    rng = stream(plan.settings.seed, view.frame, LIDAR)
    numbered = partial(numbers_of, telling=telling) if telling else None
    points, pose, others = scan_frame(scene, plan, view, plan.settings.lidar, rng, numbered, trees)
    write_ply(folder / "lidar.ply", points)
    axes = "x forward, y left, z up; metres"
    return {"lidar.ply": points}, {"world_from_lidar": pose.tolist(), "axes": axes, "not_as_rendered": others}
