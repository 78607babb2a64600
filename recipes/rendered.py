"""A recipe with Blender: scenes are built, each rendered into a run of its own, all runs exported as one dataset.

Building and rendering have processes of their own, so that the memory of one scene goes with it. What is there already
is not made again; a frame is the same whatever `count` asked for.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from blender_addon.contract.labels import LabelSet, built_in
from blender_addon.contract.machine import unfinished_by
from blender_addon.contract.run import PLAN, has_frame
from blender_addon.contract.strict import plain
from blender_addon.contract.words import counted
from render_scripts.installed_blender import FAILED, ended_by, render_code, run_child, run_script
from render_scripts.job_file import Task
from render_scripts.job_runs import render_task
from render_scripts.randomization.streams import seed_of

from .folder import RUNS, SCENES
from .makers import sweep
from .recipe_file import Asked, read_recipe

_DIGITS = 4


def render_all(
    asked: Asked, count: int, seed: int, out: Path, blender: str | None, like: Path | None = None
) -> tuple[list[Path], int]:
    """The runs of `count` frames, and the exit code: that of the first scene that could not be built or rendered.

    `like`: the folder of another recipe, whose scenes are the same ones: those that it has are not built again.
    """
    sweep(out / SCENES)
    many = int(asked.module.FRAMES_A_SCENE)
    runs: list[Path] = []
    for number in range(1, -(-count // many) + 1):
        wanted = min(many, count - (number - 1) * many)
        name = f"{number:0{_DIGITS}d}"
        scene, run = out / SCENES / f"{name}.blend", out / RUNS / name
        runs.append(run)
        if _done(run, wanted):
            continue
        if not scene.exists() and not (like and _taken(like / SCENES / scene.name, scene)):
            print(f"labelpass: scene {name}: {counted(many, 'view')}", flush=True)
            code = build_scene(asked, seed, number, scene, blender)
            if code:
                return runs, code
        request = replace(asked.request(run), frames=tuple(range(1, wanted + 1)), seed=seed_of(seed, number))
        code = render_task(Task(scene, request), blender)
        if code:
            return runs, code
    return runs, 0


def _taken(there: Path, here: Path) -> bool:
    """Whether the file is there; then it is here, too, as a link where the disk has links."""
    if not there.is_file():
        return False
    here.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(here)
    beside.unlink(missing_ok=True)
    try:
        os.link(there, beside)
    except OSError:
        shutil.copyfile(there, beside)
    os.replace(beside, here)
    return True


def _beside(place: Path) -> Path:
    """Where a file grows until it is whole: other nodes write it, too."""
    return place.with_name(f".{place.stem}-{unfinished_by()}{place.suffix}")


def label_set_of(asked: Asked) -> LabelSet | None:
    """That of the scenes; None where the recipe says another, which the render reads."""
    if asked.job is None or asked.job.label_set is not None:
        return None
    own: LabelSet | str = asked.module.LABEL_SET
    return built_in(own) if isinstance(own, str) else own


def _done(run: Path, wanted: int) -> bool:
    return (run / PLAN).is_file() and all(has_frame(run, frame) for frame in range(1, wanted + 1))


def build_one(recipe: str, changes: Sequence[str], seed: int, number: int, place: Path, blender: str | None) -> int:
    """A scene of a recipe as a .blend; its exit code. Raises ValueError for a recipe without scenes."""
    asked = read_recipe(recipe, changes)
    if asked.job is None:
        raise ValueError(
            f"{recipe} draws its pictures without Blender, so there is no scene; labelpass dataset {recipe}"
        )
    return build_scene(asked, seed, number, place, blender)


def build_scene(asked: Asked, seed: int, number: int, place: Path, blender: str | None) -> int:
    """Build a scene in a process of its own; its exit code. The file appears whole."""
    place = place.absolute()  # Blender goes by PWD, which whoever started this by subprocess may not have set
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(place)
    wish = {"builder": asked.recipe.scenes, "settings": plain(asked.settings), "seed": seed, "scene_number": number}
    with tempfile.TemporaryDirectory(prefix="labelpass-") as folder:
        told = Path(folder) / "wish.json"
        told.write_text(json.dumps(wish), encoding="utf-8")
        script = Path(__file__).resolve().parents[1] / "scenes" / "build.py"
        if blender:
            code = run_script(blender, script, [str(told), str(beside)])
        else:
            code = run_child([sys.executable, str(script), "--", str(told), str(beside)])
    if code == 0 and beside.is_file():
        os.replace(beside, place)
        return 0
    beside.unlink(missing_ok=True)
    why = f"ended by {name}" if (name := ended_by(code)) else f"exit code {code}"
    print(f"labelpass: scene {number} of {asked.name} was not built ({why})", file=sys.stderr, flush=True)
    ended: int = render_code(code)
    return ended or FAILED
