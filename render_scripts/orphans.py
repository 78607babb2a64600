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
from pathlib import Path

from blender_addon.contract.machine import numbering

_PARENT = "LABELPASS_PARENT"
_PR_SET_PDEATHSIG = 1  # prctl(2)


def told_of_parent(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child that is to call `end_with_parent`."""
    return {**environment, _PARENT: f"{os.getpid()} {numbering()}"}


def end_with_parent() -> None:
    """Have the system kill this process as its parent ends, if that is the process of ours that told it of itself:
    with a launcher of somebody's in between, it is not. Where that process ended before this was called, as a Blender
    does that was still reading its scene, this one ends now."""
    parent, _, theirs = os.environ.pop(_PARENT, "").partition(" ")  # its own children are told anew, or not at all
    if sys.platform != "linux" or not parent.isdigit():
        return
    if parent == str(os.getppid()):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if theirs == numbering() and _has_ended(parent):
        os.kill(os.getpid(), signal.SIGKILL)


def _has_ended(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return Path("/proc/self/stat").exists()  # else there is nothing to read of anybody
    except OSError:
        return False
