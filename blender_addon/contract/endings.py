"""How a render ends that is not done, where it is no fault of the scene: exit codes, and what says so.

The numbers are those of BSD's sysexits.h (EX_UNAVAILABLE, EX_IOERR). Who starts renders may try both again: the one on
another machine, the other later.
"""

from __future__ import annotations

import os
import sys

NOT_HERE, NOT_WRITTEN = 69, 74


class NotHere(ValueError):
    """What was asked for cannot be had on this machine, and may be on another: it has no Blender, or not the GPU."""


def unprinted(error: OSError) -> str:
    """The stream of what is printed that an error may be of, "" where both can be written, as an empty line tells: an
    error of a file that is open does not say which it is of."""
    for stream, name in ((sys.stdout, "standard output"), (sys.stderr, "standard error")):
        try:
            if stream and error.filename is None:
                stream.write("\n")
                stream.flush()
        except OSError:
            return name
    return ""


def print_no_more() -> None:
    """What could not be printed must not be tried again as Python ends: its exit code would be another."""
    for stream in (sys.stdout, sys.stderr):
        try:
            print(end="", file=stream, flush=True)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
