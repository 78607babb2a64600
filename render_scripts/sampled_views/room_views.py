"""Views from a floor at a height, in any direction; and views from round a spot towards it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .choice import Candidate, Judge
from .floors import Floors
from .judging import CLOSE, labels_wanted, looked_through, why_not_here
from .poses import Array, Optics, angles_to, between, draw, pose
from .surroundings import AROUND, Place, is_enclosed
from .view_request import ViewRequest

ROOM, AROUND_A_SPOT = 101, 102
"""Streams of draws; see `randomize`."""
_PROBES = 16
_SLACK = 0.15
_ASIDE = 8.0
"""Degrees by which an aim is missed: what is looked for need not be in the middle of every picture."""

HIDDEN = "the spot is hidden"
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


def rooms_of(place: Place, request: ViewRequest) -> Floors:
    """The floors from which as many labels are seen as asked for, and around which something encloses, somewhere.

    A few places of each floor are tried: streets, roofs and empty houses next door would take nearly all candidates.
    """
    floors, wanted = place.floors, labels_wanted(place.surfaces, request)
    height = sum(request.heights) / 2
    kept = np.zeros(len(floors), bool)
    for region in np.unique(floors.region):
        inside = np.flatnonzero(floors.region == region)
        for at in inside[np.linspace(0, len(inside) - 1, min(_PROBES, len(inside))).astype(int)]:
            hits = place.surfaces.cast(np.array([*floors.xy[at], floors.z[at] + height]), AROUND)
            seen = np.unique(hits.labels[(hits.metres <= request.distances[1]) & (hits.labels > 0)])
            if len(seen) >= wanted and (not request.enclosed or is_enclosed(hits.metres)):
                kept[inside] = True
                break
    return floors.kept(kept)


def around_judge(
    place: Place, spot: Array, reach: float, request: ViewRequest, optics: Optics, lens: float, seed: int
) -> Judge:
    """Candidates round a spot, at a height above the floor below them, that look at it and are not cut off from it:
    the first surface on the way there is no more than `reach` metres before it."""
    wanted = labels_wanted(place.surfaces, request)
    radius = request.radius or (1.0, 3.0)

    def judge(number: int) -> Candidate | str:
        rng = draw(seed, number, AROUND_A_SPOT)
        turn, far = np.radians(rng.uniform(0, 360)), between(rng, radius)
        height, roll = between(rng, request.heights), between(rng, request.roll)
        focal = optics.lens(between(rng, request.fov)) if request.fov else lens
        x, y = spot[0] + far * np.cos(turn), spot[1] + far * np.sin(turn)
        floor = _floor_at(place.floors, x, y, float(spot[2]) + _SLACK)
        if floor is None:
            return NO_FLOOR
        eye = np.array([x, y, floor + height])
        reason = why_not_here(place, eye, request, enclosed=False)
        if reason:
            return reason
        gap = spot - eye
        metres = float(np.linalg.norm(gap))
        if place.surfaces.cast(eye, gap[None] / metres).metres[0] < metres - reach - _SLACK:
            return HIDDEN
        return looked_through(place, pose(eye, *angles_to(eye, spot), roll), focal, optics, request, wanted)

    return judge


def _floor_at(floors: Floors, x: float, y: float, most: float) -> float | None:
    """Height of the highest floor in the column at a point that is no higher than `most`."""
    here = (np.abs(floors.xy - (x, y)) <= floors.step * 0.51).all(axis=1) & (floors.z <= most)
    return float(floors.z[here].max()) if here.any() else None
