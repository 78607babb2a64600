"""What an exporter decides and the conversion obeys: where the files of a frame go, which value means what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED, Color, LabelSet

from .errors import ExportError

# Colours of the codes, where label sets leave room: unlabelled shouts, because it usually is a mistake; background and
# ignore stay quiet. The legend and the names files say so.
CODE_COLORS: Mapping[int, Color] = {UNLABELLED: (255, 0, 255), IGNORE: (128, 128, 128), BACKGROUND: (0, 0, 0)}


@dataclass(frozen=True)
class Encoding:
    """What a format writes for each label id and each code of `label_set`; `dtype` is "uint8" or "uint16".

    Raises ExportError where a value does not fit the type or two labels would be written alike. Codes may share
    values with each other, where a format's readers know only one kind of void, but never with a label.

    `file_palette` are the colours of values from 0 on that label files of 8 bits carry, None where they are gray.
    """

    label_set: LabelSet
    values: Mapping[int, int]
    dtype: str
    file_palette: tuple[Color, ...] | None = None

    def __post_init__(self) -> None:
        limit = int(np.iinfo(self.dtype).max)
        taken: dict[int, int] = {}
        for id_ in (*self.label_set.by_id, *CODE_NAMES):
            value = self.values[id_]
            if not 0 <= value <= limit:
                raise ExportError(f"{self._named(id_)} would be written as {value}, which {self.dtype} cannot hold")
            other = taken.setdefault(value, id_)
            if other != id_ and not (other in CODE_NAMES and id_ in CODE_NAMES):
                raise ExportError(f"{self._named(other)} and {self._named(id_)} would both be written as {value}")

    def _named(self, id_: int) -> str:
        return CODE_NAMES[id_] if id_ in CODE_NAMES else f"label {self.label_set.by_id[id_].name!r}"

    def palette(self) -> NDArray[np.uint8]:
        """(values of the type, 3) uint8 RGB: the colour of each written value; values that are not written are black.

        Where codes share a value, it gets the colour of unlabelled, else of ignore.
        """
        colors = np.zeros((int(np.iinfo(self.dtype).max) + 1, 3), np.uint8)
        for code in (BACKGROUND, IGNORE, UNLABELLED):
            colors[self.values[code]] = CODE_COLORS[code]
        for label in self.label_set.labels:
            colors[self.values[label.id]] = label.color
        return colors


def encoding_table(encoding: Encoding) -> NDArray[Any]:
    """(65536,) in the encoding's type: what each id or code of its label set is written as.

    Values that are neither are written as unlabelled; `postprocess.exr` has refused them before.
    """
    table = np.full(65536, encoding.values[UNLABELLED], encoding.dtype)
    for id_, value in encoding.values.items():
        table[id_] = value
    return table


def plain_encoding(label_set: LabelSet) -> Encoding:
    """Ids and codes as they are, in 16 bits: what a run folder holds."""
    return Encoding(label_set, {id_: id_ for id_ in (*label_set.by_id, *CODE_NAMES)}, "uint16")


ENDINGS = (".png", ".jpg")
"""Of the pictures that datasets have."""


@dataclass(frozen=True)
class Traits:
    """What is true of all exports of a format: the side file that holds its class weights, "" where there is none;
    whether it needs pictures; why all must be of `one_size`, "" where each may have its own; the `endings` of pictures
    that its readers find, the first where nobody says which; what is `lost` where files do not say of every pixel what
    it is, in words that follow on "FORMAT: "."""

    weights_file: str = ""
    needs_images: bool = True
    one_size: str = ""
    endings: tuple[str, ...] = ENDINGS
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a frame's files go: paths relative to the dataset, "/" between; None is not written."""

    image: str | None = None
    label: str | None = None
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A frame in the dataset: its `name`, unique there, its `number` among all frames, from 1, its split, its files.

    `files.image` is None where there are no pictures. `scene` is what it shows, as far as its source says.
    """

    name: str
    number: int
    split: str
    files: Places
    scene: str = ""


Frames = Mapping[str, Sequence[Placed]]
"""{split: its frames, in the order to train in}, of train, val and test."""
