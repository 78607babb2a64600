"""What the rays of a LiDAR's turn meet first, all of them at once: surface by surface, the nearest first.

`caster` asks ray by ray what lies behind what; here all rays start at one point, and only the nearest is wanted. So of
each surface only those rays are cast that look its way and have met nothing before its box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .pixel_rays import Floats, Rays
from .surfaces import Surface

NOTHING = -1
_FURTHEST = 3e38
"""What a tree takes for the length of a ray at most."""


@dataclass(frozen=True)
class Turn:
    """Rays from `pose` (4x4, upright, into the world): beams at `heights` (B,) above its plane, rising, at each of
    `columns` even angles from its x axis to its y axis, from `near` to `far` along."""

    pose: Floats
    heights: Floats
    columns: int
    near: float
    far: float

    def ways(self) -> Floats:
        """(columns * B, 3) unit vectors in the world, column after column."""
        turn = np.arange(self.columns) / self.columns * 2 * np.pi
        turns, heights = (grid.ravel() for grid in np.meshgrid(turn, self.heights, indexing="ij"))
        flat = np.cos(heights)
        ways = np.stack([np.cos(turns) * flat, np.sin(turns) * flat, np.sin(heights)], axis=-1)
        return ways @ self.pose[:3, :3].T

    def rays(self, ways: Floats) -> Rays:
        """Some of them, ray by ray."""
        count = len(ways)
        ends = np.full(count, self.near), np.full(count, self.far)
        return Rays(np.tile(self.pose[:3, 3], (count, 1)), ways, *ends, np.tile([0.0, 1.0], (count, 1)))

    def towards(self, centre: Floats, radius: float) -> NDArray[np.intp]:
        """The rays that may meet a ball, `centre` in the axes of `pose`."""
        away, beams = float(np.linalg.norm(centre)), len(self.heights)
        width = np.arcsin(radius / away) if radius < away else np.pi
        height = np.arcsin(np.clip(centre[2] / away, -1, 1)) if away else 0.0
        low, high = np.searchsorted(self.heights, (height - width - _SLACK, height + width + _SLACK))
        if abs(height) + width >= np.pi / 2 - _SLACK:
            columns = np.arange(self.columns)
        else:
            step = 2 * np.pi / self.columns
            middle = np.arctan2(centre[1], centre[0])
            half = np.arcsin(min(np.sin(width) / np.cos(height), 1.0)) + _SLACK
            first, last = np.ceil((middle - half) / step), np.floor((middle + half) / step)
            columns = np.arange(int(first), min(int(last), int(first) + self.columns - 1) + 1) % self.columns
        return (columns[:, None] * beams + np.arange(low, high)).ravel()


_SLACK = 1e-6
"""Radians by which more rays are asked than meet a ball on paper."""


@dataclass(frozen=True)
class Met:
    """Of each ray: the number of the surface that it meets first (`NOTHING`: none), the triangle, and how far along."""

    surfaces: NDArray[np.intp]
    triangles: NDArray[np.intp]
    distances: Floats


def first_met(surfaces: Sequence[Surface], boxes: tuple[Floats, Floats], turn: Turn, ways: Floats) -> Met:
    """What the rays of a turn meet first; `boxes`: (S, 3) lower and upper corners, `ways`: `turn.ways()`."""
    met = Met(np.full(len(ways), NOTHING), np.full(len(ways), NOTHING), np.full(len(ways), turn.far))
    low, high = boxes
    origin = turn.pose[:3, 3]
    centres = ((low + high) / 2 - origin) @ turn.pose[:3, :3]
    radii = np.linalg.norm(high - low, axis=1) / 2
    nearest = np.linalg.norm(centres, axis=1) - radii
    with np.errstate(divide="ignore"):
        slowness = 1 / ways
    for number in np.argsort(nearest, kind="stable").tolist():
        if nearest[number] > met.distances.max():
            break
        some = turn.towards(centres[number], float(radii[number]))
        entered, left = _through(low[number] - origin, high[number] - origin, slowness[some])
        some = some[(left >= np.maximum(entered, turn.near)) & (entered < met.distances[some])]
        if len(some):
            _cast(met, number, surfaces[number], some, origin, ways[some], turn.near)
    return met


def _through(low: Floats, high: Floats, slowness: Floats) -> tuple[Floats, Floats]:
    """Where rays from the origin enter and leave a box; a ray in the very plane of a side is not held to that axis."""
    with np.errstate(invalid="ignore"):
        ends = np.stack([low * slowness, high * slowness])
    return np.fmax.reduce(np.fmin(*ends), axis=1), np.fmin.reduce(np.fmax(*ends), axis=1)


def _cast(
    met: Met, number: int, surface: Surface, some: NDArray[np.intp], origin: Floats, ways: Floats, near: float
) -> None:
    """Cast some rays against a surface in its own space, no further than what they have met."""
    turned = ways @ surface.inverse[:3, :3].T
    start = surface.inverse[:3, :3] @ origin + surface.inverse[:3, 3]
    scale = np.linalg.norm(turned, axis=1)  # the tree takes the direction alone, and measures in its own space
    starts = (start + near * turned).tolist()
    most = np.minimum((met.distances[some] - near) * scale, _FURTHEST).tolist()
    cast = surface.shape.tree.ray_cast
    hits = [cast(*ray) for ray in zip(starts, (turned / scale[:, None]).tolist(), most)]
    hit = np.array([found[2] is not None for found in hits])
    if hit.any():
        along = near + np.array([found[3] for found in hits if found[2] is not None]) / scale[hit]
        nearer = along < met.distances[some[hit]]
        rays = some[hit][nearer]
        met.surfaces[rays], met.distances[rays] = number, along[nearer]
        met.triangles[rays] = np.array([found[2] for found in hits if found[2] is not None])[nearer]
