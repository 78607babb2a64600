"""Finds places where things can be set down: wholly on something flat, in a room, not in anything.

All in metres, on one tree of all triangles (`sampled_views.surfaces`): rays tell what is under a thing and around it,
trees whether it meets anything. What moves in a frame carries nothing in it, and what carries something does not move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet
from blender_addon.label_render.render_depsgraph import with_render_depsgraph

from ..camera import metres_per_unit
from ..sampled_views.surfaces import NOTHING, Surfaces, read_surfaces, tree_of
from .balance import SIDES, base_of, lying, steadiness
from .bodies import Motion
from .materials import ALL
from .movable_things import Thing
from .poses import Dropped, DropTry, Poses
from .standing_places import HOUSE, LEVEL, StandingPlaces

Array = NDArray[np.float64]

SMALL = 0.5
"""Metres: what is larger, and stands on a floor, is set down on floors alone."""
FINE = 0.05  # metres by which sizes differ for places
LEAST = 0.03  # square metres of a surface that anything is set down on
CLEAR = 0.4  # metres around the camera
STOREY = 2.5  # metres up or down from where a thing is
STEADY = 0.06  # what falls at a smaller slope leans on something, or hangs
LIFT = 0.003  # metres: a thing touches what it stands on
SOLES = 12  # of a thing's outline, where its ground is felt
MANY = 200_000  # triangles of a thing that is not set down elsewhere: its trees would take seconds


@dataclass(frozen=True)
class _Choices:
    """Places by `numbers`, surface after surface; where each surface begins among them, and how many it has."""

    numbers: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]


@dataclass
class _Stance:
    """A thing on one of its sides, over the middle of its box, from 0 up: `turn` brings it there, `lift` is how high
    the middle then is, `corners` (T, 3, 3) are all of it. `soles` (N, 2): what it stands with; `choices`: where it may.
    """

    side: int
    turn: Array
    lift: float
    corners: NDArray[np.float32]
    soles: Array
    height: float
    choices: _Choices


class Drops:
    """What a scene has to stand on, and its movable things as they are set down there."""

    def __init__(
        self, spec: Poses, label_set: LabelSet, surfaces: Surfaces, things: list[Thing], movable: set[int], scale: float
    ) -> None:
        ids = {label.name: label.id for label in label_set.labels}
        self._onto = set() if ALL in spec.onto else {ids[name] for name in spec.onto if name in ids}
        self._surfaces, self._things, self._scale = surfaces, things, scale
        numbers = {body.host.session_uid: at for at, thing in enumerate(things) for body in thing.bodies}
        self._number_of = np.array([numbers.get(host, NOTHING) for host in surfaces.hosts.tolist()], np.int64)
        self._owner = self._number_of[surfaces.thing]
        is_movable = np.isin(self._owner, list(movable))
        self._ground_plan = StandingPlaces(surfaces, self._owner, np.isin(self._number_of, list(movable)))
        self._places, self._step = self._ground_plan.rows, self._ground_plan.step
        self._still = surfaces.of(~is_movable) if not is_movable.all() else None
        self._corners = {number: surfaces.corners[self._owner == number] for number in movable}
        self._boxes = {
            number: (corners.min(axis=(0, 1)), corners.max(axis=(0, 1)))
            for number, corners in self._corners.items()
            if len(corners)
        }
        self._trees: dict[int, BVHTree] = {}
        self._stances: dict[int, list[_Stance]] = {}
        self._choices: dict[tuple[bool, int, int, int, int], _Choices] = {}
        self._level: dict[int, NDArray[np.bool_]] = {}

    def fits(
        self, number: int, one: DropTry, motions: Mapping[int, Motion], eye: Array
    ) -> tuple[Motion, Dropped, set[int]] | None:
        """A thing's motion to where a try sets it down, the record of it, and the things that it stands on there; None
        where it does not stand there, or meets something. `motions`: what has moved already; `eye`: where the camera
        is, in Blender units, which nothing is put over."""
        stances = self._standing(number)
        if one.side == 0:
            stances = [stance for stance in stances if stance.side == 0]
        if not stances:
            return None
        stance = stances[min(int(one.side * len(stances)), len(stances) - 1)]
        if not len(stance.choices.counts):
            return None
        x, y, z = self._drawn_place(stance.choices, one)
        c, s = np.cos(np.radians(one.degrees)), np.sin(np.radians(one.degrees))
        turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        ground = self._ground(number, stance.soles @ turn[:2, :2].T + (x, y), z, motions)
        if not ground:
            return None
        z, under = ground
        if not self._ground_plan.is_open((x, y, z + stance.height / 2)):
            return None
        world = stance.corners @ turn.T.astype(np.float32) + np.array([x, y, z + LIFT], np.float32)
        low, high = world.min(axis=(0, 1)), world.max(axis=(0, 1))
        eye = eye * self._scale
        if np.linalg.norm(np.maximum(np.maximum(low - eye, eye - high), 0)) < CLEAR:
            return None
        if self._meets(number, world, motions):
            return None
        low, high = self._boxes[number]
        centre = (low + high).astype(float) / 2
        motion = np.eye(4)
        motion[:3, :3] = turn @ stance.turn
        motion[:3, 3] = (np.array([x, y, z + stance.lift]) - motion[:3, :3] @ centre) / self._scale
        names = sorted(self._things[each].root.name_full for each in under)
        at = (round(x, 6), round(y, 6), round(z, 6))
        return motion, Dropped(at, one.degrees, stance.side, names[0] if names else ""), under

    def _is_small(self, number: int) -> bool:
        low, high = self._boxes.get(number, (np.zeros(3), np.full(3, np.inf)))
        return bool((high - low).max() <= SMALL + 1e-4)

    def _standing(self, number: int) -> list[_Stance]:
        """The ways in which a thing stands: of a small one on all its sides."""
        if number not in self._stances:
            sides = range(SIDES if self._is_small(number) else 1)
            self._stances[number] = [stance for side in sides if (stance := self._new_stance(number, side))]
        return self._stances[number]

    def _new_stance(self, number: int, side: int) -> _Stance | None:
        """None of what would not stand so by itself."""
        corners = self._corners[number]
        if not 0 < len(corners) <= MANY or (self._boxes[number][1] - self._boxes[number][0]).max() > HOUSE:
            return None
        largest = max(self._things[number].bodies, key=lambda body: float(np.prod(body.box.half + 1e-9)))
        turn = lying(largest.box.axes, side)
        low, high = self._boxes[number]
        turned = (corners - (low + high) / 2) @ turn.T
        if steadiness(turned) < STEADY:
            return None
        base = base_of(turned)
        soles = base[np.linspace(0, len(base) - 1, min(len(base), SOLES)).round().astype(int)]
        lift, height = -float(turned[..., 2].min()), float(np.ptp(turned[..., 2]))
        turned[..., 2] += lift
        choices = self._choices_for(number, height, base)
        return _Stance(side, turn, lift, turned.astype(np.float32), soles, height, choices)

    def _choices_for(self, number: int, height: float, base: Array) -> _Choices:
        """Where a thing may be set down, by its size; things of about one size share the answer."""
        low = float(self._boxes[number][0][2])
        floors_alone = not self._is_small(number) and self._stands_on_a_floor(number)
        sizes = np.ptp(base, axis=0)
        key = (
            floors_alone,
            int(sizes.min() / 2 / self._step + 1e-3),
            int(np.ceil(height / FINE - 1e-3)),
            int(np.ceil(float(np.prod(sizes)) / FINE**2 - 1e-3)),
            round(low),
        )
        if key not in self._choices:
            self._choices[key] = self._new_choices(*key)
        return self._choices[key]

    def _new_choices(self, floors_alone: bool, reach: int, height: int, area: int, storey: int) -> _Choices:
        rows = self._places
        free = self._level_around(reach) & (rows[:, 7] > height * FINE + LIFT) & (np.abs(rows[:, 2] - storey) < STOREY)
        if self._onto:
            free &= np.isin(rows[:, 6], list(self._onto))
        if floors_alone:
            free &= rows[:, 5] > 0
        numbers = np.flatnonzero(free)
        numbers = numbers[np.argsort(rows[numbers, 3], kind="stable")]
        _, starts, counts = np.unique(rows[numbers, 3], return_index=True, return_counts=True)
        large = counts * self._step**2 > max(area * FINE**2, LEAST)
        return _Choices(numbers, starts[large], counts[large])

    def _level_around(self, reach: int) -> NDArray[np.bool_]:
        """The places which have the same level on all sides, as far as the narrow side of a base reaches at least: rays
        find the rest, but most tries shall not be in vain."""
        if reach not in self._level and len(self._places):
            cells = np.round((self._places[:, :2] - self._places[0, :2]) / self._step).astype(int)
            heights = np.round(self._places[:, 2] / LEVEL / 2).astype(int)
            rows = list(zip(*cells.T.tolist(), heights.tolist()))
            there = {(x, y, z + up) for x, y, z in rows for up in (0, -1, 1)}
            sides = ((reach, 0), (-reach, 0), (0, reach), (0, -reach))
            self._level[reach] = np.array([all((x + a, y + b, z) in there for a, b in sides) for x, y, z in rows])
        return self._level.get(reach, np.zeros(len(self._places), bool))

    def _stands_on_a_floor(self, number: int) -> bool:
        low, high = self._boxes[number]
        middle = (low + high) / 2
        around = self._places[(np.abs(self._places[:, :2] - middle[:2]) <= (high - low)[:2] / 2 + 0.1).all(axis=1)]
        return bool(((np.abs(around[:, 2] - low[2]) < 0.03) & (around[:, 5] > 0)).any())

    def _drawn_place(self, choices: _Choices, one: DropTry) -> Array:
        """First a surface, as likely as the root of its size, so that not all ends on the floor; then a place of it."""
        shares = np.cumsum(np.sqrt(choices.counts))
        surface = min(int(np.searchsorted(shares, one.surface * shares[-1])), len(shares) - 1)
        at = min(int(one.place * choices.counts[surface]), choices.counts[surface] - 1)
        place = self._places[choices.numbers[choices.starts[surface] + at], :3].copy()
        place[:2] += (np.array([one.x, one.y]) - 0.5) * self._step
        return place

    def _ground(
        self, number: int, soles: Array, z: float, motions: Mapping[int, Motion]
    ) -> tuple[float, set[int]] | None:
        """How high the ground is under all soles (N, 2), and whose it is; None where one has none, or they differ."""
        heights, under = [], set()
        down, ray_cast = Vector((0, 0, -1)), self._surfaces.tree.ray_cast
        for x, y in soles.tolist():
            start = z + 0.05
            while True:
                place, normal, triangle, _ = ray_cast(Vector((x, y, start)), down, start - z + 0.05)
                if triangle is None:
                    return None
                owner = int(self._owner[triangle])
                if owner != number and owner not in motions:
                    break
                start = place.z - 1e-4
            if abs(normal.z) < 0.95 or (self._onto and int(self._surfaces.label[triangle]) not in self._onto):
                return None
            heights.append(place.z)
            under.add(owner)
        if max(heights) - min(heights) > LEVEL:
            return None
        return max(heights), under - {NOTHING}

    def _meets(self, number: int, world: NDArray[np.float32], motions: Mapping[int, Motion]) -> bool:
        tree = tree_of(world)
        if self._still and tree.overlap(self._still):
            return True
        low, high = world.min(axis=(0, 1)), world.max(axis=(0, 1))
        for other, box in self._boxes.items():
            if other == number:
                continue
            theirs = self._moved(other, motions[other]) if other in motions else None
            their_low, their_high = box if theirs is None else (theirs.min(axis=(0, 1)), theirs.max(axis=(0, 1)))
            if (their_low > high).any() or (their_high < low).any():
                continue
            if tree.overlap(self._tree(other) if theirs is None else tree_of(theirs)):
                return True
            if _holds(tree, (their_low + their_high) / 2):
                return True
        middles = (self._surfaces.low + self._surfaces.high) / 2
        inside = ((middles > low) & (middles < high)).all(axis=1) & (self._number_of != number)
        inside &= ~np.isin(self._number_of, list(self._boxes))
        return any(_holds(tree, middle) for middle in middles[inside])

    def _tree(self, number: int) -> BVHTree:
        if number not in self._trees:
            self._trees[number] = tree_of(self._corners[number])
        return self._trees[number]

    def _moved(self, number: int, motion: Motion) -> NDArray[np.float32]:
        return (self._corners[number] @ motion[:3, :3].T + motion[:3, 3] * self._scale).astype(np.float32)


def _holds(tree: BVHTree, point: Array) -> bool:
    """Whether a point is in a thing, which may be open below: there is some of it on all sides and above."""
    ways = ((0, 0, 1), (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0))
    return all(tree.ray_cast(Vector(point), Vector(way))[2] is not None for way in ways)


def read_drops(
    spec: Poses,
    label_set: LabelSet,
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    things: list[Thing],
    movable: set[int],
) -> Drops | None:
    """What the scene has to stand on as it is now; None where it shows no surfaces."""
    scale = metres_per_unit(scene)
    surfaces = with_render_depsgraph(scene, view_layer, lambda seen: read_surfaces(view_layer, seen, scale))
    return Drops(spec, label_set, surfaces, things, movable, scale) if surfaces else None
