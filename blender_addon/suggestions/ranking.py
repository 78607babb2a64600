"""Labels that the names around an object already say, each with its reason and how far to trust it.

Pure. A `Suggester` holds one label set and remembers what each name says, so that ten thousand objects that share a few
hundred names take well under a second. It does not ask whether a person has labelled the object: callers do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache

from ..contract.labels import LabelSet
from .label_targets import LabelTargets, Target, label_targets, with_words_of
from .name_readings import Reading, readings
from .name_words import words
from .thesaurus import Thesaurus, thesaurus

BAR = 0.8
"""Where accepting all suggestions at once may start; what carries a caution stays below it and is asked about."""

_NUMBER = re.compile(r"\.\d+$")  # Blender's own
_CAUTIOUS = 0.75
_AGREES, _FARTHER = 0.3, 0.85
_PART_OF_PARENT = 0.75
_SAYS_SO, _LEAST = 0.5, 0.1


class Source(Enum):
    """Where a name comes from: its title, how far it is trusted alone, how much it weighs against a better one.

    An object's name is given by the person; data, asset and parent often keep the name of what they were made from;
    a material says what a thing is made of, a collection what it stands among.
    """

    OBJECT = ("object", 0.95, 0.0)
    DATA = ("data", 0.82, 0.2)
    ASSET = ("asset", 0.82, 0.2)
    PARENT = ("parent", 0.7, 0.1)
    MATERIAL = ("material", 0.5, 0.05)
    COLLECTION = ("collection", 0.5, 0.05)

    def __init__(self, title: str, trust: float, doubt: float) -> None:
        self.title, self.trust, self.doubt = title, trust, doubt


@dataclass(frozen=True)
class Name:
    """A name around an object. Several of one source stand nearest first: the parent before the grandparent."""

    source: Source
    text: str


@dataclass(frozen=True)
class Suggestion:
    """A label, a confidence from 0 to 1, one sentence that says why, and where needed one that warns."""

    label_id: int
    confidence: float
    reason: str
    caution: str = ""


@dataclass(frozen=True)
class _Evidence:
    source: Source
    target: Target
    confidence: float
    reason: str


@dataclass(frozen=True, eq=False)
class Suggester:
    """Suggests labels of one label set; made by `suggester`."""

    targets: LabelTargets
    knowledge: Thesaurus
    _words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _read: dict[tuple[str, ...], tuple[Reading, ...]] = field(default_factory=dict)
    _suggested: dict[tuple[Name, ...], list[Suggestion]] = field(default_factory=dict)

    def suggest(self, names: Sequence[Name]) -> list[Suggestion]:
        """Suggestions, the best first; empty where the names say nothing that the label set knows."""
        key = tuple(names)
        found = self._suggested.get(key)
        if found is None:
            found = self._suggested[key] = self._rank(key)
        return found

    def _rank(self, names: tuple[Name, ...]) -> list[Suggestion]:
        by_label: dict[int, list[_Evidence]] = {}
        for each in sorted(self._evidence(names), key=lambda each: -each.confidence):
            by_label.setdefault(each.target.label.id, []).append(each)
        found = [_suggestion(label_id, by_label) for label_id in by_label]
        found = _behind_the_nearest(found, by_label)
        return sorted((each for each in found if each.confidence >= _LEAST), key=lambda each: -each.confidence)

    def _evidence(self, names: tuple[Name, ...]) -> Iterator[_Evidence]:
        farther: dict[Source, int] = {}
        for name in names:
            trust = name.source.trust * _FARTHER ** farther.get(name.source, 0)
            farther[name.source] = farther.get(name.source, 0) + 1
            said = self.readings(name)
            for reading in said:
                yield from self._targets(name, reading, trust)
            for reading in said[:1]:
                yield from self._of_the_whole(name, reading, names)

    def readings(self, name: Name) -> tuple[Reading, ...]:
        """What a name says. A material's name says no substance: `Glass` is what the thing is made of."""
        stem = _NUMBER.sub("", name.text)  # a scene has a thousand names, Chair.001 to Chair.999, and few words
        if stem not in self._words:
            self._words[stem] = tuple(words(stem))
        said = self._words[stem]
        if said not in self._read:
            self._read[said] = readings(list(said), self.knowledge)
        found = self._read[said]
        if name.source is Source.MATERIAL:
            return tuple(reading for reading in found if reading.word not in self.knowledge.kinds)
        return found

    def _targets(self, name: Name, reading: Reading, trust: float) -> Iterator[_Evidence]:
        for target in self.targets.of(reading.concept):
            alone = self.targets.alone(f"{reading.concept} {reading.part}", target.label) if reading.part else ""
            warned = replace(target, caution=alone) if alone and not target.caution else target
            confidence = trust * reading.certainty * target.trust
            if warned.caution:
                confidence = min(confidence, _CAUTIOUS)
            yield _Evidence(name.source, warned, confidence, self._reason(name, reading, target))

    def _reason(self, name: Name, reading: Reading, target: Target) -> str:
        said = _quoted(reading, name.text)
        label, label_set = target.label.name, self.targets.label_set.name
        also = "" if label.casefold() in said else f", which is '{label}' in {label_set}"
        part = f"'{reading.part}' of " if reading.part and reading.concept else ""
        return f"{name.source.title} name '{name.text}' says {part}'{said}'{also}"

    def _of_the_whole(self, name: Name, reading: Reading, names: tuple[Name, ...]) -> Iterator[_Evidence]:
        """A drawer under a desk is the desk's, and so is a door under a cabinet."""
        always = bool(reading.part) and not reading.concept
        if name.source in {Source.OBJECT, Source.DATA} and (always or reading.word in self.knowledge.parts):
            for other, whole in self._wholes(name, names, always):
                for target in self.targets.of(whole.concept)[:1]:
                    of = f"'{whole.concept}', as {other.source.title} name '{other.text}' says"
                    reason = f"{name.source.title} name '{name.text}' says '{reading.word}' of {of}"
                    confidence = _PART_OF_PARENT * whole.certainty * target.trust
                    yield _Evidence(name.source, target, min(confidence, _CAUTIOUS), reason)

    def _wholes(self, part: Name, names: tuple[Name, ...], always: bool) -> list[tuple[Name, Reading]]:
        """The nearest name that says what `part` is part of; one that is not `always` a part needs furniture."""
        others = [each for each in names if each.source in {Source.PARENT, Source.ASSET, Source.DATA} and each != part]
        said = ((each, whole) for each in others for whole in self.readings(each)[:1])
        fit = self.knowledge.with_parts
        return [(each, whole) for each, whole in said if whole.concept in fit or (always and whole.concept)][:1]


