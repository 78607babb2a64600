"""COCO: instances with exact masks, panoptic segmentation, and the label maps of COCO-Stuff.

::

    images/SPLIT/NAME.png             RGB                       SPLIT.txt   names, one per line
    annotations/instances_SPLIT.json  things, a mask each       annotations/panoptic_SPLIT.json  things and stuff
    stuffthingmaps/SPLIT/NAME.png     category - 1, void 255    panoptic_SPLIT/NAME.png  segments, R + 256 G + 65536 B

A thing has one annotation for each label that it shows. Masks are compressed run lengths, which are exact; with
`polygons` they are outlines, which readers that know no run lengths ask for, and which lose holes. Category ids count
from 1 in the order of ids; those of coco133 are COCO's own, with its gaps, so that models and scores of others know
them. Label maps hold category ids less 1, as COCO-Stuff's 164k files do.

`stuff` names the labels that are no things, one segment each: "wall,floor", or ids, or "*" for all, which needs no
instances; of coco133 they are COCO's unless it says others. Where a thing's label has pixels of no thing, they are one
annotation with `iscrowd` 1.

Unlabelled, ignore and background are void: in no annotation, 0 in the panoptic PNG, 255 in the label map (16 bits and
65535 for more than 255 labels).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract import VERSION
from blender_addon.contract.labels import CODE_NAMES, Label, LabelSet, LabelSetError
from blender_addon.contract.strict import parse_json

from ..class_numbers import name_lists, trained
from ..encoded import map_png, unlike
from ..errors import ExportError
from ..frame_pixels import FramePixels, Made
from ..labelmap import label_map
from ..layout import Encoding, Frames, Placed, Places, Traits
from ..outlines import outlines
from ..run_lengths import encode, holds
from ..segments import Segments, segments
from ..spool import Rows
from ..staging import write_streamed
from ..stats import ClassWeights

ALL = "*"
COCO_SET, COCO_THINGS = "coco133", range(1, 91)
"""The label set whose ids are COCO's, and which of them are things."""


@dataclass(frozen=True)
class Coco:
    """The COCO format: `stuff` and `polygons` as above."""

    stuff: str = ""
    polygons: bool = False

    name: ClassVar[str] = "coco"
    traits: ClassVar[Traits] = Traits()

    @property
    def wants(self) -> frozenset[str]:
        return frozenset() if self.stuff == ALL else frozenset({"instances"})

    def encoding(self, label_set: LabelSet) -> Encoding:
        """Raises ExportError where `stuff` names a label that the set lacks."""
        self._stuff_of(label_set)
        values = {id_: number - 1 for id_, number in _numbers(label_set).items()}
        small = max(values.values()) < 255
        values |= dict.fromkeys(CODE_NAMES, 255 if small else 65535)
        return Encoding(label_set, values, "uint8" if small else "uint16")

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return trained(label_set)

    def places(self, split: str, name: str, ending: str) -> Places:
        return Places(f"images/{split}/{name}{ending}", f"stuffthingmaps/{split}/{name}.png")

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        return name_lists(frames)

    def frame(self, pixels: FramePixels) -> Made:
        placed, label_set = pixels.placed, pixels.encoding.label_set
        stuff = self._stuff_of(label_set)
        found = segments(pixels.labels.pixels, pixels.instances, stuff)
        panoptic = f"panoptic_{placed.split}/{placed.name}.png"
        shown = _described(found, label_set, stuff)
        masks = self._masks(found, panoptic)
        told = [
            row | {"segmentation": masks[number - 1]}
            for number, row in enumerate(shown, start=1)
            if found.labels[number - 1] not in stuff
        ]
        height, width = found.shape
        picture = {"file_name": Path(placed.files.image or "").name, "width": width, "height": height}
        segments_info = [{"id": number, **row} for number, row in enumerate(shown, start=1)]
        return Made(
            files={panoptic: map_png(panoptic, label_map(found.map()), _panoptic_colors())},
            rows={
                "image": _inside(picture),
                "annotations": b"\n".join(_inside(row) for row in told),
                "panoptic": _inside({"file_name": f"{placed.name}.png", "segments_info": segments_info}),
            },
        )

    def _masks(self, found: Segments, path: str) -> list[Any]:
        """What COCO calls the segmentation, of each segment. Crowds have run lengths in any case."""
        texts, size = encode(found), list(found.shape)
        if not holds(texts, found):
            raise unlike(path)
        masks: list[Any] = [{"size": size, "counts": text} for text in texts]
        if self.polygons:
            numbers = found.map()
            for at, (x, y, width, height) in enumerate(found.boxes.tolist()):
                if found.things[at]:
                    masks[at] = outlines(numbers[y : y + height, x : x + width] == at + 1, (x, y))
        return masks

    def assemble(self, root: Path, frames: Frames, encoding: Encoding, rows: Rows) -> None:
        label_set = encoding.label_set
        stuff = self._stuff_of(label_set)
        categories = [_category(number, label_set.by_id[id_], stuff) for id_, number in _numbers(label_set).items()]
        things = [{key: of[key] for key in ("id", "name", "supercategory")} for of in categories if of["isthing"]]
        numbers = count(1)  # of annotations, over all splits
        for split, members in frames.items():
            if not members:
                continue
            info = {"description": f"{label_set.name}, {split}", "version": VERSION}
            instances = _numbered(members, rows, numbers)
            panoptic = (b'{"image_id":%d,' % of.number + rows.of(of.number, "panoptic") for of in members)
            for kind, known, told in (("instances", things, instances), ("panoptic", categories, panoptic)):
                if known:
                    images = (b'{"id":%d,' % of.number + rows.of(of.number, "image") for of in members)
                    pieces = _json({"info": info, "licenses": [], "categories": known}, images, told)
                    write_streamed(root, f"annotations/{kind}_{split}.json", pieces)

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        stuff = self._stuff_of(encoding.label_set)
        return {
            "label files": f"stuffthingmaps: category id - 1, {encoding.dtype} PNG, gray",
            "category ids": "label ids" if _is_coco(encoding.label_set) else "from 1, in the order of label ids",
            "masks": "polygons, without holes" if self.polygons else "compressed run lengths, exact",
            "stuff": [label.name for label in encoding.label_set.labels if label.id in stuff],
        }

    def notes(self) -> tuple[str, ...]:
        if not self.polygons:
            return ()
        return ("polygons lose the holes in things; areas, boxes and the panoptic files are exact",)

    def _stuff_of(self, label_set: LabelSet) -> frozenset[int]:
        """Ids of the labels that are no things."""
        if self.stuff == ALL:
            return frozenset(label_set.by_id)
        if not self.stuff and _is_coco(label_set):
            return frozenset(label_set.by_id) - frozenset(COCO_THINGS)
        words = [word.strip() for word in self.stuff.split(",") if word.strip()]
        try:
            return frozenset(label_set.find(int(word) if word.isdecimal() else word).id for word in words)
        except LabelSetError as error:
            raise ExportError(f"--stuff: {error}") from None


