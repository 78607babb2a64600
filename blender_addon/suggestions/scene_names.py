"""The names around the objects of a scene, each with where it comes from: what suggestions are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import bpy

from ..parts.face_parts import known_source
from .ranking import Name, Source


def names_in(
    scene: bpy.types.Scene, objects: Iterable[bpy.types.Object] | None = None
) -> Iterator[tuple[bpy.types.Object, list[Name]]]:
    """Objects of a scene (all where none are given), with the names around each; of parents and collections the
    nearest comes first."""
    above = _collections_above(scene.collection)
    holders: dict[bpy.types.Object, list[bpy.types.Collection]] = {}
    for collection in above:  # `Object.users_collection` goes through all objects of the file, for each object
        for obj in collection.objects:
            holders.setdefault(obj, []).append(collection)
    for obj in scene.objects if objects is None else objects:
        names = [Name(Source.OBJECT, obj.name)]
        if obj.data is not None:
            names.append(Name(Source.DATA, obj.data.name))
        names += [Name(Source.ASSET, text) for text in _assets(obj)]
        # A part is called after its label, which is no hint from the person who named the material.
        materials = map(known_source, (slot.material for slot in obj.material_slots))
        names += [Name(Source.MATERIAL, text) for text in dict.fromkeys(each.name for each in materials if each)]
        names += [Name(Source.PARENT, parent.name) for parent in _parents(obj)]
        for collection in holders.get(obj, ()):
            names += [Name(Source.COLLECTION, text) for text in above[collection]]
        yield obj, names


def _parents(obj: bpy.types.Object) -> Iterator[bpy.types.Object]:
    while obj.parent is not None:
        obj = obj.parent
        yield obj


def _assets(obj: bpy.types.Object) -> Iterator[str]:
    """What an object instances, and the file that it is linked from: asset libraries put one thing in each."""
    if obj.instance_type == "COLLECTION" and obj.instance_collection is not None:
        yield obj.instance_collection.name
    source = obj.override_library.reference if obj.override_library else obj
    for linked in (source, obj.instance_collection, obj.data):
        if linked is not None and linked.library is not None:
            yield PurePosixPath(linked.library.filepath.replace("\\", "/")).stem


def _collections_above(root: bpy.types.Collection) -> dict[bpy.types.Collection, tuple[str, ...]]:
    """{collection: its name and those above it, without the scene's own}; a shared one has the first path found."""
    found: dict[bpy.types.Collection, tuple[str, ...]] = {root: ()}
    pending = [root]
    while pending:
        collection = pending.pop(0)
        for child in collection.children:
            if child not in found:
                found[child] = (child.name, *found[collection])
                pending.append(child)
    return found
