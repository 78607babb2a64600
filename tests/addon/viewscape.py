"""Shared by the tests of views: standpoints, what a renderer sees, and a light with keys of its own."""

import math

import bpy
from mathutils import Euler, Matrix

from blender_addon.compat import fcurves
from blender_addon.label_render.viewpoints import find_views
from blender_addon.views.camera_views import Standpoint, View, find_camera, key_frames

PROJECTION = Matrix(((1, 0, 0, 0), (0, 2, 0, 0), (0, 0, -1.002, -0.2), (0, 0, -1, 0)))


def standing(x):
    return Standpoint(Matrix.Translation((x, -4, 1.5)) @ Euler((math.pi / 2, 0, 0.3)).to_matrix().to_4x4(), PROJECTION)


def read_views(scene):
    """The views of the scene's own camera, in the order of their frames."""
    camera, markers = find_camera(scene), {marker.frame: marker for marker in scene.timeline_markers}
    return [View(frame, markers.get(frame)) for frame in key_frames(camera)] if camera else []


def told(scene):
    """[(name, x of the camera)] in the order of rendering, as the renderer would see it."""
    found, here = [], scene.frame_current
    for view in find_views(scene):
        scene.frame_set(view.scene_frame)
        assert scene.camera.name == view.camera
        found.append((view.name, round(scene.camera.matrix_world.translation.x, 4)))
    scene.frame_set(here)
    return found


def lamp(scene, path="location", values=((1, 0.0), (3, 5.0)), interpolation="CONSTANT"):
    """A light with keys of its own."""
    obj = bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "POINT"))
    scene.collection.objects.link(obj)
    for frame, x in values:
        obj.location.x = x
        obj.keyframe_insert(path, index=0, frame=frame)
    for curve in fcurves(obj):
        for point in curve.keyframe_points:
            point.interpolation = interpolation
    return obj
