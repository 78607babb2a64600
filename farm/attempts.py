"""What was tried to carry units out: a file for each attempt, which its process alone writes.

The frames themselves are the truth of what is done; this says by whom, how fast, and why not. The first line of a file
is how an attempt began, the second how it ended; who is killed leaves one line. While an attempt lasts its file is
touched: what has not been touched for a while is dead. Times are those of the disk that all share, since clocks of
machines differ and jump; what took how long is measured where it is done.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blender_addon.contract.machine import is_alive, this_machine, unfinished_by
from blender_addon.contract.strict import parse_json

FOLDER = "attempts"
BEAT = 15.0
"""Seconds after which the file of an attempt is touched again."""
SILENT = 90.0
"""Seconds without a touch after which an attempt is dead; so it is where it was touched in the future, since the clock
of the disk was put back."""

_BUCKET = 1000
_MOST = 10**10  # of seconds and frames: what is larger somebody else has written
_NAME = re.compile(r"(?P<unit>[0-9]{6,})-(?P<number>[0-9]+)-(?P<host>.+)-(?P<pid>[0-9]+)\.jsonl")


@dataclass(frozen=True)
class Attempt:
    """`code` is how it ended (see `unit`), None where it did not; `seconds` what it took, or has taken so far; `todo`
    frames it began with, `rendered` of them; `at` the frame at which it ended badly, with its last words, `why`.
    `machine` says what renders there. `is_alive`: it may still end."""

    unit: int
    number: int
    host: str
    code: int | None
    seconds: float
    todo: int
    rendered: int
    at: int | None
    why: str
    machine: Mapping[str, str] = field(default_factory=dict)
    is_alive: bool = False


class Open:
    """An attempt that goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path.with_suffix(".log")
        self.started = time.monotonic()

    def end(self, code: int, rendered: int, at: int | None, why: str, machine: Mapping[str, str]) -> None:
        said = {"code": code, "seconds": round(time.monotonic() - self.started, 3), "rendered": rendered, "at": at}
        _append(self.path, said | {"why": why, "machine": dict(machine)})


@contextmanager
def attempted(out: Path, unit: int, todo: int) -> Iterator[Open]:
    """An attempt at a unit with so many frames to do, whose file is touched while the block lasts."""
    folder = out / FOLDER / f"{unit // _BUCKET:03d}"
    folder.mkdir(parents=True, exist_ok=True)
    number = max((attempt.number for attempt in attempts_of(out, unit)), default=0) + 1
    path = folder / f"{unit:06d}-{number}-{unfinished_by()}.jsonl"
    _append(path, {"todo": todo, "begun": _now(out)})
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            with suppress(OSError):  # a disk that is away for a while; the render will tell
                os.utime(path)

    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield Open(path)
    finally:
        over.set()
        heart.join()


def attempts_of(out: Path, unit: int) -> list[Attempt]:
    """Of one unit, in their order."""
    folder = out / FOLDER / f"{unit // _BUCKET:03d}"
    return _read(folder.glob(f"{unit:06d}-*.jsonl"), _now(out))


def all_attempts(out: Path) -> list[Attempt]:
    """Of all units, by unit and number."""
    return _read((out / FOLDER).glob("*/*.jsonl"), _now(out))


def _read(paths: Iterator[Path], now: float) -> list[Attempt]:
    found = []
    for path in paths:
        match = _NAME.fullmatch(path.name)
        if match:
            with suppress(OSError):
                found.append(_attempt(path, match, now))
    return sorted(found, key=lambda attempt: (attempt.unit, attempt.number, attempt.host))


def _attempt(path: Path, match: re.Match[str], now: float) -> Attempt:
    lines = [_line(line) for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    begun, ended = (lines + [{}, {}])[:2]
    state = path.stat()
    machine = ended.get("machine")
    said = machine.items() if isinstance(machine, dict) else ()
    return Attempt(
        unit=int(match["unit"]),
        number=int(match["number"]),
        host=match["host"],
        code=_number(ended.get("code")),
        seconds=_seconds(ended.get("seconds")) if ended else max(0.0, state.st_mtime - _seconds(begun.get("begun"))),
        todo=_number(begun.get("todo")) or 0,
        rendered=max(0, _number(ended.get("rendered")) or 0),
        at=_number(ended.get("at")),
        why=why if isinstance(why := ended.get("why"), str) else "",
        machine={what: value for what, value in said if isinstance(value, str)},
        is_alive=not ended and abs(now - state.st_mtime) < SILENT and _may_live(match["host"], int(match["pid"])),
    )


def _may_live(host: str, pid: int) -> bool:
    """Whether a process may still be there: of this machine one knows."""
    return host != this_machine() or pid == os.getpid() or is_alive(pid)


def _line(text: str) -> dict[str, Any]:
    """What a line says; nothing where a process died as it wrote it."""
    try:
        said = parse_json(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _seconds(value: Any) -> float:
    return float(value) if type(value) in (int, float) and 0 <= value < _MOST else 0.0


def _number(value: Any) -> int | None:
    return value if type(value) is int and abs(value) < _MOST else None


def _append(path: Path, said: Mapping[str, Any]) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(said, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _now(out: Path) -> float:
    """The time by the clock of the disk; by ours where nothing can be written."""
    try:
        return _written_now(out)
    except OSError:
        return _written_now(None)


def _written_now(folder: Path | None) -> float:
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.fstat(file.fileno()).st_mtime
