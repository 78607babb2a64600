"""Work for when Blender is free: drawing code may not write, and edits come in bursts. Each waits once at most."""

from __future__ import annotations

from collections.abc import Callable

import bpy

Work = Callable[[], float | None]
"""What a timer of Blender calls; it returns the seconds until it is called again, or None."""


def start(work: Work, seconds: float = 0.0, *, anew: bool = False) -> None:
    """Call it in so many seconds, unless it waits already; `anew` counts them from now, as a burst of edits wants."""
    if anew:
        stop(work)
    if not waits(work):
        bpy.app.timers.register(work, first_interval=seconds)


def stop(work: Work) -> None:
    if waits(work):
        bpy.app.timers.unregister(work)


def waits(work: Work) -> bool:
    return bpy.app.timers.is_registered(work)
