"""Label Studio's brush masks: bytes that are runs of bits, as its editor writes them (format "rle").

The stream has 32 bits: how many values there are; 5 bits: the bits of a value, less one; four times 4 bits: the bits of
a run's length, less one, one width for each of four sizes of runs. Then follow runs: a bit that says whether one value
is repeated, two bits that choose the width, the length less one; and the value, or each of them. It is the format of
the npm package @thi.ng/rle-pack. The values are those of RGBA pixels, row by row, of which alpha is the mask.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def mask_of(rle: list[int], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(H, W): where the brush was, at least by half. Raises ValueError where the bytes are no mask of that size."""
    height, width = shape
    values = _values(rle, height * width * 4)
    return values.reshape(height, width, 4)[..., 3] >= 128


def _values(rle: list[int], expected: int) -> NDArray[np.uint8]:
    stream = _Bits(rle)
    count = stream.take(32)
    if count != expected:  # asked before there is room for them: a short text may claim four billion
        raise ValueError(f"a brush mask of {count // 4} pixels, and the picture has {expected // 4}")
    values = np.zeros(count, np.uint8)
    bits = stream.take(5) + 1
    lengths = [stream.take(4) + 1 for _ in range(4)]
    if bits > 8:
        raise ValueError(f"brush masks have values of 8 bits, not of {bits}")
    at = 0
    while at < len(values):
        repeated = stream.take(1)
        end = at + stream.take(lengths[stream.take(2)]) + 1
        if end > len(values):
            raise ValueError("a brush mask that has more values than it says")
        if repeated:
            values[at:end] = stream.take(bits)
        else:
            values[at:end] = [stream.take(bits) for _ in range(end - at)]
        at = end
    return values


class _Bits:
    """Numbers out of a stream of bits, the highest bit first."""

    def __init__(self, data: list[int]):
        self._data = bytes(data)
        self._at = 0

    def take(self, count: int) -> int:
        end = self._at + count
        if end > 8 * len(self._data):
            raise ValueError("a brush mask that is cut short")
        held = int.from_bytes(self._data[self._at // 8 : -(-end // 8)], "big")
        self._at = end
        return held >> -end % 8 & (1 << count) - 1
