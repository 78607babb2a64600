"""What the frames of an export come to, summed as they arrive, so that a million of them need no more room than one.

Only what makes pictures alike is kept of each: 9 bytes.
"""

from __future__ import annotations

from collections import Counter

from .convert import Converted
from .frames import Frame
from .likeness import Likenesses
from .splits import SPLITS
from .stats import ClassCounts, ClassSums


class Totals:
    """`seen` per source, {id or code there: pixels}; `sizes`:
    {(width, height): frames of it}; `reshaped`: pairs of sizes, as read and as written; `background_known` is False
    where a source could not tell background from unlabelled."""

    def __init__(self, sources: int) -> None:
        self._written = {split: ClassSums() for split in SPLITS}
        self.seen: tuple[Counter[int], ...] = tuple(Counter() for _ in range(sources))
        self.sizes: Counter[tuple[int, int]] = Counter()
        self.reshaped: set[tuple[tuple[int, int], tuple[int, int]]] = set()
        self.background_known = True
        self.likenesses = Likenesses()

    def add(self, frame: Frame, split: str, done: Converted) -> None:
        """Frames come in their order."""
        self._written[split].add(done.counts)
        self.seen[frame.source].update(done.source_counts)
        self.sizes[done.size] += 1
        self.reshaped.add((done.source_size, done.size))
        self.background_known &= done.background_known
        self.likenesses.add(done.likeness)

    def counts(self) -> dict[str, ClassCounts]:
        """Per split, of ids and codes that are written."""
        return {split: sums.counts() for split, sums in self._written.items()}
