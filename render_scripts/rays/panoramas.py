"""The panoramas of Cycles, in NumPy alone: which way each looks through points of its picture.

Points are (N, 2): shares of the picture from its lower left corner, or mm of the sensor from its middle, right and up.
Ways are (N, 3) in Blender's camera axes (x right, y up, looking along -z), of any length; nan where no ray is cast.
Formulas as in Cycles' kernel/camera/projection.h; `test_rays_and_render.py` holds each against renders.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .pixel_rays import Floats


def equirectangular(shares: Floats, longitudes: tuple[float, float], latitudes: tuple[float, float]) -> Floats:
    """All around, or the part of it between two longitudes and two latitudes in radians."""
    right = longitudes[0] + (longitudes[1] - longitudes[0]) * shares[:, 0]
    up = latitudes[0] + (latitudes[1] - latitudes[0]) * shares[:, 1]
    return np.column_stack([np.sin(right) * np.cos(up), np.sin(up), -np.cos(right) * np.cos(up)])


def cylinder(shares: Floats, longitudes: tuple[float, float], heights: tuple[float, float], radius: float) -> Floats:
    """Upright: columns are even in angle, in radians, rows even in height on a cylinder."""
    right = longitudes[0] + (longitudes[1] - longitudes[0]) * shares[:, 0]
    up = heights[0] + (heights[1] - heights[0]) * shares[:, 1]
    return np.column_stack([np.sin(right), up / radius, -np.cos(right)])


def cube_face(shares: Floats) -> Floats:
    """90 degrees across and up, even in angle."""
    x, y = np.tan((shares - 0.5).T * np.pi / 2)
    return np.column_stack([x, y, np.full(len(shares), -1.0)])


def mirror_ball(shares: Floats) -> Floats:
    """What a mirroring ball shows to somebody far away; nothing beside the ball."""
    x, y = (2 * shares - 1).T
    left = 1 - x**2 - y**2
    front = np.sqrt(np.where(left >= 0, left, np.nan))
    return np.column_stack([2 * front * x, 2 * front * y, 1 - 2 * front**2])


def equidistant(shares: Floats, field_of_view: float) -> Floats:
    """A fisheye whose angle from the axis grows with the distance from the centre, to half the field of view in radians
    at the edge of the picture; nothing outside of that circle."""
    x, y = (2 * shares - 1).T
    radius = np.hypot(x, y)
    return _around_the_axis(x, y, np.where(radius <= 1, radius * field_of_view / 2, np.nan))


def equisolid(sensor: Floats, focal: float, field_of_view: float) -> Floats:
    """A fisheye of a focal length in mm: r = 2 f sin(angle / 2); nothing from half the field of view on."""
    half = np.hypot(*sensor.T) / (2 * focal)
    angle = 2 * np.arcsin(np.where(half <= 1, half, np.nan))
    return _around_the_axis(*sensor.T, _within(angle, field_of_view))


def lens_polynomial(sensor: Floats, terms: Sequence[float], field_of_view: float) -> Floats:
    """A fisheye whose angle is -(c0 + c1 r + ...), r in mm; nothing from half the field of view on."""
    radius = np.hypot(*sensor.T)
    angle = -sum(term * radius**power for power, term in enumerate(terms))
    return _around_the_axis(*sensor.T, _within(angle, field_of_view))


def _within(angle: Floats, field_of_view: float) -> Floats:
    return np.where(np.abs(angle) <= field_of_view / 2, angle, np.nan)


def _around_the_axis(x: Floats, y: Floats, angle: Floats) -> Floats:
    radius = np.hypot(x, y)
    right = np.divide(x, radius, out=np.ones_like(x), where=radius > 0)
    up = np.divide(y, radius, out=np.zeros_like(y), where=radius > 0)
    return np.column_stack([np.sin(angle) * right, np.sin(angle) * up, -np.cos(angle)])
