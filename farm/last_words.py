"""What the log of a render says of why it ended: what it refused, and no line of its progress."""

from __future__ import annotations

import re
from pathlib import Path

from blender_addon.contract.words import counted

_MOST = 65536  # bytes of a log
_OURS = re.compile(r"labelpass(?: render)?: ")
_PROGRESS = re.compile(
    r"\[\d+/\d+\] |preset \w+: |goes on in a fresh process|.* done already$|.* a frame: .* for the .* left"
)
_NO_REASON = re.compile(r"warning: |.* ended with exit code \d+$")
_PROBLEM = re.compile(r"(error|warning): ")


def reason(log: Path) -> str:
    """Why a render says that it ended: the first error of its scene and how many more, else its last sentence; "" where
    it gave none. What came before the last line of its progress is none."""
    said = [line[found.end() :] for line in _lines(log) if (found := _OURS.match(line))]
    ended = said[1 + max((at for at, line in enumerate(said) if _PROGRESS.match(line)), default=-1) :]
    problems = [line for line in ended if line.startswith("error: ")]
    if not problems and ended and ended[-1].startswith("nothing was rendered"):  # with --strict
        problems = [line for line in ended if line.startswith("warning: ")]
    if problems:
        more = f" (and {counted(len(problems) - 1, 'problem')} more)" if len(problems) > 1 else ""
        return _PROBLEM.sub("", problems[0], count=1) + more
    return next((line for line in reversed(ended) if not _NO_REASON.match(line)), "")


def last_line(log: Path) -> str:
    """The last line, of whoever it is; "" where there is none."""
    return (_lines(log) or [""])[-1]


def has_begun(log: Path) -> bool:
    """Whether the scene was read, and frames were begun."""
    return any((found := _OURS.match(line)) and _PROGRESS.match(line[found.end() :]) for line in _lines(log))


def _lines(log: Path) -> list[str]:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _MOST))
        return [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
