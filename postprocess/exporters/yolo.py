"""Ultralytics' instance segmentation: a polygon for each label of each thing, in text files beside the pictures.

::

    images/SPLIT/NAME.png  RGB                                 data.yaml   folders, and the names of classes 0..K-1
    labels/SPLIT/NAME.txt  a line each: class x1 y1 x2 y2 ...  SPLIT.txt   names, one per line

Classes are the labels in the order of their ids. Points lie a quarter of a pixel from the corner of those on a mask's
rim, divided by width and height, six digits: Ultralytics, which cuts off, and supervision, which rounds, both find
them. What `cv2.fillPoly` makes of them at the picture's own size is the mask again, but for what the format cannot say.
Holes are filled, and pieces of one thing are joined by lines, as Ultralytics' own converters do.

Unlabelled, ignore, background and pixels of no thing are in no line. A frame without things has an empty file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, LabelSet

from ..class_numbers import name_lists, trained
from ..data_yaml import data_yaml
from ..encoded import unlike
from ..frame_pixels import FramePixels, Made
from ..layout import Encoding, Frames, Places, Traits
from ..outlines import Way, one_way
from ..segments import segments
from ..stats import ClassWeights


@dataclass(frozen=True)
class Yolo:
    """The YOLO segmentation format, which has no options."""

    name: ClassVar[str] = "yolo"
    traits: ClassVar[Traits] = Traits(lost="polygons fill holes, and join the pieces of a thing")
    wants: ClassVar[frozenset[str]] = frozenset({"instances"})

    def encoding(self, label_set: LabelSet) -> Encoding:
        """The codes, which are in no file, are the numbers after the classes."""
        count = len(label_set.labels)
        values = {id_: at for at, id_ in enumerate(trained(label_set))}
        return Encoding(label_set, values | dict.fromkeys((UNLABELLED, IGNORE, BACKGROUND), count), "uint16")

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return trained(label_set)

    def places(self, split: str, name: str, ending: str) -> Places:
        return Places(image=f"images/{split}/{name}{ending}")

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        label_set = encoding.label_set
        names = [label_set.by_id[id_].name for id_ in trained(label_set)]
        return name_lists(frames) | {"data.yaml": data_yaml(frames, names)}

    def frame(self, pixels: FramePixels) -> Made:
        path = polygon_file(pixels.placed.split, pixels.placed.name)
        found = segments(pixels.labels.pixels, pixels.instances, ())
        height, width = found.shape
        numbers, size = found.map(), np.array([width, height])
        lines = []
        for at, (x, y, wide, high) in enumerate(found.boxes.tolist()):
            if found.things[at]:
                way = one_way(numbers[y : y + high, x : x + wide] == at + 1) + (x, y)
                line = _line(pixels.encoding.values[int(found.labels[at])], way, size)
                _, shares = polygon(line)
                back = shares * size
                if not (np.array_equal(np.floor(back), way) and np.array_equal(np.round(back), way)):
                    raise unlike(path)
                lines.append(line)
        return Made(files={path: "".join(lines).encode("ascii")})

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {
            "label files": "class 0..K-1 in the order of label ids, and a polygon through the pixels on the "
            "rim, a quarter from their corners, divided by width and height",
            "unlabelled, ignore, background": "in no line; their number here is written nowhere",
        }

    def notes(self) -> tuple[str, ...]:
        return ("polygons fill holes and join the pieces of a thing by lines: exact masks are those of --format coco",)


def polygon_file(split: str, name: str) -> str:
    """That of a frame."""
    return f"labels/{split}/{name}.txt"


def _line(number: int, way: Way, size: NDArray[np.int64]) -> str:
    shares = ((way + 0.25) / size).ravel().tolist()
    return " ".join([str(number), *(f"{share:.6f}" for share in shares)]) + "\n"


def polygon(line: str) -> tuple[int, NDArray[np.float64]]:
    """The class of a line, and its points (N, 2), shares of width and height. Raises ValueError for what is no such
    line."""
    words: Sequence[str] = line.split()
    points = np.array(words[1:], np.float64).reshape(-1, 2)
    if len(points) < 3 or not ((points >= 0) & (points <= 1)).all():
        raise ValueError("a polygon has three points or more, all of them in the picture")
    return int(words[0]), points
