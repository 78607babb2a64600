"""A spinning LiDAR: beams at fixed heights turn about the vertical axis, and each ray measures the first surface.

The sensor stands where the camera does, upright whatever the camera's tilt, and begins with the camera's heading. Its
axes are x forward, y left, z up (ROS REP 103). Rays meet what labels see: what a label is looked through for is passed,
and so is hair, which rays cannot meet. A holdout returns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import IGNORE
from blender_addon.contract.modalities import Lidar

from .answers import Answers
from .caster import Caster
from .surfaces import Surface
from .sweep import NOTHING, Met, Turn, first_met

POINT = np.dtype([
    ("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("range", "<f4"), ("beam", "<u2"), ("column", "<u2"), ("label", "<u2"),
    ("instance", "<f8"),
])  # fmt: skip
"""Metres of the world, the noise of the range included; beams count from the lowest, columns from the heading on,
to the left; `IGNORE` is the label where rays cannot tell. `instance` is 0 where nobody numbers them."""

Numbered = Callable[[Sequence[Surface]], Sequence[int] | NDArray[np.uint64]]


def turn_of(lidar: Lidar, pose: NDArray[np.float64], metres: float) -> Turn:
    """The rays of a turn from `pose`, `world_from_lidar` in Blender units, of which one is so many `metres`."""
    heights = np.radians(np.linspace(lidar.lowest, lidar.highest, lidar.beams))
    return Turn(pose, heights, lidar.columns, lidar.nearest / metres, lidar.furthest / metres)


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
    turn = turn_of(lidar, pose, metres)
    ways = turn.ways()
    found = _answered(caster, answers, turn, ways)
    # Drawn for every ray, so that a surface more or less leaves the noise of the others as it is.
    noise, kept = rng.standard_normal(len(ways)) * lidar.range_noise, rng.random(len(ways)) >= lidar.dropout
    rays = np.flatnonzero((found.surfaces != NOTHING) & kept)
    ranges = found.distances[rays] * metres + noise[rays]
    places = pose[:3, 3] * metres + ways[rays] * ranges[:, None]
    points = np.zeros(len(rays), POINT)
    for at, axis in enumerate("xyz"):
        points[axis] = places[:, at]
    points["range"], points["label"] = ranges, found.codes[rays]
    points["column"], points["beam"] = rays // lidar.beams, rays % lidar.beams
    if numbered and len(rays):
        met, which = np.unique(found.surfaces[rays], return_inverse=True)
        points["instance"] = np.asarray(numbered([caster.surfaces[n] for n in met.tolist()]))[which]
        points["instance"][points["label"] == IGNORE] = 0  # as in instance maps
    return points


@dataclass(frozen=True)
class _Answered:
    """Of each ray: the number of the surface that counts (`NOTHING`: none), how far along it is, and its code."""

    surfaces: NDArray[np.intp]
    distances: NDArray[np.float64]
    codes: NDArray[np.uint16]


def _answered(caster: Caster, answers: Answers, turn: Turn, ways: NDArray[np.float64]) -> _Answered:
    """What counts of what rays meet: all at once where the first surface is the answer, ray by ray where it may not."""
    met = first_met(caster.surfaces, caster.boxes, turn, ways)
    codes, open_ = np.zeros(len(ways), np.uint16), np.zeros(len(ways), bool)
    for rays, hit in _alike(caster, met):
        whole = answers.of_whole(*hit)
        if whole is None:
            open_[rays] = True
        else:
            codes[rays] = whole
    rest = np.flatnonzero(open_)
    met.surfaces[rest] = NOTHING
    places = {surface: number for number, surface in enumerate(caster.surfaces)}
    for ray, hits in zip(rest.tolist(), caster.met(turn.rays(ways[rest]))):
        answer = answers.answer(hits)
        if answer.hit:
            met.surfaces[ray], met.distances[ray] = places[answer.hit.surface], answer.hit.distance
            codes[ray] = IGNORE if answer.why else answer.code
    return _Answered(met.surfaces, met.distances, codes)


def _alike(caster: Caster, met: Met) -> Iterator[tuple[NDArray[np.intp], tuple[Surface, int]]]:
    """Rays that met the same material of the same surface, and one of the triangles."""
    order = np.argsort(met.surfaces, kind="stable")
    order = order[met.surfaces[order] != NOTHING]
    for rays in np.split(order, np.flatnonzero(np.diff(met.surfaces[order])) + 1):
        if len(rays):
            surface, triangles = caster.surfaces[met.surfaces[rays[0]]], met.triangles[rays]
            slots = surface.shape.slots[triangles]
            for slot in np.unique(slots):
                yield rays[slots == slot], (surface, int(triangles[slots == slot][0]))
