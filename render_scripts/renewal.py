"""A process that has grown gives way to a fresh one between two frames.

With labels alone memory stays as it is. What Cycles keeps of materials that change from frame to frame adds up: some
megabytes a frame in a furnished room.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import bpy

from blender_addon.compat import remove_temporary_files

AGAIN = 75
"""The exit code of a session that wants its process to begin again."""
SETTLED = 3  # frames after which nothing is read for the first time
ROOM = 2 * 2**30  # bytes


def worn_out(after: int | None, resident: Callable[[], int] | None = None) -> Callable[[], bool]:
    """What says after each frame whether the process is to begin again: when `after` so many, or when its memory has
    doubled and grown by 2 GB. `resident` tells bytes, 0 where nothing does."""
    resident = resident or resident_bytes
    frames, settled = 0, 0

    def is_worn_out() -> bool:
        nonlocal frames, settled
        frames, now = frames + 1, resident()
        if frames <= SETTLED:
            settled = now
        grown = bool(settled) and now > max(2 * settled, settled + ROOM)
        return grown or bool(after and frames >= after)

    return is_worn_out


def resident_bytes() -> int:
    """Of this process, where the system says so in a file; else 0."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def begin_again() -> NoReturn:
    """Run what began this process, a Blender or a Python with the bpy module, in its place: it goes on with the run."""
    program = bpy.app.binary_path
    command = [program, *sys.argv[1:]] if program else [sys.executable, *sys.orig_argv[1:]]
    sys.stdout.flush()
    sys.stderr.flush()
    remove_temporary_files()
    if os.name == "posix":
        os.execv(command[0], command)
    raise SystemExit(subprocess.call(command))  # Windows begins another process, and whoever waits would not wait
