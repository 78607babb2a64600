"""What people use and leave lying: screens, papers, boxes, bags, clothes. Centred pieces, unless they hang."""

from __future__ import annotations

from math import cos, sin

import numpy as np

from scenes.books import open_book, pile
from scenes.pieces import Piece, Room, start
from scenes.shapes import box, boxes, card, lathe, loft, sheet, soft_box, tube
from scenes.tableware import BOWL, CUP, FRUIT_BOWL, PLATE, WINE_GLASS, turned


def add_television(room: Room, at, turn: float, size) -> Piece:
    """A flat screen on two feet; mostly off."""
    tv = start(room, "Television", "television", at, turn)
    wide, _, tall = size
    for x in (-wide * 0.32, wide * 0.32):
        boxes(tv, "foot", [((0.03, 0.2, 0.012), (x, 0, 0)), ((0.03, 0.03, 0.07), (x, 0, 0))], "black plastic", 0.004)
    _add_panel(tv, wide, tall - 0.06, 0.06, 0.0)
    return tv


def add_wall_television(room: Room, at, turn: float, size) -> Piece:
    """A flat screen on the wall, its middle at `at`."""
    tv = start(room, "Television", "television", at, turn)
    _add_panel(tv, size[0], size[2], -size[2] / 2, -0.03)
    return tv


def _add_panel(tv: Piece, wide: float, tall: float, z: float, y: float) -> None:
    box(tv, "case", (wide, 0.035, tall), (0, y, z), "black plastic", 0.008)
    picture = str(tv.room.rng.choice(["hills", "seaside"])) if tv.room.rng.random() < 0.15 else "dark screen"
    card(tv, "screen", (wide - 0.024, tall - 0.03), (0, y - 0.0185, z + tall / 2 + 0.004), picture)


def add_monitor(room: Room, at, turn: float, size) -> Piece:
    """A display on its stand; NYU files it under otherprop."""
    monitor = start(room, "Monitor", "otherprop", at, turn)
    wide, _, tall = size
    lit = "screen" if room.rng.random() < 0.6 else "dark screen"
    box(monitor, "foot", (0.22, 0.18, 0.01), (0, 0.01, 0), "black plastic", 0.004)
    box(monitor, "stem", (0.045, 0.025, 0.25), (0, 0.04, 0), "black plastic", 0.006)
    high = min(tall - 0.1, wide * 0.6)
    box(monitor, "case", (wide, 0.028, high), (0, 0.01, tall - high), "black plastic", 0.006)
    card(monitor, "screen", (wide - 0.02, high - 0.03), (0, -0.0048, tall - high / 2 + 0.004), lit)
    return monitor


def add_keyboard(room: Room, at, turn: float) -> Piece:
    """Keys on a board."""
    board = start(room, "Keyboard", "otherprop", at, turn)
    dark = room.rng.random() < 0.6
    box(board, "base", (0.36, 0.12, 0.014), (0, 0, 0), "black plastic" if dark else "white plastic", 0.005)
    spots = [((i - 6.5) * 0.0235, (j - 1.5) * 0.0255) for i in range(14) for j in range(4)]
    keys = [((0.019, 0.02, 0.006), (x, y, 0.0135)) for x, y in spots]
    boxes(board, "keys", keys, "grey plastic" if dark else "paper", 0)
    return board


def add_mouse(room: Room, at, turn: float) -> Piece:
    mouse = start(room, "Mouse", "otherprop", at, turn)
    soft_box(mouse, "shell", (0.06, 0.1, 0.03), (0, 0, 0), "black plastic", 0.016, 0.008)
    return mouse


