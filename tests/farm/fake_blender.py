"""A program that is called like Blender and leaves frames as a render would, in no time, or does what a drill asks.

The .blend that it is given is JSON: `{"seconds": 0.2, "3": "crashes"}`, what a frame takes and how it ends. It plans as
many frames as it is asked for with --at-least, of no scene at all; what is no JSON it cannot open.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from blender_addon.contract.frame_numbers import parse_frames  # noqa: E402
from blender_addon.contract.run import (  # noqa: E402
    RECORD,
    View,
    frame_folder,
    new_frame,
    sweep_partial_frames,
    write_plan,
)
from farm.units import RUNS, Pilot, Scene, UnitPlan, cut, write_units  # noqa: E402
from render_scripts.orphans import end_with_parent  # noqa: E402
from tests.contract.small_run import a_plan  # noqa: E402


def a_farm(folder: Path, frames: int, a_unit: int, patience: float = 600.0, **does: object) -> Path:
    """A planned folder whose one scene, `flat`, is rendered by this program."""
    program, scene, out = a_blender(folder), folder / "flat.blend", folder / "farm"
    scene.write_text(json.dumps({name.removeprefix("frame_"): how for name, how in does.items()}))
    units = tuple(cut(range(1, frames + 1), 0, a_unit))
    write_units(out, UnitPlan((Scene(str(scene), "flat", ()),), units, patience, Pilot(3, 0.2, 0.1), str(program)))
    write_plan(run_in(out), replace(a_plan("flat.blend"), views=_views(frames)))
    return out


def a_blender(folder: Path) -> Path:
    program = folder / "fake-blender"
    program.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, __file__])} "$@"\n')
    program.chmod(0o755)
    return program


def run_in(out: Path) -> Path:
    return out / RUNS / "flat"


def a_frame(run: Path, frame: int) -> None:
    """A frame that is done, as far as who counts them sees."""
    with new_frame(run, frame) as beside:
        (beside / RECORD).write_text("{}")


def starts(out: Path) -> list[str]:
    """The frames that each render was begun with."""
    path = out / "starts"
    return path.read_text().split() if path.exists() else []


def main(words: list[str]) -> int:
    end_with_parent()
    options = dict(word[2:].split("=", 1) for word in words if word.startswith("--") and "=" in word)
    scene, run = Path(words[words.index("-b") + 1]), Path(options["out"])
    if "--plan-only" in words:
        return _planned(scene, run, int(options.get("at-least", 3)))
    does = json.loads(scene.read_text())
    with open(run.parents[1] / "starts", "a") as told:
        told.write(f"{options['frames']}\n")
    if does.get("loading") == "hangs":
        time.sleep(3600)
    sweep_partial_frames(run)
    for frame in parse_frames(options["frames"]):
        how = does.get(str(frame), "")
        if how == "crashes":
            os.kill(os.getpid(), signal.SIGSEGV)
        if frame_folder(run, frame).exists():
            continue
        with new_frame(run, frame) as beside:
            time.sleep(does.get("seconds", 0))
            (beside / "frame.json").write_text(json.dumps({"schema": 1, "frame": frame}))
    if does.get("leaving") == "hangs":
        time.sleep(3600)
    return 0


def _planned(scene: Path, run: Path, frames: int) -> int:
    try:
        does = json.loads(scene.read_text())
    except ValueError:
        print(f"labelpass: {scene.name} is no .blend at all", flush=True)
        return 1
    if does.get("planning") == "hangs":
        scene.with_suffix(".planning").touch()
        time.sleep(3600)
    plan = a_plan(scene.name)
    write_plan(run, replace(plan, views=_views(frames), settings=replace(plan.settings, draws=frames)))
    return 0


def _views(frames: int) -> tuple[View, ...]:
    return tuple(View(frame, 1, "Camera", "") for frame in range(1, frames + 1))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # as the renderer's own, which hears it and has its say
        print("labelpass: stopped; what is done stays, run the same command to go on", flush=True)
        sys.exit(128 + signal.SIGINT)
