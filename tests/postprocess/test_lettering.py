"""Text on pictures: no box, whatever the script and the fonts of the machine."""

from __future__ import annotations

import unicodedata

import pytest
from PIL import Image, ImageDraw, ImageFont

from postprocess import lettering
from postprocess.lettering import draw_text, lacking, legible, own_font

EVERYWHERE = "Küche (2) 你好 Жук Łódź \U0001f6cb"


def test_lacking_is_what_a_font_draws_as_no_character() -> None:
    """Judged by the picture: what is drawn is the box that is drawn for a code point that no font has."""
    font = own_font(16)
    box = bytes(font.getmask("\U0010fffe"))
    assert any(box)
    boxes = {letter for letter in EVERYWHERE if bytes(font.getmask(letter)) == box}
    assert {"ü", "你", "Ж", "\U0001f6cb"} <= boxes
    assert lacking(EVERYWHERE, font) == boxes
    assert not lacking("".join(map(chr, range(32, 127))), font)


def test_what_the_own_font_has_is_drawn_with_it() -> None:
    assert legible("table-1 (2)", 16) == ("table-1 (2)", own_font(16))


def test_without_a_font_text_is_written_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "SYSTEM_FONTS", ("no such font.ttf",))
    text, font = legible(EVERYWHERE, 16)
    assert text == r"Kuche (2) \u4f60\u597d \u0416\u0443\u043a \u0141odz \U0001f6cb" and font is own_font(16)
    assert not lacking(text, font)
    assert legible(unicodedata.normalize("NFD", "Küche"), 16)[0] == "Kuche"
    assert legible("two\nlines\tand", 16)[0] == "two lines and"


def test_a_font_of_the_machine_is_taken_where_it_has_more() -> None:
    try:
        ImageFont.truetype("DejaVuSans.ttf", 16)
    except OSError:
        pytest.skip("this machine has no DejaVu Sans")
    for name in ("Küche", "Жук", unicodedata.normalize("NFD", "Küche")):
        text, font = legible(name, 16)
        assert text == unicodedata.normalize("NFC", name) and font is not own_font(16)
        assert not lacking(text, font)
    text, font = legible(EVERYWHERE, 16)
    assert "Küche" in text and "Жук" in text and not lacking(text, font)


@pytest.mark.parametrize("fonts", [lettering.SYSTEM_FONTS, ()], ids=["system", "own"])
def test_long_text_ends_in_dots(monkeypatch: pytest.MonkeyPatch, fonts: tuple[str, ...]) -> None:
    monkeypatch.setattr(lettering, "SYSTEM_FONTS", fonts)
    picture = Image.new("L", (300, 40))
    draw_text(ImageDraw.Draw(picture), (0, 0), "Жук " * 50, 16, 255, 200)  # type: ignore[arg-type]
    bounds = picture.getbbox()
    assert bounds is not None and 100 < bounds[2] <= 201
