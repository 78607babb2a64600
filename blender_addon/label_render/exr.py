"""OpenEXR, the two dialects needed on a render node: read what Blender wrote a moment ago, write and read label maps.

Blender's own Python has neither OpenEXR nor OpenCV, so this is the format's file layout
(openexr.com, "OpenEXR File Layout") in NumPy: uncompressed float32 scan lines in, ZIP scan lines out and, where a run
is held against its scene, float32 ones in again. Post-processing reads EXR files with the OpenEXR library instead.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"\x76\x2f\x31\x01"
_MULTIPART = 0x1000
_KINDS = {np.dtype("<u4"): 0, np.dtype("<f2"): 1, np.dtype("<f4"): 2}
"""The numbers of EXR for the types that it has."""
_FLOAT = 2
_NO_COMPRESSION, _ZIP = 0, 3
_LINES_PER_ZIP_BLOCK = 16


class ExrError(ValueError):
    """An EXR file that is not whole, or not of the dialect that this module reads."""


def read_uncompressed(path: Path) -> dict[str, NDArray[np.float32]]:
    """{channel name: (H, W) float32} of all parts of an uncompressed float32 scan-line file.

    Raises ExrError when the file is truncated, compressed, tiled or not float32 throughout.
    """
    data = path.read_bytes()
    try:
        return _read(data)
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise ExrError(f"{path}: not a whole, uncompressed float32 EXR file: {error}") from error


def _read(data: bytes) -> dict[str, NDArray[np.float32]]:
    if data[:4] != _MAGIC:
        raise ValueError("no EXR file")
    multipart = bool(struct.unpack_from("<I", data, 4)[0] & _MULTIPART)
    headers, at = [], 8
    while True:
        header, at = _read_header(data, at)
        if not header:
            break
        headers.append(header)
        if not multipart:
            break
    channels: dict[str, NDArray[np.float32]] = {}
    for header in headers:
        names = _channel_names(header["channels"])
        if header["compression"][0] != _NO_COMPRESSION:
            raise ValueError("compressed")
        if "tiles" in header:
            raise ValueError("tiled")
        left, top, right, bottom = struct.unpack("<4i", header["dataWindow"])
        width, height = right - left + 1, bottom - top + 1
        offsets = np.frombuffer(data, "<u8", height, at)
        at += 8 * height
        # A block is one scan line: [part number,] y, byte count, then the line of each channel in the header's order.
        line, head = len(names) * width * 4, 12 if multipart else 8
        block = np.dtype([("head", "V", head), ("pixels", "<f4", (len(names), width))])
        start = int(offsets.min())
        inside = at <= start <= len(data) - height * (head + line)
        if not inside or not (np.diff(np.sort(offsets)) == head + line).all():
            raise ValueError("truncated")
        pixels = np.frombuffer(data, block, height, start)["pixels"]
        order = np.argsort(offsets.argsort())
        for index, name in enumerate(names):
            channels[name] = pixels[order, index]
    return channels


def read_zip(path: Path) -> dict[str, NDArray[Any]]:
    """{channel name: (H, W) float32, float16 or uint32} of a single-part file of ZIP lines, as of `write_zip`.

    Raises ExrError when the file is cut short or damaged, or of another dialect.
    """
    data = path.read_bytes()
    try:
        return _read_zip(data)
    except (struct.error, zlib.error, IndexError, KeyError, ValueError, OverflowError, MemoryError) as error:
        raise ExrError(
            f"{path}: not a whole, ZIP-compressed EXR file of one type: {error or 'no such size'}"
        ) from error


def _read_zip(data: bytes) -> dict[str, NDArray[Any]]:
    if data[:4] != _MAGIC or struct.unpack_from("<I", data, 4)[0] & _MULTIPART:
        raise ValueError("no EXR file of a single part")
    header, at = _read_header(data, 8)
    if header["compression"][0] != _ZIP or "tiles" in header:
        raise ValueError("not ZIP-compressed scan lines")
    kind = _first_kind(header["channels"])
    names = _channel_names(header["channels"], kind)
    left, top, right, bottom = struct.unpack("<4i", header["dataWindow"])
    width, height = right - left + 1, bottom - top + 1
    lines = np.empty((height, len(names), width), next(dtype for dtype, of in _KINDS.items() if of == kind))
    for offset in struct.unpack_from(f"<{-(-height // _LINES_PER_ZIP_BLOCK)}Q", data, at):
        y, size = struct.unpack_from("<iI", data, offset)
        block = lines[y - top : y - top + _LINES_PER_ZIP_BLOCK]
        packed = data[offset + 8 : offset + 8 + size]
        raw = packed if size == block.nbytes else _unpredict(zlib.decompress(packed))
        if not block.nbytes or len(packed) != size or len(raw) != block.nbytes:
            raise ValueError("truncated")
        block[...] = np.frombuffer(raw, lines.dtype).reshape(block.shape)
    return {name: np.ascontiguousarray(lines[:, index]) for index, name in enumerate(names)}


def _read_header(data: bytes, at: int) -> tuple[dict[str, bytes], int]:
    attributes = {}
    while data[at] != 0:
        name_end = data.index(0, at)
        kind_end = data.index(0, name_end + 1)
        (size,) = struct.unpack_from("<I", data, kind_end + 1)
        start = kind_end + 5
        attributes[data[at:name_end].decode()] = data[start : start + size]
        at = start + size
    return attributes, at + 1


def _first_kind(channel_list: bytes) -> int:
    """The type of the first channel."""
    (kind,) = struct.unpack_from("<I", channel_list, channel_list.index(0) + 1)
    if kind not in _KINDS.values():
        raise ValueError("a channel of no known type")
    return int(kind)


def _channel_names(channel_list: bytes, of: int = _FLOAT) -> list[str]:
    names, at = [], 0
    while channel_list[at] != 0:
        end = channel_list.index(0, at)
        kind, _, x_step, y_step = struct.unpack_from("<4I", channel_list, end + 1)
        if (kind, x_step, y_step) != (of, 1, 1):
            raise ValueError("a channel that is not full-resolution and of the type of the others")
        names.append(channel_list[at:end].decode())
        at = end + 17
    return names


def write_zip(path: Path, channels: Mapping[str, NDArray[np.float32 | np.float16 | np.uint32]]) -> None:
    """Write (H, W) channels of one size and type, float32, float16 or uint32, as a single-part file of ZIP lines."""
    names = sorted(channels)  # the layout wants channels in the order of their names
    height, width = channels[names[0]].shape
    dtype = channels[names[0]].dtype.newbyteorder("<")
    kind = _KINDS[dtype]
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    channel_list = b"".join(name.encode() + b"\0" + struct.pack("<4I", kind, 0, 1, 1) for name in names) + b"\0"
    header = _MAGIC + struct.pack("<I", 2)
    for name, type_name, value in (
        ("channels", "chlist", channel_list),
        ("compression", "compression", bytes([_ZIP])),
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 1)),
        ("screenWindowCenter", "v2f", struct.pack("<2f", 0, 0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1)),
    ):
        header += name.encode() + b"\0" + type_name.encode() + b"\0" + struct.pack("<I", len(value)) + value
    header += b"\0"

    lines = np.stack([np.asarray(channels[name], dtype) for name in names], axis=1)  # (H, channels, W)
    blocks = []
    for y in range(0, height, _LINES_PER_ZIP_BLOCK):
        raw = lines[y : y + _LINES_PER_ZIP_BLOCK].tobytes()
        packed = zlib.compress(_predict(raw), 6)
        packed = packed if len(packed) < len(raw) else raw  # a reader takes a block of full size as it is
        blocks.append(struct.pack("<iI", y, len(packed)) + packed)
    sizes = np.cumsum([0, *(len(block) for block in blocks)])[:-1]
    offsets = (len(header) + 8 * len(blocks) + sizes).astype("<u8").tobytes()
    path.write_bytes(header + offsets + b"".join(blocks))


def _predict(raw: bytes) -> bytes:
    """EXR's ZIP filter: even bytes before odd ones, then each byte as its difference from the one before, plus 128."""
    data = np.frombuffer(raw, np.uint8)
    split = np.concatenate([data[0::2], data[1::2]])
    split[1:] = split[1:] - split[:-1] + np.uint8(128)
    return split.tobytes()


def _unpredict(filtered: bytes) -> bytes:
    """What `_predict` was given."""
    split = np.frombuffer(filtered, np.uint8).copy()
    split[1:] -= np.uint8(128)
    split = np.cumsum(split, dtype=np.uint8)
    raw = np.empty_like(split)
    half = (len(split) + 1) // 2
    raw[0::2], raw[1::2] = split[:half], split[half:]
    return raw.tobytes()
