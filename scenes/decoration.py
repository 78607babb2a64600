"""What hangs on the walls and lies on tables, desks and shelves: the traces of somebody living here."""

from __future__ import annotations

from math import cos, sin

import bpy
import numpy as np

from scenes.books import add_book, fill_bay, open_book, pile
from scenes.pieces import Piece, Room, put, start
from scenes.shapes import box, boxes, lathe, pillow, sheet, soft_box, tube
from scenes.shell import against
from scenes.tableware import BOWL, CUP, FRUIT_BOWL, PLATE, WINE_GLASS, turned


def add_picture(room: Room, wall: str, along: float, z: float, size, art: str, frame="oak", mount=0.05) -> None:
    """A framed print, hung a degree or so out of true; `size` is the print's width and height in metres."""
    at, turn = against(wall, along, z=z)
    picture = start(room, f"Picture {art}", "picture", at, turn)
    picture.root.rotation_euler.y = np.radians(room.rng.normal(0, 0.8))
    wide, tall, bar = size[0] + 2 * mount, size[1] + 2 * mount, 0.022
    boxes(picture, "frame", [
        *(((bar, 0.028, tall + 2 * bar), (side * (wide + bar) / 2, -0.016, -tall / 2 - bar)) for side in (-1, 1)),
        *(((wide, 0.028, bar), (0, -0.016, up)) for up in (tall / 2, -tall / 2 - bar)),
    ], frame, 0.004)
    box(picture, "mount", (wide, 0.008, tall), (0, -0.006, -tall / 2), "paper", 0)
    sheet(picture, "print", lambda u, v: (u - 0.5, 0 * u, v - 0.5), (size[0], 1, size[1]), art, (1, 1), (0, -0.0115, 0))


def add_mirror(room: Room, wall: str, along: float, z: float) -> None:
    """A round looking-glass in a brass rim."""
    at, turn = against(wall, along, z=z)
    mirror = start(room, "Mirror", "mirror", at, turn)
    lathe(mirror, "glass", [(0, 0), (0.355, 0), (0.355, 0.004), (0, 0.004)], (0, -0.02, 0), "mirror", 72, (90, 0, 0))
    lathe(mirror, "rim", [(0.35, 0), (0.372, 0), (0.376, 0.012), (0.372, 0.026), (0.354, 0.026), (0.35, 0.02)], (0, 0, 0), "brass", 72, (90, 0, 0))


def add_clock(room: Room, wall: str, along: float, z: float) -> None:
    at, turn = against(wall, along, z=z)
    clock = start(room, "Clock", "otherprop", at, turn)
    lathe(clock, "case", [(0, 0), (0.15, 0), (0.152, 0.03), (0.142, 0.03), (0.14, 0.02), (0, 0.02)], (0, 0, 0), "black paint", 48, (90, 0, 0))
    lathe(clock, "dial", [(0.14, 0.0), (0, 0.002)], (0, -0.021, 0), "white paint", 48, (90, 0, 0))
    for hour in range(12):
        angle = np.radians(30 * hour)
        box(clock, "mark", (0.006, 0.002, 0.018), (0.115 * sin(angle), -0.0235, 0.115 * cos(angle)), "black paint", 0, (0, 30 * hour, 0))
    for long, angle in ((0.075, 312.0), (0.11, 50.0)):
        box(clock, "hand", (0.007, 0.002, long), (0, -0.026, 0), "black paint", 0, (0, angle, 0))


def add_sign(room: Room, wall: str, along: float, z: float, words: str) -> None:
    """Letters cut from sheet metal: a text object."""
    at, turn = against(wall, along, z=z)
    sign = start(room, "Sign", "otherprop", at, turn)
    text = bpy.data.curves.new("sign", "FONT")
    text.body, text.size, text.extrude, text.align_x, text.bevel_depth = words, 0.15, 0.006, "CENTER", 0.001
    put(sign, "letters", text, (0, -0.01, 0), (90, 0, 0), material="dark metal")


