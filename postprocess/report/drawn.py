"""What was drawn for frames, family by family: how often which number and which word.

A record is taken as it comes, since families grow fields: tables by the names of things count as one, lists of numbers
(x, y, z) as their numbers, what is there or not as yes and no. Seeds, colours and turns in space say nothing to people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .spread import Spread, spread_of

MOST_WORDS = 1000  # of a field: more are counted together
OTHERS = "others"
_OF_THINGS = {"lights", "lamps", "emitters", "shifts", "placed", "dropped"}  # {name of a thing: what it got}
_UNTOLD = {"thing", "slot", "pool", "colours", "rotation", "spots", "location", "label", "side",
           "stayed"}  # fmt: skip
_DEEPEST = 6
HOW_MANY = "how many"
_UNITS = {
    "mired": ("warmth", "white"),
    "m": ("moved", "tile"),
    "°": ("turned", "turn", "hue", "roll", "degrees"),
    "stops": ("stops", "metered", "tint"),
    "×": ("power", "strength", "saturation", "value", "lens", "zoom"),
    "px": ("blur",),
    "e⁻": ("read_noise",),
}

Field = tuple[str, str]
"""A family and, in words, a field of it."""


@dataclass(frozen=True)
class Drawn:
    numbers: Mapping[Field, Spread] = field(default_factory=dict)
    words: Mapping[Field, Mapping[str, int]] = field(default_factory=dict)

    def __add__(self, other: Drawn) -> Drawn:
        numbers = {key: self.numbers.get(key, Spread()) + other.numbers.get(key, Spread())
                   for key in dict.fromkeys((*self.numbers, *other.numbers))}  # fmt: skip
        words = {key: _few(Counter(self.words.get(key, {})) + Counter(other.words.get(key, {})))
                 for key in dict.fromkeys((*self.words, *other.words))}  # fmt: skip
        return Drawn(numbers, words)


def drawn_for(draws: list[Any]) -> Drawn:
    """That of the `draw` of records, whatever is in them."""
    numbers: dict[Field, list[float]] = {}
    words: dict[Field, Counter[str]] = {}
    for draw in draws:
        for family, said in _families(draw):
            for name, value in _fields(said, "", 0):
                if isinstance(value, str):
                    words.setdefault((family, name), Counter())[value] += 1
                else:
                    numbers.setdefault((family, name), []).append(value)
    return Drawn(
        {key: spread_of(values) for key, values in numbers.items()}, {key: _few(of) for key, of in words.items()}
    )


def unit_of(name: str) -> str:
    """Of a field, as `docs/randomisation.md` has it; "" where there is none."""
    last = name.rpartition(": ")[2]
    return next((unit for unit, names in _UNITS.items() if last in names), "")


def _families(draw: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Sizes are told elsewhere."""
    for family, said in draw.items() if isinstance(draw, Mapping) else ():
        if family == "metered_stops":
            yield "exposure", {"metered": said}
        elif isinstance(said, Mapping) and family != "resolution":
            yield str(family), said


def _fields(said: Any, name: str, depth: int) -> Iterator[tuple[str, float | str]]:
    """(field, number or word) of a value and all that is in it."""
    if isinstance(said, bool):
        yield name, "yes" if said else "no"
    elif isinstance(said, int | float) and abs(said) < 1e300:
        yield name, float(said)
    elif isinstance(said, str):
        yield name, said
    elif isinstance(said, Mapping) and depth < _DEEPEST:
        for key, value in said.items():
            if key in _OF_THINGS and isinstance(value, Mapping) and depth == 0:
                for each in value.values():
                    yield from _fields(each, key, depth + 2)
            elif key not in _UNTOLD:
                yield from _fields(value, f"{name}: {key}" if name else str(key), depth + 1)
    elif isinstance(said, list) and depth < _DEEPEST:
        if depth == 1 and not any(isinstance(each, int | float) for each in said):
            yield f"{name}: {HOW_MANY}", float(len(said))
        for each in said:
            yield from _fields(each, name, depth + 1)


def _few(counts: Mapping[str, int]) -> Mapping[str, int]:
    if len(counts) <= MOST_WORDS:
        return dict(counts)
    ranked = sorted(counts.items(), key=lambda item: (item[0] == OTHERS, -item[1], item[0]))
    others = sum(count for _, count in ranked[MOST_WORDS - 1 :])
    return dict(ranked[: MOST_WORDS - 1]) | {OTHERS: others}
