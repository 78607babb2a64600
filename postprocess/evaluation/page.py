"""An evaluation as one HTML file that opens offline: scores, classes, what is called what, the worst pictures."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blender_addon.contract.words import counted

from ..errors import ExportError
from ..labelmap import resize_labels
from .evaluate import Evaluation, Verdict
from .pairs import Pair, read_classes
from .scores import FLATTERS, OVERALL, PER_CLASS
from .table import sure

PICTURES = 12
_CONFUSIONS = 15
_WIDTH = 320  # of a picture, in pixels
_WRONG, _RIGHT = np.array((214, 39, 40), np.uint8), np.array((60, 66, 74), np.uint8)
_TILES = ("mean_iou", "global_accuracy", "mean_accuracy", "mean_boundary_iou")
_COLUMNS = ("iou", "accuracy", "precision", "f1", "boundary_iou", "accuracy_with_true_negatives")
_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c1e22; --quiet: #666c75; --line: #dfe2e7; --bar: #4c8bf5;
  --bad: #b3261e; --good: #1b7f3b; --tile: #f5f6f8 }
@media (prefers-color-scheme: dark) { :root { --paper: #16181c; --ink: #e8eaee; --quiet: #9aa1ab; --line: #30343b;
  --bar: #5b93f0; --bad: #ff8a80; --good: #6fd58f; --tile: #1f2227 } }
body { margin: 2rem auto; max-width: 76rem; padding: 0 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2.5rem 0 .6rem }
p, figcaption, small { color: var(--quiet) } p { max-width: 60rem }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .8rem; margin-top: .8rem }
.tiles div { background: var(--tile); border-radius: .5rem; padding: .8rem 1rem }
.tiles b { display: block; font-size: 1.6rem; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap }
th { font-weight: 600; font-size: .85rem } th:first-child, td:first-child { text-align: left }
.pairs :is(th, td):nth-child(2) { text-align: left }
td.flatters, th.flatters { color: var(--quiet); font-style: italic }
.bar { display: inline-block; height: .55rem; background: var(--bar); border-radius: 2px; margin-right: .5rem }
.track { display: inline-block; width: 6rem; text-align: left }
.swatch { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .5rem;
  vertical-align: -1px; border: 1px solid var(--line) }
.good { color: var(--good) } .bad { color: var(--bad) }
figure { margin: 1.4rem 0 } .row { display: flex; flex-wrap: wrap; gap: .5rem }
.row div { flex: 0 1 auto } .row img { display: block; width: 100%; max-width: 20rem; image-rendering: pixelated }
"""


def page(evaluation: Evaluation) -> str:
    """The whole file. Raises ExportError where a picture cannot be read any more."""
    names = " and ".join(verdict.name for verdict in evaluation.verdicts)
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>{escape(names)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(names)}</h1>",
        f"<p>{counted(len(evaluation.pairs), 'picture')}, classes: {len(evaluation.classes)}.",
        f"{_of_intervals(evaluation)}</p>",
        *(_tiles(evaluation, verdict) for verdict in evaluation.verdicts),
        *_differences(evaluation),
        *_classes(evaluation),
        *(part for verdict in evaluation.verdicts for part in _confusions(evaluation, verdict)),
        *_pictures(evaluation),
        *_overall(evaluation),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _of_intervals(evaluation: Evaluation) -> str:
    wishes = evaluation.wishes
    if not wishes.draws:
        return ""
    return (
        f" Intervals of {wishes.level:.0%}, from {wishes.draws} draws of as many pictures; frames of one scene are "
        "alike, and then intervals are too narrow."
    )


def _tiles(evaluation: Evaluation, verdict: Verdict) -> str:
    head = f"<h2>{escape(verdict.name)}</h2>" if len(evaluation.verdicts) > 1 else ""
    tiles = "".join(
        f"<div title='{escape(OVERALL[score])}'>{_said(score)}<b>{_value(verdict.scores.overall[score])}</b>"
        f"<small>{_ends(verdict, score)}&nbsp;</small></div>"
        for score in _TILES
    )
    return f"{head}<div class='tiles'>{tiles}</div>"


