"""Where the pixels of a frame are in a dataset that was written, and what the values of its label files mean.

Of most formats a frame is files of its own; of others it is parts of an archive, or rows of arrays. What is here is
small, travels between processes and holds nothing open; `stored_pixels` reads it, `stored_frames` finds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """The file that an archive calls `name`: `length` bytes from `start` on."""

    path: Path
    name: str
    start: int
    length: int

    def __str__(self) -> str:
        return f"{self.path}: {self.name}"


@dataclass(frozen=True, slots=True)
class Row:
    """Entry `at` of a .npy, or of `array` in an HDF5 file; `frame` is its name, for sentences."""

    path: Path
    frame: str
    at: int
    array: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.array or 'row'} {self.at} ({self.frame})"


Where = Path | Part | Row
"""A file of its own, or what is in one."""


def file_of(where: Where) -> Path:
    """The file that holds it."""
    return where if isinstance(where, Path) else where.path


@dataclass(frozen=True, slots=True)
class Stored:
    """A frame of a dataset: its label map, its picture where the dataset has pictures, and `facts`, a file that says
    more of it, where the format has one."""

    split: str
    name: str
    labels: Where
    image: Where | None
    facts: Part | None = None


@dataclass(frozen=True)
class Written:
    """What label maps hold: values of `dtype`, each of them a label id or one of the codes in `meanings`, several where
    the dataset cannot tell which. With `palette` their PNGs have one, and values are places in it."""

    dtype: str
    meanings: Mapping[int, tuple[int, ...]]
    palette: bool = False

    @property
    def mingled(self) -> tuple[tuple[int, ...], ...]:
        """Codes that nobody can tell apart again."""
        return tuple(codes for codes in self.meanings.values() if len(codes) > 1)


def plain_stored(stored: Stored) -> list[Any]:
    """As JSON has it, and `made_stored` makes it of."""
    wheres = (stored.labels, stored.image, stored.facts)
    return [stored.split, stored.name, *(None if where is None else _plain(where) for where in wheres)]


def made_stored(row: Sequence[Any]) -> Stored:
    split, name, *wheres = row
    found: list[Any] = [None if where is None else _made(where) for where in wheres]
    return Stored(split, name, *found)


def _plain(where: Where) -> str | list[Any]:
    if isinstance(where, Part):
        return [str(where.path), where.name, where.start, where.length]
    return str(where) if isinstance(where, Path) else [str(where.path), where.frame, where.at, where.array]


def _made(where: Any) -> Where:
    if isinstance(where, str):
        return Path(where)
    path, name, number, last = where
    return Row(Path(path), name, number, last) if isinstance(last, str) else Part(Path(path), name, number, last)
