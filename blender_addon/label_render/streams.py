"""Where stdout and stderr go for a while: Blender prints past Python's `sys.stdout`, so the streams themselves turn."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

STREAMS = (1, 2)


@contextmanager
def turned_to(file: int, streams: tuple[int, ...] = STREAMS) -> Iterator[None]:
    """Until the block ends, all that this process prints goes to an open file, by its descriptor."""
    with ExitStack() as stack:
        _flush()
        for stream in streams:
            saved = os.dup(stream)
            stack.callback(os.close, saved)
            stack.callback(os.dup2, saved, stream)
            os.dup2(file, stream)
        stack.callback(_flush)  # first of all, while the streams are still turned
        yield


@contextmanager
def hushed(streams: tuple[int, ...] = STREAMS) -> Iterator[None]:
    """Until the block ends, what this process prints is lost."""
    with open(os.devnull, "wb") as nowhere, turned_to(nowhere.fileno(), streams):
        yield


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream:  # a Blender without a console has none
            stream.flush()
