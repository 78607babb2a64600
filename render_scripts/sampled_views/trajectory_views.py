"""A walk through the rooms for a video: from place to place, at constant speed, looking where it goes."""

from __future__ import annotations

from collections import Counter

import numpy as np

from .choice import Candidate, Choice, Told
from .floors import Floors
from .judging import NO_LABEL, labels_seen, labels_wanted, why_not_here
from .paths import FINE, Ways, gaze, headings, length, resampled, smoothed
from .poses import Array, Optics, between, draw, pose
from .surroundings import Place
from .view_request import ViewRequest

TRAJECTORY = 104
AHEAD = 1.2
"""Metres ahead on the way that tell which way it goes."""
_DIRECTIONS = 36
_LOOKS = 0.15
"""Metres from one look around to the next."""
_ASIDE = 60.0
"""Degrees aside of the way that cost as much as a label less to see."""
_CHANGE = 0.3
"""What a turn by one direction costs, in labels."""
_DULL = 0.15
"""Share of the looks at which fewer labels than asked for may be seen."""
_CALM = 0.5
"""Seconds over which turns are smoothed."""
_CORNERS = (0.35, 0.2, 0.1, 0.04)
"""Metres over which corners are rounded; the next where the one before leads into something."""
_GOALS = 400
_SPARE = 0.08  # metres more clearance than asked for, which rounding may use up

NO_WAY = "no way that is long enough"
BLOCKED = "something in the way"
LITTLE = "little to see on the way"


def choose_trajectory(
    place: Place, rooms: Floors, request: ViewRequest, optics: Optics, lens: float, seed: int, told: Told
) -> Choice:
    """The first walk that nothing is in the way of; no views at all where there is none."""
    found = Choice([], 0, Counter(), {})
    for number in range(request.tries):
        found.looked_at += 1
        told(found)
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
            aim = _where_to_look(place, ride, request.count, step, pitch, optics.tangents(focal), request)
            yaws = headings(aim, _CALM * request.rate, request.turn)
            nothing = np.zeros(0, np.int64)
            walk = [Candidate(pose(eye, yaw, pitch, roll), focal, nothing) for eye, yaw in zip(eyes, yaws)]
            least = labels_wanted(place.surfaces, request)
            looks = walk[:: max(1, round(_LOOKS / step))]
            dull = [labels_seen(place, look.matrix, focal, optics) < least for look in looks]
            return LITTLE if np.mean(dull) > _DULL else walk
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


def _where_to_look(
    place: Place,
    ride: Array,
    count: int,
    step: float,
    pitch: float,
    tangents: tuple[float, float],
    request: ViewRequest,
) -> Array:
    """Degrees (count,) along a ride: where there is something to see, not far from where it goes, and calmly."""
    stride = max(1, round(_LOOKS / step))
    rows = np.unique(np.append(np.arange(0, count, stride), count - 1))
    ahead = ride[np.minimum(rows + round(AHEAD / step), len(ride) - 1)] - ride[rows]
    travel = np.degrees(np.arctan2(ahead[:, 1], ahead[:, 0]))
    turns = np.arange(_DIRECTIONS) * 360.0 / _DIRECTIONS
    half = max(1, int(np.degrees(np.arctan(tangents[0])) / (360.0 / _DIRECTIONS)))
    scores = np.zeros((len(rows), _DIRECTIONS))
    for at, row in enumerate(rows):
        metres, labels = _panorama(place, ride[row], turns, pitch, np.degrees(np.arctan(tangents[1])))
        for direction in range(_DIRECTIONS):
            picture = np.arange(direction - half, direction + half + 1) % _DIRECTIONS
            seen = set(labels[:, picture].ravel().tolist()) - set(NO_LABEL)
            aside = abs((turns[direction] - travel[at] + 180) % 360 - 180)
            scores[at, direction] = (
                len(seen) + np.minimum(np.median(metres[:, picture]), request.distances[1] / 2) - (aside / _ASIDE) ** 2
            )
    return np.interp(np.arange(count), rows, np.unwrap(gaze(scores, _CHANGE), period=360))


def _panorama(place: Place, eye: Array, turns: Array, pitch: float, half_height: float) -> tuple[Array, np.ndarray]:
    """Metres and labels (rows, directions) of what is around, at the height of the picture."""
    rises = np.radians(pitch + np.array([-0.7, -0.35, 0.0, 0.35, 0.7]) * half_height)[:, None]
    around = np.radians(turns)[None]
    parts = [np.cos(rises) * np.cos(around), np.cos(rises) * np.sin(around), np.sin(rises) + 0 * around]
    hits = place.surfaces.cast(eye, np.stack(parts, axis=-1).reshape(-1, 3))
    return hits.metres.reshape(len(rises), -1), hits.labels.reshape(len(rises), -1)
