"""Drills on a real Slurm of two nodes: every part of it killed, time that runs out, a queue of ten thousand units."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time

import pytest

import labelpass
from blender_addon.contract.run import finished_frames, read_record
from farm.attempts import all_attempts
from farm.slurm import MOST_TASKS
from farm.status import status_of
from farm.unit import DONE
from farm.units import SUBMISSIONS, read_submission
from tests.farm.fake_blender import a_farm, run_in, starts
from tests.farm.processes import ROOT, begun, kill, processes_of
from tests.farm.slurm_here import wait_for, why_no_slurm


def hand_over(out, *words: str) -> None:
    assert labelpass.main(["render", str(out), "--cluster", "slurm", *words]) == 0


def frames_of(out) -> list[int]:
    return finished_frames(run_in(out))


def assert_all_is_there(out, frames: int) -> None:
    told = "\n".join(path.read_text(errors="replace") for path in sorted((out / "slurm").glob("*.log")))
    assert frames_of(out) == [read_record(run_in(out), frame)["frame"] for frame in range(1, frames + 1)], told
    assert status_of(out).code == DONE and processes_of(out) == []
    assert not list((run_in(out) / "frames").glob(".*"))


@pytest.mark.slow
def test_blenders_and_units_that_are_killed_begin_again_in_their_task(slurm, tmp_path):
    out = a_farm(tmp_path, 8, 4, seconds=0.5)
    hand_over(out)
    for part in ("Blender", "unit"):
        before = len(frames_of(out))
        wait_for("frames", lambda before=before: len(frames_of(out)) > before and processes_of(out, "Blender"))
        assert kill(processes_of(out, part)) >= 1
    slurm.wait_until_over()
    assert_all_is_there(out, 8)
    assert len(starts(out)) > 2 and len(list((out / SUBMISSIONS).glob("*.json"))) == 1


def test_datasets_are_begun_when_the_renders_are_over(slurm, tmp_path):
    out = a_farm(tmp_path, 6, 3, seconds=0.5)
    hand_over(out, "--export", f"--format segnet --out {tmp_path / 'data'}", "--export", "--format nyu --out data")
    slurm.wait_until_over()
    *_, (first, told) = sorted((path.name, path.read_text()) for path in (out / "slurm").glob("*_0.log"))
    assert "6 of 6 frames" in told and first != "1_0.log"
    assert "--repair renders damaged frames anew" in told  # no export could read frames of a stand-in
    assert len(list((out / "slurm").glob("*_1.log"))) == 2


def test_ten_thousand_units_are_one_submission(slurm, tmp_path):
    out = a_farm(tmp_path, 10_000, 1)
    hand_over(out, "--sbatch-arg=--hold")
    assert slurm.states() == ["PENDING"] * MOST_TASKS
    units = read_submission(out, 1)
    assert units == list(range(10_000)) and {len(units[at::MOST_TASKS]) for at in range(MOST_TASKS)} == {20}
    assert status_of(out).units == {"done": 0, "running": 0, "failed": 0, "missing": 10_000}


@pytest.mark.slow
def test_the_task_of_a_node_that_died_is_done_on_another(slurm, tmp_path):
    out = a_farm(tmp_path, 20, 10, seconds=1)
    hand_over(out)
    wait_for("both nodes render", lambda: any(f <= 10 for f in frames_of(out)) and any(f > 10 for f in frames_of(out)))
    slurm.kill("n1")
    slurm.wait_until_over()
    (there,) = [path.name for path in (run_in(out) / "frames").glob(".*")] or [""]
    assert there.startswith(".partial-") or not there  # what the dead was writing; the render after it swept before
    shutil.rmtree(run_in(out) / "frames" / there) if there else None
    assert_all_is_there(out, 20)
    again = [frames for frames in starts(out) if frames not in ("1-10", "11-20")]
    assert len(again) == 1 and again[0].split("-")[1] in ("10", "20")  # the rest of its unit, and nothing else


@pytest.mark.slow
def test_tasks_outlive_their_controller(slurm, tmp_path):
    out = a_farm(tmp_path, 40, 20, seconds=0.5)
    hand_over(out)
    wait_for("both nodes render", lambda: slurm.states() == ["RUNNING"] * 2 and frames_of(out))
    state, now = slurm.folder / "state" / "job_state", time.time()
    wait_for("the controller has noted that", lambda: state.exists() and state.stat().st_mtime > now)
    slurm.kill("slurmctld")
    before = len(frames_of(out))
    wait_for("frames without a controller", lambda: len(frames_of(out)) >= min(40, before + 5))
    slurm.start("slurmctld")
    wait_for("the controller answers", lambda: "UP" in slurm.ask("scontrol", "ping"))
    slurm.wait_until_over()
    assert_all_is_there(out, 40)
    assert sorted(starts(out)) == ["1-20", "21-40"]


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_submitter_that_is_killed_leaves_a_plan_that_goes_on(slurm, tmp_path, monkeypatch, when):
    out, programs = a_farm(tmp_path, 8, 2, seconds=0.5), tmp_path / "programs"
    programs.mkdir()
    real = shlex.quote(str(shutil.which("sbatch")))
    hands_over = f'{real} "$@"' if when == "after" else ":"
    (programs / "sbatch").write_text(f"#!/bin/sh\n{hands_over}\ntouch {programs}/told\nexec sleep 60\n")
    (programs / "sbatch").chmod(0o755)
    submitter = begun("render", out, "--cluster", "slurm", PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    wait_for("sbatch was called", (programs / "told").exists)
    submitter.kill()
    submitter.wait()
    assert bool(slurm.states()) == (when == "after") and read_submission(out, 1) == [0, 1, 2, 3]
    hand_over(out)
    slurm.wait_until_over()
    assert_all_is_there(out, 8)
    assert len(list((out / SUBMISSIONS).glob("*.json"))) == 2


@pytest.mark.slow
def test_a_task_whose_time_is_up_goes_on_later(slurm, tmp_path):
    out = a_farm(tmp_path, 60, 60, seconds=1)
    hand_over(out, "--time", "1")
    slurm.wait_until_over(patience=600)
    assert_all_is_there(out, 60)
    begun_with = [int(frames.split("-")[0]) for frames in starts(out)]
    assert len(begun_with) >= 2 and begun_with == sorted(set(begun_with))  # each goes on where the one before ended
    ends = [(attempt.code, attempt.rendered) for attempt in all_attempts(out)]
    assert [code for code, _ in ends] == [143] * (len(ends) - 1) + [0] and sum(count for _, count in ends) == 60


@pytest.mark.slow
def test_a_stress_run_ends_with_the_frames_of_an_undisturbed_one():
    if why := why_no_slurm():
        pytest.skip(why)
    words = ["--frames", "12", "--unit-frames", "4", "--every", "6"]
    command = [sys.executable, str(ROOT / "benchmarks" / "stress.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| frames that are there | 12 | 12 |" in done.stdout and "pixels are others |  | 0 |" in done.stdout
