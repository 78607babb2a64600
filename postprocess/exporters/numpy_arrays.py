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
from blender_addon.contract.words import counted, refusal

from ..errors import ExportError
from ..frame_pixels import FramePixels, Made
from ..labelmap import look_up
from ..layout import Encoding, Frames, Places, Traits, encoding_table
from ..spool import Rows
from ..staging import write_streamed
from ..stats import ClassWeights
from ..stored import Row, Stored
from .nyu import Nyu

_SHAPE = "shape"


@dataclass(frozen=True)
class NumpyArrays:
    """The format; it has no options."""

    name: ClassVar[str] = "numpy"
    traits: ClassVar[Traits] = Traits(needs_images=False, one_size="an array has one shape", endings=(".png",))
    wants: ClassVar[frozenset[str]] = frozenset({"pixels"})

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return tuple(sorted(label_set.by_id))

    def encoding(self, label_set: LabelSet) -> Encoding:
        return Nyu().encoding(label_set)

    def places(self, split: str, name: str, ending: str) -> Places:
        """None: all is in the arrays."""
        return Places()

    def frame(self, pixels: FramePixels) -> Made:
        labels = look_up(pixels.labels, encoding_table(pixels.encoding))
        rows = {"labels": _bytes(labels), _SHAPE: b"%d %d" % labels.shape}
        if pixels.picture is not None:
            rows["images"] = _bytes(pixels.picture.pixels)
        return Made(rows=rows)

    def assemble(self, root: Path, frames: Frames, encoding: Encoding, rows: Rows) -> None:
        for split, members in frames.items():
            if not members:
                continue
            numbers = [placed.number for placed in members]
            height, width = map(int, rows.of(numbers[0], _SHAPE).split())
            write_streamed(root, f"labels_{split}.npy", _npy(numbers, rows, "labels", encoding.dtype, (height, width)))
            if rows.has(numbers[0], "images"):
                write_streamed(root, f"images_{split}.npy", _npy(numbers, rows, "images", "uint8", (height, width, 3)))

    def gathered(self, root: Path, split: str, pictures: bool) -> Iterator[Stored | str]:
        listing = root / f"names_{split}.txt"
        arrays = [root / f"{kind}_{split}.npy" for kind in ("labels", "images")[: 1 + pictures]]
        if not any(path.exists() for path in (listing, *arrays)):
            return
        try:
            names = listing.read_text(encoding="utf-8").splitlines()
            rows = [_rows(path) for path in arrays]
        except OSError as error:
            yield refusal(error, listing)
            return
        except ExportError as error:
            yield str(error)
            return
        except ValueError as error:
            yield f"{listing} is damaged: {error}"
            return
        for path, number in zip(arrays, rows):
            if number != len(names):
                yield f"{path} has {counted(number, 'row')}, and {listing.name} {counted(len(names), 'name')}"
        for at, name in enumerate(names[: min(rows)]):
            labels, *image = (Row(path, name, at) for path in arrays)
            yield Stored(split, name, labels, image[0] if image else None)

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


def _rows(path: Path) -> int:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        if not isinstance(array, np.ndarray):
            raise ValueError("several arrays")
        return len(array)
    except FileNotFoundError:
        raise ExportError(f"{path} is missing") from None
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise ExportError(f"{path} is no array, or cut short: {error}") from None


def _bytes(pixels: NDArray[Any]) -> bytes:
    """In reading order, the lower byte first."""
    return pixels.astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes()


def _npy(numbers: Sequence[int], rows: Rows, kind: str, dtype: str, shape: tuple[int, ...]) -> Iterator[bytes]:
    yield _header(dtype, (len(numbers), *shape))
    for number in numbers:
        yield rows.of(number, kind)


def _header(dtype: str, shape: tuple[int, ...]) -> bytes:
    """That of a .npy, version 1.0. NumPy's own writer leaves more or less room, by its version."""
    descr = np.dtype(dtype).newbyteorder("<").str
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}"
    padded = text + " " * (-(10 + len(text) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode("ascii")
