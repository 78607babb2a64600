"""Which labels a search shows and in which order: pure, so that a list of 894 labels can ask at every redraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .contract.labels import Label

_BY_ID, _NAME, _NAME_START, _WORD_START, _ALIAS_START, _INSIDE, _ALIAS_INSIDE = range(7)


def rank(label: Label, query: str) -> int | None:
    """How well a label answers a query, 0 best; None when it does not. `query` is casefolded, without outer spaces."""
    name = label.name.casefold()
    if query == str(label.id):
        return _BY_ID
    if name == query:
        return _NAME
    if name.startswith(query):
        return _NAME_START
    if f" {query}" in name.replace("-", " ").replace("_", " "):
        return _WORD_START
    aliases = [alias.casefold() for alias in label.aliases]
    if any(alias.startswith(query) for alias in aliases):
        return _ALIAS_START
    if query in name:
        return _INSIDE
    return _ALIAS_INSIDE if any(query in alias for alias in aliases) else None


def matching_alias(label: Label, query: str) -> str:
    """The alias that answered the query, where the name alone did not; else an empty text."""
    query = query.strip().casefold()
    if not query or query in label.name.casefold() or query == str(label.id):
        return ""
    return next((alias for alias in label.aliases if query in alias.casefold()), "")


def arrange(labels: Sequence[Label], query: str, counts: Mapping[int, int], used_first: bool) -> list[int]:
    """Positions in `labels` to show: best match first, then (where asked) used labels, then in the set's order."""
    query = query.strip().casefold()
    ranks = [0 if not query else rank(label, query) for label in labels]
    shown = [position for position, found in enumerate(ranks) if found is not None]
    return sorted(shown, key=lambda at: (ranks[at], used_first and not counts.get(labels[at].id), at))
