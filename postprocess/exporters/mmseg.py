"""MMSegmentation's layout for data of one's own: `BaseSegDataset` finds a mask by the stem of its picture.

::

    img_dir/SPLIT/NAME.png   RGB                                metainfo.json   classes and palette, for `metainfo`
    ann_dir/SPLIT/NAME.png   classes 0..K-1, void 255, 8 bit    SPLIT.txt       names, one per line

Classes are the labels in the order of their ids. Unlabelled, ignore and background are all 255, the `ignore_index` of
its losses; with `background_class` the background is class K. `reduce_zero_label` stays False: there is no zero label.
BaseSegDataset looks for .jpg where nobody says `img_suffix`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from blender_addon.contract.labels import LabelSet

from ..class_numbers import VOID, class_colors, class_conventions, class_names, name_lists, numbered, trained
from ..layout import Encoding, Frames, Places, Traits
from ..stats import ClassWeights


@dataclass(frozen=True)
class Mmseg:
    """The MMSegmentation format."""

    background_class: bool = False

    name: ClassVar[str] = "mmseg"
    traits: ClassVar[Traits] = Traits()

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return trained(label_set, self.background_class)

    def encoding(self, label_set: LabelSet) -> Encoding:
        return numbered(self.name, label_set, self.classes(label_set))

    def places(self, split: str, name: str, ending: str) -> Places:
        return Places(f"img_dir/{split}/{name}{ending}", f"ann_dir/{split}/{name}.png")

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        label_set, classes = encoding.label_set, self.classes(encoding.label_set)
        rows = zip(class_names(label_set, classes), class_colors(label_set, classes))
        names, colors = zip(*((json.dumps(name, ensure_ascii=False), json.dumps(color)) for name, color in rows))
        text = f'{{"classes": [{", ".join(names)}],\n "palette": [{", ".join(colors)}]}}\n'
        return name_lists(frames) | {"metainfo.json": text}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {
            **class_conventions(VOID, self.background_class),
            "reduce_zero_label": False,
        }

    def notes(self) -> tuple[str, ...]:
        return ()
