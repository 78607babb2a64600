"""Cards of a report: a chart or a sentence under its title."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, log10

from ..pages import bar, text
from .charts import histogram, number, ranks
from .spread import Spread


def spread_card(title: str, spread: Spread, unit: str) -> str:
    if not spread.count:
        return ""
    if spread.low == spread.high:
        return said_card(title, f"{number(spread.low)} {unit}".strip() + ", all of them")
    unit_after = unit if unit in {"", "°"} else f" {unit}"
    said = f"{number(spread.low)} to {number(spread.high)}{unit_after}, median {_middle(spread)}"
    return chart_card(title, said, histogram(spread, unit))


def _middle(spread: Spread) -> str:
    """As exact as its bin."""
    return number(round(spread.middle(), max(0, ceil(-log10(spread.width)))))


def words_card(title: str, counts: Mapping[str, int], most: int) -> str:
    ranked = ranks(counts, most)
    whole = max(1, sum(count for _, count in ranked))
    top = max((count for _, count in ranked), default=1)
    rows = "".join(
        f"<li><span class='name'>{text(word) or 'none'}</span>{bar(count / top)}<small>{count / whole:.1%}</small></li>"
        for word, count in ranked
    )
    return chart_card(title, "", f"<ul class='words'>{rows}</ul>")


def chart_card(title: str, said: str, inside: str) -> str:
    return f"<figure class='chart'><figcaption><b>{text(title)}</b> {text(said)}</figcaption>{inside}</figure>"


def said_card(title: str, said: str) -> str:
    return chart_card(title, "", f"<p class='one'>{text(said)}</p>")
