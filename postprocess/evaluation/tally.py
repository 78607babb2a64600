"""What one picture, or a sum of them, says of each class: pixels that were right, missed and wrongly claimed.

Classes are numbered 0..C-1. In a truth C is void, and such pixels count for nothing, whatever was predicted there. In a
prediction C is "no class": where the truth has a class it is a miss, and no other class is charged with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """Pixels by class; each array is (..., C), and a leading axis may be pictures or resamples.

    `hits`: of the class and predicted so. `claims`: predicted so where the truth has any class. `truth`: of the class.
    `rims_both` and `rims_either`: intersection and union of the rims of truth and prediction (`boundary`).
    """

    hits: Counts
    claims: Counts
    truth: Counts
    rims_both: Counts
    rims_either: Counts


def confusion(truth: NDArray[np.uint16], predicted: NDArray[np.uint16], classes: int) -> Counts:
    """(C, C + 1): pixels of each class (row) that were predicted as each (column); the last column is no class."""
    there = truth < classes
    pairs = truth[there].astype(np.int64) * (classes + 1) + predicted[there]
    return np.bincount(pairs, minlength=classes * (classes + 1)).reshape(classes, classes + 1)


def tally(matrix: Counts, truth: NDArray[np.uint16], predicted: NDArray[np.uint16], classes: int, width: int) -> Tally:
    """That of one picture, whose confusion is `matrix`; rims are `width` pixels wide."""
    both, either = boundary(truth, predicted, classes, width)
    return Tally(np.diagonal(matrix).copy(), matrix[:, :classes].sum(axis=0), matrix.sum(axis=1), both, either)


def stacked(tallies: Iterable[Tally]) -> Tally:
    """Pictures along a leading axis."""
    columns = zip(*((t.hits, t.claims, t.truth, t.rims_both, t.rims_either) for t in tallies))
    return Tally(*(np.stack(column) for column in columns))


def summed(tallies: Tally) -> Tally:
    """All pictures as one."""
    of = (tallies.hits, tallies.claims, tallies.truth, tallies.rims_both, tallies.rims_either)
    return Tally(*(counts.sum(axis=0) for counts in of))


def rim_width(shape: tuple[int, ...], share: float) -> int:
    """Pixels: this share of the picture's diagonal, one at least."""
    return max(1, round(share * float(np.hypot(shape[0], shape[1]))))


def boundary(
    truth: NDArray[np.uint16], predicted: NDArray[np.uint16], classes: int, width: int
) -> tuple[Counts, Counts]:
    """(intersection, union) of the rims of each class, (C,) each.

    The rim of a mask is what lies within `width` pixels of its outline, inside of it (Cheng et al., "Boundary IoU",
    CVPR 2021); the border of the picture is an outline, too. Void is taken out of both before, so that both end there.
    """
    predicted = np.where(truth < classes, predicted, classes)
    both, either = np.zeros(classes, np.int64), np.zeros(classes, np.int64)
    for number in np.union1d(truth, predicted).tolist():
        if number < classes:
            one, other = truth == number, predicted == number
            rows, columns = _box(one | other)
            one, other = _rim(one[rows, columns], width), _rim(other[rows, columns], width)
            both[number], either[number] = int((one & other).sum()), int((one | other).sum())
    return both, either


def _box(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _rim(mask: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """`mask` is cut out at its box: whatever is beside it is not of it."""
    square = np.ones((2 * width + 1, 2 * width + 1), np.uint8)
    inside = cv2.erode(mask.astype(np.uint8), square, borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    return mask & ~np.asarray(inside, bool)
