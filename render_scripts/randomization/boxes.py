"""Boxes that stand anyhow in space, and whether they overlap: NumPy, for all against all that could."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
"""4x4, columns as Blender's: it takes points (x, y, z, 1) to the world."""


@dataclass(frozen=True)
class Box:
    """`centre` (3,), `axes` (3, 3): unit vectors as rows, `half` (3,): half its sizes along them."""

    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    half: NDArray[np.float64]

    @property
    def reach(self) -> NDArray[np.float64]:
        """Half the size along x, y, z of the upright box around it."""
        return self.half @ np.abs(self.axes)


def box_of(matrix: Matrix, low: NDArray[np.float64], high: NDArray[np.float64]) -> Box:
    """The box of local corners `low` and `high` in the world; of a sheared matrix, one that contains it."""
    columns = matrix[:3, :3].T * ((high - low) / 2)[:, None]
    half = np.linalg.norm(columns, axis=1)
    centre = matrix[:3, :3] @ ((low + high) / 2) + matrix[:3, 3]
    axes = columns / np.where(half, half, 1)[:, None]
    if (half > 0).all() and np.abs(axes @ axes.T - np.eye(3)).max() < 1e-3:
        return Box(centre, axes, half)
    return Box(centre, np.eye(3), np.abs(columns).sum(axis=0))


def moved(box: Box, motion: Matrix) -> Box:
    """A box after a rigid motion of the world."""
    turn = motion[:3, :3]
    return Box(turn @ box.centre + motion[:3, 3], box.axes @ turn.T, box.half)


def overlap(one: Box, other: Box, by: float = 0.0) -> bool:
    """Whether two boxes have more than `by` of each other: no axis parts them (Gottschalk, Lin, Manocha, "OBBTree",
    1996)."""
    apart = other.centre - one.centre
    if (np.abs(apart) > one.reach + other.reach - by).any():
        return False
    crossed = np.cross(one.axes[:, None], other.axes[None, :]).reshape(9, 3)
    lengths = np.linalg.norm(crossed, axis=1)
    axes = np.vstack([one.axes, other.axes, crossed[lengths > 1e-6] / lengths[lengths > 1e-6, None]])
    reaches = np.abs(axes @ one.axes.T) @ one.half + np.abs(axes @ other.axes.T) @ other.half
    return not bool((np.abs(axes @ apart) > reaches - by).any())


def motion_about(centre: NDArray[np.float64], x: float, y: float, degrees: float) -> Matrix:
    """A turn about the vertical through `centre`, then a move along x and y."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    found = np.eye(4)
    found[:3, :3] = turn
    found[:3, 3] = centre + (x, y, 0.0) - turn @ centre
    return found
