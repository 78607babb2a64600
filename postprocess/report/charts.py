"""Charts as inline SVG in the page's own colours: plain numbers in, text out. Names in them are escaped here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil, cos, floor, isfinite, log2, log10, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from ..pages import text
from .cameras import Cameras
from .looks import NEAREST, PER_DOUBLING
from .spread import Spread

_WIDE, _HIGH, _BELOW = 260, 84, 20  # of a histogram: the bars, and the room for numbers below
_MOST_BARS = 40
_MOST_STANDS = 300
_MAP = 560  # of the longer side of a map
_MOST_SQUARES = 56  # beside each other
_CELL = 22  # of a matrix
_LETTER = 6.4  # the width of one, about
_LONGEST = 20  # letters of a name in a matrix


def number(value: float) -> str:
    """Short, for people: three digits of what is no whole number, no exponent below a million."""
    if value == 0 or not isfinite(value):
        return "0" if value == 0 else str(value)
    if abs(value) >= 1e6 or abs(value) < 1e-4:
        return f"{value:.3g}"
    digits = max(0, 2 - floor(log10(abs(value))))
    said = f"{value:,.{min(digits, 6)}f}"
    return (said.rstrip("0").rstrip(".") if "." in said else said).replace("-", "\N{MINUS SIGN}")


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from `low` to `high`, `most` of them at most: steps of 1, 2 or 5 times a power of ten."""
    if not high > low:
        return [low]
    rough = (high - low) / max(1, most - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if power * factor >= rough * (1 - 1e-9))
    first = ceil(low / step - 1e-9)
    return [at * step for at in range(first, floor(high / step + 1e-9) + 1)]


def histogram(spread: Spread, unit: str = "") -> str:
    """How often numbers are there, evenly divided."""
    begin, width, counts = spread.bars(min(_MOST_BARS, max(8, round(2.5 * sqrt(spread.count)))))
    end = begin + width * len(counts)
    edges = [begin + width * at for at in range(len(counts) + 1)]
    marks = [((tick - begin) / (end - begin), number(tick)) for tick in ticks(begin, end)]
    told = f"from {number(spread.low)} to {number(spread.high)} {unit}, half of them below {number(spread.middle())}"
    return _bars(counts, edges, marks, unit, told)


def depth_histogram(depths: NDArray[np.int64]) -> str:
    """Of `looks.count_depths`: distances by their logarithm, without the rare ones at both ends."""
    there = np.cumsum(depths) / max(1, depths.sum())
    first = int(np.searchsorted(there, 0.0005))
    last = int(np.searchsorted(there, 0.9995))
    counts = depths[first : last + 1]
    edges = [NEAREST * 2 ** (at / PER_DOUBLING) for at in range(first, last + 2)]
    span = log2(edges[-1] / edges[0])
    rounds = [10.0**power * factor for power in range(-3, 6) for factor in (1, 2, 5)]
    marks = [(log2(each / edges[0]) / span, number(each)) for each in rounds if edges[0] <= each <= edges[-1]]
    while len(marks) > 6:
        marks = marks[::2]
    return _bars(counts, edges, marks, "m", f"from {number(edges[0])} to {number(edges[-1])} m, by the logarithm")


def _bars(
    counts: NDArray[np.int64], edges: Sequence[float], marks: Sequence[tuple[float, str]], unit: str, told: str
) -> str:
    step, top, whole = _WIDE / len(counts), max(1, int(counts.max())), max(1, int(counts.sum()))
    parts = []
    for at, count in enumerate(counts.tolist()):
        if count:
            high = max(1.0, _HIGH * count / top)
            tip = f"{number(edges[at])} to {number(edges[at + 1])} {unit}: {count:,} ({count / whole:.1%})"
            parts.append(
                f"<rect x='{at * step:.1f}' y='{_HIGH - high:.1f}' width='{max(step - 1, 0.6):.1f}' "
                f"height='{high:.1f}'><title>{text(tip)}</title></rect>"
            )
    for place, said in marks:
        x = min(max(place, 0.0), 1.0) * _WIDE
        anchor = "start" if place < 0.05 else "end" if place > 0.95 else "middle"
        parts.append(f"<path class='tick' d='M{x:.1f} {_HIGH}v4'/>")
        parts.append(f"<text x='{x:.1f}' y='{_HIGH + 16}' text-anchor='{anchor}'>{text(said)}</text>")
    line = f"<path class='axis' d='M0 {_HIGH + 0.5}H{_WIDE}'/>"
    return (
        f"<svg class='bars' viewBox='0 0 {_WIDE} {_HIGH + _BELOW}' role='img' aria-label='{text(told)}'>"
        f"{''.join(parts)}{line}</svg>"
    )