def add_laptop(room: Room, at, turn: float) -> Piece:
    """An open laptop."""
    laptop = start(room, "Laptop", "otherprop", at, turn)
    case = str(room.rng.choice(["steel", "grey plastic", "black plastic"]))
    box(laptop, "base", (0.32, 0.22, 0.014), (0, -0.05, 0), case, 0.005)
    box(laptop, "keys", (0.28, 0.1, 0.002), (0, -0.015, 0.0135), "black plastic", 0)
    box(laptop, "pad", (0.1, 0.06, 0.001), (0, -0.115, 0.0138), "grey plastic", 0)
    box(laptop, "lid", (0.32, 0.008, 0.21), (0, 0.058, 0.012), case, 0.003, (-18, 0, 0))
    card(laptop, "screen", (0.3, 0.185), (0, 0.0816, 0.1165), "screen", (-18, 0, 0))
    return laptop


def add_papers(room: Room, at, turn: float) -> Piece:
    """Sheets lying as they fell, some printed."""
    papers = start(room, "Papers", "paper", at, turn)
    for number in range(int(room.rng.integers(2, 7))):
        spot = (*room.rng.normal(0, 0.025, 2), 0.0008 + 0.0012 * number)
        curl = room.rng.uniform(0, 0.02)
        sheet(papers, "sheet", lambda u, v, c=curl: (u - 0.5, v - 0.5, c * (u - 0.2) ** 2), (0.21, 0.297, 1.0),
              "page" if room.rng.random() < 0.6 else "paper", (4, 4), spot, (0, 0, room.rng.normal(0, 14)))  # fmt: skip
    return papers


def add_book_pile(room: Room, at, turn: float) -> Piece:
    books = start(room, "Books", "books", at, turn)
    pile(books, (0.0, 0.0, 0.0), room.rng.permutation(6)[: int(room.rng.integers(1, 5))], 9)
    return books


def add_open_book(room: Room, at, turn: float) -> Piece:
    book = start(room, "Open book", "books", at, turn)
    open_book(book, (0, 0, 0), 0)
    return book


def add_whiteboard(room: Room, at, turn: float, size) -> Piece:
    """A board with a tray, pens, and what was written in the last meeting; its middle is at `at`."""
    board = start(room, "Whiteboard", "whiteboard", at, turn)
    wide, _, tall = size
    box(board, "face", (wide, 0.012, tall), (0, -0.012, -tall / 2), "board", 0)
    frame = [
        *(((0.02, 0.024, tall + 0.02), (side * wide / 2, -0.012, -tall / 2 - 0.01)) for side in (-1, 1)),
        *(((wide, 0.024, 0.02), (0, -0.012, z)) for z in (tall / 2 - 0.01, -tall / 2 - 0.01)),
        ((wide * 0.4, 0.06, 0.012), (0, -0.045, -tall / 2 - 0.02)),
    ]
    boxes(board, "frame", frame, "grey metal", 0.003)
    rng = room.rng
    for _ in range(int(rng.integers(2, 9))):
        ink = str(rng.choice(["marker red", "marker blue", "black plastic"]))
        x, z = rng.uniform(-0.42, 0.2) * wide, rng.uniform(-0.35, 0.4) * tall
        if rng.random() < 0.3:
            a, b = rng.uniform(0.06, 0.16, 2)
            path = [(x + a * cos(t), -0.0185, z + b * sin(t)) for t in np.linspace(0, 6.6, 22)]
        else:
            long = rng.uniform(0.15, 0.45)
            path = [(x + long * t, -0.0185, z + rng.normal(0, 0.012)) for t in np.linspace(0, 1, int(long * 60))]
        tube(board, "writing", path, 0.0022, ink)
    for x in rng.uniform(-0.15, 0.15, 3) * wide:
        tube(board, "pen", [(x, -0.05, -tall / 2), (x + 0.12, -0.052, -tall / 2)], 0.008,
             str(rng.choice(["marker red", "marker blue", "black plastic"])), label="otherprop")  # fmt: skip
    return board


