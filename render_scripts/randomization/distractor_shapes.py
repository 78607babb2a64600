"""The shapes of distractors that come with Labelpass: closed surfaces around the origin, the longest side 1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUND = 32
"""Corners of a circle."""


@dataclass(frozen=True, eq=False)
class Shape:
    """`points` (V, 3), `faces`: their corners, seen from outside against the clock; `smooth` (F,) faces. What models
    have beside: `uv` (corners, 2) and `slots` (F,), the place of each face's material among its own."""

    points: NDArray[np.float64]
    faces: tuple[tuple[int, ...], ...]
    smooth: NDArray[np.bool_]
    uv: NDArray[np.float32] | None = None
    slots: NDArray[np.int32] | None = None


def shaped(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points moved so that their box lies around the origin, its longest side 1."""
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - (low + high) / 2) / max(float((high - low).max()), 1e-9)


def _box() -> Shape:
    points = np.array([(x, y, z) for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], np.float64)
    faces = ((0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5))
    return Shape(shaped(points), faces, np.zeros(len(faces), bool))


def _pyramid() -> Shape:
    third = np.arange(3) * 2 * np.pi / 3
    foot = np.stack([np.cos(third), np.sin(third), np.zeros(3)], axis=-1)
    faces = ((0, 2, 1), (0, 1, 3), (1, 2, 3), (2, 0, 3))
    return Shape(shaped(np.vstack([foot, (0, 0, np.sqrt(2))])), faces, np.zeros(len(faces), bool))


def _turned(profile: list[tuple[float, float]], smooth: list[bool]) -> Shape:
    """A line of (radius, height), from the lower to the upper end, turned about the vertical: `smooth` says which of
    its pieces is. Ends with a radius are closed by a flat face."""
    turn = np.arange(_ROUND) / _ROUND * 2 * np.pi
    rings, points, faces, soft = [], [], [], []
    for radius, height in profile:
        at = len(points)
        rings.append(range(at, at + _ROUND) if radius else [at] * _ROUND)
        round_ = [(radius * np.cos(a), radius * np.sin(a), height) for a in turn]
        points += round_ if radius else [(0.0, 0.0, height)]
    for lower, upper, is_smooth in zip(rings, rings[1:], smooth):
        for n in range(_ROUND):
            corners = (lower[n], lower[(n + 1) % _ROUND], upper[(n + 1) % _ROUND], upper[n])
            faces.append(tuple(dict.fromkeys(corners)))
            soft.append(is_smooth)
    for ring, order in ((rings[0], -1), (rings[-1], 1)):
        if ring[0] != ring[1]:
            faces.append(tuple(ring)[::order])
            soft.append(False)
    return Shape(shaped(np.array(points)), tuple(faces), np.array(soft))


def _ball() -> Shape:
    tilt = np.linspace(-np.pi / 2, np.pi / 2, _ROUND // 2 + 1)[1:-1]
    profile = [(0.0, -1.0), *((float(np.cos(a)), float(np.sin(a))) for a in tilt), (0.0, 1.0)]
    return _turned(profile, [True] * (len(profile) - 1))


def _cylinder() -> Shape:
    return _turned([(1.0, -1.0), (1.0, 1.0)], [True])


def _cone() -> Shape:
    return _turned([(1.0, -1.0), (0.0, 1.0)], [True])


def _torus() -> Shape:
    turn, tube = np.arange(_ROUND) / _ROUND * 2 * np.pi, np.arange(_ROUND // 2) / (_ROUND // 2) * 2 * np.pi
    points = [
        ((1 + 0.4 * np.cos(b)) * np.cos(a), (1 + 0.4 * np.cos(b)) * np.sin(a), 0.4 * np.sin(b))
        for a in turn
        for b in tube
    ]
    rows, columns = len(turn), len(tube)
    faces = tuple(
        (a * columns + b, (a + 1) % rows * columns + b, (a + 1) % rows * columns + (b + 1) % columns,
         a * columns + (b + 1) % columns)
        for a in range(rows)
        for b in range(columns)
    )  # fmt: skip
    return Shape(shaped(np.array(points)), faces, np.ones(len(faces), bool))


SHAPES: dict[str, Callable[[], Shape]] = {
    "box": _box, "ball": _ball, "cylinder": _cylinder, "cone": _cone, "torus": _torus, "pyramid": _pyramid,
}  # fmt: skip
