"""A line on a terminal that says how far the work is, how fast it goes and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[int, int], None]


def progress_line(stream: TextIO, what: str = "frames") -> Progress:
    """A function of (done, total) that keeps one line up to date, or, where nobody watches, says the last one only."""
    start = time.monotonic()
    shown = [-1.0]

    def show(done: int, total: int) -> None:
        spent = time.monotonic() - start
        last = done >= total
        if not last and (not stream.isatty() or spent - shown[0] < 0.1):
            return
        shown[0] = spent
        rate = done / spent if spent > 0 else 0.0
        left = f", {(total - done) / rate:.0f} s left" if rate > 0 and not last else ""
        begin, end = ("\r\x1b[K", "\n" if last else "") if stream.isatty() else ("", "\n")
        stream.write(f"{begin}{done}/{total} {what}, {rate:.1f}/s{left}{end}")
        stream.flush()

    return show
