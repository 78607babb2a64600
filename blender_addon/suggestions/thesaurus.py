"""What words mean: the knowledge in `thesaurus.json` and NYU's 894 names as one table from words to concepts.

A concept is one of NYU's 894 names, or a name of ours where NYU has none; no label set is involved yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..contract.labels import built_in
from .name_words import plain, words

LONGEST = 4
"""Words in the longest phrase that is looked up: `toilet paper roll holder`."""

ROMANCE = frozenset({"fr", "es", "it", "pt"})
"""Languages whose first noun is the thing, `lámpara de mesa`; in the others it is the last."""

_COMPOUNDING = frozenset({"de", "nl", "sv", "ja"})
_SHORTEST_TAIL, _SHORTEST_START = 4, 3
# Names that NYU's annotators gave but that say nothing in the name of an object, or something else.
_NOT_SAID = {"unknown", "case", "machine", "file", "label", "tag", "slide", "cone", "scale", "bar", "board", "pyramid"}
_PLURALS = (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("es", ""), ("s", ""))
_GERMAN_ENDINGS = (("en", ""), ("n", ""), ("er", ""), ("e", ""))


@dataclass(frozen=True)
class Sense:
    """One meaning of a word: the concept, and the languages that say so."""

    concept: str
    languages: frozenset[str]


@dataclass(frozen=True, eq=False)
class Thesaurus:
    """`senses`: {phrase: its meanings, English first}; `kinds`: {word: "shape", "material", "noise" ...}.

    `expected`: {concept: what a person would file it under}, where that is another concept.
    `whole_parts`: words that are always part of something; `parts`: words that are part of the furniture `with_parts`.
    """

    senses: dict[str, tuple[Sense, ...]]
    kinds: dict[str, str]
    expected: dict[str, str]
    whole_parts: frozenset[str]
    parts: frozenset[str]
    with_parts: frozenset[str]

    def look_up(self, phrase: str) -> tuple[str, tuple[Sense, ...]]:
        """The form of a phrase that the thesaurus knows, and its senses; ("", ()) when it knows none."""
        for form in forms(phrase):
            if form in self.senses:
                return form, self.senses[form]
        for form in (form for base in forms(phrase) for form in _inflected(base, _GERMAN_ENDINGS)):
            if found := tuple(sense for sense in self.senses.get(form, ()) if "de" in sense.languages):
                return form, found  # no "corner" is corn
        return "", ()

    def compound(self, word: str) -> tuple[str, tuple[Sense, ...]]:
        """The noun in a word written as one, with the senses it has: `wandregal` -> regal, `walltop` -> wall.

        German, Dutch, Swedish and Japanese join freely; English only words that are known, so that no
        `vegetable` becomes a table.
        """
        for start in range(_SHORTEST_START if word.isascii() else 1, len(word)):
            before, after = word[:start], word[start:]
            form, senses = self.look_up(after)
            if not self.knows(before):
                senses = tuple(sense for sense in senses if _joins(sense, before, form))
            if senses:
                return form, senses
            if self.kinds.get(after) == "shape" and before in self.senses:
                return before, self.senses[before]
        return "", ()

    def knows(self, word: str) -> bool:
        return word in self.kinds or bool(self.look_up(word)[0])


def _joins(sense: Sense, before: str, noun: str) -> bool:
    """Whether a language joins this noun to a word that is not known; short ones end too many words of English."""
    if not noun.isascii():
        return bool(sense.languages & _COMPOUNDING)
    long_enough = len(noun) > _SHORTEST_TAIL or (
        len(noun) == _SHORTEST_TAIL < len(before) and "en" not in sense.languages
    )
    return long_enough and bool(sense.languages & _COMPOUNDING)


def forms(phrase: str) -> Iterator[str]:
    """A phrase as it stands, then without its plural, then with German's ae, oe, ue as NFKD has ä, ö, ü."""
    yield phrase
    yield from _inflected(phrase, _PLURALS)
    if any(pair in phrase for pair in ("ae", "oe", "ue")):
        yield from forms(phrase.replace("ae", "a").replace("oe", "o").replace("ue", "u"))


def _inflected(phrase: str, endings: Iterable[tuple[str, str]]) -> Iterator[str]:
    for ending, instead in endings:
        if phrase.endswith(ending) and len(phrase) - len(ending) >= _SHORTEST_START:
            yield phrase[: len(phrase) - len(ending)] + instead


def listed(text: str) -> Iterator[str]:
    """The phrases of a comma-separated list, as `words` would leave them in a name."""
    for entry in text.split(","):
        if phrase := " ".join(words(entry)) or plain(entry.strip()):
            yield phrase


@cache
def thesaurus() -> Thesaurus:
    """The thesaurus that comes with Labelpass."""
    data = json.loads(Path(__file__).with_name("thesaurus.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, set[str]]] = {}

    def add(phrase: str, concept: str, language: str) -> None:
        found.setdefault(phrase, {}).setdefault(concept, set()).add(language)

    parts = _phrases(data["parts"]["of anything"].values())
    for label in built_in("nyu894").labels:
        # "lamp shade" is read as a part of a lamp; `LabelTargets.alone` still knows where NYU files it
        if label.name not in _NOT_SAID and (" " not in label.name or label.name.split()[-1] not in parts):
            add(plain(label.name), label.name, "en")
    for concept, entry in data["concepts"].items():
        for language, text in entry.items():
            for phrase in listed(text) if language != "is" else ():
                taken = language == "en" and "en" in set().union(*found.get(phrase, {}).values())
                if not taken or concept in found[phrase]:
                    add(phrase, concept, language)
    for phrase in [phrase for phrase in found if " " in phrase]:
        found.setdefault(phrase.replace(" ", ""), found[phrase])  # people write deskLamp, desk lamp and desklamp
    return Thesaurus(
        {phrase: _english_first(senses) for phrase, senses in found.items()},
        {phrase: kind for kind, text in data["words"].items() for phrase in listed(text)},
        _expected(data["concepts"]),
        parts,
        _phrases(data["parts"]["of furniture"].values()),
        frozenset(concept.strip() for concept in data["parts"]["furniture"].split(",")),
    )


def _expected(concepts: dict[str, dict[str, str]]) -> dict[str, str]:
    """{concept: what a person takes it for}: as written, and by its last word, as a plastic chair is a chair."""
    names = {label.name for label in built_in("nyu894").labels}
    by_last_word = {name: name.split()[-1] for name in names if " " in name and name.split()[-1] in names}
    return by_last_word | {name: entry["is"] for name, entry in concepts.items() if "is" in entry}


def _english_first(senses: dict[str, set[str]]) -> tuple[Sense, ...]:
    ordered = sorted(senses.items(), key=lambda item: "en" not in item[1])
    return tuple(Sense(concept, frozenset(languages)) for concept, languages in ordered)


def _phrases(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(phrase for text in texts for phrase in listed(text))
