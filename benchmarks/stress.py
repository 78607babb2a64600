"""Frames rendered on a Slurm of two nodes while something is killed every few seconds: is any lost, is any another?

    python benchmarks/stress.py [--frames N] [--seed S] [--every SECONDS] [--keep FOLDER]

The same plan is carried out twice: here, undisturbed, and on a Slurm that is begun for it (it needs root, and Debian's
slurm-wlm and munge), where Blenders, units and whole nodes die by `kill -9`, drawn by the seed. A node is back after
some seconds. Whenever nothing is queued any more and frames are missing, the command of a person is run again, with
`--again` where all that is missing was given up: a Blender that is killed three times at one frame looks like a frame
that kills it. At the end every file of every frame is decoded and compared with that of the undisturbed run.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import RECORD, finished_frames, frame_folder
from blender_addon.label_render.streams import hushed
from blender_addon.scene_labels import set_label_set
from farm.attempts import all_attempts
from farm.status import status_of
from farm.unit import AGAIN, DONE, PERMANENT
from farm.units import read_units, run_of
from postprocess.exr import read_all_channels
from postprocess.pixels import decoded_image
from tests.farm.slurm_here import NODES, Slurm, slurm_here, why_no_slurm

ROOT = Path(__file__).resolve().parents[1]
JOB = """
out: unused
scene: scene.blend
size: {size}
samples: 4
denoise: false
randomize:
  exposure: {{stops: [-1, 1]}}
  camera: {{}}
  lights: {{}}
"""
BLOCKS = 20
KINDS = {"Blender": 0.5, "unit": 0.4, "node": 0.1}
LINES = {"Blender": "labelpass.py render ", "unit": "labelpass.py unit "}
"""What stands on the command line of a render, in which Blender is a module, and of a unit."""
_AWAY = 2.0, 20.0  # seconds that a node is down, at least and at most


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--unit-frames", type=int, default=10)
    parser.add_argument("--size", default="32x24")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two kills, in the mean")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave both runs there")
    asked = parser.parse_args()
    if why := why_no_slurm():
        print(f"stress: {why}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # no daemon is left behind
    with tempfile.TemporaryDirectory(prefix="stress-") as scratch:
        folder = asked.keep.resolve() if asked.keep else Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        build(folder / "scene.blend")
        (folder / "job.yaml").write_text(JOB.format(size=asked.size))
        numbers = ["--frames", str(asked.frames), "--unit-frames", str(asked.unit_frames)]
        for name in ("calm", "storm"):
            labelpass(folder, "plan", "job.yaml", "--out", name, *numbers)
        began = time.monotonic()
        labelpass(folder, "render", "calm")
        calm = time.monotonic() - began
        with slurm_here() as slurm:
            storm = Storm(slurm, folder / "storm", asked.seed, asked.every)
            storm.last()
        return told(folder, asked.frames, calm, storm)


def build(path: Path) -> None:
    """Blocks of some labels under a lamp."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene, random = bpy.context.scene, np.random.default_rng(0)
    bpy.ops.mesh.primitive_plane_add(size=20)
    for number in range(BLOCKS):
        x, y, size = random.uniform((-3, -3, 0.3), (3, 3, 1))
        bpy.ops.mesh.primitive_cube_add(size=size, location=(x, y, size / 2))
        bpy.context.object.pass_index = 3 + number % 5
    bpy.ops.object.light_add(type="POINT", location=(2, -2, 6))
    bpy.context.object.data.energy = 800
    bpy.ops.object.camera_add(location=(0, -8, 6), rotation=(0.9, 0, 0))
    scene.camera = bpy.context.object
    set_label_set(scene, built_in("nyu40"))
    with hushed():
        bpy.ops.wm.save_as_mainfile(filepath=str(path))


