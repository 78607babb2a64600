"""A run that goes on where something is not as it was planned: what a machine lacks is told apart from a bad scene."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.compat import enable_cycles
from blender_addon.contract import run as run_folder
from blender_addon.contract.endings import NOT_HERE, NOT_WRITTEN
from blender_addon.contract.labels import built_in
from render_scripts import compat, session


@pytest.fixture
def asked(empty_scene, tmp_path) -> list[str]:
    """Words that render the scene that is open, of two frames."""
    camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    enable_cycles()
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    empty_scene.frame_end = 2
    for frame in (1, 2):
        empty_scene.timeline_markers.new(f"view {frame}", frame=frame).camera = empty_scene.camera
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "room.blend"))
    return ["--out", str(tmp_path / "run"), "--size", "16x12", "--samples", "1", "--no-denoise"]


def test_a_gpu_that_is_not_here_is_no_fault_of_a_run_that_was_planned_with_it(asked, monkeypatch, capfd):
    refused = "labelpass: error: --device cuda: Cycles finds no cuda device on this machine"
    assert session.main([*asked, "--device", "cuda"]) == 1 and refused in capfd.readouterr().err
    with monkeypatch.context() as where_it_is:
        where_it_is.setattr(compat, "gpu_devices", lambda back_end: ["H200"])
        where_it_is.setattr(compat, "kernel", lambda device, gpu=0: "H200")
        assert session.main([*asked, "--device", "cuda", "--plan-only"]) == 0
    assert session.main([*asked, "--device", "cuda"]) == NOT_HERE
    told = capfd.readouterr().err
    assert refused in told and "nothing was rendered on this machine: 1 problem" in told


def test_another_kind_of_processor_keeps_a_strict_run_from_this_machine(asked, monkeypatch, capfd):
    assert session.main([*asked, "--plan-only"]) == 0
    monkeypatch.setattr(compat, "kernel", lambda device, gpu=0: "a processor of another kind")
    assert session.main([*asked, "--strict"]) == NOT_HERE
    assert "and not a processor of another kind" in capfd.readouterr().err
    with open(bpy.data.filepath, "ab") as file:  # and a scene that has changed is refused on any machine
        file.write(b"changed")
    assert session.main(asked) == 1


def test_a_plan_that_may_not_be_read_here_may_be_read_elsewhere(asked, monkeypatch, capfd):
    assert session.main([*asked, "--plan-only"]) == 0
    really = Path.read_text

    def read_text(path, *more, **named):
        if path.name == run_folder.PLAN:
            raise PermissionError(13, "Permission denied", str(path))
        return really(path, *more, **named)

    monkeypatch.setattr(Path, "read_text", read_text)
    assert session.main(asked) == NOT_HERE
    assert f"{run_folder.PLAN}: Permission denied" in capfd.readouterr().err


def test_a_unit_whose_plan_is_gone_plans_no_other(asked, tmp_path, capfd):
    assert session.main([*asked, "--planned"]) == NOT_HERE
    assert "has no plan.json" in capfd.readouterr().err and not (tmp_path / "run").exists()


def test_a_run_that_is_moved_away_is_not_begun_anew_where_it_was(asked, tmp_path, monkeypatch, capfd):
    really, rendered = session.render_frame, []

    def render_frame(run, plan, view, *more):
        rendered.append(view.frame)
        if len(rendered) == 2:
            run.rename(tmp_path / "moved")
        return really(run, plan, view, *more)

    monkeypatch.setattr(session, "render_frame", render_frame)
    assert session.main(asked) == NOT_WRITTEN
    assert rendered == [1, 2] and not (tmp_path / "run").exists()
    assert "plan.json: No such file or directory" in capfd.readouterr().err


def test_what_can_be_printed_nowhere_is_no_refusal(asked, monkeypatch, capfd):
    class Full:
        def write(self, text):
            raise OSError(28, "No space left on device")

        flush = write

    monkeypatch.setattr("sys.stdout", Full())
    assert session.main(asked) == NOT_WRITTEN
    assert "labelpass: standard output: the disk is full" in capfd.readouterr().err
