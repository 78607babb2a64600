"""Sentences that every room says to a person."""

from __future__ import annotations

from collections.abc import Sequence


def listed(texts: Sequence[str], most: int = 5, between: str = ", ") -> str:
    """The first of many texts in one line, and how many more there are: "a, b and 3 more"."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return between.join(texts[:most]) + more
