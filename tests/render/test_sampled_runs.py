"""Runs of sampled views: the plan holds them, nodes share them, and pictures show what the poses say."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from room_of_boxes import BALL, BLOCK, LABELS, box, room

from blender_addon import scene_labels
from blender_addon.contract import run as run_folder
from blender_addon.contract.records import damaged_frames
from render_scripts import session

SMALL = ("--size", "32x24", "--samples", "1", "--no-denoise")
WORDS = "room 3 labels=2 one_label=1 like=1"


@pytest.fixture
def scene_file(empty_scene, tmp_path):
    """A room without a camera, with two things in it, saved; the way to it."""
    room(empty_scene)
    box(empty_scene, (1, 1, 0), (2, 2, 1), BLOCK)
    box(empty_scene, (4, 3, 0), (5, 4, 1), BALL)
    scene_labels.set_label_set(empty_scene, LABELS)
    path = tmp_path / "room.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def render(out, *options: str) -> int:
    return session.main(["--out", str(out), *SMALL, *options])


def test_a_scene_without_a_camera_is_rendered_and_stays_as_it_was(scene_file, tmp_path, capfd):
    run = tmp_path / "run"
    assert render(run, "--sample-views", WORDS) == 0
    assert "sampled views: candidates " in capfd.readouterr().out
    plan = run_folder.read_plan(run)
    assert [view.frame for view in plan.views] == [1, 2, 3] == run_folder.finished_frames(run)
    assert plan.settings.sample_views == WORDS
    assert not damaged_frames(run, plan, [1, 2, 3])
    for view in plan.views:
        camera = run_folder.read_record(run, view.frame)["camera"]
        assert np.array(camera["world_from_camera"]) == pytest.approx(np.array(view.pose.matrix), abs=2e-6)
        assert (camera["lens_mm"], camera["name"]) == (view.pose.lens, "Sampled view")
    assert bpy.context.scene.camera is None and not bpy.data.cameras


def test_the_fan_of_rays_sees_what_the_picture_shows(scene_file, tmp_path):
    run = tmp_path / "run"
    assert render(run, "--sample-views", "room 8 labels=3 one_label=1 variety=0 like=1") == 0
    for frame in range(1, 9):
        record = run_folder.read_record(run, frame)
        assert {label["name"] for label in record["labels"]} == {"shell", "block", "ball"}
        assert record["background"] == 0


def test_the_plan_keeps_how_its_views_were_found(scene_file, tmp_path, capfd):
    run = tmp_path / "run"
    assert render(run, "--sample-views", f"{WORDS} targets=block:0.3", "--frames", "1") == 0
    search = run_folder.read_plan(run).view_search
    said = capfd.readouterr().out
    assert search.lines() and all(f"sampled views: {line}\n" in said for line in search.lines())
    assert search.accepted == 3 == search.candidates - sum(search.rejected.values()) and search.rejected
    shown = {each.label: each for each in search.frequencies}
    assert shown["block"].target == 0.3 and shown["shell"].target is None
    assert sum(each.achieved for each in search.frequencies) == pytest.approx(1, abs=1e-5)


def test_who_goes_on_changes_nothing_of_it(scene_file, tmp_path, capfd):
    run = tmp_path / "run"
    assert render(run, "--sample-views", WORDS, "--frames", "1") == 0
    before = (run / run_folder.PLAN).read_bytes()
    capfd.readouterr()
    assert render(run) == 0
    assert (run / run_folder.PLAN).read_bytes() == before and "candidates" not in capfd.readouterr().out


def test_an_animated_scene_is_told_which_frame_the_views_show(scene_file, tmp_path, capfd):
    told = "sampled views: the scene is animated: all views show its frame 4, at which it was saved"
    assert render(tmp_path / "still", "--sample-views", WORDS, "--frames", "1") == 0
    assert told not in capfd.readouterr().out
    moving = bpy.data.objects["box"]
    for frame in (1, 9):
        moving.location.z = frame / 100
        moving.keyframe_insert("location", frame=frame)
    bpy.context.scene.frame_set(4)
    bpy.ops.wm.save_mainfile()
    assert render(tmp_path / "moving", "--sample-views", WORDS, "--frames", "1") == 0
    assert told in capfd.readouterr().out
    assert run_folder.read_record(tmp_path / "moving", 1)["view"]["scene_frame"] == 4


def test_nodes_share_the_views_and_a_resume_reads_them(scene_file, tmp_path, monkeypatch):
    run = tmp_path / "run"
    assert render(run, "--sample-views", WORDS, "--frames", "2") == 0
    assert run_folder.finished_frames(run) == [2]
    plan = run_folder.read_plan(run)

    def never(*_arguments):
        raise AssertionError("views that a plan has are not sampled again")

    monkeypatch.setattr("render_scripts.scene_plan.sample_views", never)
    assert render(run, "--sample-views", WORDS, "--frames", "3") == 0
    assert render(run) == 0
    assert run_folder.finished_frames(run) == [1, 2, 3] and run_folder.read_plan(run) == plan


def test_the_same_views_come_of_another_start(scene_file, tmp_path):
    assert render(tmp_path / "one", "--sample-views", WORDS, "--frames", "1") == 0
    bpy.ops.wm.open_mainfile(filepath=str(scene_file))
    assert render(tmp_path / "other", "--sample-views", WORDS, "--frames", "2") == 0
    plans = [run_folder.read_plan(tmp_path / name) for name in ("one", "other")]
    assert plans[0] == plans[1]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ("--sample-views", WORDS, "--frames", "4"),
            "frame 4 was asked for, and the 3 frames of sampled views have no such",
        ),
        (("--sample-views", WORDS, "--camera", "x"), "--sample-views has a camera of its own: leave out --camera"),
        (("--sample-views", "orbit 3 target=sofa"), "nothing is called 'sofa'"),
        (("--sample-views", "room 3 clearance=1.2 tries=4"), "candidates 12: accepted 0; "),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(scene_file, tmp_path, capfd, options, told):
    assert render(tmp_path / "run", *options) == 1
    assert told in capfd.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_run_of_other_views_is_not_gone_on_with(scene_file, tmp_path, capfd):
    run = tmp_path / "run"
    assert render(run, "--sample-views", WORDS, "--frames", "1") == 0
    assert render(run, "--sample-views", WORDS.replace("3", "4")) == 1
    assert "sample_views is 'room 3 labels=2 one_label=1 like=1' there" in capfd.readouterr().err
