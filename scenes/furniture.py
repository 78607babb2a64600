"""Tables, the desk and the bed. Backs are at y = 0 and a piece faces -y, so that it goes against a wall of shell.py."""

from __future__ import annotations

from math import cos, radians, sin

from scenes.pieces import Piece, Room, start
from scenes.shapes import box, boxes, drape, lathe, lean_pillow, pillow, soft_box, tube
from scenes.storage import add_drawer


def add_coffee_table(room: Room, at, turn: float) -> Piece:
    """Oak frame, glass top, a slatted shelf below."""
    # NYU folds its raw class "coffee table" into otherfurniture; a person, and ScanNet, says table. So do we.
    table = start(room, "Coffee table", "table", at, turn)
    wide, deep, tall = 1.08, 0.58, 0.42
    corners = [(x * (wide / 2 - 0.045), y * (deep / 2 - 0.045)) for x in (-1, 1) for y in (-1, 1)]
    boxes(
        table,
        "frame",
        [
            *(((0.05, 0.05, tall), (x, y, 0)) for x, y in corners),
            *(((wide, 0.045, 0.05), (0, y * (deep / 2 - 0.045), tall - 0.05)) for y in (-1, 1)),
            *(((0.045, deep - 0.1, 0.05), (x * (wide / 2 - 0.045), 0, tall - 0.05)) for x in (-1, 1)),
        ],
        "teak",
        0.008,
    )
    boxes(table, "slats", [((wide - 0.1, 0.048, 0.014), (0, -0.21 + i * 0.07, 0.15)) for i in range(7)], "teak", 0.003)
    box(table, "top", (wide - 0.02, deep - 0.02, 0.01), (0, 0, tall + 0.0005), "clear glass", 0.003)
    return table


def add_dining_table(room: Room, at) -> Piece:
    """A round table on splayed legs."""
    table = start(room, "Dining table", "table", at)
    lathe(
        table,
        "top",
        [(0, 0.70), (0.50, 0.70), (0.535, 0.715), (0.54, 0.73), (0.53, 0.742), (0, 0.742)],
        (0, 0, 0),
        "oak",
        64,
    )
    for turn in range(45, 405, 90):
        c, s = cos(radians(turn)), sin(radians(turn))
        lathe(
            table,
            "leg",
            [(0, 0), (0.015, 0), (0.027, 0.71), (0, 0.71)],
            (0.40 * c, 0.40 * s, 0),
            "oak",
            20,
            (9 * s, -9 * c, 0),
        )
    return table


def add_bed(room: Room, at, turn: float, single: bool = False) -> Piece:
    """A slept-in bed: slatted headboard, mattress, rumpled duvet turned back, two pillows, a blanket at the foot."""
    bed = start(room, "Bed", "bed", at, turn)
    wide, long = 1.42, 2.04
    boxes(
        bed,
        "frame",
        [
            ((0.04, long, 0.2), (-wide / 2, -long / 2, 0.13)),
            ((0.04, long, 0.2), (wide / 2, -long / 2, 0.13)),
            ((wide, 0.04, 0.2), (0, -long + 0.02, 0.13)),
            *(((0.07, 0.07, 0.14), (x, y, 0)) for x in (-0.68, 0.68) for y in (-0.1, -long + 0.06)),
            ((0.07, 0.05, 0.98), (-0.71, -0.025, 0)),
            ((0.07, 0.05, 0.98), (0.71, -0.025, 0)),
            *(((wide, 0.025, 0.13), (0, -0.025, z)) for z in (0.42, 0.6, 0.78)),
        ],
        "pine",
        0.01,
    )
    soft_box(bed, "mattress", (wide - 0.05, long - 0.08, 0.24), (0, -long / 2, 0.24), "linen", 0.06, 0.01)
    side = wide / 2
    path = [
        (-side - 0.045, 0.19),
        (-side - 0.03, 0.36),
        (-side + 0.04, 0.535),
        (-0.3, 0.56),
        (0.3, 0.555),
        (side - 0.04, 0.535),
        (side + 0.03, 0.38),
        (side + 0.04, 0.25),
    ]
    drape(bed, "duvet", path, 1.36, "duvet cloth", 4, 0.022, at=(0, -1.32, 0), turn=(0, 0, -90))
    fold = [
        (-side - 0.05, 0.33),
        (-side + 0.03, 0.565),
        (-0.2, 0.60),
        (0.2, 0.605),
        (side - 0.04, 0.57),
        (side + 0.045, 0.36),
    ]
    drape(bed, "duvet turned back", fold, 0.34, "linen", 2, 0.016, at=(0, -0.78, 0), turn=(0, 0, -87))
    across = 0.95 if single else 0.66
    for x, tilt in ((0.0, 4),) if single else ((-0.35, 4), (0.34, -7)):
        pillow(bed, "pillow", (across, 0.46, 0.2), (x, -0.34, 0.46), "linen", (16, 0, tilt))
    lean_pillow(bed, (0.42, 0.42, 0.15), (0.12, -0.46, 0.70), "rose", (38, 4, 20))
    blanket = [
        (-side - 0.1, 0.3),
        (-side - 0.06, 0.5),
        (-side + 0.03, 0.59),
        (-0.25, 0.615),
        (0.25, 0.61),
        (side - 0.03, 0.59),
        (side + 0.03, 0.48),
        (side + 0.045, 0.2),
    ]
    drape(bed, "blanket", blanket, 0.6, "teal", 3, 0.012, "otherprop", at=(0.0, -1.66, 0.008), turn=(0, 0, -86))
    return bed


def add_desk(room: Room, at, turn: float) -> Piece:
    """A trestle desk with a drawer unit beneath, its middle drawer open."""
    desk = start(room, "Desk", "desk", at, turn)
    box(desk, "top", (1.42, 0.68, 0.03), (0, -0.36, 0.71), "pine", 0.006)
    for x in (-0.6,):
        for y in (-0.1, -0.62):
            tube(desk, "leg", [(x - 0.03, y * 1.02, 0), (x, -0.36 + (y + 0.36) * 0.7, 0.71)], 0.017, "black paint")
        tube(desk, "bar", [(x - 0.012, -0.11, 0.28), (x - 0.012, -0.61, 0.28)], 0.012, "black paint")
    boxes(
        desk,
        "unit",
        [
            ((0.4, 0.56, 0.018), (0.46, -0.36, 0.69)),
            ((0.4, 0.56, 0.018), (0.46, -0.36, 0.04)),
            ((0.4, 0.012, 0.64), (0.46, -0.085, 0.05)),
            *(((0.018, 0.56, 0.66), (0.46 + side * 0.191, -0.36, 0.04)) for side in (-1, 1)),
        ],
        "white paint",
        0.004,
    )
    for row, out in enumerate((0.0, 0.19, 0.0)):
        add_drawer(desk, (0.358, 0.5, 0.2), (0.46, -0.632, 0.064 + row * 0.21), out, "white paint")
    return desk
