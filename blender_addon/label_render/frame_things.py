"""The things of a frame as its render has them: copies and all, read off the very depsgraph that Cycles renders.

What the viewport evaluates differs (modifiers and objects shown in renders alone, amounts of particles), and evaluating
everything once more would cost a second at 10,000 objects. Blender tells of the render's own evaluation when it
changes to the frame: handlers of that hear of each render.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from ..occurrences import NO_LEVEL, hair_of
from ..scene_labels import CARRIERS
from . import cryptomatte
from .copy_marks import is_marked
from .strands import box_of_points, box_of_strands
from .thing_ids import Ids, Key, Listed, ids_of, keys_of


@dataclass(frozen=True)
class Geometry:
    """What a surface is in its own space: (2, 3) the corners of its box; of a mesh, where asked for, its triangles.

    `points` (V, 3) and `triangles` (T, 3). `drawn` is False of a text, curve or metaball itself: the render shows the
    mesh made of it, which is listed beside it. `has_strands`: hair is drawn with it, which is in the box alone.
    """

    box: NDArray[np.float64]
    drawn: bool = True
    points: NDArray[np.float64] | None = None
    triangles: NDArray[np.int32] | None = None
    has_strands: bool = False


@dataclass(frozen=True)
class Things:
    """All that a render may show, one row a surface; several surfaces of a thing (mesh and curves) share its id.

    `keys`: what each is. `ids` (N,) from 1 on. `cryptomatte` (N,) uint32 and `marks` (N,) float32, as passes
    show them. `labels` (N,) uint16 of the object, as the render has it. `matrices` (N, 4, 4) world from object, Blender
    units. `geometry`: (G,), and `shapes` (N,) which of it. `sure` (N,): False where a mark may not be told.
    """

    keys: Sequence[Key]
    ids: Ids
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
    objects: dict[str, tuple[str, int, bool]] = {}
    shapes: dict[tuple[str, int, bool], int] = {}
    found: list[_Shape] = []
    rows: list[Listed] = []
    randoms: list[int] = []
    places: list[int] = []
    matrices: list[float] = []
    sure: list[bool] = []
    sums = False  # a mark in front of others adds to theirs
    for instance in depsgraph.object_instances:
        shown, faces = instance.object, instance.show_self
        if not faces and not (instance.show_particles and hair_of(shown)):
            continue
        row = listed(instance)
        name = row[0]
        if name not in objects:
            obj = instance.instance_object if instance.is_instance else shown
            objects[name] = (obj.name, obj.pass_index, obj.type in CARRIERS)
        if not objects[name][2]:
            continue
        surface = shown.data
        shape = name, surface.as_pointer(), faces
        if shape not in shapes:
            shapes[shape] = len(found)
            materials = _materials(shown, surface)
            sums = sums or any(material and material.name_full in doubtful for material in materials)
            marked = bool(materials) and all(map(is_marked, materials))
            found.append(_Shape(surface, *_box(shown, faces, instance.show_particles), faces, marked))
        places.append(shapes[shape])
        sure.append(found[shapes[shape]].marked)
        for line in instance.matrix_world:
            matrices.extend(line)
        rows.append(row)
        randoms.append(instance.random_id & 0xFFFFFFFF if row[1] else _plain_random(objects[name][0]))
    keys = keys_of(rows, twins)
    codes = dict(zip(objects, cryptomatte.object_ids([obj[0] for obj in objects.values()])))
    things = Things(
        keys,
        ids_of(keys, known),
        np.array([codes[row[0]] for row in rows], np.uint32),
        np.array(randoms, np.uint32).astype(np.float32) * np.float32(1 / 0xFFFFFFFF),
        np.array([objects[row[0]][1] for row in rows], np.uint16),
        np.array(matrices, np.float64).reshape(-1, 4, 4),
        [],
        np.array(places, np.int64),
        np.array(sure, bool) & (not sums),
    )
    needed = set(range(len(found))) if with_triangles else {places[row] for row in _colliding(things)}
    things.geometry.extend(_geometry(shape, place in needed) for place, shape in enumerate(found))
    return things


@dataclass(frozen=True)
class _Shape:
    """A surface in the space of its object: `faces` is False where hair alone is seen of it."""

    data: bpy.types.ID
    box: NDArray[np.float64]
    has_strands: bool
    faces: bool
    marked: bool


def _box(obj: bpy.types.Object, faces: bool, hairy: bool) -> tuple[NDArray[np.float64], bool]:
    """The box of what is rendered of an object, and whether there are strands in it."""
    own = box_of_points(obj.data) if obj.type in {"CURVES", "POINTCLOUD"} else None
    if own is None:
        corners = obj.bound_box
        own = np.array([corners[0], corners[6]], np.float64)
    strands = box_of_strands(obj) if hairy else None
    if strands is None:
        return own, False
    return (np.stack([np.minimum(own[0], strands[0]), np.maximum(own[1], strands[1])]) if faces else strands), True


def listed(instance: bpy.types.DepsgraphObjectInstance) -> Listed:
    """How evaluation lists a surface."""
    if not instance.is_instance:
        return instance.object.name_full, "", ()
    levels = tuple(level for level in instance.persistent_id if level != NO_LEVEL)
    return instance.instance_object.name_full, instance.parent.name_full, levels


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


def _geometry(shape: _Shape, with_triangles: bool) -> Geometry:
    data, drawn = shape.data, not isinstance(shape.data, bpy.types.Curve | bpy.types.MetaBall)
    if not with_triangles or not shape.faces or not isinstance(data, bpy.types.Mesh):
        return Geometry(shape.box, drawn, has_strands=shape.has_strands)
    data.calc_loop_triangles()
    points, triangles = np.empty(len(data.vertices) * 3, np.float32), np.empty(len(data.loop_triangles) * 3, np.int32)
    data.vertices.foreach_get("co", points)
    data.loop_triangles.foreach_get("vertices", triangles)
    points = points.reshape(-1, 3).astype(np.float64)
    return Geometry(shape.box, drawn, points, triangles.reshape(-1, 3), shape.has_strands)


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
