"""A PNG of one 16-bit channel, which Blender's own writer would send through colour management."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_GRAY, _SUB = 0, 1


def write_gray16(path: Path, pixels: NDArray[np.uint16]) -> None:
    """Write (H, W) uint16 as a grey PNG (W3C, "Portable Network Graphics", third edition), each row as differences."""
    height, width = pixels.shape
    big = np.ascontiguousarray(pixels, ">u2").view(np.uint8).reshape(height, 2 * width)
    rows = np.empty((height, 1 + 2 * width), np.uint8)
    rows[:, 0] = _SUB
    rows[:, 1:3] = big[:, :2]
    rows[:, 3:] = big[:, 2:] - big[:, :-2]
    header = struct.pack(">IIBBBBB", width, height, 16, _GRAY, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
