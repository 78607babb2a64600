"""Does a render process grow from frame to frame? Its memory over 1,000 frames of a cheap scene.

    python benchmarks/memory.py [--frames 1000] [--size 64x48]

20 balloons that move, one sample a pixel, in a process each: labels alone; every modality of `--with` but LiDAR, which
takes a second a frame; lights, materials, camera and places drawn anew for each frame. What is said is the resident
memory, read from /proc while frames appear.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bpy
import cost

from blender_addon.contract.modalities import MODALITIES
from blender_addon.contract.run import finished_frames
from blender_addon.label_render.streams import hushed

ROOT = Path(__file__).resolve().parents[1]
FAMILIES = {
    "lights": {},
    "materials": {"patterned": 0.3},
    "camera": {},
    "sensor": {},
    "exposure": {},
    "poses": {"labels": ["*"]},
}
RUNS = {
    "labels": [],
    "every modality": ["--with", ",".join(name for name in MODALITIES if name != "lidar")],
    "randomised": ["--randomize", json.dumps(FAMILIES)],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--size", default="64x48")
    options = parser.parse_args()
    marks = [max(1, options.frames * tenths // 10) for tenths in (1, 2, 4, 6, 8, 10)]
    print(f"| MB after so many frames | {' | '.join(map(str, marks))} | KB a frame, second half | s a frame |")
    print(f"|---|{'---|' * (len(marks) + 2)}")
    with tempfile.TemporaryDirectory() as folder:
        scene = Path(folder, "balloons.blend")
        with hushed((1,)):
            bpy.ops.wm.read_factory_settings(use_empty=True)
            cost.build_balloons(options.frames)
            bpy.ops.wm.save_as_mainfile(filepath=str(scene))
        for name, more in RUNS.items():
            run = Path(folder, name)
            command = [sys.executable, str(ROOT / "labelpass.py"), "render", str(scene), "--out", str(run)]
            command += ["--frames", f"1-{options.frames}", "--size", options.size, "--samples", "1", "--device", "cpu"]
            seen, seconds = watch([*command, "--no-denoise", *more], run, options.frames)
            sizes = [seen[min(count for count in seen if count >= mark)] for mark in marks]
            half = min(count for count in seen if count >= options.frames / 2)
            growth = (sizes[-1] - seen[half]) / max(1, options.frames - half) * 1000
            cells = " | ".join(f"{size:.0f}" for size in sizes)
            print(f"| {name} | {cells} | {growth:.0f} | {seconds:.2f} |", flush=True)


def watch(command: list[str], run: Path, frames: int) -> tuple[dict[int, float], float]:
    """{frames that were there: MB of the process then}, and seconds a frame from the first to the last."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen: dict[int, float] = {}
    began = ended = time.perf_counter()
    while child.poll() is None:
        count, size = len(finished_frames(run)), _resident(child.pid)
        if size and count and count not in seen:
            began, ended = (began if seen else time.perf_counter()), time.perf_counter()
            seen[count] = size
        time.sleep(0.02)
    if child.returncode or len(finished_frames(run)) != frames:
        raise SystemExit(f"exit code {child.returncode}: {' '.join(command)}")
    seen[frames] = seen.get(frames, seen[max(seen)])
    return seen, (ended - began) / max(1, max(seen) - min(seen))


def _resident(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) / 1000 if lines else 0.0


if __name__ == "__main__":
    main()
