"""A label map as runs of equal pixels in reading order: what makes checking, counting and remapping cheap.

A 640x480 label map has some thousands of runs and 300,000 pixels, so whatever is asked of every pixel (is it whole? is
it a known id? how many are there? what is it written as?) is asked of the runs instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LabelMap:
    """`values` (N,) and their `lengths` (N,), row after row over an image of `shape` (H, W)."""

    shape: tuple[int, int]
    values: NDArray[Any]
    lengths: NDArray[np.int64]

    def pixels(self) -> NDArray[Any]:
        """The label map, (H, W) in the type of `values`."""
        return np.repeat(self.values, self.lengths).reshape(self.shape)

    def through(self, table: NDArray[Any]) -> LabelMap:
        """Every value looked up in `table`, which has an entry for each."""
        return LabelMap(self.shape, table[self.values], self.lengths)

    def counts(self) -> dict[int, int]:
        """{value: pixels}, sorted by value; exact."""
        # Sums of whole numbers are exact in float64 up to 2**53 pixels.
        per_value = np.bincount(self.values, weights=self.lengths)
        return {int(value): int(per_value[value]) for value in np.flatnonzero(per_value > 0)}


def label_map(pixels: NDArray[Any]) -> LabelMap:
    """Runs of an (H, W) array. NaN differs from itself, so each NaN is a run of one."""
    if pixels.ndim != 2 or pixels.size == 0:
        raise ValueError(f"a label map is (height, width) with at least one pixel, not {pixels.shape}")
    flat = np.ascontiguousarray(pixels).ravel()
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.concatenate((np.zeros(1, np.int64), ends))
    height, width = pixels.shape
    return LabelMap((height, width), flat[starts], np.diff(starts, append=flat.size))
