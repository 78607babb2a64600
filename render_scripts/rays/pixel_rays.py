"""Rays through points of a picture, in NumPy alone: pinholes, orthographic cameras, and panoramas as Cycles has them.

Points are (N, 2) in pixels from the upper left corner, x right, y down: the first pixel's centre is (0.5, 0.5).
Directions of cameras are in Blender's axes (x right, y up, looking along -z) before `world_from_camera` turns them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rays:
    """`origins` and unit `directions` (N, 3), from `near` to `far` (N,) metres along.

    `depth` (N, 2): the depth of the point at s metres along is depth[:, 0] + s * depth[:, 1].
    """

    origins: Floats
    directions: Floats
    near: Floats
    far: Floats
    depth: Floats

    def __len__(self) -> int:
        return len(self.origins)

    def __getitem__(self, some: slice | NDArray[np.intp]) -> Rays:
        return Rays(*(getattr(self, name)[some] for name in self.__dataclass_fields__))


def pinhole(intrinsics: Floats, world_from_camera: Floats, clip: tuple[float, float], points: Floats) -> Rays:
    """Through a camera with `intrinsics` (3x3, OpenCV's axes), clipped at planar depths as Cycles does."""
    seen = np.column_stack([points, np.ones(len(points))]) @ np.linalg.inv(intrinsics).T
    return _of_camera(np.zeros_like(seen), seen * (1.0, -1.0, -1.0), world_from_camera, clip)


def parallel(projection: Floats, size: tuple[int, int], world_from_camera: Floats, clip: tuple[float, float],
             points: Floats) -> Rays:  # fmt: skip
    """Through an orthographic camera whose `projection` (4x4, OpenGL) maps its space to -1..1, for a (W, H) picture."""
    width, height = size
    across = np.column_stack([2 * points[:, 0] / width - 1, 1 - 2 * points[:, 1] / height])
    at = (across - projection[:2, 3]) / np.diag(projection)[:2]
    start = np.column_stack([at, np.zeros(len(points))])
    return _of_camera(start, np.tile([0.0, 0.0, -1.0], (len(points), 1)), world_from_camera, clip)


def _of_camera(starts: Floats, ways: Floats, world_from_camera: Floats, clip: tuple[float, float]) -> Rays:
    """Rays whose direction has depth 1, clipped at planar depths."""
    turn, at = world_from_camera[:3, :3], world_from_camera[:3, 3]
    length = np.linalg.norm(ways, axis=1)
    ends = [np.full(len(ways), end) * length for end in clip]
    per_metre = np.column_stack([np.zeros(len(ways)), 1 / length])
    return Rays(starts @ turn.T + at, (ways / length[:, None]) @ turn.T, *ends, per_metre)


def equirectangular(
    size: tuple[int, int],
    longitudes: tuple[float, float],
    latitudes: tuple[float, float],
    world_from_camera: Floats,
    clip: tuple[float, float],
    points: Floats,
) -> Rays:
    """All around, or the part of it between two longitudes and two latitudes in radians. Depth is ray length."""
    u, v = points[:, 0] / size[0], 1 - points[:, 1] / size[1]
    right = longitudes[0] + (longitudes[1] - longitudes[0]) * u
    up = latitudes[0] + (latitudes[1] - latitudes[0]) * v
    ways = np.column_stack([np.sin(right) * np.cos(up), np.sin(up), -np.cos(right) * np.cos(up)])
    return _from_one_point(ways, world_from_camera, clip)


def fisheye(
    size: tuple[int, int], field_of_view: float, world_from_camera: Floats, clip: tuple[float, float], points: Floats
) -> Rays:
    """Equidistant: the angle from the axis grows with the distance from the centre, to half the field of view in
    radians at the edge of the picture. Rays outside that circle have length 0: Cycles casts none. Depth is ray length.
    """
    x, y = 2 * points[:, 0] / size[0] - 1, 1 - 2 * points[:, 1] / size[1]
    radius = np.hypot(x, y)
    angle = radius * field_of_view / 2
    share = np.sin(angle) / np.maximum(radius, 1e-300)
    rays = _from_one_point(np.column_stack([x * share, y * share, -np.cos(angle)]), world_from_camera, clip)
    return Rays(rays.origins, rays.directions, rays.near, np.where(radius > 1, 0.0, rays.far), rays.depth)


def _from_one_point(ways: Floats, world_from_camera: Floats, clip: tuple[float, float]) -> Rays:
    turn, at = world_from_camera[:3, :3], world_from_camera[:3, 3]
    near, far = (np.full(len(ways), end, np.float64) for end in clip)
    return Rays(np.tile(at, (len(ways), 1)), ways @ turn.T, near, far, np.tile([0.0, 1.0], (len(ways), 1)))
