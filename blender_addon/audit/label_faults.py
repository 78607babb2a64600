"""Labels that a render cannot give as they are meant: missing, unknown, animated, several at once, never seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import bpy

from ..contract.labels import UNLABELLED, LabelSet, name_of
from ..contract.words import counted, quoted
from ..label_render.motion import has_one_simulation
from ..label_render.stage import split_members
from ..label_render.visibility import label_is_animated
from ..occurrences import Occurrence
from .findings import ERROR, NOTE, WARNING, Culprit, Finding, Fix


def culprit(data: bpy.types.Object | bpy.types.Material) -> Culprit:
    return Culprit(data.name_full, data.session_uid)


def showing(things: Iterable[Occurrence]) -> dict[bpy.types.Material, list[bpy.types.Object]]:
    """{material: the objects that show it}."""
    found: dict[bpy.types.Material, dict[bpy.types.Object, None]] = defaultdict(dict)
    for thing in things:
        for material in thing.materials:
            if material:
                found[material][thing.obj] = None
    return {material: list(objects) for material, objects in found.items()}


def missing_labels(things: Sequence[Occurrence]) -> Iterator[Finding]:
    """What comes out unlabelled, an object a finding; one for all where nothing has a label."""
    bare = list(dict.fromkeys(thing.obj for thing in things if thing.unlabelled))
    if not things:
        yield Finding("nothing", ERROR, detail=("nothing in this scene has a surface that would be rendered",))
    elif bare and not any(thing.label_id or _labelled_parts(thing) for thing in things):
        said = f"nothing in this scene is labelled ({counted(len(bare), 'object')}): open it with the add-on first"
        yield Finding("nothing", ERROR, tuple(map(culprit, bare)), detail=(said,))
    else:
        for obj in bare:
            yield Finding("unlabelled", WARNING, (culprit(obj),), fix=Fix("label"))


def _labelled_parts(thing: Occurrence) -> bool:
    return any(material and material.pass_index for material in thing.materials)


def unknown_labels(
    label_set: LabelSet, things: Iterable[Occurrence], others: Iterable[bpy.types.Object] = ()
) -> Iterator[Finding]:
    """Pass indices that the label set does not define; on `others`, which no render shows, they are but a note."""
    carriers: dict[bpy.types.Object, dict[bpy.types.Object, None]] = defaultdict(dict)
    for thing in things:
        for carrier in (thing.obj, *thing.instancers):
            if _is_strange(carrier, label_set):
                carriers[carrier][thing.obj] = None
    for carrier, shown in _by_label(carriers):
        through = () if list(shown) == [carrier] else tuple(map(culprit, shown))
        yield _unknown("object", carrier, label_set, ERROR, (culprit(carrier), *through))
    for material, objects in _by_label(showing(things)):
        if _is_strange(material, label_set):
            yield _unknown("material", material, label_set, ERROR, tuple(map(culprit, objects)))
    for obj in others:
        if _is_strange(obj, label_set) and obj not in carriers:
            yield _unknown("object", obj, label_set, NOTE, (culprit(obj),))


def _is_strange(carrier: bpy.types.Object | bpy.types.Material, label_set: LabelSet) -> bool:
    return carrier.pass_index != UNLABELLED and carrier.pass_index not in label_set.by_id


def _by_label(carriers: dict) -> list[tuple]:  # type: ignore[type-arg]
    return sorted(carriers.items(), key=lambda each: (each[0].pass_index, each[0].name_full))


def _unknown(
    what: str,
    carrier: bpy.types.Object | bpy.types.Material,
    label_set: LabelSet,
    severity: str,
    objects: tuple[Culprit, ...],
) -> Finding:
    id_ = carrier.pass_index
    words = (what, str(id_), label_set.name)
    named, materials = (carrier.name_full,), ((culprit(carrier),) if what == "material" else ())
    return Finding(
        "unknown_id", severity, objects, materials, detail=words, named=named, label_id=id_, fix=Fix("clear")
    )


def animated_labels(things: Iterable[Occurrence]) -> Iterator[Finding]:
    changing = {
        carrier
        for thing in things
        if thing.splittable and any(each.pass_index or label_is_animated(each) for each in thing.instancers)
        for carrier in (thing.obj, *thing.instancers)
        if label_is_animated(carrier)
    }
    for obj in sorted(changing, key=lambda obj: obj.name_full):
        yield Finding("animated", ERROR, (culprit(obj),))


def several_labels(things: Sequence[Occurrence], label_set: LabelSet | None) -> Iterator[Finding]:
    for saying, objects in (("", _copied(things)), ("twice simulated", _simulated(things))):
        for obj in objects:
            told = (_from_where(obj, things, label_set),)
            yield Finding("twice", ERROR, (culprit(obj),), saying=saying, detail=told, fix=Fix("label"))


def _from_where(obj: bpy.types.Object, things: Sequence[Occurrence], label_set: LabelSet | None) -> str:
    """Which labels an object gets, each with one instancer that it gets it from."""
    found: dict[int, str] = {}
    for thing in things:
        if thing.obj == obj:
            carrier = next((each for each in reversed(thing.instancers) if each.pass_index), None)
            shown = f"through {quoted([thing.instancers[-1].name_full])}" if thing.instancers else "where it stands"
            found.setdefault(thing.label_id, f"from {quoted([carrier.name_full])}" if carrier else shown)
    names = {id_: repr(name_of(label_set, id_)) if id_ else "no label" for id_ in found}
    return ", ".join(f"{names[id_]} {where}" for id_, where in sorted(found.items()))


def torn(things: Sequence[Occurrence]) -> list[bpy.types.Object]:
    """Objects that would need several labels at once, and of which there can be but one."""
    return [*_copied(things), *_simulated(things)]


def _copied(things: Sequence[Occurrence]) -> list[bpy.types.Object]:
    """Those of which all copies have one index, which may be another one in each frame."""
    labels: dict[tuple[bpy.types.Object, int | None], set[int]] = defaultdict(set)
    shared = {thing.obj for thing in things if not thing.splittable}
    for thing in things:
        if thing.obj in shared and not thing.obj.pass_index:
            for frame in thing.frames or (None,):
                labels[thing.obj, frame].add(thing.label_id)
    return sorted({obj for (obj, _), ids in labels.items() if len(ids) > 1}, key=lambda obj: obj.name_full)


def _simulated(things: Sequence[Occurrence]) -> list[bpy.types.Object]:
    """Those of which a copy would move in another way."""
    return sorted(filter(has_one_simulation, split_members(things)), key=lambda obj: obj.name_full)


def shared_ids(things: Iterable[Occurrence]) -> Iterator[Finding]:
    """What geometry nodes, particles, vertices or faces copy has one id, however many things it looks like."""
    hosts: dict[bpy.types.Object, dict[str, None]] = defaultdict(dict)
    for thing in things:
        if not thing.splittable and thing.instancers:
            hosts[thing.obj][thing.instancers[-1].name_full] = None
    for obj, names in hosts.items():
        yield Finding("shared_id", NOTE, (culprit(obj),), detail=(quoted(sorted(names)),))


def labels_never_seen(label_set: LabelSet, things: Iterable[Occurrence]) -> Iterator[Finding]:
    """Objects of which nothing has their label: each of their materials carries another one."""
    found: dict[bpy.types.Object, None] = {}
    for thing in things:
        if thing.obj.pass_index and thing.materials and thing.obj not in found:
            ids = [material.pass_index if material else UNLABELLED for material in thing.materials]
            if all(ids) and thing.obj.pass_index not in ids:
                found[thing.obj] = None
    for obj in found:
        yield Finding(
            "overruled", NOTE, (culprit(obj),), detail=(name_of(label_set, obj.pass_index),),
            label_id=obj.pass_index, fix=Fix("clear"),
        )  # fmt: skip


def overridden_materials(view_layer: bpy.types.ViewLayer, things: Iterable[Occurrence]) -> Iterator[Finding]:
    """A view layer that renders all in one material: labels by material are not there, or all has that one's."""
    clay = view_layer.material_override
    lost = [each for each in showing(things) if each.pass_index] if clay else []
    if clay and (lost or clay.pass_index):
        said = f"view layer {view_layer.name!r} renders all in material {clay.name_full!r}, "
        said += (
            f"so that all gets that one's label, id {clay.pass_index}"
            if clay.pass_index
            else f"so that labels by material ({quoted(sorted(each.name_full for each in lost), 3)}) are lost"
        )
        said += "; take it off (View Layer Properties > Override)"
        yield Finding("material_override", ERROR, detail=(said,), named=(clay.name_full,))
