"""The commands of a farm as real processes: begun, found by what they are, killed, and looked for afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = {"submitter": "labelpass.py render {out}", "unit": "labelpass.py unit {out}", "render": "labelpass.py render /",
         "Blender": "fake_blender.py"}  # fmt: skip
"""What stands on the command lines of the parts of a farm, from the one that a person calls to the one that renders."""


def begun(*words: object, in_a_session: bool = False, **more: str) -> subprocess.Popen[str]:
    """`labelpass WORDS`, with more variables in its environment; in a session of its own, as in a terminal of its own,
    a signal may be sent to all of it."""
    command = [sys.executable, str(ROOT / "labelpass.py"), *map(str, words)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    environment = {**os.environ, **more}
    return subprocess.Popen(command, env=environment, text=True, start_new_session=in_a_session, **pipes)


def processes_of(out: Path, part: str = "") -> list[int]:
    """Numbers of the processes whose command line names this farm, and is that of a part of it."""
    wanted = PARTS[part].format(out=out) if part else ""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                line = (entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
                # A unit is of the farm, what it begins of a run in it.
                if str(out) in line and wanted in line and not (part == "render" and "--cluster" in line):
                    found.append(int(entry.name))
    if part == "render":
        found = [pid for pid in found if pid not in processes_of(out, "submitter")]
    return found


def kill(pids: list[int]) -> int:
    """`kill -9`; how many there were to kill."""
    many = 0
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            many += 1
    return many