def _differences(evaluation: Evaluation) -> Iterator[str]:
    if not evaluation.better:
        return
    one, other = (escape(verdict.name) for verdict in evaluation.verdicts)
    yield f"<h2>{other} against {one}</h2>"
    yield "<p>The difference on the same pictures; better or worse where the interval does not hold 0.</p>"
    yield "<div class='wide'><table><tr><th>score</th><th>difference</th><th>interval</th><th></th></tr>"
    for score in _TILES:
        value, lower, upper = evaluation.better[score]
        kind, word = {1: ("good", "better"), -1: ("bad", "worse"), 0: ("", "")}[sure(lower, upper)]
        ends = "" if np.isnan(lower) else f"{lower:+.4f} to {upper:+.4f}"
        yield f"<tr><td>{_said(score)}</td><td>{value:+.4f}</td><td>{ends}</td><td class='{kind}'>{word}</td></tr>"
    yield "</table></div>"
    yield "<div class='wide'><table><tr><th>class</th><th>pixels</th>"
    yield f"<th>IoU of {one}</th><th>IoU of {other}</th><th>difference</th></tr>"
    first, second = (verdict.scores.of_class["iou"] for verdict in evaluation.verdicts)
    apart = np.nan_to_num(second) - np.nan_to_num(first)
    for at in np.argsort(-apart, kind="stable").tolist():
        if not np.isnan(first[at]) or not np.isnan(second[at]):
            kind = "good" if apart[at] > 0 else "bad" if apart[at] < 0 else ""
            yield f"<tr>{_named(evaluation, evaluation.verdicts[0], at)}<td>{_value(first[at])}</td>"
            yield f"<td>{_value(second[at])}</td><td class='{kind}'>{apart[at]:+.4f}</td></tr>"
    yield "</table></div>"


def _classes(evaluation: Evaluation) -> Iterator[str]:
    first = evaluation.verdicts[0].scores.of_class["iou"]
    order = np.argsort(np.where(np.isnan(first), np.inf, -first), kind="stable").tolist()
    for verdict in evaluation.verdicts:
        yield f"<h2>Classes{_of(evaluation, verdict)}</h2>"
        yield "<div class='wide'><table><tr><th>class</th><th>pixels</th>" + "".join(
            f"<th{_flattering(score)} title='{escape(PER_CLASS[score])}'>{_said(score)}</th>" for score in _COLUMNS
        )
        yield "</tr>"
        for at in order:
            if not np.isnan(verdict.scores.of_class["iou"][at]):
                yield _row(evaluation, verdict, at)
        yield "</table></div>"
    yield f"<p>{escape(FLATTERS)}.</p>"


def _row(evaluation: Evaluation, verdict: Verdict, at: int) -> str:
    cells = []
    for score in _COLUMNS:
        value = verdict.scores.of_class[score][at]
        bar = ""
        if score == "iou":
            bar = f"<span class='track'><span class='bar' style='width:{float(value):.1%}'></span></span>"
        cells.append(f"<td{_flattering(score)} title='{_ends(verdict, score, at)}'>{bar}{_value(value)}</td>")
    return f"<tr>{_named(evaluation, verdict, at)}{''.join(cells)}</tr>"


def _named(evaluation: Evaluation, verdict: Verdict, at: int) -> str:
    """A class with its colour, and its pixels in the truth."""
    red, green, blue = evaluation.classes.colors[at]
    swatch = f"<span class='swatch' style='background:rgb({red},{green},{blue})'></span>"
    return f"<td>{swatch}{escape(evaluation.classes.names[at])}</td><td>{int(verdict.matrix[at].sum()):,}</td>"


