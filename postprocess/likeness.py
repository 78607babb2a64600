"""Pictures that look alike, though no pixel is the same: how a test set comes to measure memory.

A picture is put into 64 bits: is each of 8 x 9 areas brighter than the one left of it (a difference hash, "dHash":
Krawetz, "Kind of Like That", 2013). Noise, compression and brightness turn a few bits, another picture some thirty.

Pairs that differ in `RADIUS` bits at most are found without comparing each with each: of 7 bands of bits, 4 turned bits
leave 3 bands as they were, so such pairs share one of the 35 triples of bands. A triple has 27 bits or more, so that
few others share it: the time grows as sorting does. Where thousands do (a camera that stands still), each is compared
with the next thousand, and the count is a lower bound.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.words import counted, listed

RADIUS = 4
_BANDS = 7
_LEAST_CONTRAST = 8  # of 255, between the areas: below it the bits are noise
_TOLD = 3
_FEW, _CROWD = 8, 1000  # codes that share a triple: from here on less is asked, and no more than so many
_Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Alike:
    """`frames`: how many have a picture in another split that looks like theirs; `pairs` of their numbers, the nearest
    first, with the bits that differ."""

    frames: int
    pairs: tuple[tuple[int, int, int], ...]


class Likenesses(Sequence[int | None]):
    """What `likeness` says of many pictures, in 9 bytes each."""

    def __init__(self) -> None:
        self._bits, self._known = array("Q"), bytearray()

    def add(self, bits: int | None) -> None:
        self._bits.append(bits or 0)
        self._known.append(bits is not None)

    def __len__(self) -> int:
        return len(self._bits)

    def __getitem__(self, at):  # type: ignore[no-untyped-def]
        return self._bits[at] if self._known[at] else None


def likeness(image: NDArray[np.uint8]) -> int | None:
    """The 64 bits of an (H, W, 3) picture; None for one that is too even to be told from others."""
    # Some 8 x 8 pixels of an area say how bright it is; an export has no time for all of them.
    step = max(1, min(image.shape[0] // 64, image.shape[1] // 72))
    gray = cv2.cvtColor(np.ascontiguousarray(image[::step, ::step]), cv2.COLOR_RGB2GRAY)
    areas = cv2.resize(gray, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    if int(areas.max()) - int(areas.min()) < _LEAST_CONTRAST:
        return None
    return int.from_bytes(np.packbits(areas[:, 1:] > areas[:, :-1]).tobytes(), "big")


def alike_across(hashes: Sequence[int | None], splits: Sequence[int], radius: int = RADIUS) -> Alike:
    """Those of frames in different splits, which are small whole numbers. Raises ValueError for a radius above 4."""
    if not 0 <= radius <= RADIUS:
        raise ValueError(f"radius {radius}: the search finds pairs of 0 to {RADIUS} differing bits")
    return _alike(*_as_arrays(hashes), np.array(splits, np.int64), radius)


def leak_warnings(names: Sequence[str], parts: Sequence[str], hashes: Sequence[int | None]) -> Iterator[str]:
    """A sentence where frames of one split look like frames of another."""
    order = _order_of(names)
    numbers = {part: at for at, part in enumerate(sorted(set(parts)))}
    splits = np.fromiter((numbers[part] for part in parts), np.int64, len(parts))
    bits, known = _as_arrays(hashes)
    found = _alike(bits[order], known[order], splits[order], RADIUS)
    if found.frames:
        pairs = [
            f"{names[order[one]]} ({parts[order[one]]}) and {names[order[other]]} ({parts[order[other]]}), {bits} bits"
            for one, other, bits in found.pairs
        ]
        many = counted(found.frames, "frame")
        yield (
            f"{many} of {len(names)} with a picture like one of another split, so scores will flatter; "
            f"nearest: {listed(pairs, most=_TOLD, between='; ')} of 64 differ"
        )


def _as_arrays(hashes: Sequence[int | None]) -> tuple[_Hashes, NDArray[np.bool_]]:
    """The bits, and which are known."""
    known = np.fromiter((bits is not None for bits in hashes), np.bool_, len(hashes))
    return np.fromiter((bits or 0 for bits in hashes), np.uint64, len(hashes)), known


def _order_of(names: Sequence[str]) -> NDArray[np.int64]:
    """The places of names as sorted, without a list of them."""
    width = max((len(_letters(name)) for name in names), default=1)
    return np.argsort(np.fromiter(map(_letters, names), f"S{width}", len(names)), kind="stable")


def _letters(name: str) -> bytes:
    return name.encode(errors="surrogatepass") or b"\0"  # bytes that sort as the text does


def _alike(bits: _Hashes, is_known: NDArray[np.bool_], splits: NDArray[np.int64], radius: int) -> Alike:
    known = np.flatnonzero(is_known)
    if not len(known):
        return Alike(0, ())
    codes, of = np.unique(bits[known], return_inverse=True)
    marks = np.left_shift(1, splits[known])
    masks = np.zeros(len(codes), np.int64)  # the splits that show this code
    np.bitwise_or.at(masks, of, marks)
    reached = masks.copy()  # and those that show one near it
    nearest = [(0, code, code) for code in np.flatnonzero(masks & (masks - 1))[:_TOLD].tolist()]
    for one, other, differing in _near(codes, masks, reached, radius):
        np.bitwise_or.at(reached, one, masks[other])
        np.bitwise_or.at(reached, other, masks[one])
        best = np.lexsort((other, one, differing))[:_TOLD]
        nearest += zip(differing[best].tolist(), one[best].tolist(), other[best].tolist())
    frames = int(np.count_nonzero(reached[of] & ~marks))
    pairs = [_frames_of(pair, known, of, marks) for pair in sorted(set(nearest))[:_TOLD]]
    return Alike(frames, tuple(pairs))


def _near(
    codes: _Hashes, masks: NDArray[np.int64], reached: NDArray[np.int64], radius: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """(one, other, differing bits) of pairs of codes that are in different splits; a pair may come several times.

    `reached` is what the caller has noted of the pairs so far: in crowds (a camera that stands still) those that are
    known to leak are not asked again.
    """
    for keys in _triples(codes):
        order = np.argsort(keys, kind="stable")
        order = order[_among_several(keys[order], masks[order])]
        ordered, places = keys[order], np.arange(len(order))
        for apart in range(1, _CROWD):
            places = places[places + apart < len(order)]
            places = places[ordered[places] == ordered[places + apart]]
            if apart > _FEW:
                places = places[_is_single(reached[order[places]]) | _is_single(reached[order[places + apart]])]
            if not len(places):
                break
            one, other = np.sort((order[places], order[places + apart]), axis=0)
            bits = _ones(codes[one] ^ codes[other])
            leak = (bits <= radius) & ~_is_single(masks[one] | masks[other])
            if leak.any():
                yield one[leak], other[leak], bits[leak]


def _among_several(ordered: _Hashes, masks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of sorted keys: which are shared by codes of different splits."""
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    several = ~_is_single(np.bitwise_or.reduceat(masks, starts))
    return np.repeat(several, np.diff(np.append(starts, len(ordered))))


