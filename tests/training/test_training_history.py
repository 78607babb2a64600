"""What epochs come to, in words."""

from __future__ import annotations

import pytest

from training.history import Epoch, Verdict, as_plain, epochs_from, why_nothing


def an_epoch(number: int, mean_iou: float, constant_iou: float | None, best: bool = True) -> Epoch:
    return Epoch(number, 0.5, 0.01, Verdict(0.5, 0.6, mean_iou, (0.6, 0.0), constant_iou), best, 1.0)


@pytest.mark.parametrize(
    ("epochs", "is_told"),
    [
        ([an_epoch(1, 0.3, 0.3)], True),
        ([an_epoch(1, 0.2, 0.3)], True),
        ([an_epoch(1, 0.31, 0.3)], False),
        ([an_epoch(1, 0.2, 0.3), an_epoch(2, 0.5, 0.3), an_epoch(3, 0.1, 0.3, best=False)], False),
        ([an_epoch(1, 0.2, None)], False),  # of an older version, or of a single class
        ([Epoch(1, 0.5, 0.01, None, True, 1.0)], False),
        ([], False),
    ],
)
def test_a_best_epoch_worth_no_more_than_one_class_everywhere_is_told(epochs, is_told):
    assert bool(why_nothing(epochs)) is is_told
    assert epochs_from(as_plain(epochs)) == tuple(epochs)


def test_the_sentence_has_both_figures_and_what_to_try():
    assert why_nothing([an_epoch(1, 0.25, 0.3)]) == (
        "nothing was learned: the best epoch, 1, has a mean IoU of 0.2500 on val, and the most frequent class "
        "everywhere has 0.3000; try a smaller --learning-rate, more --epochs, or see whether pictures and labels "
        "belong together"
    )


def test_epochs_of_before_are_read():
    rows = as_plain([an_epoch(1, 0.25, None)])
    del rows[0]["verdict"]["constant_iou"]
    assert epochs_from(rows) == (an_epoch(1, 0.25, None),)
