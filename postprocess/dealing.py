"""Splits of a dataset that grows: each item, a scene or a frame, goes where its number and the seed say.

Items are dealt in blocks of ten, in the order of their numbers. What a block has of each split is what rounded shares
of all items up to its end come to, less what the blocks before it have; a permutation of the seed and the block's
number says which item gets what. A block is dealt whole also where only part of it is there yet, so more items move
none of those that are. Of the first block, the first items go one to each split, in an order of the seed: small
datasets have something to validate by. Where a block ends, shares are missed by one item at most, 80/10/10 by none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .splits import NEIGHBOURS, SPLITS, FrameKey, Split, check_fractions, far_off, stay_empty

BLOCK = 10
BY_NUMBER = {"scene": "scene, by its number", "frame": "frame, by its number"}
"""What such splits are called in a dataset."""
_STREAM = 4  # what the seed is used for, beside those of `postprocess.dataset` and `postprocess.mixing`


@dataclass(frozen=True)
class Growing:
    """Of frames to which others are added behind the last: whether each is a draw of its own, without neighbours."""

    independent: bool


def split_growing(
    frames: Sequence[FrameKey], growing: Growing, fractions: Sequence[float], seed: int, by: str | None = None
) -> Split | None:
    """Assign every frame: `by` "scene" or "frame", or None for what is right for these. None where they are to be split
    otherwise: `by` says so, or there are fewer scenes than splits. Raises ExportError for wrong fractions."""
    shares = check_fractions(fractions)
    wished = sum(share > 0 for share in shares)
    ordered = sorted(frames, key=lambda frame: (_natural(frame.scene), _natural(frame.name)))
    scenes = {scene: number for number, scene in enumerate(dict.fromkeys(frame.scene for frame in ordered))}
    if by is None:
        by = "frame" if growing.independent else "scene"
        if by == "scene" and len(scenes) < wished:
            return None
    if by not in BY_NUMBER:
        return None
    numbers = [scenes[frame.scene] for frame in ordered] if by == "scene" else list(range(len(ordered)))
    parts = dealt(max(numbers, default=-1) + 1, shares, seed)
    of = {frame.name: SPLITS[parts[number]] for frame, number in zip(ordered, numbers)}
    told = []
    if empty := [name for name, share in zip(SPLITS, shares) if share and name not in of.values()]:
        told.append(f"few {by}s: {stay_empty(empty)} until the dataset grows")
    elif by == "frame" and wished > 1 and not growing.independent:
        told.append(f"split by single frames: {NEIGHBOURS}")
    return Split(of, BY_NUMBER[by], (*told, *far_off(of, shares, by)))


def _natural(text: str) -> tuple[int, str]:
    """Numbers with more digits than others come behind them."""
    return len(text), text


def dealt(count: int, shares: Sequence[float], seed: int) -> NDArray[np.uint8]:
    """(count,): the split, a place in `SPLITS`, of each item from the first on."""
    blocks = -(-count // BLOCK)
    many = np.diff(_totals(BLOCK * np.arange(blocks + 1), shares), axis=0)
    parts = np.empty(BLOCK * blocks, np.uint8)
    for block, each in enumerate(many):
        rng = np.random.default_rng([seed, _STREAM, block])
        first = rng.permutation(np.flatnonzero(shares)) if block == 0 else np.empty(0, np.int64)
        rest = np.repeat(np.arange(3), each - np.bincount(first, minlength=3))
        parts[BLOCK * block : BLOCK * (block + 1)] = [*first, *rng.permutation(rest)]
    return parts[:count]


def _totals(ends: NDArray[np.int64], shares: Sequence[float]) -> NDArray[np.int64]:
    """(ends, 3): how many of the items up to each end, a multiple of `BLOCK`, go to each split; none ever falls.

    The two smaller splits together are rounded, then the second of them as a share of both, so that errors do not add
    up; each has one at least. The largest gets what is left, which is a third or more.
    """
    largest, second, third = sorted(range(3), key=lambda at: (-shares[at], at))
    both_share = shares[second] + shares[third]
    both = np.maximum(_rounded(ends * both_share), (shares[second] > 0) + (shares[third] > 0))
    seconds = _rounded(both * (shares[second] / both_share)) if both_share else both
    if shares[third] > 0:
        seconds = np.minimum(seconds, both - 1)
    made = np.zeros((len(ends), 3), np.int64)
    made[:, largest], made[:, second], made[:, third] = ends - both, seconds, both - seconds
    made[ends == 0] = 0
    return made


def _rounded(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return (values + 0.5 + 1e-9).astype(np.int64)  # sums of shares are a little off
