"""Scores of classes and of all of them, from tallies; nan where a score divides nothing by nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tally import Tally

Values = NDArray[np.float64]

PER_CLASS = {
    "iou": "intersection over union: hits / (hits + misses + false claims)",
    "accuracy": "share of the class's pixels that were found; also called recall",
    "precision": "share of what was called the class that is it",
    "f1": "harmonic mean of precision and recall; also called Dice",
    "boundary_iou": "IoU of the rims of truth and prediction (Cheng et al. 2021)",
    "accuracy_with_true_negatives": "share of ALL pixels that are rightly called the class or rightly not",
}
"""{score of a class: what it is}."""

FLATTERS = (
    "accuracy_with_true_negatives counts every pixel that is rightly NOT called the class, so a rare class scores high "
    "though it is never found; papers that print it as class accuracy do not compare with `accuracy`"
)

OVERALL = {
    "global_accuracy": "share of all pixels that were called rightly",
    "mean_accuracy": "mean of `accuracy` over classes",
    "mean_iou": "mean of `iou` over classes",
    "mean_f1": "mean of `f1` over classes",
    "mean_precision": "mean of `precision` over classes that were ever called",
    "mean_boundary_iou": "mean of `boundary_iou` over classes",
    "frequency_weighted_iou": "mean of `iou`, each class by its share of the pixels",
    "micro_iou": "hits of all classes / (hits + misses + false claims) of all",
    "micro_precision": "hits of all classes / all pixels that were called any class",
    "micro_recall": "hits of all classes / all pixels; the global accuracy",
    "micro_f1": "harmonic mean of the two",
    "mean_accuracy_with_true_negatives": "mean of `accuracy_with_true_negatives` over classes",
}
"""{score of all classes: what it is}. Means are over classes that the truth or, for IoU and F1, a prediction shows."""


@dataclass(frozen=True)
class Scores:
    """`of_class`: {score: (..., C)}, `overall`: {score: (...)}; names as in PER_CLASS and OVERALL."""

    of_class: dict[str, Values]
    overall: dict[str, Values]


def scores(tally: Tally) -> Scores:
    """Those of a tally; of each, where it has leading axes."""
    hits, claims, truth = (counts.astype(np.float64) for counts in (tally.hits, tally.claims, tally.truth))
    pixels = truth.sum(axis=-1, keepdims=True)
    union = truth + claims - hits
    of_class = {
        "iou": _share(hits, union),
        "accuracy": _share(hits, truth),
        "precision": _share(hits, claims),
        "f1": _share(2 * hits, truth + claims),
        "boundary_iou": _share(tally.rims_both, tally.rims_either),
        "accuracy_with_true_negatives": np.where(truth + claims > 0, _share(pixels - union + hits, pixels), np.nan),
    }
    all_hits, all_claims, all_truth = hits.sum(axis=-1), claims.sum(axis=-1), pixels[..., 0]
    overall = {
        "global_accuracy": _share(all_hits, all_truth),
        "mean_accuracy": _mean(of_class["accuracy"]),
        "mean_iou": _mean(of_class["iou"]),
        "mean_f1": _mean(of_class["f1"]),
        "mean_precision": _mean(of_class["precision"]),
        "mean_boundary_iou": _mean(of_class["boundary_iou"]),
        "frequency_weighted_iou": _share(np.nansum(truth * of_class["iou"], axis=-1), all_truth),
        "micro_iou": _share(all_hits, all_truth + all_claims - all_hits),
        "micro_precision": _share(all_hits, all_claims),
        "micro_recall": _share(all_hits, all_truth),
        "micro_f1": _share(2 * all_hits, all_truth + all_claims),
        "mean_accuracy_with_true_negatives": _mean(of_class["accuracy_with_true_negatives"]),
    }
    return Scores(of_class, overall)


def _share(part: NDArray[Any], whole: NDArray[Any]) -> Values:
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def _mean(values: Values) -> Values:
    """Over classes, without those that have none."""
    there = ~np.isnan(values)
    return _share(np.where(there, values, 0).sum(axis=-1), there.sum(axis=-1))
