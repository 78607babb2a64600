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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, LabelSet

from ..encoded import map_png
from ..errors import ExportError
from ..frame_pixels import FramePixels, Made
from ..layout import Encoding, Frames, Places, encoding_table
from ..pictures import ENDINGS
from ..spool import Rows
from ..staging import write_streamed
from ..stats import ClassWeights

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
    weights_file: ClassVar[str] = ""
    needs_images: ClassVar[bool] = True
    one_size: ClassVar[str] = ""
    endings: ClassVar[tuple[str, ...]] = ENDINGS
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
        shown = {str(encoding.values[id_]): number for id_, number in sorted(pixels.labels.counts().items())}
        facts = {"name": placed.name, "split": placed.split, "width": width, "height": height, "pixels": shown}
        ending = ".jpg" if pixels.picture.data[:2] == b"\xff\xd8" else ".png"
        members = ((ending, pixels.picture.data), (LABEL, label), (FACTS, json.dumps(facts).encode()))
        return Made(rows={_SAMPLE: b"".join(_member(placed.name + end, data) for end, data in members)})

    def assemble(self, root: Path, frames: Frames, encoding: Encoding, rows: Rows) -> None:
        for split, members in frames.items():
            for number, names in enumerate(self._shards([placed.name for placed in members], rows)):
                write_streamed(root, f"{split}-{number:06d}.tar", _tar(names, rows))

    def _shards(self, names: Sequence[str], rows: Rows) -> Iterator[list[str]]:
        """As many names as fit in one, and one in any case."""
        number = int(self.shard_size.removesuffix("MB"))
        frames, room = (number, None) if self._in_frames() else (None, number * _MEGABYTE - _END)
        shard: list[str] = []
        size = 0
        for name in names:
            more = rows.size(name, _SAMPLE)
            if shard and (len(shard) == frames or (room is not None and size + more > room)):
                yield shard
                shard, size = [], 0
            shard.append(name)
            size += more
        if shard:
            yield shard

    def _in_frames(self) -> bool:
        return not self.shard_size.endswith("MB")

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        return {}

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        return {
            "shards": f"SPLIT-000000.tar, of {self.shard_size}{' frames' if self._in_frames() else ''} at most",
            "label files": "KEY.seg.png: label ids, 8-bit gray PNG",
        }

    def notes(self) -> tuple[str, ...]:
        return ('decode("l8") leaves masks as they are; "pil" and "rgb" make colours of them',)


def _tar(names: Sequence[str], rows: Rows) -> Iterator[bytes]:
    size = 2 * _BLOCK
    for name in names:
        sample = rows.of(name, _SAMPLE)
        size += len(sample)
        yield sample
    yield b"\0" * (2 * _BLOCK + -size % _END)


def _member(name: str, data: bytes) -> bytes:
    """A file of a tar: its header and its bytes, in whole blocks."""
    header = tarfile.TarInfo(name)
    header.size = len(data)
    return header.tobuf(tarfile.USTAR_FORMAT) + data + b"\0" * (-len(data) % _BLOCK)
