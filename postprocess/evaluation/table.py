"""An evaluation as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from blender_addon.contract.words import counted

from .evaluate import Evaluation, Verdict
from .scores import FLATTERS, OVERALL

_COLUMNS = {
    "iou": "IoU",
    "accuracy": "accuracy",
    "precision": "precision",
    "f1": "F1",
    "boundary_iou": "boundary IoU",
    "accuracy_with_true_negatives": "accuracy with true negatives (*)",
}
_CELL = 6  # letters of a score, such as 0.1234
_FIRST = ("mean_iou", "global_accuracy", "mean_accuracy", "mean_boundary_iou")


def lines(evaluation: Evaluation) -> Iterator[str]:
    """A table for each model, classes from the best to the worst; then which of two is better."""
    yield f"{counted(len(evaluation.pairs), 'picture')}, classes: {len(evaluation.classes)}"
    for verdict in evaluation.verdicts:
        yield ""
        yield from _of_model(evaluation, verdict)
    if evaluation.better:
        yield ""
        one, other = (verdict.name for verdict in evaluation.verdicts)
        yield f"{other} against {one}: difference of the same pictures" + _level(evaluation)
        for score in _FIRST:
            difference, lower, upper = evaluation.better[score]
            yield f"  {score:32}{difference:+8.4f}{_ends(lower, upper, '+')}{_word(lower, upper)}"
    yield ""
    yield f"(*) {FLATTERS}"


def sure(lower: float, upper: float) -> int:
    """1 and -1 where an interval of a difference lies above or below 0, else 0."""
    return int(lower > 0) - int(upper < 0)


def _of_model(evaluation: Evaluation, verdict: Verdict) -> Iterator[str]:
    names = evaluation.classes.names
    yield verdict.name + _level(evaluation)
    for score in (*_FIRST, *(score for score in OVERALL if score not in _FIRST)):
        ends = ""
        if verdict.lower and verdict.upper:
            ends = _ends(float(verdict.lower.overall[score]), float(verdict.upper.overall[score]))
        yield f"  {score:36}{_value(float(verdict.scores.overall[score]))}{ends}"
    wide = max(map(len, names), default=0) + 2
    yield "  " + "class".ljust(wide) + "pixels".rjust(13) + "".join(map(_cell, _COLUMNS.values(), _COLUMNS.values()))
    iou = verdict.scores.of_class["iou"]
    for at in np.argsort(np.where(np.isnan(iou), -1, -iou), kind="stable").tolist():
        if np.isnan(iou[at]):
            continue
        values = (_value(float(verdict.scores.of_class[score][at])) for score in _COLUMNS)
        pixels = str(int(verdict.matrix[at].sum())).rjust(13)
        yield "  " + names[at].ljust(wide) + pixels + "".join(map(_cell, values, _COLUMNS.values()))
    absent = [names[at] for at in np.flatnonzero(np.isnan(iou)).tolist()]
    if absent:
        yield f"  neither in the truth nor predicted: {', '.join(absent)}"


def _cell(text: str, title: str) -> str:
    return "  " + text.rjust(max(len(title), _CELL))


def _level(evaluation: Evaluation) -> str:
    wishes = evaluation.wishes
    return f" (in brackets {wishes.level:.0%} intervals)" if wishes.draws else ""


def _value(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.4f}"


def _ends(lower: float, upper: float, sign: str = "") -> str:
    return "" if np.isnan(lower) else f"  [{lower:{sign}.4f}, {upper:{sign}.4f}]"


def _word(lower: float, upper: float) -> str:
    return {1: "  better", -1: "  worse", 0: ""}[sure(lower, upper)]
