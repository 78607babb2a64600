"""`checksums.txt`: the SHA-256 of each file of a dataset, as `sha256sum` writes it.

Who moved a dataset asks `labelpass verify DATASET`, or, where no Labelpass is, `sha256sum -c checksums.txt` in it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from blender_addon.contract.words import refusal

from .errors import ExportError

NAME = "checksums.txt"
_LINE = re.compile(r"(?P<sum>[0-9a-f]{64}) [ *](?P<path>[^\0\\]+)")
_AT_ONCE = 1024  # files that wait for a thread


def files_below(folder: Path) -> list[str]:
    """Paths relative to `folder`, "/" between, sorted; neither checksums nor what is hidden."""
    return list(_walk(folder, ""))


def _walk(folder: Path, path: str) -> Iterator[str]:
    """The same, one after the other: of a million files only the names of one folder are in memory."""
    with os.scandir(folder / path) as entries:
        # With its "/", a folder sorts among files as its paths do.
        names = sorted(_name(entry) for entry in entries if entry.name[0] != ".")
    for name in names:
        if name.endswith("/"):
            yield from _walk(folder, path + name)
        elif path + name != NAME and (folder / path / name).is_file():
            yield path + name


def _name(entry: os.DirEntry[str]) -> str:
    return f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name


def checksum_lines(folder: Path, jobs: int = 1) -> Iterator[bytes]:
    """The file's lines for all that is in `folder`. Raises ExportError where something cannot be read."""
    for path, found in checksums(folder, _walk(folder, ""), jobs):
        if isinstance(found, OSError):
            raise ExportError(refusal(found, folder / path))
        yield f"{found}  {path}\n".encode()


def checksums(
    folder: Path, paths: Iterable[str], jobs: int = 1, told: Callable[[int], None] | None = None
) -> Iterator[tuple[str, str | OSError]]:
    """(path, its checksum or why it cannot be read), in the order given."""
    done, left = 0, iter(paths)
    with ThreadPoolExecutor(jobs) as pool:  # hashing leaves Python's lock alone
        while part := list(islice(left, _AT_ONCE)):
            yield from zip(part, pool.map(lambda path: file_checksum(folder / path), part))
            done += len(part)
            if told is not None:
                told(done)


def read_checksums(text: str) -> dict[str, str]:
    """{path: checksum}. Raises ExportError with the line that is none, or a path that leads elsewhere."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ExportError(f"line {number} is no line of sha256sum")
        path = match["path"]
        if path.startswith("/") or ".." in path.split("/") or ":" in path:
            raise ExportError(f"line {number} names {path!r}, which is not in the dataset")
        if path in found:
            raise ExportError(f"line {number} names {path!r} again")
        found[path] = match["sum"]
    return found


def file_checksum(path: Path) -> str | OSError:
    """That of one file, or why it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return error
