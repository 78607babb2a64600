"""Drills in which Blender itself has the part: a scene that crashes it, a frame that hangs, a disk that fills up."""

from __future__ import annotations

import bpy
import pytest
from scenery import camera, rectangle

import labelpass
from blender_addon import scene_labels
from blender_addon.contract.labels import built_in
from blender_addon.contract.run import finished_frames
from farm.attempts import attempts_of
from farm.status import status_of
from farm.unit import AGAIN, DONE, PERMANENT, TRIES
from tests.farm.small_disk import fill

pytestmark = pytest.mark.slow

JOB = """
out: unused
scenes: ["*.blend"]
size: 16x12
samples: 1
denoise: false
allow_scripts: true
frame_timeout: 10
randomize:
  exposure: {stops: [-1, 1]}
"""
SCRIPT = """
import os, signal, sys, time, bpy

@bpy.app.handlers.persistent
def handler(*_):
    WHAT

bpy.app.handlers.render_pre.append(handler)
"""


def save(path, does: str = "") -> None:
    """A labelled scene, which does something of its own as a render begins."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    camera(scene)
    rectangle(scene, -1, 1, -1, 1, label=7)
    scene_labels.set_label_set(scene, built_in("nyu40"))
    if does:
        text = bpy.data.texts.new("of_the_scene.py")
        text.write(SCRIPT.replace("WHAT", does))
        text.use_module = True
    bpy.ops.wm.save_as_mainfile(filepath=str(path))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "job.yaml").write_text(JOB)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_scene_that_crashes_and_a_frame_that_hangs_are_given_up_and_the_rest_goes_on(folder, capfd):
    save(folder / "crash.blend", "os.kill(os.getpid(), signal.SIGSEGV)")
    save(folder / "flat.blend", "time.sleep(3600 if '--frames=2' in sys.argv else 0)")
    assert labelpass.main(["plan", "job.yaml", "--out", "many", "--frames", "5", "--unit-frames", "1"]) == 0
    assert labelpass.main(["render", "many"]) == PERMANENT
    out = folder / "many"
    assert finished_frames(out / "runs" / "flat") == [1, 3] and finished_frames(out / "runs" / "crash") == []
    failures = [(failure.unit, failure.frames) for failure in status_of(out).failures]
    assert failures == [(0, (1,)), (1, (2,)), (3, (2,))]
    assert [len(attempts_of(out, unit)) for unit in range(5)] == [TRIES, TRIES, 1, TRIES, 1]
    assert {attempt.why.split(";")[0] for attempt in attempts_of(out, 0)} == {"ended by SIGSEGV at frame 1"}
    assert {attempt.why.split(";")[0] for attempt in attempts_of(out, 3)} == {
        "frame 2 '1' took longer than --frame-timeout 10 s"
    }
    assert labelpass.main(["status", "many"]) == PERMANENT
    told = capfd.readouterr().out
    assert "unit 0 failed, 1 frame: ended by SIGSEGV" in told and "unit 3 failed, 1 frame: frame 2" in told


def test_a_disk_that_fills_up_costs_the_frame_in_flight(folder, small_disk):
    save(folder / "flat.blend")
    out = small_disk / "many"
    assert labelpass.main(["plan", "job.yaml", "--out", str(out), "--frames", "60", "--unit-frames", "60"]) == 0
    fill(small_disk, leave=100_000)
    assert labelpass.main(["render", str(out)]) == AGAIN
    there = finished_frames(out / "runs" / "flat")
    assert 0 < len(there) < 60 and status_of(out).units["failed"] == 0
    assert not list((out / "runs" / "flat" / "frames").glob(".*"))
    (small_disk / "filler").unlink()
    assert labelpass.main(["render", str(out)]) == DONE
    assert finished_frames(out / "runs" / "flat") == list(range(1, 61))
    assert sum(attempt.rendered for attempt in attempts_of(out, 0)) == 60


def test_a_machine_whose_temporary_files_have_no_room_gives_nothing_up(folder, small_disk, monkeypatch):
    save(folder / "flat.blend")
    (folder / "job.yaml").write_text(JOB.replace("16x12", "160x120"))
    assert labelpass.main(["plan", "job.yaml", "--out", "many", "--frames", "2", "--unit-frames", "1"]) == 0
    fill(small_disk, leave=50_000)
    monkeypatch.setenv("TMPDIR", str(small_disk))
    assert labelpass.main(["render", "many"]) == AGAIN
    (attempt,) = attempts_of(folder / "many", 0)  # once, and no other unit
    assert "MB left" in attempt.why and not attempts_of(folder / "many", 1)
    monkeypatch.delenv("TMPDIR")
    assert labelpass.main(["render", "many"]) == DONE
