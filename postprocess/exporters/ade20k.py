"""The layout of ADE20K's scene parsing benchmark (SceneParse150), with the classes of the label set.

::

    images/training/NAME.jpg        RGB                         objectInfoK.txt   number and names of each class
    annotations/training/NAME.png   classes 1..K, 0 void        SPLIT.txt         names, one per line
    images/validation/ annotations/validation/   those of val; images/test/ annotations/test/   those of test

Classes are the labels in the order of their ids. Unlabelled, ignore and background are all 0, ADE20K's "other", which
its readers make their ignore value: `reduce_zero_label` of MMSegmentation writes 255 for 0 and n - 1 for n, and so does
`do_reduce_labels` of Hugging Face's image processors.

objectInfoK.txt has the columns of objectInfo150.txt, between tabs; names are a label's name and aliases, with ";"
between. Ratio, Train, Val and Stuff are left empty: dataset.json counts pixels and images. This is not the layout of
the full ADE20K, whose masks hold classes in colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from blender_addon.contract.labels import LabelSet

from ..class_numbers import class_names, name_lists, numbered, trained
from ..layout import Encoding, Frames, Places, Traits
from ..stats import ClassWeights

FOLDERS = {"train": "training", "val": "validation", "test": "test"}


@dataclass(frozen=True)
class Ade20k:
    """The format of ADE20K's scene parsing benchmark."""

    name: ClassVar[str] = "ade20k"
    traits: ClassVar[Traits] = Traits(endings=(".jpg",))

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return trained(label_set)

    def encoding(self, label_set: LabelSet) -> Encoding:
        return numbered(self.name, label_set, self.classes(label_set), first=1, void=0)

    def places(self, split: str, name: str, ending: str) -> Places:
        folder = FOLDERS[split]
        return Places(f"images/{folder}/{name}{ending}", f"annotations/{folder}/{name}.png")

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        label_set, classes = encoding.label_set, self.classes(encoding.label_set)
        rows = ["Idx\tRatio\tTrain\tVal\tStuff\tName"]
        for number, (id_, name) in enumerate(zip(classes, class_names(label_set, classes, without=";")), start=1):
            aliases = (" ".join(alias.split()).replace(";", "_") for alias in label_set.by_id[id_].aliases)
            rows.append(f"{number}\t\t\t\t\t{';'.join((name, *aliases))}")
        return name_lists(frames) | {f"objectInfo{len(classes)}.txt": "\n".join(rows) + "\n"}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {"label files": "classes 1..K in the order of label ids, 8-bit gray PNG", "reduce_zero_label": True}

    def notes(self) -> tuple[str, ...]:
        return ()
