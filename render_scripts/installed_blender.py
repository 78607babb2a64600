"""Renders, checks or verifies with an installed Blender as its child: a script in it, its exit code, their proof."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from blender_addon.contract.endings import NOT_HERE, NOT_WRITTEN, NotHere
from blender_addon.contract.frame_numbers import frames_text
from blender_addon.contract.run import PLAN, has_frame, read_plan

from . import check_request
from .arguments import to_arguments
from .check_request import CheckRequest
from .orphans import told_of_parent
from .rays import verify_request
from .rays.verify_request import VerifyRequest, scene_of
from .request import Refused, Request

REFUSED, FAILED = 1, 3
_NOT_STARTED = (126, 127)
"""Of a program that the system cannot load: a library that this machine lacks."""
_STOPS = ("SIGINT", "SIGTERM", "SIGHUP")


def render_with(program: str, scene: Path, request: Request) -> int:
    """Render `scene` with the Blender called `program`. Returns the exit code (see `session`), 128 and a signal where
    somebody stopped it.

    The code 0 is held to the run folder (see `believed`). Raises Refused where there is none at all, NotHere where
    there is no such program.
    """
    blender = _found(program)
    entry = Path(__file__).with_name("render.py")
    scripts = "--enable-autoexec" if request.allow_scripts else "--disable-autoexec"
    start = [blender, "--factory-startup", scripts, "-b", str(scene), "--python-exit-code", "3", "-P", str(entry)]
    code = run_child([*start, "--", *to_arguments(request)])
    if code:
        tell_end(program, code)
    else:
        if not (request.out / PLAN).is_file():
            raise Refused(f"--blender {program}: it ended without a word and rendered nothing; is it a Blender?")
        if request.plan_only:
            return 0
        return believed(program, request)
    return render_code(code)


def believed(who: str, request: Request) -> int:
    """The exit code of a render that ended with 0: a frame failed, and is told, where the run lacks some, as after a
    script of the scene's that ended Blender in the middle of it."""
    lost = [frame for frame in _asked(request) if not has_frame(request.out, frame)]
    if not lost:
        return 0
    why = f"ended with exit code 0, without {'frames' if len(lost) > 1 else 'frame'} {frames_text(lost)}"
    print(f"labelpass: {who} {why}; what is done stays, run the same command to go on", file=sys.stderr, flush=True)
    return FAILED


def _asked(request: Request) -> list[int]:
    """The frames that a render which is over was to leave."""
    if request.frames:
        return sorted(request.frames)
    return sorted(view.frame for view in read_plan(request.out).views if request.camera in (None, view.camera))


def tell_end(program: str, code: int) -> None:
    """Say how a render ended that did not end well."""
    how = f"was ended by {ended_by(code)}; what is done stays, run the same command to go on"
    print(f"labelpass: {program} {how if code < 0 else f'ended with exit code {code}'}", file=sys.stderr, flush=True)


def render_code(code: int) -> int:
    """What we end with where a render, in a process of its own, ended with `code`: where something else than a person
    or a scheduler brought it down, a frame failed."""
    name = ended_by(code)
    if name in _STOPS:
        return 128 + signal.Signals[name]
    if code in _NOT_STARTED:
        return NOT_HERE
    return code if 0 <= code <= FAILED or code in (NOT_HERE, NOT_WRITTEN) else FAILED


def check_with(program: str, scene: Path, request: CheckRequest) -> tuple[str, int]:
    """Check `scene` with the Blender called `program`: what there is to print, and the exit code (see `check`)."""
    return _reported(program, "check.py", [str(scene), *check_request.to_arguments(request)])


def verify_with(program: str, run: Path, request: VerifyRequest) -> tuple[str, int]:
    """Verify a run with the Blender called `program`: what there is to print, and the exit code (see `verify`)."""
    asked = replace(request, scene=scene_of(run, read_plan(run), request))
    return _reported(program, "rays/verify.py", [str(run), *verify_request.to_arguments(asked)])


