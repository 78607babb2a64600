"""Rays a second of processor time: held against the label maps of the sample room, and as a LiDAR's scan of it.

Evaluating the scene as a render does, once a frame, is part of what is measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import bpy  # noqa: E402
import numpy as np  # noqa: E402

from blender_addon.contract.arguments import parse_size  # noqa: E402
from blender_addon.contract.run import Plan, Settings  # noqa: E402
from blender_addon.label_render.label_pass import prepared, render_labels  # noqa: E402
from blender_addon.label_render.viewpoints import find_views  # noqa: E402
from blender_addon.scene_labels import read_label_set  # noqa: E402
from render_scripts.camera import describe_camera  # noqa: E402
from render_scripts.rays.frame_score import scan_frame, score_frame  # noqa: E402
from render_scripts.rays.lidar import Lidar  # noqa: E402
from render_scripts.rays.scoring import Pixels  # noqa: E402
from scenes import room  # noqa: E402

FEW, MANY = 1, 10
"""Times `--rays`: what differs between the two is what rays cost."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=parse_size, default=(480, 360))
    parser.add_argument("--views", type=int, default=4)
    parser.add_argument("--rays", type=int, default=200)
    parser.add_argument("--columns", type=int, default=1024)
    options = parser.parse_args()
    size, counts = options.size, (FEW * options.rays, MANY * options.rays)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "room.blend"
        room.save(path, 0)
        bpy.ops.wm.open_mainfile(filepath=str(path))
    scene, layer = bpy.context.scene, bpy.context.view_layer
    settings = Settings(size, 1, 0, 3, "CPU", False, round(layer.pass_alpha_threshold, 6), layer.name)
    views = tuple(find_views(scene))[: options.views]
    plan = Plan(read_label_set(scene), "room.blend", "", views, settings, {})
    seconds = dict.fromkeys(counts, 0.0)
    agreed = judged = asked = 0
    for view in views:
        with prepared(scene, settings):
            scene.frame_set(view.scene_frame)
            scene.camera = scene.objects[view.camera]
            labels, purity = render_labels(scene, settings, plan.label_set)
            camera = describe_camera(scene.camera, bpy.context.evaluated_depsgraph_get(), size)
        for rays in counts:
            started = time.process_time()
            tally = score_frame(scene, plan, view, Pixels(labels, purity, 3), camera, rays, 0).tallies["labels"]
            seconds[rays] += time.process_time() - started
            agreed, judged = agreed + tally.agreed, judged + tally.agreed + len(tally.differing)
            asked += rays
    few, many = counts
    rate = len(views) * (many - few) / (seconds[many] - seconds[few])
    print(
        f"verify, room, {size[0]}x{size[1]}, 3x3: {seconds[few] / len(views):.2f} s a frame with {few} rays, ", end=""
    )
    print(f"{rate:.0f} more rays a second; {agreed} of {judged} judged rays agree, {asked} cast")
    lidar = Lidar(columns=options.columns)
    started = time.process_time()
    points, *_ = scan_frame(scene, plan, views[0], lidar, np.random.default_rng([0, 0, 0]))
    took = time.process_time() - started
    rays = lidar.beams * lidar.columns
    print(f"LiDAR, room, {lidar.beams} x {lidar.columns}: {took:.2f} s, {rays / took:.0f} rays a second, "
          f"{len(points)} returns")  # fmt: skip


main()
