"""Many frame numbers as few ranges, and as people write them: `1-9,20,30-34`."""

from __future__ import annotations

import re
from collections.abc import Iterable


def parse_frames(text: str) -> tuple[int, ...]:
    """'1-40', '3', '1-9,20,30-34' or '-5--2' as sorted frame numbers. Raises ValueError for anything else."""
    frames: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(-?\d+)(?:-(-?\d+))?\s*", part, re.ASCII)
        if not match:
            raise ValueError(f"frames {part!r}: write 7, 1-40 or 1-9,20,30-34")
        first = int(match[1])
        last = int(match[2] or first)
        if last < first:
            raise ValueError(f"frames {part!r}: ends before it starts")
        if last - first >= 10_000_000:
            raise ValueError(f"frames {part!r}: more than ten million")
        frames.update(range(first, last + 1))
    return tuple(sorted(frames))


def frames_text(frames: Iterable[int]) -> str:
    """What `parse_frames` makes these of, as short as that goes: a command line has no room for 100,000 numbers."""
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in ranges_of(frames))


def ranges_of(frames: Iterable[int]) -> list[tuple[int, int]]:
    """(first, last) of each run of numbers without a gap, in their order."""
    ranges: list[tuple[int, int]] = []
    for frame in sorted(frames):
        if ranges and frame == ranges[-1][1] + 1:
            ranges[-1] = ranges[-1][0], frame
        else:
            ranges.append((frame, frame))
    return ranges
