"""Views from a floor at a height, in any direction; and views from round a spot towards it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .choice import Candidate, Judge
from .floors import Floors
from .judging import CLOSE, labels_wanted, looked_through, why_not_here
from .orbit_views import Centre, visible_share
from .poses import Array, Optics, angles_to, between, draw, pose
from .surroundings import Place
from .view_request import ViewRequest

ROOM, AROUND_A_SPOT = 101, 102
"""Streams of draws; see `randomize`."""
_SLACK = 0.15
_STOREY = 2.5
_ASIDE = 8.0
"""Degrees by which an aim is missed: what is looked for need not be in the middle of every picture."""

HIDDEN = "hidden by something"
NO_FLOOR = "no floor there"


def room_judge(
    place: Place,
    rooms: Floors,
    request: ViewRequest,
    optics: Optics,
    lens: float,
    seed: int,
    aims: Sequence[Array] = (),
) -> Judge:
    """Candidates on `rooms`, in any direction; every other one towards one of the `aims`, arrays (N, 3) of places.

    Of the aims each is as likely as another, and of its places: so what is rare is looked at as often as what is not.
    """
    wanted = labels_wanted(place.surfaces, request)

    def judge(number: int) -> Candidate | str:
        rng = draw(seed, number, ROOM)
        at = int(rng.integers(len(rooms)))
        aside = rng.uniform(-0.5, 0.5, 2) * rooms.step
        height = between(rng, request.heights)
        yaw, pitch, roll = between(rng, request.yaw), between(rng, request.pitch), between(rng, request.roll)
        focal = optics.lens(between(rng, request.fov)) if request.fov else lens
        eye = np.array([*(rooms.xy[at] + aside), rooms.z[at] + height])
        if aims and number % 2:
            places = aims[int(rng.integers(len(aims)))]
            aim = angles_to(eye, places[int(rng.integers(len(places)))]) + rng.normal(0, _ASIDE, 2)
            yaw, pitch = float(aim[0]), float(np.clip(aim[1], *request.pitch))
        if rooms.room[at] < height + request.clearance:
            return CLOSE
        reason = why_not_here(place, eye, request, enclosed=request.enclosed)
        return reason or looked_through(place, pose(eye, yaw, pitch, roll), focal, optics, request, wanted)

    return judge


def around_judge(
    place: Place, spot: Array | Centre, request: ViewRequest, optics: Optics, lens: float, seed: int
) -> Judge:
    """Candidates round a point or a thing, at a height above the floor below them, that look at it: nothing is before
    the point, or so much of the thing as asked for is visible."""
    middle = spot.middle if isinstance(spot, Centre) else spot
    wanted = labels_wanted(place.surfaces, request)
    radius = request.radius or (1.0, 3.0)

    def judge(number: int) -> Candidate | str:
        rng = draw(seed, number, AROUND_A_SPOT)
        turn, far = np.radians(rng.uniform(0, 360)), between(rng, radius)
        height, roll = between(rng, request.heights), between(rng, request.roll)
        focal = optics.lens(between(rng, request.fov)) if request.fov else lens
        x, y = middle[0] + far * np.cos(turn), middle[1] + far * np.sin(turn)
        floor = _floor_at(place.floors, x, y, float(middle[2]) + _SLACK)
        if floor is None:
            return NO_FLOOR
        eye = np.array([x, y, floor + height])
        reason = why_not_here(place, eye, request, enclosed=False)
        if reason:
            return reason
        matrix = pose(eye, *angles_to(eye, middle), roll)
        if not _is_visible(place, spot, matrix, optics.tangents(focal), request.visible):
            return HIDDEN
        return looked_through(place, matrix, focal, optics, request, wanted)

    return judge


def _is_visible(place: Place, spot: Array | Centre, matrix: Array, tangents: tuple[float, float], share: float) -> bool:
    if isinstance(spot, Centre):
        return visible_share(place.surfaces, spot, matrix, tangents) >= share
    gap = spot - matrix[:3, 3]
    metres = float(np.linalg.norm(gap))
    return bool(place.surfaces.cast(matrix[:3, 3], gap[None] / metres).metres[0] >= metres - _SLACK)


def _floor_at(floors: Floors, x: float, y: float, most: float) -> float | None:
    """Height of the highest floor in the column at a point that is no higher than `most`, and not a storey below."""
    here = (
        (np.abs(floors.xy - (x, y)) <= floors.step * 0.51).all(axis=1)
        & (floors.z <= most)
        & (floors.z > most - _STOREY)
    )
    return float(floors.z[here].max()) if here.any() else None
