"""How often are suggested labels right, and how many names get one?

    python benchmarks/suggestions.py [--split dev] [--wrong FILE]

Reads names/*.json: names that people gave to things, from one source each, under the NYU40 label that we read in them.
`a|b` stands where NYU's own table and common sense differ and either is right, and an empty label where a name says
nothing. Splits: dev is what the thesaurus and the ranking were tuned on; seen was never tuned on, but read before the
thesaurus was written, so it flatters; test was collected and labelled when both stood.

precision  right among the best suggestions at or above the bar
recall     right among all names that surely say something (those that may say nothing do not count here)
baseline   a name that contains a label's name gets that label, the longest first
seconds    for all names of all lists, each once, then for 10,000 objects
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from blender_addon.contract.labels import LabelSet, built_in
from blender_addon.suggestions.ranking import Name, Source, suggester

LISTS = Path(__file__).with_name("names")
BARS = (0.5, 0.8)
SPLITS = ("dev", "seen", "test")
Guess = Callable[[list[Name]], tuple[str, float]]
Row = tuple[list[Name], set[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--split", choices=SPLITS, help="only the lists of this split")
    parser.add_argument(
        "--wrong", default="", help="print the names of this list that come out wrong or without a label"
    )
    arguments = parser.parse_args()
    nyu40 = built_in("nyu40")
    ours, baseline = by_suggester(nyu40), by_substring(nyu40)
    lists = list(read_lists(arguments.split))
    print(
        f"{'list':24}{'split':6}{'names':>6}   " + "".join(f"precision/recall at {bar}   " for bar in BARS) + "baseline"
    )
    for split in SPLITS:
        together = [row for _, of_split, rows in lists if of_split == split for row in rows]
        for name, _, rows in [each for each in lists if each[1] == split] + [("all", split, together)]:
            if rows:
                shares = [measure(rows, ours, bar) for bar in BARS] + [measure(rows, baseline, 0.5)]
                cells = "".join(f"{precision:9.1%} {recall:7.1%}         " for precision, recall in shares)
                print(f"{name:24}{split:6}{len(rows):6}{cells}")
    if arguments.wrong:
        for name, _, rows in lists:
            if arguments.wrong in (name, "all"):
                show_wrong(rows, ours)
    print_seconds([row for _, _, rows in lists for row in rows], nyu40)


def read_lists(split: str | None = None) -> Iterator[tuple[str, str, list[Row]]]:
    """(name, split, rows) of each list; a row is what stands around an object, and the labels that are right."""
    for path in sorted(LISTS.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if split in (None, data["split"]):
            rows = [
                (names_of(entry), set(right.split("|"))) for right, found in data["names"].items() for entry in found
            ]
            yield path.stem, data["split"], rows


def names_of(entry: str | dict[str, str | list[str]]) -> list[Name]:
    if isinstance(entry, str):
        return [Name(Source.OBJECT, entry)]
    texts = {source: [text] if isinstance(text, str) else text for source, text in entry.items()}
    return [Name(Source[source.upper()], text) for source, found in texts.items() for text in found]


def by_suggester(label_set: LabelSet) -> Guess:
    suggest = suggester(label_set).suggest

    def guess(names: list[Name]) -> tuple[str, float]:
        found = suggest(names)
        return (label_set.by_id[found[0].label_id].name, found[0].confidence) if found else ("", 0.0)

    return guess


def by_substring(label_set: LabelSet) -> Guess:
    labels = sorted((label.name for label in label_set.labels), key=len, reverse=True)

    def guess(names: list[Name]) -> tuple[str, float]:
        text = names[0].text.casefold()
        return next(((label, 1.0) for label in labels if label in text), ("", 0.0))

    return guess


def measure(rows: list[Row], guess: Guess, bar: float) -> tuple[float, float]:
    """(precision, recall) of the best guesses at or above the bar; NaN for a share of nothing."""
    given = [(label, right) for label, confidence, right in _guessed(rows, guess) if confidence >= bar]
    saying = sum("" not in right for _, right in rows)
    hits = [right for label, right in given if label in right]
    found = sum("" not in right for right in hits)
    return len(hits) / len(given) if given else float("nan"), found / saying if saying else float("nan")


def _guessed(rows: list[Row], guess: Guess) -> Iterator[tuple[str, float, set[str]]]:
    for names, right in rows:
        yield *guess(names), right


def show_wrong(rows: list[Row], guess: Guess) -> None:
    for names, right in rows:
        label, confidence = guess(names)
        if label not in right:
            wanted = " or ".join(sorted(right)) or "nothing"
            print(f"    {names[0].text:40} {label or '-':16} {confidence:.2f}   not {wanted}")


def print_seconds(rows: list[Row], label_set: LabelSet) -> None:
    begin = time.perf_counter()
    fresh = suggester(label_set)
    for names, _ in rows:
        fresh.suggest(names)
    once = time.perf_counter() - begin
    objects = [
        [Name(Source.OBJECT, f"{names[0].text}.{count:03}"), *names[1:]]
        for count in range(10_000 // len(rows) + 1)
        for names, _ in rows
    ][:10_000]
    begin = time.perf_counter()
    fresh = suggester(label_set)
    for names in objects:
        fresh.suggest(names)
    print(f"{once:.2f} s for {len(rows)} names, {time.perf_counter() - begin:.2f} s for 10,000 objects")


if __name__ == "__main__":
    main()
