"""A spinning LiDAR: beams at fixed heights turn about the vertical axis, and each ray measures the first surface.

The sensor stands where the camera does, upright whatever the camera's tilt, and begins with the camera's heading. Its
axes are x forward, y left, z up (ROS REP 103). Rays meet what labels see: what a label is looked through for is passed,
and so is hair, which rays cannot meet. A holdout returns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import IGNORE
from blender_addon.contract.modalities import Lidar

from .answers import Answers
from .caster import Caster
from .pixel_rays import Rays
from .surfaces import Surface

POINT = np.dtype([
    ("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("range", "<f4"), ("beam", "<u2"), ("column", "<u2"), ("label", "<u2"),
    ("instance", "<u4"),
])  # fmt: skip
"""Metres of the world, the noise of the range included; beams count from the lowest, columns from the heading on,
to the left; `IGNORE` is the label where rays cannot tell. `instance` is 0 where nobody numbers them."""

Numbered = Callable[[Sequence[Surface]], Sequence[int]]


def directions(lidar: Lidar) -> NDArray[np.float64]:
    """(columns, beams, 3) unit vectors in the sensor's axes."""
    turn = np.arange(lidar.columns) / lidar.columns * 2 * np.pi
    height = np.radians(np.linspace(lidar.lowest, lidar.highest, lidar.beams))
    turn, height = np.meshgrid(turn, height, indexing="ij")
    return np.stack([np.cos(turn) * np.cos(height), np.sin(turn) * np.cos(height), np.sin(height)], axis=-1)


def world_from_lidar(world_from_camera: NDArray[np.float64]) -> NDArray[np.float64]:
    """4x4: where a camera stands, upright, with its heading; of one that looks straight up or down, with its top's."""
    ahead = -world_from_camera[:3, 2]
    if np.hypot(ahead[0], ahead[1]) < 1e-6:
        ahead = world_from_camera[:3, 1] * -np.sign(ahead[2])
    x, y = ahead[:2] / np.hypot(ahead[0], ahead[1])
    pose = np.array([[x, -y, 0, 0], [y, x, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], np.float64)
    pose[:3, 3] = world_from_camera[:3, 3]
    return pose


def scan(
    caster: Caster,
    answers: Answers,
    pose: NDArray[np.float64],
    lidar: Lidar,
    metres: float,
    rng: np.random.Generator,
    numbered: Numbered | None = None,
) -> NDArray[np.void]:
    """One turn: an array of `POINT`, column after column, of the rays that something returned.

    `pose` is `world_from_lidar` in Blender units, of which one is so many `metres`. `numbered` gives surfaces the
    numbers that the instance maps have.
    """
    ways = directions(lidar).reshape(-1, 3) @ pose[:3, :3].T
    count = len(ways)
    ends = np.full(count, lidar.nearest / metres), np.full(count, lidar.furthest / metres)
    rays = Rays(np.tile(pose[:3, 3], (count, 1)), ways, *ends, np.tile([0.0, 1.0], (count, 1)))
    met = [(number, answers.answer(hits)) for number, hits in enumerate(caster.met(rays))]
    # Drawn for every ray, so that a surface more or less leaves the noise of the others as it is.
    noise, kept = rng.standard_normal(count) * lidar.range_noise, rng.random(count) >= lidar.dropout
    returned = [(number, answer) for number, answer in met if answer.hit and kept[number]]
    numbers = np.array([number for number, _ in returned], np.int64)
    true = np.array([answer.hit.distance for _, answer in returned if answer.hit], np.float64) * metres
    ranges = true + noise[numbers]
    places = pose[:3, 3] * metres + ways[numbers] * ranges[:, None]
    points = np.zeros(len(returned), POINT)
    for at, axis in enumerate("xyz"):
        points[axis] = places[:, at]
    points["range"] = ranges
    points["column"], points["beam"] = numbers // lidar.beams, numbers % lidar.beams
    points["label"] = [IGNORE if answer.why else answer.code for _, answer in returned]
    if numbered and returned:
        points["instance"] = numbered([answer.hit.surface for _, answer in returned if answer.hit])
        points["instance"][points["label"] == IGNORE] = 0  # as in instance maps
    return points
