"""Cryptomatte: which object each sample of a render shows, told by an id that Cycles makes of the object's name.

The ids are those of the Cryptomatte specification 1.2.0 (Psyop): MurmurHash3, 32 bits, as the bits of a float32 that
is neither zero, denormal, infinite nor NaN.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

PASS = "CryptoObject"


def object_ids(names: Sequence[str]) -> NDArray[np.uint32]:
    """The bits of the float32 that a Cryptomatte pass holds for each name, (N,) uint32."""
    found = np.empty(len(names), np.uint32)
    encoded = [name.encode(errors="surrogateescape") for name in names]
    by_length: dict[int, list[int]] = defaultdict(list)
    for place, text in enumerate(encoded):
        by_length[len(text)].append(place)
    for length, places in by_length.items():  # all of a length at once: 10,000 names take a few milliseconds
        padded = b"".join(encoded[place].ljust(-(-length // 4) * 4, b"\0") for place in places)
        words = np.frombuffer(padded, "<u4").reshape(len(places), -1)
        found[places] = _float_bits(_murmur3(words, length))
    return found


def _murmur3(words: NDArray[np.uint32], length: int) -> NDArray[np.uint32]:
    """MurmurHash3_x86_32 with seed 0 of texts of `length` bytes, (N, words) uint32, padded with zeros."""
    hashes = np.zeros(len(words), np.uint32)
    for position in range(words.shape[1]):
        mixed = _rotated(words[:, position] * np.uint32(0xCC9E2D51), 15) * np.uint32(0x1B873593)
        hashes ^= mixed
        if position < length // 4:  # what is left of the text, less than a word, is mixed in without this
            hashes = _rotated(hashes, 13) * np.uint32(5) + np.uint32(0xE6546B64)
    hashes ^= np.uint32(length)
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))


def _rotated(values: NDArray[np.uint32], bits: int) -> NDArray[np.uint32]:
    return (values << np.uint32(bits)) | (values >> np.uint32(32 - bits))


def _float_bits(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    exponent = np.clip((hashes >> np.uint32(23)) & np.uint32(0xFF), 1, 254).astype(np.uint32)
    return (hashes & np.uint32(0x807FFFFF)) | (exponent << np.uint32(23))


def ranks(passes: Mapping[str, NDArray[np.float32]]) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """(ids, how much of the sample shows them), each (ranks, H, W), the most first; nothing is shown by 0 of id 0.

    `passes`: {channel: (H, W) float32}; CryptoObject00 and on hold two ranks each.
    """
    named = {name.lower(): pixels for name, pixels in passes.items() if name.startswith(PASS)}
    stems = sorted({name.rpartition(".")[0] for name in named})
    ids = [named[f"{stem}.{channel}"].view(np.uint32) for stem in stems for channel in "rb"]
    shares = [named[f"{stem}.{channel}"] for stem in stems for channel in "ga"]
    return np.stack(ids), np.stack(shares)
