"""COCO's compressed run lengths: the masks of a frame's segments as short texts, and back.

A mask is the lengths of its runs down the columns, beginning with pixels outside. From the fourth on, a length is the
difference to the one before the last; each number is written five bits a letter, lowest first, the next bit of a letter
saying that the number goes on, from "0" (48) on. As `rleToString` of the COCO API has it (maskApi.c).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .segments import MOST, Segments

_BITS, _LOW, _SIGN, _MORE, _ZERO = 5, 0x1F, 0x10, 0x20, 48


def encode(found: Segments) -> list[str]:
    """The text of each segment, in their order."""
    counts, sizes = _counts(found)
    place = _within(sizes)
    before = np.concatenate(([0, 0], counts[:-2])) if len(counts) > 1 else np.zeros_like(counts)
    letters, used = _letters(np.where(place > 2, counts - before, counts))
    text = letters[np.arange(letters.shape[1]) < used[:, None]].tobytes().decode("ascii")
    ends = np.cumsum(used)[np.cumsum(sizes) - 1] if len(sizes) else np.zeros(0, np.int64)
    return [text[start:end] for start, end in zip([0, *ends.tolist()], ends.tolist())]


def holds(texts: Sequence[str], found: Segments) -> bool:
    """Whether these texts, decoded, are the segments: each pixel in the one that it is in, and in no other."""
    size = found.shape[0] * found.shape[1]
    try:
        lengths, sizes = decode(texts)
    except ValueError:
        return False
    place, ends = _within(sizes), _sums(lengths, sizes)
    if len(texts) != len(found.labels) or (lengths < (place > 0)).any() or (ends[np.cumsum(sizes) - 1] != size).any():
        return False
    inside = place % 2 == 1
    starts, number = (ends - lengths)[inside], np.repeat(np.arange(1, len(texts) + 1), sizes)[inside]
    order, told = np.argsort(starts, kind="stable"), found.numbers > 0
    pairs = ((starts, found.starts), (lengths[inside], found.lengths), (number, found.numbers))
    return all(np.array_equal(here[order], there[told]) for here, there in pairs)


def decode(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The run lengths of all texts one after the other, and how many each has. Raises ValueError for what is none."""
    letters = np.frombuffer("".join(texts).encode("ascii"), np.uint8).astype(np.int64) - _ZERO
    stops = np.cumsum([len(text) for text in texts], dtype=np.int64)
    last = np.flatnonzero((letters & _MORE) == 0)
    if not all(texts) or (letters < 0).any() or (letters > _MORE + _LOW).any() or not np.isin(stops - 1, last).all():
        raise ValueError("no run lengths")
    if not texts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    used = np.diff(last, prepend=-1)
    numbers = np.add.reduceat((letters & _LOW) << (_BITS * _within(used)), last - used + 1)
    numbers -= np.where(letters[last] & _SIGN, np.int64(1) << (_BITS * used), 0)
    owner = np.searchsorted(stops, last, side="right")
    sizes = np.bincount(owner, minlength=len(texts))
    place = _within(sizes)
    # The first number stands alone, and so do those after it at odd places and at even ones.
    kind = 3 * owner + np.where(place == 0, 0, 1 + (place + 1) % 2)
    order = np.argsort(kind, kind="stable")
    numbers[order] = _sums(numbers[order], np.bincount(kind, minlength=3 * len(texts)))
    return numbers, sizes


def _counts(found: Segments) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The run lengths of all segments one after the other, and how many each has."""
    order = np.argsort(found.numbers, kind="stable")
    order = order[found.numbers[order] > 0]
    number, start = found.numbers[order], found.starts[order]
    end = start + found.lengths[order]
    first = np.diff(number, prepend=0) > 0
    before = np.where(first, 0, np.concatenate(([0], end[:-1])))
    final = np.diff(number, append=MOST + 1) > 0
    after = np.where(final, found.shape[0] * found.shape[1] - end, 0)
    counts = np.stack([start - before, found.lengths[order], after], axis=-1).ravel()
    there = np.stack([np.ones_like(first), np.ones_like(first), after > 0], axis=-1).ravel()
    sizes = np.bincount(np.repeat(number, 3)[there], minlength=len(found.labels) + 1)[1:]
    return counts[there], sizes


def _within(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, 2, ... anew in each of some groups that follow one another."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _sums(numbers: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums up to each number, anew in each of such groups."""
    sums = np.cumsum(numbers)
    before = np.concatenate(([0], sums))[np.cumsum(sizes) - sizes]
    return np.asarray(sums - np.repeat(before, sizes), np.int64)


def _letters(numbers: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(N, letters of the longest) ASCII, and how many of them each number needs."""
    columns, used, goes_on = [], np.zeros(len(numbers), np.int64), np.ones(len(numbers), bool)
    while goes_on.any():
        low, numbers = numbers & _LOW, numbers >> _BITS
        used += goes_on
        goes_on = goes_on & (numbers != np.where(low & _SIGN, -1, 0))
        columns.append((low + np.where(goes_on, _MORE, 0) + _ZERO).astype(np.uint8))
    return np.stack(columns, axis=-1) if columns else np.zeros((0, 0), np.uint8), used
