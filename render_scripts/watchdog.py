"""A frame that takes too long ends the run: a render that hangs would else hold its node for ever."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from .interrupts import leave

A_FRAME_FAILED = 3
"""The exit code: see `session`."""
GRACE = 20.0
"""Seconds, longer than `leave` takes, after which the system ends a process that could not end itself."""


Watch = Callable[[str], AbstractContextManager[None]]
"""Around what a frame takes, in whatever thread; the argument is what to call it."""


@contextmanager
def watchdog(seconds: float | None, run: Path) -> Iterator[Watch]:
    """Yields what ends the process with 3 when its block takes longer. None is as long as it likes.

    Nothing in Blender stops a render that hangs, so another thread leaves without unwinding, as upon Ctrl-C. Where the
    block hangs with Python's lock held, no thread can: then SIGALRM ends the process, where the system has that.
    """
    if seconds is None:
        yield nullcontext
        return
    screen = os.dup(2)  # Blender's own words are kept off the screen during a render

    @contextmanager
    def watched(what: str) -> Iterator[None]:
        why = f"{what} took longer than --frame-timeout {seconds:g} s"
        timer = threading.Timer(seconds, leave, (A_FRAME_FAILED, why, run, screen))
        timer.daemon = True
        timer.start()
        renders = threading.current_thread() is threading.main_thread()  # there is one alarm in a process
        if renders:
            _ended_by_the_system(seconds + GRACE)
        try:
            yield
        finally:
            if renders:
                _ended_by_the_system(0)
            timer.cancel()
            timer.join()

    try:
        yield watched
    finally:
        os.close(screen)


def _ended_by_the_system(seconds: float) -> None:
    """Have a signal that nobody handles end this process then; 0: never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
