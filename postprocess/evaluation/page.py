"""An evaluation as one HTML file that opens offline: scores, classes, what is called what, the worst pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from blender_addon.contract.words import counted

from ..pages import bar, document, swatch, table, text, tiles
from .evaluate import Evaluation, Verdict
from .pairs import Pair
from .scores import FLATTERS, OVERALL, PER_CLASS
from .shown import STYLE, errors_of, image_of, img, prediction_of, row, truth_of
from .table import sure

PICTURES = 12
_CONFUSIONS = 15
_TILES = ("mean_iou", "global_accuracy", "mean_accuracy", "mean_boundary_iou")
_COLUMNS = ("iou", "accuracy", "precision", "f1", "boundary_iou", "accuracy_with_true_negatives")
_STYLE = """
.pairs :is(th, td):nth-child(2) { text-align: left }
td.flatters, th.flatters { color: var(--quiet); font-style: italic }
.good { color: var(--good) } .bad { color: var(--bad) }
"""


def page(evaluation: Evaluation) -> str:
    """The whole file. Raises ExportError where a picture cannot be read any more."""
    names = " and ".join(verdict.name for verdict in evaluation.verdicts)
    body = (
        f"<h1>{text(names)}</h1>",
        f"<p>{counted(len(evaluation.pairs), 'picture')}, classes: {len(evaluation.classes)}.",
        f"{_of_intervals(evaluation)}</p>",
        *(_tiles(evaluation, verdict) for verdict in evaluation.verdicts),
        *_differences(evaluation),
        *_classes(evaluation),
        *(part for verdict in evaluation.verdicts for part in _confusions(evaluation, verdict)),
        *_pictures(evaluation),
        _overall(evaluation),
    )
    return document(names, body, STYLE + _STYLE)


def _of_intervals(evaluation: Evaluation) -> str:
    wishes = evaluation.wishes
    if not wishes.draws:
        return ""
    return (
        f" Intervals of {wishes.level:.0%}, from {wishes.draws} draws of as many pictures; frames of one scene are "
        "alike, and then intervals are too narrow."
    )


def _tiles(evaluation: Evaluation, verdict: Verdict) -> str:
    head = f"<h2>{text(verdict.name)}</h2>" if len(evaluation.verdicts) > 1 else ""
    overall = verdict.scores.overall
    return head + tiles(
        (_said(score), _value(overall[score]), _ends(verdict, score), OVERALL[score]) for score in _TILES
    )


def _differences(evaluation: Evaluation) -> Iterator[str]:
    if not evaluation.better:
        return
    one, other = (text(verdict.name) for verdict in evaluation.verdicts)
    yield f"<h2>{other} against {one}</h2>"
    yield "<p>The difference on the same pictures; better or worse where the interval does not hold 0.</p>"
    rows = []
    for score in _TILES:
        value, lower, upper = evaluation.better[score]
        kind, word = {1: ("good", "better"), -1: ("bad", "worse"), 0: ("", "")}[sure(lower, upper)]
        ends = "" if np.isnan(lower) else f"{lower:+.4f} to {upper:+.4f}"
        rows.append(
            f"<tr><td>{_said(score)}</td><td>{value:+.4f}</td><td>{ends}</td><td class='{kind}'>{word}</td></tr>"
        )
    yield table("<th>score</th><th>difference</th><th>interval</th><th></th>", rows)
    first, second = (verdict.scores.of_class["iou"] for verdict in evaluation.verdicts)
    apart, rows = np.nan_to_num(second) - np.nan_to_num(first), []
    for at in np.argsort(-apart, kind="stable").tolist():
        if not np.isnan(first[at]) or not np.isnan(second[at]):
            kind = "good" if apart[at] > 0 else "bad" if apart[at] < 0 else ""
            rows.append(
                f"<tr>{_named(evaluation, evaluation.verdicts[0], at)}<td>{_value(first[at])}</td>"
                f"<td>{_value(second[at])}</td><td class='{kind}'>{apart[at]:+.4f}</td></tr>"
            )
    ious = f"<th>IoU of {one}</th><th>IoU of {other}</th>"
    yield table(f"<th>class</th><th>pixels</th>{ious}<th>difference</th>", rows)


def _classes(evaluation: Evaluation) -> Iterator[str]:
    first = evaluation.verdicts[0].scores.of_class["iou"]
    order = np.argsort(np.where(np.isnan(first), np.inf, -first), kind="stable").tolist()
    for verdict in evaluation.verdicts:
        yield f"<h2>Classes{_of(evaluation, verdict)}</h2>"
        head = "".join(
            f"<th{_flattering(score)} title='{text(PER_CLASS[score])}'>{_said(score)}</th>" for score in _COLUMNS
        )
        shown = (at for at in order if not np.isnan(verdict.scores.of_class["iou"][at]))
        yield table(f"<th>class</th><th>pixels</th>{head}", (_row(evaluation, verdict, at) for at in shown))
    yield f"<p>{text(FLATTERS)}.</p>"


def _row(evaluation: Evaluation, verdict: Verdict, at: int) -> str:
    cells = []
    for score in _COLUMNS:
        value = verdict.scores.of_class[score][at]
        shown = (bar(float(value)) if score == "iou" else "") + _value(value)
        cells.append(f"<td{_flattering(score)} title='{_ends(verdict, score, at)}'>{shown}</td>")
    return f"<tr>{_named(evaluation, verdict, at)}{''.join(cells)}</tr>"


def _named(evaluation: Evaluation, verdict: Verdict, at: int) -> str:
    """A class with its colour, and its pixels in the truth."""
    classes = evaluation.classes
    return f"<td>{swatch(classes.colors[at])}{text(classes.names[at])}</td><td>{int(verdict.matrix[at].sum()):,}</td>"


def _confusions(evaluation: Evaluation, verdict: Verdict) -> Iterator[str]:
    names, matrix = (*evaluation.classes.names, "no class"), verdict.matrix.copy()
    np.fill_diagonal(matrix, 0)
    flat = np.argsort(-matrix, axis=None, kind="stable")[:_CONFUSIONS]
    worst = [(int(at) // matrix.shape[1], int(at) % matrix.shape[1]) for at in flat if matrix.flat[at]]
    if not worst:
        return
    yield f"<h2>Taken for something else{_of(evaluation, verdict)}</h2>"
    rows = [
        f"<tr><td>{text(names[row])}</td><td>{text(names[column])}</td><td>{int(matrix[row, column]):,}</td>"
        f"<td>{matrix[row, column] / verdict.matrix[row].sum():.1%}</td></tr>"
        for row, column in worst
    ]
    yield table("<th>truth</th><th>called</th><th>pixels</th><th>of the truth</th>", rows, "pairs")


def _pictures(evaluation: Evaluation) -> Iterator[str]:
    found = [verdict.picture_ious() for verdict in evaluation.verdicts]
    apart = found[0] if len(found) == 1 else -np.abs(found[1] - found[0])
    order = np.argsort(np.where(np.isnan(apart), np.inf, apart), kind="stable")[:PICTURES].tolist()
    yield "<h2>" + ("The worst pictures" if len(found) == 1 else "Pictures that the two see most differently") + "</h2>"
    for at in order:
        pair = evaluation.pairs[at]
        ious = ", ".join(f"{text(verdict.name)}: {_value(iou[at])}" for verdict, iou in zip(evaluation.verdicts, found))
        yield f"<figure><figcaption>{text(pair.name)}; mean IoU {ious}</figcaption>"
        yield f"{row(_shown(evaluation, pair))}</figure>"


def _shown(evaluation: Evaluation, pair: Pair) -> list[str]:
    classes, palette = evaluation.classes, evaluation.classes.palette()
    truth = truth_of(pair, classes)
    image = image_of(pair, truth)
    shown = [img(image, "image")] if image is not None else []
    shown.append(img(palette[truth], "truth"))
    for model, verdict in enumerate(evaluation.verdicts):
        predicted = prediction_of(pair, model, classes, truth, by_number=evaluation.wishes.by_number)
        shown += [
            img(palette[predicted], verdict.name),
            img(errors_of(truth, predicted, classes), f"errors of {verdict.name}"),
        ]
    return shown


def _overall(evaluation: Evaluation) -> str:
    head = "".join(f"<th>{text(verdict.name)}</th><th>interval</th>" for verdict in evaluation.verdicts)
    rows = []
    for score, what in OVERALL.items():
        cells = "".join(
            f"<td>{_value(verdict.scores.overall[score])}</td><td>{_ends(verdict, score)}</td>"
            for verdict in evaluation.verdicts
        )
        rows.append(f"<tr><td>{_said(score)}</td>{cells}<td>{text(what)}</td></tr>")
    return f"<h2>All scores</h2>{table(f'<th>score</th>{head}<th>what it is</th>', rows)}"


def _of(evaluation: Evaluation, verdict: Verdict) -> str:
    return f", {text(verdict.name)}" if len(evaluation.verdicts) > 1 else ""


def _flattering(score: str) -> str:
    return " class='flatters'" if score == "accuracy_with_true_negatives" else ""


def _said(score: str) -> str:
    return score.replace("_", " ").replace("iou", "IoU").replace("f1", "F1")


def _value(value: Any) -> str:
    return "–" if np.isnan(value) else f"{float(value):.4f}"


def _ends(verdict: Verdict, score: str, at: int | None = None) -> str:
    if not verdict.lower or not verdict.upper:
        return ""
    lower, upper = (
        found.overall[score] if at is None else found.of_class[score][at] for found in (verdict.lower, verdict.upper)
    )
    return "" if np.isnan(lower) else f"{float(lower):.4f} to {float(upper):.4f}"
