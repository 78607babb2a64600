"""Pairs of balloons in an hour: all that lies between nothing and a run, processes started and scenes built.

    python benchmarks/balloons.py [--frames 100] [--size 512x512]

A .blend of so many frames for each noise, rendered as scenes/balloons sets it up, on what cores there are. Processor
time is that of all threads: on a machine that others use as well it says more than the clock.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenes.balloons.settings import NOISES

ROOT = Path(__file__).resolve().parents[1]
BUILD = """
import sys, bpy
from scenes import balloons
noise, frames, path = sys.argv[1:]
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
balloons.build(balloons.Settings(noise=noise), 0, 0, int(frames))
bpy.ops.wm.save_as_mainfile(filepath=path, compress=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--size", default="512x512")
    options = parser.parse_args()
    print("| noise | s to build | s to render | s of processor time a frame | KB of the .blend | pairs an hour |")
    print("|---|---|---|---|---|---|")
    for noise in NOISES:
        with tempfile.TemporaryDirectory() as folder:
            scene, run = Path(folder, "balloons.blend"), Path(folder, "run")
            built, busy = timed("-c", BUILD, noise, str(options.frames), str(scene))
            words = ("render", str(scene), "--out", str(run), "--size", options.size, "--device", "cpu")
            rendered, more = timed("labelpass.py", *words)
            row = (f"{built:.1f}", f"{rendered:.1f}", f"{(busy + more) / options.frames:.2f}")
            size, pairs = scene.stat().st_size // 1000, 3600 * options.frames / (built + rendered)
            print(f"| {noise} | {' | '.join(row)} | {size} | {pairs:.0f} |", flush=True)


def timed(*words: str) -> tuple[float, float]:
    """Seconds on the clock and of all processors, from the start of a process to its end."""
    start, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
    after = os.times()
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, busy


if __name__ == "__main__":
    main()