def add_rug(room: Room, at, turn: float) -> None:
    """A kilim, one corner kicked up."""
    # NYU's raw class "rug" is an otherprop; under feet and wall to wall with the floor, "floor mat" is what a person says.
    rug = start(room, "Rug", "floor mat", at, turn)

    def lie(u, v):
        waves = 0.004 * np.sin(11 * u + 3 * v) * np.sin(7 * v) + 0.05 * np.clip(u + v - 1.78, 0, 1) ** 2 * 8
        return 2.5 * (u - 0.5), 1.75 * (v - 0.5) + 0.008 * np.sin(6 * u), 0.004 + np.abs(waves)

    sheet(rug, "pile", lie, (1, 1, 1), "rug", (40, 30), thickness=0.008)
    for end in (-1, 1):
        for step in np.linspace(-0.85, 0.85, 30):
            tip = (end * 1.31, step + room.rng.normal(0, 0.012), 0.004)
            tube(rug, "fringe", [(end * 1.245, step, 0.008), tip], 0.003, "linen")


def add_door_mat(room: Room, at, turn: float) -> None:
    mat = start(room, "Door mat", "floor mat", at, turn)
    box(mat, "coir", (0.7, 0.44, 0.016), (0, 0, 0), "wicker", 0.006)


def add_shoes(room: Room, at, turn: float) -> None:
    """Two pairs, kicked off."""
    shoes = start(room, "Shoes", "otherprop", at, turn)
    for x, y, spin, material in ((-0.12, 0, 8, "leather"), (0.0, -0.05, -14, "leather"), (0.2, 0.02, 25, "white paint"), (0.34, 0.03, 2, "white paint")):
        soft_box(shoes, "sole", (0.09, 0.27, 0.03), (x, y, 0), "black plastic" if material == "leather" else "linen", 0.03, 0, (0, 0, spin))
        soft_box(shoes, "upper", (0.082, 0.25, 0.075), (x, y, 0.018), material, 0.036, 0.02, (-5, 0, spin))


def set_coffee_table(table: Piece, books) -> None:
    """Books, an open one, a mug, a bowl of fruit, glasses, a remote control."""
    top = 0.431
    z = pile(table, books, (-0.27, 0.06, top), (5, 4, 3), 7)
    turned(table, "saucer", PLATE, (-0.27, 0.06, z), "speckled ceramic")
    turned(table, "mug", CUP, (-0.275, 0.06, z + 0.009), "ochre ceramic")
    open_book(table, (0.08, -0.12, top), 24)
    _add_fruit_bowl(table, (0.33, 0.1, top))
    turned(table, "glass", WINE_GLASS, (0.02, 0.17, top), "clear glass")
    box(table, "remote", (0.045, 0.17, 0.018), (-0.05, -0.02, top), "black plastic", 0.006, (0, 0, 62), "otherprop")
    pile(table, books, (-0.2, 0.0, 0.165), (4, 5, 2), 12)
    pile(table, books, (0.22, 0.02, 0.165), (5, 3), 18)


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
        box(table, "knife", (0.018, 0.2, 0.003), (x + 0.14 * sin(angle), y - 0.14 * cos(angle), 0), "steel", 0.001, (0, 0, 20 * angle))
        if loaf:
            soft_box(table, "roll", (0.1, 0.075, 0.05), (x, y, 0.009), "cardboard", 0.024, 0.01, (0, 0, 30))
    turned(table, "bowl", BOWL, (0.06, -0.16, 0), "ochre ceramic")
    turned(table, "jug", [(0, 0), (0.045, 0), (0.055, 0.05), (0.036, 0.15), (0.042, 0.19), (0.038, 0.19), (0.032, 0.15), (0.05, 0.05), (0, 0.012)], (0.02, 0.12, 0), "blue ceramic")
    for angle, lift in ((14, 0.0005), (-9, 0.002)):
        sheet(table, "newspaper", lambda u, v: (u - 0.5, v - 0.5, 0.02 * np.sin(2.4 * u + v) ** 2), (0.42, 0.3, 0.3), "page", (10, 6), (-0.24, 0.24 - lift * 20, lift), (0, 0, angle), 0.001, "paper")


