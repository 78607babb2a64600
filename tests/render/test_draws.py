"""Many draws of few views: which frames they are, and runs of them that several nodes share."""

from __future__ import annotations

import json
from dataclasses import replace

import bpy
import pytest
from room_of_boxes import BALL, BLOCK, LABELS, box, room
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.contract.labels import built_in
from blender_addon.contract.run import Pose, View, finished_frames, read_plan, read_record
from render_scripts import session
from render_scripts.draws import chosen, in_words, repeated
from render_scripts.request import Refused

SMALL = ("--size", "16x12", "--samples", "1", "--no-denoise", "--device", "cpu")
SPEC = "--randomize=" + json.dumps({"camera": {}, "exposure": {}})
VIEWS = (View(10, 10, "Left", "sofa"), View(20, 20, "Left", "desk"), View(31, 31, "Right", "door"))
POSE = Pose(((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)), 50.0)


def test_all_views_come_once_before_any_comes_again():
    planned = repeated(VIEWS, 3)
    assert [view.frame for view in planned] == list(range(1, 10))
    assert [view.scene_frame for view in planned] == [10, 20, 31] * 3
    assert [view.name for view in planned] == ["sofa", "desk", "door"] * 3


def test_one_draw_is_the_views_as_they_are():
    assert repeated(VIEWS, 1) == VIEWS


def test_fewer_draws_are_the_beginning_of_more():
    assert repeated(VIEWS, 5)[:6] == repeated(VIEWS, 2)


def test_a_plan_that_nobody_could_read_is_refused(monkeypatch):
    monkeypatch.setattr("render_scripts.draws.MOST_FRAMES", 1000)
    assert len(repeated(VIEWS[:1], 1000)) == 1000
    with pytest.raises(Refused, match=r"with another --seed$"):
        repeated(VIEWS, 334)
    sampled = [replace(view, pose=POSE) for view in VIEWS]
    with pytest.raises(Refused, match=r"--seed, which samples other views, too$"):
        repeated(sampled, 334)


def test_frames_choose_among_what_is_planned():
    planned = repeated(VIEWS, 2)
    assert chosen(planned, None, "these") == planned
    assert [view.frame for view in chosen(planned, (2, 5), "these")] == [2, 5]
    with pytest.raises(Refused, match="frame 7 was asked for, and these have no such frame"):
        chosen(planned, (1, 7), "these")


def test_draws_are_said_in_words():
    assert in_words(4000, 1000) == "4000 frames, 1000 draws of 4 views"
    assert in_words(4, 1) == "4 frames"


@pytest.fixture
def two_cameras(empty_scene, tmp_path):
    """A still scene with two cameras, and none of its own choice of frames."""
    camera(empty_scene)
    camera(empty_scene, at=(2, 0, 5))
    rectangle(empty_scene, -1, 1, -1, 1, label=7)
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    return tmp_path


def render(out, *options: str) -> int:
    return session.main(["--out", str(out), *SMALL, *options])


def pictures(run) -> dict[int, str]:
    return {frame: read_record(run, frame)["files"]["image.png"]["checksum"] for frame in finished_frames(run)}


def test_nodes_share_the_draws_of_two_cameras(two_cameras, capfd):
    whole, shared = two_cameras / "whole", two_cameras / "shared"
    assert render(whole, "--draws", "3", SPEC) == 0
    assert "6 frames, 3 draws of 2 views" in capfd.readouterr().out
    assert render(shared, "--draws", "3", SPEC, "--frames", "1-2") == 0
    assert read_plan(shared) == read_plan(whole) and finished_frames(shared) == [1, 2]
    assert render(shared, "--frames", "5-6") == 0  # what is left out is as the plan says
    assert finished_frames(shared) == [1, 2, 5, 6]
    assert render(shared) == 0
    assert pictures(shared) == pictures(whole)
    plan = read_plan(whole)
    assert [view.camera for view in plan.views] == ["Camera", "Camera.001"] * 3 and plan.settings.draws == 3
    drawn = [read_record(whole, frame)["draw"]["exposure"]["stops"] for frame in range(1, 7)]
    assert len(set(drawn)) == 6  # a frame's draw is of its number, not of its view


def test_another_number_of_draws_is_another_run(two_cameras, capfd):
    run = two_cameras / "run"
    assert render(run, "--draws", "2", SPEC, "--frames", "1") == 0
    assert render(run, "--draws", "3", SPEC) == 1
    assert "draws is 2 there and 3 here; name a new --out; a run never grows" in capfd.readouterr().err
    assert render(run, "--draws", "1", SPEC) == 1
    assert "never grows" not in capfd.readouterr().err
    assert render(run, "--frames", "5") == 1
    assert "frame 5 was asked for, and 2 views, 2 draws each, have no such frame" in capfd.readouterr().err
    assert render(run, "--camera", "Camera.001") == 1
    said = capfd.readouterr().err
    assert "with frame 1 as view 'Camera' of camera 'Camera'" in said and "leave out --camera" in said


def test_frames_beyond_those_of_the_cameras_are_draws(two_cameras, capfd):
    assert render(two_cameras / "run", "--frames", "5") == 1
    assert "a frame for each of its 2 cameras; --draws renders each" in capfd.readouterr().err


def test_at_least_so_many_frames_are_as_many_draws_as_that_takes(two_cameras, capfd):
    run = two_cameras / "run"
    assert render(run, "--at-least", "5", SPEC, "--plan-only") == 0
    assert "planned, 6 frames, 3 draws of 2 views" in capfd.readouterr().out
    assert read_plan(run).settings.draws == 3 and finished_frames(run) == []
    assert render(run, "--at-least", "6", "--frames", "4") == 0  # as many draws, so the same run
    assert finished_frames(run) == [4]
    assert render(run, "--at-least", "7") == 1
    assert "draws is 3 there and 4 here" in capfd.readouterr().err
    assert render(two_cameras / "other", "--at-least", "7", "--draws", "2") == 1
    assert "--draws and --at-least both say how often" in capfd.readouterr().err


def test_draws_of_nothing_are_told(two_cameras, capfd):
    assert render(two_cameras / "run", "--draws", "2", "--strict") == 1
    assert "nothing is randomised" in capfd.readouterr().err


def test_sampled_views_are_drawn_often_too(empty_scene, tmp_path):
    room(empty_scene)
    box(empty_scene, (1, 1, 0), (2, 2, 1), BLOCK)
    box(empty_scene, (4, 3, 0), (5, 4, 1), BALL)
    scene_labels.set_label_set(empty_scene, LABELS)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "room.blend"))
    run, words = tmp_path / "run", "room 2 labels=2 one_label=1 like=1"
    assert render(run, "--sample-views", words, "--draws", "2", SPEC, "--frames", "1-3") == 0
    plan = read_plan(run)
    assert [view.frame for view in plan.views] == [1, 2, 3, 4] and plan.view_search.accepted == 2
    assert [view.pose for view in plan.views[:2]] == [view.pose for view in plan.views[2:]]
    assert render(run, "--frames", "4") == 0
    first, again = (read_record(run, frame)["draw"]["camera"] for frame in (1, 3))
    assert first != again
