"""A label set, and what becomes of each of its labels in another, as text for a person and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..contract.labels import Label, LabelSet, built_in, built_in_names
from ..contract.words import counted

SCHEMA = "labelpass.labels.map/1"


@dataclass(frozen=True)
class Walk:
    """The cross-walk between two label sets, by label. Raises LabelSetError where nothing maps."""

    source: LabelSet
    target: LabelSet

    @cached_property
    def ids(self) -> dict[int, int]:
        return self.source.crosswalk(self.target)

    def of(self, label: Label) -> Label | None:
        return self.target.by_id[self.ids[label.id]] if label.id in self.ids else None

    def through(self, label: Label) -> str:
        """The taxonomy in between; "" for a parent of the label itself."""
        if label.id not in self.ids or self.target.name in (self.source.name, *label.parents):
            return ""
        steps = (
            (name, built_in(name).by_id.get(id_)) for name, id_ in label.parents.items() if name in built_in_names()
        )
        return next((name for name, above in steps if above and self.target.name in above.parents), "")

    @property
    def orphans(self) -> list[Label]:
        """Labels that have no meaning in the target: exports write them as unlabelled."""
        return [label for label in self.source.labels if label.id not in self.ids]

    @property
    def merges(self) -> list[tuple[Label, list[Label]]]:
        """Labels of the target that several become, and which those are."""
        below: dict[int, list[Label]] = {}
        for label in self.source.labels:
            if label.id in self.ids:
                below.setdefault(self.ids[label.id], []).append(label)
        return [(label, below[label.id]) for label in self.target.labels if len(below.get(label.id, ())) > 1]

    @property
    def unreached(self) -> list[Label]:
        """Labels of the target that none becomes."""
        reached = set(self.ids.values())
        return [label for label in self.target.labels if label.id not in reached]


def list_text() -> str:
    """The label sets that come with Labelpass."""
    sets = [built_in(name) for name in built_in_names()]
    return _table([("name", "labels", "title"), *((each.name, len(each.labels), each.title) for each in sets)])


def list_json() -> str:
    sets = [built_in(name) for name in built_in_names()]
    rows = [
        {"name": each.name, "title": each.title, "labels": len(each.labels), "source": each.source} for each in sets
    ]
    return json.dumps(rows, indent=1) + "\n"


def show_text(label_set: LabelSet) -> str:
    rows = [
        (
            label.id,
            _plain(label.name),
            "#{:02x}{:02x}{:02x}".format(*label.color),
            ", ".join(map(_plain, label.aliases)),
            " ".join(f"{_plain(name)}={id_}" for name, id_ in label.parents.items()),
        )
        for label in label_set.labels
    ]
    head = [f"{label_set.name}: {counted(len(label_set.labels), 'label')}"]
    head += [
        f"{what}: {_plain(text)}" for what, text in (("title", label_set.title), ("source", label_set.source)) if text
    ]
    return "\n".join(head) + "\n" + _table([("id", "label", "colour", "aliases", "parents"), *rows])


def map_text(walk: Walk) -> str:
    rows: list[Sequence[Any]] = [("id", "label", "", "id", "label", "through")]
    for label in walk.source.labels:
        there = walk.of(label)
        found = (there.id, _plain(there.name)) if there else ("", "(no parent: unlabelled)")
        rows.append((label.id, _plain(label.name), "->", *found, walk.through(label)))
    merged = [f"{_plain(label.name)} <- {_names(below)}" for label, below in walk.merges]
    return "".join(
        [
            f"{walk.source.name} -> {walk.target.name}: {len(walk.ids)} of {counted(len(rows) - 1, 'label')} mean "
            "something there\n",
            _table(rows),
            f"no parent ({len(walk.orphans)}): {_names(walk.orphans) or 'none'}\n",
            f"several become one ({len(merged)}): {'; '.join(merged) or 'none'}\n",
            f"none becomes ({len(walk.unreached)}): {_names(walk.unreached) or 'none'}\n",
        ]
    )


def map_json(walk: Walk) -> str:
    document = {
        "schema": SCHEMA,
        "from": walk.source.name,
        "to": walk.target.name,
        "labels": [
            _row(label)
            | {"to": _row(there) if (there := walk.of(label)) else None, "through": walk.through(label) or None}
            for label in walk.source.labels
        ],
        "no_parent": [label.name for label in walk.orphans],
        "merged": [_row(label) | {"of": [each.name for each in below]} for label, below in walk.merges],
        "unreached": [label.name for label in walk.unreached],
    }
    return json.dumps(document, indent=1) + "\n"


def _row(label: Label) -> dict[str, Any]:
    return {"id": label.id, "name": label.name}


def _names(labels: Iterable[Label]) -> str:
    return ", ".join(_plain(label.name) for label in labels)


def _plain(text: str) -> str:
    """On one line, and without what would move a terminal's cursor."""
    return text if text.isprintable() else repr(text)


def _table(rows: Iterable[Sequence[Any]]) -> str:
    """Columns as wide as their widest cell; numbers to the right."""
    listed = [tuple(row) for row in rows]
    widths = [max(len(str(row[at])) for row in listed) for at in range(len(listed[0]))]
    lines = []
    for row in listed:
        cells = (
            str(cell).rjust(width) if isinstance(cell, int) else cell.ljust(width) for cell, width in zip(row, widths)
        )
        lines.append("  ".join(cells).rstrip())
    return "".join(f"{line}\n" for line in lines)
