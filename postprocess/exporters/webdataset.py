"""WebDataset: tar shards that are read from start to end, the files of a frame beside each other under one key.

::

    train-000000.tar train-000001.tar ... val-000000.tar test-000000.tar

    NAME.jpg      or NAME.png: RGB           of each frame, in this order, in one shard
    NAME.seg.png  label ids, 8-bit gray
    NAME.json     name, split, size, pixels of each written value

Frames of train are shuffled already, so that a reader that shuffles among some thousands does not meet one camera's
frames in a row. A key ends at the first dot of a name, and names of frames have none.

Label ids as they are, unlabelled 0, ignore 255, background 254. Maps of more than 8 bits are refused: the decoder that
leaves masks alone, "l8", would clip them without a word.

The tar is USTAR without times, users or owners, so that the same frames are the same bytes.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, LabelSet
from blender_addon.contract.words import refusal

from ..encoded import map_png
from ..errors import ExportError
from ..frame_pixels import FramePixels, Made
from ..layout import Encoding, Frames, Places, Traits, encoding_table
from ..spool import Rows
from ..staging import write_streamed
from ..stats import ClassWeights
from ..stored import Part, Stored

LABEL, FACTS = ".seg.png", ".json"
_SAMPLE = "sample"
_BLOCK, _END = 512, 10240  # bytes: tar counts in blocks, and ends with at most a record of zeros
_LONGEST = 100  # letters of a name in a USTAR header
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Webdataset:
    """The format with its one option, `shard_size`: "500MB" or a number of frames.

    Raises ExportError for a size that is neither.
    """

    shard_size: str = "500MB"

    name: ClassVar[str] = "webdataset"
    traits: ClassVar[Traits] = Traits()
    wants: ClassVar[frozenset[str]] = frozenset({"image"})

    def __post_init__(self) -> None:
        if not re.fullmatch(r"0*[1-9][0-9]{0,8}( ?MB)?", self.shard_size):
            raise ExportError(f"shard size {self.shard_size!r}: a number of frames, as 1000, or of megabytes, as 500MB")

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        return tuple(sorted(label_set.by_id))

    def encoding(self, label_set: LabelSet) -> Encoding:
        """Raises ExportError for ids beyond 8 bits."""
        if label_set.max_id > 253:
            raise ExportError(
                f"label set {label_set.name!r} has ids up to {label_set.max_id}, and the 8-bit masks that webdataset "
                "decodes hold 253; export into a smaller label set (--labels nyu40), or as numpy"
            )
        codes = {UNLABELLED: 0, IGNORE: 255, BACKGROUND: 254}
        return Encoding(label_set, {id_: id_ for id_ in label_set.by_id} | codes, "uint8")

    def places(self, split: str, name: str, ending: str) -> Places:
        """None: all is in the shards. Raises ExportError for a name that a shard cannot hold."""
        if len(name) + len(LABEL) > _LONGEST:
            raise ExportError(f"{name}: a tar holds names of {_LONGEST - len(LABEL)} letters; rename the run")
        return Places()

    def frame(self, pixels: FramePixels) -> Made:
        placed, encoding = pixels.placed, pixels.encoding
        if pixels.picture is None:
            raise ExportError(f"{placed.name} has no picture")  # `needs_images` asked before
        label = map_png(f"{placed.name}{LABEL}", pixels.labels, encoding_table(encoding))
        height, width = pixels.labels.pixels.shape
        shown = {encoding.values[id_]: number for id_, number in sorted(pixels.labels.counts().items())}
        facts = facts_of(placed.name, placed.split, (width, height), shown)
        ending = ".jpg" if pixels.picture.data[:2] == b"\xff\xd8" else ".png"
        members = ((ending, pixels.picture.data), (LABEL, label), (FACTS, json.dumps(facts).encode()))
        return Made(rows={_SAMPLE: b"".join(_member(placed.name + end, data) for end, data in members)})

    def assemble(self, root: Path, frames: Frames, encoding: Encoding, rows: Rows) -> None:
        for split, members in frames.items():
            for shard, numbers in enumerate(self._shards([placed.number for placed in members], rows)):
                write_streamed(root, f"{split}-{shard:06d}.tar", _tar(numbers, rows))

    def _shards(self, numbers: Sequence[int], rows: Rows) -> Iterator[list[int]]:
        """As many frames as fit in one, and one in any case."""
        most = int(self.shard_size.removesuffix("MB"))
        frames, room = (most, None) if self._in_frames() else (None, most * _MEGABYTE - _END)
        shard: list[int] = []
        size = 0
        for number in numbers:
            more = rows.size(number, _SAMPLE)
            if shard and (len(shard) == frames or (room is not None and size + more > room)):
                yield shard
                shard, size = [], 0
            shard.append(number)
            size += more
        if shard:
            yield shard

    def _in_frames(self) -> bool:
        return not self.shard_size.endswith("MB")

    def gathered(self, root: Path, split: str, pictures: bool) -> Iterator[Stored | str]:
        found = [path.name for path in root.glob(f"{split}-*.tar")]
        numbers = [int(match[1]) for name in found if (match := re.fullmatch(rf"{split}-([0-9]{{6}})\.tar", name))]
        for number in range(max(numbers, default=-1) + 1):
            shard = root / f"{split}-{number:06d}.tar"
            try:
                yield from _samples(shard, split)
            except FileNotFoundError:
                yield f"{shard} is missing"
            except OSError as error:
                yield refusal(error, shard)
            except ExportError as error:
                yield str(error)

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        return {}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {
            "shards": f"SPLIT-000000.tar, of {self.shard_size}{' frames' if self._in_frames() else ''} at most",
            "label files": "KEY.seg.png: label ids, 8-bit gray PNG",
        }

    def notes(self) -> tuple[str, ...]:
        return ('decode("l8") leaves masks as they are; "pil" and "rgb" make colours of them',)


def facts_of(name: str, split: str, size: tuple[int, int], counts: Mapping[int, int]) -> dict[str, Any]:
    """What NAME.json says of a frame of (width, height) whose label map has so many pixels of each written value."""
    pixels = {str(value): number for value, number in counts.items()}
    return {"name": name, "split": split, "width": size[0], "height": size[1], "pixels": pixels}


def _samples(shard: Path, split: str) -> Iterator[Stored | str]:
    """Those of a shard. Raises ExportError where it goes on in no way that a tar does."""
    key, parts = "", dict[str, Part]()
    for part in _parts(shard):
        start, dot, ending = part.name.partition(".")
        if start != key:
            if parts:
                yield _sample(shard, split, key, parts)
            key, parts = start, {}
        if dot + ending in parts:
            yield f"{shard}: {part.name!r} is there twice"
        parts[dot + ending] = part
    if parts:
        yield _sample(shard, split, key, parts)


def _sample(shard: Path, split: str, key: str, parts: Mapping[str, Part]) -> Stored | str:
    image = parts.get(".png") or parts.get(".jpg")
    lacking = "picture" if image is None else next((end for end in (LABEL, FACTS) if end not in parts), "")
    if lacking or image is None:
        return f"{shard}: {key!r} has no {lacking}"
    return Stored(split, key, parts[LABEL], image, parts[FACTS])


def _parts(shard: Path) -> Iterator[Part]:
    """By their headers alone. `tarfile` would keep all of them."""
    size = shard.stat().st_size
    with open(shard, "rb") as file:
        while (block := file.read(_BLOCK)) != bytes(_BLOCK):
            start = file.tell()
            try:
                header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            except tarfile.HeaderError:
                raise ExportError(
                    f"{shard} is no tar from byte {start - len(block)} on: damaged or cut short"
                ) from None
            if not 0 <= header.size <= size - start:
                raise ExportError(f"{shard} is cut short in {header.name!r}")
            if header.isreg():
                yield Part(shard, header.name, start, header.size)
            file.seek(start + header.size + -header.size % _BLOCK)


def _tar(numbers: Sequence[int], rows: Rows) -> Iterator[bytes]:
    size = 2 * _BLOCK
    for number in numbers:
        sample = rows.of(number, _SAMPLE)
        size += len(sample)
        yield sample
    yield b"\0" * (2 * _BLOCK + -size % _END)


def _member(name: str, data: bytes) -> bytes:
    """A file of a tar: its header and its bytes, in whole blocks."""
    header = tarfile.TarInfo(name)
    header.size = len(data)
    return header.tobuf(tarfile.USTAR_FORMAT) + data + b"\0" * (-len(data) % _BLOCK)
