"""The rays of a frame's camera, from what its record says of the camera and what the scene says beyond that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.label_render.covering import Projection

from .. import compat
from ..camera import metres_per_unit
from ..lens import fitted, of_record
from ..sampled_views.view_camera import optics_of_camera
from . import panoramas
from .pixel_rays import Floats, Rays, bent_pinhole, from_one_point, parallel, pinhole

RaysThrough = Callable[[NDArray[np.float64]], Rays]
"""Rays through points of the picture, (N, 2) in pixels from its upper left corner; in Blender units."""


class NoRays(ValueError):
    """Rays of such a camera are not known; the message says of which."""


def rays_of(recorded: Mapping[str, Any], depsgraph: bpy.types.Depsgraph) -> RaysThrough:
    """The rays of the camera that frame.json describes, so that its matrices are held against the picture, too.

    The depsgraph's scene camera is that camera; it says what the record does not: clipping, shift of parallel rays,
    and which panorama. Raises NoRays for one that is not known here.
    """
    camera = depsgraph.scene_eval.camera
    data, size = camera.data, (int(recorded["width"]), int(recorded["height"]))
    pose = _pose(recorded, depsgraph)
    clip = (data.clip_start, data.clip_end)
    if recorded["K"] is not None:
        matrix = np.array(recorded["K"], np.float64)
        if recorded.get("distortion"):
            try:
                terms = of_record(recorded["distortion"])
            except ValueError as error:
                raise NoRays(str(error)) from None
            return lambda points: bent_pinhole(matrix, terms, pose, clip, points)
        return lambda points: pinhole(matrix, pose, clip, points)
    if data.type == "ORTHO":
        projection = _orthographic(depsgraph, size)
        return lambda points: parallel(projection, size, pose, clip, points)
    if data.type == "PANO":
        ways = _panorama(data, depsgraph.scene_eval, size)
        return lambda points: from_one_point(ways(points), pose, clip)
    raise NoRays(f"cameras of type {data.type.lower()}")


def projection_of(recorded: Mapping[str, Any], depsgraph: bpy.types.Depsgraph) -> Projection | None:
    """How the camera of `rays_of` lays the world onto its picture; None where straight lines do not stay straight."""
    data, size = depsgraph.scene_eval.camera.data, (int(recorded["width"]), int(recorded["height"]))
    if recorded.get("distortion"):
        return None
    if recorded["K"] is not None:
        seen = np.linalg.inv(_pose(recorded, depsgraph))[:3]
        matrix = np.vstack([np.array(recorded["K"], np.float64) @ seen, seen[2:]])[[0, 1, 3, 2]]
    elif data.type == "ORTHO":
        to_pixels = np.array([[size[0] / 2, 0, 0, size[0] / 2], [0, -size[1] / 2, 0, size[1] / 2]])
        clip = _orthographic(depsgraph, size)
        onto = np.vstack([to_pixels @ clip, [[0, 0, -1, 0], [0, 0, 0, 1]]])
        matrix = onto @ np.linalg.inv(_pose(recorded, depsgraph))
    else:
        return None
    return Projection(matrix, size, float(data.clip_start), float(data.clip_end))


def _pose(recorded: Mapping[str, Any], depsgraph: bpy.types.Depsgraph) -> Floats:
    """4x4, `world_from_camera` in Blender units."""
    pose = np.array(recorded["world_from_camera"], np.float64)
    pose[:3, 3] /= metres_per_unit(depsgraph.scene_eval)
    return pose


def _orthographic(depsgraph: bpy.types.Depsgraph, size: tuple[int, int]) -> Floats:
    """From the space of the scene's camera to -1..1 (OpenGL)."""
    render = depsgraph.scene_eval.render
    aspect = {"scale_x": render.pixel_aspect_x, "scale_y": render.pixel_aspect_y}
    camera = depsgraph.scene_eval.camera
    return np.array(camera.calc_matrix_camera(depsgraph, x=size[0], y=size[1], **aspect), np.float64)


def _panorama(data: bpy.types.Camera, scene: bpy.types.Scene, size: tuple[int, int]) -> Callable[[Floats], Floats]:
    """The ways that a panorama looks through points of its picture, in pixels."""
    seen = compat.panorama(data)
    sensor = 2 * np.array(optics_of_camera(data, scene, size).tangents(1.0))  # mm across and up

    def shares(points: Floats) -> Floats:
        return np.column_stack([points[:, 0] / size[0], 1 - points[:, 1] / size[1]])

    def millimetres(points: Floats) -> Floats:
        return (shares(points) - 0.5) * sensor

    kind = seen.panorama_type
    if kind == "EQUIRECTANGULAR":
        longitudes, latitudes = (seen.longitude_min, seen.longitude_max), (seen.latitude_min, seen.latitude_max)
        return lambda points: panoramas.equirectangular(shares(points), longitudes, latitudes)
    if kind == "CENTRAL_CYLINDRICAL":
        around = seen.central_cylindrical_range_u_min, seen.central_cylindrical_range_u_max
        heights = seen.central_cylindrical_range_v_min, seen.central_cylindrical_range_v_max
        radius = seen.central_cylindrical_radius
        return lambda points: panoramas.cylinder(shares(points), around, heights, radius)
    if kind == "EQUIANGULAR_CUBEMAP_FACE":
        return lambda points: panoramas.cube_face(shares(points))
    if kind == "MIRRORBALL":
        return lambda points: panoramas.mirror_ball(shares(points))
    if kind == "FISHEYE_EQUIDISTANT":
        return lambda points: panoramas.equidistant(shares(points), seen.fisheye_fov)
    if kind == "FISHEYE_EQUISOLID":
        return lambda points: panoramas.equisolid(millimetres(points), seen.fisheye_lens, seen.fisheye_fov)
    if kind == "FISHEYE_LENS_POLYNOMIAL":
        terms = [getattr(seen, f"fisheye_polynomial_k{power}") for power in range(5)]
        return lambda points: panoramas.lens_polynomial(millimetres(points), terms, seen.fisheye_fov)
    raise NoRays(f"panoramas of type {kind.lower()}")


def rounding_of(recorded: Mapping[str, Any], depsgraph: bpy.types.Depsgraph) -> Callable[[Floats], Floats]:
    """How many pixels a render's own rays may lie beside these, at points of the picture, (N,).

    Cycles takes the direction on the sensor of two of its fisheyes from an arc cosine in float32: near the row through
    the middle that is coarse. A bent lens is a polynomial there, and not quite OpenCV's. Raises NoRays for a lens that
    nothing can be.
    """
    data, size = depsgraph.scene_eval.camera.data, (int(recorded["width"]), int(recorded["height"]))
    matrix, off, middle = recorded["K"], 0.0, np.array(size) / 2
    if recorded.get("distortion"):
        try:
            off = fitted(of_record(recorded["distortion"]), matrix, size, float(recorded["lens_mm"])).off
        except ValueError as error:
            raise NoRays(str(error)) from None
        middle = np.array([matrix[0][2], matrix[1][2]])
    elif data.type != "PANO" or not compat.panorama(data).panorama_type.startswith("FISHEYE"):
        return lambda points: np.zeros(len(points))

    def rounding(points: Floats) -> Floats:
        x, y = np.abs(points - middle).T
        square = x**2 + y**2
        coarse = np.minimum(_ULP * square / np.maximum(y, 1e-9), np.sqrt(2 * _ULP * square))
        return off + coarse

    return rounding


_ULP = 2.0**-23
"""Of numbers near 1 in float32."""
