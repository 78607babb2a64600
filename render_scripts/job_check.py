"""What a job would do, in lines for a person: read as a render reads it, and nothing rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blender_addon.contract.run import PLAN, RunError, read_plan
from blender_addon.contract.strict import key_of, plain
from blender_addon.contract.words import counted

from .contradictions import drawn_from
from .job import in_a_job
from .job_file import Task, in_words, read_job, tasks
from .job_runs import frames_done
from .randomization.folders import differences
from .randomization.spec import Randomization
from .resume import as_asked

_NOT_CHOICES = {"out", "scene", "scenes", "blender"}


def check_job(path: Path) -> tuple[list[str], list[str]]:
    """(what it would do, what stands against it), a line each. Raises FileRefused where it cannot be read."""
    asked = read_job(path)
    found, job = tasks(asked), asked.job
    choices = [f"{key} {in_words(value)}" for key, value in plain(job).items() if key not in _NOT_CHOICES]
    lines = [
        f"{path}: {counted(len(found), 'scene')}, rendered with {job.blender or 'the bpy module'}",
        f"asked for: {', '.join(choices)}" if choices else "all as the scenes say",
        *(f"{task.scene}: {frames_done(task.request.out)}" for task in found),
    ]
    return lines, [why for task in found if (why := _against(task))]


def _against(task: Task) -> str:
    """Why a run folder that is there cannot be gone on with, as far as the job alone tells; else ""."""
    request, out = task.request, task.request.out
    if not (out / PLAN).is_file():
        return ""
    try:
        there = as_asked(read_plan(out))
    except RunError as error:
        return str(error)
    asked = {name: value for name in there if (value := getattr(request, name)) is not None}
    if request.randomize:
        asked["randomize"] = drawn_from(request)
    differing = [why for name, value in asked.items() for why in _differing(name, there[name], value)]
    return f"{out} was planned differently: {'; '.join(differing)}; name a new out" if differing else ""


def _differing(name: str, there: Any, here: Any) -> list[str]:
    if isinstance(here, Randomization):
        return differences(there, here)
    if _apart_from_spelling(there) == _apart_from_spelling(here):
        return []
    return [f"{key_of(in_a_job(name))} is {in_words(there)} there and {in_words(here)} here"]


def _apart_from_spelling(value: Any) -> Any:
    """Labels may be named in another order."""
    return sorted(value) if isinstance(value, tuple) and all(isinstance(part, str) for part in value) else value
