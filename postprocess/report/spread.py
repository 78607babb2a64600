"""How often numbers of any size are there, in little memory: a histogram that finds its own bins.

Bins are 2**level wide and begin at multiples of that, so that those of a level are pairs of the one below, and what
two processes counted is added without rounding. The level follows from the lowest and the highest number alone: the
same numbers give the same bins, in whatever order and however divided they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from math import frexp, ldexp
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 128  # at most
_FINEST = -20  # level: a millionth
_EXACT = 52  # bits of a bin's number


@dataclass(frozen=True)
class Spread:
    """{number of a bin, which begins at that times 2**level: how many}; `low` and `high` are numbers that were there.

    Of nothing `count` is 0.
    """

    low: float = 0.0
    high: float = 0.0
    level: int = _FINEST
    bins: Mapping[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.bins.values())

    @property
    def width(self) -> float:
        """Of a bin."""
        return ldexp(1.0, self.level)

    def middle(self) -> float:
        """The median, up to half a bin; of one number that number."""
        if self.low == self.high:
            return self.low
        half, seen = self.count / 2, 0
        for at in sorted(self.bins):
            seen += self.bins[at]
            if seen >= half:
                return min(max((at + 0.5) * self.width, self.low), self.high)
        return self.low

    def __add__(self, other: Spread) -> Spread:
        if not self.bins or not other.bins:
            return self if self.bins else other
        low, high = min(self.low, other.low), max(self.high, other.high)
        level = level_of(low, high)
        bins: dict[int, int] = {}
        for part in (self, other):
            for at, count in part.bins.items():
                wider = at >> (level - part.level)
                bins[wider] = bins.get(wider, 0) + count
        return Spread(low, high, level, bins)

    def bars(self, most: int) -> tuple[float, float, NDArray[np.int64]]:
        """(where the first of them begins, how wide they are, (N,) counts): `most` bars side by side at most,
        and no fewer than two: 0 is the border of two bins at every level."""
        level, first, last = self.level, min(self.bins), max(self.bins)
        while last - first >= max(most, 2):
            level, first, last = level + 1, first >> 1, last >> 1
        counts = np.zeros(last - first + 1, np.int64)
        for at, count in self.bins.items():
            counts[(at >> (level - self.level)) - first] += count
        return first * ldexp(1.0, level), ldexp(1.0, level), counts


def spread_of(numbers: ArrayLike) -> Spread:
    """That of an array of any shape; what is no finite number is left out."""
    values: NDArray[Any] = np.asarray(numbers, np.float64).ravel()
    values = values[np.isfinite(values)]
    if not values.size:
        return Spread()
    low, high = float(values.min()), float(values.max())
    level = level_of(low, high)
    places, counts = np.unique(_places(values, level), return_counts=True)
    return Spread(low, high, level, dict(zip(places.tolist(), counts.tolist())))


def summed(spreads: Iterable[Spread]) -> Spread:
    return reduce(Spread.__add__, spreads, Spread())


def level_of(low: float, high: float) -> int:
    """The lowest at which few bins hold both, and at which their numbers are exact."""
    level = max(_FINEST, frexp(max(abs(low), abs(high)))[1] - _EXACT)
    while np.ptp(_places(np.array((low, high)), level)) >= BINS:
        level += 1
    return level


def _places(values: NDArray[np.float64], level: int) -> NDArray[np.int64]:
    """The numbers of the bins that hold them."""
    places: NDArray[np.int64] = np.floor(np.ldexp(values, -level)).astype(np.int64)
    places[(places == 0) & (values < 0)] = -1  # so small that as a multiple of the width it is 0
    return places
