"""Who is killed outright takes its children along, and theirs, but none that it did not tell of itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import os, pathlib, sys, time
from render_scripts.orphans import end_with_parent
end_with_parent()
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(60)
"""
PARENT = """
import os, sys
from render_scripts.installed_blender import run_child
run_child([*sys.argv[2:], sys.executable, "-c", sys.argv[1], "pid"])
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent ended")


def child_of(folder, *launcher: str) -> int:
    """The number of a child whose parent was killed a moment ago."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD, *launcher], cwd=folder, env=env)
    told = folder / "pid"
    while not (told.exists() and told.read_text()):
        assert parent.poll() is None
        time.sleep(0.02)
    parent.kill()
    parent.wait()
    return int(told.read_text())


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_child_ends_with_its_parent(tmp_path):
    pid = child_of(tmp_path)
    until = time.monotonic() + 30
    while is_there(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_there(pid)


def test_behind_a_launcher_it_lives_on(tmp_path):
    pid = child_of(tmp_path, "sh", "-c", '"$@"; exit', "launcher")
    time.sleep(0.3)
    assert is_there(pid)
    os.kill(pid, signal.SIGKILL)
