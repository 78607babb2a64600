"""The camera of sampled views: an object of our own while a run renders, with the optics of the scene's camera."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import bpy
from mathutils import Matrix

from blender_addon.contract.run import View

from ..request import Refused
from .poses import Optics

NAME = "Sampled view"
LENS = 24.0
"""Millimetres on a 36 mm sensor, where the scene has no camera to take the lens of: 74 degrees across."""
_CLIP = (0.05, 1000.0)


def camera_name(scene: bpy.types.Scene) -> str:
    """What the camera will be called: a name that no object has."""
    names = {obj.name for obj in bpy.data.objects}
    tried = (NAME if not number else f"{NAME} {number}" for number in range(len(names) + 1))
    return next(name for name in tried if name not in names)


def optics_of(scene: bpy.types.Scene, size: tuple[int, int]) -> tuple[Optics, float]:
    """The optics of sampled views in this scene, and the focal length in mm where none is asked for."""
    template = _template(scene)
    if template is None:
        return Optics(size, aspect=_aspect(scene.render)), LENS
    return optics_of_camera(template, scene, size), template.lens


def optics_of_camera(data: bpy.types.Camera, scene: bpy.types.Scene, size: tuple[int, int]) -> Optics:
    return Optics(size, (data.sensor_width, data.sensor_height), data.sensor_fit, _aspect(scene.render))


def _aspect(render: bpy.types.RenderSettings) -> tuple[float, float]:
    return render.pixel_aspect_x, render.pixel_aspect_y


@contextmanager
def sampled_camera(scene: bpy.types.Scene, views: Iterable[View]) -> Iterator[None]:
    """Have the camera that views with a pose name, until the block ends; nothing is added where none has one.

    Raises Refused where an object of the scene has this name.
    """
    name = next((view.camera for view in views if view.pose), None)
    if name is None:
        yield
        return
    template, data = _template(scene), bpy.data.cameras.new(name)
    data.clip_start, data.clip_end = _CLIP
    if template:
        data.sensor_width, data.sensor_height = template.sensor_width, template.sensor_height
        data.sensor_fit = template.sensor_fit
        data.clip_start, data.clip_end = min(template.clip_start, data.clip_start), template.clip_end
    obj, before = bpy.data.objects.new(name, data), scene.camera
    try:
        if obj.name != name:
            raise Refused(
                f"the plan's views are of a camera {name!r} of its own, and the file has an object of this name"
            )
        scene.collection.objects.link(obj)
        yield
    finally:
        scene.camera = before
        bpy.data.objects.remove(obj)
        bpy.data.cameras.remove(data)


def stand(obj: bpy.types.Object, view: View) -> None:
    """Put the camera where a view with a pose has it."""
    if view.pose:
        obj.matrix_world = Matrix(view.pose.matrix)
        obj.data.lens = view.pose.lens


def _template(scene: bpy.types.Scene) -> bpy.types.Camera | None:
    """The scene's camera, where it is one for perspective pictures."""
    obj = scene.camera
    return obj.data if obj and obj.type == "CAMERA" and obj.data.type == "PERSP" else None
