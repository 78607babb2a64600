"""Whether a thing stands: what it stands with, where its weight is, how far it could be tilted. NumPy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIDES = 6
SOLE = 0.005
"""Metres above its lowest point within which a thing stands with what it has there."""


def base_of(corners: Array) -> Array:
    """What triangles `corners` (T, 3, 3) stand with: the outline, (N, 2) counter-clockwise, of all their corners that
    are as low as any, or almost."""
    points = corners.reshape(-1, 3)
    return outline(points[points[:, 2] <= points[:, 2].min() + SOLE, :2])


def outline(points: Array) -> Array:
    """The convex hull of points (N, 2), counter-clockwise (Andrew's monotone chain)."""
    rows = sorted(map(tuple, np.unique(np.round(points, 6), axis=0).tolist()))
    if len(rows) < 3:
        return np.array(rows).reshape(-1, 2)
    half = [_chain(rows), _chain(rows[::-1])]
    return np.array(half[0][:-1] + half[1][:-1])


def _chain(rows: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    found: list[tuple[float, ...]] = []
    for x, y in rows:
        while len(found) > 1:
            (ax, ay), (bx, by) = found[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 1e-12:
                break
            found.pop()
        found.append((x, y))
    return found


def middle_of(corners: Array) -> Array:
    """(3,): where the weight of triangles is that weigh by their area."""
    sides = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(sides, axis=1)
    if not areas.sum():
        return corners.reshape(-1, 3).mean(axis=0)
    return (corners.mean(axis=1) * areas[:, None]).sum(axis=0) / areas.sum()


def steadiness(corners: Array) -> float:
    """By which slope (rise over run) a thing could be tilted until it falls; 0 or less where it does not stand."""
    base, middle = base_of(corners), middle_of(corners)
    if len(base) < 3:
        return 0.0
    along = np.roll(base, -1, axis=0) - base
    inwards = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.linalg.norm(along, axis=1)[:, None]
    nearest = ((middle[:2] - base) * inwards).sum(axis=1).min()
    return float(nearest / max(middle[2] - corners[..., 2].min(), 1e-6))


def lying(axes: Array, side: int) -> Array:
    """The turn (3, 3) that brings one of `SIDES` of a thing down: 0 none, then about its own level axes by quarters.

    `axes` (3, 3): unit vectors as rows, of a box around it.
    """
    if side == 0:
        return np.eye(3)
    order = np.argsort(np.abs(axes[:, 2]))
    axis, quarters = ((order[0], 1), (order[0], 2), (order[0], 3), (order[1], 1), (order[1], 3))[side - 1]
    level = axes[axis] * (1, 1, 0)
    if not np.linalg.norm(level):
        return np.eye(3)
    x, y, _ = level / np.linalg.norm(level)
    c, s = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarters]  # exact, so that what is level stays level
    cross = np.array([[0, 0, y], [0, 0, -x], [-y, x, 0]])
    return np.eye(3) + s * cross + (1 - c) * cross @ cross
