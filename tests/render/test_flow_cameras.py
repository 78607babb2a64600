"""Flow through cameras whose lens or place is animated, forward and backward, against answers known on paper."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Euler
from scenery import HEIGHT, WIDTH, camera, rectangle, settings, shoot

from blender_addon.contract.run import View
from blender_addon.label_render.label_pass import RenderFailed
from render_scripts import compat, preflight

LENS = WIDTH * 50 / 36
"""Focal length in pixels of Blender's default camera."""
METRE = 2.0
"""Pixels of the orthographic cameras here: 8 m wide."""
X, Y = np.meshgrid(np.arange(WIDTH) + 0.5 - WIDTH / 2, HEIGHT / 2 - np.arange(HEIGHT) - 0.5)
"""Where the pixels' centres are, from the middle of the picture, to the right and up."""


def keyed(owner, path, *values):
    """A key on each frame from 0 on."""
    for frame, value in enumerate(values):
        setattr(owner, path, value)
        owner.keyframe_insert(path, frame=frame)


@pytest.fixture
def flow(empty_scene, tmp_path):
    """Render frame 1, after another: its flow, {"Backward" and "Forward": (to the right, up), (H, W) each}."""

    def flow(k=1, after=3, **changes):
        chosen = settings(label_supersample=k, modalities=("flow",), **changes)
        _, files, _ = shoot(empty_scene, tmp_path, chosen, *([] if after is None else [after]), 1)
        back_x, back_y, forth_x, forth_y = np.moveaxis(files["flow.exr"], -1, 0)
        return {"Backward": (back_x, -back_y), "Forward": (forth_x, -forth_y)}

    return flow


def agree(found, before, after, atol=2e-4):
    """`before` and `after`: where what each pixel shows is then, to the right and up of the middle of the picture."""
    for name, (x, y) in (("Backward", before), ("Forward", after)):
        np.testing.assert_allclose(found[name][0], np.broadcast_to(x - X, X.shape), atol=atol, err_msg=name)
        np.testing.assert_allclose(found[name][1], np.broadcast_to(y - Y, Y.shape), atol=atol, err_msg=name)


@pytest.mark.parametrize("k", [1, 3])
def test_a_shift_that_is_animated(empty_scene, flow, k):
    """A shift of 0.1 looks 1.6 pixels further; a wall 5 m off moves by 0.5 m to the right meanwhile."""
    eye = camera(empty_scene)
    keyed(eye.data, "shift_x", 0.1, 0.05, -0.2)
    keyed(eye.data, "shift_y", 0.0, 0.1, 0.1)
    wall = rectangle(empty_scene, -9, 9)
    keyed(wall, "location", (0, 0, 0), (0, 0, 0), (0.5, 0, 0))
    agree(flow(k), (X - 0.05 * WIDTH, Y + 0.1 * WIDTH), (X + 0.25 * WIDTH + 0.5 * LENS / 5, Y))


def test_a_shift_and_a_zoom(empty_scene, flow):
    eye = camera(empty_scene)
    keyed(eye.data, "shift_x", 0.25, 0.25, 0.5)
    keyed(eye.data, "lens", 50.0, 50.0, 100.0)
    rectangle(empty_scene, -9, 9)
    agree(flow(), (X, Y), (2 * (X + 0.25 * WIDTH) - 0.5 * WIDTH, 2 * Y), atol=2e-3)


def test_a_shift_that_a_driver_sets(empty_scene, flow):
    eye = camera(empty_scene)
    eye.data.driver_add("shift_x").driver.expression = "frame * 0.1"
    rectangle(empty_scene, -9, 9)
    agree(flow(), (X + 0.1 * WIDTH, Y), (X - 0.1 * WIDTH, Y))


@pytest.mark.parametrize("k", [1, 3])
def test_an_orthographic_scale_that_is_animated(empty_scene, flow, k):
    eye = camera(empty_scene, ortho=8)
    keyed(eye.data, "ortho_scale", 16.0, 8.0, 10.0)
    keyed(eye.data, "shift_x", 0.0, 0.1, 0.1)
    wall = rectangle(empty_scene, -9, 9)
    keyed(wall, "location", (0, 0, 0), (0, 0, 0), (0, 1, 3))
    middle = X + 0.1 * WIDTH
    agree(flow(k), (middle / 2, Y / 2), (0.8 * middle - 0.1 * WIDTH, 0.8 * (Y + METRE)))


