"""Poses, fans of rays and focal lengths against numbers from paper."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mathutils import Matrix

from render_scripts.sampled_views.poses import Optics, angles_to, everywhere, fan, pose

angles = st.floats(-180, 180)
HALF = 0.5**0.5


def looks(matrix):
    return -matrix[:3, 2]


@pytest.mark.parametrize(
    ("yaw", "pitch", "direction"),
    [(0, 0, (1, 0, 0)), (90, 0, (0, 1, 0)), (0, -45, (HALF, 0, -HALF)), (180, 30, (-(0.75**0.5), 0, 0.5))],
)
def test_yaw_counts_from_x_to_y_and_pitch_is_above_the_horizon(yaw, pitch, direction):
    assert looks(pose(np.zeros(3), yaw, pitch)) == pytest.approx(direction, abs=1e-6)


def test_roll_is_clockwise_as_the_camera_sees_it():
    # Looking along +Y: right is +X. Turned clockwise by 90 degrees the camera's right hand points down.
    matrix = pose(np.zeros(3), 90, 0, 90)
    assert matrix[:3, 0] == pytest.approx((0, 0, -1), abs=1e-6)
    assert matrix[:3, 1] == pytest.approx((1, 0, 0), abs=1e-6)


@given(angles, st.floats(-89, 89), angles, st.tuples(*[st.floats(-1e3, 1e3)] * 3))
def test_a_pose_is_a_right_handed_rotation_at_the_eye(yaw, pitch, roll, eye):
    matrix = pose(np.array(eye), yaw, pitch, roll)
    assert matrix[:3, :3] @ matrix[:3, :3].T == pytest.approx(np.eye(3), abs=1e-5)
    assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(matrix, np.round(matrix, 6)) and matrix[:3, 3] == pytest.approx(eye, abs=1e-6)
    assert not np.signbit(matrix[matrix == 0]).any()


@given(st.tuples(*[st.floats(-10, 10)] * 3), st.tuples(*[st.floats(-10, 10)] * 3))
def test_angles_to_a_point_look_at_it(eye, target):
    gap = np.subtract(target, eye)
    if np.linalg.norm(gap[:2]) > 0.1:
        matrix = pose(np.array(eye), *angles_to(np.array(eye), np.array(target)))
        assert looks(matrix) == pytest.approx(gap / np.linalg.norm(gap), abs=1e-5)


@pytest.mark.parametrize("size", [(480, 360), (360, 480), (300, 300)])
@pytest.mark.parametrize("fit", ["AUTO", "HORIZONTAL", "VERTICAL"])
@pytest.mark.parametrize("aspect", [(1.0, 1.0), (2.0, 1.0)])
def test_tangents_are_those_of_blenders_own_projection(empty_scene, size, fit, aspect):
    data = bpy.data.cameras.new("Camera")
    data.sensor_width, data.sensor_height, data.sensor_fit, data.lens = 32.0, 20.0, fit, 28.0
    obj = bpy.data.objects.new("Camera", data)
    empty_scene.collection.objects.link(obj)
    made = obj.calc_matrix_camera(
        bpy.context.evaluated_depsgraph_get(), x=size[0], y=size[1], scale_x=aspect[0], scale_y=aspect[1]
    )
    optics = Optics(size, (32.0, 20.0), fit, aspect)
    assert optics.tangents(28.0) == pytest.approx((1 / made[0][0], 1 / made[1][1]), rel=1e-5)
    assert optics.lens(float(np.degrees(2 * np.arctan(optics.tangents(28.0)[0])))) == pytest.approx(28.0)


def test_a_fan_starts_at_the_top_left():
    matrix = pose(np.zeros(3), 90, 0)  # along +Y, right is +X, up is +Z
    rays = fan(matrix, (1.0, 0.5), 2, 2)
    expected = np.array([(-0.5, 1, 0.25), (0.5, 1, 0.25), (-0.5, 1, -0.25), (0.5, 1, -0.25)])
    assert rays == pytest.approx(expected / np.linalg.norm(expected, axis=1, keepdims=True), abs=1e-6)


def test_a_fan_is_what_blender_shows(empty_scene):
    data = bpy.data.cameras.new("Camera")
    obj = bpy.data.objects.new("Camera", data)
    empty_scene.collection.objects.link(obj)
    matrix = pose(np.array([1.0, 2.0, 3.0]), 40, -20, 10)
    obj.matrix_world = Matrix(matrix.tolist())
    bpy.context.view_layer.update()
    frame = [np.array(obj.matrix_world @ corner) - matrix[:3, 3] for corner in data.view_frame(scene=empty_scene)]
    size = (empty_scene.render.resolution_x, empty_scene.render.resolution_y)
    corners = fan(matrix, Optics(size, (data.sensor_width, data.sensor_height)).tangents(data.lens), 1000, 1000)
    top_right = frame[0] / np.linalg.norm(frame[0])
    assert corners[999] == pytest.approx(top_right, abs=2e-3)


def test_directions_everywhere_are_even():
    rays = everywhere(64)
    assert np.linalg.norm(rays, axis=1) == pytest.approx(np.ones(64))
    assert rays.mean(axis=0) == pytest.approx(np.zeros(3), abs=0.02)
    assert (rays @ rays.T - 2 * np.eye(64)).max() < np.cos(np.radians(15))  # none nearer to another than 15 degrees
