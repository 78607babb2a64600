"""Folders of pictures that draws choose from, by name and in an order that is the same everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from blender_addon.contract import model_files
from blender_addon.contract.model_parts import is_there, parts_of

from . import picture_files

PIECE = 1 << 16
"""Bytes of the beginning, the middle and the end of a file that identify it, with its size: folders of surroundings
have gigabytes, and each start of a run asks."""


def pictures_in(folder: Path, suffixes: Collection[str], what: str = "picture") -> dict[str, str]:
    """{name: what identifies it, see `fingerprint`} of `files_in`. Raises ValueError as that does."""
    return {path.name: fingerprint(path) for path in files_in(folder, suffixes, what)}


def files_in(folder: Path, suffixes: Collection[str], what: str = "picture") -> list[Path]:
    """The pictures of a folder, sorted by name, or of `what` else has these suffixes.

    Raises ValueError where it has none, or one that is not whole.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder here; put it there, or name a job, or --randomize, that finds it")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes and path.is_file())
    if not found:
        raise ValueError(f"{folder} holds no {what} ({', '.join(suffixes)})")
    is_whole = model_files.is_whole if what == "model" else picture_files.is_whole
    for path in found:
        if not is_whole(path):
            kind = path.suffix.lower()[1:]
            raise ValueError(f"{path} cannot be read as a {what}: no {kind} file, or cut; replace it, or take it away")
    return found


def fingerprint(path: Path) -> str:
    """What tells a file from another of its name: its bytes, and a hash over pieces of it and of what it is made of."""
    digest = hashlib.sha256()
    for each in (path, *parts_of(path)):
        size = each.stat().st_size if is_there(each) else None
        if each != path:
            digest.update(f"part of {size} bytes".encode())
        if size is not None:
            with each.open("rb") as file:
                for start in (0, (size - PIECE) // 2, size - PIECE):
                    file.seek(max(start, 0))
                    digest.update(file.read(PIECE))
    return f"{path.stat().st_size} {digest.hexdigest()[:16]}"
