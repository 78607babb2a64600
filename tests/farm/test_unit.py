"""A unit against a renderer that crashes, hangs up, refuses and has no room: what is tried again, and what given up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from blender_addon.contract.endings import NOT_HERE
from blender_addon.contract.machine import this_machine
from blender_addon.contract.run import PLAN, frame_folder
from farm import unit
from farm.attempts import attempts_of
from farm.here import render_here, workers_here
from farm.status import lines, status_of
from farm.unit import AGAIN, DONE, PERMANENT, TRIES, carry_out, carry_out_all
from farm.units import RUNS, Pilot, Scene, UnitPlan, cut, write_units
from labelpass import main
from tests.farm.fake_blender import a_frame

RENDERER = """
import json, os, pathlib, signal, sys, time
from blender_addon.contract.frame_numbers import parse_frames
options = dict(word[2:].split("=", 1) for word in sys.argv[1:] if word.startswith("--") and "=" in word)
run, does = pathlib.Path(options["out"]), json.loads(sys.argv[1])
with open(run.parent / "starts", "a") as starts:
    starts.write(options["frames"] + "\\n")
if does.get("refuses"):
    print("labelpass: error: no camera\\nlabelpass: error: no light", file=sys.stderr)
    sys.exit("labelpass: nothing was rendered: 2 problems to mend first")
if "ends with" in does:
    print(does.get("says", ""), file=sys.stderr)
    sys.exit(int(does["ends with"]))
if does.get("loading") == "crashes":
    os.abort()
