"""The contact sheet of a report: images under label maps whose classes can be switched off, and their legend.

A label map is a PNG whose pixels are the places of its labels in the legend, so that switching one off is one byte of
the table of transparencies (tRNS): no pixel is touched, and without any script all is shown.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blender_addon.contract.labels import CODE_NAMES

from ..pages import data_address, swatch, text
from .figures import Figures, Kind
from .looks import Picture

COLORS = 256
OTHERS = Kind("other labels", (200, 200, 200))


def sheet(figures: Figures) -> Iterator[str]:
    pictures = figures.looks.pictures
    if not pictures:
        return
    shown = legend_of(pictures, figures)
    kinds = {id_: figures.in_pictures(id_)[0] for id_ in shown}
    more = f", spread over all {figures.frames:,}" if figures.frames > len(pictures) else ""
    yield f"<p>{len(pictures):,} frames{more}. Open one to see it large; arrow keys go on.</p>"
    yield "<div class='desk'><div>"
    yield _BLEND.format(at="", what="Show image or labels")
    yield "<div class='shots'>"
    for at, picture in enumerate(pictures):
        yield _shot(at, picture, shown, kinds)
    yield f"</div></div>{_legend(shown, figures)}</div>"
    yield _LARGE.format(blend=_BLEND.format(at="large", what="Show image or labels"))


_BLEND = (
    "<label class='blend'>image <input type='range' min='0' max='100' value='55' class='mix' aria-label='{what}'> "
    "labels</label>"
)
_LARGE = """<dialog id='large' aria-label='One frame, large'><div class='stack'><img class='photo' alt=''>
<img class='labels' alt=''></div><div class='under'><button type='button' class='step' data-step='-1'
aria-label='the frame before'>&larr;</button><button type='button' class='step' data-step='1'
aria-label='the next frame'>&rarr;</button><span class='said'></span>{blend}
<form method='dialog'><button>close</button></form></div></dialog>"""


def legend_of(pictures: Sequence[Picture], figures: Figures) -> list[int]:
    """Ids and codes that the pictures show, labels by how many pixels all frames have of them, then codes; at most so
    many that one colour is left for all others."""
    seen = {id_ for each in pictures for id_ in np.unique(each.labels).tolist()}
    labels = sorted(seen - {*CODE_NAMES}, key=lambda id_: (-figures.pixels_of(id_), id_))
    codes = [code for code in CODE_NAMES if code in seen]
    return [*labels[: COLORS - 1 - len(codes)], *codes]


def label_png(labels: NDArray[np.uint16], shown: Sequence[int], kinds: Mapping[int, Kind]) -> bytes:
    """(H, W) ids and codes as a PNG with a palette: the places of `shown`, and the last one for all else."""
    table = np.full(65536, COLORS - 1, np.uint8)
    table[list(shown)] = np.arange(len(shown))
    colors = np.zeros((COLORS, 3), np.uint8)
    colors[: len(shown)] = [kinds[id_].color for id_ in shown] if shown else []
    colors[-1] = OTHERS.color
    picture = Image.fromarray(table[labels], "P")
    picture.putpalette(colors.tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", bits=8, compress_level=9, transparency=bytes([255]) * COLORS)
    return file.getvalue()


def _shot(at: int, picture: Picture, shown: Sequence[int], kinds: Mapping[int, Kind]) -> str:
    height, width = picture.labels.shape
    sides = f"width='{width}' height='{height}'"
    labels = data_address(label_png(picture.labels, shown, kinds), "image/png")
    photo = (
        f"<img class='photo' alt='' {sides} src='{data_address(picture.image, 'image/webp')}'>" if picture.image else ""
    )
    name = f"<b>{text(picture.name)}</b> " if picture.name else ""
    group = f" <span class='split {text(picture.group)}'>{text(picture.group)}</span>" if picture.group else ""
    bare = "" if picture.image else " bare"
    return (
        f"<figure class='shot'><button type='button' class='stack{bare}' data-at='{at}'>{photo}"
        f"<img class='labels' alt='labels of {text(picture.caption)}' {sides} src='{labels}'></button>"
        f"<figcaption>{name}{text(picture.caption)}{group}</figcaption></figure>"
    )


def _legend(shown: Sequence[int], figures: Figures) -> str:
    whole = max(1, figures.total)
    rows = []
    for at, id_ in enumerate(shown):
        kind, pixels = figures.in_pictures(id_)
        rows.append(
            f"<li><label><input type='checkbox' checked data-at='{at}'>{swatch(kind.color)}"
            f"<span class='name'>{text(kind.name)}</span><small>{percent(pixels / whole)}</small></label>"
            f"<button type='button' class='only' data-at='{at}' aria-label='only {text(kind.name)}'>only</button></li>"
        )
    return (
        "<aside class='legend' aria-label='Legend'><div class='switches'><b>Labels</b>"
        "<button type='button' class='all' data-on='1'>all</button>"
        f"<button type='button' class='all' data-on=''>none</button></div><ul>{''.join(rows)}</ul></aside>"
    )


def percent(share: float) -> str:
    if share == 0:
        return "0"
    return f"{100 * share:.1f}%" if share >= 0.0005 else "&lt;0.1%"
