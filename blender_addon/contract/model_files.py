"""Whether model files are whole, by what each format says of itself: no surface is read."""

from __future__ import annotations

import json
import mmap
import re
from pathlib import Path
from struct import error as StructError
from struct import unpack_from

from .model_parts import parts_of

_HEAD = 1 << 16
_FACE = re.compile(rb"^[ \t]*f[ \t]", re.MULTILINE)
_GZIP, _ZSTANDARD, _SEEKABLE = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xb1\xea\x92\x8f"
_LAST_BLOCK, _LAST_BYTES = b"ENDB", (20, 24, 32)
"""Of a .blend: what its last block begins with, and how long that may be, by the Blender that wrote it."""


def is_whole(path: Path) -> bool:
    """Whether a file is what its name says, and as long as it says itself; True of formats that are not known here."""
    looks_whole = _FORMATS.get(path.suffix.lower())
    try:
        return looks_whole is None or looks_whole(path)
    except (StructError, ValueError, RecursionError):  # the file ends inside of what says how long it is
        return False


def _glb(path: Path) -> bool:
    """A head with the length of all, and pieces with theirs, of which the first is JSON."""
    size = path.stat().st_size
    with path.open("rb") as file:
        magic, _, whole = unpack_from("<4sII", file.read(12))
        length, kind = unpack_from("<I4s", file.read(8))
        if magic != b"glTF" or kind != b"JSON" or not 20 + length <= whole <= size:
            return False
        return isinstance(json.loads(file.read(length)), dict)


def _gltf(path: Path) -> bool:
    """JSON, whose buffers are there: without them there is no surface. Pictures may be missing."""
    data = json.loads(path.read_bytes())
    return isinstance(data, dict) and all(part.is_file() for part in parts_of(path) if part.suffix.lower() == ".bin")


def _obj(path: Path) -> bool:
    """Text, with a face in it; an empty file cannot be looked into."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return b"\0" not in content[:_HEAD] and _FACE.search(content) is not None


def _blend(path: Path) -> bool:
    """Its last block says that it is the last; the table of a compressed one, which Blender writes behind all, too.

    Of what Blender 2 has compressed, by gzip, the beginning alone is looked at.
    """
    with path.open("rb") as file:
        head = file.read(7)
        file.seek(max(path.stat().st_size - max(_LAST_BYTES), 0))
        tail = file.read()
    if head.startswith(_ZSTANDARD):
        return tail.endswith(_SEEKABLE)
    ends = any(tail[-length:].startswith(_LAST_BLOCK) for length in _LAST_BYTES)
    return (head == b"BLENDER" and ends) or head.startswith(_GZIP)


_FORMATS = {".glb": _glb, ".gltf": _gltf, ".obj": _obj, ".blend": _blend}
