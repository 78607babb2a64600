"""What a job would do, in lines for a person: read as a render reads it, and nothing rendered."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from blender_addon.contract.run import PLAN, RunError, Settings, read_plan
from blender_addon.contract.strict import plain
from blender_addon.contract.words import counted

from .job_file import Task, in_words, read_job, tasks
from .job_runs import frames_done

_NOT_CHOICES = {"out", "scene", "scenes", "blender"}


def check_job(path: Path) -> tuple[list[str], list[str]]:
    """(what it would do, what stands against it), a line each. Raises JobError where it cannot be read."""
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
    out = task.request.out
    if not (out / PLAN).is_file():
        return ""
    try:
        there = read_plan(out).settings
    except RunError as error:
        return str(error)
    asked = {
        field.name: getattr(task.request, field.name, None) for field in fields(Settings) if field.name != "device"
    }
    differing = [
        f"{name} is {getattr(there, name)!r} there and {value!r} here"
        for name, value in asked.items()
        if value not in (None, getattr(there, name))
    ]
    return f"{out} was planned differently: {'; '.join(differing)}; name a new out" if differing else ""
