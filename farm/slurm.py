"""A plan of units handed to Slurm: one job array, of as many tasks as the site allows, each with a share of the units.

Slurm does the rest: it finds nodes, binds GPUs, kills what is left of a job, starts tasks of a dead node elsewhere. A
task that runs out of time hears of it a minute before, ends its render and asks to be queued again. All options go to
`sbatch` as words of its command line, where nothing of them is read by a shell.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from blender_addon.contract.run import to_json, write_once
from blender_addon.contract.seal import sealed

from .places import LOGS
from .units import SCHEMA, SUBMISSIONS, FarmError

MOST_TASKS = 500
"""Of an array: more would only make the queue long."""
_NOTICE = 60  # seconds before the time is up, or a quarter of a short time
_PAUSE = 60  # seconds before a task whose disk was full or away asks to be queued again
_TRIES = 5  # restarts of a task whose disk was full or away
_LIVES = 3  # of a unit's process that is killed outright
_CALLS = 20  # of a controller that does not answer

_TIME = re.compile(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?")

_SCRIPT = """#!/bin/bash
# A task of a job array: its share of the units of {out}
# Made by labelpass render --cluster slurm.
set -u

again() {{
    for call in {{1..{calls}}}; do  # the controller may be away for a while
        scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}" && break
        sleep {pause}
    done
    sleep {pause}
    exit 75
}}
time_is_up() {{
    trap '' USR1
    kill -TERM $(jobs -p) 2>/dev/null  # the render, even if this shell has no name for it yet
    wait
    again
}}
trap time_is_up USR1
trap 'kill -TERM $(jobs -p) 2>/dev/null' TERM

for life in {{1..{lives}}}; do
    {command} --index "$SLURM_ARRAY_TASK_ID" &
    render=$!
    wait "$render"
    code=$?
    if [ "$code" -gt 128 ]; then  # a signal to this shell ends the wait, and not the render
        wait "$render"
        code=$?
    fi
    case "$code" in
        129 | 130 | 143) break ;;  # somebody wants it to stop
    esac
    [ "$code" -gt 128 ] || break  # killed outright: what is done stays, and the rest begins again
done
if [ "$code" -eq 75 ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt {tries} ]; then
    trap '' USR1
    sleep {pause}
    again