def _is_single(masks: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(masks & (masks - 1) == 0)


def _triples(codes: _Hashes) -> Iterator[_Hashes]:
    edges = [round(64 * band / _BANDS) for band in range(_BANDS + 1)]
    bands = [(1 << high) - (1 << low) for low, high in zip(edges, edges[1:])]
    for chosen in combinations(bands, _BANDS - RADIUS):
        yield codes & np.uint64(sum(chosen))


def _ones(bits: _Hashes) -> NDArray[np.int64]:
    """How many bits are set (NumPy has its own from 2.0 on)."""
    each = np.unpackbits(np.ascontiguousarray(bits).view(np.uint8).reshape(-1, 8), axis=1)
    return np.asarray(each.sum(axis=1, dtype=np.int64))


def _frames_of(
    pair: tuple[int, int, int], known: NDArray[np.int64], of: NDArray[np.int64], marks: NDArray[np.int64]
) -> tuple[int, int, int]:
    """Numbers of two frames of different splits that have these codes."""
    bits, one, other = pair
    ones, others = np.flatnonzero(of == one), np.flatnonzero(of == other)
    first, second = next((a, b) for a in ones for b in others if marks[a] != marks[b])
    low, high = sorted((known[int(first)], known[int(second)]))
    return low, high, bits
