"""A frame that takes too long ends the run: a render that hangs would else hold its node for ever."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .interrupts import leave

A_FRAME_FAILED = 3
"""The exit code: see `session`."""


@contextmanager
def at_most(seconds: float | None, what: str, run: Path) -> Iterator[None]:
    """End the process with 3 when the block takes longer; `what` it does is said. None is as long as it likes.

    Nothing in Blender stops a render that hangs, so another thread leaves without unwinding, as upon Ctrl-C.
    """
    if seconds is None:
        yield
        return
    screen = os.dup(2)  # Blender's own words are kept off the screen during a render
    why = f"{what} took longer than --frame-timeout {seconds:g} s"
    timer = threading.Timer(seconds, leave, (A_FRAME_FAILED, why, run, screen))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        os.close(screen)
