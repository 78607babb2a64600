"""Long sequences in little memory: what a million frames are, as bytes until somebody asks.

A frame as Python's objects has some three kilobytes; many of them as JSON, compressed together, have less than two
hundred bytes each. Reading from start to end is cheap; `Packed` at random
is not, since a place costs as much as its whole block.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_TOGETHER = 64  # more of them compress little better, and one at random costs more
_LEVEL = 1


def shared(items: Iterable[_Item]) -> tuple[_Item, ...]:
    """The same, but that equal ones are one object: a thousand runs of one label set have it once."""
    found: list[_Item] = []
    for item in items:
        found.append(next((other for other in found if other is item or other == item), item))
    return tuple(found)


class Packed(Sequence[_Item]):
    """What `items` were, in their order; each look makes them anew. `plain` says an item as JSON does, and `made` makes
    it of that."""

    def __init__(self, items: Iterable[_Item], plain: Callable[[_Item], Any], made: Callable[[Any], _Item]) -> None:
        self._blocks: list[bytes] = []
        self._count, self._made = 0, made
        left = map(plain, items)
        while block := list(islice(left, _TOGETHER)):
            self._blocks.append(zlib.compress(json.dumps(block).encode(), _LEVEL))
            self._count += len(block)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[_Item]:
        for block in self._blocks:
            yield from map(self._made, json.loads(zlib.decompress(block)))

    def __getitem__(self, at):  # type: ignore[no-untyped-def]
        if not 0 <= at < self._count:
            raise IndexError(at)
        return self._made(json.loads(zlib.decompress(self._blocks[at // _TOGETHER]))[at % _TOGETHER])


class Texts(Sequence[str]):
    """Texts, of which any one is found at once."""

    def __init__(self) -> None:
        self._letters, self._ends = bytearray(), array("Q", [0])

    def add(self, text: str) -> None:
        self._letters += text.encode(errors="surrogatepass")
        self._ends.append(len(self._letters))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at):  # type: ignore[no-untyped-def]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._letters[self._ends[at] : self._ends[at + 1]].decode(errors="surrogatepass")
