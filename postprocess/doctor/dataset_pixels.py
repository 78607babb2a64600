"""The pixels of a dataset's frames, decoded, and held against what dataset.json promises of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.strict import parse_json
from blender_addon.contract.words import counted

from ..errors import ExportError
from ..exporters.webdataset import facts_of
from ..labelmap import LabelMap
from ..manifest import NAME, in_pixels
from ..stored import Stored
from ..stored_pixels import read_bytes, read_picture, read_values
from .findings import ERROR, Finding
from .looks import Look, look_at
from .polygons import drawn
from .promised import Promised


def look_at_stored(dataset: Path, stored: Stored, promised: Promised) -> Look | str:
    """A look at a frame, or why there can be none, a sentence that begins with a file of it."""
    found = _look(stored, promised)
    return found if isinstance(found, Look) else found.replace(f"{dataset}/", "", 1)


def _look(stored: Stored, promised: Promised) -> Look | str:
    try:
        image = read_picture(stored.image)[1] if stored.image is not None else None
        labels = _labels(stored, image, promised)
    except ExportError as error:
        return str(error)
    if image is not None and image.shape[:2] != labels.pixels.shape:
        sizes = [in_pixels((shape[1], shape[0])) for shape in (image.shape, labels.pixels.shape)]
        return f"{stored.image} is {sizes[0]}, its labels {sizes[1]}"
    if strange := [value for value in labels.counts() if value not in promised.meaning.names]:
        y, x = map(int, np.argwhere(np.isin(labels.pixels, strange))[0])
        many = counted(sum(labels.counts()[value] for value in strange), "such pixel")
        return (
            f"{stored.labels}: value {labels.pixels[y, x]} at pixel (x {x}, y {y}) is neither a class nor a code "
            f"of {NAME}; {many} in this file"
        )
    return look_at(stored.name, labels, image)


def _labels(stored: Stored, image: NDArray[np.uint8] | None, promised: Promised) -> LabelMap:
    """As they are written; of polygons, which have pictures, what they show."""
    if promised.lost and image is not None and isinstance(stored.labels, Path):
        void = min(promised.meaning.void)
        return drawn(stored.labels, image.shape, promised.meaning.names.keys() - promised.meaning.void, void)
    return read_values(stored.labels, promised.written)


@dataclass
class Counted:
    """What the frames that could be read have: pixels and images by split and value, and frames by size. `unread`:
    splits of which a frame could not be read, so that their sums tell nothing."""

    pixels: dict[str, Counter[int]] = field(default_factory=dict)
    images: dict[str, Counter[int]] = field(default_factory=dict)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    unread: set[str] = field(default_factory=set)

    def take(self, split: str, look: Look) -> None:
        self.pixels.setdefault(split, Counter()).update(look.counts)
        self.images.setdefault(split, Counter()).update(look.counts.keys())
        self.sizes[look.size] += 1


def wrong_facts(dataset: Path, stored: Stored, look: Look) -> Iterator[Finding]:
    """Where what the dataset says of a frame beside it is not so."""
    if stored.facts is None:
        return
    try:
        said: object = parse_json(read_bytes(stored.facts).decode("utf-8"))
    except ValueError:
        said = None
    if said != facts_of(stored.name, stored.split, look.size, look.counts):
        place = str(stored.facts).removeprefix(f"{dataset}/")
        sentence = f"{place} does not tell of this picture and these labels"
        yield Finding(ERROR, "facts", stored.facts.path.name, sentence)


def off_size(look: Look, promised: Promised) -> Iterator[Finding]:
    sizes = {promised.size} if promised.sizes is None else set(promised.sizes)
    if look.size not in sizes:
        wanted = ", ".join(in_pixels(size) for size in sorted(filter(None, sizes))[:3])
        yield Finding(ERROR, "off size", look.name, f"{look.name} is {in_pixels(look.size)}, and {NAME} says {wanted}")


def wrong_counts(sums: Counted, promised: Promised) -> Iterator[Finding]:
    """Where the sums of dataset.json are not those of the pixels."""
    for split in promised.frames:
        if split in sums.unread or promised.lost:
            continue
        pixels, images = sums.pixels.get(split, Counter()), sums.images.get(split, Counter())
        yield from _differing("pixels", split, promised.pixels[split], pixels, promised)
        yield from _differing("images", split, promised.images[split], images, promised)
    if promised.sizes is not None and not sums.unread and dict(promised.sizes) != dict(sums.sizes):
        yield Finding(ERROR, "counts", NAME, f"{NAME} says other numbers of frames of each size than there are")


def _differing(
    what: str, split: str, said: Mapping[int, int], found: Mapping[int, int], promised: Promised
) -> Iterator[Finding]:
    for value, number in sorted(said.items()):
        if number != found.get(value, 0):
            name = promised.meaning.names[value]
            sentence = (
                f"{NAME} says that {name} has {number} {what} in {split}, and the files have {found.get(value, 0)}"
            )
            yield Finding(ERROR, "counts", name, sentence)
