"""Where a camera stands and looks, as a matrix; and the rays of a small picture through it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DIGITS = 6
"""Of what a pose keeps: a last bit that differs between machines must not make another plan."""


@dataclass(frozen=True)
class Optics:
    """What of a camera decides what it sees: the sensor in mm, its fit, the picture in pixels and their aspect."""

    size: tuple[int, int]
    sensor: tuple[float, float] = (36.0, 24.0)
    fit: str = "AUTO"
    aspect: tuple[float, float] = (1.0, 1.0)

    def tangents(self, lens: float) -> tuple[float, float]:
        """Tangents of half the horizontal and half the vertical angle of view, as Blender's camera has them."""
        width, height = self.size[0] * self.aspect[0], self.size[1] * self.aspect[1]
        horizontal = self.fit == "HORIZONTAL" or (self.fit == "AUTO" and width >= height)
        sensor = self.sensor[1] if self.fit == "VERTICAL" else self.sensor[0]
        across = sensor / (2 * lens) / (width if horizontal else height)
        return across * width, across * height

    def lens(self, fov: float) -> float:
        """Focal length in mm for a horizontal angle of view in degrees."""
        return self.tangents(1.0)[0] / float(np.tan(np.radians(fov) / 2))


def pose(eye: Array, yaw: float, pitch: float, roll: float = 0.0) -> Array:
    """World matrix (4, 4) of a camera at `eye` (Blender's axes: x right, y up, looking along -z), rounded.

    Degrees: `yaw` from +X towards +Y, `pitch` above the horizon, `roll` clockwise about the line of sight.
    """
    turn, rise, tilt = np.radians([yaw, pitch, roll])
    forward = np.array([np.cos(rise) * np.cos(turn), np.cos(rise) * np.sin(turn), np.sin(rise)])
    right = np.array([np.sin(turn), -np.cos(turn), 0.0])
    up = np.cross(right, forward)
    right, up = np.cos(tilt) * right - np.sin(tilt) * up, np.cos(tilt) * up + np.sin(tilt) * right
    matrix = np.eye(4)
    matrix[:3] = np.column_stack([right, up, -forward, eye])
    return np.round(matrix, DIGITS) + 0.0  # no -0.0


def angles_to(eye: Array, target: Array) -> tuple[float, float]:
    """(yaw, pitch) in degrees of the line from `eye` to `target`."""
    x, y, z = np.asarray(target, float) - eye
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def fan(matrix: Array, tangents: tuple[float, float], columns: int, rows: int) -> Array:
    """Unit directions (rows * columns, 3) in the world through the centres of a coarse picture, from the top left."""
    x = ((np.arange(columns) + 0.5) / columns * 2 - 1) * tangents[0]
    y = (1 - (np.arange(rows) + 0.5) / rows * 2) * tangents[1]
    across, down = np.meshgrid(x, y)
    local = np.stack([across.ravel(), down.ravel(), -np.ones(across.size)], axis=1)
    local /= np.linalg.norm(local, axis=1, keepdims=True)
    return local @ matrix[:3, :3].T


def everywhere(number: int) -> Array:
    """Unit directions (number, 3) spread evenly over the sphere (a Fibonacci lattice), the highest first."""
    step = np.arange(number)
    z = 1 - (step + 0.5) * 2 / number
    turn = step * np.pi * (3 - np.sqrt(5))
    across = np.sqrt(1 - z * z)
    return np.stack([across * np.cos(turn), across * np.sin(turn), z], axis=1)


def draw(seed: int, number: int, stream: int) -> np.random.Generator:
    """The numbers of one candidate, which depend on nothing else."""
    return np.random.default_rng([seed, number, stream])


def between(rng: np.random.Generator, bounds: tuple[float, float]) -> float:
    return float(rng.uniform(*bounds))
