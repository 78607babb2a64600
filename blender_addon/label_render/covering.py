"""Which pixels triangles cover, asked of their centres, for cameras that keep straight lines straight.

Each row of pixels that a triangle reaches is one span; where spans begin and end is added up along the rows. So what is
large on the picture costs its height and not its area, and everything is done for many triangles at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_SLACK = 1e-9
"""Pixels by which spans are longer, so that no centre on the edge between two triangles is in neither."""
_AT_ONCE = 2**19
"""Rows of triangles."""


@dataclass(frozen=True)
class Projection:
    """A picture of `size` (width, height). `matrix` (4x4) takes a point of the world to (x w, y w, depth, w), x and y
    in pixels from the upper left corner; what has a depth from `near` to `far` is seen."""

    matrix: Floats
    size: tuple[int, int]
    near: float
    far: float


def covered(points: Floats, triangles: NDArray[np.int32], matrix: Floats, onto: Projection) -> NDArray[np.bool_]:
    """(H, W): the pixels whose centres the triangles cover. `points` (V, 3) in a space that `matrix` (4x4) takes to the
    world; `triangles` (T, 3) of them."""
    found = np.zeros(onto.size[::-1], bool)
    placed = np.column_stack([points, np.ones(len(points))]) @ (onto.matrix @ matrix).T
    corners = _beyond(_beyond(placed[triangles], onto.near, 1), onto.far, -1)
    corners = corners[..., :2] / corners[..., 3:]
    if not len(corners):
        return found
    start, end = _centres(corners.min(axis=(0, 1)), corners.max(axis=(0, 1)), np.array(onto.size))
    width, height = np.maximum(end - start, 0).tolist()
    changes = np.zeros(height * (width + 1), np.int64)
    for rows, left, right in _spans(corners - start, (width, height)):
        changes += np.bincount(rows * (width + 1) + left, minlength=len(changes))
        changes -= np.bincount(rows * (width + 1) + right, minlength=len(changes))
    inside = np.cumsum(changes.reshape(height, width + 1), axis=1)[:, :width] > 0
    found[start[1] : start[1] + height, start[0] : start[0] + width] = inside
    return found


def _beyond(corners: Floats, limit: float, side: int) -> Floats:
    """What of triangles (T, 3, 4) lies on one side of a depth, as triangles."""
    over = side * (corners[..., 2] - limit)
    inside = (over >= 0).sum(axis=1)
    if (inside == 3).all():
        return corners
    one = _turned(corners, over, inside == 1, over >= 0)
    two = _turned(corners, over, inside == 2, over < 0)
    tip = np.stack([one[0][:, 0], _cut(*one, 1), _cut(*one, 2)], axis=1)
    left, right = _cut(*two, 1), _cut(*two, 2)
    base = [np.stack([left, two[0][:, 1], two[0][:, 2]], axis=1), np.stack([left, two[0][:, 2], right], axis=1)]
    return np.concatenate([corners[inside == 3], tip, *base])


def _turned(corners: Floats, over: Floats, some: NDArray[np.bool_], first: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Some triangles, and how far their corners are over, turned so that the corner that is `first` is the first."""
    order = (first[some].argmax(axis=1)[:, None] + np.arange(3)) % 3
    return np.take_along_axis(corners[some], order[..., None], 1), np.take_along_axis(over[some], order, 1)


def _cut(corners: Floats, over: Floats, end: int) -> Floats:
    """Where the edge from the first corner to another one meets the depth."""
    share = over[:, 0] / (over[:, 0] - over[:, end])
    return corners[:, 0] + share[:, None] * (corners[:, end] - corners[:, 0])


def _spans(corners: Floats, size: tuple[int, int]) -> Iterator[tuple[NDArray[np.int64], ...]]:
    """(rows, first column, column behind the last) of the pixels whose centres lie in triangles (T, 3, 2)."""
    width, height = size
    lowest, highest = corners.min(axis=1), corners.max(axis=1)
    tops, bottoms = _centres(lowest[:, 1], highest[:, 1], height)
    beside = (highest[:, 0] < 0) | (lowest[:, 0] > width)
    amounts = np.where(beside, 0, np.maximum(bottoms - tops, 0))
    ends = np.cumsum(amounts)
    start = 0
    while start < len(corners):
        done = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _AT_ONCE, "right")))
        which = np.repeat(np.arange(start, stop), amounts[start:stop])
        rows = np.arange(len(which)) + done - (ends - amounts)[which] + tops[which]
        left, right = _centres(*_across(corners[which], rows + 0.5), width)
        there = right > left
        yield rows[there], left[there], right[there]
        start = stop


def _centres(low: Floats, high: Floats, most: int | NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first pixel whose centre lies between two ends, and the one behind the last, of 0 to `most`."""
    first, behind = np.ceil(low - 0.5 - _SLACK), np.floor(high + 0.5 + _SLACK)
    return np.clip(first, 0, most).astype(np.int64), np.clip(behind, 0, most).astype(np.int64)


def _across(corners: Floats, heights: Floats) -> tuple[Floats, Floats]:
    """From where to where a row at a height crosses its triangle, inf to -inf where it does not."""
    low, high = np.full(len(heights), np.inf), np.full(len(heights), -np.inf)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        (x0, y0), (x1, y1) = corners[:, start].T, corners[:, end].T
        crossed = (np.minimum(y0, y1) - _SLACK <= heights) & (heights <= np.maximum(y0, y1) + _SLACK)
        rise = y1 - y0
        with np.errstate(divide="ignore", invalid="ignore"):
            x = x0 + np.clip((heights - y0) / rise, 0, 1) * (x1 - x0)
        flat = np.abs(rise) <= _SLACK
        low = np.where(crossed, np.fmin(low, np.where(flat, np.minimum(x0, x1), x)), low)
        high = np.where(crossed, np.fmax(high, np.where(flat, np.maximum(x0, x1), x)), high)
    return low, high