def run_script(program: str, script: Path, asked: list[str]) -> int:
    """Run a script of ours within a Blender without a file; its exit code. Raises NotHere where there is none."""
    start = [_found(program), "--factory-startup", "--disable-autoexec", "-b", "--python-exit-code", "3"]
    return run_child([*start, "-P", str(script), "--", *asked])


def _reported(program: str, script: str, asked: list[str]) -> tuple[str, int]:
    """What a script of ours reports from within a Blender, and its exit code."""
    blender = _found(program)
    entry = Path(__file__).parent / script
    start = [blender, "--factory-startup", "--disable-autoexec", "-b", "--python-exit-code", "3", "-P", str(entry)]
    with tempfile.TemporaryDirectory(prefix="labelpass-") as folder:
        report = Path(folder) / "report"
        with tempfile.TemporaryFile() as heard:
            code = run_child([*start, "--", *asked, f"--report={report}"], heard)
            heard.seek(0)
            lines = [line.strip() for line in heard.read().decode(errors="replace").splitlines() if line.strip()]
        if code in {0, 1} and report.is_file():
            return report.read_text(encoding="utf-8"), code
    if name := ended_by(code):
        raise Refused(f"{program} was ended by {name}")
    ours = [line.removeprefix("labelpass: ") for line in lines if line.startswith("labelpass: ")]
    if ours and code == 1:
        raise Refused(ours[-1])
    said = f": {lines[-1]}" if lines else "; is it a Blender?"
    print(f"labelpass: --blender {program}: exit code {code} and no report{said}", file=sys.stderr)
    return "", 3


def ended_by(code: int) -> str:
    """The signal that ended a program, also where our script heard it and left (see `interrupts`); else ""."""
    number = -code if code < 0 else code - 128
    return signal.Signals(number).name if number in set(signal.Signals) else ""


def _found(program: str) -> str:
    if why := why_no_program(program):
        raise NotHere(f"--blender {program}: {why}")
    return shutil.which(program) or program


def why_no_program(program: str) -> str:
    """Why a Blender of this name or path cannot be run, in words; "" where it can."""
    if shutil.which(program):
        return ""
    if Path(program).is_dir():
        return "a folder, and no program"
    return "this file may not be executed" if Path(program).is_file() else "no such program"


LOOK = 5.0
"""Seconds between two looks at whether a child is to be ended."""
_HANDED_ON = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def run_child(command: list[str], heard: IO[bytes] | None = None, is_too_long: Callable[[], bool] | None = None) -> int:
    """Run a child to its end. Signals are handed on; Ctrl-C reaches it by itself, and it says what there is to say.
    A child that goes on all the same is told again; where it ended well before it heard, Ctrl-C is ours.

    `heard`: a file for all that it prints, which is printed otherwise. It is killed once `is_too_long` says so, which
    is asked every few seconds.
    """
    children: list[subprocess.Popen[bytes]] = []
    told: list[int] = []
    pressed: list[int] = []

    def hand_on(number: int, _frame: object) -> None:
        told.append(number)
        for child in children:
            child.send_signal(number)

    # Functions, since a child would inherit that signals are ignored.
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number)),
        **{number: signal.signal(number, hand_on) for number in _HANDED_ON},
    }
    try:
        with subprocess.Popen(command, stdout=heard, stderr=heard, env=told_of_parent(os.environ)) as child:
            children.append(child)
            for number in told:  # before it was there to be told
                child.send_signal(number)
            code = _awaited(child, is_too_long, pressed)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if pressed and ended_by(code) not in _STOPS:
        signal.raise_signal(signal.SIGINT)
    return code


def _awaited(child: subprocess.Popen[bytes], is_too_long: Callable[[], bool] | None, pressed: list[int]) -> int:
    while True:
        with suppress(subprocess.TimeoutExpired):
            return child.wait(LOOK)
        if is_too_long and is_too_long():
            child.kill()
        if pressed and os.name != "nt":  # Blender, as it opens a file, takes the first for "break off", and goes on
            child.send_signal(signal.SIGINT)
