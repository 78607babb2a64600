"""What a network says of pictures, as files: label maps in a dataset's values or in label ids, and what these mean."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND
from postprocess import png
from postprocess.encoded import map_png
from postprocess.evaluation.pairs import PICTURES
from postprocess.exporters import FORMATS
from postprocess.labelmap import label_map
from postprocess.layout import Encoding
from postprocess.staging import write_checked

from .errors import TrainingError
from .frames import Dataset
from .learned import Learned

LABEL_SET, CLASSES = "label_set.json", "classes.csv"


@dataclass(frozen=True)
class Meaning:
    """`values`: what a file says for each class number; `dtype` "uint8" or "uint16"."""

    learned: Learned
    values: tuple[int, ...]
    dtype: str

    def table(self) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """(65536,): the value of each class number."""
        found = np.zeros(65536, self.dtype)
        found[: len(self.values)] = self.values
        return found

    def palette(self) -> NDArray[np.uint8]:
        """(256, 3), by value."""
        found = np.zeros((256, 3), np.uint8)
        for value, color in zip(self.values, self.learned.colors):
            found[value] = color
        return found


def meaning_of_dataset(dataset: Dataset) -> Meaning:
    """As the label files of a dataset are written, so that they can be compared."""
    values = dataset.classes.values
    return Meaning(dataset.learned, values, "uint8" if max(values) <= 255 else "uint16")


def meaning_of_label_ids(learned: Learned) -> Meaning:
    """Label ids, and the background as the format nyu has it."""
    encoding: Encoding = FORMATS["nyu"]().encoding(learned.label_set)
    return Meaning(learned, tuple(encoding.values[id_] for id_ in learned.ids), encoding.dtype)


def pictures_in(folder: Path) -> Mapping[str, Path]:
    """{name: picture} of a folder, by name. Raises TrainingError where there is none, and for two of one name."""
    if not folder.is_dir():
        raise TrainingError(f"{folder} is no folder of pictures, and no dataset")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in PICTURES and path.is_file():
            if path.stem in found:
                raise TrainingError(f"{found[path.stem]} and {path.name} would be predicted into one file; rename one")
            found[path.stem] = path
    if not found:
        raise TrainingError(f"{folder} has no {', '.join(PICTURES)} file")
    return found


def write_prediction(root: Path, name: str, classes: NDArray[np.uint16], meaning: Meaning) -> None:
    """NAME.png, from class numbers (H, W); of 8 bits in the colours of the label set."""
    place = f"{name}.png"
    data = map_png(place, label_map(classes), meaning.table())
    if meaning.dtype == "uint8":
        data = png.with_palette(data, meaning.palette())
    write_checked(root, place, data)


def write_meaning(root: Path, meaning: Meaning) -> None:
    """The label set, and a table of what the values in the files are."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("value", "id", "name", "red", "green", "blue"))
    learned = meaning.learned
    for value, id_, name, color in zip(meaning.values, learned.ids, learned.names, learned.colors):
        rows.writerow((value, "" if id_ == BACKGROUND else id_, name, *color))
    write_checked(root, CLASSES, text.getvalue().encode())
    write_checked(root, LABEL_SET, learned.label_set.to_json().encode())
