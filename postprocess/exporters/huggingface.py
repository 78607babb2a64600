"""A Hugging Face image folder: `load_dataset("imagefolder", data_dir=...)` of `datasets` gives pictures and masks.

::

    train/metadata.jsonl     a line per frame: file_name, mask_file_name    id2label.json   {class: name}
    train/images/NAME.png    RGB                                            SPLIT.txt       names, one per line
    train/masks/NAME.png     classes 0..K-1, void 255, 8-bit gray           validation/ test/   the same

`datasets` makes a column `mask` of `mask_file_name`. Without metadata.jsonl it would take the folders' names for
classes and the masks for pictures. Classes are the labels in the order of their ids. Unlabelled, ignore and background
are all 255, which the losses of `transformers` ignore (`semantic_loss_ignore_index`); with `background_class` the
background is class K. `do_reduce_labels` of image processors stays False.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from blender_addon.contract.labels import LabelSet

from ..class_numbers import VOID, class_conventions, class_names, name_lists, numbered, trained
from ..layout import Encoding, Frames, Placed, Places, Traits
from ..stats import ClassWeights

FOLDERS = {"train": "train", "val": "validation", "test": "test"}


@dataclass(frozen=True)
class HuggingFace:
    """The image folder of Hugging Face's `datasets`."""

    background_class: bool = False

    name: ClassVar[str] = "huggingface"
    traits: ClassVar[Traits] = Traits()

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return trained(label_set, self.background_class)

    def encoding(self, label_set: LabelSet) -> Encoding:
        return numbered(self.name, label_set, self.classes(label_set))

    def places(self, split: str, name: str, ending: str) -> Places:
        folder = FOLDERS[split]
        return Places(f"{folder}/images/{name}{ending}", f"{folder}/masks/{name}.png")

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        names = class_names(encoding.label_set, self.classes(encoding.label_set))
        rows = ",\n".join(f' "{number}": {json.dumps(name, ensure_ascii=False)}' for number, name in enumerate(names))
        files = {
            f"{FOLDERS[split]}/metadata.jsonl": "".join(_row(frame, f"{FOLDERS[split]}/") for frame in members)
            for split, members in frames.items()
            if members
        }
        return name_lists(frames) | files | {"id2label.json": f"{{\n{rows}\n}}\n"}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return class_conventions(VOID, self.background_class)

    def notes(self) -> tuple[str, ...]:
        return ()


def _row(frame: Placed, folder: str) -> str:
    files = {"file_name": frame.files.image, "mask_file_name": frame.files.label}
    return json.dumps({key: (path or "").removeprefix(folder) for key, path in files.items()}) + "\n"
