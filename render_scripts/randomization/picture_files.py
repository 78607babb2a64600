"""Whether picture files are whole, by what each format says of its own length: nothing is decoded.

Where a picture is cut, Blender renders what the memory had there, or magenta, and says nothing; some versions end
themselves. Decoding a folder of surroundings takes minutes, which each start of a run would pay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from struct import error as StructError
from struct import unpack_from
from typing import BinaryIO

import numpy as np

PIECE, LARGEST_HEADER = 1 << 16, 1 << 20
"""Bytes of a file that are looked at, at its beginning and its end; those of an EXR may hold a small picture."""


def is_whole(path: Path) -> bool:
    """Whether a file is what its name says, and as long as it says itself; True of formats that are not known here."""
    looks_whole = _FORMATS.get(path.suffix.lower())
    if looks_whole is None:
        return True
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            return looks_whole(file, file.read(PIECE), size)
        except (StructError, IndexError, ValueError):  # the file ends inside of what says how long it is
            return False


def _png(file: BinaryIO, head: bytes, size: int) -> bool:
    return head.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND\xaeB`\x82" in _tail(file, size)


def _jpeg(file: BinaryIO, head: bytes, size: int) -> bool:
    return head.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in _tail(file, size)


def _tail(file: BinaryIO, size: int) -> bytes:
    """Some programs write words of their own behind a picture."""
    file.seek(max(size - PIECE, 0))
    return file.read()


def _bmp(file: BinaryIO, head: bytes, size: int) -> bool:
    return head.startswith(b"BM") and unpack_from("<I", head, 2)[0] <= size and size > 26


def _webp(file: BinaryIO, head: bytes, size: int) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP" and unpack_from("<I", head, 4)[0] + 8 <= size


def _hdr(file: BinaryIO, head: bytes, size: int) -> bool:
    """Rows are packed as they like, so that the last ones are missed only where pictures are read."""
    found = re.search(rb"\n\n[-+][XY] +(\d+) [-+][XY] +\d+\n", head)
    return head.startswith(b"#?") and bool(found) and size >= found.end() + 4 * int(found[1])


def _exr(file: BinaryIO, head: bytes, size: int) -> bool:
    """The table behind the headers says where each piece begins; it ends where the first of them does."""
    if not head.startswith(b"v/1\x01"):
        return False
    file.seek(0)
    head = file.read(LARGEST_HEADER)
    (flags,) = unpack_from("<I", head, 4)
    tiled, deep, parts = (bool(flags & bit) for bit in (0x200, 0x800, 0x1000))
    at = _end_of_headers(head, several=parts)
    file.seek(at)
    table = file.read(LARGEST_HEADER)
    starts = np.frombuffer(table, "<u8", len(table) // 8)
    ends = at + 8 * np.arange(1, len(starts) + 1, dtype=np.uint64)
    starts = starts[: int(np.argmax(ends >= np.minimum.accumulate(starts))) + 1]
    last = int(starts.max())
    if int(starts.min()) < at or last >= size:
        return False
    if deep or parts:  # pieces of several kinds
        return True
    file.seek(last + (16 if tiled else 4))
    return file.tell() + 4 + unpack_from("<i", file.read(4))[0] <= size


def _end_of_headers(head: bytes, several: bool) -> int:
    at = 8
    while head[at]:
        while head[at]:
            kind = head.index(b"\0", at) + 1
            length = head.index(b"\0", kind) + 1
            at = length + 4 + unpack_from("<I", head, length)[0]
        at += 1
        if not several:
            return at
    return at + 1


_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES = 273, 279, 324, 325
_TIFF_NUMBERS = {3: "u2", 4: "u4", 16: "u8"}


def _tiff(file: BinaryIO, head: bytes, size: int) -> bool:
    """Its directory says where each piece begins and how long it is."""
    if head[:4] not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return False
    order = "<" if head.startswith(b"II") else ">"
    big = b"+" in head[:4]
    pointer, room = (f"{order}Q", 8) if big else (f"{order}I", 4)
    file.seek(unpack_from(pointer, head, room)[0])
    directory = file.read(PIECE)
    (entries,) = unpack_from(pointer if big else f"{order}H", directory)
    found: dict[int, np.ndarray] = {}
    for number in range(entries):
        at = (8 if big else 2) + number * (4 + 2 * room)
        tag, kind = unpack_from(f"{order}HH", directory, at)
        (many,) = unpack_from(pointer, directory, at + 4)
        if tag in (_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES):
            numbers = np.dtype(order + _TIFF_NUMBERS.get(kind, "u4"))
            data = directory[at + 4 + room : at + 4 + 2 * room]
            if many * numbers.itemsize > room:
                file.seek(unpack_from(pointer, data)[0])
                data = file.read(many * numbers.itemsize)
            found[tag] = np.frombuffer(data, numbers, many).astype(np.uint64)
    starts, lengths = (_STRIPS, _STRIP_BYTES) if _STRIPS in found else (_TILES, _TILE_BYTES)
    return starts in found and lengths in found and int((found[starts] + found[lengths]).max()) <= size


_FORMATS: dict[str, Callable[[BinaryIO, bytes, int], bool]] = {
    ".png": _png,
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".exr": _exr,
    ".hdr": _hdr,
    ".tif": _tiff,
    ".tiff": _tiff,
    ".bmp": _bmp,
    ".webp": _webp,
}
