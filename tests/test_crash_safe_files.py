"""A worker that crashes costs its test, no other, and never the end of the run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("xdist")

from tests.crash_safe_files import CrashSafeFiles

CONFTEST = """
import sys
sys.path.insert(0, {tests!r})

def pytest_xdist_make_scheduler(config, log):
    from crash_safe_files import CrashSafeFiles
    return CrashSafeFiles(config, log)
"""
ONCE = """
import os, pathlib
been = pathlib.Path(__file__).with_name("been")

def test_crashes_once():
    if not been.exists():
        been.touch()
        os._exit(1)

def test_after(): pass
"""
ALWAYS = """
import os

def test_before(): pass
def test_crashes(): os._exit(1)
"""
WELL = """
def test_one(): pass
def test_two(): pass
"""
LONE = """
def test_alone(): pass
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_all_others_are_run(tmp_path: Path, workers: int) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST.format(tests=str(Path(__file__).parent)))
    for name, text in {"a": WELL, "b": ONCE, "c": WELL, "d": ALWAYS, "e": WELL, "f": LONE}.items():
        (tmp_path / f"test_{name}.py").write_text(text)
    start = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), "--dist", "loadfile", "-p", "no:cacheprovider"]
    done = subprocess.run([*start, "."], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("1 failed, 10 passed"), done.stdout
    assert "worker" in done.stdout and "test_d.py::test_crashes" in done.stdout


class Dead:
    """A worker that has died, which nobody has been told of."""

    shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        raise OSError("cannot send (already closed?)")

    def shutdown(self) -> None:
        self.shutting_down = True


class OneWorker:
    """What the dealing of tests reads of a run with one worker."""

    option = SimpleNamespace(loadscopereorder=False)

    def getvalue(self, name: str) -> list[str]:
        return {"tx": ["popen"]}[name]


def test_work_sent_to_a_dead_worker_is_put_back() -> None:
    tests = ["test_a.py::test_one", "test_a.py::test_two", "test_b.py::test_one"]
    config: Any = OneWorker()
    dead: Any = Dead()
    files = CrashSafeFiles(config)
    files.add_node(dead)
    files.add_node_collection(dead, tests)
    files.schedule()
    assert files.remove_node(dead) is None
    assert [test for file in files.workqueue.values() for test in file] == tests
