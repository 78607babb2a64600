"""Sentences that every room says to a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def listed(texts: Sequence[str], most: int = 5, between: str = ", ") -> str:
    """The first of many texts in one line, and how many more there are: "a, b and 3 more"."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return between.join(texts[:most]) + more


def quoted(names: Iterable[str], most: int = 5) -> str:
    """The first of many names: "'Sofa', 'Lamp' and 3 more"."""
    return listed([repr(name) for name in names], most)


def counted(number: int, noun: str) -> str:
    """A number of things: "1 frame", "12 frames"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
