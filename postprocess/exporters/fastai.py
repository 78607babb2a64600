"""fastai's layout, as in its CamVid tutorial: a folder of pictures, a folder of masks, and the names of the classes.

::

    scenes/NAME.png   RGB, of train and val      codes.txt   names of the classes, one word per line
    masks/NAME.png    classes, 8-bit gray        valid.txt   file names of val, one per line
    test/scenes/ test/masks/   those of test     train.txt val.txt test.txt   names, one per line

Masks are gray because `PILMask` opens them in mode "L", where a palette becomes brightness and 16 bits are cut to 8.
What stands in scenes/ and not in valid.txt is trained on, so the test split has folders of its own. A split that fastai
draws itself (`RandomSplitter`) puts neighbours on both sides.

Unlabelled, ignore and background are all `ignore`: K, the number of classes, which codes.txt then calls "void", as
CamVid's does, so that nothing needs to be said to the loss. Any other value fails in the loss unless that is told of
it: `CrossEntropyLossFlat(axis=1, ignore_index=255)`. With `background_class` the background is class K, and void K + 1.
codes.txt is read by `numpy.loadtxt`, which splits at white space and knows "#" as a comment: both become "_".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from blender_addon.contract.labels import IGNORE, LabelSet

from ..class_numbers import class_conventions, class_names, name_lists, numbered, trained
from ..layout import Encoding, Frames, Places, Traits
from ..stats import ClassWeights


@dataclass(frozen=True)
class Fastai:
    """The fastai format: `ignore` 0..255 or None for the first value after the classes."""

    ignore: int | None = None
    background_class: bool = False

    name: ClassVar[str] = "fastai"
    traits: ClassVar[Traits] = Traits()
    mask_ending: ClassVar[str] = ".png"

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return trained(label_set, self.background_class)

    def encoding(self, label_set: LabelSet) -> Encoding:
        return numbered(self.name, label_set, self.classes(label_set), void=self.ignore)

    def places(self, split: str, name: str, ending: str) -> Places:
        folder = "test/" if split == "test" else ""
        return Places(f"{folder}scenes/{name}{ending}", f"{folder}masks/{name}{self.mask_ending}")

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        names = class_names(encoding.label_set, self.classes(encoding.label_set), without=" #")
        if self._void_is_a_code(encoding):
            names.append("void_" if "void" in names else "void")
        files = [(frame.files.image or "").removeprefix("scenes/") for frame in frames["val"]]
        return name_lists(frames) | {"codes.txt": _lines(names), "valid.txt": _lines(files)}

    def _void_is_a_code(self, encoding: Encoding) -> bool:
        return encoding.values[IGNORE] == len(self.classes(encoding.label_set))

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {
            **class_conventions(encoding.values[IGNORE], self.background_class),
            "void is the last of codes.txt": self._void_is_a_code(encoding),
        }

    def notes(self) -> tuple[str, ...]:
        if self.ignore is None:
            return ("void, the last of codes.txt, is trained as a class unless the loss is given its ignore_index",)
        return (f"unless void is the last of codes.txt, give the loss ignore_index={self.ignore}",)


def _lines(texts: list[str]) -> str:
    return "".join(f"{text}\n" for text in texts)
