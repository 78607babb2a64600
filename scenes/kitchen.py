"""The kitchenette: a run of units along a wall, 2.7 m from the corner, and what is left lying on it."""

from __future__ import annotations

from math import cos, radians, sin

from scenes.pieces import Piece, Room, start
from scenes.shapes import box, boxes, card, drape, lathe, soft_box, tube
from scenes.storage import add_drawer
from scenes.tableware import BOWL, CUP, KETTLE, PLATE, turned

UNIT, DEEP, TOP = 0.6, 0.6, 0.9
RUN = 2.0  # metres of worktop; the refrigerator stands at its left end


def add_kitchen(room: Room, at, turn: float) -> None:
    """Everything, with the right end of the worktop at `at`: x runs from -RUN to 0 along the worktop."""
    _add_base_units(room, at, turn)
    _add_worktop(room, at, turn)
    add_sink(room, at, turn)
    add_hob(room, at, turn)
    _add_wall_units(room, at, turn)
    add_refrigerator(room, at, turn)
    _add_dishes(room, at, turn)


def _add_base_units(room: Room, at, turn: float) -> None:
    units = start(room, "Kitchen units", "cabinet", at, turn)
    boxes(
        units,
        "carcass",
        [
            ((RUN, DEEP - 0.12, 0.1), (-RUN / 2, -DEEP / 2 + 0.04, 0)),
            ((RUN, DEEP - 0.04, 0.58), (-RUN / 2, -DEEP / 2 + 0.02, 0.1)),
            *(
                ((right - left, DEEP - 0.04, 0.18), ((left + right) / 2, -DEEP / 2 + 0.02, 0.68))
                for left, right in ((-RUN, SINK[0] - 0.02), (SINK[1] + 0.02, 0))
            ),
            ((SINK[1] - SINK[0] + 0.04, 0.03, 0.18), ((SINK[0] + SINK[1]) / 2, -DEEP + 0.055, 0.68)),
        ],
        "sage paint",
        0.003,
    )
    front = -DEEP + 0.008
    for left in (-RUN + 0.3, -1.1):
        add_panel_door(units, (left, front, 0.12), (UNIT - 0.012, 0.7))
    for row, (z, tall) in enumerate(((0.12, 0.28), (0.41, 0.24), (0.66, 0.16))):
        add_drawer(units, (0.78, 0.5, tall), (-0.4, front, z), 0.16 if row == 2 else 0.0, "sage paint")


def add_panel_door(piece: Piece, at, size, material="sage paint", glazed=False) -> None:
    """A framed door, its bottom centre at `at`; the panel is wood or glass."""
    x, y, z = at
    wide, tall = size
    rail = 0.065
    boxes(
        piece,
        "door frame",
        [
            *(((rail, 0.022, tall), (x + side * (wide - rail) / 2, y, z)) for side in (-1, 1)),
            *(((wide - 2 * rail, 0.022, rail), (x, y, z + up)) for up in (0, tall - rail)),
        ],
        material,
        0.003,
    )
    box(
        piece,
        "door panel",
        (wide - 2 * rail + 0.01, 0.004 if glazed else 0.01, tall - 2 * rail + 0.01),
        (x, y + 0.003, z + rail - 0.005),
        "clear glass" if glazed else material,
        0,
    )
    lathe(
        piece,
        "knob",
        [(0, 0), (0.006, 0), (0.006, 0.014), (0.014, 0.02), (0.012, 0.03), (0, 0.032)],
        (x + wide / 2 - 0.035, y - 0.01, z + (tall - 0.1 if z < 1 else 0.1)),
        "brass",
        20,
        (90, 0, 0),
    )


