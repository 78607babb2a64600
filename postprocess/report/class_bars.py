"""The classes of a report as bars: pixels and images of each, of each split where there are some."""

from __future__ import annotations

from collections.abc import Iterator
from math import log10

from blender_addon.contract.labels import CODE_NAMES

from ..pages import swatch, text
from .charts import number
from .figures import Figures
from .sheet import percent

_DECADES = 6  # of the logarithmic bars: below a millionth of the longest one there is no bar


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
    longest = max((_pixel_share(figures, name, id_) for name in figures.groups for id_ in seen), default=1.0)
    for id_ in seen:
        yield _row(figures, id_, longest, order.get(id_, len(order)))
    yield "</tbody></table></div>"
    if never:
        names = ", ".join(text(figures.kinds[id_].name) for id_ in never)
        yield f"<details><summary>{len(never)} labels that no frame shows</summary><p>{names}</p></details>"


def _row(figures: Figures, id_: int, longest: float, place: int) -> str:
    kind = figures.kinds[id_]
    pixels = "".join(
        _bar(name, _pixel_share(figures, name, id_), longest, f"{counts.pixels.get(id_, 0):,} pixels")
        for name, counts in figures.groups.items()
    )
    images = "".join(
        _bar(name, counts.images.get(id_, 0) / max(1, counts.frames), 1.0, f"{counts.images.get(id_, 0):,} images")
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


def _bar(split: str, share: float, longest: float, said: str) -> str:
    """`--even` and `--log` are its lengths in percent."""
    even = share / longest if longest else 0.0
    log = max(0.0, 1 + log10(even) / _DECADES) if even > 0 else 0.0
    named = f"{split}: {said}" if split else said
    return (
        f"<span class='line' title='{text(named)}'><span class='bar {text(split)}' "
        f"style='--even:{100 * even:.2f};--log:{100 * log:.2f}'></span><small>{percent(share)}</small></span>"
    )


def _pixel_share(figures: Figures, group: str, id_: int) -> float:
    counts = figures.groups[group]
    return counts.pixels.get(id_, 0) / max(1, counts.total)
