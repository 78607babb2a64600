"""A walk through the rooms for a video: from place to place, at constant speed, looking where it goes."""

from __future__ import annotations

from collections import Counter

import numpy as np

from .choice import Candidate, Choice
from .floors import Floors
from .judging import why_not_here
from .paths import FINE, Ways, headings, length, resampled, smoothed
from .poses import Array, Optics, between, draw, pose
from .surroundings import Place
from .view_request import ViewRequest

TRAJECTORY = 104
AHEAD = 1.2
"""Metres ahead on the way that the camera looks at."""
_CORNERS = (0.35, 0.2, 0.1, 0.04)
"""Metres over which corners are rounded; the next where the one before leads into something."""
_GOALS = 400
_SPARE = 0.08  # metres more clearance than asked for, which rounding may use up

NO_WAY = "no way that is long enough"
BLOCKED = "something in the way"


def choose_trajectory(
    place: Place, rooms: Floors, request: ViewRequest, optics: Optics, lens: float, seed: int
) -> Choice:
    """The first walk that nothing is in the way of; no views at all where there is none."""
    found = Choice([], 0, Counter(), {})
    for number in range(request.tries):
        found.looked_at += 1
        walk = _walk(place, rooms, request, optics, lens, seed, number)
        if not isinstance(walk, str):
            found.chosen = walk
            break
        found.rejected[walk] += 1
    return found


def _walk(
    place: Place, rooms: Floors, request: ViewRequest, optics: Optics, lens: float, seed: int, number: int
) -> list[Candidate] | str:
    rng = draw(seed, number, TRAJECTORY)
    height, pitch, roll = (between(rng, bounds) for bounds in (request.heights, request.pitch, request.roll))
    focal = optics.lens(between(rng, request.fov)) if request.fov else lens
    spare = request.clearance + _SPARE

    def is_free(at: int) -> bool:
        eye = np.array([*rooms.xy[at], rooms.z[at] + height])
        if rooms.room[at] < height + spare or place.surfaces.is_near(eye, spare):
            return False
        return why_not_here(place, eye, request, enclosed=request.enclosed) is None

    step = request.speed / request.rate
    way = _way(Ways(rooms, is_free), rooms, step * (request.count - 1) + AHEAD, rng)
    if way is None:
        return NO_WAY
    way = resampled(way + [0.0, 0.0, height], FINE)
    for corner in _CORNERS:
        ride = resampled(smoothed(way, corner / FINE), step)
        if len(ride) < request.count:  # rounding has cut the corners of a way that was just long enough
            continue
        eyes = ride[: request.count]
        if all(why_not_here(place, eye, request, enclosed=request.enclosed) is None for eye in eyes):
            ahead = round(AHEAD / step)
            yaws = headings(ride, request.count, ahead, 0.3 * request.rate, request.turn)
            nothing = np.zeros(0, np.int64)
            return [Candidate(pose(eye, yaw, pitch, roll), focal, nothing) for eye, yaw in zip(eyes, yaws)]
    return BLOCKED


def _way(ways: Ways, rooms: Floors, metres: float, rng: np.random.Generator) -> Array | None:
    """Points on the floor (N, 3) of a way through drawn places, somewhat longer than `metres`; None: there is none."""
    points: Array | None = None
    here = int(rng.integers(len(rooms)))
    for _ in range(_GOALS):
        goal = int(rng.integers(len(rooms)))
        if points is None and not ways.is_free(here):
            here = goal
            continue
        found = ways.between(here, goal)
        if not found or len(found) * rooms.step < 1.0:
            continue
        part = np.column_stack([rooms.xy[found], rooms.z[found]])
        points = part if points is None else np.concatenate([points, part[1:]])
        here = goal
        if length(points) > metres * 1.2 + 1.0:
            return points
    return None


