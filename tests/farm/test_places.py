"""What is no folder of a plan, given for one: a sentence that names it and says what it is."""

from __future__ import annotations

import pytest

from blender_addon.contract.run import write_plan
from farm.units import Scene, Unit, UnitPlan, write_units
from labelpass import main
from tests.contract.small_run import a_plan


@pytest.fixture
def places(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_units(tmp_path / "farm", UnitPlan((Scene("/scenes/hall.blend", "hall", ()),), (Unit(0, "1"),), 600.0))
    for run in ("farm/runs/hall", "alone", "ended/runs/hall"):
        write_plan(tmp_path / run, a_plan("hall.blend"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "odd" / "units.json").mkdir(parents=True)


@pytest.mark.parametrize("engine", [[], ["--cluster", "slurm"]])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("mistyped", "mistyped: no such file or folder"),
        ("ended", "ended has no units.json: a plan was begun here and never finished; labelpass plan JOB --out ended"),
        ("empty", "empty has no units.json: this folder holds no plan; labelpass plan JOB --out empty"),
        ("odd", "odd/units.json is no file, and so no plan; remove it"),
        (
            "farm/runs/hall",
            "farm/runs/hall is the run folder of /scenes/hall.blend, and not the plan around it: labelpass render /",
        ),
        ("alone", "alone is a run folder, of the scene hall.blend, and no plan of units; it goes on with "
                  "labelpass render hall.blend --out alone"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_told_for_what_it_is(places, capsys, given, told, engine):
    assert main(["render", given, *engine]) == 1
    err = capsys.readouterr().err
    assert told in err and len(err.splitlines()) == 1


def test_a_file_is_still_asked_for_its_out(places, capsys):
    with pytest.raises(SystemExit):
        main(["render", "notes.txt"])
    assert "required: --out" in capsys.readouterr().err
    assert main(["render", "nowhere.yaml"]) == 1 and "nowhere.yaml: No such file" in capsys.readouterr().err