def _confusions(evaluation: Evaluation, verdict: Verdict) -> Iterator[str]:
    names, matrix = (*evaluation.classes.names, "no class"), verdict.matrix.copy()
    np.fill_diagonal(matrix, 0)
    flat = np.argsort(-matrix, axis=None, kind="stable")[:_CONFUSIONS]
    worst = [(int(at) // matrix.shape[1], int(at) % matrix.shape[1]) for at in flat if matrix.flat[at]]
    if not worst:
        return
    yield f"<h2>Taken for something else{_of(evaluation, verdict)}</h2>"
    yield "<div class='wide'><table class='pairs'>"
    yield "<tr><th>truth</th><th>called</th><th>pixels</th><th>of the truth</th></tr>"
    for row, column in worst:
        share = matrix[row, column] / verdict.matrix[row].sum()
        yield (
            f"<tr><td>{escape(names[row])}</td><td>{escape(names[column])}</td>"
            f"<td>{int(matrix[row, column]):,}</td><td>{share:.1%}</td></tr>"
        )
    yield "</table></div>"


def _pictures(evaluation: Evaluation) -> Iterator[str]:
    found = [verdict.picture_ious() for verdict in evaluation.verdicts]
    apart = found[0] if len(found) == 1 else -np.abs(found[1] - found[0])
    order = np.argsort(np.where(np.isnan(apart), np.inf, apart), kind="stable")[:PICTURES].tolist()
    yield "<h2>" + ("The worst pictures" if len(found) == 1 else "Pictures that the two see most differently") + "</h2>"
    for at in order:
        pair = evaluation.pairs[at]
        ious = ", ".join(
            f"{escape(verdict.name)}: {_value(iou[at])}" for verdict, iou in zip(evaluation.verdicts, found)
        )
        shown = "".join(f"<div>{picture}</div>" for picture in _shown(evaluation, pair))
        yield f"<figure><figcaption>{escape(pair.name)}; mean IoU {ious}</figcaption>"
        yield f"<div class='row'>{shown}</div></figure>"


def _shown(evaluation: Evaluation, pair: Pair) -> Iterator[str]:
    classes, palette = evaluation.classes, evaluation.classes.palette()
    truth = read_classes(pair.truth, classes.lookup())
    size = (min(_WIDTH, truth.shape[1]), max(1, round(truth.shape[0] * min(1, _WIDTH / truth.shape[1]))))
    if pair.image is not None:
        yield _img(_read_image(pair, size), "image")
    small = resize_labels(truth, size)
    yield _img(palette[small], "truth")
    for path, verdict in zip(pair.predictions, evaluation.verdicts):
        predicted = resize_labels(read_classes(path, classes.lookup(by_number=evaluation.wishes.by_number)), size)
        yield _img(palette[predicted], verdict.name)
        wrong = np.where((small != predicted)[..., None], _WRONG, _RIGHT)
        yield _img(np.where((small < len(classes))[..., None], wrong, np.uint8(128)), f"errors of {verdict.name}")


def _read_image(pair: Pair, size: tuple[int, int]) -> NDArray[np.uint8]:
    try:
        with Image.open(pair.image or "") as picture:
            return np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BOX))
    except (OSError, SyntaxError, ValueError) as error:
        raise ExportError(f"{pair.image} cannot be read ({error})") from None


def _img(pixels: NDArray[np.uint8], what: str) -> str:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    return f"<img alt='{escape(what)}' src='data:image/png;base64,{data}'><small>{escape(what)}</small>"


def _overall(evaluation: Evaluation) -> Iterator[str]:
    yield "<h2>All scores</h2><div class='wide'><table><tr><th>score</th>"
    yield "".join(f"<th>{escape(verdict.name)}</th><th>interval</th>" for verdict in evaluation.verdicts)
    yield "<th>what it is</th></tr>"
    for score, what in OVERALL.items():
        cells = "".join(
            f"<td>{_value(verdict.scores.overall[score])}</td><td>{_ends(verdict, score)}</td>"
            for verdict in evaluation.verdicts
        )
        yield f"<tr><td>{_said(score)}</td>{cells}<td>{escape(what)}</td></tr>"
    yield "</table></div>"


def _of(evaluation: Evaluation, verdict: Verdict) -> str:
    return f", {escape(verdict.name)}" if len(evaluation.verdicts) > 1 else ""


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
