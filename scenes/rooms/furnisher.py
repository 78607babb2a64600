"""The verbs that rooms are furnished with: a thing of a kind is drawn from the catalogue and placed by a rule. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenes.rooms.catalogue import Catalogue
from scenes.rooms.floor_plan import TURNS
from scenes.rooms.layout import Layout, NoPlace, Thing, against_wall, anywhere, beside, fits, on_top, on_wall


@dataclass(frozen=True)
class Furnisher:
    """One attempt to fill a room. Verbs give the number of what they placed, None where it found no place."""

    layout: Layout
    rng: np.random.Generator
    catalogue: Catalogue
    clutter: float

    def must(self, number: int | None) -> int:
        """The number. Raises NoPlace where there is none."""
        if number is None:
            raise NoPlace
        return number

    def chance(self, share: float) -> bool:
        """Whether something is to be that is in this share of rooms."""
        return bool(self.rng.random() < share)

    def wall(self, kind: str, walls: Sequence[str] = tuple(TURNS), corner: float = 0.3, gap: float = 0.015):
        """Against a wall."""
        return against_wall(self.layout, self.catalogue.draw(kind), self.rng, walls, gap, corner)

    def free(self, kind: str, away: float = 0.0) -> int | None:
        """Anywhere on the floor."""
        return anywhere(self.layout, self.catalogue.draw(kind), self.rng, away)

    def top(self, host: int | None, kind: str, spot: tuple | None = None, askew: float = 180.0) -> int | None:
        """On a thing, about a spot of it."""
        if host is None:
            return None
        return on_top(self.layout, host, self.catalogue.draw(kind), self.rng, spot, askew)

    def hang(self, kind: str, heights=(1.45, 1.65), over: int | None = None, walls: Sequence[str] = tuple(TURNS)):
        """On a wall, over a thing where one is named."""
        return on_wall(self.layout, self.catalogue.draw(kind), self.rng, heights, walls, over)

    def by(self, host: int, kind: str, side: int, gap=(0.02, 0.12)) -> int | None:
        """Beside a thing."""
        return beside(self.layout, host, self.catalogue.draw(kind), self.rng, side, gap)

    def size(self, number: int) -> tuple[float, float]:
        """Width and depth of a thing."""
        model = self.layout.things[number].model
        return model.wide, model.deep

    def scatter(self, host: int | None, kinds: Sequence[str], most: int) -> None:
        """Some of these on a thing, as many as the room's clutter has it."""
        for kind in self.rng.permutation(kinds)[: self.rng.binomial(most, self.clutter)]:
            self.top(host, str(kind))

    def litter(self, kinds: Sequence[str], most: int) -> None:
        """Some of these on the floor, rather near to walls."""
        for kind in self.rng.choice(kinds, self.rng.binomial(most, self.clutter)):
            if self.chance(0.6):
                self.wall(str(kind), corner=0.2, gap=0.06)
            else:
                self.free(str(kind), 0.2)

    def pictures(self, most: int, over: Sequence[int | None] = ()) -> None:
        """Pictures over things, as a rule, and some elsewhere."""
        for host in over:
            if host is not None and self.chance(0.75):
                self.hang("picture", (1.45, 1.7), over=host)
        for _ in range(self.rng.integers(0, most + 1)):
            self.hang("picture", (1.45, 1.7))

    def lay(self, kind: str, x: float, y: float, turn: float) -> int | None:
        """A thing of a kind right there, as far as it fits."""
        thing = Thing(self.catalogue.draw(kind), x, y, 0.0, turn)
        return self.layout.add(thing) if fits(self.layout, thing) else None
