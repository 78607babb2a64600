"""Renders the scenes of a job one after the other, each in a process of its own: its memory goes with it, and a scene
that fails, or brings Blender down, does not stop the others.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from blender_addon.contract.endings import NOT_HERE, NOT_WRITTEN, NotHere
from blender_addon.contract.run import PLAN, RunError, has_frame, read_plan
from blender_addon.contract.words import counted, refusal, shown

from .arguments import to_arguments
from .installed_blender import FAILED, REFUSED, believed, render_code, render_with, run_child, tell_end
from .job_file import Task
from .request import Refused


def render_tasks(tasks: Sequence[Task], blender: str | None) -> int:
    """Render all, with that Blender or the bpy module; a line for each at the end.

    Returns the worst exit code of all (see `session`), or at once that of a scene which was stopped from outside.
    """
    codes: list[int] = []
    for number, task in enumerate(tasks, start=1):
        print(f"labelpass: scene {number} of {len(tasks)}: {shown(task.scene)}", flush=True)
        codes.append(render_task(task, blender))
        if codes[-1] > FAILED and codes[-1] != NOT_HERE:
            break
    for task, code in zip(tasks, [*codes, *[None] * (len(tasks) - len(codes))]):
        print(f"labelpass: {shown(task.scene.name)}: {_outcome(task, code)}", flush=True)
    return max(codes)


def render_task(task: Task, blender: str | None) -> int:
    """A scene in a process of its own; its exit code (see `session`), 128 and a signal where somebody stopped it."""
    try:
        return render_with(blender, task.scene.resolve(), task.request) if blender else _render_with_module(task)
    except NotHere as error:
        print(f"labelpass: {error}", file=sys.stderr, flush=True)
        return NOT_HERE
    except (Refused, RunError) as error:
        print(f"labelpass: {error}", file=sys.stderr, flush=True)
    except OSError as error:
        print(f"labelpass: {refusal(error, task.request.out)}", file=sys.stderr, flush=True)
    return REFUSED


def _render_with_module(task: Task) -> int:
    door = Path(__file__).resolve().parents[1] / "labelpass.py"
    code = run_child([sys.executable, str(door), "render", str(task.scene), *to_arguments(task.request)])
    who = f"the render of {task.scene}"
    if code == 0 and not task.request.plan_only:
        return believed(who, task.request)
    if code < 0:
        tell_end(who, code)
    return render_code(code)


def _outcome(task: Task, code: int | None) -> str:
    words = {
        0: "done",
        FAILED: "failed (exit code 3)",
        NOT_HERE: "not on this machine (exit code 69)",
        NOT_WRITTEN: "not written (exit code 74)",
        None: "not started",
    }
    stopped = "stopped" if code is not None and code > FAILED else f"refused (exit code {code})"
    return f"{words.get(code, stopped)}, {frames_done(task.request.out)}"


def frames_done(run: Path) -> str:
    """How far a run folder is, in words."""
    if not (run / PLAN).is_file():
        return f"nothing in {run} yet"
    try:
        planned = [view.frame for view in read_plan(run).views]
    except RunError as error:
        return str(error)
    return f"{sum(has_frame(run, frame) for frame in planned)} of {counted(len(planned), 'frame')} in {run}"
