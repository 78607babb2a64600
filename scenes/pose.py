"""Where a camera stands and what it looks at. Pure."""

from __future__ import annotations

from dataclasses import dataclass

SENSOR = 36.0
"""Millimetres along the longer side of the picture, of which focal lengths and f-numbers speak."""
Point = tuple[float, float, float]


@dataclass(frozen=True)
class Pose:
    """A camera at `eye` that looks at `target` (metres), its focal length in mm, rolled clockwise by degrees."""

    name: str
    eye: Point
    target: Point
    lens: float
    roll: float = 0.0
