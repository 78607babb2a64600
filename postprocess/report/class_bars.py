"""The classes of a report as bars: pixels and images of each, of each split where there are some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10

from blender_addon.contract.labels import CODE_NAMES

from ..pages import swatch, text
from ..stats import ClassCounts
from .charts import number
from .figures import Figures
from .sheet import percent

_SHORTEST = 0.04  # the shortest of the logarithmic bars, as a share of the longest


@dataclass(frozen=True)
class _Scale:
    """The largest and the smallest share that is drawn in a column."""

    largest: float
    smallest: float

    def even(self, share: float) -> float:
        return share / self.largest

    def log(self, share: float) -> float:
        if self.largest <= self.smallest:
            return 1.0
        return _SHORTEST + (1 - _SHORTEST) * log10(share / self.smallest) / log10(self.largest / self.smallest)


def class_bars(figures: Figures) -> Iterator[str]:
    """Rows that the page's script sorts; bars know both of their lengths."""
    order = {id_: at for at, id_ in enumerate(figures.classes)}
    ids = [*figures.classes, *(code for code in CODE_NAMES if figures.pixels_of(code))]
    seen = sorted((id_ for id_ in ids if figures.images_of(id_)), key=lambda id_: (-figures.pixels_of(id_), id_))
    never = [id_ for id_ in figures.classes if not figures.images_of(id_)]
    splits = [name for name in figures.groups if name]
    yield "<div class='tools'><label>sort <select id='order'><option value='pixels'>by pixels</option>"
    yield "<option value='images'>by images</option><option value='name'>by name</option>"
    yield "<option value='set'>as in the label set</option></select></label>"
    yield "<label><input type='checkbox' id='log'> logarithmic bars</label>"
    yield "".join(f"<span class='key {text(name)}'>{text(name)}</span>" for name in splits) + "</div>"
    weights = "<th>weight</th>" if figures.weights else ""
    yield "<div class='wide' tabindex='0'><table class='classes'><thead><tr><th>label</th>"
    yield f"<th class='long'>share of all pixels</th><th class='long'>share of images</th>{weights}</tr></thead><tbody>"
    scales = [
        _scale([share(counts, id_) for counts in figures.groups.values() for id_ in seen])
        for share in (_pixel_share, _image_share)
    ]
    for id_ in seen:
        yield _row(figures, id_, scales, order.get(id_, len(order)))
    yield "</tbody></table></div>"
    if never:
        names = ", ".join(text(figures.kinds[id_].name) for id_ in never)
        yield f"<details><summary>{len(never)} labels that no frame shows</summary><p>{names}</p></details>"


def _row(figures: Figures, id_: int, scales: Sequence[_Scale], place: int) -> str:
    kind = figures.kinds[id_]
    pixels = "".join(
        _bar(name, _pixel_share(counts, id_), scales[0], f"{counts.pixels.get(id_, 0):,} pixels")
        for name, counts in figures.groups.items()
    )
    images = "".join(
        _bar(name, _image_share(counts, id_), scales[1], f"{counts.images.get(id_, 0):,} images")
        for name, counts in figures.groups.items()
    )
    weight = figures.weights.get(id_)
    cell = f"<td>{number(weight) if weight is not None else ''}</td>" if figures.weights else ""
    code = " class='code'" if id_ in CODE_NAMES else ""
    return (
        f"<tr{code} data-pixels='{figures.pixels_of(id_)}' data-images='{figures.images_of(id_)}' data-set='{place}'>"
        f"<td>{swatch(kind.color)}<span class='name'>{text(kind.name)}</span></td><td class='long'>{pixels}</td>"
        f"<td class='long'>{images}</td>{cell}</tr>"
    )


def _bar(split: str, share: float, scale: _Scale, said: str) -> str:
    """`--even` and `--log` are its lengths in percent."""
    named = f"{split}: {said}" if split else said
    drawn = ""
    if share:
        lengths = f"--even:{100 * scale.even(share):.2f};--log:{100 * scale.log(share):.2f}"
        drawn = f"<span class='bar {text(split)}' style='{lengths}'></span>"
    return f"<span class='line' title='{text(named)}'>{drawn}<small>{percent(share)}</small></span>"


def _scale(shares: Sequence[float]) -> _Scale:
    there = [share for share in shares if share]
    return _Scale(max(there, default=1.0), min(there, default=1.0))


def _pixel_share(counts: ClassCounts, id_: int) -> float:
    return counts.pixels.get(id_, 0) / max(1, counts.total)


def _image_share(counts: ClassCounts, id_: int) -> float:
    return counts.images.get(id_, 0) / max(1, counts.frames)
