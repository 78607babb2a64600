"""Counts what a scene shows in steps, so that no window waits while 100,000 objects are counted.

Anything can happen to a scene between two steps, and Blender's data with it. So a count keeps names and numbers alone;
whoever steps it starts anew when the scene has changed.
"""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ..instancing import referring_trees
from ..occurrences import Occurrence, copies, render_collections, shown_by


class Count:
    """How much of what a view layer renders has a label: a count under way, of `occurrences`."""

    def __init__(self) -> None:
        self.labelled = self.unlabelled = 0
        self.done = False
        self._collection = self._object = 0
        self._seen: set[str] = set()
        self._hosts: list[tuple[str, str | None]] = []

    def step(self, view_layer: bpy.types.ViewLayer, most: int) -> bool:
        """Look at about so many things; True when all are counted. Copies of all kinds are one step of their own.

        `view_layer` is evaluated and is what it was at the step before.
        """
        trees = referring_trees()
        left = self._step_objects(view_layer, trees, most)
        if left <= 0:
            return False
        if self._hosts and view_layer.depsgraph:
            if left < most:
                return False
            found = filter(None, map(bpy.data.objects.get, self._hosts))
            hosts = {obj: shown_by(obj, trees, view_layer=view_layer)[1] for obj in found}
            self._add(copies(view_layer.depsgraph, hosts, trees))
        self.done = True
        return True

    def _step_objects(self, view_layer: bpy.types.ViewLayer, trees: set[bpy.types.NodeTree], left: int) -> int:
        """How much is left of the step after the objects; 0 or less where some of them wait for the next."""
        collections = list(render_collections(view_layer))
        while self._collection < len(collections) and left > 0:
            objects = collections[self._collection].objects[self._object : self._object + left]
            wanted = left
            for obj in objects:
                if left <= 0:
                    break
                self._object += 1
                if obj.name_full in self._seen:
                    left -= 1
                    continue
                self._seen.add(obj.name_full)
                shown, copying = shown_by(obj, trees, view_layer=view_layer)
                if copying:
                    self._hosts.append((obj.name, obj.library.filepath if obj.library else None))
                self._add(shown)
                left -= max(1, len(shown))
            if left > 0 and len(objects) < wanted:
                self._collection, self._object = self._collection + 1, 0
                left -= 1
        return left

    def _add(self, found: Iterable[Occurrence]) -> None:
        for each in found:
            if each.unlabelled:
                self.unlabelled += 1
            else:
                self.labelled += 1
