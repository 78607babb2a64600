"""A frame as segments: one for each label of each thing, one for each label that is not told into things.

A cupboard whose door has a label of its own is two segments, and so are two chairs. Segments are kept as runs down the
columns, which is COCO's order: a 640x480 frame has 300,000 pixels and some thousand runs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import MAX_ID, UNLABELLED

from .errors import ExportError

MOST = 65535  # in one frame: they are told apart in 16 bits


@dataclass(frozen=True)
class Segments:
    """Of an (H, W) frame, in `shape`. `starts`, `lengths`, `numbers` (R,) are its runs, which fill it: flat indices in
    columns from the left, pixels, and which segment, from 1; 0 is none.

    Segment n is in row n - 1 of the rest: `labels` its id, `things` the id of its thing, 0 where it is of none,
    `areas` its pixels, `boxes` (N, 4) its tight x, y, width, height.
    """

    shape: tuple[int, int]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    numbers: NDArray[np.int64]
    labels: NDArray[np.int64]
    things: NDArray[np.uint64]
    areas: NDArray[np.int64]
    boxes: NDArray[np.int64]

    def map(self) -> NDArray[np.uint16]:
        """(H, W): the number of each pixel's segment, 0 where there is none."""
        columns = np.repeat(self.numbers.astype(np.uint16), self.lengths).reshape(self.shape[::-1])
        return np.ascontiguousarray(columns.T)


def segments(labels: NDArray[np.uint16], things: NDArray[np.uint64] | None, whole: Collection[int]) -> Segments:
    """Those of label ids and codes (H, W), of which codes are none, ordered by label and thing.

    `things` (H, W) are ids of things, 0 for none; labels in `whole` are one segment, whatever things show them.
    Raises ExportError where there are more than 16 bits tell apart.
    """
    flat = labels.T.ravel()
    ids = np.zeros_like(flat, np.uint64) if things is None else things.T.ravel()
    starts = _starts(flat, ids)
    label, thing = flat[starts].astype(np.int64), ids[starts].copy()
    none = (label == UNLABELLED) | (label > MAX_ID)
    thing[none | np.isin(label, list(whole))] = 0
    known, rank = np.unique(thing, return_inverse=True)
    key = np.where(none, -1, label * len(known) + rank)
    keys, number = np.unique(key, return_inverse=True)
    if keys[0] == -1:
        keys = keys[1:]
    else:
        number = number + 1
    if len(keys) > MOST:
        raise ExportError(f"{len(keys)} segments in one frame, and there is room for {MOST}")
    # What lies beside the same segment goes on with it: two things of one label that is `whole`.
    fresh = _starts(number)
    starts, number = starts[fresh], number[fresh].astype(np.int64)
    lengths = np.diff(starts, append=flat.size)
    areas = np.bincount(number, weights=lengths, minlength=len(keys) + 1)[1:].astype(np.int64)
    boxes = _boxes(labels.shape[0], starts, lengths, number, len(keys))
    shape = (labels.shape[0], labels.shape[1])
    return Segments(shape, starts, lengths, number, keys // len(known), known[keys % len(known)], areas, boxes)


def _starts(*rows: NDArray[Any]) -> NDArray[np.int64]:
    """Where at least one of some rows of numbers differs from the number before."""
    differs = np.zeros(len(rows[0]), bool)
    differs[0] = True
    for row in rows:
        differs[1:] |= row[1:] != row[:-1]
    return np.flatnonzero(differs)


def _boxes(
    height: int, starts: NDArray[np.int64], lengths: NDArray[np.int64], numbers: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """(N, 4). A run that goes on in the next column shows the last row of one and the first of the other."""
    (left, top), (right, bottom) = np.divmod(starts, height), np.divmod(starts + lengths - 1, height)
    far = np.iinfo(np.int64).max
    low, high = np.full((2, count + 1), far), np.full((2, count + 1), -1)
    np.minimum.at(low[0], numbers, left)
    np.maximum.at(high[0], numbers, right)
    np.minimum.at(low[1], numbers, np.where(right > left, 0, top))
    np.maximum.at(high[1], numbers, np.where(right > left, height - 1, bottom))
    return np.asarray(np.stack([*low, *(high - low + 1)], axis=-1)[1:], np.int64)
