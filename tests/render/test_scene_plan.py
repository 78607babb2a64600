"""What a scene and a request leave open, resolved into a plan."""

from __future__ import annotations

import argparse

import bpy
import pytest
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.contract.labels import LabelSetError, built_in
from render_scripts.arguments import add_arguments, request_from
from render_scripts.request import Request
from render_scripts.resume import continued
from render_scripts.scene_plan import Proposal, propose, samples_of


def request(*options: str) -> Request:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return request_from(parser.parse_args(["--out", "run", "--no-denoise", *options]))


@pytest.fixture
def scene(empty_scene, tmp_path):
    """Two still rectangles, a camera, and a file to be the plan's."""
    camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    return empty_scene


def proposed(scene, *options: str, found=None) -> Proposal:
    return propose(scene, scene.view_layers[0], request(*options), found)


def frames(views) -> list[int]:
    return [view.frame for view in views]


def moving(scene, first: int, last: int) -> None:
    scene.frame_start, scene.frame_end = first, last
    for frame in (first, last):
        scene.camera.location.x = frame
        scene.camera.keyframe_insert("location", index=0, frame=frame)


def test_frames_are_named_once(capsys):
    with pytest.raises(SystemExit):
        request("--frames", "40", "--only-frame", "40")
    assert "argument --only-frame: not allowed with argument --frames" in capsys.readouterr().err


def test_what_would_do_nothing_is_told(scene):
    (told,) = proposed(scene, "--without", "lights").problems
    assert told.fatal and told.message.startswith("--without lights: nothing of that is randomised")
    (told,) = proposed(scene, "--draws", "3").problems
    assert not told.fatal and "nothing is randomised" in told.message


@pytest.mark.parametrize(("use", "samples"), [("USE", 9), ("BOUNDED", 4), ("IGNORE", 4)])
def test_samples_of_a_view_layer_count_as_cycles_counts_them(empty_scene, use, samples):
    empty_scene.cycles.samples, empty_scene.view_layers[0].samples = 4, 9
    empty_scene.cycles.use_layer_samples = use
    assert samples_of(empty_scene, empty_scene.view_layers[0]) == samples
    empty_scene.view_layers[0].samples = 0
    assert samples_of(empty_scene, empty_scene.view_layers[0]) == 4


def test_a_scene_of_another_engine_takes_the_samples_of_that_one(scene):
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.eevee.taa_render_samples = 24
    assert proposed(scene).plan.settings.samples == 24
    assert proposed(scene, "--samples", "7").plan.settings.samples == 7


def test_frames_choose_what_this_start_renders_and_leave_the_plan_whole(scene):
    moving(scene, 1, 6)
    first, second = proposed(scene, "--frames", "1-3"), proposed(scene, "--frames", "4-6")
    assert first.plan == second.plan == proposed(scene).plan
    assert (frames(first.plan.views), frames(first.views)) == ([1, 2, 3, 4, 5, 6], [1, 2, 3])
    assert frames(second.views) == [4, 5, 6] and not first.problems


def test_frames_beyond_the_scenes_own_are_rendered_and_told(scene):
    moving(scene, 1, 3)
    made = proposed(scene, "--frames", "3-5")
    assert (frames(made.plan.views), frames(made.views)) == ([1, 2, 3, 4, 5], [3, 4, 5])
    assert [(problem.fatal, problem.message) for problem in made.problems] == [
        (False, "frame 4 and 1 more was asked for, and is not among the scene's own 3 frames (1 to 3)")
    ]


def test_of_a_scene_with_one_view_frames_say_which_are_rendered(scene):
    made = proposed(scene, "--frames", "5,6")
    assert frames(made.plan.views) == frames(made.views) == [5, 6]


def test_a_run_that_is_there_keeps_its_views_unless_others_are_asked_for(scene):
    found = proposed(scene, "--frames", "5,6").plan
    assert proposed(scene, found=found).views == found.views
    assert frames(proposed(scene, "--frames", "6", found=found).views) == [6]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--size", "3x100"), "3x100 pixels: Blender renders no less than 4 a side"),
        (("--size", "65537x8"), "no more than 65536 samples a side, 65536 pixels"),
        (("--size", "8x21846", "--label-supersample", "3"), "no more than 65536 samples a side, 21845 pixels"),
    ],
)
def test_sizes_that_blender_cannot_render_are_refused_before_the_first_frame(scene, options, told):
    (problem,) = proposed(scene, *options).problems
    assert problem.fatal and told in problem.message


def test_the_largest_size_is_none_of_them(scene):
    assert not proposed(scene, "--size", "21845x4", "--label-supersample", "3").problems


def test_a_percentage_that_leaves_nothing_is_refused(scene):
    scene.render.resolution_x, scene.render.resolution_percentage = 20, 10
    (problem,) = proposed(scene).problems
    assert problem.fatal and problem.message.startswith("2x")


@pytest.mark.parametrize(
    ("kind", "refused"), [("PERSP", []), ("ORTHO", ["stereo"]), ("PANO", ["depth-png", "stereo"])]
)  # fmt: skip
def test_a_camera_that_cannot_give_what_is_asked_for(scene, kind, refused):
    scene.camera.data.type = kind
    problems = proposed(scene, "--with", "stereo,depth-png,depth").problems
    assert [str(problem).split(":")[1].strip() for problem in problems] == [f"--with {name}" for name in refused]
    assert all(problem.fatal and "'Camera'" in str(problem) for problem in problems)
    assert proposed(scene).problems == ()


def test_the_percentage_counts_and_the_border_does_not(scene):
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 200, 100, 45
    scene.render.use_border, scene.render.border_max_x, scene.render.use_crop_to_border = True, 0.5, True
    assert proposed(scene).plan.settings.size == (90, 45)


# Thin labels


def test_thin_labels_are_ids_and_need_half_a_row_of_samples(scene):
    thin = ("--thin-label", "lamp", "--thin-label", "Blinds", "--thin-label", "lamp")
    found = proposed(scene, *thin, "--label-supersample", "5")
    assert found.plan.settings.thin_labels == (13, 35)
    assert found.plan.settings.min_presence == 0.1
    assert found.problems == ()
    assert proposed(scene, *thin, "--min-presence", "0.3").plan.settings.min_presence == 0.3


def test_without_thin_labels_nothing_is_set(scene):
    settings = proposed(scene, "--label-supersample", "3").plan.settings
    assert (settings.thin_labels, settings.min_presence) == ((), 0.0)


def test_a_run_goes_on_with_its_thin_labels(scene):
    asked = ("--thin-label", "lamp", "--label-supersample", "3")
    found = proposed(scene, *asked).plan
    assert propose(scene, scene.view_layers[0], continued(request(), found), found).plan.settings == found.settings


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--thin-label", "lamp"), "--thin-label: one sample a pixel has no shares"),
        (("--min-presence", "0.2", "--label-supersample", "3"), "--min-presence is for labels of thin things"),
    ],
)
def test_thin_labels_that_would_do_nothing_are_refused(scene, options, told):
    (problem,) = proposed(scene, *options).problems
    assert problem.fatal and told in problem.message


def test_a_thin_label_that_is_none_is_refused_with_the_nearest(scene):
    with pytest.raises(LabelSetError, match="did you mean lamp"):
        proposed(scene, "--thin-label", "lampe", "--label-supersample", "3")
