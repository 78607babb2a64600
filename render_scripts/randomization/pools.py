"""Folders of pictures that draws choose from, by name and in an order that is the same everywhere."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path


def pictures_in(folder: Path, suffixes: Collection[str], what: str = "picture") -> dict[str, int]:
    """{name: bytes} of the pictures of a folder, sorted by name, or of `what` else has these suffixes.

    Raises ValueError where it has none.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes and path.is_file())
    if not found:
        raise ValueError(f"{folder} holds no {what} ({', '.join(suffixes)})")
    return {path.name: path.stat().st_size for path in found}
