"""Names against labels: objects whose names surely say another label than they carry, and what unlabelled ones say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import bpy

from ..contract.labels import LabelSet, name_of
from ..suggestions.name_words import words
from ..suggestions.ranking import BAR, Name, Source, Suggester, Suggestion, suggester
from ..suggestions.scene_names import names_in
from ..suggestions.suggestible import rejected
from .findings import WARNING, Finding, Fix
from .label_faults import culprit

_ALSO = 0.5
"""A label that the name says so surely, too, is not wrong: a "desk lamp" may be called a desk's."""

_PLAIN = 0.9
"""How certain the reading of the object's own name must be: a "dresser dish" is no dresser, whatever else says so."""

_remembered: tuple[LabelSet, Suggester] | None = None


def suggester_of(label_set: LabelSet) -> Suggester:
    """The suggester of a label set; the last one is remembered, since it knows the names of the scene by then."""
    global _remembered  # noqa: PLW0603
    if _remembered is None or _remembered[0] != label_set:
        _remembered = label_set, suggester(label_set)
    return _remembered[1]


def forget_names() -> None:
    global _remembered  # noqa: PLW0603
    _remembered = None


def names_that_disagree(
    scene: bpy.types.Scene, label_set: LabelSet, objects: Iterable[bpy.types.Object]
) -> Iterator[Finding]:
    """Labelled objects whose names say another label, with a confidence of `BAR` and no caution; not where somebody
    rejected that one."""
    labelled = [obj for obj in objects if obj.pass_index in label_set.by_id]
    knows = suggester_of(label_set)
    for obj, names in names_in(scene, labelled) if labelled else ():
        found = knows.suggest(names)
        better = found[0] if found else None
        if better is None or better.label_id == obj.pass_index or not _is_sure(better, obj, label_set):
            continue
        own = knows.readings(Name(Source.OBJECT, obj.name))
        if not own or own[0].certainty < _PLAIN or _takes_all(label_set, better.label_id):
            continue
        if any(each.label_id == obj.pass_index and each.confidence >= _ALSO for each in found):
            continue
        label_words = set(words(name_of(label_set, obj.pass_index)))
        if label_words and label_words <= set(words(obj.name)):
            continue  # "counter.lower_cabinet" is as much a counter as a cabinet
        said = (name_of(label_set, obj.pass_index), name_of(label_set, better.label_id), better.reason)
        fix = Fix("take", better.label_id)
        yield Finding("name", WARNING, (culprit(obj),), detail=said, label_id=obj.pass_index, fix=fix)


def _takes_all(label_set: LabelSet, label_id: int) -> bool:
    """Whether a label is for the rest ("otherprop"): a label that says more is not wrong beside it."""
    return label_set.by_id[label_id].name.casefold().startswith("other")


def with_suggestions(
    scene: bpy.types.Scene, label_set: LabelSet, findings: Sequence[Finding], open_: Iterable[bpy.types.Object]
) -> list[Finding]:
    """Findings of objects without a label, or with an unknown one, with what their names surely suggest, if anything.

    `open_`: those of their objects that may be given a label.
    """
    suggest = suggester_of(label_set).suggest
    best: dict[int, int] = {}
    objects = list(open_)
    for obj, names in names_in(scene, objects) if objects else ():
        found = suggest(names)
        if found and _is_sure(found[0], obj, label_set):
            best[obj.session_uid] = found[0].label_id
    return [
        replace(each, fix=Fix("label", best[each.objects[0].uid]))
        if each.kind in {"unlabelled", "unknown_id"} and not each.materials and each.objects[0].uid in best
        else each
        for each in findings
    ]


def _is_sure(each: Suggestion, obj: bpy.types.Object, label_set: LabelSet) -> bool:
    sure = round(each.confidence, 2) >= BAR and not each.caution
    return sure and label_set.by_id[each.label_id].name not in rejected(obj)
