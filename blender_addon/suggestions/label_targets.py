"""Which label of a set a concept belongs under, and where that surprises: NYU40 files a book under otherprop.

Works for any label set: by its names first, then by the tables that lead there from NYU's 894 names (or by the parents
that its labels name), then by its aliases, and last by what the thing would be expected to be.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..contract.labels import Label, LabelSet, LabelSetError, built_in, built_in_names
from .name_words import words
from .thesaurus import Sense, Thesaurus

_FINEST, _FORTY = "nyu894", "nyu40"
_BY_PARENT, _NEXT_BEST, _AS_EXPECTED = 0.85, 0.9, 0.5


@dataclass(frozen=True)
class Target:
    """A label for a concept, how far that step is to be trusted (0..1), and a warning where it surprises."""

    label: Label
    trust: float = 1.0
    caution: str = ""


@dataclass(frozen=True, eq=False)
class LabelTargets:
    """{concept: label} of one label set, by its names, by NYU's tables and by its aliases."""

    label_set: LabelSet
    knowledge: Thesaurus
    by_name: dict[str, Label]
    by_table: dict[str, tuple[Label, float]]
    by_alias: dict[str, Label]

    def of(self, concept: str) -> list[Target]:
        """Labels for a concept, the best first: where NYU files it, then where a person would look for it."""
        found = self._filed(concept)
        expected, by_its_name = self._expected(concept)
        if found is None:
            return [Target(expected, _NEXT_BEST)] if expected else []
        if expected in (None, found[0]) or not by_its_name or concept in self.by_name:
            return [Target(*found)]  # nobody looks for a washing machine under otherprop
        caution = f"{self.label_set.name} files '{concept}' under '{found[0].name}', not under '{expected.name}'"
        return [Target(*found, caution), Target(expected, _AS_EXPECTED, caution)]

    def alone(self, part: str, whole: Label) -> str:
        """A warning where the label set files a part that stands alone under another label than its whole."""
        filed = self._filed(part)
        if filed is None or filed[0].id == whole.id:
            return ""
        return f"{self.label_set.name} files '{part}' under '{filed[0].name}' where it stands alone"

    def _filed(self, concept: str) -> tuple[Label, float] | None:
        if concept in self.by_name:
            return self.by_name[concept], 1.0
        if concept in self.by_table:
            return self.by_table[concept]
        return (self.by_alias[concept], 1.0) if concept in self.by_alias else None

    def _expected(self, concept: str) -> tuple[Label | None, bool]:
        """The label a person would look under, and whether it is called what the person takes the thing for."""
        while concept := self.knowledge.expected.get(concept, ""):
            if filed := self._filed(concept):
                return filed[0], concept in self.by_name
        return None, False


def label_targets(label_set: LabelSet, knowledge: Thesaurus) -> LabelTargets:
    """The targets of a label set; asks the thesaurus what its names and aliases mean."""
    by_name: dict[str, Label] = {}
    by_alias: dict[str, Label] = {}
    for label in label_set.labels:
        for table, phrases in ((by_name, [label.name]), (by_alias, label.aliases)):
            for phrase in phrases:
                for sense in knowledge.look_up(" ".join(words(phrase)))[1][:1]:
                    table.setdefault(sense.concept, label)
    return LabelTargets(label_set, knowledge, by_name, _by_table(label_set), by_alias)


def _by_table(label_set: LabelSet) -> dict[str, tuple[Label, float]]:
    """{one of NYU's 894 names: (the label it falls under, trust)}."""
    fine = built_in(_FINEST)
    if label_set.name in built_in_names():
        known = built_in(label_set.name).by_id
        try:
            walk = fine.crosswalk(label_set)
        except LabelSetError:
            walk = {}
        mine = {id_: label for id_, label in label_set.by_id.items() if id_ in known and known[id_].name == label.name}
        return {label.name: (mine[walk[label.id]], 1.0) for label in fine.labels if walk.get(label.id) in mine}
    found: dict[str, tuple[Label, float]] = {}
    for taxonomy in (_FORTY, _FINEST):  # the finer one has the last word
        below: dict[int, list[Label]] = {}
        for label in label_set.labels:
            if taxonomy in label.parents:
                below.setdefault(label.parents[taxonomy], []).append(label)
        for label in fine.labels:
            claimed = below.get(label.id if taxonomy == _FINEST else label.parents[taxonomy], [])
            if len(claimed) == 1:
                found[label.name] = claimed[0], _BY_PARENT
    return found


def with_words_of(targets: LabelTargets) -> Thesaurus:
    """The thesaurus, with the label set's own names and aliases as words, which mean their label above all.

    Such a concept is written `label:ID`, and is among the targets from then on.
    """
    known = targets.knowledge
    senses, kinds, own_phrases = dict(known.senses), dict(known.kinds), set()
    for label in targets.label_set.labels:
        for text in (label.name, *label.aliases):
            phrase = " ".join(words(text))
            _, meant = known.look_up(phrase)
            if not phrase or (meant and [found.label for found in targets.of(meant[0].concept)[:1]] == [label]):
                continue
            own = f"label:{label.id}"
            own_phrases.add(phrase)
            targets.by_name[own] = label
            senses[phrase] = (Sense(own, frozenset({"en"})),)
            senses.setdefault(phrase.replace(" ", ""), senses[phrase])
            if not meant:
                kinds.pop(phrase, None)  # a label "grass" or "cube" is meant, though elsewhere the word says nothing
    parts = known.whole_parts - own_phrases, known.parts - own_phrases
    return Thesaurus(senses, kinds, known.expected, *parts, known.with_parts)
