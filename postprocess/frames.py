"""What an export knows of a frame before it reads its pixels: where it is, what names it, which source it is from.

Names of written files are plain ASCII without spaces or dots: caffe reads lists with `>>`, which ends a path at a
space, and WebDataset ends a key at the first dot.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from blender_addon.contract.labels import LabelSet

from .errors import ExportError
from .packed import Packed
from .splits import FrameKey
from .stored import Stored, Written, made_stored, plain_stored


@dataclass(frozen=True)
class Source:
    """Where frames come from, in words that mean the same on any machine: `kind` is "run", "index passes", or one of
    `dataset_frames`.

    `scene_sha256` is "" where nobody knows it; `planned` counts the frames that the source wants to have; `written` is
    what label files of a dataset hold.
    """

    kind: str
    name: str
    label_set: LabelSet
    scene: str
    scene_sha256: str
    seed: int | None
    versions: Mapping[str, str]
    frames: int
    planned: int
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame to export; `source` counts in the list of sources, `checksums` are of decoded pixels, by file name.

    `layer` chooses a view layer of an index-pass file and is None for others. `seen`: {label id: pixels} as the
    renderer counted them; empty where nobody did. `split` is that of a dataset, "" for frames that have none yet; of
    such a frame `stored` says where its pixels are, and `sums` what checksums.txt says of the files `labels` and
    `image`, "" where it says nothing.
    """

    key: FrameKey
    source: int
    labels: Path
    image: Path | None
    purity: Path | None
    checksums: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    seen: Mapping[int, int] = field(default_factory=dict)
    split: str = ""
    stored: Stored | None = None
    sums: tuple[str, str] = ("", "")


def packed(frames: Iterable[Frame]) -> Sequence[Frame]:
    """The same in some hundred bytes each."""
    return Packed(frames, _plain, _made)


def _plain(frame: Frame) -> list[Any]:
    paths = [None if path is None else str(path) for path in (frame.labels, frame.image, frame.purity)]
    seen, key = list(frame.seen.items()), frame.key
    first = None if key.first == key.name else key.first
    key_parts = [key.scene, key.view, key.order, key.name, first]
    stored = None if frame.stored is None else plain_stored(frame.stored)
    told = [dict(frame.checksums), frame.layer, seen, frame.split, stored, frame.sums]
    return [key_parts, frame.source, *paths, *told]


def _made(row: list[Any]) -> Frame:
    (scene, view, order, name, first), source, labels, image, purity, *told = row
    checksums, layer, seen, split, stored, (of_labels, of_image) = told
    # One text where frames have the same: a split knows all keys at once.
    key = FrameKey(sys.intern(scene), sys.intern(view), order, name, name if first is None else first)
    paths = Path(labels), None if image is None else Path(image), None if purity is None else Path(purity)
    where = None if stored is None else made_stored(stored)
    return Frame(key, source, *paths, checksums, layer, dict(seen), split, where, (of_labels, of_image))


@dataclass(frozen=True)
class Collection:
    """Everything that an export will read, in a fixed order, and what a person should know before."""

    sources: tuple[Source, ...]
    frames: Sequence[Frame]
    warnings: tuple[str, ...]


def slug(text: str, otherwise: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-") or otherwise


def refuse_twice(frames: Sequence[Frame]) -> None:
    """Raises ExportError for two frames of one name. Case does not tell files apart on every disk."""
    hashes = np.fromiter((hash(frame.key.name.casefold()) for frame in frames), np.int64, len(frames))
    if len(np.unique(hashes)) == len(frames):  # else names are alike, or by chance only their hashes
        return
    seen: dict[str, Frame] = {}
    for frame in frames:
        other = seen.setdefault(frame.key.name.casefold(), frame)
        if other is not frame:
            raise ExportError(f"{other.labels} and {frame.labels} would both be named {frame.key.name!r}; keep one")