fi
exit "$code"
"""


@dataclass(frozen=True)
class Wish:
    """What a task gets, as `sbatch` says it; None leaves it to the site. `gpus` and `cpus` are of a task; at most
    `max_parallel` tasks run at once; `more` are further words for `sbatch`. `labelpass` are the words that call it on a
    node, such as those of a container; without them it is this one."""

    partition: str | None = None
    gpus: int | None = None
    cpus: int | None = None
    memory: str | None = None
    time: str | None = None
    max_parallel: int | None = None
    more: tuple[str, ...] = ()
    labelpass: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """What `sbatch` is called with, and the script on its standard input."""

    command: tuple[str, ...]
    script: str

    def text(self) -> str:
        """For a person, or a shell: the command, and the script as its here-document."""
        return here_document(shlex.join(self.command), self.script, "SCRIPT")


def here_document(command: str, text: str, end: str) -> str:
    """A command of a shell with a text on its standard input, which ends with this word, or a longer one."""
    while end in text.splitlines():  # a folder's name may have lines of its own
        end += "_"
    return f"{command} <<'{end}'\n{text}{end}\n"


def prepared(out: Path, wish: Wish, units: int, number: int, unit_options: Sequence[str], most: int) -> Submission:
    """The submission that has this number, of so many units, as tasks of at most `most`."""
    tasks = max(1, min(units, most))
    at_once = f"%{wish.max_parallel}" if wish.max_parallel else ""
    own = [f"--array=0-{tasks - 1}{at_once}", f"--signal=B:USR1@{_notice(wish.time)}"]
    unit = [*called(wish), "unit", str(out), f"--submission={number}", f"--stride={tasks}", *unit_options]
    named = shlex.quote(str(out)).replace("\n", " ")
    numbers = {"tries": _TRIES, "pause": _PAUSE, "lives": _LIVES, "calls": _CALLS}
    script = _SCRIPT.format(out=named, command=shlex.join(unit), **numbers)
    return Submission(sbatch(out, wish, "render", own), script)


def called(wish: Wish) -> tuple[str, ...]:
    """The words that call labelpass on a node."""
    return wish.labelpass or (sys.executable, str(Path(__file__).resolve().parents[1] / "labelpass.py"))


def sbatch(out: Path, wish: Wish, what: str, own: Sequence[str]) -> tuple[str, ...]:
    """The words that hand over an array, with its `own` among them and those of the wish last; `what` it does is in its
    name."""
    asked = {
        "partition": wish.partition,
        "gres": f"gpu:{wish.gpus}" if wish.gpus else None,
        "cpus-per-task": wish.cpus,
        "mem": wish.memory,
        "time": wish.time,
    }
    log = str(out / LOGS / "%A_%a.log").replace("%", "%%").replace("%%A_%%a", "%A_%a")
    return (
        "sbatch",
        "--parsable",
        f"--job-name=labelpass-{what}",
        f"--output={log}",
        "--open-mode=append",
        "--requeue",
        *own,
        *(f"--{name}={value}" for name, value in asked.items() if value is not None),
        *wish.more,
    )


def _notice(time: str | None) -> int:
    """Seconds before the time is up at which a task hears of it: with a minute's notice, one of a minute would hear of
    it as it begins, and be queued again for ever."""
    seconds = _seconds(time)
    return max(1, min(_NOTICE, seconds // 4)) if seconds else _NOTICE


def warning(wish: Wish, frame_timeout: float) -> str:
    """What is wrong with the time of a task, in words; "" where nothing is."""
    seconds = _seconds(wish.time)
    if not seconds or seconds - _notice(wish.time) > frame_timeout:
        return ""
    return (
        f"--time {wish.time} ends before a frame is taken for hung, after {frame_timeout:g} s: a task with one that "
        "hangs would be queued again and again; give it more time, or plan with a shorter frame_timeout"
    )


def _seconds(time: str | None) -> int:
    """Of a time as `sbatch` reads it; 0 where there is no limit."""
    found = _TIME.fullmatch(time or "")
    if not found:
        return 0
    days, first, second, third = (int(number or 0) for number in found.groups())
    if found[1]:  # days-hours[:minutes[:seconds]]
        return 86400 * days + 3600 * first + 60 * second + third
    if found[4]:  # hours:minutes:seconds
        return 3600 * first + 60 * second + third
    return 60 * first + second  # minutes[:seconds]


def submit(out: Path, wish: Wish, unit_options: Sequence[str], units: Sequence[int]) -> str:
    """Hand the units to Slurm; the number of the job. Raises FarmError where `sbatch` is not there, or refuses."""
    most = min(MOST_TASKS, array_size())
    number = write_submission(out, units)
    (out / LOGS).mkdir(exist_ok=True)
    return handed_over(prepared(out, wish, len(units), number, unit_options, most))


def handed_over(asked: Submission) -> str:
    """The number of the job that it becomes. Raises FarmError where `sbatch` is not there, or refuses."""
    try:
        done = subprocess.run(asked.command, input=asked.script, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise FarmError("no sbatch here: run this where Slurm is, or see what would run with --dry-run") from None
    if done.returncode:
        raise FarmError(f"sbatch: {done.stderr.strip() or f'exit code {done.returncode}'}")
    found = re.findall(r"^(\d+)(?:;\S*)?$", done.stdout, re.MULTILINE)  # of it and the cluster
    if not found:
        said = f"said {done.stdout.strip()!r}" if done.stdout.strip() else "said nothing"
        raise FarmError(
            f"sbatch ended well, {said}, and no number of a job: see with squeue whether it was handed over before you "
            "hand it over again; is this sbatch a wrapper that does not know --parsable?"
        )
    return str(found[-1])


def array_size() -> int:
    """Tasks that an array may have here, as Slurm says; its default where it says nothing."""
    try:
        told = subprocess.run(["scontrol", "show", "config"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 1000
    found = re.search(r"^MaxArraySize\s*=\s*(\d+)", told.stdout, re.MULTILINE)
    return int(found[1]) - 1 if found else 1000


def write_submission(out: Path, units: Sequence[int]) -> int:
    """Keep which units are handed over, since who waits in a queue must not find another list; its number."""
    number = next_number(out)
    file = submission_file(out, number)
    file.parent.mkdir(exist_ok=True)
    write_once(file, submission_text(units))
    return number


def next_number(out: Path) -> int:
    return 1 + max((int(path.stem) for path in (out / SUBMISSIONS).glob("*.json") if path.stem.isdigit()), default=0)


def submission_file(out: Path, number: int) -> Path:
    return out / SUBMISSIONS / f"{number:06d}.json"


def submission_text(units: Sequence[int]) -> str:
    return to_json(sealed({"schema": SCHEMA, "units": list(units)}))
