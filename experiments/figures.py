"""What an experiment found: scores of each network in each test, how sure they are, and how far networks are apart.

Two things make a score uncertain, and both are drawn anew in a bootstrap (Efron and Tibshirani, "An Introduction to the
Bootstrap", 1993): which pictures are in the test, and with which seed the network was trained. Pictures that are alike,
such as views of one room, are drawn together. Networks are compared on the same draws of pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from postprocess.evaluation import Evaluation
from postprocess.evaluation.intervals import interval, resampled
from postprocess.evaluation.scores import OVERALL, scores
from postprocess.evaluation.tally import Tally, summed

SCORES = ("mean_iou", "mean_f1", "global_accuracy", "micro_iou", "mean_boundary_iou")
"""Those that are told; names as in `postprocess.evaluation.scores.OVERALL`."""
DRAWS, LEVEL = 2000, 0.95


@dataclass(frozen=True)
class Figure:
    """A score, mean over trainings, and its interval; `trainings` are the scores of each."""

    value: float
    lower: float
    upper: float
    trainings: tuple[float, ...]


@dataclass(frozen=True)
class Difference:
    """Of a network to the first one."""

    value: float
    lower: float
    upper: float

    @property
    def sure(self) -> int:
        """1 and -1 where the interval lies above or below 0, else 0."""
        return int(self.lower > 0) - int(self.upper < 0)


@dataclass(frozen=True)
class Row:
    """A network in a test: {score: figure}, {score: difference to the first network}, (C,) mean IoU of its classes."""

    model: str
    figures: Mapping[str, Figure]
    to_first: Mapping[str, Difference]
    class_iou: NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """Of a test. `groups`: how many of its pictures are independent of each other."""

    test: str
    pictures: int
    groups: int
    classes: tuple[str, ...]
    rows: tuple[Row, ...]


def found(test: str, evaluation: Evaluation, models: Sequence[str], alike: Literal["frame", "scene"]) -> Found:
    """`evaluation` has the verdicts of all `models` once, then of all once more, and so on."""
    names = [pair.name for pair in evaluation.pairs]
    groups = _groups(names, alike)
    tallies = [_together(verdict.pictures, groups) for verdict in evaluation.verdicts]
    drawn = [resampled(tally, DRAWS, seed=0).overall for tally in tallies]  # the same pictures in each draw
    of_all = [scores(summed(tally)) for tally in tallies]
    rows: list[Row] = []
    first: dict[str, NDArray[np.float64]] = {}
    for at, model in enumerate(models):
        mine = range(at, len(tallies), len(models))
        chosen = _trainings_drawn(len(mine), at)
        spread = {score: _means(np.stack([drawn[each][score] for each in mine]), chosen) for score in SCORES}
        figures = {
            score: _figure([float(of_all[each].overall[score]) for each in mine], spread[score]) for score in SCORES
        }
        first = first or spread
        differences = {} if at == 0 else {
            score: _difference(figures[score].value - rows[0].figures[score].value, spread[score] - first[score])
            for score in SCORES
        }  # fmt: skip
        class_iou = np.stack([of_all[each].of_class["iou"] for each in mine])
        rows.append(Row(model, figures, differences, _mean(class_iou)))
    return Found(test, len(names), len(set(groups)), evaluation.classes.names, tuple(rows))


def as_json(results: Sequence[Found]) -> dict[str, Any]:
    """Plain data; None where a score is not defined."""
    return {
        "schema": 1,
        "intervals": {"level": LEVEL, "draws": DRAWS, "of": "pictures and trainings"},
        "what": {score: OVERALL[score] for score in SCORES},
        "tests": {
            result.test: {
                "pictures": result.pictures,
                "independent": result.groups,
                "networks": {row.model: _row_as_json(row, result.classes) for row in result.rows},
            }
            for result in results
        },
    }


def _row_as_json(row: Row, classes: Sequence[str]) -> dict[str, Any]:
    return {
        **{score: {key: _plain(value) for key, value in vars(figure).items()} for score, figure in row.figures.items()},
        "minus_first": {
            score: {key: _plain(value) for key, value in vars(difference).items()}
            for score, difference in row.to_first.items()
        },
        "class_iou": {name: _plain(float(iou)) for name, iou in zip(classes, row.class_iou)},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return None if np.isnan(value) else round(value, 6)


def _groups(names: Sequence[str], alike: Literal["frame", "scene"]) -> list[str]:
    """Of each picture: a frame's name is that of its scene, and its number there."""
    return [name.rpartition("_")[0] if alike == "scene" else name for name in names]


def _together(pictures: Tally, groups: Sequence[str]) -> Tally:
    """Of each group the pixels of its pictures."""
    order = {group: at for at, group in enumerate(dict.fromkeys(groups))}
    of = np.array([order[group] for group in groups])
    sums = []
    for each in fields(Tally):
        counts = getattr(pictures, each.name)
        whole = np.zeros((len(order), *counts.shape[1:]), counts.dtype)
        np.add.at(whole, of, counts)
        sums.append(whole)
    return Tally(*sums)


def _trainings_drawn(number: int, model: int) -> NDArray[np.int64]:
    """(DRAWS, number): which trainings each draw has, with replacement."""
    return np.random.default_rng([0, model]).integers(number, size=(DRAWS, number))


def _means(values: NDArray[np.float64], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """(DRAWS,): of (trainings, DRAWS) scores the mean over each draw's trainings."""
    drawn: NDArray[np.float64] = values[chosen, np.arange(values.shape[1])[:, None]]
    return np.asarray(drawn.mean(axis=1))


def _figure(trainings: Sequence[float], spread: NDArray[np.float64]) -> Figure:
    lower, upper = interval(spread, LEVEL)
    return Figure(float(np.mean(trainings)), float(lower), float(upper), tuple(trainings))


def _difference(value: float, spread: NDArray[np.float64]) -> Difference:
    lower, upper = interval(spread, LEVEL)
    return Difference(value, float(lower), float(upper))


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Over trainings, nan where none has a value."""
    there = ~np.isnan(values)
    return np.divide(np.where(there, values, 0).sum(axis=0), there.sum(axis=0),
                     out=np.full(values.shape[1], np.nan), where=there.any(axis=0))  # fmt: skip
