"""A render that gives no frame any more is ended from outside: its own watchdog minds frames, and hangs with it.

A scene that never opens, and a Blender that has rendered all and never leaves, would else hold their machine until
somebody looks.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from .units import missing_frames

LEAST = 600.0
"""Seconds that a scene has to open at least, whatever its frames take."""


class Patience:
    """Of one render: called now and then, it says whether it has run out."""

    def __init__(self, run: Path, todo: Sequence[int], frame_timeout: float) -> None:
        self.run, self.left = run, list(todo)
        self.seconds = max(LEAST, 2 * frame_timeout)  # so that a frame's own watchdog always comes first
        self.since = time.monotonic()
        self.is_out = False

    def __call__(self) -> bool:
        left = missing_frames(self.run, self.left)
        if len(left) < len(self.left):
            self.left, self.since = left, time.monotonic()
        self.is_out = time.monotonic() - self.since > self.seconds
        return self.is_out

    @property
    def why(self) -> str:
        return f"it gave no frame for {self.seconds:g} s and was ended"