def set_desk(desk: Piece, books) -> None:
    """Monitor, laptop, keyboard, papers, pens, a cup gone cold; cables that nobody has tidied."""
    top = 0.74
    _add_monitor(desk, (0.1, -0.2, top))
    _add_laptop(desk, (-0.42, -0.3, top), 24)
    box(desk, "keyboard", (0.36, 0.12, 0.016), (0.1, -0.5, top), "grey plastic", 0.005, (2, 0, -3), "otherprop")
    boxes_keys = [((0.018, 0.018, 0.006), (-0.14 + 0.0225 * i, -0.54 + 0.0235 * j, top + 0.014)) for i in range(14) for j in range(4)]
    boxes(desk, "keys", [(size, (x + 0.095, y, z)) for size, (x, y, z) in boxes_keys], "white plastic", 0, "otherprop")
    soft_box(desk, "mouse", (0.06, 0.1, 0.03), (0.38, -0.48, top), "black plastic", 0.016, 0.008, (0, 0, -12), "otherprop")
    rng = desk.room.rng
    for number in range(5):
        spot = (-0.2 - 0.05 * number + rng.normal(0, 0.02), -0.58 + 0.03 * number, top + 0.0006 + 0.0012 * number)
        sheet(desk, "sheet of paper", lambda u, v: (u - 0.5, v - 0.5, 0.012 * (u - 0.2) ** 2), (0.21, 0.297, 0.3), "page" if number % 2 else "paper", (4, 4), spot, (0, 0, rng.normal(10, 16)), label="paper")
    turned(desk, "pen pot", CUP, (0.53, -0.16, top), "terracotta")
    for number in range(5):
        angle = 1.3 * number
        tube(desk, "pen", [(0.53, -0.16, top + 0.012), (0.53 + 0.035 * cos(angle), -0.16 + 0.03 * sin(angle), top + 0.15)], 0.004, ("red paint", "black plastic", "ochre ceramic")[number % 3], label="otherprop")
    turned(desk, "mug", CUP, (0.32, -0.3, top), "white ceramic")
    z = pile(desk, books, (0.56, -0.43, top), (4, 2, 3), 9)
    box(desk, "notebook", (0.15, 0.21, 0.014), (0.56, -0.43, z), "mustard", 0.003, (0, 0, 14), "otherprop")
    tube(desk, "monitor cable", [(0.1, -0.16, 0.86), (0.12, -0.05, 0.8), (0.0, 0.0, 0.7), (-0.1, -0.03, 0.25), (0.0, -0.12, 0.02), (-0.3, -0.06, 0.012), (-0.5, -0.02, 0.2)], 0.0045, "black plastic", True, "otherprop")
    tube(desk, "laptop cable", [(-0.53, -0.22, top + 0.01), (-0.68, -0.1, top + 0.01), (-0.69, -0.05, 0.6), (-0.62, -0.06, 0.1), (-0.4, -0.16, 0.012), (-0.2, -0.1, 0.012)], 0.003, "white plastic", True, "otherprop")
    box(desk, "power strip", (0.3, 0.055, 0.04), (-0.1, -0.09, 0), "white plastic", 0.008, (0, 0, 8), "otherprop")


def _add_monitor(desk: Piece, at) -> None:
    # NYU files "monitor" under otherprop; "television" is for televisions.
    x, y, z = at
    box(desk, "monitor foot", (0.22, 0.17, 0.01), at, "black plastic", 0.004, label="otherprop")
    box(desk, "monitor stem", (0.045, 0.025, 0.2), (x, y + 0.03, z), "black plastic", 0.006, label="otherprop")
    box(desk, "monitor", (0.56, 0.03, 0.335), (x, y, z + 0.11), "black plastic", 0.008, label="otherprop")
    sheet(desk, "monitor screen", lambda u, v: (u - 0.5, 0 * u, v - 0.5), (0.54, 1, 0.305), "screen", (1, 1), (x, y - 0.0165, z + 0.28), label="otherprop")


def _add_laptop(desk: Piece, at, turn: float) -> None:
    x, y, z = at
    laptop = start(desk.room, "Laptop", "otherprop")
    laptop.root.parent, laptop.root.location, laptop.root.rotation_euler.z = desk.root, at, np.radians(turn)
    box(laptop, "base", (0.32, 0.22, 0.014), (0, 0, 0), "steel", 0.005)
    box(laptop, "keys", (0.28, 0.1, 0.002), (0, 0.035, 0.0135), "black plastic", 0)
    box(laptop, "lid", (0.32, 0.008, 0.21), (0, 0.108, 0.012), "steel", 0.003, (-18, 0, 0))
    sheet(laptop, "screen", lambda u, v: (u - 0.5, 0 * u, v), (0.3, 1, 0.185), "screen", (1, 1), (0, 0.1, 0.026), (-18, 0, 0))


