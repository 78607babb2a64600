"""Puts things on the scene for a while and takes them off again: attributes, and the labels that instancers give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import bpy
from mathutils import Color, Euler, Matrix, Quaternion, Vector

from ..contract.labels import UNLABELLED
from ..instancing import is_on_elements
from ..occurrences import Occurrence


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


@contextmanager
def put_back_frame(scene: bpy.types.Scene) -> Iterator[None]:
    """Set the scene's frame back to what it is now when the block ends."""
    frame, subframe = scene.frame_current, scene.frame_subframe
    try:
        yield
    finally:
        if (scene.frame_current, scene.frame_subframe) != (frame, subframe):
            scene.frame_set(frame, subframe=subframe)


@contextmanager
def kept_render_result() -> Iterator[None]:
    """Render into another slot than the user's, so that the last picture stays to be looked at and saved."""
    before = _render_result()
    if not before:
        try:
            yield
        finally:
            if after := _render_result():
                bpy.data.images.remove(after)
        return
    slots = before.render_slots
    if len(slots) == 1:
        slots.new(name="Label Preview")
    last = len(slots) - 1
    with changed(slots, active_index=last if slots.active_index != last else last - 1):
        yield


def _render_result() -> bpy.types.Image | None:
    return next((image for image in bpy.data.images if image.type == "RENDER_RESULT"), None)


def _read(owner: Any, name: str) -> Any:
    """The value; a copy where Blender hands out a live view of its memory (vectors, arrays)."""
    value = getattr(owner, name)
    if isinstance(value, bpy.types.bpy_prop_array | Vector | Euler | Quaternion | Color):
        return tuple(value)
    return value.copy() if isinstance(value, Matrix) else value


@contextmanager
def copy_labels(given: Collection[bpy.types.Object]) -> Iterator[Callable[[list[Occurrence]], tuple[bool, list[str]]]]:
    """Give what geometry nodes, particles, vertices and faces copy the label of its host, until the block ends.

    Yields a function to call with the occurrences of each frame: all copies share one index, and what is copied may
    come, go and change its host. It returns whether any of them had another label, and the names of objects that would
    need several labels at once. `given` are objects whose label is not their own.
    """
    before: dict[bpy.types.Object, int] = {}

    def stored(obj: bpy.types.Object) -> int:
        return before.get(obj, obj.pass_index)

    def own(obj: bpy.types.Object) -> int:
        return 0 if obj in given else stored(obj)

    def label_copies(occurrences: list[Occurrence]) -> tuple[bool, list[str]]:
        wanted: dict[bpy.types.Object, set[int]] = defaultdict(set)
        for thing in occurrences:
            if not thing.splittable and not own(thing.obj):
                wanted[thing.obj].add(
                    next((label for label in map(own, reversed(thing.instancers)) if label), UNLABELLED)
                )
        for thing in occurrences:
            if thing.splittable and thing.obj in wanted:
                found = map(own, (thing.obj, *reversed(thing.instancers)))
                wanted[thing.obj].add(next((label for label in found if label), UNLABELLED))
        fitting = {thing.obj: stored(thing.obj) for thing in occurrences if thing.obj in before}
        fitting |= {obj: next(iter(labels)) for obj, labels in wanted.items() if len(labels) == 1}
        wrong = {obj: label for obj, label in fitting.items() if obj.pass_index != label}
        for obj, label in wrong.items():
            before.setdefault(obj, obj.pass_index)
            obj.pass_index = label
            obj.update_tag(refresh={"DATA"})  # an index alone does not make Cycles look again at copies that it has
        return bool(wrong), sorted(obj.name for obj, labels in wanted.items() if len(labels) > 1)

    try:
        yield label_copies
    finally:
        for obj, index in before.items():
            obj.pass_index = index


Copies = dict[tuple[bpy.types.ID, int], Any]
"""{(object or collection, label id): its copy for that label}."""


def split_members(occurrences: Iterable[Occurrence]) -> list[bpy.types.Object]:
    """The members that `member_labels` needs copies of: those that need several labels."""
    return [obj for obj, by_label in _by_label(occurrences).items() if len(by_label) > 1]


def _by_label(occurrences: Iterable[Occurrence]) -> dict[bpy.types.Object, dict[int, list[Occurrence]]]:
    """{object without a label: {label that it gets: where}}, of what instances of collections show, and itself."""
    wanted: dict[bpy.types.Object, dict[int, list[Occurrence]]] = defaultdict(lambda: defaultdict(list))
    for occurrence in occurrences:
        if occurrence.splittable and not occurrence.obj.pass_index:
            wanted[occurrence.obj][occurrence.label_id].append(occurrence)
    return wanted


