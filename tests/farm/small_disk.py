"""A disk that is full to its last byte, or nearly."""

from __future__ import annotations

from pathlib import Path


def fill(folder: Path, leave: int = 0) -> None:
    """Fill the disk of a folder with one file, `filler`, but for so many bytes."""
    with open(folder / "filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            file.truncate(max(0, file.tell() - leave))
