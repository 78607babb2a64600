"""A room being furnished, and a piece of furniture being put together in it.

A piece is a collection of its own with an empty as its root: whoever opens the file moves a sofa by moving one thing.
Parts stand in the piece's own metres, Z up, and take the piece's label unless they name another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import radians

import bpy
import numpy as np

Vec = Sequence[float]


@dataclass(frozen=True)
class Room:
    """What every piece needs: the scene, the dice, materials by name, books to share, the objects of each label."""

    scene: bpy.types.Scene
    rng: np.random.Generator
    material: dict[str, bpy.types.Material]
    books: list[bpy.types.Mesh]
    labelled: dict[str, list[bpy.types.Object]]


@dataclass(frozen=True)
class Piece:
    """One piece of furniture: its parts hang on `root` and lie in `collection`."""

    room: Room
    label: str
    root: bpy.types.Object
    collection: bpy.types.Collection


def start(room: Room, name: str, label: str, at: Vec = (0, 0, 0), turn: float = 0.0) -> Piece:
    """An empty piece at `at` (metres), turned `turn` degrees about Z."""
    collection = bpy.data.collections.new(name)
    room.scene.collection.children.link(collection)
    root = bpy.data.objects.new(name, None)
    root.empty_display_size = 0.1
    root.location, root.rotation_euler.z = at, radians(turn)
    collection.objects.link(root)
    return Piece(room, label, root, collection)


def start_copies(room: Room, name: str, label: str) -> Piece:
    """A piece that stands nowhere itself: `instance` shows it, as often as one likes."""
    collection = bpy.data.collections.new(name)
    root = bpy.data.objects.new(name, None)
    collection.objects.link(root)
    return Piece(room, label, root, collection)


def instance(piece: Piece, name: str, at: Vec, turn: float) -> bpy.types.Object:
    """Show a piece's collection through an empty at `at`, turned `turn` degrees about Z."""
    empty = bpy.data.objects.new(name, None)
    empty.instance_type, empty.instance_collection = "COLLECTION", piece.collection
    empty.location, empty.rotation_euler.z = at, radians(turn)
    piece.room.scene.collection.objects.link(empty)
    return empty


def put(
    piece: Piece,
    name: str,
    data: bpy.types.ID,
    at: Vec = (0, 0, 0),
    turn: Vec = (0, 0, 0),
    label: str | None = None,
    material: str | None = None,
) -> bpy.types.Object:
    """Put an object around `data` (mesh, curve, text) into the piece; `turn` is XYZ Euler angles in degrees."""
    part = bpy.data.objects.new(f"{piece.root.name} {name}", data)
    part.location, part.rotation_euler = at, [radians(angle) for angle in turn]
    part.parent = piece.root
    piece.collection.objects.link(part)
    if material is not None:
        data.materials.append(piece.room.material[material])
    piece.room.labelled.setdefault(label or piece.label, []).append(part)
    return part
