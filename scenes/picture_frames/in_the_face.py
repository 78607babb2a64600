"""Whether something fills too much of what a camera sees: then it is taken away again, and put elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from scenes.picture_frames.shots import Shot
from scenes.pieces import Room
from scenes.pose import SENSOR

TRIES = 5
RAYS = (16, 12)


def put_unless_in_the_face(room: Room, shot: Shot, put: Callable[[], None], most: float) -> bool:
    """Call `put` until what it puts into the room hides at most this share of the picture; False if it never does."""
    for _ in range(TRIES):
        objects, collections = set(bpy.data.objects), set(bpy.data.collections)
        labelled = {label: len(things) for label, things in room.labelled.items()}
        put()
        came = [obj for obj in bpy.data.objects if obj not in objects]
        if hidden_share(shot, came) <= most:
            return True
        for label, things in room.labelled.items():
            del things[labelled.get(label, 0) :]
        bpy.data.batch_remove([*came, *(each for each in bpy.data.collections if each not in collections)])
    return False


def hidden_share(shot: Shot, things: Iterable[bpy.types.Object]) -> float:
    """The share of the picture that meshes among these things cover, by a few rays."""
    bpy.context.view_layer.update()
    depsgraph = bpy.context.evaluated_depsgraph_get()
    eye, rays = Vector(shot.eye), _rays(shot)
    hidden = np.zeros(len(rays), bool)
    for thing in things:
        if thing.type != "MESH" or not thing.visible_camera:
            continue
        tree, back = BVHTree.FromObject(thing, depsgraph), thing.matrix_world.inverted()
        start = back @ eye
        for number in np.flatnonzero(~hidden):
            hidden[number] = tree.ray_cast(start, back.to_3x3() @ rays[number])[0] is not None
    return float(hidden.mean())


def _rays(shot: Shot) -> list[Vector]:
    """Through a grid of points of the picture; nobody minds the roll."""
    ahead = (Vector(shot.target) - Vector(shot.eye)).normalized()
    right = ahead.cross(Vector((0, 0, 1))).normalized()
    up, half = right.cross(ahead), SENSOR / 2 / shot.lens
    columns, rows = RAYS
    spots = np.stack(np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5), axis=-1).reshape(-1, 2)
    spots = (2 * spots / (columns, rows) - 1) * (1, rows / columns)
    return [ahead + half * (float(a) * right + float(b) * up) for a, b in spots]