print("labelpass: flat.blend: 10 frames at 32x24, 1 samples a pixel; 0 done already", flush=True)
for frame in parse_frames(options["frames"]):
    how = does.get(str(frame), "")
    if how == "crashes" or how == "crashes once" and not (run / "crashed").exists():
        (run.mkdir(parents=True, exist_ok=True), (run / "crashed").touch())
        print("labelpass: frame", frame, "was too much for it", flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "ends well":
        sys.exit(0)
    if how == "no room":
        print("labelpass: the disk is full", file=sys.stderr)
        sys.exit(74)
    if how == "is killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "moves away":
        run.parents[1].rename(run.parents[1].with_name("moved"))
        sys.exit(74)
    if how == "waits":
        (run / "waiting").touch()
        time.sleep(60)
    place = run / "frames" / f"{frame:06d}"
    place.mkdir(parents=True)
    (place / "frame.json").write_text("{}")
"""


@pytest.fixture
def farm(tmp_path, monkeypatch):
    """Makes a farm of units of five frames, 1 to 10, whose renderer does as it is told."""
    script = tmp_path / "renderer.py"
    script.write_text(RENDERER)
    monkeypatch.setenv("PYTHONPATH", str(Path(unit.__file__).parents[1]))

    def make(**does: str):
        out, pilot = tmp_path / "farm", Pilot(3, 2.0, 1.0)
        scene = tmp_path / "flat.blend"
        scene.touch()
        write_units(out, UnitPlan((Scene(str(scene), "flat", ()),), tuple(cut(range(1, 11), 0, 5)), 600.0, pilot))
        does = {name.removeprefix("frame_").replace("_", " "): how for name, how in does.items()}

        def command(plan, scene, run, todo, more):
            words = [f"--out={run}", f"--frames={unit.frames_text(todo)}", *more]
            return [sys.executable, str(script), json.dumps(does), *words]

        monkeypatch.setattr(unit, "_command", command)
        (out / RUNS / "flat").mkdir(parents=True)
        (out / RUNS / "flat" / PLAN).write_text("{}")
        return out

    return make


@pytest.fixture
def in_this_process(monkeypatch):
    """The units that `render_here` begins have ended by the time they are looked at."""

    def begun(out, index, variables, more):
        code = carry_out_all(out, [index])
        return SimpleNamespace(poll=lambda: code)

    monkeypatch.setattr("farm.here._begun", begun)


def there(out) -> list[int]:
    return [frame for frame in range(1, 11) if frame_folder(out / RUNS / "flat", frame).is_dir()]


def starts(out) -> list[str]:
    return (out / RUNS / "starts").read_text().split()


def test_a_unit_renders_its_frames_and_no_others(farm):
    out = farm()
    assert carry_out(out, 1) == DONE and there(out) == [6, 7, 8, 9, 10]
    assert carry_out(out, 1) == DONE and starts(out) == ["6-10"]  # nothing is left to do
    with pytest.raises(ValueError, match="units 0 to 1, and no unit 2"):
        carry_out(out, 2)


def test_what_the_dead_left_while_others_rendered_is_gone_when_all_is_there(farm):
    out = farm()
    assert carry_out(out, 0) == DONE
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = out / RUNS / "flat" / "frames" / f".partial-3-{this_machine()}-{gone.pid}"
    left.mkdir()
    assert carry_out(out, 0) == DONE and not left.exists()


def test_a_crash_costs_the_frame_in_flight_and_no_other(farm):
    out = farm(frame_3="crashes once")
    assert carry_out(out, 0) == DONE and there(out) == [1, 2, 3, 4, 5] and starts(out) == ["1-5", "3-5"]
    first, second = attempts_of(out, 0)
    assert (first.code, first.rendered, first.at) == (3, 2, 3) and "SIGSEGV" in first.why
    assert (second.code, second.rendered) == (0, 3)


def test_a_frame_that_always_crashes_is_given_up_and_the_rest_goes_on(farm, capfd):
    out = farm(frame_3="crashes")
    assert carry_out(out, 0) == PERMANENT and there(out) == [1, 2, 4, 5]
    assert starts(out) == ["1-5", *["3-5"] * (TRIES - 1), "4-5"]
    assert "given up: frames 3: ended by SIGSEGV at frame 3; frame 3 was too much for it" in capfd.readouterr().err
    assert carry_out(out, 0) == PERMANENT and len(starts(out)) == TRIES + 1  # it is not begun again
    assert carry_out(out, 0, again=True) == PERMANENT and len(starts(out)) == 2 * TRIES + 1  # unless somebody asks
    status = status_of(out)
    assert status.units == {"done": 0, "running": 0, "failed": 1, "missing": 1} and status.code == AGAIN
    assert (status.done, status.failures[0].frames) == (4, (3,))


def test_a_render_that_ends_well_without_a_frame_has_failed_at_it(farm):
    """As a script of the scene's that ends Blender makes it."""
    out = farm(frame_3="ends well")
    assert carry_out(out, 0) == PERMANENT and there(out) == [1, 2, 4, 5]
    first, *_, last = attempts_of(out, 0)
    assert (first.code, first.at, first.why) == (3, 3, "it ended with exit code 0, without frames 3-5")
    assert last.code == DONE and status_of(out).failures[0].frames == (3,)


def test_a_scene_that_crashes_as_it_is_read_is_given_up(farm):
    out = farm(loading="crashes")
    assert carry_out(out, 0) == PERMANENT and len(starts(out)) == 2 * TRIES
    assert carry_out_all(out, [0, 1]) == PERMANENT
    status = status_of(out)
    assert status.units["failed"] == 2 and status.code == PERMANENT


def test_a_scene_that_is_refused_is_tried_once(farm):
    out = farm(refuses="yes")
    assert carry_out(out, 0) == PERMANENT and len(starts(out)) == 1
    assert status_of(out).failures[0].why == "no camera (and 1 problem more)"


@pytest.mark.parametrize(
    ("code", "says", "why"),
    [
        (1, "", "it said nothing"),
        (1, "labelpass: blender ended with exit code 1", "labelpass: blender ended with exit code 1"),
        (1, "ImportError: no numpy", "ImportError: no numpy"),
        (2, "python: can't open file labelpass.py", "python: can't open file labelpass.py"),
        (74, "", "it could not even write why: is a disk full?"),
        (74, "labelpass: standard output: the disk is full", "standard output: the disk is full"),
    ],
)
def test_what_ends_without_a_refusal_of_ours_gives_nothing_up(farm, code, says, why):
    out = farm(ends_with=str(code), says=says)
    for _ in range(TRIES + 1):
        assert carry_out(out, 0) == AGAIN
    status = status_of(out)
    assert status.units["missing"] == 2 and status.failures == () and status.code == AGAIN
    assert [(delay.units, delay.why) for delay in status.delays] == [(1, why)]


@pytest.mark.parametrize(
    ("code", "says"),
    [(1, "labelpass: camera 'Cam' is gone"), (2, "labelpass render: error: --samples: 0 is no number")],
)
def test_what_is_refused_in_words_of_ours_is_given_up(farm, code, says):
    out = farm(ends_with=str(code), says=says)
    assert carry_out(out, 0) == PERMANENT and says.endswith(status_of(out).failures[0].why)


def test_what_one_machine_lacks_is_for_another_and_keeps_no_other_scene(farm, in_this_process, tmp_path):
    out = farm(ends_with=str(NOT_HERE), says="labelpass: error: --device cuda: Cycles finds no cuda device")
    assert carry_out(out, 0) == NOT_HERE and carry_out_all(out, [0, 1]) == AGAIN
    assert len(attempts_of(out, 1)) == 0  # its scene had just been refused here
    assert render_here(out, [{}], [], lambda _line: None) == AGAIN and len(attempts_of(out, 1)) == 0
    status = status_of(out)
    assert status.code == AGAIN and status.failures == ()
    (delay,) = status.delays
    assert (delay.host, delay.why) == (status.hosts[0].name, "--device cuda: Cycles finds no cuda device")
    assert f"{delay.host}: 1 unit for later: {delay.why}" in lines(out, status)


def test_a_scene_that_cannot_be_read_here_keeps_its_units_and_those_of_no_other_scene(farm, in_this_process, tmp_path):
    farm()
    out = tmp_path / "two"
    scenes = tuple(Scene(str(tmp_path / f"{name}.blend"), name, ()) for name in ("away", "flat"))
    write_units(out, UnitPlan(scenes, (*cut(range(1, 4), 0, 1), *cut(range(1, 4), 1, 1)), 600.0))
    for scene in scenes:
        (out / RUNS / scene.run).mkdir(parents=True)
        (out / RUNS / scene.run / PLAN).write_text("{}")
    assert carry_out_all(out, range(4)) == AGAIN and there(out) == [1]
    assert render_here(out, [{}], [], lambda _line: None) == AGAIN and there(out) == [1, 2, 3]
    (delay,) = status_of(out).delays
    assert delay.why == f"{scenes[0].file}: No such file or directory"
    Path(scenes[0].file).touch()  # it is mounted
    assert render_here(out, [{}], [], lambda _line: None) == DONE and status_of(out).code == DONE


def test_a_kill_is_told_with_its_frame_and_no_line_of_progress(farm):
    out = farm(frame_2="is killed")
    assert carry_out(out, 0) == PERMANENT
    assert {attempt.why for attempt in attempts_of(out, 0) if attempt.at} == {"ended by SIGKILL at frame 2"}


def test_a_unit_never_plans_its_run_anew(farm):
    out = farm()
    (out / RUNS / "flat" / PLAN).unlink()
    assert carry_out(out, 0) == PERMANENT and not (out / RUNS / "starts").exists()
    assert "plan.json is gone" in status_of(out).failures[0].why
    (out / RUNS / "flat" / PLAN).write_text("{}")
    assert carry_out(out, 0) == DONE and there(out) == [1, 2, 3, 4, 5]


def test_a_folder_that_is_moved_away_is_not_made_anew(farm, capfd):
    out = farm(frame_3="moves away")
    assert main(["unit", str(out), "--index=0"]) == AGAIN and not out.exists()
    assert there(out.with_name("moved")) == [1, 2]


def test_a_unit_whose_folder_is_away_is_for_later_and_one_that_is_no_plan_is_refused(farm, capfd, tmp_path):
    assert main(["unit", str(tmp_path / "not" / "mounted"), "--index=0"]) == AGAIN
    assert "is not there: is the share that it lies on mounted?" in capfd.readouterr().err
    assert main(["unit", str(tmp_path), "--index=0"]) == 1
    out = farm()
    assert main(["unit", str(out), "--index=2"]) == 1
    assert main(["unit", str(out), "--index=0", "--submission=1"]) == 1
    assert "has no submission 1" in capfd.readouterr().err


def test_a_plan_that_may_not_be_read_is_for_later(farm, capfd, monkeypatch):
    out, really = farm(), Path.read_text
    refused = PermissionError(13, "Permission denied", str(out / "units.json"))

    def read_text(path, *more, **named):
        if path.name == "units.json":
            raise refused
        return really(path, *more, **named)

    monkeypatch.setattr(Path, "read_text", read_text)
    assert main(["unit", str(out), "--index=0"]) == AGAIN
    assert f"{out / 'units.json'}: Permission denied" in capfd.readouterr().err
    assert main(["render", str(out)]) == NOT_HERE
    monkeypatch.undo()
    (out / "units.json").write_text("{")
    assert main(["unit", str(out), "--index=0"]) == 1  # damaged, and no other day mends it


def test_a_full_disk_is_nobodys_fault(farm, in_this_process):
    out = farm(frame_2="no room")
    for _ in range(TRIES + 1):
        assert carry_out(out, 0) == AGAIN
    assert there(out) == [1] and status_of(out).units["failed"] == 0
    assert render_here(out, [{}], [], lambda _line: None) == AGAIN and there(out) == [1]  # no other unit is begun
    a_frame(out / RUNS / "flat", 2)  # it is back
    assert carry_out(out, 0) == DONE


def test_units_are_carried_out_one_after_the_other(farm):
    out = farm()
    assert carry_out_all(out, [0]) == DONE and there(out) == [1, 2, 3, 4, 5]
    assert carry_out_all(out, [0, 1]) == DONE and len(there(out)) == 10


def test_all_are_carried_out_here(farm, in_this_process):
    out = farm(frame_3="crashes once")
    said: list[str] = []
    assert render_here(out, workers_here({}, 2), [], said.append) == DONE
    assert len(there(out)) == 10 and "0 left" in said[-1]
    status = status_of(out)
    assert status.code == DONE and status.hosts[0].frames == 10
    assert f"{out}: 10 of 10 frames (100.0 %); units: 2 done" == lines(out, status)[0]


@pytest.mark.parametrize(("deaths", "code"), [(TRIES - 1, DONE), (TRIES, AGAIN)])
def test_a_unit_whose_process_is_killed_is_begun_again(farm, monkeypatch, deaths, code):
    out, killed = farm(), []

    def begun(out, index, variables, more):
        if len(killed) < deaths and index == 0:
            killed.append(index)
            return SimpleNamespace(poll=lambda: -signal.SIGKILL)
        code = carry_out(out, index)
        return SimpleNamespace(poll=lambda: code)

    monkeypatch.setattr("farm.here._begun", begun)
    assert render_here(out, [{}], [], lambda _line: None) == code
    assert there(out) == list(range(1 if code == DONE else 6, 11))


def test_what_a_signal_stops_is_for_later_and_nothing_is_given_up(farm):
    out = farm(frame_2="waits")
    code = f"""
import json, sys
from farm import unit
unit._command = lambda plan, scene, run, todo, more: [
    sys.executable, {str(out.parent / "renderer.py")!r}, json.dumps({{"2": "waits"}}),
    f"--out={{run}}", f"--frames={{unit.frames_text(todo)}}"]
sys.exit(unit.carry_out(unit.Path({str(out)!r}), 0))
"""
    child = subprocess.Popen([sys.executable, "-c", code])
    while not (out / RUNS / "flat" / "waiting").exists():
        assert child.poll() is None
        time.sleep(0.02)
    status = status_of(out)
    assert status.units["running"] == 1 and (status.rate, status.seconds_left) == (0.5, 18.0)  # as the pilot's
    os.kill(child.pid, signal.SIGTERM)
    assert child.wait(timeout=30) == 128 + signal.SIGTERM
    (attempt,) = attempts_of(out, 0)
    assert attempt.code == 143 and attempt.rendered == 1 and status_of(out).units["missing"] == 2


def test_each_gpu_has_a_worker():
    assert workers_here({"CUDA_VISIBLE_DEVICES": "2,5"}, None) == [
        {"CUDA_VISIBLE_DEVICES": "2"},
        {"CUDA_VISIBLE_DEVICES": "5"},
    ]
    assert len(workers_here({"CUDA_VISIBLE_DEVICES": "2,5"}, 4)) == 4
