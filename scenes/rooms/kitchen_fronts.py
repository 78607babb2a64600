"""The fronts of kitchen units: doors, drawers, ovens, dishwashers. They stand at y = FRONT and face -y."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenes.kitchen import DEEP
from scenes.pieces import Piece
from scenes.shapes import box, boxes, lathe, tube

FRONT = -DEEP + 0.01


@dataclass(frozen=True)
class Fronts:
    """What all fronts of a kitchen share: framed or plain, and their handles."""

    framed: bool
    handle: str  # "bar", "knob" or "none"
    metal: str


def draw_fronts(rng: np.random.Generator) -> Fronts:
    """As likely as kitchens have them."""
    handle = str(rng.choice(["bar", "knob", "none"], p=[0.5, 0.3, 0.2]))
    return Fronts(bool(rng.random() < 0.45), handle, str(rng.choice(["steel", "chrome", "brass", "dark metal"])))


def add_unit(units: Piece, x: float, wide: float, what: str, fronts: Fronts) -> None:
    """The front of one base unit, its middle at x."""
    if what == "oven":
        _add_oven(units, x, wide)
    elif what == "dishwasher":
        box(units, "dishwasher", (wide - 0.01, 0.022, 0.72), (x, FRONT, 0.12), "steel", 0.003, label="otherstructure")
        box(
            units,
            "panel",
            (wide - 0.01, 0.024, 0.1),
            (x, FRONT - 0.001, 0.745),
            "black plastic",
            0.003,
            label="otherstructure",
        )
    elif what == "drawers":
        for z, tall in ((0.12, 0.3), (0.43, 0.24), (0.68, 0.165)):
            out = float(units.room.rng.uniform(0.04, 0.2)) if units.room.rng.random() < 0.06 else 0.0
            add_front(units, (x, FRONT - out, z), (wide - 0.01, tall), fronts, 0)
            if out:
                box(
                    units,
                    "drawer",
                    (wide - 0.06, out + 0.2, tall - 0.06),
                    (x, FRONT + 0.1 - out / 2, z + 0.01),
                    "pine",
                    0.002,
                )
    else:
        add_front(units, (x, FRONT, 0.12), (wide - 0.01, 0.725), fronts, 1 if units.room.rng.random() < 0.5 else -1)


def add_front(piece: Piece, at, size, fronts: Fronts, hinged: int, low_handle: bool = False) -> None:
    """A door or, where nothing is `hinged`, the front of a drawer, its bottom centre at `at`."""
    (x, y, z), (wide, tall) = at, size
    box(piece, "front", (wide, 0.02, tall), (x, y, z), "sage paint", 0.003)
    if fronts.framed and min(wide, tall) > 0.2:
        rail = 0.06
        bars = [((rail, 0.014, tall), (x + side * (wide - rail) / 2, y - 0.014, z)) for side in (-1, 1)]
        cross = [((wide - 2 * rail, 0.014, rail), (x, y - 0.014, z + up)) for up in (0, tall - rail)]
        boxes(piece, "frame", [*bars, *cross], "sage paint", 0.003)
    face = y - (0.021 if fronts.framed and min(wide, tall) > 0.2 else 0.01)
    if fronts.handle == "none":
        return
    up = z + (0.06 if low_handle else tall - 0.06)
    spot = (x + hinged * (wide / 2 - 0.035), face, up if hinged else z + tall * 0.7)
    if fronts.handle == "knob":
        knob = [(0, 0), (0.006, 0), (0.006, 0.014), (0.014, 0.02), (0.012, 0.03), (0, 0.032)]
        lathe(piece, "knob", knob, spot, "brass", 20, (90, 0, 0))
        return
    half = 0.07
    dx, dz = (0.0, half) if hinged else (half, 0.0)
    middle = spot[2] + ((half if low_handle else -half) if hinged else 0.0)
    ends = [(spot[0] - dx, middle - dz), (spot[0] + dx, middle + dz)]
    bar = [(ends[0][0], face, ends[0][1]), (ends[0][0], face - 0.03, ends[0][1])]
    bar += [(ends[1][0], face - 0.03, ends[1][1]), (ends[1][0], face, ends[1][1])]
    tube(piece, "handle", bar, 0.005, fronts.metal)


def _add_oven(units: Piece, x: float, wide: float) -> None:
    oven = "otherstructure"
    box(units, "oven", (wide - 0.012, 0.022, 0.6), (x, FRONT, 0.15), "steel", 0.003, label=oven)
    box(units, "oven glass", (wide - 0.1, 0.006, 0.36), (x, FRONT - 0.012, 0.2), "black plastic", 0.002, label=oven)
    box(units, "oven panel", (wide - 0.012, 0.024, 0.1), (x, FRONT, 0.755), "steel", 0.003, label=oven)
    bar = [(x - wide * 0.34, FRONT - 0.01, 0.66), (x - wide * 0.34, FRONT - 0.05, 0.66)]
    tube(units, "oven handle", [*bar, *[(2 * x - a, b, c) for a, b, c in bar[::-1]]], 0.008, "chrome", label=oven)
    for offset in np.linspace(-0.17, 0.17, 4):
        lathe(units, "oven knob", [(0, 0), (0.016, 0), (0.014, 0.02), (0, 0.02)], (x + offset, FRONT - 0.012, 0.805),
              "black plastic", 20, (90, 0, 0), oven)  # fmt: skip