def _add_worktop(room: Room, at, turn: float) -> None:
    """The worktop, in four pieces around the basin's hole, and the tiles behind it."""
    worktop = start(room, "Worktop", "counter", at, turn)
    left, right, front, back = SINK
    boxes(
        worktop,
        "top",
        [
            ((RUN + left, DEEP + 0.03, 0.04), ((left - RUN) / 2, -DEEP / 2 - 0.015, TOP - 0.04)),
            ((-right, DEEP + 0.03, 0.04), (right / 2, -DEEP / 2 - 0.015, TOP - 0.04)),
            ((right - left, DEEP + 0.03 + front, 0.04), ((left + right) / 2, (front - DEEP - 0.03) / 2, TOP - 0.04)),
            ((right - left, -back, 0.04), ((left + right) / 2, back / 2, TOP - 0.04)),
        ],
        "terrazzo",
        0.0,
    )
    tiled = start(room, "Backsplash", "wall", at, turn)
    box(tiled, "face", (RUN, 0.012, 0.52), (-RUN / 2, -0.006, TOP), "tiles", 0)


SINK = (-1.36, -0.84, -0.5, -0.12)  # left, right, front, back of the hole in the worktop


def add_sink(room: Room, at, turn: float) -> None:
    sink = start(room, "Sink", "sink", at, turn)
    left, right, front, back = SINK
    x, y, wide, deep = (left + right) / 2, (front + back) / 2, right - left, back - front
    boxes(
        sink,
        "basin",
        [
            ((wide, deep, 0.006), (x, y, TOP - 0.19)),
            *(((0.006, deep, 0.19), (x + side * wide / 2, y, TOP - 0.188)) for side in (-1, 1)),
            *(((wide, 0.006, 0.19), (x, y + side * deep / 2, TOP - 0.188)) for side in (-1, 1)),
        ],
        "steel",
        0.002,
    )
    boxes(
        sink,
        "rim",
        [
            *(((0.026, deep + 0.05, 0.006), (x + side * (wide / 2 + 0.008), y, TOP - 0.001)) for side in (-1, 1)),
            *(((wide, 0.026, 0.006), (x, y + side * (deep / 2 + 0.008), TOP - 0.001)) for side in (-1, 1)),
        ],
        "steel",
        0.002,
    )
    lathe(sink, "drain", [(0.038, 0), (0.034, 0.004), (0.012, 0.002), (0, 0.002)], (x, y, TOP - 0.184), "chrome", 28)
    # NYU's raw "faucet" is an otherprop of its own, not part of the sink.
    spout = [
        (x, -0.07, TOP),
        (x, -0.07, TOP + 0.24),
        (x, -0.09, TOP + 0.31),
        (x, -0.2, TOP + 0.33),
        (x, -0.25, TOP + 0.27),
        (x, -0.25, TOP + 0.22),
    ]
    tube(sink, "spout", spout, 0.011, "chrome", bent=True, label="otherprop")
    lathe(
        sink,
        "tap body",
        [(0.024, 0), (0.024, 0.01), (0.017, 0.014), (0.017, 0.06), (0, 0.065)],
        (x, -0.07, TOP),
        "chrome",
        24,
        label="otherprop",
    )
    tube(
        sink, "tap lever", [(x, -0.07, TOP + 0.05), (x + 0.075, -0.09, TOP + 0.075)], 0.005, "chrome", label="otherprop"
    )
    turned(sink, "dish", PLATE, (x - 0.09, y + 0.02, TOP - 0.176), "speckled ceramic", (12, 6, 0))
    turned(sink, "mug", CUP, (x + 0.13, y - 0.06, TOP - 0.18), "blue ceramic", (0, 0, 0))


