"""What a camera sees, as numbers: intrinsics and extrinsics of the camera of a frame, with their conventions."""

from __future__ import annotations

from typing import Any

import bpy
from mathutils import Matrix

from .lens import Terms

CONVENTIONS = {
    "K": "pixels; (0, 0) is the top left corner of the image, the first pixel's centre is (0.5, 0.5); x right, y down",
    "world_from_camera": "Blender's camera axes: x right, y up, looking along -z; metres",
    "camera_from_world": "OpenCV's camera axes: x right, y down, looking along +z; metres; K @ (camera_from_world @ "
    "point)",
    "lens_mm": "focal length in millimetres on Blender's sensor",
    "ortho_scale": "metres that the picture shows along the side that the sensor fits; null for other cameras",
    "distortion": "OpenCV's k1, k2, p1, p2, k3, as cv2.projectPoints and cv2.undistortPoints take them beside K; null "
    "where straight lines stay straight; `distortion_off`: pixels by which the picture differs from it at most",
}

_DISTORTION, _OFF = "labelpass_distortion", "labelpass_distortion_off"
"""Custom properties of the cameras of ours whose lens is bent."""


def metres_per_unit(scene: bpy.types.Scene) -> float:
    """A Blender unit in metres: the scene's unit scale, which says nothing where the scene has no units."""
    units = scene.unit_settings
    return float(units.scale_length) if units.system != "NONE" else 1.0


def mark_bent(data: bpy.types.Camera, terms: Terms, off: float) -> None:
    """Say that this panorama is a perspective camera of its own focal length and sensor whose lens is bent."""
    k1, k2, k3 = terms
    told = [k1, k2, 0.0, 0.0, k3]
    if list(data.get(_DISTORTION, ())) != told or data.get(_OFF) != off:
        data[_DISTORTION], data[_OFF] = told, off


def distortion_of(data: bpy.types.Camera) -> list[float] | None:
    """What `mark_bent` said; None of a straight lens."""
    return [float(term) for term in data.get(_DISTORTION, ())] or None


def describe_camera(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph, size: tuple[int, int]) -> dict[str, Any]:
    """Intrinsics and extrinsics of a camera for an image of `size` (width, height), ready for JSON.

    `K` is 3x3 and None for cameras that are no pinhole, bent or not; the matrices are 4x4, row by row, in metres.
    """
    camera = obj.evaluated_get(depsgraph)
    width, height = size
    metres = metres_per_unit(depsgraph.scene_eval)
    world_from_camera = camera.matrix_world.normalized()  # Cycles ignores a camera's scale
    flipped = world_from_camera.copy()
    for row in range(3):
        flipped[row][1], flipped[row][2] = -flipped[row][1], -flipped[row][2]
    matrix = None
    distortion = distortion_of(camera.data)
    if camera.data.type == "PERSP" or distortion:
        # Blender's projection (OpenGL): it knows sensor fit and shift, and takes a panorama for a perspective camera.
        render = depsgraph.scene_eval.render
        aspect = {"scale_x": render.pixel_aspect_x, "scale_y": render.pixel_aspect_y}
        projection = camera.calc_matrix_camera(depsgraph, x=width, y=height, **aspect)
        matrix = [
            [projection[0][0] * width / 2, 0.0, (1 - projection[0][2]) * width / 2],
            [0.0, projection[1][1] * height / 2, (1 + projection[1][2]) * height / 2],
            [0.0, 0.0, 1.0],
        ]
    return {
        "name": obj.name,
        "type": "PERSP" if distortion else camera.data.type,
        "width": width,
        "height": height,
        "K": matrix,
        "distortion": distortion,
        "distortion_off": camera.data.get(_OFF) if distortion else None,
        "world_from_camera": _in_metres(world_from_camera, metres),
        "camera_from_world": _in_metres(flipped.inverted(), metres),
        "lens_mm": camera.data.lens,
        "ortho_scale": camera.data.ortho_scale * metres if camera.data.type == "ORTHO" else None,
        "conventions": CONVENTIONS,
    }


def _in_metres(matrix: Matrix, metres: float) -> list[list[float]]:
    """A rotation and a translation in Blender units, row by row."""
    return [[*row[:3], row[3] * (1.0 if at == 3 else metres)] for at, row in enumerate(matrix)]
