"""The whole audit: all findings of a scene, and those of them that a renderer asks for before each run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import bpy

from ..contract.labels import LabelSet
from ..occurrences import Occurrence, occurrences
from ..parts.face_parts import has_drifted
from ..scene_labels import why_locked, why_not
from .file_faults import label_set_of, missing_files, surprising_settings, views_of
from .findings import Finding, worst_first
from .label_faults import (
    animated_labels,
    labels_never_seen,
    missing_labels,
    overridden_materials,
    several_labels,
    shared_ids,
    unknown_labels,
)
from .name_faults import names_that_disagree, with_suggestions
from .part_faults import Drifted, stale_parts
from .see_through_faults import half_transparent, unread, volumes
from .visibility_faults import no_carriers, unlike_the_viewport


def audit(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    things: Sequence[Occurrence] | None = None,
    *,
    label_set: LabelSet | None = None,
    settings: bool = False,
    drifted: Drifted = has_drifted,
) -> list[Finding]:
    """All findings, worst first, not measured; 10,000 objects take less than a second.

    `things` are what is rendered: without them, what the evaluated view layer shows now. `label_set`: instead of the
    scene's. `settings`: also those of a render that have nothing to do with labels.
    """
    if things is None:
        things = list(occurrences(view_layer, view_layer.depsgraph))
    found: list[Finding] = []
    if label_set is None:
        label_set, found = label_set_of(scene)
    found += views_of(scene)[1]
    missing = list(missing_labels(things))
    if label_set:
        missing = with_suggestions(scene, label_set, missing, _open(things))
        strange = list(unknown_labels(label_set, things, view_layer.objects))
        found += with_suggestions(scene, label_set, strange, _culprits(view_layer, strange))
        found += labels_never_seen(label_set, things)
        found += names_that_disagree(scene, label_set, _labelled(view_layer, things))
    found += missing
    found += (*animated_labels(things), *several_labels(things, label_set), *shared_ids(things))
    found += overridden_materials(view_layer, things)
    found += (*half_transparent(view_layer.pass_alpha_threshold, things, label_set), *unread(things))
    found += volumes(scene, view_layer)
    found += (*unlike_the_viewport(view_layer, things), *no_carriers(view_layer), *stale_parts(things, drifted))
    found += missing_files(things)
    found += surprising_settings(scene, view_layer) if settings else ()
    return worst_first(found)


def before_a_render(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    label_set: LabelSet,
    things: Sequence[Occurrence],
    alpha_threshold: float,
) -> Iterator[Finding]:
    """What makes wrong data: the errors of `audit`, and of its warnings those that are not for a person to judge."""
    yield from missing_labels(things)
    yield from unknown_labels(label_set, things)
    yield from animated_labels(things)
    yield from several_labels(things, label_set)
    yield from overridden_materials(view_layer, things)
    yield from half_transparent(alpha_threshold, things, label_set)
    yield from unread(things)
    yield from missing_files(things)
    yield from surprising_settings(scene, view_layer)


def _open(things: Sequence[Occurrence]) -> list[bpy.types.Object]:
    """Objects that come out unlabelled and can be given a label where they are."""
    bare = dict.fromkeys(thing.obj for thing in things if thing.unlabelled and not thing.instancers)
    return [obj for obj in bare if not why_not(obj) and not why_locked(obj)]


def _culprits(view_layer: bpy.types.ViewLayer, findings: Sequence[Finding]) -> list[bpy.types.Object]:
    """Objects that are themselves to blame, and can be given a label where they are."""
    uids = {each.objects[0].uid for each in findings if not each.materials}
    return [obj for obj in view_layer.objects if obj.session_uid in uids and not why_not(obj) and not why_locked(obj)]


def _labelled(view_layer: bpy.types.ViewLayer, things: Sequence[Occurrence]) -> list[bpy.types.Object]:
    """Objects of the scene that are rendered and carry a label, instancers among them."""
    found = dict.fromkeys(each for thing in things for each in (thing.obj, *thing.instancers) if each.pass_index)
    there = set(view_layer.objects)
    return [obj for obj in found if obj in there]
