"""Class counts and class weights, against sums done by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.labels import BACKGROUND
from postprocess.stats import ABSENT_WEIGHT, class_weights, count_classes

images = st.lists(st.dictionaries(st.integers(0, 6), st.integers(0, 50), min_size=1), max_size=12)


def test_weights_by_hand() -> None:
    # Class 1 fills 60 of 200 pixels of the two images that show it, class 2 20 of 100, class 3 50 of 100.
    counts = count_classes([{1: 40, 2: 20, 0: 40}, {1: 20, 3: 50, BACKGROUND: 30}])
    found = class_weights(counts, [1, 2, 3, 4])
    assert found.of == pytest.approx({1: 0.3 / 0.3, 2: 0.3 / 0.2, 3: 0.3 / 0.5, 4: ABSENT_WEIGHT})
    assert found.absent == (4,)
    assert list(found.of) == [1, 2, 3, 4]


def test_the_median_of_an_even_number_of_classes_is_the_mean_of_the_middle_two() -> None:
    counts = count_classes([{1: 10, 2: 20, 3: 30, 4: 40}])
    assert class_weights(counts, [1, 2, 3, 4]).of[1] == pytest.approx(0.25 / 0.1)


def test_images_without_a_class_do_not_dilute_it() -> None:
    once = class_weights(count_classes([{1: 90, 2: 10}]), [1, 2])
    diluted = class_weights(count_classes([{1: 90, 2: 10}, *[{1: 100}] * 20]), [1, 2])
    assert diluted.of[2] / once.of[2] == pytest.approx((0.1 + 2090 / 2100) / 1.0)


def test_nothing_at_all_has_neutral_weights() -> None:
    found = class_weights(count_classes([]), [3, 1])
    assert found.of == {3: ABSENT_WEIGHT, 1: ABSENT_WEIGHT} and found.absent == (3, 1)


@given(images)
def test_counts_agree_with_arrays(rows: list[dict[int, int]]) -> None:
    found = count_classes(rows)
    table = np.zeros((len(rows), 7), int)
    for at, row in enumerate(rows):
        for id_, count in row.items():
            table[at, id_] = count
    assert found.frames == len(rows) and found.total == table.sum()
    for id_ in range(7):
        present = table[:, id_] > 0
        assert found.pixels.get(id_, 0) == table[:, id_].sum()
        assert found.images.get(id_, 0) == present.sum()
        assert found.pixels_where_present.get(id_, 0) == table[present].sum()


@given(images, st.integers(2, 9))
def test_weights_do_not_depend_on_resolution(rows: list[dict[int, int]], factor: int) -> None:
    larger = [{id_: count * factor for id_, count in row.items()} for row in rows]
    plain = class_weights(count_classes(rows), range(7))
    assert class_weights(count_classes(larger), range(7)).of == pytest.approx(plain.of)


def test_other_weights_by_their_formulas():
    counts = count_classes([{1: 60, 2: 40}, {1: 100}])
    inverse = class_weights(counts, [1, 2, 3], "inverse")
    assert inverse.of == pytest.approx({1: 200 / (2 * 160), 2: 200 / (2 * 40), 3: ABSENT_WEIGHT})
    log = class_weights(counts, [1, 2, 3], "log")
    assert log.of == pytest.approx({1: 1 / math.log(1.82), 2: 1 / math.log(1.22), 3: ABSENT_WEIGHT})
    assert (log.method, log.absent) == ("log", (3,))


def test_inverse_weights_are_those_that_scikit_learn_calls_balanced():
    from sklearn.utils.class_weight import compute_class_weight

    counts = {4: 7, 5: 21, 6: 2}
    every = np.concatenate([np.full(count, id_) for id_, count in counts.items()])
    found = class_weights(count_classes([counts]), [4, 5, 6], "inverse").of
    theirs = compute_class_weight("balanced", classes=np.array([4, 5, 6]), y=every)
    assert list(found.values()) == pytest.approx(list(theirs))


def test_weights_of_the_log_never_pass_their_bound():
    found = class_weights(count_classes([{1: 10**12, 2: 1}]), [1, 2], "log").of
    assert found[2] == pytest.approx(1 / math.log(1.02)) and found[2] < 50.6
