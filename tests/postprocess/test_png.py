"""Our PNGs, read by decoders that are not ours, and damage found by `holds`."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, PngImagePlugin

from postprocess import png

shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=40)
maps = st.sampled_from([np.uint8, np.uint16]).flatmap(lambda dtype: hnp.arrays(dtype, shapes))
PALETTE = np.random.default_rng(0).integers(0, 256, (256, 3)).astype(np.uint8)


@given(maps)
def test_opencv_and_pillow_read_what_was_written(pixels: np.ndarray) -> None:
    data = png.encode(pixels)
    by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert by_opencv.dtype == pixels.dtype
    np.testing.assert_array_equal(by_opencv, pixels)
    picture = Image.open(io.BytesIO(data))
    assert picture.mode == ("L" if pixels.dtype == np.uint8 else "I;16")
    np.testing.assert_array_equal(np.asarray(picture), pixels)
    assert png.holds(data, pixels)


@given(hnp.arrays(np.uint8, shapes))
def test_a_palette_changes_colours_and_no_value(pixels: np.ndarray) -> None:
    data = png.encode(pixels, PALETTE)
    picture = Image.open(io.BytesIO(data))
    assert picture.mode == "P"
    np.testing.assert_array_equal(np.asarray(picture), pixels)
    np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), PALETTE[pixels])
    assert png.holds(data, pixels)


def test_16_bit_takes_no_palette() -> None:
    with pytest.raises(ValueError, match="8-bit gray"):
        png.encode(np.zeros((2, 2), np.uint16), PALETTE)


@given(maps.filter(lambda pixels: pixels.size > 1), st.data())
def test_holds_finds_any_other_pixel(pixels: np.ndarray, data: st.DataObject) -> None:
    other = pixels.copy()
    at = data.draw(st.integers(0, pixels.size - 1))
    other.flat[at] ^= data.draw(st.integers(1, 255))
    assert not png.holds(png.encode(other), pixels)


def test_holds_finds_other_shapes_types_and_damage() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    data = png.encode(pixels)
    assert not png.holds(data, pixels.reshape(4, 3))
    assert not png.holds(data, pixels.astype(np.uint16))
    assert not any(png.holds(data[:end], pixels) for end in range(len(data)))
    for at in range(len(data)):
        broken = bytearray(data)
        broken[at] ^= 1
        assert not png.holds(bytes(broken), pixels), at


def test_notes_go_and_pixels_stay() -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    notes = PngImagePlugin.PngInfo()
    notes.add_text("File", "/home/somebody/secret.blend")
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", pnginfo=notes, dpi=(72, 72))
    assert b"secret" in file.getvalue() and png.is_plain_rgb(file.getvalue())
    plain = png.without_notes(file.getvalue())
    assert b"secret" not in plain and b"pHYs" not in plain
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(plain))), image)


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "I;16"])
def test_other_kinds_are_no_plain_rgb(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (3, 3)).save(file, "PNG")
    assert not png.is_plain_rgb(file.getvalue()) and png.is_whole(file.getvalue())


def test_a_transparent_colour_is_no_plain_rgb() -> None:
    file = io.BytesIO()
    Image.new("RGB", (3, 3)).save(file, "PNG", transparency=(0, 0, 0))
    assert not png.is_plain_rgb(file.getvalue())


def test_whole_means_to_the_last_chunk() -> None:
    data = png.encode(np.zeros((9, 9), np.uint8))
    assert png.is_whole(data)
    assert not any(png.is_whole(data[:end]) for end in range(len(data)))
    body = struct.pack(">I", 0) + b"tEXt" + struct.pack(">I", zlib.crc32(b"tEXt"))
    assert not png.is_whole(data + body)
