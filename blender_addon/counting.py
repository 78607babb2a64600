"""Counts what a scene shows in steps, so that no window waits while 100,000 objects are counted.

Anything can happen to a scene between two steps, and Blender's data with it. So a count keeps names and numbers alone;
whoever steps it starts anew when the scene has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from types import SimpleNamespace

import bpy

from .scene_labels import Occurrence, _generated, _render_collections, _shown


class Count:
    """How much of what a view layer renders has a label: a count under way, of `occurrences`."""

    def __init__(self) -> None:
        self.labelled = self.unlabelled = 0
        self.done = False
        self._collection = self._object = self._copy = 0
        self._seen: set[object] = set()

    def step(self, view_layer: bpy.types.ViewLayer, most: int) -> bool:
        """Look at about so many things; True when all are counted. An instanced collection is one thing, in one step.

        `view_layer` is evaluated and is what it was at the step before.
        """
        left = self._step_objects(list(_render_collections(view_layer.layer_collection)), most)
        self.done = left > 0 and self._step_copies(view_layer.depsgraph, left)
        return self.done

    def _step_objects(self, collections: list[bpy.types.Collection], left: int) -> int:
        """How much is left of the step after the objects; 0 or less where some of them wait for the next."""
        while self._collection < len(collections) and left > 0:
            objects = collections[self._collection].objects[self._object : self._object + left]
            wanted = left
            for obj in objects:
                if left <= 0:
                    break
                self._object += 1
                if obj.name_full in self._seen:
                    left -= 1
                else:
                    self._seen.add(obj.name_full)
                    left -= max(1, self._add(_shown(obj, ())))
            if left > 0 and len(objects) < wanted:
                self._collection, self._object = self._collection + 1, 0
                left -= 1
        return left

    def _step_copies(self, depsgraph: bpy.types.Depsgraph | None, left: int) -> bool:
        """Blender lists copies from the first one on alone: a step passes by those that were counted, so steps grow."""
        if not depsgraph or (not self._copy and not _may_copy()):
            return True
        before = self._copy
        most = 2 * left + before // 4

        def next_copies() -> Iterator[bpy.types.DepsgraphObjectInstance]:
            for instance in islice(depsgraph.object_instances, before, before + most):
                self._copy += 1
                yield instance

        self._add(_generated(SimpleNamespace(object_instances=next_copies()), self._seen))
        return self._copy - before < most

    def _add(self, occurrences: Iterator[Occurrence]) -> int:
        found = Counter(each.unlabelled for each in occurrences)
        self.labelled += found[False]
        self.unlabelled += found[True]
        return found.total()


def _may_copy() -> bool:
    """False when nothing in the file makes copies but instanced collections, so that listing them finds none."""
    if bpy.data.particles or any(tree.type == "GEOMETRY" for tree in bpy.data.node_groups):
        return True
    import numpy as np

    kinds = bpy.types.Object.bl_rna.properties["instance_type"].enum_items
    found = np.empty(len(bpy.data.objects), np.int32)
    bpy.data.objects.foreach_get("instance_type", found)
    return bool(np.isin(found, (kinds["VERTS"].value, kinds["FACES"].value)).any())
