"""Rows of frames, kept on the disk until all frames are there: what a dataset gathers may be larger than the memory.

Each process appends to a file of its own in `FOLDER` and remembers where; so the rows can be read in any order, and
the order of the dataset does not depend on who was first.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

from .errors import ExportError

FOLDER = ".rows"
_RECORD = Struct("<IQQI")  # of a span


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes in the file of a process, and their CRC-32."""

    process: int
    start: int
    length: int
    crc: int


def put(root: Path, rows: Mapping[str, bytes]) -> dict[str, Span]:
    """Append the rows of a frame; where each kind of them stands."""
    if not rows:
        return {}
    (root / FOLDER).mkdir(exist_ok=True)  # not the root, which is taken away when an export is over
    process, spans = os.getpid(), {}
    with open(root / FOLDER / str(process), "ab") as file:
        for kind, data in rows.items():
            spans[kind] = Span(process, file.tell(), len(data), zlib.crc32(data))
            file.write(data)
    return spans


def has_span(root: Path, span: Span) -> bool:
    """Whether the disk still holds what it was given."""
    try:
        return _is(_read(root, span), span)
    except OSError:
        return False


def _read(root: Path, span: Span) -> bytes:
    with open(root / FOLDER / str(span.process), "rb") as file:
        file.seek(span.start)
        return file.read(span.length)


def _is(data: bytes, span: Span) -> bool:
    return len(data) == span.length and zlib.crc32(data) == span.crc


class Rows:
    """The rows of all frames of an export, by the frame's number (`layout.Placed.number`)."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._spans: dict[str, bytearray] = {}  # of each kind: a record per frame, since a million are many objects

    def add(self, number: int, spans: Mapping[str, Span]) -> None:
        """Where a frame's rows stand. Frames come in the order of their numbers, from 1 on."""
        for kind, span in spans.items():
            of = self._spans.setdefault(kind, bytearray())
            of += bytes(_RECORD.size * (number - 1) - len(of))  # of frames without such rows
            of += _RECORD.pack(span.process, span.start, span.length, span.crc)

    def has(self, number: int, kind: str) -> bool:
        """Whether a frame has rows of this kind."""
        start = _RECORD.size * (number - 1)
        return any(self._spans.get(kind, b"")[start : start + _RECORD.size])

    def size(self, number: int, kind: str) -> int:
        """How many bytes they are."""
        return self._span(number, kind).length

    def of(self, number: int, kind: str) -> bytes:
        """The rows of a frame that has some. Raises ExportError where the disk gives others than it was given."""
        span = self._span(number, kind)
        data = _read(self._root, span)
        if not _is(data, span):
            place = self._root / FOLDER / str(span.process)
            raise ExportError(f"{place} does not hold what was written: a full or failing disk?")
        return data

    def _span(self, number: int, kind: str) -> Span:
        return Span(*_RECORD.unpack_from(self._spans[kind], _RECORD.size * (number - 1)))
