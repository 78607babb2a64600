"""A child of ours ends with the process that began it: who is killed outright cannot tell its Blender to stop.

An orphan would render on, on cores that somebody else was given. Only Linux has a way; elsewhere it renders on, and
what it writes is whole.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Mapping

_PARENT = "LABELPASS_PARENT"
_PR_SET_PDEATHSIG = 1  # prctl(2)


def told_of_parent(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child that is to call `end_with_parent`."""
    return {**environment, _PARENT: str(os.getpid())}


def end_with_parent() -> None:
    """Have the system kill this process as its parent ends, if that is the process of ours that told it of itself:
    with a launcher of somebody's in between, it is not."""
    parent = os.environ.pop(_PARENT, "")  # its own children are told anew, or not at all
    if sys.platform == "linux" and parent == str(os.getppid()):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
