"""Twelve photographs of the flat: where the camera stands, and how it is set."""

from __future__ import annotations

import bpy
from mathutils import Vector

from blender_addon.compat import fcurves

# name: (eye, looked-at point, focal length in mm on a 36 mm sensor)
VIEWS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float], float]] = {
    "living corner": ((2.62, 4.2, 1.6), (5.3, 1.2, 0.8), 24),
    "sofa": ((3.15, 1.6, 1.35), (6.3, 2.1, 0.8), 26),
    "whole flat from the sofa": ((5.6, 0.75, 1.62), (1.7, 3.5, 0.62), 22),
    "bed": ((3.25, 2.9, 1.5), (0.7, 4.55, 0.65), 26),
    "kitchen": ((2.85, 3.55, 1.6), (1.1, 0.3, 0.95), 25),
    "sink": ((1.55, 1.7, 1.55), (0.95, 0.1, 1.05), 28),
    "study": ((3.9, 2.7, 1.45), (6.3, 4.2, 0.95), 25),
    "desk": ((4.95, 3.2, 1.5), (6.4, 3.98, 0.84), 27),
    "window": ((3.1, 1.6, 1.45), (3.9, 5.2, 1.0), 24),
    "entrance": ((3.0, 3.6, 1.5), (3.9, 0.0, 1.05), 25),
    "dresser and mirror": ((3.0, 2.6, 1.45), (0.1, 1.75, 1.0), 26),
    "from the kitchen": ((0.95, 0.95, 1.55), (4.0, 3.9, 0.75), 23),
}


def add_views(scene: bpy.types.Scene) -> None:
    """One camera that jumps: a constant key and a marker per view, frames 1 to len(VIEWS)."""
    camera = bpy.data.cameras.new("Camera")
    camera.sensor_width, camera.clip_start = 36.0, 0.02
    stand = bpy.data.objects.new("Camera", camera)
    scene.collection.objects.link(stand)
    scene.camera = stand
    for frame, (name, (eye, target, focal)) in enumerate(VIEWS.items(), start=1):
        stand.location = eye
        stand.rotation_euler = (Vector(target) - Vector(eye)).to_track_quat("-Z", "Y").to_euler()
        camera.lens = focal
        for owner, path in ((stand, "location"), (stand, "rotation_euler"), (camera, "lens")):
            owner.keyframe_insert(path, frame=frame)
        scene.timeline_markers.new(name, frame=frame)
    for owner in (stand, camera):
        for curve in fcurves(owner):
            for key in curve.keyframe_points:
                key.interpolation = "CONSTANT"
    scene.frame_start, scene.frame_end = 1, len(VIEWS)
    scene.frame_set(1)


def set_render(scene: bpy.types.Scene) -> None:
    """480x360, few samples and a denoiser, short paths, fireflies clamped."""
    render, cycles = scene.render, scene.cycles
    render.engine, render.resolution_x, render.resolution_y, render.resolution_percentage = "CYCLES", 480, 360, 100
    render.use_persistent_data = True
    cycles.samples, cycles.use_adaptive_sampling, cycles.use_denoising = 10, False, True
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 7, 4, 3
    cycles.transmission_bounces, cycles.transparent_max_bounces = 6, 12
    cycles.sample_clamp_indirect, cycles.sample_clamp_direct = 4.0, 0.0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.blur_glossy = 1.0
    view = scene.view_settings
    view.view_transform, view.look, view.exposure = "AgX", "AgX - Medium High Contrast", 0.25