@contextmanager
def member_labels(
    occurrences: Iterable[Occurrence], twins: dict[bpy.types.Object, bpy.types.Object] | None = None
) -> Iterator[set[bpy.types.Object]]:
    """Give members of instanced collections that carry no label the one of their instancer, until the block ends.

    Cycles writes the member's own pass index and ignores the instancer's. A member that needs several labels is
    copied, collection and all, for the instancer in question. Yields the objects that were given a label; `twins` is
    filled with {copy: what it is a copy of}.
    """
    wanted = _by_label(occurrences)
    given: set[bpy.types.Object] = set()
    copies: Copies = {}
    made: list[bpy.types.ID] = []
    with ExitStack() as stack:
        stack.callback(bpy.data.batch_remove, made)
        levels: dict[bpy.types.Object, int] = {}
        for obj, by_label in wanted.items():
            if set(by_label) == {UNLABELLED}:
                continue
            if len(by_label) == 1:
                stack.enter_context(changed(obj, pass_index=next(iter(by_label))))
                given.add(obj)
                continue
            for label_id, reached in by_label.items():
                if not label_id:
                    continue
                for instancers in (occurrence.instancers for occurrence in reached):
                    level = max(level for level, instancer in enumerate(instancers) if instancer.pass_index)
                    levels[instancers[level]] = max(level, levels.get(instancers[level], 0))
        # The innermost first, so that a copy of an outer collection holds the inner ones as they will be.
        split = {obj for obj, by_label in wanted.items() if len(by_label) > 1}
        for instancer in sorted(levels, key=lambda obj: (-levels[obj], obj.name_full)):
            copy = _labelled_copy(instancer.instance_collection, instancer.pass_index, split, copies, made)
            stack.enter_context(changed(instancer, instance_collection=copy))
        for (original, label_id), twin in copies.items():
            # What is shown on the vertices or faces of its parent must be a child of the copy that shows it.
            parent = isinstance(original, bpy.types.Object) and original.parent
            if parent and parent.instance_type != "NONE" and (parent, label_id) in copies:
                twin.parent = copies[parent, label_id]
        if twins is not None:
            twins.update((twin, obj) for (obj, _), twin in copies.items() if isinstance(obj, bpy.types.Object))
        yield given


def _labelled_copy(
    original: bpy.types.Collection,
    label_id: int,
    split: Collection[bpy.types.Object],
    copies: Copies,
    made: list[bpy.types.ID],
) -> bpy.types.Collection:
    """A copy of a collection in which copies of the members in `split` carry the label: one for all instancers of it.

    What needs no copy is in it itself, since a copy lacks what is baked for it.
    """
    if (original, label_id) in copies:
        return copies[original, label_id]
    copy = copies[original, label_id] = bpy.data.collections.new(original.name)
    made.append(copy)
    copy.instance_offset = original.instance_offset
    copy.hide_render = original.hide_render
    for obj in original.objects:
        if obj.type == "META":  # Blender renders none in an instance, and a copy would join the family of the original
            continue
        if not _needs_copy(obj, split):
            copy.objects.link(obj)
            continue
        if (obj, label_id) not in copies:  # it may be in two child collections, and is one thing all the same
            twin = copies[obj, label_id] = _copy(obj)
            made.append(twin)
            if not obj.pass_index:
                twin.pass_index = label_id
                if obj.type == "EMPTY" and obj.instance_collection:
                    twin.instance_collection = _labelled_copy(obj.instance_collection, label_id, split, copies, made)
        copy.objects.link(copies[obj, label_id])
    for child in original.children:
        copy.children.link(_labelled_copy(child, label_id, split, copies, made))
    return copy


def _needs_copy(obj: bpy.types.Object, split: Collection[bpy.types.Object]) -> bool:
    if is_on_elements(obj):  # what a copy shows on its vertices or faces are its own children
        return _needs_copy(obj.parent, split)
    return not obj.pass_index and (obj in split or (obj.type == "EMPTY" and bool(obj.instance_collection)))


def _copy(obj: bpy.types.Object) -> bpy.types.Object:
    """A copy that plays back what nodes have baked into files, too."""
    copy = obj.copy()
    for modifier, original in zip(copy.modifiers, obj.modifiers):
        if modifier.type == "NODES" and original.bake_directory:
            modifier.bake_directory = original.bake_directory
    return copy
