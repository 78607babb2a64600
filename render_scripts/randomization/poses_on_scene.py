"""Finds places for things that are to move, so that none meets another one or leaves what it stands on.

Things (`movable_things`) may move where they have one label that may, stand, and carry nothing. Boxes say quickly what
is far; where boxes meet, meshes are asked. For what is set down elsewhere, `drops_on_scene` finds places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet

from ..camera import metres_per_unit
from .bodies import Body, Motion, cross, touch, tree_of
from .boxes import Box, motion_about, moved, overlap
from .drops_on_scene import Drops, read_drops
from .held import Change, Held
from .movable_things import read_things
from .poses import DropTry, Poses, PosesDraw, Try, labels_that_move

LIFT = 0.004  # metres: what stands on something touches it, and may
CLEAR = 0.1  # metres that things keep from the camera
LEVEL = 0.006  # metres by which the ground may differ where a thing comes to stand
STEPS = (1 / 3, 2 / 3, 1.0)  # of the way, so that nothing jumps through a wall
SPOTS = (0.15, 0.5, 0.85)  # of a thing's length and width, where its feet are felt
TOUCH = 0.003  # metres within which parts that hang on one empty hold together


@dataclass
class _Frame:
    """Where all bodies are once some things have moved: upright boxes around them, {thing: its motion}, and the things
    that others have come to stand on; the box around the camera that they keep out of, where it stands by itself."""

    centres: NDArray[np.float64]
    reaches: NDArray[np.float64]
    eye: Box | None = None
    motions: dict[int, Motion] = field(default_factory=dict)
    carrying: set[int] = field(default_factory=set)
    trees: dict[int, BVHTree | None] = field(default_factory=dict)

    def tree_of(self, at: int, body: Body, motion: Motion | None) -> BVHTree | None:
        """The surface of body number `at`, which its thing's motion has moved."""
        if motion is None:
            return tree_of(body)
        if at not in self.trees:
            self.trees[at] = tree_of(body, motion)
        return self.trees[at]


