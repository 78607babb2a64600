"""NYU Depth style: label PNGs that hold label ids, 0 for unlabelled, 8 bit or 16 bit by the largest id of the set.

::

    images/NAME.png   RGB        train.txt val.txt test.txt   names, one per line
    labels/NAME.png   label ids  labels.csv                   id, name, colour of each label
    colors/NAME.png   the same, in the label set's colours; for people, not for training

`void` decides how the three things that are no label are written:

- "apart" (default): unlabelled 0, ignore 255, background 254; in 16 bit 65535 and 65534. Nothing is lost: 255 is the
  ignore value of most trainers, and a reader that knows 0 alone as void meets a value outside 0..K, which fails
  loudly instead of training on it. A label set that needs 254 or 255 is written in 16 bit.
- "zero": all three 0, as NYU's own files have it and as readers such as FCN's and ESANet's expect. Background and
  ignore cannot be told apart again.

The depth follows the label set and not the pixels at hand, so that two exports of one label set are alike.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, ClassVar

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, LabelSet

from ..class_numbers import name_lists, trained
from ..errors import ExportError
from ..layout import CODE_COLORS, Encoding, Frames, Places, Traits
from ..stats import ClassWeights


@dataclass(frozen=True)
class Nyu:
    """The NYU format with its one option, `void`: "apart" or "zero". Raises ExportError for another word."""

    void: str = "apart"

    name: ClassVar[str] = "nyu"
    traits: ClassVar[Traits] = Traits(needs_images=False)

    def __post_init__(self) -> None:
        if self.void not in ("apart", "zero"):
            raise ExportError(f"void {self.void!r}: 'apart' or 'zero'")

    def encoding(self, label_set: LabelSet) -> Encoding:
        ids = {id_: id_ for id_ in label_set.by_id}
        if self.void == "zero":
            codes = {UNLABELLED: 0, IGNORE: 0, BACKGROUND: 0}
            return Encoding(label_set, ids | codes, "uint8" if label_set.max_id <= 255 else "uint16")
        small = label_set.max_id <= 253
        top = 255 if small else 65535
        return Encoding(
            label_set, ids | {UNLABELLED: 0, IGNORE: top, BACKGROUND: top - 1}, "uint8" if small else "uint16"
        )

    def places(self, split: str, name: str, ending: str) -> Places:
        """Folders are the same for all splits, which the lists tell apart."""
        return Places(f"images/{name}{ending}", f"labels/{name}.png", f"colors/{name}.png")

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return trained(label_set)

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        return name_lists(frames) | {"labels.csv": _labels_csv(encoding, self.void)}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {"void": self.void, "label files": f"label ids, {encoding.dtype} PNG, gray"}

    def notes(self) -> tuple[str, ...]:
        if self.void == "zero":
            return ()
        return ("labels keep unlabelled, ignore and background apart; readers that know 0 alone as void: --void zero",)


def _labels_csv(encoding: Encoding, void: str) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("id", "name", "red", "green", "blue"))
    codes = {UNLABELLED: "unlabelled"}
    if void == "apart":
        codes |= {IGNORE: "ignore", BACKGROUND: "background"}
    entries = [(encoding.values[code], f"({name})", CODE_COLORS[code]) for code, name in codes.items()]
    entries += [(label.id, label.name, label.color) for label in encoding.label_set.labels]
    for value, name, color in sorted(entries):
        rows.writerow((value, name, *color))
    return text.getvalue()
