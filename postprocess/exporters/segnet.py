"""caffe-segnet's layout, as in its CamVid tutorial: classes 0..K-1, everything void one value that the loss ignores.

::

    train/NAME.png       RGB, 8 bit             train.txt val.txt test.txt   "image label" per line
    trainannot/NAME.png  classes, 8-bit gray    classes.txt                  class and name
    val/ valannot/ test/ testannot/             class_weighting.prototxt     for the loss layer

Classes are the labels in the order of their ids. Unlabelled, ignore and background are all written as `ignore`, K
where nothing else is said (CamVid: 11 classes, ignore 11); with `background_class` the background is class K instead
and ignore K + 1. caffe checks label values in debug builds only, so a wrong `ignore_label` trains without complaint.

The lists hold paths relative to the dataset: run caffe there, or give `prefix` (the tutorial's lists say
/SegNet/CamVid/train/...). caffe reads lists with `>>`, which ends a path at any white space and then shifts all
later pairs, so a prefix with white space is refused. Labels are gray PNGs because caffe reads a palette as brightness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from blender_addon.contract.labels import IGNORE, LabelSet

from ..class_numbers import class_name, class_names, numbered, trained
from ..errors import ExportError
from ..layout import Encoding, Frames, Places, Traits
from ..stats import SOURCES, ClassWeights


@dataclass(frozen=True)
class Segnet:
    """The SegNet format: `ignore` 0..255 or None for the first value after the classes.

    Raises ExportError for an ignore value out of range and for a prefix with white space.
    """

    ignore: int | None = None
    background_class: bool = False
    prefix: str = ""

    name: ClassVar[str] = "segnet"
    traits: ClassVar[Traits] = Traits(
        weights_file="class_weighting.prototxt", one_size="caffe takes the size of the first for that of all"
    )

    def __post_init__(self) -> None:
        if self.ignore is not None and not 0 <= self.ignore <= 255:
            raise ExportError(f"ignore value {self.ignore}: SegNet's labels are 8 bit, so 0 to 255")
        if any(letter.isspace() for letter in self.prefix):
            raise ExportError(
                f"prefix {self.prefix!r} has white space, where caffe's reader ends a path; move the dataset"
            )

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return trained(label_set, self.background_class)

    def encoding(self, label_set: LabelSet) -> Encoding:
        return numbered("SegNet", label_set, self.classes(label_set), void=self.ignore)

    def places(self, split: str, name: str, ending: str) -> Places:
        return Places(f"{split}/{name}{ending}", f"{split}annot/{name}.png")

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        start = self.prefix if not self.prefix or self.prefix.endswith("/") else f"{self.prefix}/"
        files = {
            f"{split}.txt": "".join(f"{start}{frame.files.image} {start}{frame.files.label}\n" for frame in members)
            for split, members in frames.items()
        }
        names = class_names(encoding.label_set, self.classes(encoding.label_set))
        files["classes.txt"] = "".join(f"{number} {name}\n" for number, name in enumerate(names))
        if weights is not None:
            files[self.traits.weights_file] = self._loss(encoding, weights)
        return files

    def _loss(self, encoding: Encoding, weights: ClassWeights) -> str:
        lines = [
            "# Paste into the SoftmaxWithLoss layer; its input needs",
            f"# num_output: {len(weights.of)}. Of the train split alone: {SOURCES[weights.method][0]}.",
            "loss_param {",
            "  weight_by_label_freqs: true",
            f"  ignore_label: {encoding.values[IGNORE]}",
        ]
        for id_, weight in weights.of.items():
            absent = ", not in train" if id_ in weights.absent else ""
            name = class_name(encoding.label_set, id_)
            lines.append(f"  class_weighting: {weight:.6g}  # {encoding.values[id_]} {name}{absent}")
        return "\n".join([*lines, "}"]) + "\n"

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {
            "label files": "classes 0..K-1 in the order of label ids, 8-bit gray PNG",
            "outputs": len(self.classes(encoding.label_set)),
            "ignore_label": encoding.values[IGNORE],
            "background is a class": self.background_class,
            "lists": f"paths begin with {self.prefix!r}" if self.prefix else "paths are relative to this folder",
        }

    def notes(self) -> tuple[str, ...]:
        if self.prefix:
            return ()
        return ("the lists hold relative paths: run caffe in the dataset's folder, or export with --prefix /its/place",)