def add_notice(room: Room, at, turn: float, size) -> Piece:
    """Sheets of paper on a wall, its middle at `at`, pinned or taped askew."""
    sheets = start(room, "Notice", "paper", at, turn)
    wide, _, tall = size
    count = int(room.rng.integers(1, 4))
    for number in range(count):
        spot = (room.rng.normal(0, 0.12) * wide, -0.003 - 0.002 * number, room.rng.normal(0, 0.1) * tall)
        part = (0.75 if count > 1 else 1.0) * min(wide, 0.3), (0.75 if count > 1 else 1.0) * min(tall, 0.42)
        art = str(room.rng.choice(["page", "paper", "seaside", "page"]))
        card(sheets, "sheet", part, spot, art, (0, room.rng.normal(0, 3), 0))
        box(sheets, "pin", (0.012, 0.006, 0.012), (spot[0], spot[1] - 0.003, spot[2] + part[1] / 2 - 0.02), "red paint",
            0.003, label="otherprop")  # fmt: skip
    return sheets


def add_box(room: Room, at, turn: float, size) -> Piece:
    """A cardboard box: open with its flaps out, or taped shut, or a plastic crate."""
    crate = start(room, "Box", "box", at, turn)
    wide, deep, tall = size
    look = str(room.rng.choice(["cardboard", "cardboard", "white plastic", "cover sky"]))
    wall = 0.006
    sides = [
        ((wide, deep, wall), (0, 0, 0)),
        *(((wall, deep, tall), (x * (wide - wall) / 2, 0, 0)) for x in (-1, 1)),
        *(((wide, wall, tall), (0, y * (deep - wall) / 2, 0)) for y in (-1, 1)),
    ]
    boxes(crate, "sides", sides, look, 0.001)
    if room.rng.random() < 0.55:
        if look == "cardboard":
            for side in (-1, 1):
                lean = room.rng.uniform(20, 120)
                box(crate, "flap", (wide - 0.01, 0.004, deep / 2), (0, side * deep / 2, tall - 0.003), look, 0,
                    (-side * lean, 0, 0))  # fmt: skip
        inside = str(room.rng.choice(["linen", "shirt", "jersey", "paper"]))
        crown = 0.06  # by as much it bulges downwards, too
        soft_box(crate, "contents", (wide - 0.03, deep - 0.03, tall * 0.6 - crown), (0, 0, 0.012 + crown), inside, 0.05,
                 crown, label="otherprop")  # fmt: skip
    else:
        box(crate, "lid", (wide, deep, 0.008), (0, 0, tall - 0.004), look, 0.002)
        box(crate, "tape", (wide + 0.002, 0.05, 0.001), (0, 0, tall + 0.0041), "crust", 0)
    return crate


def add_bag(room: Room, at, turn: float, size) -> Piece:
    """A rucksack or a tote, set down and slumped."""
    bag = start(room, "Bag", "bag", at, turn)
    wide, deep, tall = size
    cloth = str(room.rng.choice(["nylon", "leather", "linen", "denim"]))
    if room.rng.random() < 0.55:
        rings = [
            (0.9, 0.8, 0.0, 4),
            (1, 1, 0.06, 3.5),
            (0.98, 0.95, 0.5, 3),
            (0.86, 0.7, 0.85, 2.6),
            (0.5, 0.3, 1.0, 2.2),
        ]
        loft(
            bag, "body", [(wide * a, deep * b, tall * z, r, 0, -0.04 * z) for a, b, z, r in rings], (0, 0, 0), cloth, 40
        )
        soft_box(bag, "pocket", (wide * 0.7, deep * 0.35, tall * 0.42), (0, -deep * 0.42, 0.03), cloth, 0.04, 0.02)
        for x in (-0.07, 0.07):
            strap = [(x, deep * 0.3, tall * 0.9), (x * 1.4, deep * 0.62, tall * 0.6), (x * 1.5, deep * 0.5, 0.02)]
            tube(bag, "strap", strap, 0.012, "black plastic", bent=True)
    else:
        rings = [(0.95, 0.8, 0.0, 5), (1, 1, 0.08, 5), (1.02, 0.8, 0.6, 6), (1.0, 0.4, 0.8, 8), (0.98, 0.3, 0.8, 8)]
        loft(bag, "body", [(wide * a, deep * b, tall * z, r, 0, 0) for a, b, z, r in rings], (0, 0, 0), cloth, 48)
        for y in (-0.2, 0.2):
            handle = [(-wide * 0.25, deep * y, tall * 0.75), (-wide * 0.1, deep * y * 2, tall * 1.0),
                      (wide * 0.1, deep * y * 2, tall * 1.0), (wide * 0.25, deep * y, tall * 0.75)]  # fmt: skip
            tube(bag, "handle", handle, 0.009, "leather", bent=True)
    return bag


