"""How much memory does an export take for each frame?

    python benchmarks/export_memory.py [--frames 5000,25000] [--format nyu] [--jobs 2]

Runs of 1,000 tiny frames, of which a few are made and the others are links to them. Each export is a process of its own
that is asked for the most it ever had, or one of the processes that it starts, which do not grow. The difference of the
two is what frames cost, whatever their size: pixels are never kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from export import make_run

from blender_addon.contract.run import RECORD, View, frame_folder, read_plan, write_plan

ROOT = Path(__file__).resolve().parents[1]
SIZE, MADE, OF_A_RUN = (56, 42), 20, 1000


def linked_run(run: Path, frames: int, made: Path) -> Path:
    """A run of `frames` whose files are those of `made`, and whose records are its own."""
    views = tuple(View(number, number, "Camera", f"view {number}") for number in range(1, frames + 1))
    write_plan(run, replace(read_plan(made), scene=f"{run.name}.blend", scene_sha256="", views=views))
    for view in views:
        source, place = frame_folder(made, 1 + view.frame % MADE), frame_folder(run, view.frame)
        place.mkdir()
        for path in source.iterdir():
            if path.name != RECORD:
                os.link(path, place / path.name)
        record = json.loads((source / RECORD).read_text(encoding="utf-8"))
        (place / RECORD).write_text(
            json.dumps(record | {"frame": view.frame, "view": view.to_dict()}), encoding="utf-8"
        )
    return run


def exported(runs: list[Path], out: Path, arguments: argparse.Namespace) -> tuple[float, float]:
    """Seconds, and the MB that the exporting process had at most."""
    command = [sys.executable, str(ROOT / "labelpass.py"), "export", *map(str, runs), "--out", str(out)]
    start = time.perf_counter()
    child = subprocess.Popen(
        [*command, "--format", arguments.format, "--jobs", str(arguments.jobs)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"exit code {os.waitstatus_to_exitcode(status)}: {' '.join(command)}")
    return time.perf_counter() - start, used.ru_maxrss / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", default="5000,25000")
    parser.add_argument("--format", default="nyu")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    counts = sorted(int(count) for count in arguments.frames.split(","))
    print("| frames | MB at most | bytes for each more | ms a frame |\n|---|---|---|---|")
    before: tuple[int, float] | None = None
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder, "made")
            make_run(made, MADE, SIZE)
            starts = range(0, count, OF_A_RUN)
            runs = [linked_run(Path(folder, f"run{at}"), min(OF_A_RUN, count - at), made) for at in starts]
            shutil.rmtree(made)
            seconds, most = exported(runs, Path(folder, "out"), arguments)
        more = "" if before is None else f"{(most - before[1]) * 1e6 / (count - before[0]):.0f}"
        print(f"| {count:,} | {most:.0f} | {more} | {1000 * seconds / count:.2f} |", flush=True)
        before = count, most


if __name__ == "__main__":
    main()
