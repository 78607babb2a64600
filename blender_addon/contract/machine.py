"""Which machine this is, and which of its processes live: who left something half written, and may still finish it."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

_NUMBERS = Path("/proc/self/ns/pid")
_USUAL_NUMBERS = "pid:[4026531836]"  # Linux's constant for processes that are in no container


@cache
def this_machine() -> str:
    """A name by which processes know that they see each other's numbers: the host's. A container that numbers its
    processes itself is a machine of its own, "node1.4026532211", also where it goes by the name of its host."""
    numbers = numbering()
    inside = f".{numbers.strip('pid:[]')}" if numbers not in ("", _USUAL_NUMBERS) else ""
    return f"{socket.gethostname()}{inside}"


def numbering() -> str:
    """What numbers of processes are valid in, since containers have their own; "" where nothing tells."""
    try:
        return str(_NUMBERS.readlink())
    except OSError:  # another system, or one that does not tell
        return ""


def unfinished_by() -> str:
    """What goes into the name of something that this process writes, until it is whole: "node1-4711"."""
    return f"{this_machine()}-{os.getpid()}"


def is_alive(pid: int) -> bool:
    """Whether what a process of this machine left half written may still be finished by it.

    False for this process, which asks before it begins: what bears its number is from an earlier life.
    """
    if pid == os.getpid():
        return False
    if os.name == "nt":
        return True  # no cheap, harmless way to ask there
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    try:  # one that has ended and whose parent has not asked how yet still has its number
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state != "Z"
