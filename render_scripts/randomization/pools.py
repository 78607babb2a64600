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
    for path in found:
        beginnings = _BEGINNINGS.get(path.suffix.lower(), (b"",))
        with path.open("rb") as file:
            if not file.read(8).startswith(beginnings):
                raise ValueError(f"{path} is no {path.suffix.lower()[1:]} file: put a picture there, or take it away")
    return {path.name: path.stat().st_size for path in found}


_BEGINNINGS = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".exr": (b"v/1\x01",),
    ".hdr": (b"#?",),
    ".tif": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    ".tiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
}
"""Of files that say what they are: Blender renders magenta where it cannot read one, and says nothing."""