class Places:
    """All things of a scene as they stand, and those that may move."""

    def __init__(
        self,
        spec: Poses,
        keep: Collection[str],
        label_set: LabelSet,
        scene: bpy.types.Scene,
        view_layer: bpy.types.ViewLayer,
    ) -> None:
        self._metre, self._depsgraph = 1 / metres_per_unit(scene), bpy.context.evaluated_depsgraph_get()
        self._things = read_things(self._depsgraph, label_set, set(keep))
        self._bodies = [body for thing in self._things for body in thing.bodies]
        self._owners = np.repeat(np.arange(len(self._things)), [len(thing.bodies) for thing in self._things])
        self._centres = np.array([body.box.centre for body in self._bodies]).reshape(-1, 3)
        self._reaches = np.array([body.box.reach for body in self._bodies]).reshape(-1, 3)
        self._under: dict[int, set[int]] = {}
        self._hanging: dict[bpy.types.Object, set[int]] = {}
        for number, thing in enumerate(self._things):
            for above in thing.above:
                self._hanging.setdefault(above, set()).add(number)
        names = labels_that_move(spec, label_set)
        may = [
            number
            for number, thing in enumerate(self._things)
            if not thing.kept and len(thing.labels) == 1 and "" not in thing.labels
            and thing.labels <= names
        ]  # fmt: skip
        self.movable = {
            self._things[number].root.name_full: number
            for number in may
            if self._finds_its_feet(number) and not self._carries(number) and self._is_whole(number)
        }
        self._drops: Drops | None = None
        if spec.dropped and self.movable:
            self._drops = read_drops(spec, label_set, scene, view_layer, self._things, set(self.movable.values()))

    def place(
        self, tries: Mapping[str, tuple[Try, ...] | tuple[DropTry, ...]], eye: Sequence[float], stands: bool = True
    ) -> tuple[PosesDraw, dict[str, Motion]]:
        """Where things go, one after the other, and {name: its motion in the world}; not to where the camera is.

        `eye` is where that is, which jitter minds where the camera `stands` by itself.
        """
        clear = Box(np.array(eye), np.eye(3), np.full(3, CLEAR * self._metre))
        frame = _Frame(self._centres.copy(), self._reaches.copy(), clear if stands else None)
        drawn = PosesDraw({}, (), {})
        motions = {}
        for name in sorted(tries):
            number = self.movable[name]
            motion = None
            for one in tries[name] if number not in frame.carrying else ():
                if isinstance(one, DropTry):
                    found = self._drops.fits(number, one, frame.motions, np.array(eye)) if self._drops else None
                    if found:
                        motion, drawn.dropped[name], under = found
                        frame.carrying |= under
                else:
                    motion = self._fits(number, one, frame)
                    if motion is not None:
                        drawn.placed[name] = one
                if motion is not None:
                    motions[name] = motion
                    self._put(number, motion, frame)
                    break
        stayed = tuple(name for name in sorted(tries) if name not in motions)
        return PosesDraw(drawn.placed, stayed, drawn.dropped), motions

    def changes(self, motions: Mapping[str, Motion], held: Held) -> Iterator[Change]:
        for name, motion in motions.items():
            yield from self._things[self.movable[name]].changes(motion, held)

    def _put(self, number: int, motion: Motion, frame: _Frame) -> None:
        frame.motions[number] = motion
        for at in np.flatnonzero(self._owners == number):
            box = moved(self._bodies[at].box, motion)
            frame.centres[at], frame.reaches[at] = box.centre, box.reach

    def _fits(self, number: int, one: Try, frame: _Frame) -> Motion | None:
        x, y, degrees = one
        x, y = x * self._metre, y * self._metre
        thing = self._things[number]
        middle = (thing.low + thing.high) / 2
        for share in STEPS:
            motion = motion_about(middle, x * share, y * share, degrees * share)
            if self._meets(number, motion, frame):
                return None
        return motion if self._stands(number, motion, frame) else None

    def _meets(self, number: int, motion: Motion, frame: _Frame) -> bool:
        still = np.eye(4)
        still[2, 3] = LIFT * self._metre
        lifted = still @ motion
        for body in self._things[number].bodies:
            here, tree, own = moved(body.box, lifted), None, None
            if frame.eye and overlap(here, frame.eye) and not overlap(body.box, frame.eye):
                return True
            near = (np.abs(frame.centres - here.centre) <= frame.reaches + here.reach).all(axis=1)
            for at in np.flatnonzero(near & (self._owners != number)).tolist():
                around, theirs = self._bodies[at], frame.motions.get(int(self._owners[at]))
                if not overlap(here, around.box if theirs is None else moved(around.box, theirs)):
                    continue
                tree = tree or tree_of(body, lifted)
                if not cross(tree, frame.tree_of(at, around, theirs)):
                    continue
                own = own or tree_of(body, still)
                if not cross(own, tree_of(around)):  # what it is in as it stands is let be
                    return True
        return False

    def _finds_its_feet(self, number: int) -> bool:
        """Where a thing stands, and how far below its lowest point that is."""
        if number in self._under:
            return bool(self._under[number])
        thing = self._things[number]
        self._under[number] = set()
        low, high = thing.low, thing.high
        for across in SPOTS:
            for along in SPOTS:
                point = np.array([low[0] + across * (high[0] - low[0]), low[1] + along * (high[1] - low[1]), low[2]])
                distance, under = self._ground(number, point)
                if distance < 2 * LEVEL * self._metre:
                    thing.feet.append((point, distance))
                    self._under[number].add(under)
        return bool(thing.feet)

    def _carries(self, number: int) -> bool:
        """Whether something stands on a thing."""
        by = 2 * LEVEL * self._metre
        for other in self._near(number):
            above = self._things[other]
            bottom, top = above.low, above.high
            for across in SPOTS:
                for along in SPOTS:
                    share = np.array([across, along, 0.0])
                    distance, under = self._ground(other, bottom + share * (top - bottom))
                    if under == number and distance < by:
                        return True
        return False

    def _is_whole(self, number: int) -> bool:
        """Whether a thing can leave what is around it. Of what hangs on the same empties, it stands on some, or others
        stand as it does, and it touches nothing but what it stands on. It crosses nothing of its own label, as an
        armrest does a chair."""
        above, under = self._things[number].above, self._under[number]
        for hanging in (self._hanging[each] for each in above):
            if under.isdisjoint(hanging) and not any(
                self._finds_its_feet(other) and not self._under[other] <= hanging for other in hanging - {number}
            ):
                return False
        hanging = self._hanging[above[0]] if above else set()
        for other in self._near(number):
            if other in hanging and other not in under and self._touches(number, other, TOUCH * self._metre):
                return False
            if self._things[other].labels == self._things[number].labels and self._touches(number, other, 0.0):
                return False
        return True

    def _touches(self, number: int, other: int, by: float) -> bool:
        """Whether surfaces of two things cross as they stand, or come within `by`."""
        return any(
            touch(one, two, by)
            for one in self._things[number].bodies
            for two in self._things[other].bodies
            if overlap(one.box, two.box, -by)
        )

    def _near(self, number: int) -> set[int]:
        """The things whose upright boxes come near that of one."""
        by = 2 * LEVEL * self._metre
        low, high = self._things[number].low - by, self._things[number].high + by
        near = ((self._centres + self._reaches >= low) & (self._centres - self._reaches <= high)).all(axis=1)
        return set(self._owners[near].tolist()) - {number}

    def _stands(self, number: int, motion: Motion, frame: _Frame) -> bool:
        carrying = set()
        for point, distance in self._things[number].feet:
            there, under = self._ground(number, motion[:3, :3] @ point + motion[:3, 3])
            if under < 0 or under in frame.motions or abs(there - distance) > LEVEL * self._metre:
                return False
            carrying.add(under)
        frame.carrying |= carrying
        return True

    def _ground(self, number: int, point: NDArray[np.float64]) -> tuple[float, int]:
        """How far the ground is below a point, and whose it is (-1: nobody's). Of things as they stand at first: what
        moves carries nothing."""
        start = point + (0, 0, LEVEL * self._metre)
        apart = start - self._centres
        near = (np.abs(apart[:, :2]) <= self._reaches[:, :2]).all(axis=1) & (apart[:, 2] >= -self._reaches[:, 2])
        near &= apart[:, 2] <= self._reaches[:, 2] + 4 * LEVEL * self._metre
        best, found = np.inf, -1
        for at in np.flatnonzero(near & (self._owners != number)):
            body = self._bodies[at]
            back = body.matrix.inverted_safe()
            origin, down = back @ Vector(start), (back.to_3x3() @ Vector((0, 0, -1))).normalized()
            hit, place, *_ = body.obj.ray_cast(origin, down, depsgraph=self._depsgraph)
            below = start[2] - (body.matrix @ place).z if hit else np.inf
            if below < best:
                best, found = below, int(self._owners[at])
        return best - LEVEL * self._metre, found
