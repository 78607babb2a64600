"""Ultralytics' layout: masks for its semantic segmentation and, with `instances`, polygons for YOLO-seg.

::

    images/SPLIT/NAME.png   RGB                                      data.yaml   folders, and names of the classes
    masks/SPLIT/NAME.png    classes 0..K-1, void 255, 8-bit gray     SPLIT.txt   names, one per line
    labels/SPLIT/NAME.txt   with `instances`: class x y x y ...      of each object, 0 to 1 of the width and height

Classes are the labels in the order of their ids. Unlabelled, ignore and background are all 255; with `background_class`
the background is class K. A mask with any other value is dropped as "corrupt" with a line in the log, so there is none.

An object is one label of one thing. Points lie a quarter of a pixel from the corner of theirs, which both readers that
cut off (Ultralytics) and readers that round (supervision) take for this pixel; so filling the polygon as they do
(`cv2.fillPoly`) gives the pixels again, but for what a polygon cannot hold: holes are filled, and pieces that do not
touch are joined by a line one pixel wide. What is exact is in masks/.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from blender_addon.contract.labels import LabelSet

from ..class_numbers import VOID, class_conventions, class_names, name_lists, numbered, trained
from ..drawn_polygons import polygon
from ..encoded import unlike
from ..frame_pixels import FramePixels, Made
from ..layout import Encoding, Frames, Places
from ..pictures import ENDINGS
from ..segments import segments
from ..stats import ClassWeights

_UNPRINTABLE = re.compile("[\x7f-\x9f\ufeff\ufffe\uffff]")
"""What YAML wants to be escaped, besides what JSON does."""


@dataclass(frozen=True)
class Ultralytics:
    """The Ultralytics format; `instances` writes labels/."""

    background_class: bool = False
    instances: bool = False

    name: ClassVar[str] = "ultralytics"
    weights_file: ClassVar[str] = ""
    needs_images: ClassVar[bool] = True
    one_size: ClassVar[str] = ""
    endings: ClassVar[tuple[str, ...]] = ENDINGS

    @property
    def wants(self) -> frozenset[str]:
        return frozenset({"instances"} if self.instances else ())

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return trained(label_set, self.background_class)

    def encoding(self, label_set: LabelSet) -> Encoding:
        return numbered(self.name, label_set, self.classes(label_set))

    def places(self, split: str, name: str, ending: str) -> Places:
        return Places(f"images/{split}/{name}{ending}", f"masks/{split}/{name}.png")

    def frame(self, pixels: FramePixels) -> Made:
        if not self.instances:
            return Made()
        path = f"labels/{pixels.placed.split}/{pixels.placed.name}.txt"
        found = segments(pixels.labels.pixels, pixels.instances, ())
        numbers, size = found.map(), np.array(found.shape[::-1])
        rows = []
        for at, (x, y, width, height) in enumerate(found.boxes.tolist()):
            if not found.things[at]:
                continue
            points = polygon(numbers[y : y + height, x : x + width] == at + 1) + (x, y)
            # A row of fewer than three points would be read as a box.
            points = np.concatenate((points, np.repeat(points[-1:], max(0, 3 - len(points)), axis=0)))
            words = [f"{share:.6f}" for share in ((points + 0.25) / size).ravel()]
            back = np.array(words, np.float32).reshape(-1, 2) * size
            if not (np.array_equal(np.floor(back), points) and np.array_equal(np.round(back), points)):
                raise unlike(path)
            rows.append(" ".join((str(pixels.encoding.values[int(found.labels[at])]), *words)) + "\n")
        return Made(files={path: "".join(rows).encode()})

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        names = class_names(encoding.label_set, self.classes(encoding.label_set))
        folders = [f"{split}: images/{split}" for split, members in frames.items() if members]
        rows = [f"  {number}: {_yaml(name)}" for number, name in enumerate(names)]
        return name_lists(frames) | {"data.yaml": "\n".join([*folders, "masks_dir: masks", "names:", *rows]) + "\n"}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {
            **class_conventions(VOID, self.background_class),
            "polygons": "of each label of each thing, holes filled, pieces joined" if self.instances else None,
        }

    def notes(self) -> tuple[str, ...]:
        return ("polygons have no holes: what is exact is in masks/",) if self.instances else ()


def _yaml(text: str) -> str:
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))
