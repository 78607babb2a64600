"""A job becomes a plan of units: what stands in the way is told at once, and nothing half made stays. No Blender."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from blender_addon.contract.run import PLAN, read_plan, write_plan
from farm import patience
from farm.planning import Wish, plan_units
from farm.units import FarmError, Scene, Unit, UnitPlan, read_units, units_left, write_units
from labelpass import main
from render_scripts import installed_blender
from render_scripts.job_file import read_job
from tests.contract.small_run import a_plan
from tests.farm.fake_blender import a_blender, starts

ALL = Wish(4, 10.0, 2)


@pytest.fixture
def job(tmp_path, monkeypatch):
    """Writes a job of two scenes that this program plans; what it is called with is added to it."""
    monkeypatch.chdir(tmp_path)
    program = a_blender(tmp_path)
    for name in ("flat", "hall"):
        (tmp_path / f"{name}.blend").write_text("{}")

    def written(**more: object):
        path = tmp_path / "job.json"
        path.write_text(json.dumps({"scenes": ["*.blend"], "out": "unused", "blender": str(program), **more}))
        return read_job(path)

    return written


def test_a_job_of_plan_only_is_planned_for_units_that_render(job, tmp_path):
    plan = plan_units(job(plan_only=True), tmp_path / "many", ALL, print)
    assert [scene.run for scene in plan.scenes] == ["flat", "hall"] and len(plan.units) == 2
    assert not any("plan-only" in word for scene in plan.scenes for word in scene.arguments)
    assert main(["unit", "many", "--index", "1"]) == 0 and units_left(tmp_path / "many") == [0]


def test_a_gpu_of_several_is_for_the_command_that_renders(job, tmp_path):
    with pytest.raises(ValueError, match=r"gpu: 1: every process of a plan .* CUDA_VISIBLE_DEVICES=1 labelpass render"):
        plan_units(job(gpu=1), tmp_path / "many", ALL, print)
    assert not (tmp_path / "many").exists()


def test_what_a_plan_that_was_ended_left_is_planned_anew(job, tmp_path):
    left = tmp_path / "many" / "runs" / "flat"
    write_plan(left, replace(a_plan(), scene="of another job.blend"))
    plan_units(job(), tmp_path / "many", ALL, print)
    assert read_plan(left).scene == "flat.blend" and len(read_plan(left).views) == 2


def test_a_run_with_frames_keeps_its_plan_and_is_held_against_the_job(job, tmp_path, capfd):
    left = tmp_path / "many" / "runs" / "flat"
    write_plan(left, a_plan())
    (left / "frames" / "000001").mkdir()
    before = (left / PLAN).read_bytes()
    with pytest.raises(FarmError, match=r"flat\.blend could not be planned"):  # as the program finds a plan there
        plan_units(job(), tmp_path / "many", ALL, print)
    assert (left / PLAN).read_bytes() == before and not (tmp_path / "many" / "runs" / "hall").exists()


def test_all_scenes_that_cannot_be_planned_are_told_and_nothing_half_made_stays(job, tmp_path):
    for name in ("bad", "worse"):
        (tmp_path / f"{name}.blend").write_bytes(b"no blend")
    with pytest.raises(FarmError) as told:
        plan_units(job(), tmp_path / "many", ALL, print)
    assert str(told.value).splitlines() == [
        f"{tmp_path}/{name}.blend could not be planned (exit code 1): {name}.blend is no .blend at all"
        for name in ("bad", "worse")
    ]
    assert not (tmp_path / "many").exists()
    for name in ("bad", "worse"):
        (tmp_path / f"{name}.blend").unlink()
    plan_units(job(), tmp_path / "many", ALL, print)
    assert len(read_units(tmp_path / "many").units) == 2


@pytest.mark.slow
def test_a_pilot_that_hangs_is_ended(job, tmp_path, monkeypatch):
    monkeypatch.setattr(patience, "LEAST", 0.5)
    monkeypatch.setattr(installed_blender, "LOOK", 0.1)
    for name in ("flat", "hall"):
        (tmp_path / f"{name}.blend").write_text('{"loading": "hangs"}')
    with pytest.raises(FarmError, match=r"the pilot of .*flat\.blend: it gave no frame for 4 s and was ended"):
        plan_units(job(frame_timeout=2), tmp_path / "many", Wish(4, 10.0, None), print)
    assert starts(tmp_path / "many") == ["1-2"]


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("flat.blend", "flat.blend is a file; name a new folder"),
        ("flat.blend/many", "flat.blend is a file; name a new folder"),
        ("farm", "units.json is there already, and a plan never changes"),
        ("farm/runs/flat", "is a run folder, of one scene's frames"),
        ("farm/runs/flat/more", "lies in the run folder"),
        ("farm/attempts/more", "lies in the plan .*, in its attempts"),
    ],
)
def test_a_place_that_is_taken_is_told_before_a_scene_is_opened(job, tmp_path, out, told):
    write_units(tmp_path / "farm", UnitPlan((Scene("flat.blend", "flat", ()),), (Unit(0, "1"),), 600.0))
    write_plan(tmp_path / "farm" / "runs" / "flat", a_plan())
    said: list[str] = []
    with pytest.raises(FarmError, match=told):
        plan_units(job(), tmp_path / out, ALL, said.append)
    assert said == []
