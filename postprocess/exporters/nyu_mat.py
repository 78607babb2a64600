"""One `.mat` as NYU Depth v2's: MATLAB's HDF5 (v7.3), for scripts that were written for nyu_depth_v2_labeled.mat.

::

    labeled.mat   images     H x W x 3 x N  uint8 RGB        names            K x 1 cell  name of label 1, 2, ... K
                  depths     H x W x N      single, metres   scenes           N x 1 cell  the scene of each picture
                  labels     H x W x N      uint16           rawRgbFilenames  N x 1 cell  the name of each frame
                  instances  H x W x N      uint8
    splits.mat    trainNdxs, valNdxs, testNdxs: numbers of pictures, from 1; MATLAB 5, as NYU's own

HDF5 lists the axes the other way round: h5py sees `images` as (N, 3, W, H) and `labels` as (N, W, H). A picture is a
chunk, so that one is read without the others; label and instance maps are compressed.

Labels are ids, 0 unlabelled, 65535 ignore, 65534 background; with `void` "zero" all three 0, as NYU has it. Instances
are numbered for each label of a picture, from 1, in the order of the things' ids: pairs (label, instance) tell things
apart, and pixels without a label have 0. Depth is along the camera's axis, 0 where there is no surface. Ids that no
label has are named "(no label 7)".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, LabelSet
from blender_addon.contract.words import counted

from ..errors import ExportError
from ..frame_pixels import FramePixels, Made
from ..layout import Encoding, Frames, Places, Traits, encoding_table
from ..matlab import (
    Stack,
    array_in,
    check_h5py,
    mat5,
    open_mat,
    packed,
    plain,
    read_mat5,
    read_texts,
    write_mat,
)  # fmt: skip
from ..spool import Rows
from ..staging import write_checked
from ..stats import ClassWeights
from ..stored import Row, Stored

MAT, SPLITS_MAT = "labeled.mat", "splits.mat"
_SHAPE = "shape"
_MOST_INSTANCES = 255


@dataclass(frozen=True)
class NyuMat:
    """The format: `void` "apart" or "zero"; `depths` and `instances` False leave these out. Raises ExportError."""

    void: str = "apart"
    depths: bool = True
    instances: bool = True

    name: ClassVar[str] = "nyu-mat"
    traits: ClassVar[Traits] = Traits(one_size="an array has one shape", endings=(".png",))

    def __post_init__(self) -> None:
        if self.void not in ("apart", "zero"):
            raise ExportError(f"void {self.void!r}: 'apart' or 'zero'")
        check_h5py(self.name)

    @property
    def wants(self) -> frozenset[str]:
        asked = {"pixels": True, "depth": self.depths, "instances": self.instances}
        return frozenset(name for name, wanted in asked.items() if wanted)

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return tuple(sorted(label_set.by_id))

    def encoding(self, label_set: LabelSet) -> Encoding:
        top = (0, 0) if self.void == "zero" else (65535, 65534)
        codes = {UNLABELLED: 0, IGNORE: top[0], BACKGROUND: top[1]}
        return Encoding(label_set, {id_: id_ for id_ in label_set.by_id} | codes, "uint16")

    def places(self, split: str, name: str, ending: str) -> Places:
        """None: all is in one file."""
        return Places()

    def frame(self, pixels: FramePixels) -> Made:
        labels = pixels.labels.pixels
        rows = {_SHAPE: b"%d %d" % labels.shape}
        rows["labels"] = packed(encoding_table(pixels.encoding)[labels].T)
        if pixels.picture is not None:
            rows["images"] = plain(pixels.picture.pixels.transpose(2, 1, 0))
        if pixels.depth is not None:
            rows["depths"] = plain(np.where(np.isfinite(pixels.depth), pixels.depth, np.float32(0)).T)
        if pixels.instances is not None:
            rows["instances"] = packed(_by_label(labels, pixels.instances, pixels.placed.name).T)
        return Made(rows=rows)

    def assemble(self, root: Path, frames: Frames, encoding: Encoding, rows: Rows) -> None:
        placed = sorted((one for members in frames.values() for one in members), key=lambda one: one.number)
        names = [one.name for one in placed]
        height, width = map(int, rows.of(placed[0].number, _SHAPE).split())
        flat = (width, height)
        stacks = [Stack("images", "uint8", (3, *flat)), Stack("labels", "uint16", flat, packed=True)]
        stacks += [Stack("depths", "float32", flat)] * self.depths
        stacks += [Stack("instances", "uint8", flat, packed=True)] * self.instances
        cells = {
            "names": _names(encoding.label_set),
            "scenes": [one.scene for one in placed],
            "rawRgbFilenames": names,
        }
        write_mat(root, MAT, len(names), stacks, lambda kind, at: rows.of(placed[at].number, kind), cells)
        numbers = {f"{split}Ndxs": [one.number for one in members] for split, members in frames.items()}
        write_checked(root, SPLITS_MAT, mat5({name: sorted(of) for name, of in numbers.items()}))

    def gathered(self, root: Path, split: str, pictures: bool) -> Iterator[Stored | str]:
        path = root / MAT
        try:
            numbers = read_mat5(root / SPLITS_MAT).get(f"{split}Ndxs", [])
            with open_mat(path) as file:
                names = read_texts(file, path, "rawRgbFilenames")
                counts = {kind: len(array_in(file, path, kind)) for kind in ("images", "labels")}
        except ExportError as error:
            yield str(error)
            return
        for kind, count in counts.items():
            if count != len(names):
                yield f"{path} has {count} {kind}, and {counted(len(names), 'name')}"
        for number in numbers:
            if not 1 <= number <= min(len(names), *counts.values()):
                yield f"{root / SPLITS_MAT} has {number} in {split}, and {MAT} no such picture"
                continue
            name, at = names[number - 1], number - 1
            yield Stored(split, name, Row(path, name, at, "labels"), Row(path, name, at, "images"))

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        return {}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {
            "void": self.void,
            "label files": f"{MAT}: label ids, uint16, axes as MATLAB's",
            "depths": "metres along the camera's axis, 0 where there is no surface" if self.depths else None,
            "instances": "numbered for each label of a picture, from 1" if self.instances else None,
        }

    def notes(self) -> tuple[str, ...]:
        if self.void == "zero":
            return ()
        return ("labels keep unlabelled, ignore and background apart; scripts that know 0 alone as void: --void zero",)


def _by_label(labels: NDArray[np.uint16], instances: NDArray[np.uint64], name: str) -> NDArray[np.uint8]:
    """(H, W): what tells the things of one label apart, 0 where there is no label or no thing.

    Raises ExportError for more than 8 bits hold.
    """
    label, thing = labels.ravel(), instances.ravel()
    # Asked of each stretch of equal pixels, of which there are far fewer.
    starts = np.concatenate(([0], np.flatnonzero((label[1:] != label[:-1]) | (thing[1:] != thing[:-1])) + 1))
    label, thing = label[starts], thing[starts]
    real = (thing > 0) & (label != UNLABELLED) & (label != IGNORE) & (label != BACKGROUND)
    found = np.zeros(len(starts), np.uint8)
    if real.any():
        ids, at = np.unique(thing[real], return_inverse=True)
        pairs, at = np.unique(label[real].astype(np.int64) * len(ids) + at, return_inverse=True)
        of = pairs // len(ids)
        number = np.arange(len(of)) - np.searchsorted(of, of) + 1
        if number.max() > _MOST_INSTANCES:
            crowd = int(of[number.argmax()])
            raise ExportError(
                f"{name} shows {int((of == crowd).sum())} things with label {crowd}, and 8 bits tell "
                f"{_MOST_INSTANCES} apart; export without them (--no-instances)"
            )
        found[real] = number[at]
    return np.repeat(found, np.diff(starts, append=labels.size)).reshape(labels.shape)


def _names(label_set: LabelSet) -> list[str]:
    return [
        label_set.by_id[id_].name if id_ in label_set.by_id else f"(no label {id_})"
        for id_ in range(1, label_set.max_id + 1)
    ]
