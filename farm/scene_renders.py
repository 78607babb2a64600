"""A scene planned, or some frames of it rendered, while a job becomes a plan of units: each in a process of its own.

What it prints is printed as it comes, and the last of it is the reason where the scene is not planned.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections import deque
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import IO

from render_scripts.arguments import to_arguments
from render_scripts.installed_blender import FAILED, ended_by, render_code, run_child
from render_scripts.job_file import Task

from .patience import Patience
from .units import FarmError

PILOT_TIMEOUT = 3600.0
"""Seconds that a frame of a pilot may take where the job has no frame_timeout: nobody knows yet what is long."""
_LAST_WORDS = 3  # lines: a problem, and that nothing was rendered

_STOPPED = re.compile(r"stopped($|; )|.* was ended by SIG(INT|TERM|HUP); |.* ended with exit code (129|130|143)$")


class Ended(FarmError):
    """The disk is full, or the machine lacks something: no other scene would fare better."""


def plan_scene(task: Task, blender: str | None) -> None:
    """Plan the run of a scene, or hold one that has frames already against what is asked. Raises FarmError, which says
    why, and what a signal is here (`_rendered`)."""
    code, words = _rendered(_timed(task, plan_only=True), blender)
    if code:
        why = "; ".join(words) or f"exit code {code}"
        raise (Ended if code > FAILED else FarmError)(f"{task.scene} could not be planned (exit code {code}): {why}")


def render_pilot(task: Task, frames: tuple[int, ...], blender: str | None) -> None:
    """Render these frames of a scene that is planned. Raises FarmError where they do not come, and what a signal is
    here."""
    timed = _timed(task, frames=frames, at_least=None)
    timeout = timed.request.frame_timeout or PILOT_TIMEOUT
    patience = Patience(task.request.out, frames, timeout)
    code, _ = _rendered(timed, blender, patience)
    if patience.is_out:
        raise FarmError(f"the pilot of {task.scene}: {patience.why}; see what hangs: labelpass render on that scene")
    if code:
        raise FarmError(
            f"the pilot of {task.scene} could not be rendered (exit code {code}), for what is said above; a frame may "
            f"take {timeout:g} s, and frame_timeout in the job gives it more"
        )


def _rendered(task: Task, blender: str | None, patience: Patience | None = None) -> tuple[int, deque[str]]:
    """The exit code, and its last words. Raises KeyboardInterrupt, or SystemExit, where a signal ended it: that was of
    somebody who wants no plan now, and not of the scene."""
    words: deque[str] = deque(maxlen=_LAST_WORDS)
    read, write = os.pipe()
    with open(read, encoding="utf-8", errors="replace") as told:
        reader = Thread(target=_passed_on, args=(told, words, blender), daemon=True)
        reader.start()
        with open(write, "wb") as heard:
            code = render_code(run_child(_command(task, blender), heard, patience))
        reader.join(10)  # a grandchild that outlives its parent keeps the pipe open
    if ended_by(code):
        raise KeyboardInterrupt if code == 128 + signal.SIGINT else SystemExit(code)
    return code, words


def _timed(task: Task, **changes: object) -> Task:
    timeout = task.request.frame_timeout or PILOT_TIMEOUT
    return replace(task, request=replace(task.request, frame_timeout=timeout, **changes))


def _passed_on(told: IO[str], words: deque[str], blender: str | None) -> None:
    for line in told:
        said = line.strip().removeprefix("labelpass: ")
        if _STOPPED.match(said):  # which is told once, of the plan
            continue
        print(line, end="", flush=True)
        is_end = bool(blender) and said.startswith(f"{blender} ended with")
        is_why = line.startswith(("labelpass: ", "Error: ")) and not is_end
        if is_why and said not in words:  # Blender's own errors may be told twice
            words.append(said)


def _command(task: Task, blender: str | None) -> list[str]:
    door = Path(__file__).resolve().parents[1] / "labelpass.py"
    with_blender = [f"--blender={blender}"] if blender else []
    return [sys.executable, str(door), "render", str(task.scene), *to_arguments(task.request), *with_blender]