def add_clothes(room: Room, at, turn: float, size) -> Piece:
    """Things dropped on the floor, a chair or a bed: a heap of folds."""
    heap = start(room, "Clothes", "clothes", at, turn)
    rng = room.rng
    for number in range(int(rng.integers(1, 4))):
        phase, high = rng.uniform(0, 6.28, 4), rng.uniform(0.04, 0.09)
        wide, deep = size[0] * rng.uniform(0.6, 0.9), size[1] * rng.uniform(0.6, 0.9)

        def crumple(u, v, phase=phase, high=high):
            edge = np.clip(4.5 * np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v)), 0, 1)
            folds = np.sin(9 * u + phase[0] + 3 * np.sin(4 * v + phase[1])) + 0.6 * np.sin(13 * v + phase[2] + 4 * u)
            ragged = 0.06 * np.sin(11 * v + phase[3]) * (2 * u - 1) + 0.0 * u
            across = 0.05 * np.sin(8 * u + phase[1]) * (2 * v - 1)
            return u - 0.5 + ragged, v - 0.5 + across, edge * (high + 0.32 * high * folds) / 1.0

        cloth = str(rng.choice(["denim", "shirt", "jersey", "linen", "charcoal cloth", "striped pillow"]))
        spot = (*rng.normal(0, 0.05, 2), 0.004 + 0.03 * number)
        sheet(heap, "cloth", crumple, (wide, deep, 1.0), cloth, (40, 34), spot, (0, 0, rng.uniform(0, 360)), 0.004)
    return heap


def add_waste_bin(room: Room, at, turn: float, size) -> Piece:
    """A bin with a bag and crumpled paper in it."""
    bin_ = start(room, "Waste bin", "otherprop", at, turn)
    wide, _, tall = size
    r = wide / 2
    look = str(room.rng.choice(["black plastic", "steel", "white plastic", "wicker"]))
    shell = [(0, 0), (r * 0.8, 0), (r, tall), (r * 0.96, tall), (r * 0.77, 0.01), (0, 0.01)]
    lathe(bin_, "bin", shell, (0, 0, 0), look, 36)
    for number in range(int(room.rng.integers(1, 5))):
        x, y = room.rng.uniform(-0.4, 0.4, 2) * r
        soft_box(bin_, "crumpled paper", (0.09, 0.09, 0.08), (x, y, tall * 0.6 + 0.02 * number), "paper", 0.035, 0.05,
                 (20 * number, 30, 40), "paper")  # fmt: skip
    return bin_


def add_mug(room: Room, at, turn: float) -> Piece:
    mug = start(room, "Mug", "otherprop", at, turn)
    look = str(room.rng.choice(["white ceramic", "blue ceramic", "ochre ceramic", "speckled ceramic", "red paint"]))
    turned(mug, "mug", CUP, (0, 0, 0), look)
    turned(mug, "coffee", [(0.033, 0.06), (0, 0.06)], (0, 0, 0), "leather")
    handle = [(0.034, 0, 0.068), (0.062, 0, 0.066), (0.066, 0, 0.03), (0.035, 0, 0.022)]
    tube(mug, "handle", handle, 0.0045, look, bent=True)
    return mug


def add_plate(room: Room, at, turn: float) -> Piece:
    """A plate with crumbs or a roll, a fork on it."""
    plate = start(room, "Plate", "otherprop", at, turn)
    turned(
        plate, "plate", PLATE, (0, 0, 0), str(room.rng.choice(["white ceramic", "speckled ceramic", "blue ceramic"]))
    )
    if room.rng.random() < 0.6:
        soft_box(plate, "roll", (0.1, 0.075, 0.05), (-0.01, 0.01, 0.009), "crust", 0.024, 0.01, (0, 0, 30))
    box(plate, "fork", (0.016, 0.19, 0.003), (0.03, 0, 0.019), "steel", 0.001, (3, 0, 20))
    return plate


