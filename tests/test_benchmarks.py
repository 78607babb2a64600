"""Every benchmark runs, on next to nothing: what its figures are is nobody's business here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import bpy
import pytest
from scenery import rectangle

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "benchmarks"
RUNS = {
    "assign.py": (["--objects", "50"], "operator and undo push"),
    "overlay.py": (["--objects", "50"], "label all"),
    "audit.py": (["--objects", "50"], "list"),
    "suggestions.py": (["--split", "test", "--wrong", "igibson"], "all"),
    "suggestion_list.py": (["--objects", "50"], "accept"),
    "labels.py": (["--views", "1", "--samples", "1", "--size", "16x12"], "invented ids, pixels"),
    "exactness.py": (["--case", "alpha", "--no-room"], "alpha"),
    "instances.py": (["--objects", "50", "--size", "64x48"], "objects"),
    "rays.py": (["--views", "1", "--size", "16x12", "--rays", "4", "--columns", "8"], "LiDAR, room,"),
    "views.py": (["{room}"], "trajectory 240"),
    "cost.py": (["--scene", "cheap", "--frames", "1", "--rounds", "1", "--size", "16x12"], "| cheap"),
    "objects.py": (["--objects", "20", "--frames", "2"], "| 20 | instances"),
    "memory.py": (["--frames", "4", "--size", "16x12"], "| randomised"),
    "balloons.py": (["--frames", "2", "--size", "16x16"], "| sparse-convolution"),
    "drawn.py": (
        ["--only", "rectangles", "--frames", "4", "--rounds", "1", "--whole", "8"],
        "| rectangles, in all",
    ),
    "presets.py": (["--views", "1", "--size", "32x24", "--reference", "2"], "| final"),
    "export.py": (["--frames", "8", "--sizes", "64x48", "--rounds", "1"], "2 "),
    "export_memory.py": (["--frames", "10,30", "--jobs", "1"], "| 30"),
}
"""{file: (arguments, what the last row of its table is about)}."""
NO_RUNS = {"window.py", "crowds.py", "run.py", "stress.py"}  # that one has a test beside the drills


def a_room(path: Path) -> Path:
    """A floor and no walls: no view of it is any good, which is what its rows say."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    rectangle(bpy.context.scene, -4, 4, -3, 3, label=2)
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def run(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_it_runs_and_prints_its_table(name, tmp_path):
    arguments, row = RUNS[name]
    if "{room}" in arguments:
        arguments = [str(a_room(tmp_path / "room.blend")) if word == "{room}" else word for word in arguments]
    found = re.search(rf"^{re.escape(row)} .*\d", run(f"benchmarks/{name}", *arguments), re.MULTILINE)
    assert found and "nan" not in found[0]


def test_each_is_tried_here_and_run_by_make_benchmark():
    assert {path.name for path in BENCHMARKS.glob("*.py")} == {*RUNS, *NO_RUNS}
    assert set(re.findall(r'"(\w+\.py)"', (BENCHMARKS / "run.py").read_text(encoding="utf-8"))) == set(RUNS)


def test_the_one_that_needs_a_window_can_be_imported():
    run("-c", "import runpy; runpy.run_path('benchmarks/window.py', run_name='not main')")


def test_the_buttons_that_they_press_are_there():
    pressed, there = (
        {name for path in folder.rglob("*.py") for name in re.findall(pattern, path.read_text(encoding="utf-8"))}
        for folder, pattern in (
            (BENCHMARKS, r"bpy\.ops\.labelpass\.(\w+)"),
            (ROOT / "blender_addon", r'bl_idname = "labelpass\.(\w+)"'),
        )
    )
    assert pressed and pressed <= there
