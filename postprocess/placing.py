"""Where all frames of a dataset go: `layout.Placed` of each, made when somebody asks, and a few bytes until then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .exporters import Format
from .layout import Placed
from .splits import SPLITS


@dataclass(frozen=True)
class Placing(Sequence[Placed]):
    """All frames in their order: their `names`, unique, their `scenes`, and `splits` (N,), places in `SPLITS`.

    Pictures have this `ending`, None where there are none.
    """

    layout: Format
    ending: str | None
    names: Sequence[str]
    scenes: Sequence[str]
    splits: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.splits)

    def __getitem__(self, at):  # type: ignore[no-untyped-def]
        name, split = self.names[at], SPLITS[self.splits[at]]
        places = self.layout.places(split, name, self.ending or "")
        if self.ending is None:
            places = replace(places, image=None)
        return Placed(name, at + 1, split, places, self.scenes[at])


@dataclass(frozen=True)
class Chosen(Sequence[Placed]):
    """Some of them: those at the places `which` (N,), in that order."""

    placing: Placing
    which: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, at):  # type: ignore[no-untyped-def]
        return self.placing[int(self.which[at])]
