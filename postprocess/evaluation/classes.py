"""What the values of label files mean: which class each is, and which are void."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import CODE_NAMES, Color, LabelSet, voc_color

from ..manifest import manifest_read

MANIFEST = "dataset.json"
BEYOND = 65535
"""In a lookup: the value is neither a class nor void."""
CODES_IN_FILES = (0, 254, 255, *CODE_NAMES)
"""Void in label files of a plain label set: unlabelled, and the codes of 8 and 16 bits where no label has them."""


@dataclass(frozen=True)
class Classes:
    """Classes in the order of their `values` in files, with their names and colours; `void` are values of no class."""

    names: tuple[str, ...]
    values: tuple[int, ...]
    colors: tuple[Color, ...]
    void: frozenset[int]

    def __len__(self) -> int:
        return len(self.names)

    def lookup(self, *, by_number: bool = False) -> NDArray[np.uint16]:
        """(65536,): the class number of each value, `len(self)` for void, BEYOND for others. With `by_number` files
        hold class numbers themselves, as a network's argmax has them, and 255 and 65535 for none."""
        table = np.full(65536, BEYOND, np.uint16)
        values = range(len(self)) if by_number else self.values
        table[[255, 65535] if by_number else sorted(self.void)] = len(self)
        table[list(values)] = np.arange(len(self))
        return table

    def palette(self) -> NDArray[np.uint8]:
        """(C + 1, 3) RGB by class number; void is grey."""
        return np.array([*self.colors, (128, 128, 128)], np.uint8)


def classes_of_label_set(label_set: LabelSet) -> Classes:
    """Those of files that hold label ids."""
    labels = sorted(label_set.labels, key=lambda label: label.id)
    values = tuple(label.id for label in labels)
    return Classes(
        tuple(label.name for label in labels),
        values,
        tuple(label.color for label in labels),
        frozenset(CODES_IN_FILES) - set(values),
    )


def classes_of_dataset(path: Path) -> Classes:
    """Those that a dataset of `labelpass export` says in its `dataset.json`. Raises ExportError naming the file."""
    with manifest_read(path) as data:
        return _from_manifest(data)


def manifest_around(folder: Path) -> Path | None:
    """The dataset.json of a folder, or of one of the two above it."""
    places = (each / MANIFEST for each in (folder, *folder.resolve().parents[:2]))
    return next((place for place in places if place.is_file()), None)


def _from_manifest(data: Mapping[str, Any]) -> Classes:
    colors = {row["id"]: row["color"] for row in data["label_set"]["labels"]}
    rows = [(row["value"], row["name"], tuple(colors[row["id"]])) for row in data["classes"]]
    codes = {name: int(code["written_as"]) for name, code in data["codes"].items()}
    if data["conventions"].get("background is a class"):
        rows.append((codes["background"], "background", voc_color(0)))
    rows.sort()
    values = tuple(int(row[0]) for row in rows)
    return Classes(
        tuple(str(row[1]) for row in rows),
        values,
        tuple((int(red), int(green), int(blue)) for _, _, (red, green, blue) in rows),
        frozenset(codes.values()) - set(values),
    )
