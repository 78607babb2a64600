"""Drills on a real Dask cluster of two workers: worker, scheduler and client killed, a queue of ten thousand units."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from blender_addon.contract.run import finished_frames, read_record
from farm import dask_cluster
from farm.attempts import all_attempts
from farm.status import status_of
from farm.unit import DONE
from tests.farm.fake_blender import a_farm, run_in, starts
from tests.farm.processes import ROOT, begun, processes_of
from tests.farm.slurm_here import wait_for

distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="drills look into /proc")]


class Dask:
    """A scheduler and two workers without nannies, each a process; `address` is that of the scheduler."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.daemons: list[subprocess.Popen[bytes]] = []
        self.begin()

    def begin(self) -> None:
        self.file.unlink(missing_ok=True)
        where = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", self.file]
        self._start("distributed.cli.dask_scheduler", "--port", "0", *where)
        wait_for("a scheduler", lambda: self.file.exists() and self.file.read_text().endswith("}"))
        for _ in range(2):
            alone = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "5"]
            self._start("distributed.cli.dask_worker", *alone, "--scheduler-file", self.file)
        with distributed.Client(scheduler_file=str(self.file), set_as_default=False, timeout=120) as client:
            self.address = client.scheduler.address
            client.wait_for_workers(2, timeout=180)

    def _start(self, module: str, *words: object) -> None:
        with open(self.folder / "dask.log", "ab") as log:
            command = [sys.executable, "-m", module, *map(str, words)]
            env = {**os.environ, "PYTHONPATH": str(ROOT)}
            self.daemons.append(subprocess.Popen(command, cwd=self.folder, env=env, stdout=log, stderr=log))

    def kill(self, place: int) -> None:
        """0 is the scheduler, 1 and 2 are the workers."""
        self.daemons[place].send_signal(signal.SIGKILL)
        self.daemons[place].wait()

    def end(self) -> None:
        for daemon in self.daemons:
            daemon.kill()
            daemon.wait()
        self.daemons.clear()


@pytest.fixture
def dask(tmp_path) -> Iterator[Dask]:
    (tmp_path / "dask").mkdir()
    with ended(Dask(tmp_path / "dask")) as there:
        yield there


@contextmanager
def ended(dask: Dask) -> Iterator[Dask]:
    try:
        yield dask
    finally:
        dask.end()


def assert_all_is_there(out, frames: int) -> None:
    run = run_in(out)
    assert finished_frames(run) == [read_record(run, frame)["frame"] for frame in range(1, frames + 1)]
    assert status_of(out).code == DONE and processes_of(out) == []


def rendering(out, frames: int):
    return lambda: len(finished_frames(run_in(out))) >= frames and len(processes_of(out, "Blender")) == 2


def client_that_renders(dask, out):
    """The command, once both workers render what it handed over."""
    client = begun("render", out, "--cluster", "dask", "--scheduler", dask.address)
    wait_for("both render", rendering(out, 2))
    return client


def test_the_unit_of_a_worker_that_was_killed_is_begun_again_on_another(dask, tmp_path):
    out = a_farm(tmp_path, 12, 3, seconds=0.5)
    client = client_that_renders(dask, out)
    dask.kill(1)
    told, _ = client.communicate(timeout=300)
    assert client.returncode == DONE, told
    assert_all_is_there(out, 12)
    assert [attempt.code for attempt in all_attempts(out)].count(None) == 1 and len(starts(out)) == 5


def test_without_its_scheduler_the_command_ends_and_goes_on_with_another(dask, tmp_path):
    out = a_farm(tmp_path, 12, 3, seconds=0.5)
    client = client_that_renders(dask, out)
    dask.kill(0)
    told, _ = client.communicate(timeout=300)
    assert client.returncode == 1 and "the same command goes on" in told, told
    assert 2 <= len(finished_frames(run_in(out))) < 12
    dask.end()
    wait_for("no worker is left, and nothing that it began", lambda: not processes_of(out))
    dask.begin()
    assert begun("render", out, "--cluster", "dask", "--scheduler", dask.address).wait(timeout=300) == DONE
    assert_all_is_there(out, 12)


def test_without_its_client_what_runs_is_finished_and_the_same_command_goes_on(dask, tmp_path):
    out = a_farm(tmp_path, 12, 3, seconds=0.5)
    words = ["render", out, "--cluster", "dask", "--scheduler", dask.address]
    client = begun(*words)
    wait_for("both render", rendering(out, 2))
    client.kill()
    client.wait()
    wait_for("the units that ran are done", lambda: not processes_of(out))
    there = len(finished_frames(run_in(out)))
    assert there % 3 == 0 and 6 <= there < 12  # whole units; what waited was forgotten
    assert begun(*words).wait(timeout=300) == DONE
    assert_all_is_there(out, 12)
    assert sorted(starts(out)) == ["1-3", "10-12", "4-6", "7-9"]


def test_ten_thousand_units(dask, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "carry_out_there", lambda out, index, options: (0, "there"))  # in no time
    said: list[str] = []
    assert dask_cluster.render_on_dask(tmp_path, range(10_000), dask.address, [], None, said.append) == DONE
    assert len(said) == 10_000 and said[-1].endswith("done on there; 0 left")
