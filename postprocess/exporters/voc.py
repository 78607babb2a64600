"""Pascal VOC's layout for segmentation, in VOC's colours, with the label map by which Datumaro and CVAT know classes.

::

    JPEGImages/NAME.jpg           RGB                             labelmap.txt    name:red,green,blue:: of each class
    SegmentationClass/NAME.png    classes, palette PNG            ImageSets/Segmentation/SPLIT.txt and trainval.txt
    SegmentationObject/NAME.png   objects, with `instances`       SPLIT.txt       names, one per line

Classes are the labels, from 1 on in the order of their ids; 0 is the background (no surface), a class of its own in
VOC; 255 is void, VOC's border: unlabelled and ignore. VOC itself calls all 0 that is none of its classes: `unlabelled`
"background" does so, too, and then nobody can tell what was forgotten from what is not there.

Masks are palette PNGs whose indices are the values. Their palette is VOC's own, since Datumaro knows objects by it; the
label set's colours are in dataset.json. Objects are numbered from 1 in each picture, one for each label of each thing,
and one for all pixels of a label that no thing shows; 254 at most.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED, LabelSet, voc_color

from .. import png
from ..class_numbers import VOID, class_names, name_lists, numbered, trained
from ..encoded import map_png
from ..errors import ExportError
from ..frame_pixels import FramePixels, Made
from ..labelmap import label_map
from ..layout import Encoding, Frames, Places, Traits
from ..segments import segments
from ..stats import ClassWeights

PALETTE = tuple(voc_color(value) for value in range(256))
MOST = VOID - 1  # objects in a picture


@dataclass(frozen=True)
class Voc:
    """The Pascal VOC format: `unlabelled` is "ignore" or "background"; `instances` writes SegmentationObject."""

    unlabelled: str = "ignore"
    instances: bool = False

    name: ClassVar[str] = "voc"
    traits: ClassVar[Traits] = Traits(endings=(".jpg",))

    def __post_init__(self) -> None:
        if self.unlabelled not in ("ignore", "background"):
            raise ExportError(f"unlabelled {self.unlabelled!r}: 'ignore' or 'background'")

    @property
    def wants(self) -> frozenset[str]:
        return frozenset({"instances"} if self.instances else ())

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        """The background first: it is class 0."""
        return (BACKGROUND, *trained(label_set))

    def encoding(self, label_set: LabelSet) -> Encoding:
        plain = numbered(self.name, label_set, self.classes(label_set))
        forgotten = {UNLABELLED: plain.values[BACKGROUND if self.unlabelled == "background" else IGNORE]}
        return replace(plain, values={**plain.values, **forgotten}, file_palette=PALETTE)

    def places(self, split: str, name: str, ending: str) -> Places:
        return Places(f"JPEGImages/{name}{ending}", f"SegmentationClass/{name}.png")

    def frame(self, pixels: FramePixels) -> Made:
        if not self.instances:
            return Made()
        path = f"SegmentationObject/{pixels.placed.name}.png"
        found = segments(pixels.labels.pixels, pixels.instances, ())
        if len(found.labels) > MOST:
            raise ExportError(
                f"{path} would hold {len(found.labels)} objects, and {self.name} numbers {MOST} in a picture; export "
                "without --instances, or as coco"
            )
        # What is no object is background or void, as in SegmentationClass.
        objects = found.map()
        for code in CODE_NAMES:
            objects[pixels.labels.pixels == code] = pixels.encoding.values[code]
        data = map_png(path, label_map(objects), np.arange(65536).astype(np.uint8))
        return Made(files={path: png.with_palette(data, np.array(PALETTE, np.uint8))})

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        lists = name_lists(frames)
        sets = {f"ImageSets/Segmentation/{name}": text for name, text in lists.items() if text}
        if frames["train"] or frames["val"]:
            sets["ImageSets/Segmentation/trainval.txt"] = lists["train.txt"] + lists["val.txt"]
        rows = ["# label:color_rgb:parts:actions"]
        names = class_names(encoding.label_set, self.classes(encoding.label_set), without=":#")
        for name, color in [*zip(names, PALETTE), ("ignored_" if "ignored" in names else "ignored", PALETTE[VOID])]:
            rows.append(f"{name}:{','.join(map(str, color))}::")
        return lists | sets | {"labelmap.txt": "\n".join(rows) + "\n"}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {
            "label files": "SegmentationClass: 0 background, classes 1..K in the order of label ids, 8-bit palette PNG",
            "void": VOID,
            "background is a class": True,
            "unlabelled is": self.unlabelled,
            "objects": "SegmentationObject: one for each label of each thing" if self.instances else None,
        }

    def notes(self) -> tuple[str, ...]:
        return ("torchvision looks for this dataset in ROOT/VOCdevkit/VOC2012",)
