"""Index passes of a label render become a label map: codes, then the majority of each pixel's samples."""

from __future__ import annotations

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


def without_ignored(labels: NDArray[np.uint16], ignored: NDArray[np.float32]) -> NDArray[np.uint16]:
    """`labels` (H, W) with `IGNORE` where `ignored` (H, W) is 1. Raises ValueError where it is neither that nor 0."""
    doubtful = (ignored != 0) & (ignored != 1)
    if doubtful.any():
        y, x = np.argwhere(doubtful)[0]
        raise ValueError(f"the pass of what to ignore holds {ignored[y, x]!r} at pixel ({x}, {y}): neither 0 nor 1")
    return np.where(ignored == 1, np.uint16(IGNORE), labels)


def majority(labels: NDArray[np.uint16], k: int) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """The most frequent code of each k x k block, and the share of the block that has it.

    (k H, k W) uint16 -> (H, W) uint16 and (H, W) float32 in (0, 1]. Of codes with equal shares the one
    whose sample lies nearest to the pixel's centre wins (then the upper, then the left one): no code is preferred.
    k is at most 15.
    """
    if k == 1:
        return labels, np.ones(labels.shape, np.float32)
    height, width = labels.shape[0] // k, labels.shape[1] // k
    blocks = labels.reshape(height, k, width, k).transpose(0, 2, 1, 3).reshape(height, width, k * k)
    blocks = np.ascontiguousarray(blocks[..., from_the_centre(k)])
    reduced, purity = blocks[..., 0].copy(), np.ones((height, width), np.float32)
    mixed = (blocks != blocks[..., :1]).any(axis=-1)  # few: only edges need counting
    samples = blocks[mixed]
    winners, shares = np.empty(len(samples), np.uint16), np.empty(len(samples), np.float32)
    step = max(1, COMPARISONS // k**4)
    for start in range(0, len(samples), step):
        some = samples[start : start + step]
        votes = (some[:, :, None] == some[:, None, :]).sum(axis=-1, dtype=np.uint8)  # k * k <= 225
        winner, rows = votes.argmax(axis=-1), np.arange(len(some))
        winners[start : start + step] = some[rows, winner]
        shares[start : start + step] = votes[rows, winner] / np.float32(k * k)
    reduced[mixed], purity[mixed] = winners, shares
    return reduced, purity


def from_the_centre(k: int) -> NDArray[np.intp]:
    y, x = np.mgrid[:k, :k] - (k - 1) / 2
    return np.argsort((y**2 + x**2).ravel(), kind="stable")