@pytest.mark.parametrize("who", ["camera", "parent"])
@pytest.mark.parametrize("k", [1, 3])
def test_an_orthographic_camera_that_moves(empty_scene, flow, k, who):
    """It goes 0.5 m to the right and 0.25 m up, and nearer, which shows nothing; the wall goes down and away."""
    eye = camera(empty_scene, ortho=8)
    mover = eye
    if who == "parent":
        mover = bpy.data.objects.new("rail", None)
        empty_scene.collection.objects.link(mover)
        eye.parent, eye.location = mover, (0, 0, 0)
    keyed(mover, "location", (-0.1, 0, 5), (0, 0, 5), (0.5, 0.25, 4))
    wall = rectangle(empty_scene, -9, 9)
    keyed(wall, "location", (0, 0, 0), (0, 0, 0), (0, -1, -3))
    agree(flow(k), (X + 0.1 * METRE, Y), (X - 0.5 * METRE, Y - 1.25 * METRE))


def test_an_orthographic_camera_that_rolls(empty_scene, flow):
    eye = camera(empty_scene, ortho=8)
    keyed(eye, "rotation_euler", (0, 0, -np.pi / 2), (0, 0, 0), (0, 0, np.pi / 6))
    rectangle(empty_scene, -9, 9)
    cos, sin = np.cos(np.pi / 6), 0.5
    agree(flow(), (-Y, X), (cos * X + sin * Y, cos * Y - sin * X), atol=2e-3)


@pytest.fixture
def turning(empty_scene):
    """Above a floor; in the frame after it leans by 0.3 to where +Y is."""
    eye = camera(empty_scene, ortho=8)
    keyed(eye, "rotation_euler", (0, 0, 0), (0, 0, 0), (0.3, 0, 0))
    rectangle(empty_scene, -20, 20, -20, 20)
    return empty_scene


def test_an_orthographic_camera_that_turns(turning, flow):
    if not compat.vector_pass_knows_orthographic():
        with pytest.raises(RenderFailed, match=r"frame 1: no flow through camera 'Camera'.* turns"):
            flow(after=None)
        return
    up = np.array(Euler((0.3, 0, 0)).to_matrix())[:, 1]
    there = METRE * (up[1] * Y / METRE + up[2] * -5)
    agree(flow(), (X, Y), (X, there), atol=1e-3)


def test_flow_that_cannot_be_told_is_refused_before(turning):
    chosen, views = settings(modalities=("flow",)), [View(n, n, "Camera", "") for n in (5, 1, 2)]
    problems = list(preflight.check_flow(turning, chosen, views))
    if compat.vector_pass_knows_orthographic():
        assert not problems
    else:
        assert [problem.fatal for problem in problems] == [True]
        assert "frame 1: no flow through camera 'Camera'" in problems[0].message
    assert turning.frame_current == 1
    assert not list(preflight.check_flow(turning, settings(modalities=("depth",)), views))
    bpy.data.objects["Camera"].data.type = "PERSP"
    assert not list(preflight.check_flow(turning, chosen, views))


def test_a_panorama_whose_lens_changes_is_refused(empty_scene):
    eye = camera(empty_scene)
    eye.data.type = "PANO"
    seen = compat.panorama(eye.data)
    seen.panorama_type = "FISHEYE_EQUIDISTANT"
    seen.fisheye_fov = 3.0
    views, chosen = [View(1, 1, "Camera", "")], settings(modalities=("flow",))
    assert not list(preflight.check_flow(empty_scene, chosen, views))
    keyed(seen, "fisheye_fov", 3.0, 3.0, 2.0)
    (problem,) = preflight.check_flow(empty_scene, chosen, views)
    assert problem.fatal and "it is a panorama whose lens changes" in problem.message


def test_a_camera_of_which_the_pass_is_right_costs_no_frame(empty_scene, flow, monkeypatch):
    from render_scripts.modalities import screens

    monkeypatch.setattr(screens, "_screen", None)
    for ortho in (None, 8):
        eye = camera(empty_scene, ortho=ortho)
        eye.data.dof.keyframe_insert("focus_distance", frame=1)
        agree_with = flow(after=None)
        assert np.isnan(agree_with["Forward"][0]).all(), "nothing is there"
