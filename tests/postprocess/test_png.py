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
from postprocess.labelmap import label_map

shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=40)
maps = st.sampled_from([np.uint8, np.uint16]).flatmap(lambda dtype: hnp.arrays(dtype, shapes))
SAME = {dtype: np.arange(65536).astype(dtype) for dtype in (np.uint8, np.uint16)}
PALETTE = np.random.default_rng(0).integers(0, 256, (256, 3)).astype(np.uint8)


def lines_of(pixels: np.ndarray) -> png.Scanlines:
    return png.scanlines(label_map(pixels.astype(np.uint16)), SAME[pixels.dtype.type])


def encoded(pixels: np.ndarray) -> bytes:
    return png.encode(lines_of(pixels))


@given(maps)
def test_opencv_and_pillow_read_what_was_written(pixels: np.ndarray) -> None:
    data = encoded(pixels)
    by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert by_opencv.dtype == pixels.dtype
    np.testing.assert_array_equal(by_opencv, pixels)
    picture = Image.open(io.BytesIO(data))
    assert picture.mode == ("L" if pixels.dtype == np.uint8 else "I;16")
    np.testing.assert_array_equal(np.asarray(picture), pixels)
    assert png.holds(data, lines_of(pixels))


@given(maps)
def test_numbers_as_colours(pixels: np.ndarray) -> None:
    colors = np.stack([np.arange(65536) % 256, np.arange(65536) // 256, np.arange(65536) % 7], axis=-1).astype(np.uint8)
    lines = png.scanlines(label_map(pixels.astype(np.uint16)), colors)
    data = png.encode(lines)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), colors[pixels])
    assert png.holds(data, lines) and png.is_plain_rgb(data)
    header = data[12:25] + bytes([0]) + data[26:29]  # gray, with a right checksum
    assert not png.holds(data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:], lines)


@given(hnp.arrays(np.uint8, shapes))
def test_a_palette_changes_colours_and_no_value(pixels: np.ndarray) -> None:
    data = png.with_palette(encoded(pixels), PALETTE)
    picture = Image.open(io.BytesIO(data))
    assert picture.mode == "P"
    np.testing.assert_array_equal(np.asarray(picture), pixels)
    np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), PALETTE[pixels])
    assert png.holds(data, lines_of(pixels))


def test_16_bit_takes_no_palette() -> None:
    with pytest.raises(ValueError, match="8-bit gray"):
        png.with_palette(encoded(np.zeros((2, 2), np.uint16)), PALETTE)


@given(maps.filter(lambda pixels: pixels.size > 1), st.data())
def test_holds_finds_any_other_pixel(pixels: np.ndarray, data: st.DataObject) -> None:
    other = pixels.copy()
    at = data.draw(st.integers(0, pixels.size - 1))
    other.flat[at] ^= data.draw(st.integers(1, 255))
    assert not png.holds(encoded(other), lines_of(pixels))


def test_holds_finds_other_shapes_types_and_damage() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    data = encoded(pixels)
    assert not png.holds(data, lines_of(pixels.reshape(4, 3)))
    assert not png.holds(data, lines_of(pixels.astype(np.uint16)))
    assert not any(png.holds(data[:end], lines_of(pixels)) for end in range(len(data)))
    for at in range(len(data)):
        broken = bytearray(data)
        broken[at] ^= 1
        assert not png.holds(bytes(broken), lines_of(pixels)), at


@given(maps, st.data())
def test_values_are_looked_up_while_writing(pixels: np.ndarray, data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from([np.uint8, np.uint16]))
    written = np.random.default_rng(pixels.size).integers(0, 2**16, 65536).astype(dtype)
    written[::3] = 7  # different ids, one value: no change in the file
    made = png.encode(png.scanlines(label_map(pixels.astype(np.uint16)), written))
    np.testing.assert_array_equal(cv2.imdecode(np.frombuffer(made, np.uint8), cv2.IMREAD_UNCHANGED), written[pixels])


@given(maps)
def test_the_compressed_data_is_whole_zlib_with_its_checksum(pixels: np.ndarray) -> None:
    data = encoded(pixels)
    at = data.index(b"IDAT")
    (length,) = struct.unpack(">I", data[at - 4 : at])
    body = data[at + 4 : at + 4 + length]
    inflate = zlib.decompressobj()
    assert inflate.decompress(body) == lines_of(pixels).rows.tobytes()
    assert inflate.eof and not inflate.unused_data


def test_notes_go_and_pixels_stay() -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    notes = PngImagePlugin.PngInfo()
    notes.add_text("File", "secret.blend")
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
    data = encoded(np.zeros((9, 9), np.uint8))
    assert png.is_whole(data)
    assert not any(png.is_whole(data[:end]) for end in range(len(data)))
    body = struct.pack(">I", 0) + b"tEXt" + struct.pack(">I", zlib.crc32(b"tEXt"))
    assert not png.is_whole(data + body)
