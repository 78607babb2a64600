"""`labelpass evaluate PREDICTIONS TRUTH`: every picture tallied, scores with intervals, one model or several."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ExportError
from ..progress import Progress
from .classes import Classes
from .intervals import interval, resampled
from .pairs import Pair, read_classes
from .scores import FLATTERS, OVERALL, PER_CLASS, Scores, scores
from .tally import Counts, Tally, confusion, rim_width, stacked, summed, tally


@dataclass(frozen=True)
class Wishes:
    """`rim`: width of a rim as a share of the diagonal. `draws` of the bootstrap, 0 for no intervals; `level` of them.
    `by_number`: predictions hold class numbers."""

    rim: float = 0.02
    draws: int = 1000
    level: float = 0.95
    seed: int = 0
    by_number: bool = False
    jobs: int = 1


@dataclass(frozen=True)
class Verdict:
    """What a model is worth. `matrix` (C, C + 1) pixels, `pictures` the tally of each, `lower` and `upper` the ends of
    the intervals, None where none were asked for."""

    name: str
    matrix: Counts
    pictures: Tally
    scores: Scores
    lower: Scores | None
    upper: Scores | None

    def picture_ious(self) -> NDArray[np.float64]:
        """(N,) mean IoU of each picture, over the classes that it shows."""
        return scores(self.pictures).overall["mean_iou"]


@dataclass(frozen=True)
class Evaluation:
    """Verdicts of one or more models on the same pictures. `better`: {score: (difference of the second model to the
    first, lower, upper end)} of the same draws, so that what is hard for both does not count."""

    classes: Classes
    pairs: tuple[Pair, ...]
    wishes: Wishes
    verdicts: tuple[Verdict, ...]
    better: dict[str, tuple[float, float, float]]


def evaluate(
    found: Sequence[Pair],
    classes: Classes,
    models: Sequence[str],
    wishes: Wishes,
    progress: Progress | None = None,
) -> Evaluation:
    """Raises ExportError where files cannot be read, sizes differ or values mean nothing."""
    truth_lookup, lookup = classes.lookup(), classes.lookup(by_number=wishes.by_number)

    def look(pair: Pair) -> list[tuple[Counts, Tally]]:
        truth = read_classes(pair.truth, truth_lookup)
        width = rim_width(truth.shape, wishes.rim)
        done = []
        for path in pair.predictions:
            predicted = read_classes(path, lookup)
            if predicted.shape != truth.shape:
                raise ExportError(f"{path} is {_in_pixels(predicted)}, its truth {pair.truth} {_in_pixels(truth)}")
            matrix = confusion(truth, predicted, len(classes))
            done.append((matrix, tally(matrix, truth, predicted, len(classes), width)))
        return done

    matrices = [np.zeros((len(classes), len(classes) + 1), np.int64) for _ in models]
    tallies: list[list[Tally]] = [[] for _ in models]
    with ThreadPoolExecutor(wishes.jobs) as pool:  # decoding, counting and eroding leave Python's lock alone
        for done, results in enumerate(pool.map(look, found), start=1):
            for number, (matrix, of_picture) in enumerate(results):
                matrices[number] += matrix
                tallies[number].append(of_picture)
            if progress is not None:
                progress(done, len(found))
    pictures = [stacked(each) for each in tallies]
    if not pictures[0].truth.any():
        raise ExportError("no pixel of the truth has a class: all of it is void")
    draws = [resampled(each, wishes.draws, wishes.seed) for each in pictures] if wishes.draws else []
    verdicts = tuple(
        _verdict(name, matrices[at], pictures[at], draws[at] if draws else None, wishes.level)
        for at, name in enumerate(models)
    )
    return Evaluation(classes, tuple(found), wishes, verdicts, _better(verdicts, draws, wishes.level))


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Plain data; None where a score is not defined. `what` says of each score what it is."""
    wishes = evaluation.wishes
    return {
        "schema": 1,
        "pictures": len(evaluation.pairs),
        "classes": list(evaluation.classes.names),
        "boundary_width": f"{wishes.rim:g} of the diagonal",
        "intervals": {"level": wishes.level, "draws": wishes.draws, "seed": wishes.seed, "of": "pictures"},
        "what": {**OVERALL, **PER_CLASS},
        "caution": FLATTERS,
        "models": [_model(evaluation.classes, verdict) for verdict in evaluation.verdicts],
        **({"second_minus_first": _differences(evaluation.better)} if evaluation.better else {}),
    }


def _verdict(name: str, matrix: Counts, pictures: Tally, draws: Scores | None, level: float) -> Verdict:
    if draws is None:
        return Verdict(name, matrix, pictures, scores(summed(pictures)), None, None)
    classes = {score: interval(values, level) for score, values in draws.of_class.items()}
    overall = {score: interval(values, level) for score, values in draws.overall.items()}
    lower, upper = (
        Scores({score: ends[side] for score, ends in classes.items()}, {s: ends[side] for s, ends in overall.items()})
        for side in (0, 1)
    )
    return Verdict(name, matrix, pictures, scores(summed(pictures)), lower, upper)


def _better(
    verdicts: Sequence[Verdict], draws: Sequence[Scores], level: float
) -> dict[str, tuple[float, float, float]]:
    if len(verdicts) != 2:
        return {}
    found = {}
    for score in OVERALL:
        difference = float(verdicts[1].scores.overall[score] - verdicts[0].scores.overall[score])
        ends = (np.nan, np.nan)
        if draws:
            lower, upper = interval(draws[1].overall[score] - draws[0].overall[score], level)
            ends = (float(lower), float(upper))
        found[score] = (difference, *ends)
    return found


def _model(classes: Classes, verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.name,
        "overall": {score: _with_ends(verdict, score, None) for score in OVERALL},
        "per_class": [
            {
                "name": name,
                "pixels": int(verdict.matrix[at].sum()),
                **{score: _with_ends(verdict, score, at) for score in PER_CLASS},
            }
            for at, name in enumerate(classes.names)
        ],
        "confusion": verdict.matrix.tolist(),
    }


def _with_ends(verdict: Verdict, score: str, at: int | None) -> dict[str, float | None]:
    def of(found: Scores) -> float | None:
        value = found.overall[score] if at is None else found.of_class[score][at]
        return None if np.isnan(value) else round(float(value), 6)

    ends = {"lower": of(verdict.lower), "upper": of(verdict.upper)} if verdict.lower and verdict.upper else {}
    return {"value": of(verdict.scores), **ends}


def _differences(better: dict[str, tuple[float, float, float]]) -> dict[str, dict[str, float | None]]:
    return {
        score: {
            key: None if np.isnan(value) else round(value, 6) for key, value in zip(("value", "lower", "upper"), of)
        }
        for score, of in better.items()
    }


def _in_pixels(numbers: NDArray[np.uint16]) -> str:
    return f"{numbers.shape[1]}x{numbers.shape[0]}"
