"""A job becomes a plan of units: its scenes planned one by one, some frames rendered to see how long one takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from blender_addon.contract.run import PLAN, read_plan, read_record
from blender_addon.contract.words import counted
from render_scripts.arguments import to_arguments
from render_scripts.job_file import JobFile, Task, run_name, tasks
from render_scripts.job_runs import render_task
from render_scripts.randomization.streams import seed_of
from render_scripts.request import Request

from .units import NAME, FarmError, Pilot, Scene, UnitPlan, cut, is_farm, run_of, write_units

PILOT = 3
"""Frames that a pilot renders: the first of a process takes longer than the others."""
FRAMES_A_RUN = 10_000
"""More of one scene become several runs, each with all its views: a render reads the plan of its whole run, and folders
of more entries are slow on disks that machines share."""
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
    parts: list[_Part] = []
    taken = {run_name(task.scene).casefold() for task in found}
    for at, task in enumerate(found):
        say(f"scene {at + 1} of {len(found)}: {task.scene}")
        share = None if wish.frames is None else _share(wish.frames, at, len(found))
        parts += _parts(task, out, job.blender, share, taken)
    scenes = [part.scene for part in parts]
    pilot = None if wish.frames_a_unit else _piloted(parts, out, job.blender, say)
    most = wish.frames_a_unit or frames_a_unit(pilot, wish.minutes)
    units = [unit for at, part in enumerate(parts) for unit in cut(part.frames, at, most)]
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


def _share(frames: int, at: int, many: int) -> int:
    """Of so many frames, those of one of so many scenes."""
    return frames * (at + 1) // many - frames * at // many


@dataclass(frozen=True)
class _Part:
    """A run of a scene that is planned, and its frames that are to be rendered."""

    task: Task
    scene: Scene
    frames: tuple[int, ...]


def _parts(task: Task, out: Path, blender: str | None, share: int | None, taken: set[str]) -> Iterator[_Part]:
    """The runs of a scene, planned one after the other until they have `share` frames. The first has the job's seed and
    the scene's name, each other one a seed of its own and a name that is not `taken`."""
    left, name, number = share, run_name(task.scene), 1
    while True:
        scene = _scene(task, name)
        wanted = None if left is None else min(left, FRAMES_A_RUN)
        frames = _planned(task, run_of(out, scene), blender, wanted, left)
        yield _Part(task, scene, frames)
        if left is None or len(frames) == left:
            return
        left, number = left - len(frames), number + 1
        name = f"{run_name(task.scene)}-{number}"
        if name.casefold() in taken:
            raise FarmError(
                f"{task.scene}: its frames {number * FRAMES_A_RUN} and on would go into the run folder "
                f"{name}, which is another scene's; rename one"
            )
        task = replace(task, request=replace(task.request, seed=seed_of(task.request.seed or 0, number)))


def _scene(task: Task, run: str) -> Scene:
    request = replace(task.request, out=Path(), frames=None, at_least=None, frame_timeout=None)
    arguments = tuple(word for word in to_arguments(request) if not word.startswith("--out="))
    return Scene(str(task.scene.resolve()), run, arguments)


def _planned(task: Task, run: Path, blender: str | None, wanted: int | None, left: int | None) -> tuple[int, ...]:
    """The frames of a run that are to be rendered, once it is planned: of `left`, all views so often as `wanted` frames
    allow, and once at least. None: those that the job asks for."""
    request = replace(task.request, out=run, at_least=wanted or task.request.at_least)
    if not (run / PLAN).is_file():
        code = render_task(Task(task.scene, replace(request, plan_only=True)), blender)
        if code:
            raise FarmError(f"{task.scene} could not be planned (exit code {code})")
    plan = read_plan(run)
    planned = [view.frame for view in plan.views]
    if wanted is None or left is None:
        asked = set(task.request.frames or planned)
        return tuple(frame for frame in planned if frame in asked)
    if len(planned) < wanted:
        raise FarmError(
            f"{run} was planned with {counted(len(planned), 'frame')}, and not {wanted}; name another --out"
        )
    views = len(planned) // plan.settings.draws
    return tuple(planned[: min(left, views * max(1, FRAMES_A_RUN // views))])


def _piloted(
    parts: Sequence[_Part],
    out: Path,
    blender: str | None,
    say: Callable[[str], None],
) -> Pilot:
    """A look at the scene with the most frames; what it renders is done."""
    largest = max(parts, key=lambda part: len(part.frames))
    task, frames, run = largest.task, largest.frames[:PILOT], run_of(out, largest.scene)
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
