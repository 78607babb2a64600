"""The things of a frame as its render has them: copies and all, read off the very depsgraph that Cycles renders.

What the viewport evaluates differs (modifiers and objects shown in renders alone, amounts of particles), and evaluating
everything once more would cost a second at 10,000 objects. Blender tells of the render's own evaluation when it
changes to the frame: handlers of that hear of each render.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from ..occurrences import NO_LEVEL, hair_of
from ..scene_labels import CARRIERS
from . import cryptomatte
from .copy_marks import is_marked

MOST = 2**24
"""Ids end below: a float32 holds each of them."""

Key = tuple[str, tuple[int, ...], str]
"""(outermost instancer or "", its persistent id, object), names as `name_full`."""


@dataclass(frozen=True)
class Geometry:
    """What a surface is in its own space: (2, 3) the corners of its box; of a mesh, where asked for, its triangles.

    `points` (V, 3) and `triangles` (T, 3). `drawn` is False of a text, curve or metaball itself: the render shows the
    mesh made of it, which is listed beside it.
    """

    box: NDArray[np.float64]
    drawn: bool = True
    points: NDArray[np.float64] | None = None
    triangles: NDArray[np.int32] | None = None


@dataclass(frozen=True)
class Things:
    """All that a render may show, one row a surface; several surfaces of a thing (mesh and curves) share its id.

    `keys`: what each is. `ids` (N,) uint32 from 1 on. `cryptomatte` (N,) uint32 and `marks` (N,) float32, as passes
    show them. `labels` (N,) uint16 of the object, as the render has it. `matrices` (N, 4, 4) world from object, Blender
    units. `geometry`: (G,), and `shapes` (N,) which of it. `sure` (N,): False where a mark may not be told.
    """

    keys: Sequence[Key]
    ids: NDArray[np.uint32]
    cryptomatte: NDArray[np.uint32]
    marks: NDArray[np.float32]
    labels: NDArray[np.uint16]
    matrices: NDArray[np.float64]
    geometry: list[Geometry]
    shapes: NDArray[np.int64]
    sure: NDArray[np.bool_]


def read_things(
    depsgraph: bpy.types.Depsgraph,
    twins: Mapping[str, str],
    doubtful: frozenset[str],
    known: dict[Key, int],
    with_triangles: bool = False,
) -> Things:
    """What the depsgraph shows. `twins`: {name of a copy made for a label: that of its original}, both `name_full`.

    `doubtful`: materials whose marks may be sums. `known` keeps hashes from frame to frame. Triangles come along where
    a mark may not be enough, or where `with_triangles`.
    """
    objects: dict[str, tuple[str, str, int, bool]] = {}
    shapes: dict[tuple[str, int], int] = {}
    data: list[tuple[bpy.types.ID, bool]] = []
    boxes: list[tuple[float, ...]] = []
    rows: list[tuple[str, str, tuple[int, ...], int]] = []
    places: list[int] = []
    matrices: list[float] = []
    sure: list[bool] = []
    sums = False  # a mark in front of others adds to theirs
    for instance in depsgraph.object_instances:
        if not instance.show_self and not hair_of(instance.object):
            continue
        copied = instance.is_instance
        shown = instance.object
        obj = instance.instance_object if copied else shown
        name = obj.name_full
        if name not in objects:
            objects[name] = (obj.name, twins.get(name, name), obj.pass_index, obj.type in CARRIERS)
        if not objects[name][3]:
            continue
        surface = shown.data
        shape = name, surface.as_pointer()
        if shape not in shapes:
            shapes[shape] = len(boxes)
            corners = shown.bound_box
            boxes.append((*corners[0], *corners[6]))
            materials = _materials(shown, surface)
            sums = sums or any(material and material.name_full in doubtful for material in materials)
            data.append((surface, bool(materials) and all(map(is_marked, materials))))
        places.append(shapes[shape])
        sure.append(data[shapes[shape]][1])
        for row in instance.matrix_world:
            matrices.extend(row)
        if copied:
            levels = tuple(level for level in instance.persistent_id if level != NO_LEVEL)
            rows.append((name, instance.parent.name_full, levels, instance.random_id & 0xFFFFFFFF))
        else:
            rows.append((name, "", (), _plain_random(objects[name][0])))
    keys = _keys(rows, objects)
    codes = dict(zip(objects, cryptomatte.object_ids([obj[0] for obj in objects.values()])))
    things = Things(
        keys,
        _ids(keys, known),
        np.array([codes[row[0]] for row in rows], np.uint32),
        (np.array([row[3] for row in rows], np.uint32).astype(np.float32) * np.float32(1 / 0xFFFFFFFF)),
        np.array([objects[row[0]][2] for row in rows], np.uint16),
        np.array(matrices, np.float64).reshape(-1, 4, 4),
        [],
        np.array(places, np.int64),
        np.array(sure, bool) & (not sums),
    )
    needed = set(range(len(boxes))) if with_triangles else {places[row] for row in _colliding(things)}
    things.geometry.extend(
        _geometry(box, surface, place in needed) for place, (box, (surface, _)) in enumerate(zip(boxes, data))
    )
    return things


def _materials(obj: bpy.types.Object, data: bpy.types.ID) -> list[bpy.types.Material | None]:
    """Those that the faces of a surface may have: of nodes' geometry its own, else those of the object's slots."""
    own = list(getattr(data, "materials", ()))
    slots = [slot.material for slot in obj.material_slots]
    return slots if len(slots) == len(own) else own


def _colliding(things: Things) -> Iterator[int]:
    """Rows that may not be told from another by Cryptomatte and mark alone."""
    order = np.argsort(things.cryptomatte, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(things.cryptomatte[order])) + 1):
        if len(group) > 1 and len(np.unique(things.ids[group])) > 1:
            same = len(np.unique(things.marks[group])) < len(group)
            if same or not things.sure[group].all():
                yield from group.tolist()


def _geometry(box: tuple[float, ...], data: bpy.types.ID, with_triangles: bool) -> Geometry:
    corners, drawn = np.array(box, np.float64).reshape(2, 3), not isinstance(data, bpy.types.Curve | bpy.types.MetaBall)
    if not with_triangles or not isinstance(data, bpy.types.Mesh):
        return Geometry(corners, drawn)
    data.calc_loop_triangles()
    points, triangles = np.empty(len(data.vertices) * 3, np.float32), np.empty(len(data.loop_triangles) * 3, np.int32)
    data.vertices.foreach_get("co", points)
    data.loop_triangles.foreach_get("vertices", triangles)
    return Geometry(corners, drawn, points.reshape(-1, 3).astype(np.float64), triangles.reshape(-1, 3))


def _keys(rows: Sequence[tuple[str, str, tuple[int, ...], int]], objects: Mapping[str, tuple]) -> list[Key]:
    """What each row is. Evaluation lists the surfaces of one object (mesh, curves, points that nodes make, the mesh of
    a text) apart: those beside the object itself have one number more than it, in front."""
    stems = {(name, parent, levels) for name, parent, levels, _ in rows}
    plain = {name for name, parent, _, _ in rows if not parent}

    def key(name: str, parent: str, levels: tuple[int, ...]) -> Key:
        own = objects[name][1]
        if not parent:
            return "", (), own
        if name == parent and name in plain:
            if len(levels) == 1:
                return "", (), own
            levels = levels[1:]
        elif any((name, parent, levels[start:]) in stems for start in range(1, len(levels))):
            levels = levels[1:]
        return parent, levels[::-1], own

    return [key(name, parent, levels) for name, parent, levels, _ in rows]


def _ids(keys: Sequence[Key], known: dict[Key, int]) -> NDArray[np.uint32]:
    """24 bits of a hash of each key. Of two with the same, the one that comes first keeps it."""
    for key in keys:
        if key not in known:
            known[key] = _hash(key, 0)
    found = np.array([known[key] for key in keys], np.uint32)
    if len(np.unique(found)) == len(keys):
        return found
    taken: dict[int, Key] = {}
    given: dict[Key, int] = {}
    for key in sorted(set(keys)):
        id_, again = known[key], 0
        while not id_ or id_ in taken:
            again += 1
            id_ = _hash(key, again)
        taken[id_], given[key] = key, id_
    return np.array([given[key] for key in keys], np.uint32)


def _hash(key: Key, again: int) -> int:
    parent, levels, name = key
    text = "\0".join([parent, *map(str, levels), name, *["again"] * again])
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=3).digest(), "little")


@functools.lru_cache(maxsize=2**18)
def _plain_random(name: str) -> int:
    """The number that Cycles gives an object which is no copy: Jenkins' lookup3 of a hash of its name and 0
    (intern/cycles/util/hash.h: hash_string, hash_uint2)."""
    value = 0
    for byte in name.encode(errors="surrogateescape"):
        value = (value * 37 + byte) & 0xFFFFFFFF
    a = b = c = (0xDEADBEEF + (2 << 2) + 13) & 0xFFFFFFFF
    a = (a + value) & 0xFFFFFFFF
    for first, second, third in ((14, 11, 25), (16, 4, 14)):
        c = ((c ^ b) - _rotated(b, first)) & 0xFFFFFFFF
        a = ((a ^ c) - _rotated(c, second)) & 0xFFFFFFFF
        b = ((b ^ a) - _rotated(a, third)) & 0xFFFFFFFF
    return ((c ^ b) - _rotated(b, 24)) & 0xFFFFFFFF


def _rotated(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & 0xFFFFFFFF
