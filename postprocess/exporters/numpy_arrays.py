"""NumPy arrays, one of all pictures and one of all label maps of a split, to be opened without reading them.

::

    images_train.npy   (N, H, W, 3) uint8 RGB      names_train.txt   the name of each, one per line
    labels_train.npy   (N, H, W) label ids         ... and the same of val and test

Label ids in 8 bits, or in 16 where the set has ids above 253. Unlabelled 0, ignore 255, background 254 (65535 and 65534
in 16 bits). Row n of all three files is one frame; those of train are shuffled already. A split without frames has no
files, since a memory map of nothing is an error. Pictures are pixels and nothing else, so JPEG and links are refused.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet

from ..frame_pixels import FramePixels, Made
from ..layout import Encoding, Frames, Places, encoding_table
from ..spool import Rows
from ..staging import write_streamed
from ..stats import ClassWeights
from .nyu import Nyu

_SHAPE = "shape"


@dataclass(frozen=True)
class NumpyArrays:
    """The format; it has no options."""

    name: ClassVar[str] = "numpy"
    weights_file: ClassVar[str] = ""
    needs_images: ClassVar[bool] = False
    one_size: ClassVar[str] = "an array has one shape"
    endings: ClassVar[tuple[str, ...]] = (".png",)
    wants: ClassVar[frozenset[str]] = frozenset({"pixels"})

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return tuple(sorted(label_set.by_id))

    def encoding(self, label_set: LabelSet) -> Encoding:
        return Nyu().encoding(label_set)

    def places(self, split: str, name: str, ending: str) -> Places:
        """None: all is in the arrays."""
        return Places()

    def frame(self, pixels: FramePixels) -> Made:
        labels = encoding_table(pixels.encoding)[pixels.labels.pixels]
        rows = {"labels": _bytes(labels), _SHAPE: b"%d %d" % labels.shape}
        if pixels.picture is not None:
            rows["images"] = _bytes(pixels.picture.pixels)
        return Made(rows=rows)

    def assemble(self, root: Path, frames: Frames, encoding: Encoding, rows: Rows) -> None:
        for split, members in frames.items():
            if not members:
                continue
            names = [placed.name for placed in members]
            height, width = map(int, rows.of(names[0], _SHAPE).split())
            write_streamed(root, f"labels_{split}.npy", _npy(names, rows, "labels", encoding.dtype, (height, width)))
            if rows.has(names[0], "images"):
                write_streamed(root, f"images_{split}.npy", _npy(names, rows, "images", "uint8", (height, width, 3)))

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        return {
            f"names_{split}.txt": "".join(f"{placed.name}\n" for placed in members)
            for split, members in frames.items()
            if members
        }

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {"label files": f"labels_SPLIT.npy: label ids, {encoding.dtype}; row n is line n of names_SPLIT.txt"}

    def notes(self) -> tuple[str, ...]:
        return ()


def _bytes(pixels: NDArray[Any]) -> bytes:
    """In reading order, the lower byte first."""
    return pixels.astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes()


def _npy(names: Sequence[str], rows: Rows, kind: str, dtype: str, shape: tuple[int, ...]) -> Iterator[bytes]:
    yield _header(dtype, (len(names), *shape))
    for name in names:
        yield rows.of(name, kind)


def _header(dtype: str, shape: tuple[int, ...]) -> bytes:
    """That of a .npy, version 1.0. NumPy's own writer leaves more or less room, by its version."""
    descr = np.dtype(dtype).newbyteorder("<").str
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}"
    padded = text + " " * (-(10 + len(text) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode("ascii")
