"""What light goes through: surfaces that are half there, and volumes, which no index pass shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy

from ..contract.labels import LabelSet, decided_by_policy
from ..label_render.transparency import constant_alpha, unreadable
from ..label_render.volumes import has_volume
from ..occurrences import Occurrence, is_volume_alone, render_collections
from .findings import NOTE, WARNING, Finding, Fix
from .label_faults import culprit, showing

_THROUGH = "labels show what is in it or behind it; no index pass shows volumes"


def half_transparent(
    threshold: float, things: Iterable[Occurrence], label_set: LabelSet | None = None
) -> Iterator[Finding]:
    """A surface that is not in the labels at all is worth a word: a film of plastic may be meant, or not.

    Where its label says what becomes of such surfaces, it is meant.
    """
    decided = {label.id for label in label_set.labels if decided_by_policy(label)} if label_set else set()
    shown = showing(thing for thing in things if thing.label_id not in decided)
    for material in sorted(shown, key=lambda material: material.name_full):
        alpha = 1.0 if material.pass_index in decided else constant_alpha(material)
        objects, blamed = tuple(map(culprit, shown[material])), (culprit(material),)
        if 0 < alpha < threshold:
            words, fix = (f"{threshold:.2g}",), Fix("threshold")
            yield Finding("alpha", WARNING, objects, blamed, saying="alpha missed", detail=words, fix=fix)
        elif threshold <= alpha < 1 and alpha:
            yield Finding("alpha", NOTE, objects, blamed, saying="alpha counts", detail=(f"{alpha:.2g}",))


def unread(things: Iterable[Occurrence]) -> Iterator[Finding]:
    """Surfaces of which nobody can tell where light passes: Cycles throws dice there, whatever their label says."""
    shown = showing(things)
    for material in sorted(filter(unreadable, shown), key=lambda material: material.name_full):
        objects, blamed = tuple(map(culprit, shown[material])), (culprit(material),)
        yield Finding("alpha", WARNING, objects, blamed, saying="alpha unread")


def volumes(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Iterator[Finding]:
    """Fog of the world, volume objects, and meshes whose materials are volume alone."""
    if scene.world and has_volume(scene.world.node_tree):
        name = scene.world.name_full
        said = f"world {name!r} is filled with a volume (fog): labels are rendered without it, the image with it"
        yield Finding("volume", NOTE, detail=(said,), named=(name,))
    seen: set[bpy.types.Object] = set()
    for collection in render_collections(view_layer):
        for obj in collection.objects:
            if obj.hide_render or obj in seen:
                continue
            seen.add(obj)
            if obj.type == "VOLUME":
                yield _volume(obj, f"volume object {obj.name_full!r}: {_THROUGH}")
            elif obj.type == "MESH" and is_volume_alone(obj):
                materials = dict.fromkeys(slot.material.name_full for slot in obj.material_slots)
                yield _volume(obj, f"{obj.name_full!r} is volume alone (material {', '.join(map(repr, materials))}): "
                                   f"{_THROUGH}")  # fmt: skip


def _volume(obj: bpy.types.Object, said: str) -> Finding:
    fix = Fix("clear") if obj.pass_index else None
    return Finding("volume", NOTE, (culprit(obj),), detail=(said,), label_id=obj.pass_index, fix=fix)
