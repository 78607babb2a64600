"""All units carried out on this machine, each in a process of its own, several at once where there are several GPUs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from blender_addon.contract.endings import NOT_HERE
from blender_addon.contract.words import counted
from render_scripts.orphans import told_of_parent

from .attempts import attempts_of
from .unit import AGAIN, DONE, PERMANENT, TRIES, WORDS
from .units import read_units, units_left

_LOOK = 0.2  # seconds between looks at processes


def render_here(
    out: Path, workers: Sequence[Mapping[str, str]], more: Sequence[str], say: Callable[[str], None]
) -> int:
    """Carry out all units that lack frames, as many at once as there are `workers`, each with these variables in its
    environment. `more` are options of every render. A unit whose process dies is begun again.

    A scene that cannot be rendered on this machine keeps its other units from being begun, and no other scene's.

    The exit code: 0 all is there, 65 something was given up, 75 the disk or the machine does not do now, 128 and a
    signal: stopped.
    """
    plan, waiting = read_units(out), units_left(out)
    many = len(plan.units)
    say(f"{out}: {counted(many, 'unit')}, {many - len(waiting)} done already")
    crew, deaths, codes, is_over = _Crew(out, workers, more), Counter[int](), {DONE}, False
    with _handed_on(crew) as stopped:
        while crew.busy or (waiting and not stopped and not is_over):
            while waiting and crew.free and not stopped and not is_over:
                crew.begin(waiting.pop(0))
            time.sleep(_LOOK)
            for index, code, seconds in crew.ended():
                deaths[index] += code not in WORDS
                if code in WORDS or deaths[index] == TRIES:
                    codes.add(code if code in WORDS else AGAIN)
                    if _is_not_here(out, index, code):
                        scene = plan.units[index].scene
                        waiting = [at for at in waiting if plan.units[at].scene != scene]
                    else:
                        is_over = is_over or code not in (DONE, PERMANENT)
                else:
                    waiting.append(index)
                outcome = WORDS.get(code) or f"died (exit code {code})"
                say(f"unit {index}: {outcome} after {seconds:.0f} s; {len(waiting) + len(crew.busy)} left")
    if stopped:
        return 128 + stopped[0]
    return next(code for code in (AGAIN, PERMANENT, DONE) if code in codes)


def _is_not_here(out: Path, index: int, code: int) -> bool:
    """Whether a unit is for later since its scene cannot be rendered on this machine, as its last attempt says."""
    tried = attempts_of(out, index) if code == AGAIN else []
    return bool(tried) and tried[-1].code == NOT_HERE


class _Crew:
    """Processes that carry out a unit each, one for each of the workers at most."""

    def __init__(self, out: Path, workers: Sequence[Mapping[str, str]], more: Sequence[str]) -> None:
        self.out, self.more, self.free = out, more, list(workers)
        self.busy: dict[int, tuple[subprocess.Popen[bytes], Mapping[str, str], float]] = {}

    def begin(self, index: int) -> None:
        worker = self.free.pop(0)
        self.busy[index] = _begun(self.out, index, worker, self.more), worker, time.monotonic()

    def ended(self) -> Iterator[tuple[int, int, float]]:
        """(unit, exit code, seconds) of those that have ended since; their workers are free."""
        for index, (child, worker, since) in list(self.busy.items()):
            code = child.poll()
            if code is not None:
                del self.busy[index]
                self.free.append(worker)
                yield index, code, time.monotonic() - since

    def hand_on(self, number: int) -> None:
        for child, _, _ in self.busy.values():
            child.send_signal(number)


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


@contextmanager
def _handed_on(crew: _Crew) -> Iterator[list[int]]:
    """Signals that came, handed on to the crew; Ctrl-C reaches it by itself."""
    told: list[int] = []

    def hand_on(number: int, _frame: object) -> None:
        told.append(number)
        if number != signal.SIGINT:
            crew.hand_on(number)

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, hand_on) for number in numbers}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
