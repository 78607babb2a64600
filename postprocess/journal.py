"""What an unfinished export has done, so that the same command goes on where it was stopped or killed.

In the folder that becomes the dataset, and gone before it does: the digest of all that decides bytes, and from each
process a file with a line for each frame that is there: sizes and CRC-32 of its files, and what counting found. A line
that is cut or damaged is no line. Nothing is believed: whoever goes on reads the files again (`is_whole`).
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from blender_addon.contract import VERSION

from .frames import Frame
from .layout import Placed
from .spool import Span, has_span

FOLDER = ".journal"
Sum = tuple[int, int]
"""Of a file: its bytes, and their CRC-32."""
_DIGEST = "digest"


@dataclass(frozen=True)
class Done:
    """A finished frame: its files, {path in the dataset: size and CRC-32}, its rows, and `facts` for its caller."""

    files: Mapping[str, Sum]
    rows: Mapping[str, Span]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """Where a frame's line stands: in the file of a process, from `start` on."""

    process: int
    start: int


def digest_of(settled: Iterable[object], frames: Iterable[tuple[Frame, Placed]]) -> str:
    """Of what decides the bytes of an export: everything that was `settled`, the versions that encode, each frame with
    its checksums, and its files as the disk has them, since some travel as they are."""
    digest = hashlib.sha256()
    for part in (VERSION, cv2.__version__, np.__version__, zlib.ZLIB_RUNTIME_VERSION, *settled):
        digest.update(f"{part!r}\n".encode(errors="backslashreplace"))
    for frame, placed in frames:
        digest.update(f"{(frame, placed, _on_disk(frame))!r}\n".encode(errors="backslashreplace"))
    return digest.hexdigest()


def _on_disk(frame: Frame) -> list[tuple[int, int]]:
    paths = {frame.labels, frame.image, frame.purity, *(frame.labels.parent / name for name in frame.checksums)}
    found = []
    for path in sorted(path for path in paths if path is not None):
        try:
            of = path.stat()
        except OSError:  # whoever reads it will say so
            continue
        found.append((of.st_size, of.st_mtime_ns))
    return found


def begin(root: Path, digest: str) -> None:
    """An empty journal in `root`, or the one that is there already."""
    (root / FOLDER).mkdir(exist_ok=True)
    (root / FOLDER / _DIGEST).write_text(digest, encoding="ascii")


def is_of(root: Path, digest: str) -> bool:
    """Whether `root` holds a journal of this digest."""
    try:
        return (root / FOLDER / _DIGEST).read_text(encoding="ascii") == digest
    except (OSError, ValueError):
        return False


def count(root: Path) -> int:
    """How many frames it has; 0 where there is no journal."""
    return len(lines(root))


def note(root: Path, name: str, done: Done) -> None:
    """A frame is there, all of it."""
    rows = {kind: (span.process, span.start, span.length, span.crc) for kind, span in done.rows.items()}
    body = json.dumps([name, dict(done.files), rows, dict(done.facts)]).encode()
    with open(root / FOLDER / str(os.getpid()), "ab") as file:
        file.write(b"%08x %b\n" % (zlib.crc32(body), body))


def lines(root: Path) -> dict[str, Line]:
    """{name of a frame: where its line is}; the last one, where there are several."""
    found: dict[str, Line] = {}
    for path in sorted((root / FOLDER).glob("[0-9]*")):
        start = 0
        with open(path, "rb") as file:
            for line in file:
                entry = _parsed(line)
                if entry is not None:
                    found[entry[0]] = Line(int(path.name), start)
                start += len(line)
    return found


def done_at(root: Path, line: Line) -> Done | None:
    """The frame of a line, where all of it is there as it was written; else None."""
    with open(root / FOLDER / str(line.process), "rb") as file:
        file.seek(line.start)
        entry = _parsed(file.readline())
    if entry is None:
        return None
    _, files, rows, facts = entry
    done = Done(
        {path: (size, crc) for path, (size, crc) in files.items()},
        {kind: Span(*span) for kind, span in rows.items()},
        facts,
    )
    whole = all(_has_file(root / path, of) for path, of in done.files.items())
    return done if whole and all(has_span(root, span) for span in done.rows.values()) else None


def _has_file(place: Path, of: Sum) -> bool:
    try:
        data = place.read_bytes() if place.stat().st_size == of[0] else None
    except OSError:
        return False
    return data is not None and zlib.crc32(data) == of[1]


def _parsed(line: bytes) -> Any:
    """What `note` wrote; None where the line is cut or damaged."""
    crc, _, body = line.rstrip(b"\n").partition(b" ")
    whole = line.endswith(b"\n") and crc == b"%08x" % zlib.crc32(body)
    return json.loads(body) if whole else None
