"""What may happen to a unit on a machine, done to it: every part killed, disks full or read-only, clocks that jump,
leftovers, hangs. Whatever it was, the same command goes on, and no frame is lost. Engines have drills of their own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from blender_addon.contract.machine import this_machine
from blender_addon.contract.run import finished_frames, read_record
from farm import patience
from farm.attempts import FOLDER, attempted, attempts_of
from farm.status import status_of
from farm.unit import AGAIN, DONE, PERMANENT, carry_out
from farm.units import units_left
from render_scripts import installed_blender
from tests.farm.fake_blender import a_blender, a_farm, run_in, starts
from tests.farm.processes import PARTS, ROOT, begun, kill, processes_of
from tests.farm.slurm_here import wait_for
from tests.farm.small_disk import fill

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent ended")

JUMPING = """
import itertools, pathlib, time
days, real = itertools.cycle([400, -400]), time.time
def time_of_day():
    return real() + 86400 * next(days)
time.time, time.time_ns = time_of_day, lambda: int(1e9 * time_of_day())
if time.time() - time.time() > 86400 * 700:
    pathlib.Path(__file__).with_name("jumped").touch()
"""


def partials(out) -> list[str]:
    return sorted(path.name for path in (run_in(out) / "frames").glob(".*"))


def all_is_there(out, frames: int) -> bool:
    """Whether each frame is there, and whole."""
    run = run_in(out)
    return finished_frames(run) == [read_record(run, frame)["frame"] for frame in range(1, frames + 1)]


@pytest.mark.parametrize(
    "part", [part if part == "submitter" else pytest.param(part, marks=pytest.mark.slow) for part in PARTS]
)
def test_kill_9_of_any_part_costs_the_frame_in_flight(tmp_path, part):
    out = a_farm(tmp_path, 6, 3, seconds=0.4)
    command = begun("render", out)
    wait_for("a frame is there, and the next one begun", lambda: finished_frames(run_in(out)) and partials(out))
    before = finished_frames(run_in(out))
    assert kill(processes_of(out, part)) == 1
    if part == "submitter":
        assert command.wait() < 0
        wait_for("nothing of it is left", lambda: not processes_of(out))
        assert set(before) <= set(finished_frames(run_in(out))) and len(before) < 6
        command = begun("render", out)
    told, _ = command.communicate(timeout=180)
    assert command.returncode == DONE, told
    assert all_is_there(out, 6) and partials(out) == [] and processes_of(out) == []
    assert status_of(out).code == DONE and starts(out)[0] == "1-3"


def test_a_blender_whose_parent_died_as_it_read_its_scene_renders_nothing(tmp_path):
    """It asks for the end of its parent too late to be told of it."""
    late = "import os, time; from pathlib import Path; from render_scripts.orphans import end_with_parent\n"
    late += "Path('began').touch()\nwhile not Path('go').exists(): time.sleep(0.02)\n"
    late += "end_with_parent(); Path('rendered').touch()"
    early = "import sys; from render_scripts.installed_blender import run_child\n"
    early += f"run_child([sys.executable, '-c', {late!r}, {str(tmp_path)!r}])"
    parent = subprocess.Popen([sys.executable, "-c", early], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
    wait_for("the child runs", (tmp_path / "began").exists)
    parent.kill()
    parent.wait()
    (tmp_path / "go").touch()
    wait_for("the child is gone", lambda: not processes_of(tmp_path))
    assert not (tmp_path / "rendered").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("pilot", [True, False])
def test_ctrl_c_as_a_plan_is_made_leaves_nothing_half_made(tmp_path, number, code, pilot):
    """By Ctrl-C, which a terminal tells all of them, or by SIGTERM, which it is told alone."""
    program, out = a_blender(tmp_path), tmp_path / "many"
    (tmp_path / "flat.blend").write_text('{"seconds": 60}' if pilot else '{"planning": "hangs"}')
    job = {"scenes": ["*.blend"], "out": "unused", "blender": str(program)}
    (tmp_path / "job.json").write_text(json.dumps(job))
    command = begun("plan", tmp_path / "job.json", "--out", out, "--frames", 4, in_a_session=True)
    begun_at = "many/runs/flat/frames/.partial-1-*" if pilot else "flat.planning"
    wait_for("it is on its way", lambda: list(tmp_path.glob(begun_at)))
    os.killpg(command.pid, number) if number == signal.SIGINT else command.terminate()
    told, _ = command.communicate(timeout=60)
    assert command.returncode == code, told
    assert told.splitlines()[-2:] == ["labelpass: stopped", "labelpass: there is no plan yet; the same command goes on"]
    assert told.count("stopped") == 1 and "ended" not in told and processes_of(tmp_path) == []
    assert [path.name for path in out.rglob("*")] == ["starts"] * pilot  # where the program notes what it is asked


HEARS = """
import pathlib, signal, sys, time
heard = []
def hear(*_):
    heard.append(1)
    if len(heard) == int(sys.argv[1]):
        sys.exit(int(sys.argv[2]))
signal.signal(signal.SIGINT, hear)
pathlib.Path("began").touch()
while True:
    time.sleep(0.02)
"""
CALLS = """
import sys
from render_scripts import installed_blender
installed_blender.LOOK = float(sys.argv[1])
try:
    print(installed_blender.run_child([sys.executable, "-c", *sys.argv[2:]]))
except KeyboardInterrupt:
    print("KeyboardInterrupt")