def add_hob(room: Room, at, turn: float) -> None:
    hob = start(room, "Hob", "otherstructure", at, turn)
    box(hob, "glass", (0.5, 0.48, 0.008), (-0.4, -0.31, TOP), "black plastic", 0.003)
    for x, y, radius in ((-0.52, -0.2, 0.075), (-0.28, -0.2, 0.09), (-0.52, -0.42, 0.09), (-0.28, -0.42, 0.07)):
        lathe(
            hob, "ring", [(radius, 0), (radius - 0.004, 0.001), (radius - 0.008, 0)], (x, y, TOP + 0.0082), "steel", 40
        )
    turned(hob, "kettle", KETTLE, (-0.28, -0.2, TOP + 0.009), "red paint")
    tube(
        hob,
        "kettle handle",
        [(-0.36, -0.2, TOP + 0.12), (-0.35, -0.2, TOP + 0.25), (-0.21, -0.2, TOP + 0.25), (-0.2, -0.2, TOP + 0.12)],
        0.008,
        "black plastic",
        True,
        "otherprop",
    )
    tube(
        hob,
        "kettle spout",
        [(-0.36, -0.23, TOP + 0.08), (-0.40, -0.245, TOP + 0.14)],
        0.013,
        "red paint",
        label="otherprop",
    )
    hood = start(room, "Hood", "otherstructure", at, turn)
    box(hood, "canopy", (0.6, 0.42, 0.06), (-0.4, -0.22, 1.58), "steel", 0.006)
    for x in (-0.53, -0.27):
        lathe(hood, "spot", [(0.03, 0), (0, 0.0005)], (x, -0.28, 1.5785), "bulb", 24, label="lamp")
    box(hood, "duct", (0.24, 0.22, 0.96), (-0.4, -0.12, 1.638), "steel", 0.004)


# shelf, metres from the middle, shape, material, how many on one another, height each adds
CROCKERY = [
    (0, -0.15, PLATE, "white ceramic", 7, 0.013),
    (0, 0.06, BOWL, "ochre ceramic", 4, 0.022),
    (0, 0.2, CUP, "blue ceramic", 2, 0.08),
    (1, -0.2, CUP, "speckled ceramic", 2, 0.08),
    (1, -0.1, CUP, "white ceramic", 2, 0.08),
    (1, 0.03, BOWL, "blue ceramic", 5, 0.022),
    (1, 0.15, CUP, "clear glass", 1, 0.0),
    (1, 0.23, CUP, "clear glass", 1, 0.0),
]


def _add_wall_units(room: Room, at, turn: float) -> None:
    """Two wall units left of the hood: one panelled, one glazed with crockery in it, and a plank shelf."""
    units = start(room, "Wall units", "cabinet", at, turn)
    z, tall, deep = 1.42, 0.7, 0.33
    box(units, "carcass", (UNIT, deep, tall), (-RUN + 0.3, -deep / 2, z), "sage paint", 0.003)
    add_panel_door(units, (-RUN + 0.3, -deep - 0.012, z + 0.005), (UNIT - 0.012, tall - 0.01))
    x = -RUN + 0.9
    boxes(
        units,
        "glazed carcass",
        [
            *(((0.018, deep, tall), (x + side * 0.291, -deep / 2, z)) for side in (-1, 1)),
            ((UNIT, 0.01, tall), (x, -0.006, z)),
            *(((UNIT, deep, 0.018), (x, -deep / 2, z + up)) for up in (0, tall / 2, tall - 0.018)),
        ],
        "sage paint",
        0.003,
    )
    add_panel_door(units, (x, -deep - 0.012, z + 0.005), (UNIT - 0.012, tall - 0.01), glazed=True)
    for shelf, along, shape, material, layers, rise in CROCKERY:
        for layer in range(layers):
            turned(units, "crockery", shape, (x + along, -0.17, z + 0.018 + shelf * tall / 2 + layer * rise), material)


