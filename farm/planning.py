"""A job becomes a plan of units: its scenes planned one by one, some frames rendered to see how long one takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from blender_addon.contract.run import PLAN, read_plan, read_record
from blender_addon.contract.words import counted
from render_scripts.job_file import JobFile, Task, run_name, tasks
from render_scripts.job_runs import render_task
from render_scripts.plan import Request, to_arguments
from render_scripts.randomization.streams import seed_of

from .units import NAME, FarmError, Pilot, Scene, UnitPlan, cut, is_farm, run_of, write_units

PILOT = 3
"""Frames that a pilot renders: the first of a process takes longer than the others."""
FRAMES_A_RUN = 10_000
"""More of one scene become several runs: each render reads a plan of all views of its run, and folders of more
entries are slow on disks that machines share."""
_SHARE_OF_LOADING = 20  # a unit renders at least so many times as long as it takes to begin
_LEAST_PATIENCE, _PATIENCE = 600.0, 20.0  # a frame is hung after so many seconds, and after so many times a pilot's


@dataclass(frozen=True)
class Wish:
    """`frames` in all, None for those that the job asks for; a unit takes `minutes`, or has `frames_a_unit`, which
    needs no pilot."""

    frames: int | None
    minutes: float
    frames_a_unit: int | None


def plan_units(asked: JobFile, out: Path, wish: Wish, say: Callable[[str], None]) -> UnitPlan:
    """Plan all scenes of a job into runs in `out`, and write the plan of units. What was planned already stays.

    Raises FarmError where there is a plan already, and where a scene cannot be planned, or the pilot not be rendered.
    """
    if is_farm(out):
        raise FarmError(f"{out / NAME} is there already, and a plan never changes; name another --out")
    job = asked.job
    found = tasks(replace(asked, job=replace(job, out=out)))
    if wish.frames is not None and job.frames is not None:
        raise FarmError("frames: the job says which, and --frames how many; leave out one")
    if wish.frames is not None and wish.frames < len(found):
        raise FarmError(f"--frames {wish.frames}: there are {len(found)} scenes, and each has one at least")
    parts = [part for at, task in enumerate(found) for part in _parts(task, wish.frames, at, len(found))]
    scenes = [part.scene for part in parts]
    _refuse_same_runs(scenes)
    chosen: list[tuple[int, ...]] = []
    for at, part in enumerate(parts):
        say(f"run {at + 1} of {len(parts)}: {part.task.scene}")
        chosen.append(_planned(part.task, run_of(out, part.scene), job.blender, part.frames))
    pilot = None if wish.frames_a_unit else _piloted(parts, chosen, out, job.blender, say)
    most = wish.frames_a_unit or frames_a_unit(pilot, wish.minutes)
    units = [unit for at, frames in enumerate(chosen) for unit in cut(frames, at, most)]
    timeout = job.frame_timeout or _patience(pilot)
    plan = UnitPlan(tuple(scenes), tuple(units), timeout, pilot, job.blender)
    write_units(out, plan)
    return plan


def frames_a_unit(pilot: Pilot | None, minutes: float) -> int:
    """So many that a unit takes as long, or longer where a scene takes long to begin."""
    if pilot is None:
        return 1
    seconds = max(60 * minutes, _SHARE_OF_LOADING * pilot.seconds_to_begin)
    return max(1, round(seconds / pilot.seconds_a_frame))


def even(frames: int, many: int) -> list[int]:
    """So many shares of that many frames, as even as can be."""
    return [frames * (at + 1) // many - frames * at // many for at in range(many)]


@dataclass(frozen=True)
class _Part:
    """A run of a scene: `frames` of it, None for those that the job asks for."""

    task: Task
    scene: Scene
    frames: int | None


def _parts(task: Task, frames: int | None, at: int, many: int) -> list[_Part]:
    """The runs of a scene, the one at that place of so many, of so many `frames` in all. The first has the job's seed,
    each other one a seed of its own."""
    if frames is None:
        return [_Part(task, _scene(task, run_name(task.scene)), None)]
    mine = even(frames, many)[at]
    shares = even(mine, -(-mine // FRAMES_A_RUN))
    names = [run_name(task.scene), *(f"{run_name(task.scene)}-{part}" for part in range(2, len(shares) + 1))]
    seeds = [task.request.seed, *(seed_of(task.request.seed or 0, part) for part in range(2, len(shares) + 1))]
    own = [replace(task, request=replace(task.request, seed=seed)) for seed in seeds]
    return [_Part(task, _scene(task, name), share) for task, name, share in zip(own, names, shares)]


def _refuse_same_runs(scenes: Sequence[Scene]) -> None:
    """Raises FarmError where a part of a scene would share a folder with a scene of that name."""
    taken: dict[str, Scene] = {}
    for scene in scenes:
        other = taken.setdefault(scene.run.casefold(), scene)
        if other is not scene:
            raise FarmError(f"{other.file} and {scene.file} would share the run folder {scene.run}; rename one")


def _scene(task: Task, run: str) -> Scene:
    request = replace(task.request, out=Path(), frames=None, at_least=None, frame_timeout=None)
    arguments = tuple(word for word in to_arguments(request) if not word.startswith("--out="))
    return Scene(str(task.scene.resolve()), run, arguments)


def _planned(task: Task, run: Path, blender: str | None, share: int | None) -> tuple[int, ...]:
    """The frames of a scene that are to be rendered, once its run is planned."""
    request = replace(task.request, out=run, at_least=share or task.request.at_least)
    if not (run / PLAN).is_file():
        code = render_task(Task(task.scene, replace(request, plan_only=True)), blender)
        if code:
            raise FarmError(f"{task.scene} could not be planned (exit code {code})")
    planned = [view.frame for view in read_plan(run).views]
    if share is not None and len(planned) < share:
        raise FarmError(f"{run} was planned with {counted(len(planned), 'frame')}, and not {share}; name another --out")
    wanted = set(task.request.frames or planned[:share])
    return tuple(frame for frame in planned if frame in wanted)


def _piloted(
    parts: Sequence[_Part],
    chosen: Sequence[tuple[int, ...]],
    out: Path,
    blender: str | None,
    say: Callable[[str], None],
) -> Pilot:
    """A look at the scene with the most frames; what it renders is done."""
    at = max(range(len(parts)), key=lambda place: len(chosen[place]))
    task, frames, run = parts[at].task, chosen[at][:PILOT], run_of(out, parts[at].scene)
    say(f"pilot: {counted(len(frames), 'frame')} of {task.scene}")
    request: Request = replace(task.request, out=run, frames=frames, at_least=None)
    began = time.monotonic()
    code = render_task(Task(task.scene, request), blender)
    took = time.monotonic() - began
    if code:
        raise FarmError(f"the pilot of {task.scene} could not be rendered (exit code {code})")
    each = [sum(read_record(run, frame)["timings"].values()) for frame in frames]
    return Pilot(len(frames), max(median(each), 1e-3), max(0.0, took - sum(each)))


def _patience(pilot: Pilot | None) -> float:
    return max(_LEAST_PATIENCE, _PATIENCE * pilot.seconds_a_frame) if pilot else _LEAST_PATIENCE
