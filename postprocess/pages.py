"""What all HTML pages of this room share: one file that opens offline, its style, and small parts of it.

Names come from files of others and may be anything: whoever puts a text into a page goes through `text`, also between
quotes. The page says by its Content-Security-Policy that it loads nothing, and that no script runs but its own.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blender_addon.contract.labels import Color

_STYLE = Path(__file__).with_suffix(".css")


def document(title: str, body: Iterable[str], style: str = "", script: str = "") -> str:
    """A whole page. `style` comes after the style that all pages have; `script` runs when all of the body is there."""
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy += f"; script-src 'sha256-{digest}'"
    css = _STYLE.read_text(encoding="utf-8") + style
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>{text(title)}</title><style>{css}</style></head><body>",
        *body,
        *([f"<script>{script}</script>"] if script else []),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def text(anything: object) -> str:
    """As text of a page, also between quotes; what only steers a terminal or a line's direction is shown as its
    number."""
    return escape("".join(letter if _is_shown(letter) else f"\\u{ord(letter):04x}" for letter in str(anything)))


def _is_shown(letter: str) -> bool:
    return letter.isprintable() or letter.isspace() or ord(letter) in _JOINERS


_JOINERS = (0x200C, 0x200D)  # of letters in Persian and Hindi: no more dangerous than letters


def tiles(entries: Iterable[tuple[str, str, str, str]]) -> str:
    """Large figures side by side: (what it is, the figure, what is small below, the tooltip), the second and third as
    HTML."""
    shown = "".join(
        f"<div title='{text(tip)}'>{text(what)}<b>{figure}</b><small>{below}&nbsp;</small></div>"
        for what, figure, below, tip in entries
    )
    return f"<div class='tiles'>{shown}</div>"


def table(head: str, rows: Iterable[str], kind: str = "") -> str:
    """A table that scrolls by itself where it is wider than the page; `head` and `rows` are cells as HTML."""
    of_kind = f" class='{kind}'" if kind else ""
    inside = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f"<div class='wide' tabindex='0'><table{of_kind}>{inside}</table></div>"


def bar(share: float, color: Color | None = None) -> str:
    """A share, 0 to 1, as a bar on its track."""
    fill = f";background:{rgb(color)}" if color else ""
    return f"<span class='track'><span class='bar' style='width:{min(max(share, 0.0), 1.0):.1%}{fill}'></span></span>"


def swatch(color: Sequence[int]) -> str:
    return f"<span class='swatch' style='background:{rgb(color)}'></span>"


def rgb(color: Sequence[int]) -> str:
    red, green, blue = (int(part) for part in color)
    return f"rgb({red},{green},{blue})"


def picture_data(pixels: NDArray[np.uint8]) -> str:
    """(H, W, 3) or (H, W) as the address of a PNG."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG")
    return data_address(file.getvalue(), "image/png")


def data_address(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
