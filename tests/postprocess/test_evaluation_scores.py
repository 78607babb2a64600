"""Tallies and scores: answers on paper, and scikit-learn on random data."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from postprocess.evaluation.intervals import interval, resampled
from postprocess.evaluation.scores import scores
from postprocess.evaluation.tally import Tally, boundary, confusion, rim_width, stacked, summed, tally

CLASSES = 4
VOID = CLASSES


def of(*rows: str) -> np.ndarray:
    """A label map: a digit a pixel, "." for void."""
    return np.array([[VOID if letter == "." else int(letter) for letter in row] for row in rows], np.uint16)


def picture(truth: np.ndarray, predicted: np.ndarray):
    return tally(confusion(truth, predicted, CLASSES), truth, predicted, CLASSES, width=1)


def random_maps(seed: int, void: bool = True) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = CLASSES + void
    return rng.integers(0, values, (12, 17), np.uint16), rng.integers(0, values, (12, 17), np.uint16)


def test_scores_on_paper():
    truth, predicted = of("0011", "0.12"), of("0010", "0311")
    found = scores(picture(truth, predicted))
    # 0: 3 hits, 1 false claim. 1: 2 hits, 1 miss, 1 false claim. 2: 1 miss. Void counts for nothing.
    assert found.of_class["iou"].tolist()[:3] == [3 / 4, 2 / 4, 0]
    assert found.of_class["accuracy"].tolist()[:3] == [1, 2 / 3, 0]
    assert found.of_class["precision"].tolist()[:2] == [3 / 4, 2 / 3]
    assert np.isnan(found.of_class["precision"][2])  # never called
    assert np.isnan(found.of_class["iou"][3])  # called at void alone: neither right nor wrong
    assert found.overall["global_accuracy"] == 5 / 7
    assert found.overall["mean_iou"] == pytest.approx((3 / 4 + 2 / 4) / 3)
    assert found.overall["micro_iou"] == 5 / (7 + 7 - 5)


def test_what_is_called_no_class_is_missed_and_no_class_claims_it():
    found = scores(picture(of("0000"), of("00..")))
    assert found.of_class["accuracy"][0] == found.of_class["iou"][0] == 0.5
    assert found.of_class["precision"][0] == 1
    assert found.overall["micro_precision"] == 1 and found.overall["micro_recall"] == 0.5


def test_true_negatives_flatter_a_class_that_is_never_found():
    truth = np.zeros((100, 100), np.uint16)
    truth[:4, :11] = 1  # 44 pixels: a sink, 0.44 % of the picture
    found = scores(picture(truth, np.zeros_like(truth)))
    assert found.of_class["accuracy_with_true_negatives"][1] == pytest.approx(0.9956)
    assert found.of_class["accuracy"][1] == found.of_class["iou"][1] == 0


@given(st.integers(0, 10_000))
def test_scikit_learn_agrees(seed):
    truth, predicted = random_maps(seed)
    there = truth != VOID
    one, other, labels = truth[there], predicted[there], range(CLASSES)
    matrix = confusion(truth, predicted, CLASSES)
    theirs = sklearn.metrics.confusion_matrix(one, other, labels=range(CLASSES + 1))
    assert np.array_equal(matrix, theirs[:CLASSES])
    found = scores(picture(truth, predicted))
    precision, recall, f1, _ = sklearn.metrics.precision_recall_fscore_support(
        one, other, labels=labels, zero_division=np.nan
    )
    np.testing.assert_allclose(found.of_class["precision"], precision)
    np.testing.assert_allclose(found.of_class["accuracy"], recall)
    np.testing.assert_allclose(found.of_class["f1"], f1)
    np.testing.assert_allclose(
        found.of_class["iou"], sklearn.metrics.jaccard_score(one, other, labels=labels, average=None)
    )
    micro = {"labels": labels, "average": "micro"}
    assert found.overall["micro_precision"] == pytest.approx(sklearn.metrics.precision_score(one, other, **micro))
    assert found.overall["micro_recall"] == pytest.approx(sklearn.metrics.recall_score(one, other, **micro))
    assert found.overall["micro_f1"] == pytest.approx(sklearn.metrics.f1_score(one, other, **micro))
    assert found.overall["micro_iou"] == pytest.approx(sklearn.metrics.jaccard_score(one, other, **micro))
    assert found.overall["global_accuracy"] == pytest.approx(sklearn.metrics.accuracy_score(one, other))


def test_rims_on_paper():
    # Squares of 4 x 4 beside each other by a pixel: rims of width 1 are 12 pixels each.
    truth, predicted = np.zeros((8, 9), np.uint16), np.zeros((8, 9), np.uint16)
    truth[2:6, 2:6] = predicted[2:6, 3:7] = 1
    both, either = boundary(truth, predicted, CLASSES, 1)
    # They share the top and bottom row of three pixels each, and nothing of the sides.
    assert (both[1], either[1]) == (6, 18)


def test_a_rim_goes_along_the_picture_and_along_void():
    truth = of("111", "111", "11.")
    both, either = boundary(truth, np.ones_like(truth), CLASSES, 1)
    assert both[1] == either[1] == 8  # all but the void; of 3 x 3 every pixel is at an outline


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_a_rim_is_what_lies_near_another_class(seed, width):
    truth = np.kron(np.random.default_rng(seed).integers(0, CLASSES, (4, 5)), np.ones((4, 4))).astype(np.uint16)
    both, either = boundary(truth, truth, CLASSES, width)
    padded = np.pad(truth.astype(int), width, constant_values=-1)
    near = np.zeros(truth.shape, bool)
    for y in range(2 * width + 1):
        for x in range(2 * width + 1):
            near |= padded[y : y + truth.shape[0], x : x + truth.shape[1]] != truth
    assert both.tolist() == either.tolist() == [int((near & (truth == each)).sum()) for each in range(CLASSES)]


def test_a_rim_is_a_share_of_the_diagonal():
    assert rim_width((480, 640), 0.02) == 16 and rim_width((3, 4), 0.02) == 1


def test_sums_over_pictures_are_those_of_one_large_picture():
    maps = [random_maps(seed) for seed in range(5)]
    total = summed(stacked(picture(*pair) for pair in maps))
    whole = picture(*(np.concatenate(side) for side in zip(*maps)))
    for name in ("hits", "claims", "truth"):
        assert np.array_equal(getattr(total, name), getattr(whole, name))


def test_intervals_hold_the_value_and_shrink_with_pictures():
    def wide(number: int) -> float:
        pictures = stacked(picture(*random_maps(seed)) for seed in range(number))
        draws = resampled(pictures, 400, seed=1)
        lower, upper = interval(draws.overall["global_accuracy"])
        assert lower < scores(summed(pictures)).overall["global_accuracy"] < upper
        return float(upper - lower)

    assert wide(64) < 0.5 * wide(8)


def test_intervals_are_those_of_the_binomial_where_pictures_are_right_or_wrong():
    right, wrong = (np.zeros((2, 2), np.uint16), np.full((2, 2), 1, np.uint16))
    pictures = stacked(picture(right, right if number % 2 else wrong) for number in range(100))
    lower, upper = interval(resampled(pictures, 4000, seed=0).overall["global_accuracy"])
    # Of 100 throws of a coin the middle 95 % are 0.5 -+ 1.96 * 0.05.
    assert lower == pytest.approx(0.402, abs=0.011) and upper == pytest.approx(0.598, abs=0.011)


def test_one_picture_has_no_interval():
    """All draws would be that picture, and its score sure to the last digit."""
    alone = Tally(*(np.array([counts]) for counts in ([3, 4], [5, 5], [5, 5], [0, 0], [0, 0])))
    draws = resampled(alone, 20, seed=0)
    assert draws.overall["mean_iou"].shape == (20,) and draws.of_class["iou"].shape == (20, 2)
    assert np.isnan(interval(draws.overall["mean_iou"])).all() and np.isnan(interval(draws.of_class["iou"])).all()


def test_the_same_seed_gives_the_same_intervals():
    pictures = stacked(picture(*random_maps(seed)) for seed in range(6))
    one, other = (resampled(pictures, 50, seed=3).of_class["iou"] for _ in range(2))
    assert np.array_equal(one, other, equal_nan=True)


def test_where_no_draw_has_a_value_the_interval_has_none():
    lower, upper = interval(np.array([[np.nan, 1.0], [np.nan, 3.0]]), level=0.5)
    assert np.isnan(lower[0]) and np.isnan(upper[0]) and (lower[1], upper[1]) == (1.5, 2.5)
