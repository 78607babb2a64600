"""Ways over floors, and the smooth rides along them: constant speed, and no turn faster than allowed."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable

import numpy as np

from .floors import CLIMB, Array, Floors

_SIDES = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)]
FINE = 0.02
"""Metres between the points of a way while it is smoothed."""


class Ways:
    """Shortest ways over the places of floors on which `is_free`, which is asked once of each place it matters for."""

    def __init__(self, floors: Floors, is_free: Callable[[int], bool]) -> None:
        self._floors = floors
        self._is_free = is_free
        self._known: dict[int, bool] = {}
        self._columns: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, (x, y) in enumerate(floors.cells.tolist()):
            self._columns[x, y].append(place)

    def is_free(self, place: int) -> bool:
        if place not in self._known:
            self._known[place] = self._is_free(place)
        return self._known[place]

    def between(self, start: int, goal: int) -> list[int] | None:
        """The places from `start` to `goal`, both among them; None where there is no way (A*)."""
        floors = self._floors
        if floors.region[start] != floors.region[goal] or not (self.is_free(start) and self.is_free(goal)):
            return None
        ahead = np.linalg.norm(floors.xy - floors.xy[goal], axis=1).tolist()
        cost, before = {start: 0.0}, {start: start}
        waiting, done = [(ahead[start], start)], set()
        while waiting:
            place = heapq.heappop(waiting)[1]
            if place == goal:
                way = [goal]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if place in done:
                continue
            done.add(place)
            for step, other in self._beside(place):
                if cost[place] + step < cost.get(other, np.inf):
                    cost[other], before[other] = cost[place] + step, place
                    heapq.heappush(waiting, (cost[other] + ahead[other], other))
        return None

    def _beside(self, place: int) -> list[tuple[float, int]]:
        """(metres, place) of what one step leads to; a diagonal one does not cut a corner."""
        x, y = self._floors.cells[place].tolist()
        near = {}
        for side in _SIDES:
            for other in self._columns.get((x + side[0], y + side[1]), ()):
                if abs(self._floors.z[other] - self._floors.z[place]) <= CLIMB and self.is_free(other):
                    near[side] = other
        step = self._floors.step
        return [
            (step * (2**0.5 if across and along else 1.0), other)
            for (across, along), other in near.items()
            if not (across and along) or ((across, 0) in near and (0, along) in near)
        ]


def resampled(points: Array, step: float, number: int | None = None) -> Array:
    """Points (number, 3) every `step` metres along a polyline (N, 3); as many as there are, where None is given."""
    keep = np.concatenate([[True], np.linalg.norm(np.diff(points, axis=0), axis=1) > 1e-9])
    points = points[keep]
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.arange(int(along[-1] / step + 1e-9) + 1 if number is None else number) * step
    return np.stack([np.interp(at, along, points[:, axis]) for axis in range(3)], axis=1)


def length(points: Array) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def smoothed(values: Array, width: float) -> Array:
    """A Gaussian of standard deviation `width` (in rows) over the rows of an array; the ends stay where they are."""
    reach = min(int(np.ceil(3 * width)), len(values) - 1)
    if width < 0.01 or reach < 1:
        return values
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    kernel /= kernel.sum()
    columns = values.reshape(len(values), -1)
    # Mirrored through the end points, so that these are kept and the ride leaves them straight.
    before = 2 * columns[:1] - columns[reach:0:-1]
    after = 2 * columns[-1:] - columns[-2 : -2 - reach : -1]
    padded = np.concatenate([before, columns, after])
    parts = [np.convolve(padded[:, axis], kernel, "valid") for axis in range(columns.shape[1])]
    return np.stack(parts, axis=1).reshape(values.shape)


def gaze(scores: Array, change: float) -> Array:
    """Where to look along a ride: degrees (rows,) of the best sequence of directions.

    `scores` (rows, directions): how good it is to look at 0, 360 / directions, ... degrees. `change` is what a turn by
    one direction from a row to the next costs. The best of all sequences, by dynamic programming.
    """
    rows, directions = scores.shape
    apart = np.abs(np.arange(directions)[:, None] - np.arange(directions)[None])
    cost = change * np.minimum(apart, directions - apart).astype(float) ** 2
    best, before = scores[0], np.zeros((rows, directions), int)
    for row in range(1, rows):
        ways = best[:, None] - cost
        before[row] = ways.argmax(axis=0)
        best = ways.max(axis=0) + scores[row]
    chosen = [int(best.argmax())]
    for row in range(rows - 1, 0, -1):
        chosen.append(int(before[row, chosen[-1]]))
    return np.array(chosen[::-1]) * (360.0 / directions)


def headings(aim: Array, width: float, turn: float) -> Array:
    """Degrees (N,) that follow `aim` (N,) the short way round, smoothed over `width` rows, and never more than `turn`
    from one to the next."""
    aim = smoothed(np.unwrap(aim, period=360), width)
    found = aim[:1].tolist()
    for angle in aim[1:].tolist():
        found.append(found[-1] + min(max(angle - found[-1], -turn), turn))
    return np.array(found)
