"""Rays through points of a picture, in NumPy alone: pinholes, bent or straight, orthographic cameras, panoramas.

Points are (N, 2) in pixels from the upper left corner, x right, y down: the first pixel's centre is (0.5, 0.5).
Directions of cameras are in Blender's axes (x right, y up, looking along -z) before `world_from_camera` turns them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..lens import Terms, straight

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


def bent_pinhole(
    intrinsics: Floats, terms: Terms, world_from_camera: Floats, clip: tuple[float, float], points: Floats
) -> Rays:
    """A pinhole whose lens is bent by `terms`, clipped at ray lengths: it is a panorama to Cycles. Depth is planar."""
    seen = np.column_stack([points, np.ones(len(points))]) @ np.linalg.inv(intrinsics).T
    ways = np.column_stack([straight(seen[:, :2], terms), seen[:, 2]]) * (1.0, -1.0, -1.0)
    rays = _of_camera(np.zeros_like(ways), ways, world_from_camera, clip)
    near, far = (np.full(len(points), end, np.float64) for end in clip)
    return replace(rays, near=near, far=far)


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


def from_one_point(ways: Floats, world_from_camera: Floats, clip: tuple[float, float]) -> Rays:
    """Rays of panoramas, clipped at ray lengths, which their depth is; those without a way, nan, have length 0."""
    shown = np.isfinite(ways).all(axis=1)
    ways = np.where(shown[:, None], ways / np.linalg.norm(ways, axis=1)[:, None], (0.0, 0.0, -1.0))
    turn, at = world_from_camera[:3, :3], world_from_camera[:3, 3]
    near, far = (np.full(len(ways), end, np.float64) for end in clip)
    return Rays(
        np.tile(at, (len(ways), 1)), ways @ turn.T, near, np.where(shown, far, 0.0), np.tile([0.0, 1.0], (len(ways), 1))
    )
