"""The rays of a frame's camera, from what its record says of the camera and what the scene says beyond that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from .. import compat
from .pixel_rays import Rays, equirectangular, fisheye, parallel, pinhole

RaysThrough = Callable[[NDArray[np.float64]], Rays]
"""Rays through points of the picture, (N, 2) in pixels from its upper left corner."""


class NoRays(ValueError):
    """Rays of such a camera are not known; the message says of which."""


def rays_of(recorded: Mapping[str, Any], depsgraph: bpy.types.Depsgraph) -> RaysThrough:
    """The rays of the camera that frame.json describes, so that its matrices are held against the picture, too.

    The depsgraph's scene camera is that camera; it says what the record does not: clipping, shift of parallel rays,
    and which panorama. Raises NoRays for a panorama that is neither equirectangular nor an equidistant fisheye.
    """
    camera = depsgraph.scene_eval.camera
    data, size = camera.data, (int(recorded["width"]), int(recorded["height"]))
    pose = np.array(recorded["world_from_camera"], np.float64)
    clip = (data.clip_start, data.clip_end)
    if recorded["K"] is not None:
        matrix = np.array(recorded["K"], np.float64)
        return lambda points: pinhole(matrix, pose, clip, points)
    if data.type == "ORTHO":
        render = depsgraph.scene_eval.render
        aspect = {"scale_x": render.pixel_aspect_x, "scale_y": render.pixel_aspect_y}
        projection = np.array(camera.calc_matrix_camera(depsgraph, x=size[0], y=size[1], **aspect), np.float64)
        return lambda points: parallel(projection, size, pose, clip, points)
    if data.type == "PANO":
        panorama = compat.panorama(data)
        if panorama.panorama_type == "EQUIRECTANGULAR":
            longitudes = panorama.longitude_min, panorama.longitude_max
            latitudes = panorama.latitude_min, panorama.latitude_max
            return lambda points: equirectangular(size, longitudes, latitudes, pose, clip, points)
        if panorama.panorama_type == "FISHEYE_EQUIDISTANT":
            return lambda points: fisheye(size, panorama.fisheye_fov, pose, clip, points)
        raise NoRays(f"panoramas of type {panorama.panorama_type.lower()}")
    raise NoRays(f"cameras of type {data.type.lower()}")
