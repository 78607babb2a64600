"""Ultralytics' layout for semantic segmentation; polygons of single things are in the format `yolo`.

::

    images/SPLIT/NAME.png   RGB                                      data.yaml   folders, and names of the classes
    masks/SPLIT/NAME.png    classes 0..K-1, void 255, 8-bit gray     SPLIT.txt   names, one per line

Classes are the labels in the order of their ids. Unlabelled, ignore and background are all 255; with `background_class`
the background is class K. A mask with any other value is dropped as "corrupt" with a line in the log, so there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from blender_addon.contract.labels import LabelSet

from ..class_numbers import VOID, class_conventions, class_names, name_lists, numbered, trained
from ..data_yaml import data_yaml
from ..layout import Encoding, Frames, Places, Traits
from ..stats import ClassWeights


@dataclass(frozen=True)
class Ultralytics:
    """The Ultralytics format."""

    background_class: bool = False

    name: ClassVar[str] = "ultralytics"
    traits: ClassVar[Traits] = Traits()

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return trained(label_set, self.background_class)

    def encoding(self, label_set: LabelSet) -> Encoding:
        return numbered(self.name, label_set, self.classes(label_set))

    def places(self, split: str, name: str, ending: str) -> Places:
        return Places(f"images/{split}/{name}{ending}", f"masks/{split}/{name}.png")

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        names = class_names(encoding.label_set, self.classes(encoding.label_set))
        return name_lists(frames) | {"data.yaml": data_yaml(frames, names, "masks_dir: masks")}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return class_conventions(VOID, self.background_class)

    def notes(self) -> tuple[str, ...]:
        return ()
