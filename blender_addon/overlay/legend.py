"""The rows of the legend: which labels, in which order, how many fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..contract.labels import UNLABELLED, Color, LabelSet
from .paint import look_of


@dataclass(frozen=True)
class Row:
    """One line of the legend; `color` is None where it stands for several labels."""

    color: Color | None
    text: str
    count: int = 0
    striped: bool = False


def rows_of(counts: Mapping[int, int], label_set: LabelSet, room: int) -> list[Row]:
    """At most `room` rows (at least 2) for {label id: things}: what has no label, strange ids, the most used."""
    loud = [Row(look_of(UNLABELLED, None)[0], "unlabelled", counts[UNLABELLED], True)] if counts.get(UNLABELLED) else []
    strange = sorted(id_ for id_ in counts if id_ != UNLABELLED and id_ not in label_set.by_id and counts[id_])
    if strange:
        text = f"pass index {strange[0]}" if len(strange) == 1 else f"{len(strange)} unknown pass indices"
        loud.append(Row(look_of(strange[0], label_set)[0], text, sum(counts[id_] for id_ in strange), True))
    known = [label_set.by_id[id_] for id_ in counts if id_ in label_set.by_id and counts[id_]]
    known.sort(key=lambda label: (-counts[label.id], label.name.casefold()))
    fits = max(0, room - len(loud))
    if len(known) > fits:
        left = known[max(0, fits - 1) :]
        known = known[: max(0, fits - 1)]
        more = [Row(None, f"+ {len(left)} more", sum(counts[label.id] for label in left))]
    else:
        more = []
    return [*loud, *(Row(label.color, _in_one_line(label.name), counts[label.id]) for label in known), *more]


def _in_one_line(name: str) -> str:
    """A name from a file may hold anything, and a line of the legend is short."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    return text if len(text) <= 32 else f"{text[:31]}\N{HORIZONTAL ELLIPSIS}"
