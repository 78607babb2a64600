"""Cityscapes' layout: pictures and masks by split and city, under names of city, sequence and frame.

::

    leftImg8bit/SPLIT/CITY/CITY_000000_FRAME_leftImg8bit.png      RGB
    gtFine/SPLIT/CITY/CITY_000000_FRAME_gtFine_labelIds.png       label ids, 8-bit gray; torchvision reads these
                                           ..._labelTrainIds.png  classes, void 255; MMSegmentation and Datumaro these
                                           ..._color.png          RGB, in the label set's colours
                                           ..._instanceIds.png    with `instances`, 16 bit
    label_colors.txt   red green blue name, of each class         SPLIT.txt   names of frames, one per line

The city is the run, with "-" for "_"; the frame is the number at the end of the frame's name. labelIds are the ids of
the label set, labelTrainIds count its labels from 0. Only the label sets `cityscapes34` and `cityscapes19` have
Cityscapes' own numbers: labelIds are its 33 ids, labelTrainIds its 19 classes, all others void.

Unlabelled, ignore and background are all 0 ("unlabeled") in labelIds and 255 in labelTrainIds, as in Cityscapes.
instanceIds are label id x 1000 + n, n from 0 for the things of that label in the picture; where a label shows no thing,
the label id alone. 16 bits hold that for ids up to 64. Polygons are not written: their corners are no pixels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import CODE_NAMES, LabelSet

from ..class_numbers import VOID, class_colors, class_names, name_lists, trained
from ..encoded import map_png
from ..errors import ExportError
from ..frame_pixels import FramePixels, Made
from ..labelmap import LabelMap, label_map
from ..layout import Encoding, Frames, Places, Traits
from ..segments import Segments, segments
from ..stats import ClassWeights

OFFICIAL, OFFICIAL_TRAIN = "cityscapes34", "cityscapes19"
MOST = 1000  # things of a label in a picture
_NUMBERED = re.compile(r"(?P<city>.*?)[-_]*(?P<frame>[0-9]+)")


@dataclass(frozen=True)
class Cityscapes:
    """The Cityscapes format; `instances` writes instanceIds."""

    instances: bool = False

    name: ClassVar[str] = "cityscapes"
    traits: ClassVar[Traits] = Traits(endings=(".png",))

    @property
    def wants(self) -> frozenset[str]:
        return frozenset({"instances"} if self.instances else ())

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        """Labels that have a class in labelTrainIds."""
        if label_set.name != OFFICIAL:
            return trained(label_set)
        return tuple(id_ for id_ in trained(label_set) if OFFICIAL_TRAIN in label_set.by_id[id_].parents)

    def encoding(self, label_set: LabelSet) -> Encoding:
        """Of labelIds. Raises ExportError for ids that do not fit."""
        ids = {id_: id_ for id_ in label_set.by_id}
        if label_set.name == OFFICIAL_TRAIN:
            ids = {id_: label.parents.get(OFFICIAL, id_) for id_, label in label_set.by_id.items()}
        most = 64 if self.instances else 255
        if max(ids.values()) > most:
            kind = "instanceIds hold label ids" if self.instances else "labelIds are 8 bit, and hold label ids"
            raise ExportError(
                f"label set {label_set.name!r} has ids up to {max(ids.values())}, and Cityscapes' {kind} up to {most}; "
                "export into a smaller label set (--labels nyu40)"
            )
        return Encoding(label_set, ids | dict.fromkeys(CODE_NAMES, 0), "uint8")

    def places(self, split: str, name: str, ending: str) -> Places:
        city, frame = _city_and_frame(name)
        start = f"{split}/{city}/{city}_000000_{frame}"
        return Places(f"leftImg8bit/{start}_leftImg8bit{ending}", f"gtFine/{start}_gtFine_labelIds.png")

    def frame(self, pixels: FramePixels) -> Made:
        start = (pixels.placed.files.label or "").removesuffix("labelIds.png")
        labels, encoding = pixels.labels, pixels.encoding
        tables = {"labelTrainIds": self._train_ids(encoding.label_set), "color": _colors(encoding.label_set)}
        files = {f"{start}{kind}.png": map_png(f"{start}{kind}.png", labels, of) for kind, of in tables.items()}
        if self.instances:
            path = f"{start}instanceIds.png"
            found = segments(labels.pixels, pixels.instances, ())
            files[path] = map_png(path, *_instance_ids(path, found, encoding))
        return Made(files)

    def _train_ids(self, label_set: LabelSet) -> NDArray[np.uint8]:
        """(65536,): that of each label id and code. Ids of 8 bits leave room for void."""
        table = np.full(65536, VOID, np.uint8)
        for number, id_ in enumerate(self.classes(label_set)):
            table[id_] = number
        return table

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        _refuse_shared_names(frames)
        label_set, classes = encoding.label_set, self.classes(encoding.label_set)
        names = class_names(label_set, classes, without=" #")
        rows = [
            *zip(class_colors(label_set, classes), names),
            ((0, 0, 0), "background" + "_" * ("background" in names)),
        ]
        # Datumaro takes what is black for the void, and puts one before all classes where none is.
        text = "".join(f"{red} {green} {blue} {name}\n" for (red, green, blue), name in rows)
        return name_lists(frames) | {"label_colors.txt": text}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        classes = self.classes(encoding.label_set)
        return {
            "label files": "labelIds: label ids, 8-bit gray PNG",
            "train ids": {str(encoding.values[id_]): number for number, id_ in enumerate(classes)},
            "ignore of train ids": VOID,
            "instance ids": "label id x 1000 + n, 16-bit gray PNG" if self.instances else None,
        }

    def notes(self) -> tuple[str, ...]:
        return ()


def _city_and_frame(name: str) -> tuple[str, str]:
    match = _NUMBERED.fullmatch(name)
    city, frame = (match["city"], match["frame"]) if match else (name, "0")
    return city.replace("_", "-") or "city", f"{int(frame):06d}"


def _refuse_shared_names(frames: Frames) -> None:
    taken: dict[str, str] = {}
    for members in frames.values():
        for frame in members:
            key = "_".join(_city_and_frame(frame.name)).casefold()
            other = taken.setdefault(key, frame.name)
            if other != frame.name:
                raise ExportError(
                    f"frames {other!r} and {frame.name!r} would both be {key!r} in Cityscapes' names, which have "
                    "no '_' in a city; rename the run of one"
                )


def _colors(label_set: LabelSet) -> NDArray[np.uint8]:
    """(65536, 3): that of each label; void is black."""
    table = np.zeros((65536, 3), np.uint8)
    for label in label_set.labels:
        table[label.id] = label.color
    return table


def _instance_ids(path: str, found: Segments, encoding: Encoding) -> tuple[LabelMap, NDArray[np.uint16]]:
    """Segments, and what each is written as."""
    values: list[int] = [0]
    counts: dict[int, int] = {}
    for label, thing in zip(found.labels.tolist(), found.things.tolist()):
        number = counts.get(label, 0)
        if thing:
            counts[label] = number + 1
        if number >= MOST:
            name = encoding.label_set.by_id[label].name
            raise ExportError(
                f"{path} would hold more than {MOST} things that are {name!r}; export without --instances"
            )
        values.append(encoding.values[label] * 1000 + number if thing else encoding.values[label])
    table = np.zeros(65536, np.uint16)
    table[: len(values)] = values
    return label_map(found.map()), table
