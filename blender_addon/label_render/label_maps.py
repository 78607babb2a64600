"""Index passes of a label render become a label map: codes, then one label for each pixel's samples.

That is the label of their majority; labels of thin things may need less of a pixel where they would else be dots.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..contract.labels import BACKGROUND, IGNORE, MAX_ID, NO_SURFACE

COMPARISONS = 2**22
"""Pairs of samples compared at once, a byte each: bounds the memory whatever k is."""


def label_map(
    objects: NDArray[np.float32], materials: NDArray[np.float32], depth: NDArray[np.float32]
) -> NDArray[np.uint16]:
    """Label codes, (H, W) uint16, from the object index, material index and depth passes, each (H, W) float32.

    A face part (material index) wins over its object; no surface is `BACKGROUND`, a surface without index 0.
    Raises ValueError when a pass holds a value that is no whole id: then it was blended and cannot be trusted.
    """
    for name, indices in (("object", objects), ("material", materials)):
        whole = (indices >= 0) & (indices <= MAX_ID) & (indices == np.floor(indices))
        if not whole.all():
            y, x = np.argwhere(~whole)[0]
            raise ValueError(
                f"{name} index pass holds {indices[y, x]!r} at pixel ({x}, {y}): not a whole id from 0 to {MAX_ID}"
            )
    indices = np.where(materials > 0, materials, objects)
    labels = indices.astype(np.uint16)
    labels[depth >= NO_SURFACE] = BACKGROUND
    return labels


def with_void(labels: NDArray[np.uint16], index: int) -> NDArray[np.uint16]:
    """`labels` (H, W) with `IGNORE` where passes show an index that stands for it; 0 stands for nothing."""
    return np.where(labels == index, np.uint16(IGNORE), labels) if index else labels


def without_ignored(labels: NDArray[np.uint16], ignored: NDArray[np.float32]) -> NDArray[np.uint16]:
    """`labels` (H, W) with `IGNORE` where `ignored` (H, W) is 1 and a surface is. Raises ValueError where it is neither
    that nor 0."""
    doubtful = (ignored != 0) & (ignored != 1)
    if doubtful.any():
        y, x = np.argwhere(doubtful)[0]
        raise ValueError(f"the pass of what to ignore holds {ignored[y, x]!r} at pixel ({x}, {y}): neither 0 nor 1")
    return np.where((ignored == 1) & (labels != BACKGROUND), np.uint16(IGNORE), labels)


def majority(labels: NDArray[np.uint16], k: int) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """The most frequent code of each k x k block, and the share of the block that has it.

    (k H, k W) uint16 -> (H, W) uint16 and (H, W) float32 in (0, 1]. Of codes with equal shares the one
    whose sample lies nearest to the pixel's centre wins (then the upper, then the left one): no code is preferred.
    k is at most 15.
    """
    if k == 1:
        return labels, np.ones(labels.shape, np.float32)
    blocks = _blocks(labels, k)
    codes, purity = blocks[..., 0].copy(), np.ones(blocks.shape[:2], np.float32)
    mixed = (blocks != blocks[..., :1]).any(axis=-1)  # few: only edges need counting
    winners, votes = _most_frequent(blocks[mixed])
    codes[mixed], purity[mixed] = winners, votes / np.float32(k * k)
    return codes, purity


def reduced(
    labels: NDArray[np.uint16], k: int, thin: Iterable[int] = (), min_presence: float = 0.0
) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """`majority`, but that labels in `thin` get pixels with less of the samples where their things would fall apart.

    A pixel that no thin label has may go to the one with most of its samples, if those are at least the share
    `min_presence` of them. Of these pixels only those are taken that a connected line one pixel wide needs: the others
    are given back, the smallest shares first. So a thing that is not thin does not grow, and what has a majority keeps
    it. Purity is the share of the label that a pixel got.
    """
    codes, purity = majority(labels, k)
    is_thin = np.zeros(2**16, bool)
    is_thin[list(thin)] = True
    if k == 1 or not is_thin.any():
        return codes, purity
    some = is_thin[labels].reshape(codes.shape[0], k, codes.shape[1], k).any(axis=(1, 3)) & ~is_thin[codes]
    places = np.argwhere(some)
    winners, votes = _most_frequent(_blocks(labels, k)[some], is_thin)
    enough = votes >= max(min_presence * k * k - 1e-6, 1)
    places, winners, votes = places[enough], winners[enough], votes[enough]
    codes, purity = codes.copy(), purity.copy()
    for label in np.unique(winners):
        own = np.flatnonzero(winners == label)
        own = own[np.argsort(votes[own], kind="stable")]
        kept = own[_needed(codes == label, places[own])]
        rows, columns = places[kept].T
        codes[rows, columns], purity[rows, columns] = label, votes[kept] / np.float32(k * k)
    return codes, purity


def _needed(there: NDArray[np.bool_], asked: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which of the pixels `asked`, (N, 2) rows and columns, the least wanted first, a line through them cannot spare.

    Ordered homotopic thinning: a pixel goes when its neighbours stay as connected as they were (8 neighbours of what
    is there, 4 of what is not), until none can go any more. The end of a line stays, but for a single pixel that lies
    on what is `there`, (H, W), which is never given back.
    """
    width = there.shape[1] + 2
    pixels = there.astype(np.uint8)
    pixels[asked[:, 0], asked[:, 1]] = _ASKED
    pixels = np.pad(pixels, 1, mode="edge")  # what reaches the picture's border goes on beyond it
    flat = bytearray(pixels.tobytes())  # a plain byte is quicker to ask for than an array's
    simple, end = _neighbourhoods()
    around = (1, 1 - width, -width, -1 - width, -1, width - 1, width, width + 1)
    waiting = ((asked[:, 0] + 1) * width + asked[:, 1] + 1).tolist()
    kept = np.ones(len(asked), bool)
    while True:
        before = int(kept.sum())
        for number in np.flatnonzero(kept).tolist():
            near = [flat[waiting[number] + step] for step in around]
            bits = sum(1 << place for place, value in enumerate(near) if value)
            if simple[bits] and not (end[bits] and _ASKED in near):
                flat[waiting[number]], kept[number] = 0, False
        if int(kept.sum()) == before:
            return kept


