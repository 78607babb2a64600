"""A line on a terminal that says how far the work is, how fast it goes and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[int, int], None]


_FIRST_TOLD = 60.0  # seconds; in a log, and then each time that twice as much has gone


def progress_line(stream: TextIO, what: str = "frames") -> Progress:
    """A function of (done, total) that keeps one line up to date. Where nobody watches, it says the last one, and of
    long work a line after one minute, two, four, eight ...

    What is left is told by what came after the first step, which also waits for all that is loaded before.
    """
    start = time.monotonic()
    first: list[tuple[float, int]] = []
    told = [-1.0, _FIRST_TOLD]  # on a terminal, in a log

    def show(done: int, total: int) -> None:
        now = time.monotonic()
        spent, last = now - start, done >= total
        if not first:
            first.append((now, done))
        if not last:
            if spent - told[0] < 0.1 if stream.isatty() else spent < told[1]:
                return
            told[:] = spent, max(told[1], 2 * spent)
        since, before = first[0]
        ago = spent if last else now - since
        rate = (done if last else done - before) / ago if ago > 0 else 0.0
        speed = f", {_speed(rate)}" if rate > 0 else ""
        left = f", {_words((total - done) / rate)} left" if rate > 0 and not last else ""
        begin, end = ("\r\x1b[K", "\n" if last else "") if stream.isatty() else ("", "\n")
        stream.write(f"{begin}{done}/{total} {what}{speed}{left}{end}")
        stream.flush()

    return show


def _speed(rate: float) -> str:
    return f"{rate:.1f}/s" if rate >= 0.5 else f"{rate * 60:.1f}/min"


def _words(seconds: float) -> str:
    """As one says it: 40 s, 12 min, 3 h 20 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
