"""All units carried out on this machine, each in a process of its own, several at once where there are several GPUs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from render_scripts.orphans import told_of_parent

from .unit import AGAIN, DONE, PERMANENT
from .units import UnitPlan, missing_frames, read_units, run_of

_LOOK = 0.2  # seconds between looks at processes


def render_here(
    out: Path, workers: Sequence[Mapping[str, str]], more: Sequence[str], say: Callable[[str], None]
) -> int:
    """Carry out all units that lack frames, as many at once as there are `workers`, each with these variables in its
    environment. `more` are options of every render.

    The exit code: 0 all is there, 65 something was given up, 75 the disk or the machine does not do now, 128 and a
    signal: stopped.
    """
    plan = read_units(out)
    waiting = [index for index in range(len(plan.units)) if lacks(out, plan, index)]
    say(f"{out}: {len(plan.units)} units, {len(plan.units) - len(waiting)} done already")
    free, codes = list(range(len(workers))), [DONE]
    busy: dict[int, tuple[subprocess.Popen[bytes], int, float]] = {}
    with _handed_on(lambda: [child for child, _, _ in busy.values()]) as stopped:
        while busy or (waiting and not stopped and AGAIN not in codes):
            while waiting and free and not stopped and AGAIN not in codes:
                index, worker = waiting.pop(0), free.pop(0)
                busy[index] = _begun(out, index, workers[worker], more), worker, time.monotonic()
            time.sleep(_LOOK)
            for index, (child, worker, since) in list(busy.items()):
                code = child.poll()
                if code is not None:
                    del busy[index]
                    free.append(worker)
                    codes.append(code)
                    left = len(waiting) + len(busy)
                    say(f"unit {index}: {_outcome(code)} after {time.monotonic() - since:.0f} s; {left} left")
    if stopped:
        return 128 + stopped[0]
    return next((code for code in (AGAIN, PERMANENT) if code in codes), max(codes))


def lacks(out: Path, plan: UnitPlan, index: int) -> bool:
    return bool(missing_frames(run_of(out, plan.scene_of(index)), plan.frames_of(index)))


def workers_here(environment: Mapping[str, str], many: int | None) -> list[dict[str, str]]:
    """What each of the processes on this machine has in its environment: a GPU of its own where several are to be had,
    else nothing."""
    gpus = [name for name in environment.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    if not gpus:
        gpus = [str(number) for number in range(_gpus())]
    many = many or max(1, len(gpus))
    return [{"CUDA_VISIBLE_DEVICES": gpus[at % len(gpus)]} if gpus else {} for at in range(many)]


def _gpus() -> int:
    """Of NVIDIA, as its driver counts them; 0 where there is none."""
    try:
        told = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in told.stdout.splitlines())


def _begun(out: Path, index: int, variables: Mapping[str, str], more: Sequence[str]) -> subprocess.Popen[bytes]:
    door = Path(__file__).resolve().parents[1] / "labelpass.py"
    command = [sys.executable, str(door), "unit", str(out), f"--index={index}", *more]
    return subprocess.Popen(command, env=told_of_parent({**os.environ, **variables}))


def _outcome(code: int) -> str:
    words = {DONE: "done", PERMANENT: "given up", AGAIN: "not now"}
    return words.get(code, f"ended with exit code {code}")


@contextmanager
def _handed_on(children: Callable[[], Sequence[subprocess.Popen[bytes]]]) -> Iterator[list[int]]:
    """Signals that came, handed on to the children; Ctrl-C reaches those by itself."""
    told: list[int] = []

    def hand_on(number: int, _frame: object) -> None:
        told.append(number)
        for child in children():
            if number != signal.SIGINT:
                child.send_signal(number)

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, hand_on) for number in numbers}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