def add_glass(room: Room, at, turn: float) -> Piece:
    glass = start(room, "Glass", "otherprop", at, turn)
    tumbler = [(0, 0), (0.032, 0), (0.037, 0.11), (0.0345, 0.11), (0.03, 0.012), (0, 0.012)]
    turned(glass, "glass", WINE_GLASS if room.rng.random() < 0.4 else tumbler, (0, 0, 0), "clear glass")
    return glass


def add_bottle(room: Room, at, turn: float) -> Piece:
    bottle = start(room, "Bottle", "otherprop", at, turn)
    r, tall = room.rng.uniform(0.028, 0.04), room.rng.uniform(0.18, 0.3)
    look = str(room.rng.choice(["green glass", "amber glass", "white plastic", "blue ceramic", "cover ochre"]))
    shape = [(0, 0), (r, 0), (r, 0.6 * tall), (0.4 * r, 0.8 * tall), (0.36 * r, tall), (0, tall)]
    turned(bottle, "bottle", shape, (0, 0, 0), look)
    return bottle


def add_fruit_bowl(room: Room, at, turn: float) -> Piece:
    bowl = start(room, "Fruit bowl", "otherprop", at, turn)
    turned(bowl, "bowl", FRUIT_BOWL, (0, 0, 0), str(room.rng.choice(["blue ceramic", "white ceramic", "oak"])))
    fruit = [(0.036 * np.cos(a) + 0.001, 0.034 * np.sin(a)) for a in np.linspace(-1.5, 1.5, 11)]
    for number in range(int(room.rng.integers(3, 6))):
        angle = 1.4 * number
        spot = (0.052 * cos(angle), 0.052 * sin(angle), 0.058) if number < 4 else (0, 0, 0.105)
        turned(bowl, "fruit", fruit, spot, str(room.rng.choice(["orange", "apple", "pear"])), (40 * number, 25, 0))
    return bowl


def add_remote(room: Room, at, turn: float) -> Piece:
    remote = start(room, "Remote control", "otherprop", at, turn)
    box(remote, "case", (0.045, 0.17, 0.018), (0, 0, 0), "black plastic", 0.006)
    keys = [((0.008, 0.008, 0.003), (x, y, 0.017)) for x in (-0.012, 0, 0.012) for y in np.linspace(-0.06, 0.06, 7)]
    boxes(remote, "keys", keys, "grey plastic", 0)
    return remote


def add_pen_pot(room: Room, at, turn: float) -> Piece:
    pot = start(room, "Pen pot", "otherprop", at, turn)
    turned(pot, "pot", CUP, (0, 0, 0), str(room.rng.choice(["terracotta", "dark metal", "white ceramic"])))
    for number in range(int(room.rng.integers(2, 7))):
        angle = 1.3 * number
        ink = ("red paint", "black plastic", "ochre ceramic", "marker blue")[number % 4]
        tube(pot, "pen", [(0, 0, 0.012), (0.035 * cos(angle), 0.03 * sin(angle), 0.15)], 0.004, ink)
    return pot


def add_small_box(room: Room, at, turn: float, size) -> Piece:
    """A carton, a tin, a case."""
    small = start(room, "Small box", "box", at, turn)
    look = str(room.rng.choice(["cardboard", "walnut", "cover red", "cover navy", "white paint", "wicker"]))
    box(small, "body", size, (0, 0, 0), look, 0.005)
    box(small, "lid", (size[0] + 0.006, size[1] + 0.006, 0.02), (0, 0, size[2] - 0.018), look, 0.004)
    return small


def add_bowl(room: Room, at, turn: float) -> Piece:
    bowl = start(room, "Bowl", "otherprop", at, turn)
    turned(bowl, "bowl", BOWL, (0, 0, 0), str(room.rng.choice(["white ceramic", "ochre ceramic"])))
    return bowl
