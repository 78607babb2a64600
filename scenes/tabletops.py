"""What lies on tables, desks and shelves. Each function sets a piece that stands there already."""

from __future__ import annotations

from math import cos, sin

import numpy as np

from scenes.books import fill_bay, open_book, pile
from scenes.pieces import Piece, Room, start
from scenes.shapes import box, boxes, card, sheet, soft_box, tube
from scenes.tableware import BOWL, CUP, FRUIT_BOWL, PLATE, WINE_GLASS, turned


def set_coffee_table(table: Piece) -> None:
    """Books, an open one, a mug, a bowl of fruit, glasses, a remote control."""
    top = 0.431
    z = pile(table, (-0.27, 0.06, top), (5, 4, 3), 7)
    turned(table, "saucer", PLATE, (-0.27, 0.06, z), "speckled ceramic")
    turned(table, "mug", CUP, (-0.275, 0.06, z + 0.009), "ochre ceramic")
    open_book(table, (0.08, -0.12, top), 24)
    _add_fruit_bowl(table, (0.33, 0.1, top))
    turned(table, "glass", WINE_GLASS, (0.02, 0.17, top), "clear glass")
    box(table, "remote", (0.045, 0.17, 0.018), (-0.05, -0.02, top), "black plastic", 0.006, (0, 0, 62), "otherprop")
    pile(table, (-0.2, 0.0, 0.165), (4, 5, 2), 12)
    pile(table, (0.22, 0.02, 0.165), (5, 3), 18)


def _add_fruit_bowl(piece: Piece, at) -> None:
    x, y, z = at
    turned(piece, "fruit bowl", FRUIT_BOWL, at, "blue ceramic")
    round_fruit = [(0.036 * np.cos(a) + 0.001, 0.034 * np.sin(a)) for a in np.linspace(-1.5, 1.5, 11)]
    for number, material in enumerate(("orange", "apple", "orange", "pear", "apple")):
        angle = 1.4 * number
        spot = (x + 0.052 * cos(angle), y + 0.052 * sin(angle), z + 0.058) if number < 4 else (x, y, z + 0.105)
        turned(piece, "fruit", round_fruit, spot, material, (40 * number, 25, 0))


def set_dining_table(room: Room, at) -> None:
    """Breakfast, half eaten, and the paper."""
    table = start(room, "Breakfast", "otherprop", at)
    for angle, loaf in ((-0.5, True), (2.3, False)):
        x, y = 0.3 * cos(angle), 0.3 * sin(angle)
        turned(table, "plate", PLATE, (x, y, 0), "white ceramic")
        turned(table, "cup", CUP, (x * 0.55 - 0.12, y * 0.55 + 0.1, 0), "speckled ceramic")
        box(
            table,
            "knife",
            (0.018, 0.2, 0.003),
            (x + 0.14 * sin(angle), y - 0.14 * cos(angle), 0),
            "steel",
            0.001,
            (0, 0, 20 * angle),
        )
        if loaf:
            soft_box(table, "roll", (0.1, 0.075, 0.05), (x, y, 0.009), "crust", 0.024, 0.01, (0, 0, 30))
    turned(table, "bowl", BOWL, (0.06, -0.16, 0), "ochre ceramic")
    turned(
        table,
        "jug",
        [
            (0, 0),
            (0.045, 0),
            (0.055, 0.05),
            (0.036, 0.15),
            (0.042, 0.19),
            (0.038, 0.19),
            (0.032, 0.15),
            (0.05, 0.05),
            (0, 0.012),
        ],
        (0.02, 0.12, 0),
        "blue ceramic",
    )
    for angle, lift in ((14, 0.0005), (-9, 0.002)):
        sheet(
            table,
            "newspaper",
            lambda u, v: (u - 0.5, v - 0.5, 0.02 * np.sin(2.4 * u + v) ** 2),
            (0.42, 0.3, 0.3),
            "page",
            (10, 6),
            (-0.24, 0.24 - lift * 20, lift),
            (0, 0, angle),
            0.001,
            "paper",
        )