def set_dresser(dresser: Piece) -> None:
    """Bottles, a jewellery box, keys in a dish."""
    top = 0.82
    turned(dresser, "bottle", [(0, 0), (0.03, 0), (0.032, 0.08), (0.012, 0.1), (0.012, 0.125), (0, 0.125)], (-0.42, -0.2, top), "amber glass")
    turned(dresser, "bottle", [(0, 0), (0.022, 0), (0.022, 0.11), (0.009, 0.125), (0.009, 0.15), (0, 0.15)], (-0.34, -0.14, top), "clear glass")
    box(dresser, "jewellery box", (0.2, 0.13, 0.08), (0.02, -0.2, top), "walnut", 0.006, (0, 0, -12), "box")
    turned(dresser, "dish", BOWL, (-0.18, -0.3, top), "white ceramic")
    turned(dresser, "candle", [(0, 0), (0.034, 0), (0.034, 0.12), (0.03, 0.117), (0, 0.113)], (-0.24, -0.12, top), "cream paint")


def fill_bookcase(case: Piece, bays, books) -> None:
    """Rows, piles, gaps, and things that came to stay."""
    rng = case.room.rng
    for number, bay in enumerate(bays):
        left, right, z, _ = bay
        share = (0.93, 0.66, 0.8, 0.97, 0.55, 0.9, 0.72, 0.95, 0.5, 0.78)[number]
        end = fill_bay(case, books, bay, -0.3, share)
        free, middle = right - end, (end + right) / 2
        if number == 4:
            turned(case, "vase", [(r * 0.8, h * 0.8) for r, h in [(0, 0), (0.05, 0), (0.08, 0.08), (0.03, 0.17), (0.036, 0.2), (0, 0.2)]], (middle, -0.17, z), "ochre ceramic")
        elif number == 8:
            box(case, "storage box", (min(free - 0.03, 0.24), 0.24, 0.2), (middle, -0.16, z), "cardboard", 0.004, (0, 0, 4), "box")
        elif free > 0.2:
            pile(case, books, (middle + 0.01, -0.19, z), rng.permutation(3)[: 1 + number % 3], 4)
        elif free > 0.1:
            turned(case, "cup", CUP, (middle, -0.2, z), "blue ceramic")
    pile(case, books, (-0.42, -0.17, 2.044 - 0.0), (5, 4, 5), 8)


def add_wall_shelf(room: Room, wall: str, along: float, z: float, books) -> tuple:
    """A board on brackets with a row of books; returns where a plant can stand."""
    at, turn = against(wall, along, z=z)
    shelf = start(room, "Wall shelf", "shelves", at, turn)
    box(shelf, "board", (0.95, 0.2, 0.024), (0, -0.102, 0), "oak", 0.004)
    for x in (-0.36, 0.36):
        tube(shelf, "bracket", [(x, -0.008, -0.13), (x, -0.008, 0), (x, -0.18, -0.004)], 0.006, "dark metal")
    x = -0.4
    for kind in (4, 1, 3, 3, 0, 2):
        add_book(shelf, books, kind, (x, -0.1, 0.0245), (0, 0, room.rng.normal(0, 1.5)))
        x += 0.042
    box(shelf, "photo", (0.12, 0.014, 0.16), (0.03, -0.09, 0.025), "seaside", 0.002, (-9, 0, 6), "picture")
    return against(wall, along + 0.3, gap=0.1, z=z + 0.0245)[0]


def add_basket(room: Room, at) -> None:
    """A basket with a blanket stuffed in it."""
    basket = start(room, "Basket", "otherprop", at)
    lathe(basket, "weave", [(0, 0.004), (0.17, 0.004), (0.2, 0.15), (0.19, 0.3), (0.2, 0.31), (0.18, 0.31), (0.18, 0.16), (0.15, 0.02), (0, 0.02)], (0, 0, 0), "wicker", 40)
    for tilt, material in ((8, "linen"), (-14, "rose")):
        pillow(basket, "blanket", (0.36, 0.34, 0.2), (0.01 * tilt / 8, 0, 0.19), material, (tilt, -tilt, 30 * tilt), "otherprop")
