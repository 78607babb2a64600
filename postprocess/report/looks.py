"""What pixels say, summed over frames: where labels stand in the picture, how far surfaces are, and a few pictures.

Pixels cost a thousand times what a record costs, so a report reads those of some frames, spread over all.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blender_addon.contract.labels import NO_SURFACE

from ..labelmap import resize_image, resize_labels

GRID = (24, 32)  # rows and columns of a map of positions
PICTURE = 400  # pixels of a picture's longer side, at most
NEAREST, PER_DOUBLING, DOUBLINGS = 2.0**-7, 8, 24  # of depth: from 8 mm on, up to 131 km
_QUALITY = 80

Pair = tuple[int, int]


@dataclass(frozen=True)
class Picture:
    """`image` is a WebP file, None where there is none; `labels` (h, w) ids and codes; `group` is a split, or ""."""

    name: str
    caption: str
    group: str
    image: bytes | None
    labels: NDArray[np.uint16]


@dataclass(frozen=True)
class Looks:
    """Of `frames` frames. `where`: {id or code: GRID of the shares of its cells, summed over frames}; `together`: {two
    ids or codes, or one twice: frames that show both}; `depths`: (N,) pixels by distance, `empty` pixels without."""

    frames: int = 0
    where: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)
    together: Mapping[Pair, int] = field(default_factory=dict)
    depths: NDArray[np.int64] | None = None
    empty: int = 0
    pictures: tuple[Picture, ...] = ()

    def __add__(self, other: Looks) -> Looks:
        where = {
            id_: self.where.get(id_, 0) + other.where.get(id_, np.zeros(GRID)) for id_ in {*self.where, *other.where}
        }
        found = [each.depths for each in (self, other) if each.depths is not None]
        return Looks(
            self.frames + other.frames,
            where,
            added(self.together, other.together),
            np.sum(found, axis=0) if found else None,
            self.empty + other.empty,
            self.pictures + other.pictures,
        )


def look(labels: NDArray[np.uint16], metres: NDArray[np.float32] | None, picture: Picture | None) -> Looks:
    """At one frame: its labels (H, W) and, where they are known, its depths (H, W) in metres along the axis."""
    (height, width), (rows, columns) = labels.shape, GRID
    labels = resize_labels(labels, (max(width, columns), max(height, rows)))  # each cell has a pixel
    seen, numbers = np.unique(labels, return_inverse=True)
    cells, size = _cells(labels.shape), rows * columns
    inside = np.bincount(numbers.ravel() * size + cells, minlength=len(seen) * size).reshape(len(seen), *GRID)
    pixels = np.bincount(cells, minlength=size).reshape(GRID)
    depths = empty = None
    if metres is not None:
        surface = np.isfinite(metres) & (metres > 0) & (metres < NO_SURFACE)
        depths, empty = count_depths(metres[surface]), int((~surface).sum())
    return Looks(
        frames=1,
        where=dict(zip(seen.tolist(), inside / pixels)),
        together=pairs_of([seen.tolist()]),
        depths=depths,
        empty=empty or 0,
        pictures=() if picture is None else (picture,),
    )


def small(labels: NDArray[np.uint16], image: NDArray[np.uint8] | None) -> tuple[bytes | None, NDArray[np.uint16]]:
    """An image as a WebP file, and labels, both of the size of the report's pictures."""
    height, width = labels.shape
    scale = min(1.0, PICTURE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if image is None:
        return None, resize_labels(labels, size)
    file = io.BytesIO()
    Image.fromarray(resize_image(image, size)).save(file, "WEBP", quality=_QUALITY, method=4)
    return file.getvalue(), resize_labels(labels, size)


def pairs_of(frames: Iterable[Sequence[int]]) -> dict[Pair, int]:
    """{two ids, or one twice: frames that have both}."""
    together: dict[Pair, int] = {}
    for ids in frames:
        for pair in combinations_with_replacement(sorted(ids), 2):
            together[pair] = together.get(pair, 0) + 1
    return together


def added(one: Mapping[Pair, int], other: Mapping[Pair, int]) -> dict[Pair, int]:
    found = dict(one)
    for pair, count in other.items():
        found[pair] = found.get(pair, 0) + count
    return found


def count_depths(metres: NDArray[np.float32]) -> NDArray[np.int64]:
    """How many are in each bin: `PER_DOUBLING` of them from one distance to its double; what is beyond in the last."""
    place = np.floor(np.log2(np.maximum(metres, NEAREST) / NEAREST) * PER_DOUBLING).astype(np.int64)
    last = PER_DOUBLING * DOUBLINGS - 1
    return np.bincount(np.minimum(place, last).ravel(), minlength=last + 1)


def _cells(shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The cell of each pixel, in reading order."""
    (height, width), (rows, columns) = shape, GRID
    row, column = np.arange(height) * rows // height, np.arange(width) * columns // width
    return (row[:, None] * columns + column[None, :]).ravel()
