"""Text on a picture that a person can read in any script: never the empty boxes of a font that lacks a character.

Pillow's own font has ASCII and little more. It is taken where it has every character, so that most pictures look the
same on any machine; else the first of the machine's fonts that does. What no font has is written plainly: without its
accents (e for é), or as Python writes it (\\u4f60).
"""

from __future__ import annotations

import unicodedata
from functools import cache

from PIL import ImageDraw, ImageFont

from blender_addon.contract.labels import Color

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Files that Pillow finds in the font folders of Linux, macOS and Windows: wide ones first, then those with Chinese,
# Japanese and Korean.
SYSTEM_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial Unicode.ttf",
    "segoeui.ttf",
    "arial.ttf",
    "FreeSans.ttf",
    "LiberationSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "wqy-zenhei.ttc",
    "Hiragino Sans GB.ttc",
    "msyh.ttc",
    "YuGothM.ttc",
    "malgun.ttf",
)
_NO_CHARACTER = "\U0010ffff"  # a code point that never is one, so that fonts draw what they draw for all they lack


def draw_text(
    draw: ImageDraw.ImageDraw, corner: tuple[int, int], text: str, size: int, color: Color, room: int
) -> None:
    """One line of text, its top left at `corner`, that ends in dots where it is longer than its room in pixels."""
    text, font = legible(text, size)
    if draw.textlength(text, font) > room:
        while text and draw.textlength(text + "...", font) > room:
            text = text[:-1]
        text = text.rstrip() + "..."
    draw.text(corner, text, fill=color, font=font)


def legible(text: str, size: int) -> tuple[str, Font]:
    """`text` in one line, and the font that shows it, with what that font lacks written plainly."""
    line = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", text))
    own = own_font(size)
    if not lacking(line, own):
        return line, own
    fonts = [own, *(font for name in SYSTEM_FONTS if (font := _system_font(name, size)) is not None)]
    best = min(fonts, key=lambda font: len(lacking(line, font)))
    gone = lacking(line, best)
    return "".join(_plain(letter, best) if letter in gone else letter for letter in line), best


def lacking(text: str, font: Font) -> set[str]:
    """The characters that the font has no glyph for: it draws for them what it draws for no character at all."""
    return {letter for letter in set(text) if letter != " " and _is_lacking(letter, font)}


@cache
def own_font(size: int) -> Font:
    """Pillow's own, in pixels."""
    return ImageFont.load_default(size)


@cache
def _system_font(name: str, size: int) -> Font | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


@cache
def _is_lacking(letter: str, font: Font) -> bool:
    return _drawn(letter, font) == _drawn(_NO_CHARACTER, font)


def _drawn(letter: str, font: Font) -> tuple[float, tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return font.getlength(letter), mask.size, bytes(mask)


def _plain(letter: str, font: Font) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    if bare and not lacking(bare, font):
        return bare
    return letter.encode("ascii", "backslashreplace").decode()
