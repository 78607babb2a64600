"""What a name says it names: its head noun, read as people who name assets write.

English, German and Dutch put the thing last (`table lamp`), Romance languages and catalogues put it first (`lámpara de
mesa`, `lampRoundTable`); a part belongs to what it is part of (`table_leg`). Each reading carries how certain it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from .thesaurus import LONGEST, ROMANCE, Sense, Thesaurus, forms

# How certain a reading stays after each liberty it takes: chosen on the dev lists of benchmarks/names, rounded.
_COMPOUND = 0.9
_PART = 0.72
_PART_OF_UNKNOWN = 0.45
_CATALOGUE_ORDER = 0.85
_NOUN_ASIDE = 0.3
_UNKNOWN_AFTER, _UNKNOWN_BEFORE = 0.75, 0.95
_FOREIGN_AND_AMBIGUOUS = 0.6
_ONE_OF_SEVERAL = 0.5
_ONLY_A_MODIFIER, _ONLY_NOISE = 0.6, 0.45

_ROOM_SURFACES = frozenset({"wall", "floor", "ceiling"})
_WHERE_THINGS_STAND = _ROOM_SURFACES | {"table", "desk", "bed", "door", "window", "shelves", "counter"}
_STRUCTURE = _ROOM_SURFACES | {"door", "window", "column", "stairs", "light", "door way"}
_GRAMMAR = {"preposition", "of", "and"}
_DROPPED = {"noise", "primitive", "room", "measure"}


@dataclass(frozen=True)
class Reading:
    """`concept` is what the name says ("" when it only says a part), `word` the word that says so.

    `certainty` is 0..1; `part` is the word for the part, where the thing is only a part of `concept`.
    """

    concept: str
    word: str
    certainty: float
    part: str = ""


@dataclass(frozen=True)
class _Item:
    """A word or phrase: `kind` is noun, part, unknown or a kind of word of the thesaurus."""

    text: str
    kind: str
    senses: tuple[Sense, ...] = ()
    certainty: float = 1.0

    @property
    def concept(self) -> str:
        return self.senses[0].concept if self.senses else ""


def readings(tokens: list[str], knowledge: Thesaurus) -> tuple[Reading, ...]:
    """What a name of these words may say, the most certain first; nothing for `cube` or `group` and their like."""
    found: dict[tuple[str, str], Reading] = {}
    phrases = _phrases(_items(tokens, knowledge))
    for phrase in phrases:
        for reading in _read(phrase, knowledge):
            certainty = reading.certainty * (1 if len(phrases) == 1 else _ONE_OF_SEVERAL)
            before = found.get((reading.concept, reading.part))
            certainty = min(1.0, certainty + (before.certainty if before else 0))
            found[reading.concept, reading.part] = Reading(reading.concept, reading.word, certainty, reading.part)
    return tuple(sorted(found.values(), key=lambda reading: -reading.certainty))


def _items(tokens: list[str], knowledge: Thesaurus) -> list[_Item]:
    """Longest known phrases first, left to right."""
    items: list[_Item] = []
    at = 0
    while at < len(tokens):
        ends = range(min(at + LONGEST, len(tokens)), at + 1, -1)
        phrase = next(filter(None, (_phrase(tokens[at:end], knowledge) for end in ends)), None)
        items.append(phrase or _single(tokens[at], knowledge))
        at += len(phrase.text.split(" ")) if phrase else 1
    return items


def _phrase(tokens: list[str], knowledge: Thesaurus) -> _Item | None:
    """Two words or more that mean something together, written apart, or as one in the thesaurus (`arm chair`)."""
    for joint in (" ", ""):
        _, senses = knowledge.look_up(joint.join(tokens))
        if senses and (joint or tokens[-1] not in knowledge.whole_parts):  # "lamp shade" is a part, "lampshade" a word
            return _Item(" ".join(tokens), "noun", senses)
    return None


def _single(token: str, knowledge: Thesaurus) -> _Item:
    kind = knowledge.kinds.get(token, "")
    form, senses = knowledge.look_up(token)
    if kind in _GRAMMAR | {"primitive"} or (kind in _DROPPED and not senses):
        return _Item(token, kind)
    for part in forms(token):
        if part in knowledge.whole_parts:
            return _Item(part, "part", senses)
    if kind:
        return _Item(token, kind, senses)
    if senses:
        return _Item(form, "noun", senses)
    form, senses = knowledge.compound(token)
    return _Item(token, "noun", senses, _COMPOUND) if senses else _Item(token, "unknown")


def _phrases(items: list[_Item]) -> list[list[_Item]]:
    """The noun phrases that name the thing: what follows `with`, `of` and their like only describes it."""
    several: list[list[_Item]] = [[]]
    for item in items:
        if item.kind == "and":
            several.append([])
        else:
            several[-1].append(item)
    return [kept for phrase in several if (kept := _undescribed(phrase))]


def _undescribed(items: list[_Item]) -> list[_Item]:
    for at, item in enumerate(items):
        if item.kind not in _GRAMMAR:
            continue
        before, after = items[:at], _undescribed(items[at + 1 :])
        if not any(each.senses or each.kind in {"part", "unknown"} for each in before):
            return after  # "set of chairs", "the chair"
        if item.kind == "of" and before[-1].kind in {"part", "measure"} and not _nouns(before):
            return [*after, *before]  # "leg of the table" is a table leg
        return before
    return items


def _nouns(items: list[_Item]) -> list[_Item]:
    return [item for item in items if item.kind == "noun"]


def _read(items: list[_Item], knowledge: Thesaurus) -> list[Reading]:
    """Readings of one noun phrase."""
    nouns = _nouns(items)
    parts = [item for item in items if item.kind == "part"]
    if not nouns and not parts:
        # "Glass", "Kitchen", "Orange": words that describe as a rule are the thing only where no other is named.
        nouns = [item for item in items if item.senses][-1:]
        least = {item: _ONLY_NOISE if item.kind == "noise" else _ONLY_A_MODIFIER for item in nouns}
        return [found for noun in nouns for found in _senses(noun, least[noun] * _unknown(items, noun))]
    if not nouns:
        part = parts[-1]
        return [Reading("", part.text, _PART_OF_UNKNOWN, part.text), *_senses(part, _PART_OF_UNKNOWN)]
    if (turned := _reversed_phrase(items, knowledge)) is not None:
        return _senses(turned, turned.certainty * _unknown(items, nouns[0]))
    head, certainty = _head(items, nouns)
    part = next((item for item in items[items.index(head) + 1 :] if item.kind == "part"), None)
    whole = next((noun for noun in nouns if noun.concept in knowledge.with_parts and noun is not head), None)
    if part is None and head.text in knowledge.parts and whole is not None and items.index(whole) < items.index(head):
        part, head = head, whole
    certainty *= head.certainty * _unknown(items, head)
    found = [
        Reading(each.concept, head.text, certainty * each.certainty * (_PART if part else 1), part.text if part else "")
        for each in _senses(head, 1.0)
    ]
    aside = [reading for noun in nouns if noun is not head for reading in _senses(noun, _NOUN_ASIDE * certainty)]
    return found + aside


def _head(items: list[_Item], nouns: list[_Item]) -> tuple[_Item, float]:
    """The noun that is the thing, and how certain that is."""
    first, last = nouns[0], nouns[-1]
    if first is last or first.concept == last.concept:
        return last, 1.0
    if any(sense.languages <= ROMANCE for sense in first.senses) and _romance(last):
        return first, _CATALOGUE_ORDER
    if last.concept in _ROOM_SURFACES and first.concept not in _STRUCTURE:
        return first, _CATALOGUE_ORDER  # a lamp has no ceiling: SM_Lamp_Ceiling is a lamp
    between = items[items.index(first) + 1 : items.index(last)]
    if last.concept in _WHERE_THINGS_STAND and any(item.kind in {"shape", "shape abroad"} for item in between):
        return first, _CATALOGUE_ORDER  # lampRoundTable: an adjective after the noun, so the catalogue's order
    return last, 1.0


def _romance(item: _Item) -> bool:
    return any(sense.languages & ROMANCE for sense in item.senses)


def _reversed_phrase(items: list[_Item], knowledge: Thesaurus) -> _Item | None:
    """`tableCoffee`, `chairDesk`: two words that mean something together only the other way round."""
    said = [item for item in items if item.kind not in _DROPPED]
    for one, other in zip(said, said[1:]):
        form, senses = knowledge.look_up(f"{other.text} {one.text}")
        if senses and one.kind == "noun" and other.kind != "part" and one is _nouns(items)[0]:
            return _Item(form, "noun", senses, _CATALOGUE_ORDER)
    return None


def _unknown(items: list[_Item], head: _Item) -> float:
    at = items.index(head)
    after = sum(item.kind == "unknown" for item in items[at + 1 :])
    before = sum(item.kind == "unknown" for item in items[:at])
    return _UNKNOWN_AFTER ** min(after, 2) * _UNKNOWN_BEFORE ** min(before, 3)


def _senses(item: _Item, certainty: float) -> list[Reading]:
    """A word that languages disagree about says each of its meanings, the English one first."""
    several = len(item.senses) > 1
    return [
        Reading(
            sense.concept,
            item.text,
            certainty * (_FOREIGN_AND_AMBIGUOUS if several and (rank or "en" not in sense.languages) else 1),
        )
        for rank, sense in enumerate(item.senses)
    ]
