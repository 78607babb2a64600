"""A frame that takes too long ends the run: a render that hangs would else hold its node for ever."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .interrupts import leave

A_FRAME_FAILED = 3
"""The exit code: see `session`."""
GRACE = 20.0
"""Seconds, longer than `leave` takes, after which the system ends a process that could not end itself."""


@contextmanager
def at_most(seconds: float | None, what: str, run: Path) -> Iterator[None]:
    """End the process with 3 when the block takes longer; `what` it does is said. None is as long as it likes.

    Nothing in Blender stops a render that hangs, so another thread leaves without unwinding, as upon Ctrl-C. Where the
    block hangs with Python's lock held, no thread can: then SIGALRM ends the process, where the system has that.
    """
    if seconds is None:
        yield
        return
    screen = os.dup(2)  # Blender's own words are kept off the screen during a render
    why = f"{what} took longer than --frame-timeout {seconds:g} s"
    timer = threading.Timer(seconds, leave, (A_FRAME_FAILED, why, run, screen))
    timer.daemon = True
    timer.start()
    _ended_by_the_system(seconds + GRACE)
    try:
        yield
    finally:
        _ended_by_the_system(0)
        timer.cancel()
        timer.join()
        os.close(screen)


def _ended_by_the_system(seconds: float) -> None:
    """Have a signal that nobody handles end this process then; 0: never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
