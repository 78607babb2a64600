"""Shapes that frames run around, and the surfaces between them, as arrays: no Blender.

An outline is a convex polygon as (points, 2) metres, x to the right and z up, counter-clockwise, around its middle.
Surfaces are in a picture's own metres: x to the right, y into the wall (0 at the wall), z up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ROUND = 72
"""Points of a whole turn."""


@dataclass(frozen=True)
class Surface:
    """`points` (n, 3); `faces` as rows of point numbers; `uv` (corners, 2), face by face; `slots` (faces,)."""

    points: np.ndarray
    faces: list[tuple[int, ...]]
    uv: np.ndarray
    slots: np.ndarray


def outline(shape: str, wide: float, tall: float) -> np.ndarray:
    """A rectangle, an oval, an arch (round above), or an octagon, as large as its box."""
    x, z = wide / 2, tall / 2
    if shape == "oval":
        turns = np.linspace(0, 2 * np.pi, ROUND, endpoint=False)
        return np.column_stack([x * np.cos(turns), z * np.sin(turns)])
    if shape == "arch":
        rise = min(x, tall * 0.6)
        turns = np.linspace(0, np.pi, ROUND // 2 + 1)
        bow = np.column_stack([x * np.cos(turns), z - rise + rise * np.sin(turns)])
        return np.concatenate([[(-x, -z), (x, -z)], bow])
    if shape == "octagon":
        cut = 0.29 * min(wide, tall)
        return np.array(
            [(-x + cut, -z), (x - cut, -z), (x, -z + cut), (x, z - cut)]
            + [(x - cut, z), (-x + cut, z), (-x, z - cut), (-x, -z + cut)]
        )
    if shape != "rectangle":
        raise ValueError(f"no outline is called {shape!r}")
    return np.array([(-x, -z), (x, -z), (x, z), (-x, z)])


def grown(points: np.ndarray, by: float) -> np.ndarray:
    """The outline whose sides lie `by` metres further out (below 0: further in), with mitred corners."""
    after = np.roll(points, -1, axis=0) - points
    out = np.column_stack([after[:, 1], -after[:, 0]]) / np.linalg.norm(after, axis=1, keepdims=True)
    before = np.roll(out, 1, axis=0)
    return points + by * (out + before) / (1 + np.sum(out * before, axis=1, keepdims=True))


def swept(points: np.ndarray, profile: list[tuple[float, float]]) -> Surface:
    """A bar around an outline: `profile` is (metres outwards, metres in front of the wall) from its inside outwards.

    UVs are metres, U along the bar, so that grain runs as in mitred wood.
    """
    rings = np.array([np.insert(grown(points, out), 1, -front, axis=1) for out, front in profile])
    many, count = len(profile), len(points)
    across = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(np.array(profile), axis=0), axis=1))])
    faces, uv = [], []
    for side in range(count):
        end = (side + 1) % count
        along = points[end] - points[side]
        along = along / np.linalg.norm(along)
        for ring in range(many - 1):
            corners = [(ring, side), (ring + 1, side), (ring + 1, end), (ring, end)]
            faces.append(tuple(each * count + at for each, at in corners))
            uv += [(rings[each, at][[0, 2]] @ along + 0.37 * side, across[each]) for each, at in corners]
    return Surface(rings.reshape(-1, 3), faces, np.array(uv), np.zeros(len(faces), int))


def board(points: np.ndarray, front: float, window: tuple[float, float, float, float] | None = None) -> Surface:
    """A flat sheet that fills an outline, `front` metres before the wall.

    UVs are 0..1 over `window` (left, bottom, right, top), by default over the outline's box.
    """
    left, bottom, right, top = window or (*points.min(0), *points.max(0))
    uv = (points - (left, bottom)) / (right - left, top - bottom)
    return Surface(np.insert(points, 1, -front, axis=1), [tuple(range(len(points)))], uv, np.zeros(1, int))


def ring(outer: np.ndarray, window: np.ndarray, middle: np.ndarray, front: float, bevel: float) -> Surface:
    """A sheet with a window whose rim slopes by `bevel` towards what is behind: the rim has slot 1. UVs are metres.

    Both outlines are seen whole from `middle`, which is how their points find one another.
    """
    inner = grown(window, -bevel)
    turns = np.unique(np.round(np.concatenate([_turns(outer - middle), _turns(window - middle)]), 9))
    turns = turns[np.append(True, np.diff(turns) > 1e-6)]
    rings = [
        np.insert(middle + _reach(line - middle, turns), 1, -front + deep, axis=1)
        for line, deep in ((outer, 0.0), (window, 0.0), (inner, bevel))
    ]
    points, count = np.concatenate(rings), len(turns)
    faces = [
        (low + at, low + (at + 1) % count, low + count + (at + 1) % count, low + count + at)
        for low in (0, count)
        for at in range(count)
    ]
    corners = [corner for face in faces for corner in face]
    return Surface(points, faces, points[corners][:, [0, 2]], np.repeat([0, 1], count))


def joined(parts: list[Surface]) -> Surface:
    """Several surfaces as one."""
    first = np.cumsum([0, *(len(part.points) for part in parts)])
    return Surface(
        np.concatenate([part.points for part in parts]),
        [tuple(int(point + low) for point in face) for part, low in zip(parts, first) for face in part.faces],
        np.concatenate([part.uv for part in parts]),
        np.concatenate([part.slots for part in parts]),
    )


def _turns(points: np.ndarray) -> np.ndarray:
    return np.arctan2(points[:, 1], points[:, 0])


def _reach(points: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Where rays from the origin in these directions leave a convex outline around it, (rays, 2)."""
    rays = np.column_stack([np.cos(turns), np.sin(turns)])
    along = np.roll(points, -1, axis=0) - points
    out = np.column_stack([along[:, 1], -along[:, 0]])
    heights = np.sum(out * points, axis=1)  # of each side's line above the origin
    slopes = rays @ out.T
    far = np.where(slopes > 1e-12, heights / np.where(slopes > 1e-12, slopes, 1), np.inf)
    return rays * far.min(axis=1, keepdims=True)
