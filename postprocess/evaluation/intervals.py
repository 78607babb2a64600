"""Confidence intervals by the bootstrap: had other pictures of the same kind been in the test set, what then?

Pictures are drawn with replacement, as many as there are, and scores taken of each draw (Efron and Tibshirani, "An
Introduction to the Bootstrap", 1993: the percentile interval). Frames of one scene are more alike than new ones would
be: intervals of such are too narrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from .scores import Scores, scores
from .tally import Tally

_AT_ONCE = 2**22  # numbers of a draw that are held in memory, over all classes


def resampled(pictures: Tally, draws: int, seed: int) -> Scores:
    """Scores of so many draws, along a leading axis; nan of a single picture: nothing says how others differ."""
    number, classes = pictures.hits.shape
    if number < 2:
        of_one = scores(_drawn(pictures, np.ones((draws, number))))
        return Scores(*({name: np.full_like(values, np.nan) for name, values in part.items()}
                        for part in (of_one.of_class, of_one.overall)))  # fmt: skip
    rng = np.random.default_rng(seed)
    parts = [scores(_drawn(pictures, chosen)) for chosen in _choices(rng, number, draws, classes)]
    return Scores(
        {name: np.concatenate([part.of_class[name] for part in parts]) for name in parts[0].of_class},
        {name: np.concatenate([part.overall[name] for part in parts]) for name in parts[0].overall},
    )


def interval(values: NDArray[np.float64], level: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(lower, upper) end of draws along the first axis; draws without a value are left out, nan where none has one."""
    ends = np.full((2, *values.shape[1:]), np.nan)
    flat, into = values.reshape(len(values), -1), ends.reshape(2, -1)
    for column in np.flatnonzero(~np.isnan(flat).all(axis=0)):
        into[:, column] = np.nanquantile(flat[:, column], [(1 - level) / 2, (1 + level) / 2])
    return ends[0], ends[1]


def _choices(rng: np.random.Generator, number: int, draws: int, classes: int) -> Iterator[NDArray[np.float64]]:
    """How often each picture is in each draw, (D, N), in parts that fit into memory."""
    step = max(1, _AT_ONCE // max(classes, number))
    for start in range(0, draws, step):
        yield rng.multinomial(number, np.full(number, 1 / number), min(step, draws - start)).astype(np.float64)


def _drawn(pictures: Tally, chosen: NDArray[np.float64]) -> Tally:
    """Sums by draw. Whole numbers below 2**53 are exact in float64, which multiplies matrices fast."""
    return Tally(*((chosen @ getattr(pictures, field.name)).astype(np.int64) for field in fields(Tally)))
