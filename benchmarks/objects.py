"""What does a frame cost with 200, 2,000 and 10,000 objects, and how much memory?

    python benchmarks/objects.py [--objects 200 2000 10000] [--frames 4]

Triangles with a mesh of their own, named as people name things, at 480x360 with 4 samples, in a process for each
number. Seconds from the first frame on disk to the last, over the frames between; `start` is all before the first is.
Bare is a loop of Blender's own render with data that persists. Memory is the most that the process had, in MB.
"""

from __future__ import annotations

import argparse
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bpy
import cost
from crowds import add_named

from blender_addon.compat import enable_cycles
from blender_addon.contract.labels import built_in
from blender_addon.label_render.streams import hushed
from blender_addon.scene_labels import set_label_set

ASKED = {"size": (480, 360), "samples": 4}
KINDS = {
    "bare": None,
    "labels": {},
    "labels 3 x 3": {"label_supersample": 3},
    "instances": {"modalities": ("instances",)},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, nargs="+", default=[200, 2_000, 10_000])
    parser.add_argument("--frames", type=int, default=4)
    parser.add_argument("--kind", choices=KINDS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.kind:
        print(*measure(options.objects[0], options.frames, options.kind), flush=True)
        return
    print("| objects | | start, s | s a frame | MB |")
    print("|---|---|---|---|---|")
    for number in options.objects:
        for kind in KINDS:
            command = [sys.executable, __file__, "--objects", str(number), "--frames", str(options.frames)]
            done = subprocess.run([*command, "--kind", kind], capture_output=True, text=True, check=True)
            start, frame, memory = map(float, done.stdout.split()[-3:])
            print(f"| {number} | {kind} | {start:.1f} | {frame:.2f} | {memory:.0f} |", flush=True)


def measure(number: int, frames: int, kind: str) -> tuple[float, float, float]:
    """Seconds before the first frame, seconds a frame, MB."""
    with tempfile.TemporaryDirectory() as folder, hushed((1, 2)):
        build(number, frames)
        bpy.ops.wm.save_as_mainfile(filepath=str(Path(folder, "crowd.blend")))
        numbers, began = tuple(range(1, frames + 1)), time.time()
        if KINDS[kind] is None:
            files = cost.render_bare(Path(folder), numbers, **ASKED)
        else:
            files = cost.render_labelled(Path(folder, "run"), numbers, **ASKED, **KINDS[kind])
        start = files[0].stat().st_mtime - began
        return start, cost.apart(files), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def build(number: int, frames: int) -> None:
    """A grid of triangles, labelled, and a camera that passes over all of them."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    enable_cycles()
    add_named(number)
    set_label_set(scene, built_in("nyu40"))
    for place, obj in enumerate(scene.objects):
        obj.pass_index = 1 + place % 40
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", 200
    scene.collection.objects.link(camera)
    scene.camera, scene.frame_end = camera, frames
    rows = math.ceil(number / 100) * 2
    for frame in (1, frames):
        camera.location = (100, rows * (frame / (frames + 1)), 10)
        camera.keyframe_insert("location", frame=frame)


if __name__ == "__main__":
    main()