_ASKED = 2


def _neighbourhoods() -> tuple[list[bool], list[bool]]:
    """By a pixel's neighbours (bit 0 is the right one, then counter-clockwise): whether it is simple, its Yokoi number
    for 8 neighbours being 1, and whether it is an end: of a line, or of two lines side by side."""
    simple, end = [], []
    for bits in range(256):
        absent = [not bits >> place % 8 & 1 for place in range(10)]
        number = sum(absent[at] - (absent[at] and absent[at + 1] and absent[at + 2]) for at in (0, 2, 4, 6))
        simple.append(number == 1)
        together = any(not absent[at] and not absent[at + 1] for at in range(8))
        end.append(bits.bit_count() == 1 or (bits.bit_count() == 2 and together))
    return simple, end


def _blocks(labels: NDArray[np.uint16], k: int) -> NDArray[np.uint16]:
    """The samples of each pixel, (H, W, k * k), from its centre outwards."""
    height, width = labels.shape[0] // k, labels.shape[1] // k
    blocks = labels.reshape(height, k, width, k).transpose(0, 2, 1, 3).reshape(height, width, k * k)
    return np.ascontiguousarray(blocks[..., from_the_centre(k)])


def _most_frequent(
    samples: NDArray[np.uint16], among: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """The most frequent code of each row, the first among equals, and how often it is there; (N, S) -> (N,) each.

    `among`: whether a code counts, by its number.
    """
    winners, most = np.empty(len(samples), np.uint16), np.empty(len(samples), np.uint8)
    step = max(1, COMPARISONS // max(samples.shape[1], 1) ** 2)
    for start in range(0, len(samples), step):
        some = samples[start : start + step]
        votes = (some[:, :, None] == some[:, None, :]).sum(axis=-1, dtype=np.uint8)  # k * k <= 225
        if among is not None:
            votes *= among[some]
        winner, rows = votes.argmax(axis=-1), np.arange(len(some))
        winners[start : start + step] = some[rows, winner]
        most[start : start + step] = votes[rows, winner]
    return winners, most


def deciding_samples(
    samples: NDArray[np.uint16], labels: NDArray[np.uint16]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns, each (H, W), of the samples that stand for their pixels: of those with the pixel's label the
    one nearest to its centre. What else is asked of a pixel is asked there, and so never contradicts its label.

    `samples` (k H, k W) and `labels` (H, W) uint16; every label must have a sample.
    """
    height, width = labels.shape
    k = samples.shape[0] // height
    rows, columns = np.indices(labels.shape)
    if k == 1:
        return rows, columns
    nearest = from_the_centre(k)
    blocks = samples.reshape(height, k, width, k).transpose(0, 2, 1, 3).reshape(height, width, k * k)
    chosen = nearest[(blocks[..., nearest] == labels[..., None]).argmax(axis=-1)]
    return rows * k + chosen // k, columns * k + chosen % k


def from_the_centre(k: int) -> NDArray[np.intp]:
    y, x = np.mgrid[:k, :k] - (k - 1) / 2
    return np.argsort((y**2 + x**2).ravel(), kind="stable")
