"""Rectangles on a plain ground, as the first pictures of art on walls: exact to the pixel, thousands in seconds.

A picture has one or several rectangles of one colour each, which neither overlap nor touch, on a ground of another
colour. After the WallShots study, which began with 2,000 of them at 224x224.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import Label, LabelSet
from blender_addon.contract.run import Side

from .drawn import Drawn, Pages, frame_rng

SUMMARY = "rectangles of random size, place and colour on a plain ground"
ART, WALL = 1, 2
LABEL_SET = LabelSet(
    "rectangles", (Label(ART, "art", (230, 57, 70)), Label(WALL, "wall", (168, 190, 205))), source="labelpass scenes"
)
_TRIES = 60  # to find a free place; rectangles that find none are left out, but for the first

Share = Annotated[float, 0.01, 0.9]
Many = Annotated[int, 1, 50]


@dataclass(frozen=True)
class Settings:
    """`size` (width, height) of a picture; `rectangles` in a picture, fewest and most; `side` of a rectangle as a share
    of the picture's, shortest and longest; `gap` in pixels between rectangles, and to the border; `contrast` of a
    rectangle and its ground at least, as the distance of two RGB colours (0 to 200: black and white are 441 apart, but
    from a gray no colour is farther than 221)."""

    size: tuple[Side, Side] = (224, 224)
    rectangles: tuple[Many, Many] = (1, 3)
    side: tuple[Share, Share] = (0.12, 0.55)
    gap: Annotated[int, 0, 1000] = 2
    contrast: Annotated[float, 0, 200] = 40.0

    def __post_init__(self) -> None:
        for name in ("rectangles", "side"):
            low, high = getattr(self, name)
            if high < low:
                raise ValueError(f"{name} is {low:g} to {high:g}: the lower end comes first")
        if any(_longest(side, self) < 1 for side in self.size):
            raise ValueError(f"gap {self.gap} leaves no room in {self.size[0]}x{self.size[1]} pixels")


def pages(settings: Settings, seed: int) -> Pages:
    return Pages(LABEL_SET, partial(_page, settings, seed))


def _page(settings: Settings, seed: int, frame: int) -> Drawn:
    return draw(settings, frame_rng(seed, frame))


def draw(settings: Settings, rng: np.random.Generator) -> Drawn:
    """One picture; the same state of `rng` gives the same one."""
    width, height = settings.size
    ground = rng.integers(0, 256, 3)
    rows = np.empty((height, 3 * width), np.uint8)  # filled row by row: pixel by pixel takes ten times as long
    rows[:] = np.tile(ground.astype(np.uint8), width)
    labels = np.full((height, width), WALL, np.uint16)
    things = np.zeros((height, width), np.uint32)
    low, high = settings.rectangles
    for number in range(1, int(rng.integers(low, high + 1)) + 1):
        place = _free_place(things, settings, rng)
        if place is None and number > 1:
            break
        x, y, wide, tall = place or (settings.gap, settings.gap, 1, 1)
        color = _unlike(ground, settings.contrast, rng).astype(np.uint8)
        rows[y : y + tall, 3 * x : 3 * (x + wide)] = np.tile(color, wide)
        labels[y : y + tall, x : x + wide] = ART
        things[y : y + tall, x : x + wide] = number
    return Drawn(rows.reshape(height, width, 3), labels, things)


def _longest(side: int, settings: Settings) -> int:
    """Pixels that the longest rectangle has along a side of the picture."""
    return min(max(1, round(settings.side[1] * side)), side - 2 * settings.gap)


def _free_place(
    things: NDArray[np.uint32], settings: Settings, rng: np.random.Generator
) -> tuple[int, int, int, int] | None:
    """(x, y, width, height) within the picture and `gap` off all that is there."""
    (width, height), gap = settings.size, settings.gap
    for _ in range(_TRIES):
        wide, tall = (
            int(rng.integers(min(max(1, round(settings.side[0] * side)), most), most + 1))
            for side, most in ((side, _longest(side, settings)) for side in settings.size)
        )
        x, y = int(rng.integers(gap, width - gap - wide + 1)), int(rng.integers(gap, height - gap - tall + 1))
        around = things[max(0, y - gap) : y + tall + gap, max(0, x - gap) : x + wide + gap]
        if not around.any():
            return x, y, wide, tall
    return None


def _unlike(ground: NDArray[np.int64], contrast: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """A colour at least so far from the ground; there is one, since some corner of the cube is 221 or more away."""
    while True:
        color = rng.integers(0, 256, 3)
        if np.linalg.norm(color - ground) >= contrast:
            return color