def suggester(label_set: LabelSet) -> Suggester:
    """A suggester for a label set, also for one of a person's own: by names, aliases and parents."""
    targets = label_targets(label_set, thesaurus())
    return Suggester(targets, with_words_of(targets))


def _quoted(reading: Reading, name: str) -> str:
    """The word as the name has it; for a foreign spelling or another order of words, what it means."""
    letters = _letters(_NUMBER.sub("", name))
    own = reading.concept.startswith("label:") or not reading.concept
    return reading.word if own or reading.word.replace(" ", "") in letters else reading.concept


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalpha())


def _suggestion(label_id: int, by_label: dict[int, list[_Evidence]]) -> Suggestion:
    """All evidence for a label as one: what agrees raises the confidence, what another source says lowers it."""
    mine = by_label[label_id]
    best, confidence = mine[0], mine[0].confidence
    said: dict[Source, float] = {}
    for each in mine:
        if each.source not in said and each is not best:
            confidence += (1 - confidence) * _AGREES * each.confidence
        said.setdefault(each.source, each.confidence)
    for other_id, others in by_label.items():
        if other_id != label_id:
            louder = [each for each in others if each.confidence > said.get(each.source, 0.0)]
            confidence *= 1 - max((each.confidence * each.source.doubt for each in louder), default=0.0)
    caution = next((each.target.caution for each in mine if each.target.caution), "")
    return Suggestion(label_id, min(confidence, _CAUTIOUS) if caution else confidence, best.reason, caution)


def _behind_the_nearest(found: list[Suggestion], by_label: dict[int, list[_Evidence]]) -> list[Suggestion]:
    """What an object's own name says stays ahead of what names farther off say together."""
    own = [each for said in by_label.values() for each in said if each.source is Source.OBJECT]
    nearest = max(own, key=lambda each: each.confidence, default=None)
    if nearest is None or nearest.confidence < _SAYS_SO:
        return found
    label_id = nearest.target.label.id
    most = _FARTHER * next(each.confidence for each in found if each.label_id == label_id)
    return [
        each if each.label_id == label_id else replace(each, confidence=min(each.confidence, most)) for each in found
    ]
