"""Rectangles on a floor: where things stand, turned anyhow, and whether two of them meet. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np


@dataclass(frozen=True)
class Footprint:
    """A rectangle `wide` by `deep` metres about (x, y), turned `turn` degrees anticlockwise, as seen from above."""

    x: float
    y: float
    wide: float
    deep: float
    turn: float = 0.0

    def axes(self) -> np.ndarray:
        """Unit vectors along `wide` and `deep`, as rows, (2, 2)."""
        c, s = cos(radians(self.turn)), sin(radians(self.turn))
        return np.array([[c, s], [-s, c]])

    def corners(self) -> np.ndarray:
        """(4, 2), one after the other around it."""
        half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (self.wide / 2, self.deep / 2)
        return half @ self.axes() + (self.x, self.y)

    def away(self, point: np.ndarray) -> float:
        """How far a point (2,) is from the rectangle, 0 inside."""
        beyond = np.abs((point - (self.x, self.y)) @ self.axes().T) - (self.wide / 2, self.deep / 2)
        return float(np.hypot(*np.maximum(beyond, 0.0)))


def meet(one: Footprint, other: Footprint, gap: float = 0.0) -> bool:
    """Whether two rectangles overlap, or come nearer than `gap` along one of their sides: the separating axis test."""
    a, b = one.corners(), other.corners()
    for axis in (*one.axes(), *other.axes()):
        mine, theirs = a @ axis, b @ axis
        if mine.min() >= theirs.max() + gap or theirs.min() >= mine.max() + gap:
            return False
    return True


def within(footprint: Footprint, width: float, depth: float, slack: float = 1e-6) -> bool:
    """Whether a rectangle lies on a floor from (0, 0) to (width, depth)."""
    corners = footprint.corners()
    return bool((corners >= -slack).all() and (corners <= np.array([width, depth]) + slack).all())


def covered(points: np.ndarray, footprint: Footprint, margin: float = 0.0) -> np.ndarray:
    """Which of the points (..., 2) lie in the rectangle, or nearer than `margin` to it along its sides, (...)."""
    local = np.abs((points - (footprint.x, footprint.y)) @ footprint.axes().T)
    return (local < np.array([footprint.wide, footprint.deep]) / 2 + margin).all(axis=-1)
