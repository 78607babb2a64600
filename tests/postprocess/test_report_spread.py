"""The histogram that finds its own bins: exact sums, the same whatever the order, few bins."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from postprocess.report.spread import BINS, Spread, spread_of, summed

NUMBERS = st.lists(st.floats(-1e12, 1e12), max_size=60)


def test_on_paper():
    spread = spread_of([0.0, 1.0, 1.5, 127.9])
    assert (spread.width, spread.count, spread.low, spread.high) == (1.0, 4, 0.0, 127.9)
    assert spread.bins == {0: 1, 1: 2, 127: 1}
    assert spread_of([0.0, 128.0]).width == 2.0
    begin, width, counts = spread.bars(4)
    assert (begin, width, counts.tolist()) == (0.0, 32.0, [3, 0, 0, 1])


def test_of_one_number_and_of_none():
    assert spread_of([24.0] * 3).middle() == 24.0 and spread_of([24.0] * 3).count == 3
    assert spread_of([np.nan, np.inf, -np.inf]) == Spread() == summed([])
    assert Spread().count == 0


def test_the_middle():
    assert abs(spread_of(np.arange(1000)).middle() - 500) <= 8


def test_the_smallest_and_the_largest_numbers():
    assert spread_of([5e-324, 1e308, -1e308]).count == 3
    assert spread_of([1e300]).middle() == 1e300


@given(NUMBERS, NUMBERS)
@example([127.0], [-5e-324])
def test_the_sum_is_that_of_all_numbers(one, other):
    assert spread_of(one) + spread_of(other) == spread_of(one + other) == spread_of(other) + spread_of(one)


@given(NUMBERS.filter(len), st.integers(1, 50))
def test_nothing_is_lost_in_few_bins(numbers, most):
    spread = spread_of(numbers)
    begin, width, counts = spread.bars(most)
    assert max(spread.bins) - min(spread.bins) < BINS and len(counts) <= max(most, 2)
    assert spread.count == counts.sum() == len(numbers)
    assert begin <= spread.low and spread.high <= begin + width * len(counts)
