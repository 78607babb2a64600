"""The plan of units: every frame in one of them, written once, read strictly."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.asked import ASKED
from blender_addon.contract.frame_numbers import parse_frames
from blender_addon.contract.run import PLAN as RUN_PLAN
from blender_addon.contract.run import PlanExists
from farm.planning import frames_a_unit
from farm.units import NAME, RUNS, FarmError, Pilot, Scene, Unit, UnitPlan, cut, is_farm, read_units, write_units

PLAN = UnitPlan(
    (Scene("/scenes/flat.blend", "flat", ("--samples=4",)), Scene("/scenes/hall.blend", "hall", ())),
    (Unit(0, "1-3"), Unit(0, "4-5,9"), Unit(1, "-2")),
    600.0,
    Pilot(3, 1.5, 4.0),
)


@given(st.sets(st.integers(-50, 500), min_size=1), st.integers(1, 60))
def test_units_hold_each_frame_once_and_are_of_even_sizes(frames, most):
    units = [parse_frames(unit.frames) for unit in cut(sorted(frames), 7, most)]
    assert [frame for unit in units for frame in unit] == sorted(frames)
    sizes = {len(unit) for unit in units}
    assert max(sizes) <= most and max(sizes) - min(sizes) <= 1
    assert len(units) == -(-len(frames) // most)


def test_no_frames_are_no_units():
    assert cut([], 0, 5) == []


@pytest.mark.parametrize(
    ("seconds_a_frame", "seconds_to_begin", "minutes", "frames"),
    [(6.0, 5.0, 10, 100), (6.0, 60.0, 10, 200), (3600.0, 5.0, 10, 1), (0.1, 0.0, 0.5, 300)],
)
def test_a_unit_takes_minutes_and_much_longer_than_its_scene_to_begin(
    seconds_a_frame, seconds_to_begin, minutes, frames
):
    assert frames_a_unit(Pilot(3, seconds_a_frame, seconds_to_begin), minutes) == frames


def test_what_is_written_is_read(tmp_path):
    assert not is_farm(tmp_path)
    write_units(tmp_path, PLAN)
    assert is_farm(tmp_path) and read_units(tmp_path) == PLAN
    assert PLAN.frames_of(1) == (4, 5, 9) and PLAN.scene_of(2).run == "hall"


def test_a_plan_never_changes(tmp_path):
    write_units(tmp_path, PLAN)
    with pytest.raises(PlanExists, match="a plan never changes"):
        write_units(tmp_path, PLAN)


def test_runs_say_which_of_their_frames_have_units(tmp_path):
    """Of twelve views' frames, six are asked for: the others are not missing."""
    for name in ("flat", "hall"):
        (tmp_path / RUNS / name).mkdir(parents=True)
        (tmp_path / RUNS / name / RUN_PLAN).write_text("{}")
    write_units(tmp_path, PLAN)
    asked = {name: json.loads((tmp_path / RUNS / name / ASKED).read_text())["frames"] for name in ("flat", "hall")}
    assert asked == {"flat": [[1, 5], [9, 9]], "hall": [[-2, -2]]}
    with pytest.raises(PlanExists):
        write_units(tmp_path, UnitPlan(PLAN.scenes, PLAN.units[:1], 600.0))
    assert json.loads((tmp_path / RUNS / "flat" / ASKED).read_text())["frames"] == [[1, 5], [9, 9]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data["units"][0].update(frames="1-5"), "wrong checksum"),
        (lambda data: data.update(schema=2), "schema 2"),
        (lambda data: data.update(checksum=None, units=[{"scene": 2, "frames": "1"}]), "damaged"),
    ],
)
def test_what_somebody_edited_is_refused(tmp_path, change, told):
    write_units(tmp_path, PLAN)
    data = json.loads((tmp_path / NAME).read_text())
    change(data)
    (tmp_path / NAME).write_text(json.dumps(data))
    with pytest.raises(FarmError, match=told):
        read_units(tmp_path)


@pytest.mark.parametrize("run", ["../elsewhere", "/etc", "..", "a/b", ""])
def test_a_run_folder_is_a_name_and_no_way_out(tmp_path, run):
    write_units(tmp_path, UnitPlan((Scene("/a.blend", run, ()),), (Unit(0, "1"),), 600.0))
    with pytest.raises(FarmError, match="no name of a run folder"):
        read_units(tmp_path)


def test_no_plan_is_told(tmp_path):
    with pytest.raises(FarmError, match=f"has no {NAME}: labelpass plan JOB"):
        read_units(tmp_path)