def _is_coco(label_set: LabelSet) -> bool:
    """Also of what merging and dropping made of it, since labels keep their ids: coco133-regrouped."""
    return label_set.name.partition("-")[0] == COCO_SET


def _numbers(label_set: LabelSet) -> dict[int, int]:
    """{label id: category id}, in the order of ids."""
    ids = trained(label_set)
    return {id_: id_ if _is_coco(label_set) else number for number, id_ in enumerate(ids, start=1)}


def _described(found: Segments, label_set: LabelSet, stuff: frozenset[int]) -> list[dict[str, Any]]:
    """What COCO says of each segment, whatever its mask is written as."""
    category = _numbers(label_set)
    table = zip(found.labels.tolist(), found.things.tolist(), found.areas.tolist(), found.boxes.tolist())
    return [
        {"category_id": category[id_], "iscrowd": int(not thing and id_ not in stuff), "area": area, "bbox": box}
        for id_, thing, area, box in table
    ]


def _category(number: int, label: Label, stuff: frozenset[int]) -> dict[str, Any]:
    is_thing = int(label.id not in stuff)
    kind = "thing" if is_thing else "stuff"
    return {"id": number, "name": label.name, "supercategory": kind, "isthing": is_thing, "color": list(label.color)}


def _inside(row: dict[str, Any]) -> bytes:
    """A row of JSON without its opening brace, so that numbers can come before the rest. ASCII, since the COCO API
    reads files in whatever encoding the machine has."""
    return json.dumps(row, separators=(",", ":"))[1:].encode("ascii")


def _numbered(members: Sequence[Placed], rows: Rows, numbers: Iterator[int]) -> Iterator[bytes]:
    for of in members:
        for row in rows.of(of.number, "annotations").splitlines():
            yield b'{"id":%d,"image_id":%d,' % (next(numbers), of.number) + row


def _json(head: dict[str, Any], images: Iterable[bytes], annotations: Iterable[bytes]) -> Iterator[bytes]:
    """A row per line, and nothing kept."""
    yield b"{" + _inside(head)[:-1]
    for key, rows in (("images", images), ("annotations", annotations)):
        yield f',"{key}":['.encode()
        between = b"\n"
        for row in rows:
            yield between + row
            between = b",\n"
        yield b"\n]"
    yield b"}\n"


def rows_of(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """What `_json` wrote, and nothing kept: ("head", categories and all else), then ("images", row) and ("annotations",
    row) for each. Raises ValueError for any other file."""
    kind = "head"
    with open(path, encoding="ascii") as file:
        for line in map(str.rstrip, file):
            if kind == "head":
                yield kind, parse_json(f"{line}]}}")
                kind = "images"
            elif kind == "images" and line == '],"annotations":[':
                kind = "annotations"
            elif kind == "annotations" and line == "]}":
                kind = ""
            elif kind:
                yield kind, parse_json(line.removesuffix(","))
            else:
                raise ValueError("something follows its end")
    if kind:
        raise ValueError("cut short")


@cache
def _panoptic_colors() -> NDArray[np.uint8]:
    """(65536, 3): the number of a segment as R + 256 G, which is all that a frame's need; B stays 0."""
    colors = np.zeros((65536, 3), np.uint8)
    colors[:, 1], colors[:, 0] = np.divmod(np.arange(65536), 256)
    return colors
