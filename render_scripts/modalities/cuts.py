"""Cuts: between which scene frames a camera jumps, so that nothing moves from one image to the other."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from blender_addon.compat import fcurves
from blender_addon.contract.run import Plan, View

_POSE = ("location", "rotation", "delta_", "matrix")


def cuts_around(scene: bpy.types.Scene, plan: Plan, view: View) -> tuple[bool, bool]:
    """Whether there is a cut between the view's scene frame and the one before, and the one after."""
    cameras = {other.scene_frame: other.camera for other in plan.views}
    for other in plan.views:  # several cameras may share a frame
        if other.camera == view.camera:
            cameras[other.scene_frame] = other.camera
    here, camera = view.scene_frame, scene.objects[view.camera]
    jumps = set(_jumps(camera))
    return tuple(
        cameras.get(here + step, view.camera) != view.camera or (here + max(step, 0)) in jumps for step in (-1, 1)
    )  # type: ignore[return-value]


def _jumps(camera: bpy.types.Object) -> Iterator[int]:
    """Frames on which the camera, or what it hangs on, stands elsewhere at once: after a constant key."""
    obj: bpy.types.Object | None = camera
    while obj:
        for curve in fcurves(obj):
            points = curve.keyframe_points
            for before, after in zip(points, points[1:]):
                moved = before.co[1] != after.co[1] and before.interpolation == "CONSTANT"
                if moved and curve.data_path.startswith(_POSE):
                    yield round(after.co[0])
        obj = obj.parent