def ground_map(cameras: Cameras) -> str:
    """Where cameras stood, from above: x to the right, y up, in metres; of a few also whither they looked."""
    (x_low, x_high), (y_low, y_high) = cameras.ground.x, cameras.ground.y
    room = max(x_high - x_low, y_high - y_low, 0.5) * 0.12
    x_low, x_high, y_low, y_high = x_low - room, x_high + room, y_low - room, y_high + room
    scale = _MAP / max(x_high - x_low, y_high - y_low)
    wide, high = (x_high - x_low) * scale, (y_high - y_low) * scale

    def at(x: float, y: float) -> tuple[float, float]:
        return (x - x_low) * scale, (y_high - y) * scale

    parts = []
    for x in ticks(x_low, x_high, 8):
        parts.append(f"<path class='grid' d='M{at(x, 0)[0]:.1f} 0V{high:.1f}'/>")
        parts.append(f"<text x='{at(x, 0)[0] + 3:.1f}' y='{high - 5:.1f}'>{text(number(x))}</text>")
    for y in ticks(y_low, y_high, 8):
        parts.append(f"<path class='grid' d='M0 {at(0, y)[1]:.1f}H{wide:.1f}'/>")
        parts.append(f"<text x='4' y='{at(0, y)[1] - 4:.1f}'>{text(number(y))}</text>")
    stands = cameras.stands[:: -(-len(cameras.stands) // _MOST_STANDS) or 1]
    if cameras.count > len(stands):
        parts += _squares(cameras, at, scale)
    faint = max(0.03, min(0.16, 8 / max(1, len(stands))))  # where many overlap, they add up
    for stand in stands:
        x, y = at(stand.x, stand.y)
        half, far = radians(min(stand.view or 20.0, 120.0)) / 2, 0.07 * _MAP
        ends = [radians(stand.heading) + side * half for side in (-1, 1)]
        ray = " ".join(f"L{x + far * cos(end):.1f} {y - far * sin(end):.1f}" for end in ends)
        parts.append(
            f"<path fill-opacity='{faint:.2f}' d='M{x:.1f} {y:.1f} {ray}Z'/><circle cx='{x:.1f}' cy='{y:.1f}' r='2.5'/>"
        )
    told = f"{cameras.count:,} cameras from above, on {number(x_high - x_low)} by {number(y_high - y_low)} metres"
    return (
        f"<svg class='ground' viewBox='0 0 {wide:.0f} {high:.0f}' role='img' aria-label='{text(told)}'>"
        f"{''.join(parts)}</svg>"
    )


def _squares(cameras: Cameras, at: Callable[[float, float], tuple[float, float]], scale: float) -> Iterator[str]:
    ground = cameras.ground
    level, squares = ground.level, dict(ground.squares)
    while max(max(x for x, _ in squares) - min(x for x, _ in squares),
              max(y for _, y in squares) - min(y for _, y in squares)) >= _MOST_SQUARES:  # fmt: skip
        level, wider = level + 1, dict[tuple[int, int], int]()
        for (column, row), count in squares.items():
            wider[column >> 1, row >> 1] = wider.get((column >> 1, row >> 1), 0) + count
        squares = wider
    side, most = 2.0**level, max(squares.values())
    for (column, row), count in sorted(squares.items()):
        x, y = at(column * side, (row + 1) * side)
        yield (
            f"<rect x='{x:.1f}' y='{y:.1f}' width='{side * scale:.1f}' height='{side * scale:.1f}' "
            f"fill-opacity='{0.08 + 0.6 * count / most:.2f}'><title>{count:,}</title></rect>"
        )


def matrix(names: Sequence[str], shares: NDArray[np.float64]) -> str:
    """(N, N) shares, 0 to 1, as cells of one colour; rows and columns have the same names."""
    parts, room = [], round(12 + _LETTER * min(_LONGEST, max(map(len, names))))
    for at, name in enumerate(names):
        place, said = room + at * _CELL + _CELL / 2, text(_cut(name))
        parts.append(f"<text x='{room - 6}' y='{place + 4:.1f}' text-anchor='end'>{said}</text>")
        parts.append(f"<text transform='translate({place + 4:.1f} {room - 6}) rotate(-90)'>{said}</text>")
    for row, column in np.argwhere(shares > 0).tolist():
        share = float(shares[row, column])
        tip = f"{share:.0%} of the images with {names[row]} show {names[column]}"
        parts.append(
            f"<rect x='{room + column * _CELL}' y='{room + row * _CELL}' width='{_CELL - 1}' height='{_CELL - 1}' "
            f"fill-opacity='{0.04 + 0.96 * share:.2f}'><title>{text(tip)}</title></rect>"
        )
    side = room + len(names) * _CELL
    return (
        f"<svg class='matrix' viewBox='0 0 {side} {side}' style='width:{side}px' role='img' "
        f"aria-label='which labels are seen together'>{''.join(parts)}</svg>"
    )


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def ranks(counts: Mapping[str, int], most: int = 8) -> list[tuple[str, int]]:
    """The most frequent words first, and all others as one."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    others = sum(count for _, count in ranked[most:])
    return ranked[:most] + ([(f"{len(ranked) - most} others", others)] if others else [])