def set_desk(desk: Piece) -> None:
    """Monitor, laptop, keyboard, papers, pens, a cup gone cold; cables that nobody has tidied."""
    top = 0.74
    _add_monitor(desk, (0.1, -0.2, top))
    _add_laptop(desk, (-0.42, -0.3, top), 24)
    box(desk, "keyboard", (0.36, 0.12, 0.016), (0.1, -0.5, top), "grey plastic", 0.005, (2, 0, -3), "otherprop")
    boxes_keys = [
        ((0.018, 0.018, 0.006), (-0.14 + 0.0225 * i, -0.54 + 0.0235 * j, top + 0.014))
        for i in range(14)
        for j in range(4)
    ]
    boxes(desk, "keys", [(size, (x + 0.095, y, z)) for size, (x, y, z) in boxes_keys], "white plastic", 0, "otherprop")
    soft_box(
        desk, "mouse", (0.06, 0.1, 0.03), (0.38, -0.48, top), "black plastic", 0.016, 0.008, (0, 0, -12), "otherprop"
    )
    rng = desk.room.rng
    for number in range(5):
        spot = (-0.2 - 0.05 * number + rng.normal(0, 0.02), -0.58 + 0.03 * number, top + 0.0006 + 0.0012 * number)
        sheet(
            desk,
            "sheet of paper",
            lambda u, v: (u - 0.5, v - 0.5, 0.012 * (u - 0.2) ** 2),
            (0.21, 0.297, 0.3),
            "page" if number % 2 else "paper",
            (4, 4),
            spot,
            (0, 0, rng.normal(10, 16)),
            label="paper",
        )
    turned(desk, "pen pot", CUP, (0.53, -0.16, top), "terracotta")
    for number in range(5):
        angle = 1.3 * number
        tube(
            desk,
            "pen",
            [(0.53, -0.16, top + 0.012), (0.53 + 0.035 * cos(angle), -0.16 + 0.03 * sin(angle), top + 0.15)],
            0.004,
            ("red paint", "black plastic", "ochre ceramic")[number % 3],
            label="otherprop",
        )
    turned(desk, "mug", CUP, (0.32, -0.3, top), "white ceramic")
    z = pile(desk, (0.56, -0.43, top), (4, 2, 3), 9)
    box(desk, "notebook", (0.15, 0.21, 0.014), (0.56, -0.43, z), "mustard", 0.003, (0, 0, 14), "otherprop")
    tube(
        desk,
        "monitor cable",
        [
            (0.1, -0.16, 0.86),
            (0.12, -0.05, 0.8),
            (0.0, 0.0, 0.7),
            (-0.1, -0.03, 0.25),
            (0.0, -0.12, 0.02),
            (-0.3, -0.06, 0.012),
            (-0.5, -0.02, 0.2),
        ],
        0.0045,
        "black plastic",
        True,
        "otherprop",
    )
    tube(
        desk,
        "laptop cable",
        [
            (-0.53, -0.22, top + 0.01),
            (-0.68, -0.1, top + 0.01),
            (-0.69, -0.05, 0.6),
            (-0.62, -0.06, 0.1),
            (-0.4, -0.16, 0.012),
            (-0.2, -0.1, 0.012),
        ],
        0.003,
        "white plastic",
        True,
        "otherprop",
    )
    box(desk, "power strip", (0.3, 0.055, 0.04), (-0.1, -0.09, 0), "white plastic", 0.008, (0, 0, 8), "otherprop")


def _add_monitor(desk: Piece, at) -> None:
    # NYU files "monitor" under otherprop; "television" is for televisions.
    x, y, z = at
    box(desk, "monitor foot", (0.22, 0.17, 0.01), at, "black plastic", 0.004, label="otherprop")
    box(desk, "monitor stem", (0.045, 0.025, 0.2), (x, y + 0.03, z), "black plastic", 0.006, label="otherprop")
    box(desk, "monitor", (0.56, 0.03, 0.335), (x, y, z + 0.11), "black plastic", 0.008, label="otherprop")
    card(desk, "monitor screen", (0.54, 0.305), (x, y - 0.0165, z + 0.28), "screen", label="otherprop")


def _add_laptop(desk: Piece, at, turn: float) -> None:
    laptop = start(desk.room, "Laptop", "otherprop")
    laptop.root.parent, laptop.root.location, laptop.root.rotation_euler.z = desk.root, at, np.radians(turn)
    box(laptop, "base", (0.32, 0.22, 0.014), (0, 0, 0), "steel", 0.005)
    box(laptop, "keys", (0.28, 0.1, 0.002), (0, 0.035, 0.0135), "black plastic", 0)
    box(laptop, "lid", (0.32, 0.008, 0.21), (0, 0.108, 0.012), "steel", 0.003, (-18, 0, 0))
    card(laptop, "screen", (0.3, 0.185), (0, 0.1316, 0.1165), "screen", (-18, 0, 0))


def set_dresser(dresser: Piece) -> None:
    """Bottles, a jewellery box, keys in a dish."""
    top = 0.82
    turned(
        dresser,
        "bottle",
        [(0, 0), (0.03, 0), (0.032, 0.08), (0.012, 0.1), (0.012, 0.125), (0, 0.125)],
        (-0.42, -0.2, top),
        "amber glass",
    )
    turned(
        dresser,
        "bottle",
        [(0, 0), (0.022, 0), (0.022, 0.11), (0.009, 0.125), (0.009, 0.15), (0, 0.15)],
        (-0.34, -0.14, top),
        "clear glass",
    )
    box(dresser, "jewellery box", (0.2, 0.13, 0.08), (0.02, -0.2, top), "walnut", 0.006, (0, 0, -12), "box")
    turned(dresser, "dish", BOWL, (-0.18, -0.3, top), "white ceramic")
    turned(
        dresser,
        "candle",
        [(0, 0), (0.034, 0), (0.034, 0.12), (0.03, 0.117), (0, 0.113)],
        (-0.24, -0.12, top),
        "cream paint",
    )


def fill_bookcase(case: Piece, bays) -> None:
    """Rows, piles, gaps, and things that came to stay."""
    rng = case.room.rng
    for number, bay in enumerate(bays):
        _, right, z, _ = bay
        share = (0.93, 0.66, 0.8, 0.97, 0.55, 0.9, 0.72, 0.95, 0.5, 0.78)[number]
        end = fill_bay(case, bay, -0.3, share)
        free, middle = right - end, (end + right) / 2
        if number == 4:
            turned(
                case,
                "vase",
                [
                    (r * 0.8, h * 0.8)
                    for r, h in [(0, 0), (0.05, 0), (0.08, 0.08), (0.03, 0.17), (0.036, 0.2), (0, 0.2)]
                ],
                (middle, -0.17, z),
                "ochre ceramic",
            )
        elif number == 8:
            box(
                case,
                "storage box",
                (min(free - 0.03, 0.24), 0.24, 0.2),
                (middle, -0.16, z),
                "cardboard",
                0.004,
                (0, 0, 4),
                "box",
            )
        elif free > 0.2:
            pile(case, (middle + 0.01, -0.19, z), rng.permutation(3)[: 1 + number % 3], 4)
        elif free > 0.1:
            turned(case, "cup", CUP, (middle, -0.2, z), "blue ceramic")
    pile(case, (0.36, -0.17, 2.0445), (5, 4, 5), 8)
