"""`checksums.txt`: the SHA-256 of each file of a dataset, as `sha256sum` writes it.

Who moved a dataset asks `labelpass verify DATASET`, or, where no Labelpass is, `sha256sum -c checksums.txt` in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from blender_addon.contract.words import refusal

from .errors import ExportError

NAME = "checksums.txt"
_LINE = re.compile(r"(?P<sum>[0-9a-f]{64}) [ *](?P<path>[^\0\\]+)")
_AT_ONCE = 1024  # files that wait for a thread


def files_below(folder: Path) -> list[str]:
    """Paths relative to `folder`, "/" between, sorted; neither checksums nor what is hidden."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(
        path.as_posix() for path in found if path.as_posix() != NAME and not any(p.startswith(".") for p in path.parts)
    )


def checksums_text(folder: Path, jobs: int = 1) -> str:
    """The file's text for all that is in `folder`. Raises ExportError where something cannot be read."""
    lines = []
    for path, found in checksums(folder, files_below(folder), jobs):
        if isinstance(found, OSError):
            raise ExportError(refusal(found, folder / path))
        lines.append(f"{found}  {path}\n")
    return "".join(lines)


def checksums(
    folder: Path, paths: Iterable[str], jobs: int = 1, told: Callable[[int], None] | None = None
) -> Iterator[tuple[str, str | OSError]]:
    """(path, its checksum or why it cannot be read), in the order given."""
    wanted = list(paths)
    with ThreadPoolExecutor(jobs) as pool:  # hashing leaves Python's lock alone
        for at in range(0, len(wanted), _AT_ONCE):
            part = wanted[at : at + _AT_ONCE]
            yield from zip(part, pool.map(lambda path: _checksum(folder / path), part))
            if told is not None:
                told(at + len(part))


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


def _checksum(path: Path) -> str | OSError:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return error
