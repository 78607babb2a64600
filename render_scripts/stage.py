"""Puts things on the scene for a while and takes them off again: attributes, and the labels that instancers give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import bpy
from mathutils import Color, Euler, Matrix, Quaternion, Vector

from blender_addon.contract.labels import UNLABELLED
from blender_addon.occurrences import Occurrence


@contextmanager
def changed(owner: Any, **values: Any) -> Iterator[None]:
    """Set attributes and put them back. An attribute that this Blender does not have is an error, not ignored."""
    before = {name: _read(owner, name) for name in values}
    try:
        for name, value in values.items():
            if before[name] != value:  # an equal write would still make the renderer look at the data again
                setattr(owner, name, value)
        yield
    finally:
        for name, value in reversed(before.items()):
            if _read(owner, name) != value:
                setattr(owner, name, value)


def _read(owner: Any, name: str) -> Any:
    """The value; a copy where Blender hands out a live view of its memory (vectors, arrays)."""
    value = getattr(owner, name)
    if isinstance(value, bpy.types.bpy_prop_array | Vector | Euler | Quaternion | Color):
        return tuple(value)
    return value.copy() if isinstance(value, Matrix) else value


Copies = dict[tuple[bpy.types.ID, int], Any]
"""{(object or collection, label id): its copy for that label}."""


@contextmanager
def instancer_labels(occurrences: Iterable[Occurrence]) -> Iterator[list[str]]:
    """Give members that carry no label the one of the instancer they are rendered through, until the block ends.

    Cycles writes the member's own pass index and ignores the instancer's. A member that needs several labels is
    copied, collection and all, for the instancer in question. Yields the names of objects whose copies Blender
    cannot tell apart (geometry nodes, particles under hosts of different labels).
    """
    wanted: dict[bpy.types.Object, dict[int, list[Occurrence]]] = defaultdict(lambda: defaultdict(list))
    for occurrence in occurrences:
        if not occurrence.obj.pass_index:
            wanted[occurrence.obj][occurrence.label_id].append(occurrence)
    ambiguous: list[str] = []
    copies: Copies = {}
    made: list[bpy.types.ID] = []
    with ExitStack() as stack:
        stack.callback(bpy.data.batch_remove, made)
        split: dict[bpy.types.Object, int] = {}
        for obj, by_label in wanted.items():
            if set(by_label) == {UNLABELLED}:
                continue
            if len(by_label) == 1:
                stack.enter_context(changed(obj, pass_index=next(iter(by_label))))
                continue
            for label_id, reached in by_label.items():
                if not label_id:
                    continue
                if not all(occurrence.splittable for occurrence in reached):
                    ambiguous.append(obj.name)
                for instancers in (occurrence.instancers for occurrence in reached if occurrence.splittable):
                    level = max(level for level, instancer in enumerate(instancers) if instancer.pass_index)
                    split[instancers[level]] = max(level, split.get(instancers[level], 0))
        # The innermost first, so that a copy of an outer collection holds the inner ones as they will be.
        for instancer in sorted(split, key=lambda obj: (-split[obj], obj.name_full)):
            copy = _labelled_copy(instancer.instance_collection, instancer.pass_index, copies, made)
            stack.enter_context(changed(instancer, instance_collection=copy))
        for (original, label_id), twin in copies.items():
            # What is shown on the vertices or faces of its parent must be a child of the copy that shows it.
            parent = isinstance(original, bpy.types.Object) and original.parent
            if parent and parent.instance_type != "NONE" and (parent, label_id) in copies:
                twin.parent = copies[parent, label_id]
        yield ambiguous


def _labelled_copy(
    original: bpy.types.Collection, label_id: int, copies: Copies, made: list[bpy.types.ID]
) -> bpy.types.Collection:
    """A copy of a collection whose unlabelled members carry the label: one for all instancers of that label."""
    if (original, label_id) in copies:
        return copies[original, label_id]
    copy = copies[original, label_id] = bpy.data.collections.new(original.name)
    made.append(copy)
    copy.instance_offset = original.instance_offset
    copy.hide_render = original.hide_render
    for obj in original.objects:
        if obj.type == "META":  # Blender renders none in an instance, and a copy would join the family of the original
            continue
        if (obj, label_id) not in copies:  # it may be in two child collections, and is one thing all the same
            twin = copies[obj, label_id] = obj.copy()
            made.append(twin)
            if not obj.pass_index:
                twin.pass_index = label_id
                if obj.type == "EMPTY" and obj.instance_collection:
                    twin.instance_collection = _labelled_copy(obj.instance_collection, label_id, copies, made)
        copy.objects.link(copies[obj, label_id])
    for child in original.children:
        copy.children.link(_labelled_copy(child, label_id, copies, made))
    return copy
