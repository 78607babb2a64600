"""Label maps as PNG: written small and fast, checked by decoding, with a palette where people look at them.

Why not OpenCV: it writes no palettes, and its decoder costs more than encoding, so that proving what was written would
halve the export rate. Measured at 640x480, 8 bit: this writer 0.6 ms and 0.25 ms to read back, OpenCV 0.65 and 0.95.
Every row uses PNG's filter 2 (Up), under which a label map is mostly zeros. PNG specification: ISO/IEC 15948.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB, _PALETTE = 0, 2, 3
_UP = 2
_KEPT = (b"IHDR", b"PLTE", b"IDAT", b"IEND")


def encode(pixels: NDArray[Any], palette: NDArray[np.uint8] | None = None) -> bytes:
    """PNG of (H, W) uint8 or uint16: gray of that depth, or with a `palette` (up to 256, 3), 8-bit indexed.

    Gray and indexed PNGs of the same pixels share their compressed data; see `with_palette`.
    """
    if pixels.dtype not in (np.uint8, np.uint16) or pixels.ndim != 2:
        raise ValueError(f"expected uint8 or uint16 (H, W), not {pixels.dtype} {pixels.shape}")
    height, width = pixels.shape
    header = struct.pack(">2I5B", width, height, 8 * pixels.itemsize, _GRAY, 0, 0, 0)
    # Runs alone, no search for repeats: a quarter smaller than level 1's default here, and no slower.
    deflate = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    body = deflate.compress(_filtered(pixels).data) + deflate.flush()
    plain = _SIGNATURE + b"".join(_chunk(*part) for part in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b"")))
    return plain if palette is None else with_palette(plain, palette)


def with_palette(png: bytes, palette: NDArray[np.uint8]) -> bytes:
    """An 8-bit gray PNG of `encode`, shown in colours: the same pixels, another header."""
    chunks = dict(_chunks(png))
    header = bytearray(chunks[b"IHDR"])
    if header[8] != 8 or header[9] != _GRAY:
        raise ValueError("only an 8-bit gray PNG can take a palette")
    header[9] = _PALETTE
    parts = ((b"IHDR", bytes(header)), (b"PLTE", palette.tobytes()), (b"IDAT", chunks[b"IDAT"]))
    return _SIGNATURE + b"".join(_chunk(*part) for part in (*parts, (b"IEND", b"")))


def holds(png: bytes, pixels: NDArray[Any]) -> bool:
    """Whether a PNG written by `encode` decodes to exactly these pixels: header, checksums and every value."""
    try:
        chunks = dict(_chunks(png))
        height, width = pixels.shape
        header = struct.pack(">2I5B", width, height, 8 * pixels.itemsize, chunks[b"IHDR"][9], 0, 0, 0)
        # Rows filtered by Up determine the pixels and the other way round, so comparing them compares the pixels.
        expected = _filtered(pixels)
        rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"], bufsize=expected.size), np.uint8)
        return chunks[b"IHDR"] == header and b"IEND" in chunks and np.array_equal(rows, expected.ravel())
    except (KeyError, ValueError, IndexError, zlib.error, struct.error):
        return False


def is_whole(png: bytes) -> bool:
    """Whether every chunk is there with a right checksum, up to the last."""
    try:
        return [kind for kind, _ in _chunks(png)][-1:] == [b"IEND"]
    except (ValueError, struct.error):
        return False


def is_plain_rgb(png: bytes) -> bool:
    """Whether this is an 8-bit RGB PNG, neither interlaced nor with transparency."""
    try:
        kinds = dict(_chunks(png))
        return kinds[b"IHDR"][8:] == bytes((8, _RGB, 0, 0, 0)) and b"tRNS" not in kinds
    except (KeyError, ValueError, struct.error):
        return False


def without_notes(png: bytes) -> bytes:
    """The PNG with its pixels untouched and all else gone: Blender stamps times, host names and file paths into it."""
    return _SIGNATURE + b"".join(_chunk(kind, body) for kind, body in _chunks(png) if kind in _KEPT)


def _filtered(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    height = pixels.shape[0]
    # PNG is big endian, and filters work on bytes
    rows = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder(">")).view(np.uint8).reshape(height, -1)
    out = np.empty((height, rows.shape[1] + 1), np.uint8)
    out[:, 0] = _UP
    out[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=out[1:, 1:])
    return out


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, body) of each chunk. Raises ValueError where the file is cut short or a checksum is wrong."""
    if png[:8] != _SIGNATURE:
        raise ValueError("not a PNG")
    at = 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (crc,) = struct.unpack_from(">I", png, at + 8 + length)
        if crc != zlib.crc32(body, zlib.crc32(kind)):
            raise ValueError(f"chunk {kind!r} has a wrong checksum")
        yield kind, body
        at += 12 + length
