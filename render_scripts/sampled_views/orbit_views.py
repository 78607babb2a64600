"""Views from round a thing, the thing in the middle of the picture and not covered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from .choice import Candidate, Judge
from .judging import why_not_here
from .poses import Array, Optics, angles_to, between, draw, fan, pose
from .surfaces import Surfaces
from .surroundings import Place
from .view_request import ViewRequest

ORBIT = 103
_GOLDEN = (5**0.5 - 1) / 2
_FINE = (48, 36)
_NEARER = (1.0, 0.85, 0.7)
"""Of the distance from which the thing fits the picture; the next is tried where the one before is in a wall."""

COVERED = "hidden by something"


@dataclass(frozen=True, eq=False)
class Centre:
    """A thing to orbit: the middle and half the diagonal of its box, in metres, a tree of its triangles alone,
    and some of their corners (N, 3)."""

    middle: Array
    reach: float
    tree: BVHTree
    points: Array


def centre_of(surfaces: Surfaces, chosen: NDArray[np.intp]) -> Centre:
    """The centre of these triangles."""
    corners = surfaces.corners[chosen].reshape(-1, 3).astype(np.float64)
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Centre(
        (low + high) / 2,
        float(np.linalg.norm(high - low) / 2),
        surfaces.of(chosen),
        corners[:: 1 + len(corners) // 1000],
    )


def fitting_distance(reach: float, tangents: tuple[float, float]) -> float:
    """From which a sphere of radius `reach` touches the nearer two edges of the picture."""
    return reach / float(np.sin(np.arctan(min(tangents))))


def orbit_judge(
    place: Place, centres: list[Centre], request: ViewRequest, optics: Optics, lens: float, seed: int
) -> Judge:
    """Candidates at even steps round each centre in turn, then in between."""
    start = between(draw(seed, 0, ORBIT), (0, 360))
    even = -(-request.count // len(centres))

    def judge(number: int) -> Candidate | str:
        rng = draw(seed, number + 1, ORBIT)
        centre, step = centres[number % len(centres)], number // len(centres)
        turn = start + 360 * (step / even if step < even else (step * _GOLDEN) % 1)
        rise, roll = between(rng, request.elevation), between(rng, request.roll)
        focal = optics.lens(between(rng, request.fov)) if request.fov else lens
        if request.radius:
            distances = [between(rng, request.radius)]
        else:
            fitting = fitting_distance(centre.reach, optics.tangents(focal))
            distances = [max(fitting * nearer, centre.reach + request.clearance) for nearer in _NEARER]
        reason = COVERED
        for far in distances:
            level = far * np.cos(np.radians(rise))
            aside = [level * np.cos(np.radians(turn)), level * np.sin(np.radians(turn)), far * np.sin(np.radians(rise))]
            eye = centre.middle + aside
            matrix = pose(eye, *angles_to(eye, centre.middle), roll)
            why = why_not_here(place, eye, request, enclosed=False)
            if why:
                reason = why
            elif visible_share(place.surfaces, centre, matrix, optics.tangents(focal)) >= request.visible:
                return Candidate(matrix, focal, _corner(number % len(centres), turn, rise, request.count))
            else:
                reason = COVERED
        return reason

    return judge


def visible_share(surfaces: Surfaces, centre: Centre, matrix: Array, tangents: tuple[float, float]) -> float:
    """Share of the thing that is in the picture, times the share of the rays that would meet it alone which meet
    nothing before it; 0 where none meets it."""
    eye, directions = matrix[:3, 3], fan(matrix, tangents, *_FINE)
    local = (centre.points - eye) @ matrix[:3, :3]
    within = (local[:, 2] < 0) & (np.abs(local[:, :2]) <= -local[:, 2:] * tangents).all(axis=1)
    alone = [centre.tree.ray_cast(Vector(eye), Vector(direction))[3] for direction in directions.tolist()]
    met = np.array([metres is not None for metres in alone])
    if not met.any():
        return 0.0
    own = np.array([metres for metres in alone if metres is not None])
    return float((surfaces.cast(eye, directions[met]).metres > own - 1e-3).mean() * within.mean())


def _corner(centre: int, turn: float, rise: float, count: int) -> NDArray[np.int64]:
    """The part of the sphere round a centre that a view is in, smaller than a step of even ones: no two are in one."""
    side = 180 / count
    return np.array([(centre << 40) | (int(turn % 360 / side) << 20) | int((rise + 90) / side)], np.int64)
