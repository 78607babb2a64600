"""A training as one HTML file that opens offline: loss and scores by epoch, the classes, the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from blender_addon.contract.words import counted
from postprocess.pages import bar, document, swatch, table, text, tiles
from postprocess.report.charts import number, ticks

from .history import Epoch, best_of
from .learned import Learned

_WIDE, _HIGH, _LEFT, _BELOW, _ABOVE = 520, 200, 44, 22, 8
_STYLE = """
:root { --first: var(--bar); --second: #c97a10 }
@media (prefers-color-scheme: dark) { :root { --second: #e6a544 } }
.charts { margin-top: 1.6rem; display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr));
  gap: 1.2rem 2rem }
.charts figure { margin: 0 } .charts svg { display: block; width: 100%; max-width: 44rem }
svg text { fill: var(--quiet); font: 11px system-ui, sans-serif; font-variant-numeric: tabular-nums }
.grid { stroke: var(--line) } .best { stroke: var(--quiet); stroke-dasharray: 3 3 }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round }
polyline.first { stroke: var(--first) } polyline.second { stroke: var(--second) }
circle.first { fill: var(--first) } circle.second { fill: var(--second) }
.key { display: inline-block; width: .8rem; height: .2rem; vertical-align: middle; margin: 0 .4rem 0 .8rem }
.key.first { background: var(--first) } .key.second { background: var(--second) }
.settings { max-width: 40rem }
"""


@dataclass(frozen=True)
class _Line:
    """`points` are (epoch, value)."""

    name: str
    kind: str
    points: tuple[tuple[int, float], ...]


def page(name: str, facts: Mapping[str, str], learned: Learned, epochs: Sequence[Epoch]) -> str:
    """The whole file, of one epoch or more; `facts` are what it says of how it was made."""
    judged = [each for each in epochs if each.verdict]
    body = [
        f"<h1>{text(name)}</h1>",
        f"<p>{text(facts['net'])} learns {text(facts['dataset'])}, classes: {len(learned)}. Epochs that are over: "
        f"{len(epochs)} of {text(facts['epochs'])}.</p>",
        _tiles(epochs),
        "<div class='charts'>",
        _chart("loss", _loss_lines(epochs), _best_number(epochs)),
        *([_chart("scores of val", _score_lines(judged), _best_number(epochs), top=1.0)] if judged else []),
        "</div>",
        *_classes(learned, epochs),
        "<h2>Settings</h2>",
        table("<th>setting</th><th></th>", (f"<tr><td>{text(key)}</td><td>{text(value)}</td></tr>"
                                           for key, value in facts.items()), "settings"),
    ]  # fmt: skip
    return document(f"{name}: training", body, _STYLE)


def _tiles(epochs: Sequence[Epoch]) -> str:
    last, best = epochs[-1], best_of(epochs)
    entries = [("loss of train", f"{last.loss:.4f}", f"epoch {last.number}", "mean over the pixels of the last epoch")]
    if best is not None and best.verdict is not None:
        verdict, when = best.verdict, f"epoch {best.number}"
        entries += [
            ("mean IoU of val", f"{verdict.mean_iou:.4f}", f"the best, {when}", "mean of IoU over classes"),
            ("accuracy of val", f"{verdict.global_accuracy:.4f}", when, "share of all pixels that were called rightly"),
            ("loss of val", f"{verdict.loss:.4f}", when, "weighted as in training"),
        ]
    minutes = sum(epoch.seconds for epoch in epochs) / 60
    return tiles([*entries, ("time", f"{minutes:.1f} min", counted(len(epochs), "epoch"), "of all epochs")])


def _best_number(epochs: Sequence[Epoch]) -> int | None:
    best = best_of(epochs)
    return best.number if best is not None and best.verdict is not None else None


def _loss_lines(epochs: Sequence[Epoch]) -> list[_Line]:
    train = _Line("train", "first", tuple((each.number, each.loss) for each in epochs))
    val = tuple((each.number, each.verdict.loss) for each in epochs if each.verdict)
    return [train, *([_Line("val", "second", val)] if val else [])]


def _score_lines(epochs: Sequence[Epoch]) -> list[_Line]:
    verdicts = [(each.number, each.verdict) for each in epochs if each.verdict]
    return [
        _Line("mean IoU", "first", tuple((number, verdict.mean_iou) for number, verdict in verdicts)),
        _Line("global accuracy", "second", tuple((number, verdict.global_accuracy) for number, verdict in verdicts)),
    ]


def _chart(what: str, lines: Sequence[_Line], best: int | None, top: float | None = None) -> str:
    """Lines by epoch; values from 0 to `top` or to the largest."""
    last = max(point[0] for line in lines for point in line.points)
    high = top or max(point[1] for line in lines for point in line.points) or 1.0

    def at(epoch: float, value: float) -> tuple[float, float]:
        x = _LEFT + (_WIDE - _LEFT - 8) * ((epoch - 1) / (last - 1) if last > 1 else 0.5)
        return x, _ABOVE + (_HIGH - _ABOVE) * (1 - min(value, high) / high)

    parts = list(_axes(last, high, at))
    if best is not None:
        parts.append(f"<path class='best' d='M{at(best, 0)[0]:.1f} {_ABOVE}V{_HIGH}'><title>the best</title></path>")
    for line in lines:
        places = [at(*point) for point in line.points]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f"<polyline class='{line.kind}' points='{way}'/>")
        for (epoch, value), (x, y) in zip(line.points, places):
            tip = text(f"{line.name}, epoch {epoch}: {value:.4f}")
            parts.append(f"<circle class='{line.kind}' cx='{x:.1f}' cy='{y:.1f}' r='2.5'><title>{tip}</title></circle>")
    keys = "".join(f"<span class='key {line.kind}'></span>{text(line.name)}" for line in lines)
    told, size = f"{text(what)} by epoch", f"0 0 {_WIDE} {_HIGH + _BELOW}"
    svg = f"<svg viewBox='{size}' role='img' aria-label='{told}'>{''.join(parts)}</svg>"
    return f"<figure><figcaption>{told}: {keys}</figcaption>{svg}</figure>"


def _axes(last: int, high: float, at: Callable[[float, float], tuple[float, float]]) -> Iterator[str]:
    for value in ticks(0.0, high, 6):
        y = at(1, value)[1]
        yield f"<path class='grid' d='M{_LEFT} {y:.1f}H{_WIDE}'/>"
        yield f"<text x='{_LEFT - 6}' y='{y + 4:.1f}' text-anchor='end'>{text(number(value))}</text>"
    between = [round(each) for each in ticks(1, last, 8) if 1 < each <= 0.94 * last]
    for epoch in dict.fromkeys([1, *between, last]):
        yield f"<text x='{at(epoch, 0)[0]:.1f}' y='{_HIGH + 16}' text-anchor='middle'>{epoch}</text>"


def _classes(learned: Learned, epochs: Sequence[Epoch]) -> Iterator[str]:
    best = best_of(epochs)
    if best is None or best.verdict is None:
        return
    yield f"<h2>Classes, epoch {best.number}</h2>"
    rows = sorted(
        zip(learned.names, learned.colors, best.verdict.ious),
        key=lambda row: -1.0 if row[2] is None else row[2],
        reverse=True,
    )
    cells = (
        f"<tr><td>{swatch(color)}{text(name)}</td><td>{'–' if iou is None else f'{bar(iou)}{iou:.4f}'}</td></tr>"
        for name, color, iou in rows
    )
    yield table("<th>class</th><th>IoU of val</th>", cells, "settings")
    if any(iou is None for iou in best.verdict.ious):
        yield "<p>–: neither in the labels of val nor predicted.</p>"
