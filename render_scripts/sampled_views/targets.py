"""Which triangles a target names: those of an object, or of each thing of a label.

A sofa is often a dozen meshes under one empty, where pillows hang too: what hangs together, has one label and touches,
or surrounds as a shade its bulb, is one thing. Chairs under the root of an import stay as many as they are, as long as
they stand apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.strict import nearest

from .refusals import NoViews
from .surfaces import Surfaces

Rows = NDArray[np.intp]
"""Numbers of triangles."""

GAP = 0.05
"""Metres between parts of one thing, at most: castors hang in forks, cords from lamps."""
_PROBES = 200
"""Corners of a part, at most, that are held against another."""


def triangles_of(scene: bpy.types.Scene, surfaces: Surfaces, target: str, label_set: LabelSet) -> list[Rows]:
    """Of each thing that a target names, an object with all below it or the things of a label. Raises NoViews."""
    obj = scene.objects.get(target)
    if obj:
        ids = [obj.session_uid, *(child.session_uid for child in obj.children_recursive)]
        rows = np.flatnonzero(np.isin(surfaces.thing, np.flatnonzero(np.isin(surfaces.hosts, ids))))
        if len(rows):
            return [rows]
        raise NoViews(f"sampled views: object {target!r} has no surface that a render shows")
    label = next((label for label in label_set.labels if label.name == target), None)
    if label is None:
        known = [*(label.name for label in label_set.labels), *scene.objects.keys()]
        raise NoViews(
            f"sampled views: nothing is called {target!r}, neither an object of scene {scene.name!r} nor a "
            f"label of {label_set.name!r}{nearest(target, known)}"
        )
    rows = np.flatnonzero(surfaces.label == label.id)
    if not len(rows):
        raise NoViews(f"sampled views: nothing in this scene has label {target!r}")
    roots = {obj.session_uid: _root(obj).session_uid for obj in scene.objects}
    return _things(surfaces, rows, roots)


def _root(obj: bpy.types.Object) -> bpy.types.Object:
    while obj.parent:
        obj = obj.parent
    return obj


def _things(surfaces: Surfaces, rows: Rows, roots: dict[int, int]) -> list[Rows]:
    """The triangles of a label by things: what is known as one object, and what touches it under the same root."""
    hosts = surfaces.hosts[surfaces.thing[rows]]
    order = np.argsort(hosts, kind="stable")
    parts = sorted(np.split(rows[order], np.flatnonzero(np.diff(hosts[order])) + 1), key=lambda part: int(part[0]))
    under: dict[int, list[Rows]] = defaultdict(list)
    for part in parts:
        host = int(surfaces.hosts[surfaces.thing[part[0]]])
        under[roots.get(host, host)].append(part)
    things = [thing for together in under.values() for thing in _touching(surfaces, together)]
    return sorted(things, key=lambda thing: int(thing[0]))


def _touching(surfaces: Surfaces, parts: Sequence[Rows]) -> list[Rows]:
    """The parts, those that touch one another joined."""
    low = np.array([surfaces.corners[part].min(axis=(0, 1)) for part in parts])
    high = np.array([surfaces.corners[part].max(axis=(0, 1)) for part in parts])
    trees: dict[int, BVHTree] = {}
    thing_of = np.arange(len(parts))

    def tree_of(part: int) -> BVHTree:
        trees[part] = trees.get(part) or surfaces.of(parts[part])
        return trees[part]

    for at in range(len(parts)):
        for other in np.flatnonzero((low <= high[at] + GAP).all(axis=1) & (high >= low[at] - GAP).all(axis=1)).tolist():
            if thing_of[other] == thing_of[at]:
                continue
            inside = (low[at] <= low[other]).all() and (high[other] <= high[at]).all()
            if inside or _touch(surfaces, (parts[at], parts[other]), (tree_of(at), tree_of(other))):
                thing_of[thing_of == thing_of[other]] = thing_of[at]
    return [np.sort(np.concatenate([parts[at] for at in np.flatnonzero(thing_of == thing)]))
            for thing in dict.fromkeys(thing_of.tolist())]  # fmt: skip


def _touch(surfaces: Surfaces, parts: tuple[Rows, Rows], trees: tuple[BVHTree, BVHTree]) -> bool:
    return (
        bool(trees[0].overlap(trees[1]))
        or _is_near(surfaces, parts[0], trees[1])
        or _is_near(surfaces, parts[1], trees[0])
    )


def _is_near(surfaces: Surfaces, part: Rows, tree: BVHTree) -> bool:
    corners = surfaces.corners[part].reshape(-1, 3)
    probes = corners[:: 1 + len(corners) // _PROBES].tolist()
    return any(tree.find_nearest(Vector(probe), GAP)[3] is not None for probe in probes)
