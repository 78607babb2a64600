"""The room.blend that the commands of pages are tried on: a room of boxes with what the commands name in it, tiny."""

from __future__ import annotations

from pathlib import Path

import bpy
from room_of_boxes import box
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.compat import fcurves
from blender_addon.contract.labels import built_in

WIDTH, DEPTH, HEIGHT = 9, 7, 2.6
FURNITURE = {
    "Dining table": ("table", (4, 3, 0.7), (5.6, 4, 0.75)),
    "Sofa": ("sofa", (1, 0.2, 0), (3, 1.1, 0.7)),
    "Armchair": ("chair", (8, 1, 0), (8.5, 1.5, 0.9)),
    "Chair 1": ("chair", (3.4, 3.2, 0), (3.8, 3.6, 0.9)),
    "Chair 2": ("chair", (6, 3.4, 0), (6.4, 3.8, 0.9)),
    "Floor lamp": ("lamp", (8.2, 6.2, 0), (8.4, 6.4, 1.6)),
    "Table lamp": ("lamp", (4.6, 3.4, 0.75), (4.8, 3.6, 1.2)),
    "Cabinet": ("cabinet", (6, 6.6, 0), (7.5, 7, 2)),
    "Door": ("door", (8.96, 3, 0), (8.99, 4, 2)),
    "Window": ("window", (1, 6.96, 0.8), (4, 6.99, 2.2)),
    "Picture": ("picture", (0.01, 2, 1), (0.04, 5, 2)),
    "Poster": ("picture", (3.5, 0.01, 1), (7, 0.04, 2)),
}
"""{object: (label, corner, corner)}, in metres."""


def save_room(path: Path) -> None:
    """Save it, with a camera that stands elsewhere in each of four frames."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene, nyu40 = bpy.context.scene, built_in("nyu40")
    scene.render.engine, scene.cycles.samples = "CYCLES", 1
    scene.render.resolution_x, scene.render.resolution_y = 32, 24
    walls = box(scene, (0, 0, 0), (WIDTH, DEPTH, HEIGHT), name="Walls", inside_out=True, without=(0, 1))
    ceiling = rectangle(scene, 0, WIDTH, 0, DEPTH, z=HEIGHT, name="Ceiling")
    floor = rectangle(scene, 0, WIDTH, 0, DEPTH, name="Floor")
    for obj, label in ((walls, "wall"), (ceiling, "ceiling"), (floor, "floor")):
        obj.pass_index = nyu40.find(label).id
    for name, (label, low, high) in FURNITURE.items():
        box(scene, low, high, nyu40.find(label).id, name)
    lamp = bpy.data.objects.new("Light", bpy.data.lights.new("Light", "POINT"))
    lamp.location, lamp.data.energy = (WIDTH / 2, DEPTH / 2, 2), 200
    scene.collection.objects.link(lamp)
    eye = camera(scene, at=(2, 2, 1.5))
    eye.rotation_euler = (1.3, 0, -0.9)
    for frame in range(1, 5):
        eye.location.x = 1 + frame / 2
        eye.keyframe_insert("location", frame=frame)
    for curve in fcurves(eye):
        for point in curve.keyframe_points:
            point.interpolation = "CONSTANT"
    scene_labels.set_label_set(scene, nyu40)
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
