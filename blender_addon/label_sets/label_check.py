"""All that is wrong with a label set file at once, each with its line: errors, with which nothing reads it, and what
would surprise who exports. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..contract.labels import (
    CODE_NAMES,
    Label,
    LabelSet,
    LabelSetError,
    built_in,
    built_in_names,
    label_from,
    label_set_from_dict,
)
from ..contract.words import counted, quoted
from ..strict_yaml import YamlError, read_yaml
from . import label_csv, label_files

EXIT_CODES = "Exit codes: 0 nothing that counts as an error, 1 errors (with --strict also warnings), 2 wrong arguments."
ERROR, WARNING = "error", "warning"
SCHEMA = "labelpass.labels.check/1"
_VOIDS = {*CODE_NAMES.values(), "unlabeled", "void"}
_OF_CSV = re.compile(r", line (\d+)(?:, (column [^:]+))?: (.*)", re.DOTALL)


@dataclass(frozen=True)
class Flaw:
    """`line` 0: of the whole file, or nobody knows."""

    severity: str
    line: int
    text: str


def check(source: str | Path) -> list[Flaw]:
    """What is wrong with a label set file (or a built-in set), errors first, then by line. Raises LabelSetError for a
    file that cannot be opened, and for a name that is none."""
    if label_files.is_name(source):
        return sorted(_surprises(built_in(str(source)), {}), key=_order)
    path = Path(source)
    text = label_files.read_text(path)
    lines: dict[int, int] = {}
    try:
        data, errors = _data(text, path, lines)
    except LabelSetError as error:
        return [_of_message(str(error), path)]
    errors += _errors(data, lines)
    if not errors:
        label_set = label_set_from_dict(data)
        errors += _surprises(label_set, {label.id: lines.get(at, 0) for at, label in enumerate(label_set.labels)})
    return sorted(errors, key=_order)


def _order(flaw: Flaw) -> tuple[bool, int, str]:
    return flaw.severity != ERROR, flaw.line, flaw.text


def _data(text: str, path: Path, lines: dict[int, int]) -> tuple[Any, list[Flaw]]:
    """What the file says, as far as it can be read; fills `lines`: {place of a label in the list: its line}."""
    if path.suffix.lower() in {".csv", ".txt"}:
        rows, refused = label_csv.rows_and_errors(text, path.name)
        lines |= {at: line for at, (line, _) in enumerate(rows)}
        return label_files.with_name([row for _, row in rows], path), [_of_message(str(each), path) for each in refused]
    data = label_files.parse(text, path)
    try:
        places = read_yaml(text, "a label set")[1]
    except YamlError:  # JSON that is no YAML, such as with tabs before a key
        places = {}
    for key, place in places.items():
        if match := re.fullmatch(r"(?:labels)?\[(\d+)\]", key):
            lines[int(match[1])] = place.line
    return data, []


def _of_message(message: str, path: Path) -> Flaw:
    match = _OF_CSV.search(message)
    if match:
        return Flaw(ERROR, int(match[1]), f"{match[2]}: {match[3]}" if match[2] else match[3])
    return Flaw(ERROR, 0, message.removeprefix(f"{path.name}: "))


def _errors(data: Any, lines: Mapping[int, int]) -> list[Flaw]:
    rows = data.get("labels") if isinstance(data, dict) else None
    found: list[Flaw] = []
    try:
        label_set_from_dict({**data, "labels": ["x"]} if isinstance(rows, list) and rows else data)
    except LabelSetError as error:
        found.append(Flaw(ERROR, 0, str(error)))
    labels: list[tuple[int, Label]] = []
    for at, row in enumerate(rows if isinstance(rows, list) else ()):
        try:
            labels.append((at, label_from(row, at + 1)))
        except LabelSetError as error:
            found.append(Flaw(ERROR, lines.get(at, 0), str(error)))
    for what, values in (
        ("id", [(label.id, at) for at, label in labels]),
        ("name", [(label.name.casefold(), at) for at, label in labels]),
    ):
        first: dict[Any, int] = {}
        for value, at in values:
            if first.setdefault(value, at) != at:
                where = f"line {lines[first[value]]}" if first[value] in lines else f"label {first[value] + 1}"
                found.append(Flaw(ERROR, lines.get(at, 0), f"{what} {value!r} is used in {where} already"))
    return found


def _surprises(label_set: LabelSet, lines: Mapping[int, int]) -> Iterator[Flaw]:
    """What a set may say, and what then happens otherwise than one thinks. `lines`: {label id: line}."""
    yield from _words(label_set, lines)
    yield from _parents(label_set, lines)
    colors: dict[tuple[int, int, int], list[Label]] = {}
    for label in label_set.labels:
        colors.setdefault(label.color, []).append(label)
    for alike in colors.values():
        if len(alike) > 1:
            names = quoted(label.name for label in alike)
            yield Flaw(
                WARNING, lines.get(alike[1].id, 0), f"one colour, so that pictures cannot tell them apart: {names}"
            )
    if label_set.name in built_in_names() and label_set != built_in(label_set.name):
        text = f"the set has the name {label_set.name!r} of another that comes with Labelpass; give it one of its own"
        yield Flaw(WARNING, 0, text)


def _words(label_set: LabelSet, lines: Mapping[int, int]) -> Iterator[Flaw]:
    claims = Counter(alias for label in label_set.labels for alias in {each.casefold() for each in label.aliases})
    for label in label_set.labels:
        line = lines.get(label.id, 0)
        if label.name.casefold() in _VOIDS:
            yield Flaw(WARNING, line, f"{label.name!r} is an ordinary label here; what nobody labelled is none at all")
        for alias in dict.fromkeys(each.casefold() for each in label.aliases):
            owner = label_set.by_name[alias]
            if owner is not label:
                yield Flaw(WARNING, line, f"alias {alias!r} of {label.name!r} is found as {owner.name!r}")
            elif claims[alias] > 1:
                yield Flaw(WARNING, line, f"alias {alias!r} of {label.name!r} is that of another label, too")


def _parents(label_set: LabelSet, lines: Mapping[int, int]) -> Iterator[Flaw]:
    taxonomies = dict.fromkeys(name for label in label_set.labels for name in label.parents)
    for name in taxonomies:
        if name not in built_in_names():
            near = get_close_matches(name, built_in_names(), n=1)
            if near:
                yield Flaw(
                    WARNING, 0, f"parents in {name!r}, which does not come with Labelpass; did you mean {near[0]}?"
                )
            continue
        known = built_in(name)
        for label in label_set.labels:
            if name in label.parents and label.parents[name] not in known.by_id:
                text = f"{label.name!r} has the parent {label.parents[name]} in {name}, which has no such id"
                yield Flaw(ERROR, lines.get(label.id, 0), text)
        without = [label.name for label in label_set.labels if name not in label.parents]
        if without and label_set.name not in built_in_names():
            said = f"{counted(len(without), 'label')} without a parent in {name}, unlabelled in exports there unless "
            yield Flaw(WARNING, 0, f"{said}another parent leads there: {quoted(without)}")
    if label_set.name not in built_in_names():
        for label in label_set.labels:
            yield from _contradictions(label, lines.get(label.id, 0))


def _contradictions(label: Label, line: int) -> Iterator[Flaw]:
    for step, id_ in label.parents.items():
        above = built_in(step).by_id.get(id_) if step in built_in_names() else None
        for target, there in above.parents.items() if above else ():
            if target in label.parents and label.parents[target] != there:
                said = f"{label.name!r} is {label.parents[target]} in {target}, and {above.name!r} of {step} is {there}"
                yield Flaw(WARNING, line, said)


def fails(flaws: list[Flaw], strict: bool) -> bool:
    return any(strict or flaw.severity == ERROR for flaw in flaws)


def to_text(flaws: list[Flaw], source: str | Path) -> str:
    """A line for each flaw, as compilers write them, and one that sums up."""
    name = Path(source).name
    rows = [f"{name}{f':{flaw.line}' if flaw.line else ''}: {flaw.severity}: {flaw.text}\n" for flaw in flaws]
    counts = Counter(flaw.severity for flaw in flaws)
    return "".join(rows) + f"{name}: {counted(counts[ERROR], ERROR)}, {counted(counts[WARNING], WARNING)}\n"


def to_json(flaws: list[Flaw], source: str | Path, strict: bool) -> str:
    document = {
        "schema": SCHEMA,
        "file": Path(source).name,
        "ok": not fails(flaws, strict),
        "findings": [asdict(flaw) for flaw in flaws],
    }
    return json.dumps(document, indent=1) + "\n"
