"""Two scenes through the whole of it: planned, piloted, cut, rendered by units, and the same pixels as in one run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import bpy
import pytest
from scenery import camera, rectangle

import labelpass
from blender_addon import scene_labels
from blender_addon.contract.labels import built_in
from blender_addon.contract.machine import this_machine
from blender_addon.contract.run import finished_frames, read_plan, read_record
from farm.attempts import attempts_of
from farm.status import status_of
from farm.units import read_units

JOB = """
out: unused
scenes: ["*.blend"]
size: 16x12
samples: 1
denoise: false
randomize:
  exposure: {stops: [-1, 1]}
"""


@pytest.fixture
def job(empty_scene, tmp_path, monkeypatch):
    camera(empty_scene)
    camera(empty_scene, at=(2, 0, 5))
    rectangle(empty_scene, -1, 1, -1, 1, label=7)
    empty_scene.world = bpy.data.worlds.new("gray")  # has light, so that exposures make other pictures
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    for name in ("flat", "hall"):
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / f"{name}.blend"))
    (tmp_path / "job.yaml").write_text(JOB)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pictures(run: Path) -> dict[int, str]:
    return {frame: read_record(run, frame)["files"]["image.png"]["checksum"] for frame in finished_frames(run)}


def test_units_of_two_scenes_render_what_one_run_renders(job, capfd, monkeypatch):
    assert labelpass.main(["plan", "job.yaml", "--out", "many", "--frames", "5", "--minutes", "0.001"]) == 0
    plan = read_units(job / "many")
    assert [scene.run for scene in plan.scenes] == ["flat", "hall"]
    frames = [(plan.scene_of(at).run, plan.frames_of(at)) for at in range(len(plan.units))]
    assert sum(len(some) for _, some in frames) == 5 and {run for run, _ in frames} == {"flat", "hall"}
    assert plan.pilot.frames == 3 and finished_frames(job / "many" / "runs" / "hall") == [1, 2, 3]
    assert labelpass.main(["status", "many"]) == 75
    assert labelpass.main(["render", "many", "--samples", "4"]) == 1
    assert "--samples is settled by the plan" in capfd.readouterr().err
    assert labelpass.main(["unit", "many", "--index", "0"]) == 0
    shutil.rmtree(job / "many" / "runs" / "flat" / "frames" / "000002")
    with monkeypatch.context() as on_another_machine:
        on_another_machine.setenv("CYCLES_CPU_NO_AVX2", "1")
        assert labelpass.main(["render", "many"]) == 0
    assert labelpass.main(["status", "many", "--json"]) == 0
    told = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert (told["done"], told["frames"], told["failures"]) == (5, 5, [])
    (mixed,) = told["mixed"]
    assert mixed.startswith("2 kinds of processors or GPUs rendered this: ") and "CYCLES_CPU_NO_AVX2" in mixed
    assert labelpass.main(["plan", "job.yaml", "--out", "many"]) == 1
    assert "a plan never changes" in capfd.readouterr().err
    looks = job / "looks.json"
    looks.write_text('{"exposure": {"stops": [-1, 1]}}')
    alone = ["--size=16x12", "--samples=1", "--no-denoise", f"--randomize={looks}", "--at-least=3", "--frames=1-3"]
    assert labelpass.main(["render", "hall.blend", "--out", "alone", *alone]) == 0
    assert pictures(job / "alone") == pictures(job / "many" / "runs" / "hall")
    assert len(set(pictures(job / "alone").values())) == 3


@pytest.mark.slow
def test_many_frames_of_a_scene_are_runs_of_other_seeds(job, capfd, monkeypatch):
    monkeypatch.setattr("farm.planning.FRAMES_A_RUN", 3)  # of two views each: a run has each view once
    assert labelpass.main(["plan", "job.yaml", "--out", "many", "--frames", "6", "--unit-frames", "1"]) == 0
    plan = read_units(job / "many")
    runs = [(scene.run, Path(scene.file).name) for scene in plan.scenes]
    assert runs == [
        ("flat", "flat.blend"), ("flat-2", "flat.blend"), ("hall", "hall.blend"), ("hall-2", "hall.blend"),
    ]  # fmt: skip
    assert [(unit.scene, unit.frames) for unit in plan.units] == [
        (0, "1"), (0, "2"), (1, "1"), (2, "1"), (2, "2"), (3, "1"),
    ]  # fmt: skip
    seeds = [read_plan(job / "many" / "runs" / run).settings.seed for run, _ in runs]
    assert seeds[0] == seeds[2] == 0 and seeds[1] == seeds[3] != 0
    for unit in (0, 2):
        assert labelpass.main(["unit", "many", "--index", str(unit)]) == 0
    first, second = (pictures(job / "many" / "runs" / run) for run in ("flat", "flat-2"))
    assert first.keys() == second.keys() == {1} and first != second
    shutil.copy(job / "flat.blend", job / "flat-2.blend")
    assert labelpass.main(["plan", "job.yaml", "--out", "more", "--frames", "9", "--unit-frames", "1"]) == 1
    assert "flat-2, which is another scene's; rename one" in capfd.readouterr().err


def test_a_scene_with_more_views_than_a_run_has_frames_shows_them_all(job, monkeypatch):
    monkeypatch.setattr("farm.planning.FRAMES_A_RUN", 1)
    (job / "hall.blend").unlink()
    assert labelpass.main(["plan", "job.yaml", "--out", "many", "--frames", "2", "--unit-frames", "9"]) == 0
    plan = read_units(job / "many")
    assert [scene.run for scene in plan.scenes] == ["flat"] and [unit.frames for unit in plan.units] == ["1-2"]


@pytest.mark.slow
def test_a_scene_in_another_state_is_of_the_machine_that_sees_it(job, capfd):
    """Its disk may be behind. Also where what it sees could not be rendered at all, or not be opened."""
    (job / "hall.blend").unlink()
    assert labelpass.main(["plan", "job.yaml", "--out", "many", "--frames", "1", "--unit-frames", "1"]) == 0
    flat, before = job / "flat.blend", (job / "flat.blend").read_bytes()
    whys = []
    for change in ("saved", "without a camera", "half"):
        bpy.ops.wm.open_mainfile(filepath=str(flat))
        if change == "without a camera":
            for camera_object in [obj for obj in bpy.data.objects if obj.type == "CAMERA"]:
                bpy.data.objects.remove(camera_object)
        bpy.ops.wm.save_as_mainfile(filepath=str(flat))
        if change == "half":
            flat.write_bytes(before[: len(before) // 2])
        assert labelpass.main(["unit", "many", "--index", "0"]) == 75
        status = status_of(job / "many")
        assert status.code == 75 and status.failures == ()
        (delay,) = status.delays
        assert delay.host == this_machine()
        whys.append(delay.why)
    assert len(attempts_of(job / "many", 0)) == 3  # each time once
    assert whys[0] == whys[1] and whys[0].startswith("this machine sees flat.blend, or a library of it, in another")
    assert whys[0].endswith("where it was edited, put the old file back, or plan into a new folder")
    assert "flat.blend" in whys[2]
    flat.write_bytes(before)
    assert labelpass.main(["unit", "many", "--index", "0"]) == 0 and status_of(job / "many").code == 0


def test_what_cannot_be_planned_is_told(job, capfd):
    assert labelpass.main(["plan", "job.yaml", "--out", "many", "--frames", "1"]) == 1
    assert "there are 2 scenes, and each has one at least" in capfd.readouterr().err
    (job / "hall.blend").write_bytes(b"no blend")
    assert labelpass.main(["plan", "job.yaml", "--out", "many"]) == 1
    assert "hall.blend could not be planned" in capfd.readouterr().err
    assert not (job / "many" / "units.json").exists()
    assert labelpass.main(["status", "many"]) == 1
    assert labelpass.main(["render", "flat.blend", "--out", "run", "--workers", "2"]) == 1
    assert "that goes with the folder of a plan" in capfd.readouterr().err
