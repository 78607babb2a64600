"""Scenes in files, for a command to open: a small room of two labels, variants of it, a table on a floor."""

from __future__ import annotations

from pathlib import Path

import bpy
from scenery import camera, new_scene, rectangle

from blender_addon import scene_labels
from blender_addon.compat import fcurves
from blender_addon.contract.labels import built_in


def save_room(path: Path) -> Path:
    """A floor and a box of two labels, a camera that jumps between four named views."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    rectangle(scene, -4, 4, -3, 3, label=2, name="Floor")
    rectangle(scene, -1, 1, -1, 1, z=0.5, label=7, name="Table")
    cam = camera(scene)
    for frame, name in enumerate(("near", "left", "right", "far"), start=1):
        cam.location = (frame - 2, 0, 3 + frame)
        cam.keyframe_insert("location", frame=frame)
        scene.timeline_markers.new(name, frame=frame)
    for curve in fcurves(cam):
        for point in curve.keyframe_points:
            point.interpolation = "CONSTANT"
    scene.frame_end = 4
    scene_labels.set_label_set(scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def save_table(path: Path, *, table: int = 7, bare: bool = False, script: Path | None = None) -> Path:
    """A floor and a table half as large, seen from above; without a label, and with a script that leaves a trace."""
    scene = new_scene()
    camera(scene, ortho=4)
    rectangle(scene, -9, 9, label=2, name="Floor")
    rectangle(scene, -9, 0, z=1, label=0 if bare else table, name="Table 'x'\n行")
    scene_labels.set_label_set(scene, built_in("nyu40"))
    if script:
        text = bpy.data.texts.new("trace.py")
        text.write(f"open({str(script)!r}, 'w').close()")
        text.use_module = True
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def variant(scene_file: Path, path: Path, change) -> Path:
    bpy.ops.wm.open_mainfile(filepath=str(scene_file))
    change(bpy.context.scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    return path