def add_refrigerator(room: Room, at, turn: float) -> None:
    fridge = start(room, "Refrigerator", "refridgerator", at, turn)
    x = -RUN - 0.33
    box(fridge, "body", (0.6, 0.58, 1.62), (x, -0.3, 0.04), "cream paint", 0.03)
    for z, tall in ((0.06, 1.05), (1.125, 0.52)):
        box(fridge, "door", (0.598, 0.055, tall), (x, -0.615, z), "cream paint", 0.025)
        tube(
            fridge,
            "handle",
            [
                (x + 0.24, -0.64, z + tall * 0.55),
                (x + 0.24, -0.69, z + tall * 0.57),
                (x + 0.24, -0.69, z + tall * 0.86),
                (x + 0.24, -0.64, z + tall * 0.88),
            ],
            0.011,
            "chrome",
        )
    for dx, dz, size, material, tilt in (
        (-0.1, 0.92, (0.15, 0.12), "seaside", 5),
        (0.07, 0.82, (0.09, 0.09), "mustard", -7),
        (-0.08, 0.35, (0.15, 0.21), "page", -3),
    ):
        label = {"seaside": "picture", "page": "paper"}.get(material, "otherprop")
        card(fridge, "note", size, (x + dx, -0.6445, dz + 0.5), material, (0, tilt, 0), label)
        lathe(
            fridge,
            "magnet",
            [(0.012, 0), (0.012, 0.006), (0, 0.006)],
            (x + dx, -0.644, dz + 0.5 + size[1] * 0.35),
            "red paint",
            16,
            (90, 0, 0),
            "otherprop",
        )
    box(fridge, "box on top", (0.34, 0.26, 0.2), (x - 0.05, -0.3, 1.66), "cardboard", 0.004, (0, 0, 9), "box")


def _add_dishes(room: Room, at, turn: float) -> None:
    """What stands on the worktop: jars, a board with bread, spoons in a crock, a towel over a drawer."""
    things = start(room, "Kitchen things", "otherprop", at, turn)
    box(things, "board", (0.28, 0.018, 0.4), (-0.74, -0.045, TOP), "walnut", 0.008, (-9, 0, 0))
    box(things, "small board", (0.2, 0.016, 0.27), (-0.66, -0.075, TOP), "oak", 0.008, (-12, 3, 0))
    turned(
        things,
        "crock",
        [(0, 0), (0.05, 0), (0.058, 0.13), (0.052, 0.13), (0.046, 0.02), (0, 0.02)],
        (-0.06, -0.1, TOP),
        "speckled ceramic",
    )
    for i in range(5):
        lean = (-0.06 + 0.05 * cos(radians(80 * i)), -0.1 + 0.04 * sin(radians(80 * i)), TOP + 0.29 + 0.012 * i)
        tube(things, "spoon", [(-0.06, -0.1, TOP + 0.03), lean], 0.006, "pine" if i % 2 else "steel")
    for i, (material, tall) in enumerate((("clear glass", 0.2), ("clear glass", 0.16), ("amber glass", 0.13))):
        x = -1.92 + 0.115 * i
        turned(
            things,
            "jar",
            [(0, 0), (0.045, 0), (0.048, 0.01), (0.048, tall), (0.044, tall), (0.044, 0.008), (0, 0.008)],
            (x, -0.12, TOP),
            material,
        )
        turned(things, "jar lid", [(0, 0), (0.049, 0), (0.049, 0.02), (0, 0.02)], (x, -0.12, TOP + tall), "oak")
        turned(
            things,
            "rice",
            [(0, 0), (0.043, 0), (0.043, tall * 0.6), (0, tall * 0.62)],
            (x, -0.12, TOP + 0.009),
            "cover cream" if i else "pine",
        )
    turned(
        things,
        "bottle",
        [(0, 0), (0.036, 0), (0.037, 0.19), (0.014, 0.25), (0.013, 0.31), (0, 0.31)],
        (-0.72, -0.2, TOP),
        "green glass",
    )
    _add_bread(things)
    towel = [(-0.042, 0.42), (-0.036, 0.6), (-0.016, 0.825), (0.02, 0.80), (0.024, 0.7)]
    drape(things, "towel", towel, 0.26, "check towel", 2, 0.01, "towel", at=(-0.52, -0.765, 0.0))


def _add_bread(things: Piece) -> None:
    box(things, "bread board", (0.36, 0.22, 0.016), (-1.62, -0.36, TOP), "oak", 0.006, (0, 0, 12))
    soft_box(things, "loaf", (0.2, 0.1, 0.09), (-1.65, -0.36, TOP + 0.014), "crust", 0.04, 0.02, (0, 0, 18))
    box(things, "knife", (0.17, 0.02, 0.002), (-1.5, -0.42, TOP + 0.018), "steel", 0, (0, 0, 35))