class Storm:
    """Kills upon a run, from its submission until all is there."""

    def __init__(self, slurm: Slurm, out: Path, seed: int, every: float) -> None:
        self.slurm, self.out, self.every = slurm, out, every
        self.random = np.random.default_rng(seed)
        self.kills: Counter[str] = Counter()
        self.submissions, self.given_up, self.seconds = 0, 0, 0.0
        self.down: dict[str, float] = {}

    def last(self) -> None:
        began, next_kill, told = time.monotonic(), 0.0, 0.0
        while (status := status_of(self.out)).code != DONE:
            now = time.monotonic()
            for node in [node for node, until in self.down.items() if now > until]:
                self.slurm.start(node)
                del self.down[node]
            if now > next_kill and self._kill():
                next_kill = now + float(self.random.exponential(self.every))
            if not self.slurm.states():
                self._hand_over(status.code)
            if now > told + 20:
                told = now
                self._mend()
                print(f"{now - began:5.0f} s: {status.done} of {status.frames}, {self.kills.total()} kills", flush=True)
            time.sleep(0.5)
        self.seconds = time.monotonic() - began

    def _hand_over(self, code: int) -> None:
        """The command of a person. With `--again` for what the kills had look hopeless."""
        again = ["--again"] if code == PERMANENT else []
        if again:
            self.given_up += sum(len(failure.frames) for failure in status_of(self.out).failures)
        words = ["render", self.out.name, "--cluster", "slurm", "--cpus", "1", *again]
        labelpass(self.out.parent, *words, SLURM_CONF=str(self.slurm.conf))
        self.submissions += 1

    def _kill(self) -> bool:
        """Whether there was something to kill."""
        kind = str(self.random.choice(list(KINDS), p=list(KINDS.values())))
        if kind == "node":
            up = [node for node in NODES if node not in self.down and node in self.slurm.daemons]
            if not up or not self._of(LINES["unit"]):
                return False
            node = str(self.random.choice(up))
            self.slurm.kill(node)
            self.down[node] = time.monotonic() + float(self.random.uniform(*_AWAY))
        else:
            there = self._of(LINES[kind])
            if not there:
                return False
            with suppress(ProcessLookupError):
                os.kill(int(self.random.choice(there)), signal.SIGKILL)
        self.kills[kind] += 1
        return True

    def _of(self, line: str) -> list[int]:
        return sorted(pid for pid, command in self.slurm.processes().items() if line in command)

    def _mend(self) -> None:
        """What an administrator does: nodes that Slurm distrusts, and tasks that it held as a node did not answer."""
        for row in self.slurm.ask("sinfo", "-h", "-N", "-o", "%N %T").splitlines():
            node, state = row.split()
            if node not in self.down and ("drain" in state or state == "down"):
                self.slurm.ask("scontrol", "update", f"NodeName={node}", "State=RESUME")
        for row in self.slurm.ask("squeue", "-h", "-r", "-o", "%i %r").splitlines():
            if "held" in row.lower():
                self.slurm.ask("scontrol", "release", row.split()[0])


def told(folder: Path, frames: int, calm: float, storm: Storm) -> int:
    """Print the table; 0 where nothing was lost and nothing is another."""
    runs = [run_of(folder / name, read_units(folder / name).scenes[0]) for name in ("calm", "storm")]
    there = [finished_frames(run) for run in runs]
    other = [frame for frame in there[0] if frame not in there[1] or not are_alike(*runs, frame)]
    begun = [len(all_attempts(folder / name)) for name in ("calm", "storm")]
    kinds = ", ".join(f"{storm.kills[kind]} {kind}s" for kind in KINDS)
    rows = (
        ("frames that are there", *map(len, there)),
        ("minutes", f"{calm / 60:.1f}", f"{storm.seconds / 60:.1f}"),
        ("killed", 0, f"{storm.kills.total()}: {kinds}"),
        ("renders begun", *begun),
        ("times that the command was run", 1, storm.submissions),
        ("frames given up on the way, and tried again", 0, storm.given_up),
        ("frames whose decoded pixels are others", "", len(other)),
        ("frames left half written", *(len(list((run / "frames").glob(".*"))) for run in runs)),
    )
    print(f"\n| {frames} frames | undisturbed | two nodes and kills |\n|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    return 0 if len(there[0]) == len(there[1]) == frames and not other else AGAIN


def are_alike(run: Path, another: Path, frame: int) -> bool:
    """Whether all files of a frame, but for its record with its times, are there in both and decode to the same."""
    folders = [frame_folder(each, frame) for each in (run, another)]
    names = [sorted(path.name for path in folder.iterdir() if path.name != RECORD) for folder in folders]
    return names[0] == names[1] and all(
        np.array_equal(decoded(folders[0] / name), decoded(folders[1] / name), equal_nan=True) for name in names[0]
    )


def decoded(path: Path) -> NDArray[Any]:
    return read_all_channels(path) if path.suffix == ".exr" else decoded_image(path, path.read_bytes())


def labelpass(folder: Path, *words: str, **more: str) -> None:
    command = [sys.executable, str(ROOT / "labelpass.py"), *words]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **more}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"labelpass {' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
