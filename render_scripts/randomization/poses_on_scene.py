"""Finds places for things that are to move, so that none meets another one or leaves what it stands on.

A thing is all that hangs on one object without a parent. It may move where all of it has one label that may, nothing
animates it, and it carries nothing. Boxes say quickly what is far; where boxes meet, meshes are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import bpy
import numpy as np
from mathutils import Euler, Matrix, Quaternion, Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet
from blender_addon.scene_labels import CARRIERS, is_locked, resolve

from .boxes import Box, box_of, motion_about, moved, overlap
from .held import Change, Held
from .materials import ALL
from .poses import Poses, PosesDraw, Try

LIFT = 0.004  # metres: what stands on something touches it, and may
CLEAR = 0.1  # metres that things keep from the camera
LEVEL = 0.006  # metres by which the ground may differ where a thing comes to stand
STEPS = (1 / 3, 2 / 3, 1.0)  # of the way, so that nothing jumps through a wall
MANY = 200_000  # vertices of a mesh that is not asked, but taken for its box


SPOTS = (0.15, 0.5, 0.85)  # of a thing's length and width, where its feet are felt

Motion = NDArray[np.float64]
"""4x4, of the world."""


@dataclass
class Body:
    """One rendered mesh: where it stands, its box, and its triangles once somebody asks."""

    obj: bpy.types.Object
    matrix: Matrix
    box: Box
    tree: BVHTree | None = None


@dataclass
class Thing:
    root: bpy.types.Object
    labels: set[str] = field(default_factory=set)
    bodies: list[Body] = field(default_factory=list)
    kept: bool = False
    feet: list[tuple[NDArray[np.float64], float]] = field(default_factory=list)

    @property
    def low(self) -> NDArray[np.float64]:
        return np.min([body.box.centre - body.box.reach for body in self.bodies], axis=0)

    @property
    def high(self) -> NDArray[np.float64]:
        return np.max([body.box.centre + body.box.reach for body in self.bodies], axis=0)


@dataclass
class _Frame:
    """Where all bodies are once some things have moved: upright boxes around them, and {thing: its motion}; the box
    around the camera that they keep out of, where it stands by itself."""

    centres: NDArray[np.float64]
    reaches: NDArray[np.float64]
    eye: Box | None = None
    motions: dict[int, Motion] = field(default_factory=dict)


class Places:
    """All things of a scene as they stand, and those that may move."""

    def __init__(self, spec: Poses, keep: tuple[str, ...], label_set: LabelSet, metre: float) -> None:
        self._metre, self._depsgraph = metre, bpy.context.evaluated_depsgraph_get()
        self._things = _things(self._depsgraph, label_set, set(keep))
        self._bodies = [body for thing in self._things for body in thing.bodies]
        self._owners = np.repeat(np.arange(len(self._things)), [len(thing.bodies) for thing in self._things])
        self._centres = np.array([body.box.centre for body in self._bodies]).reshape(-1, 3)
        self._reaches = np.array([body.box.reach for body in self._bodies]).reshape(-1, 3)
        names = set(spec.labels)
        may = [
            number
            for number, thing in enumerate(self._things)
            if not thing.kept and len(thing.labels) == 1 and (ALL in names or thing.labels <= names)
        ]
        self.movable = {
            self._things[number].root.name_full: number
            for number in may
            if self._finds_its_feet(number) and not self._carries(number)
        }

    def place(
        self, tries: Mapping[str, tuple[Try, ...]], eye: tuple[float, ...] | None = None
    ) -> tuple[PosesDraw, dict[str, Motion]]:
        """Where things go, one after the other, and {name: its motion in the world}; not to where the camera is."""
        clear = np.full(3, CLEAR * self._metre)
        frame = _Frame(
            self._centres.copy(), self._reaches.copy(), Box(np.array(eye), np.eye(3), clear) if eye else None
        )
        placed, stayed, motions = {}, [], {}
        for name in sorted(tries):
            number = self.movable[name]
            for one in tries[name]:
                motion = self._fits(number, one, frame)
                if motion is not None:
                    placed[name], motions[name] = one, motion
                    self._put(number, motion, frame)
                    break
            else:
                stayed.append(name)
        return PosesDraw(placed, tuple(stayed)), motions

    def changes(self, motions: Mapping[str, Motion], held: Held) -> Iterator[Change]:
        for name, motion in motions.items():
            root, move = self._things[self.movable[name]].root, Matrix(motion.tolist())
            yield root, "location", tuple(move @ Vector(held.own(root, "location")))
            if root.rotation_mode == "QUATERNION":
                turned = move.to_3x3() @ Quaternion(held.own(root, "rotation_quaternion")).to_matrix()
                yield root, "rotation_quaternion", tuple(turned.to_quaternion())
            else:
                own = Euler(held.own(root, "rotation_euler"), root.rotation_mode)
                turned = move.to_3x3() @ own.to_matrix()
                yield root, "rotation_euler", tuple(turned.to_euler(root.rotation_mode, own))

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
        return motion if self._stands(number, motion) else None

    def _meets(self, number: int, motion: Motion, frame: _Frame) -> bool:
        still = np.eye(4)
        still[2, 3] = LIFT * self._metre
        lifted = still @ motion
        for body in self._things[number].bodies:
            here = moved(body.box, lifted)
            if frame.eye and overlap(here, frame.eye) and not overlap(body.box, frame.eye):
                return True
            near = (np.abs(frame.centres - here.centre) <= frame.reaches + here.reach).all(axis=1)
            for at in np.flatnonzero(near & (self._owners != number)):
                around, theirs = self._bodies[at], frame.motions.get(int(self._owners[at]))
                box = around.box if theirs is None else moved(around.box, theirs)
                if (
                    overlap(here, box)
                    and _cross(body, lifted, around, theirs)
                    and not _cross(body, still, around, None)  # what it is in as it stands is let be
                ):
                    return True
        return False

    def _finds_its_feet(self, number: int) -> bool:
        """Where a thing stands, and how far below its lowest point that is."""
        thing = self._things[number]
        low, high = thing.low, thing.high
        for across in SPOTS:
            for along in SPOTS:
                point = np.array([low[0] + across * (high[0] - low[0]), low[1] + along * (high[1] - low[1]), low[2]])
                distance, _ = self._ground(number, point)
                if distance < 2 * LEVEL * self._metre:
                    thing.feet.append((point, distance))
        return bool(thing.feet)

    def _carries(self, number: int) -> bool:
        """Whether something stands on a thing."""
        thing = self._things[number]
        by = 2 * LEVEL * self._metre
        low, high = thing.low - by, thing.high + by
        near = ((self._centres + self._reaches >= low) & (self._centres - self._reaches <= high)).all(axis=1)
        for other in set(self._owners[near].tolist()) - {number}:
            above = self._things[other]
            bottom, top = above.low, above.high
            for across in SPOTS:
                for along in SPOTS:
                    share = np.array([across, along, 0.0])
                    distance, under = self._ground(other, bottom + share * (top - bottom))
                    if under == number and distance < by:
                        return True
        return False

    def _stands(self, number: int, motion: Motion) -> bool:
        for point, distance in self._things[number].feet:
            there, under = self._ground(number, motion[:3, :3] @ point + motion[:3, 3])
            if under < 0 or abs(there - distance) > LEVEL * self._metre:
                return False
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


def _things(depsgraph: bpy.types.Depsgraph, label_set: LabelSet, keep: set[str]) -> list[Thing]:
    names = {label.id: label.name for label in label_set.labels}
    found: dict[bpy.types.Object, Thing] = {}
    for instance in depsgraph.object_instances:
        obj = instance.object.original
        if obj.type not in CARRIERS or obj.hide_render or not instance.show_self:
            continue
        top = instance.parent.original if instance.is_instance and instance.parent else obj
        above = (top,) if top != obj else ()
        while top.parent:
            top = top.parent
        thing = found.setdefault(top, Thing(top, kept=not _is_still(top)))
        ids = {resolve(obj, instancers=above).label_id} | {
            slot.material.pass_index for slot in obj.material_slots if slot.material and slot.material.pass_index
        }
        thing.labels.add(names.get(resolve(obj, instancers=above).label_id, ""))
        thing.kept |= is_locked(obj) or any(map(is_locked, above)) or any(names.get(each) in keep for each in ids)
        thing.kept |= bool(obj.animation_data or obj.constraints or obj.rigid_body)
        low, high = np.min(obj.bound_box, axis=0), np.max(obj.bound_box, axis=0)
        matrix = instance.matrix_world.copy()
        thing.bodies.append(Body(obj, matrix, box_of(np.array(matrix), low, high)))
    return list(found.values())


def _is_still(root: bpy.types.Object) -> bool:
    """Whether only its own location and rotation say where a thing is."""
    deltas = any(root.delta_location) or any(root.delta_rotation_euler)
    fixed = root.animation_data or root.constraints or root.rigid_body or root.library
    return not (deltas or fixed or root.rotation_mode == "AXIS_ANGLE" or is_locked(root))


def _cross(one: Body, motion: Motion, other: Body, theirs: Motion | None) -> bool:
    """Whether the surfaces of two bodies cross; one that has too many vertices is taken for its box."""
    ours = _tree(one, motion)
    if theirs is None:
        other.tree = other.tree or _tree(other, None)
        tree = other.tree
    else:
        tree = _tree(other, theirs)
    return not ours or not tree or bool(ours.overlap(tree))


def _tree(body: Body, motion: Motion | None) -> BVHTree | None:
    evaluated = body.obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    try:
        mesh = evaluated.to_mesh()
    except RuntimeError:
        return None
    try:
        if not mesh or len(mesh.vertices) > MANY:
            return None
        places = np.empty(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", places)
        matrix = np.array(body.matrix) if motion is None else motion @ np.array(body.matrix)
        places = places.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
        mesh.calc_loop_triangles()
        corners = np.empty(3 * len(mesh.loop_triangles), np.int32)
        mesh.loop_triangles.foreach_get("vertices", corners)
        return BVHTree.FromPolygons(places.tolist(), corners.reshape(-1, 3).tolist(), all_triangles=True)
    finally:
        evaluated.to_mesh_clear()