"""


@pytest.mark.parametrize(
    ("times", "code", "ends"),
    [(1, 130, "130"), (2, 130, "130"), (1, 0, "KeyboardInterrupt"), (1, 3, "KeyboardInterrupt")],
)
def test_ctrl_c_is_never_lost_on_a_child(tmp_path, times, code, ends):
    """A Blender that opens a file goes on after the first; one that is all but done ends as if nothing was."""
    look = 0.1 if times > 1 else 60
    command = [sys.executable, "-c", CALLS, str(look), HEARS, str(times), str(code)]
    said = {"env": {**os.environ, "PYTHONPATH": str(ROOT)}, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, start_new_session=True, **said) as parent:
        wait_for("the child runs", (tmp_path / "began").exists)
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.communicate(timeout=60)[0].split() == [ends]


@pytest.mark.parametrize("when", ["leaving", pytest.param("loading", marks=pytest.mark.slow)])
def test_what_hangs_outside_of_a_frame_is_ended_and_told(tmp_path, monkeypatch, when):
    monkeypatch.setattr(patience, "LEAST", 4.0)
    monkeypatch.setattr(installed_blender, "LOOK", 0.2)
    out = a_farm(tmp_path, 2, 2, patience=1.0, **{when: "hangs"})
    code = carry_out(out, 0)
    assert processes_of(out) == []
    whys = {attempt.why for attempt in attempts_of(out, 0)}
    assert whys == {"it gave no frame for 4 s and was ended"}
    if when == "leaving":
        assert code == DONE and all_is_there(out, 2) and starts(out) == ["1-2"]
    else:
        assert code == PERMANENT and status_of(out).failures[0].why in whys


def test_two_workers_on_one_unit_leave_each_frame_once_and_whole(tmp_path):
    out = a_farm(tmp_path, 4, 4, seconds=0.3)
    workers = [begun("unit", out, "--index=0") for _ in range(2)]
    assert [worker.wait(timeout=180) for worker in workers] == [DONE, DONE]
    assert all_is_there(out, 4) and partials(out) == [] and starts(out)[:2] == ["1-4", "1-4"]


def test_a_disk_that_is_full_is_for_later_and_then_all_is_there(small_disk):
    out = a_farm(small_disk, 2, 1)
    fill(small_disk)
    command = begun("render", out)
    told, _ = command.communicate(timeout=180)
    assert command.returncode == AGAIN and "No space left" in told and "unit 1" not in told, told
    (small_disk / "filler").unlink()
    assert begun("render", out).wait(timeout=180) == DONE
    assert all_is_there(out, 2) and status_of(out).units["failed"] == 0


def test_an_output_that_is_read_only_is_for_later_and_told(small_disk):
    out = a_farm(small_disk, 2, 1)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    command = begun("render", out)
    told, _ = command.communicate(timeout=180)
    assert command.returncode == AGAIN and "Read-only file system" in told and "unit 1" not in told, told
    assert status_of(out).code == AGAIN
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert begun("unit", out, "--index=0").wait(timeout=180) == DONE


@pytest.mark.parametrize("days", [-400, 400])
def test_the_clock_of_a_disk_that_jumped_changes_what_is_told_and_nothing_else(tmp_path, days):
    out = a_farm(tmp_path, 2, 1, seconds=0.2)
    with attempted(out, 0, 1):
        pass  # a process that was killed
    assert carry_out(out, 0) == DONE
    for path in [*(out / FOLDER).rglob("*"), *run_in(out).rglob("*")]:
        state = path.stat()
        os.utime(path, (state.st_atime + 86400 * days, state.st_mtime + 86400 * days))
    assert status_of(out).units == {"done": 1, "running": 0, "failed": 0, "missing": 1}
    assert carry_out(out, 1) == DONE and all_is_there(out, 2)


def test_a_clock_that_jumps_as_frames_render_costs_nothing(tmp_path):
    """Whoever asks a process of this farm for the time is told of another year each time."""
    (tmp_path / "sitecustomize.py").write_text(JUMPING)
    out = a_farm(tmp_path, 4, 4, seconds=0.2)
    unit = begun("unit", out, "--index=0", PYTHONPATH=str(tmp_path))
    told, _ = unit.communicate(timeout=180)
    assert unit.returncode == DONE and (tmp_path / "jumped").exists(), told
    assert all_is_there(out, 4) and starts(out) == ["1-4"]
    (attempt,) = attempts_of(out, 0)
    assert 0.8 < attempt.seconds < 180 and status_of(out).code == DONE


def test_what_the_dead_left_half_written_is_swept_and_harms_nobody(tmp_path):
    out = a_farm(tmp_path, 2, 1)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    ours, theirs = (f".partial-1-{host}-{gone.pid}" for host in (this_machine(), "a-machine-that-is-gone"))
    for name in (ours, theirs, f"{ours}-swept"):
        (run_in(out) / "frames" / name).mkdir()
        (run_in(out) / "frames" / name / "image.png").write_bytes(b"half")
    (out / "submissions").mkdir()
    (out / "submissions" / f".000001.json-{this_machine()}-{gone.pid}").write_text("{")
    assert units_left(out) == [0, 1] and status_of(out).done == 0
    command = begun("render", out)
    told, _ = command.communicate(timeout=180)
    assert command.returncode == DONE, told
    assert all_is_there(out, 2) and partials(out) == [theirs]  # nobody here knows whether that one still writes
