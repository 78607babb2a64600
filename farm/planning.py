"""A job becomes a plan of units: its scenes planned one by one, some frames rendered to see how long one takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from blender_addon.contract.run import FRAMES, PLAN, read_plan, read_record, sweep_partial_frames
from blender_addon.contract.words import counted
from render_scripts.arguments import to_arguments
from render_scripts.job_file import JobFile, Task, run_name, tasks
from render_scripts.randomization.streams import seed_of
from render_scripts.written_file import refusal

from .places import check_place
from .scene_renders import Ended, plan_scene, render_pilot
from .units import RUNS, FarmError, Pilot, Scene, UnitPlan, cut, run_of, write_units

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
    """Plan all scenes of a job into runs in `out`, and write the plan of units. A run that a plan which was ended left
    there is planned anew, or must agree where it has frames.

    Raises FarmError where no plan can be made there, for all scenes that cannot be planned at once, and where the pilot
    cannot be rendered; runs without frames are gone then, and so they are where a signal comes.
    """
    check_place(out)
    job = asked.job
    if job.gpu:
        raise refusal(asked.path, asked.places, [_GPU.format(gpu=job.gpu)])
    found = tasks(replace(asked, job=replace(job, out=out, plan_only=False)))  # a plan is what is asked anyway
    if wish.frames is not None and job.frames is not None:
        raise FarmError("frames: the job says which, and --frames how many; leave out one")
    if wish.frames is not None and wish.frames < len(found):
        raise FarmError(f"--frames {wish.frames}: there are {len(found)} scenes, and each has one at least")
    was_there = out.exists()
    try:
        parts = _all_parts(found, out, job.blender, wish.frames, say)
        pilot = None if wish.frames_a_unit else _piloted(parts, out, job.blender, say)
    except BaseException as error:
        _clear(out, was_there)
        if isinstance(error, KeyboardInterrupt | SystemExit):
            error.add_note("there is no plan yet; the same command goes on")
        raise
    scenes = [part.scene for part in parts]
    most = wish.frames_a_unit or frames_a_unit(pilot, wish.minutes)
    units = [unit for at, part in enumerate(parts) for unit in cut(part.frames, at, most)]
    timeout = job.frame_timeout or _patience(pilot)
    plan = UnitPlan(tuple(scenes), tuple(units), timeout, pilot, job.blender)
    write_units(out, plan)
    return plan


_GPU = (
    "gpu: {gpu}: every process of a plan is shown one GPU alone and takes that; leave gpu out of the job, and say "
    "which when it renders: CUDA_VISIBLE_DEVICES={gpu} labelpass render RUN here, --gpus 1 with Slurm"
)


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


def _all_parts(
    found: Sequence[Task], out: Path, blender: str | None, frames: int | None, say: Callable[[str], None]
) -> list[_Part]:
    """Of all scenes. Raises FarmError, a line for each scene that cannot be planned."""
    parts: list[_Part] = []
    wrong: list[str] = []
    taken = {run_name(task.scene).casefold() for task in found}
    for at, task in enumerate(found):
        say(f"scene {at + 1} of {len(found)}: {task.scene}")
        share = None if frames is None else _share(frames, at, len(found))
        try:
            parts += _parts(task, out, blender, share, taken)
        except Ended:
            raise
        except FarmError as error:
            wrong.append(str(error))
    if wrong:
        raise FarmError("\n".join(wrong))
    return parts


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
    _forget(run)
    plan_scene(replace(task, request=replace(task.request, out=run, at_least=wanted or task.request.at_least)), blender)
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
    began = time.monotonic()
    render_pilot(replace(task, request=replace(task.request, out=run)), frames, blender)
    took = time.monotonic() - began
    each = [sum(read_record(run, frame)["timings"].values()) for frame in frames]
    return Pilot(len(frames), max(median(each), 1e-3), max(0.0, took - sum(each)))


def _patience(pilot: Pilot | None) -> float:
    return max(_LEAST_PATIENCE, _PATIENCE * pilot.seconds_a_frame) if pilot else _LEAST_PATIENCE


def _forget(run: Path) -> None:
    """Take away the plan of a run of which no frame was begun: it may be another job's. What else is there stays."""
    frames = run / FRAMES
    if frames.is_dir() and any(frames.iterdir()):
        return
    (run / PLAN).unlink(missing_ok=True)
    with suppress(OSError):  # not there, or something else is in it
        frames.rmdir()
        run.rmdir()


def _clear(out: Path, was_there: bool) -> None:
    """Leave no run of which nothing was rendered where there will be no plan of units."""
    for run in (out / RUNS).glob("*"):
        sweep_partial_frames(run)
        if (run / PLAN).is_file():
            _forget(run)
    with suppress(OSError):
        (out / RUNS).rmdir()
        if not was_there:
            out.rmdir()
