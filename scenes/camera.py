"""A scene's camera, which jumps: a pose, constant keys and a marker for each frame."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians

import bpy
from mathutils import Euler, Matrix, Vector

from scenes.constant_keys import key
from scenes.pose import SENSOR, Pose

NEAR = 0.02  # metres, from which on things are seen


def add_camera(scene: bpy.types.Scene) -> bpy.types.Object:
    data = bpy.data.cameras.new("Camera")
    data.sensor_width, data.clip_start = SENSOR, NEAR
    camera = scene.camera = bpy.data.objects.new("Camera", data)
    scene.collection.objects.link(camera)
    return camera


def key_poses(scene: bpy.types.Scene, poses: Sequence[Pose]) -> None:
    """The scene's camera takes the poses on frames 1 to len(poses), which are the scene's frames then."""
    frames = range(1, len(poses) + 1)
    key(scene.camera, "location", frames, [pose.eye for pose in poses])
    key(scene.camera, "rotation_euler", frames, [_aimed(pose) for pose in poses])
    key(scene.camera.data, "lens", frames, [pose.lens for pose in poses])
    for frame, pose in zip(frames, poses):
        scene.timeline_markers.new(pose.name, frame=frame)
    scene.frame_start, scene.frame_end = 1, len(poses)
    scene.frame_set(1)


def _aimed(pose: Pose) -> Euler:
    level = (Vector(pose.target) - Vector(pose.eye)).to_track_quat("-Z", "Y")
    if not pose.roll:
        return level.to_euler()
    return (level.to_matrix() @ Matrix.Rotation(radians(pose.roll), 3, "Z")).to_euler()
