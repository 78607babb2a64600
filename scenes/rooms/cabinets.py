"""Things to keep things in that the sample room has not, and tables: of any size. Backs are at y = 0; they face -y."""

from __future__ import annotations

import numpy as np

from scenes.books import fill_bay, pile
from scenes.pieces import Piece, Room, put, start
from scenes.shapes import box, box_mesh, boxes, lathe, paint, soft_box, tube
from scenes.storage import add_drawer


def add_low_cabinet(room: Room, at, turn: float, size, name: str, material: str) -> Piece:
    """A television stand or a sideboard: doors and drawers in a row, on feet or a plinth, some bays open."""
    case = start(room, name, "cabinet", at, turn)
    wide, deep, tall = size
    foot = 0.1 if room.rng.random() < 0.6 else 0.04
    bays = max(2, round(wide / 0.5))
    step = wide / bays
    boxes(
        case,
        "carcass",
        [
            ((wide, deep, 0.025), (0, -deep / 2, tall - 0.025)),
            ((wide, deep - 0.01, 0.02), (0, -deep / 2, foot)),
            *(((0.02, deep - 0.02, tall - foot - 0.02), (-wide / 2 + 0.01 + n * (wide - 0.02) / bays, -deep / 2, foot))
              for n in range(bays + 1)),
            ((wide - 0.01, 0.01, tall - foot), (0, -0.008, foot)),
        ],
        material,
        0.003,
    )  # fmt: skip
    for x in (-wide / 2 + 0.08, wide / 2 - 0.08):
        for y in (-0.06, -deep + 0.06):
            tube(case, "foot", [(x, y, 0), (x, y, foot + 0.01)], 0.018, "dark metal")
    for bay in range(bays):
        x, kind = -wide / 2 + step * (bay + 0.5), room.rng.random()
        front, clear = -deep + 0.006, tall - foot - 0.05
        if kind < 0.45:
            box(case, "door", (step - 0.012, 0.02, clear), (x, front, foot + 0.022), material, 0.003)
            knob = (x + step / 2 - 0.05, front - 0.01, foot + clear * 0.7)
            lathe(case, "knob", [(0, 0), (0.006, 0), (0.014, 0.02), (0, 0.026)], knob, "brass", 18, (90, 0, 0))
        elif kind < 0.75:
            rows = max(1, round(clear / 0.2))
            for row in range(rows):
                out = 0.08 if room.rng.random() < 0.12 else 0.0
                add_drawer(case, (step - 0.014, deep * 0.8, clear / rows - 0.008),
                           (x, front, foot + 0.022 + row * clear / rows), out, material)  # fmt: skip
        else:
            inner = (x - step / 2 + 0.012, x + step / 2 - 0.012, foot + 0.021, clear)
            if clear > 0.31:
                fill_bay(case, inner, -deep + 0.03, room.rng.uniform(0.3, 0.9))
            else:
                pile(case, (x + 0.05, -deep / 2, foot + 0.021), room.rng.permutation(4)[:2], 5)
    return case


def add_filing_cabinet(room: Room, at, turn: float, size) -> Piece:
    """Sheet-metal drawers with handles and label holders."""
    case = start(room, "Filing cabinet", "cabinet", at, turn)
    wide, deep, tall = size
    material = str(room.rng.choice(["grey enamel", "white plastic", "sage paint", "grey plastic"]))
    box(case, "carcass", (wide, deep - 0.02, tall), (0, -deep / 2 + 0.01, 0), material, 0.006)
    rows = max(2, round(tall / 0.33))
    step = (tall - 0.06) / rows
    for row in range(rows):
        out = room.rng.uniform(0.03, 0.12) if room.rng.random() < 0.1 else 0.0
        z, y = 0.04 + row * step, -deep - out
        box(case, "drawer", (wide - 0.03, 0.02 + out, step - 0.012), (0, y + out / 2, z), material, 0.004)
        box(case, "handle", (wide * 0.35, 0.022, 0.02), (0, y - 0.018, z + step * 0.55), "chrome", 0.006)
        box(case, "label", (0.08, 0.004, 0.035), (0, y - 0.011, z + step * 0.72), "paper", 0, label="paper")
    return case


def add_shelving(room: Room, at, turn: float, size) -> Piece:
    """Open shelves on uprights, with boxes, books and folders: what NYU calls shelves."""
    case = start(room, "Shelving", "shelves", at, turn)
    wide, deep, _ = size
    levels, pitch = _add_boards(case, size, "grey metal" if room.rng.random() < 0.5 else "pine")
    for z in levels:
        kind, clear = room.rng.random(), pitch - 0.03
        if kind < 0.35:
            fill_bay(case, (-wide / 2 + 0.04, wide / 2 - 0.04, z + 0.02, max(clear, 0.33)), -deep + 0.02,
                     room.rng.uniform(0.3, 0.9))  # fmt: skip
        elif kind < 0.75:
            x = -wide / 2 + 0.05
            while x < wide / 2 - 0.3:
                across = room.rng.uniform(0.2, 0.34)
                look = str(room.rng.choice(["cardboard", "wicker", "white plastic", "cover navy"]))
                high = min(clear * 0.8, room.rng.uniform(0.14, 0.26))
                box(case, "box", (across, deep * 0.8, high), (x + across / 2, -deep / 2, z + 0.02), look, 0.006,
                    (0, 0, room.rng.normal(0, 3)), "box")  # fmt: skip
                x += across + room.rng.uniform(0.02, 0.2)
        elif kind < 0.9:
            pile(case, (-0.05, -deep / 2, z + 0.02), room.rng.permutation(5)[:3], 10)
    return case


def add_bath_shelves(room: Room, at, turn: float, size) -> Piece:
    """Open shelves with what one needs after a bath: folded towels, baskets, bottles."""
    case, rng = start(room, "Bath shelves", "shelves", at, turn), room.rng
    wide, deep, _ = size
    levels, pitch = _add_boards(case, size, str(rng.choice(["white plastic", "grey metal", "pine"])))
    first = int(rng.integers(3))  # so that three shelves have one of each
    for row, z in enumerate(levels):
        kind, y, low = (first + row) % 3, -deep / 2, z + 0.02
        if kind == 0:
            cloth = str(rng.choice(["linen", "check towel", "teal", "rose", "rust"]))
            for layer in range(int(rng.integers(2, max(3, int((pitch - 0.05) / 0.055))))):
                folded = (min(0.34, wide - 0.1), deep * 0.8, 0.05)
                box(case, "towel", folded, (0, y, low + 0.052 * layer), cloth, 0.018, (0, 0, rng.normal(0, 1)), "towel")
        elif kind == 1:
            look = str(rng.choice(["wicker", "white plastic", "cardboard"]))
            basket = (wide * 0.55, deep * 0.8, min(0.2, pitch * 0.6))
            box(case, "basket", basket, (-0.08 * wide, y, low), look, 0.01, (0, 0, rng.normal(0, 2)), "box")
        else:
            for x in np.arange(-wide / 2 + 0.09, wide / 2 - 0.08, 0.1)[: int(rng.integers(2, 5))]:
                radius, high = rng.uniform(0.022, 0.034), rng.uniform(0.12, 0.2)
                look = str(rng.choice(["white plastic", "teal", "rose", "amber glass", "cover navy"]))
                shape = [(0, 0), (radius, 0), (radius, high * 0.75), (radius * 0.4, high * 0.85), (radius * 0.4, high),
                         (0, high)]  # fmt: skip
                lathe(case, "bottle", shape, (x, y + rng.normal(0, 0.02), low), look, 24, label="otherprop")
    return case


def _add_boards(case: Piece, size, material: str) -> tuple[list[float], float]:
    """Shelves on four uprights; returns how high the shelves are, and how far apart."""
    wide, deep, tall = size
    rows = max(3, round(tall / 0.4))
    pitch = (tall - 0.12) / (rows - 1)
    levels = [0.1 + row * pitch for row in range(rows)]
    boxes(case, "boards", [((wide, deep, 0.02), (0, -deep / 2, z)) for z in levels], material, 0.003)
    posts = [(x, y) for x in (-wide / 2 + 0.018, wide / 2 - 0.018) for y in (-0.018, -deep + 0.018)]
    boxes(case, "posts", [((0.034, 0.034, tall), (x, y, 0)) for x, y in posts], material, 0.003)
    return levels, pitch


def add_long_table(room: Room, at, turn: float, size) -> Piece:
    """A rectangular table, centred, on four legs with an apron."""
    return _add_table(room, "Table", at, turn, size, 0.06)


def add_side_table(room: Room, at, turn: float, size) -> Piece:
    """A small table beside a sofa, centred, round or square."""
    if room.rng.random() < 0.5:
        return _add_table(room, "Side table", at, turn, size, 0.035)
    table = start(room, "Side table", "table", at, turn)
    radius, tall = size[0] / 2, size[2]
    edge = [(0, tall - 0.025), (radius - 0.01, tall - 0.025), (radius, tall - 0.012), (radius - 0.005, tall), (0, tall)]
    lathe(table, "top", edge, (0, 0, 0), "walnut", 56)
    stem = [(0, 0), (radius * 0.7, 0), (radius * 0.66, 0.015), (0.025, 0.03), (0.02, tall - 0.025), (0, tall - 0.025)]
    lathe(table, "stem", stem, (0, 0, 0), "dark metal", 40)
    return table


def _add_table(room: Room, name: str, at, turn: float, size, leg: float) -> Piece:
    table = start(room, name, "table", at, turn)
    wide, deep, tall = size
    material = str(room.rng.choice(["oak", "walnut", "teak"]))
    box(table, "top", (wide, deep, 0.03), (0, 0, tall - 0.03), material, 0.006)
    corners = [(x * (wide / 2 - leg), y * (deep / 2 - leg)) for x in (-1, 1) for y in (-1, 1)]
    boxes(table, "legs", [((leg, leg, tall - 0.028), (x, y, 0)) for x, y in corners], material, 0.005)
    apron = 0.08 if tall > 0.6 else 0.05
    boxes(
        table,
        "apron",
        [
            *(((wide - 2 * leg, 0.02, apron), (0, y * (deep / 2 - leg), tall - 0.03 - apron)) for y in (-1, 1)),
            *(((0.02, deep - 2 * leg, apron), (x * (wide / 2 - leg), 0, tall - 0.03 - apron)) for x in (-1, 1)),
        ],
        material,
        0.003,
    )
    return table


def add_plain_desk(room: Room, at, turn: float, size) -> Piece:
    """An office desk: a board on a steel frame or on panels, a drawer unit under one end."""
    desk = start(room, "Desk", "desk", at, turn)
    wide, deep, tall = size
    top = str(room.rng.choice(["oak", "pine", "white paint", "walnut", "white plastic"]))
    box(desk, "top", (wide, deep, 0.028), (0, -deep / 2, tall - 0.028), top, 0.004)
    if room.rng.random() < 0.6:
        for x in (-wide / 2 + 0.05, wide / 2 - 0.05):
            boxes(desk, "frame", [
                ((0.04, 0.05, tall - 0.03), (x, -0.08, 0)), ((0.04, 0.05, tall - 0.03), (x, -deep + 0.08, 0)),
                ((0.04, deep - 0.1, 0.03), (x, -deep / 2, tall - 0.058)),
                ((0.04, deep - 0.06, 0.025), (x, -deep / 2, 0)),
            ], "grey metal", 0.003)  # fmt: skip
        box(desk, "beam", (wide - 0.12, 0.03, 0.06), (0, -0.12, tall - 0.14), "grey metal", 0.003)
    else:
        panels = [((0.025, deep - 0.04, tall - 0.028), (x, -deep / 2, 0)) for x in (-wide / 2 + 0.03, wide / 2 - 0.03)]
        boxes(desk, "panels", [*panels, ((wide - 0.08, 0.02, 0.35), (0, -0.06, tall - 0.38))], top, 0.003)
    if room.rng.random() < 0.7:
        side = int(room.rng.choice([-1, 1]))
        x, low = side * (wide / 2 - 0.3), tall - 0.04
        boxes(desk, "unit", [((0.4, deep - 0.16, low - 0.06), (x, -deep / 2 + 0.01, 0.04))], "white paint", 0.004)
        for row in range(3):
            z = 0.055 + row * (low - 0.09) / 3
            out = 0.12 if room.rng.random() < 0.15 else 0.0
            add_drawer(desk, (0.385, 0.4, (low - 0.09) / 3 - 0.01), (x, -deep + 0.085, z), out, "white paint")
    return desk


def add_wardrobe(room: Room, at, turn: float, size) -> Piece:
    """Two or three doors, plain, panelled or with a looking-glass let into one (a label of its material)."""
    case = start(room, "Wardrobe", "cabinet", at, turn)
    wide, deep, tall = size
    material, doors = str(room.rng.choice(["walnut", "oak", "white paint", "pine"])), 2 if wide < 1.2 else 3
    box(case, "carcass", (wide, deep - 0.03, tall - 0.06), (0, -deep / 2 + 0.015, 0.06), material, 0.004)
    box(case, "plinth", (wide - 0.04, deep - 0.08, 0.06), (0, -deep / 2 + 0.02, 0), material, 0.002)
    step, style = wide / doors, room.rng.random()
    for number in range(doors):
        x = -wide / 2 + step * (number + 0.5)
        if style < 0.5 and number == doors - 1:
            door = put(case, "door glass", box_mesh("door glass", (step - 0.008, 0.022, tall - 0.1), 0.003),
                       (x, -deep + 0.011, 0.075), material=material)  # fmt: skip
            paint(door, room.material["mirror"], lambda face: face.normal.y < -0.9)
            continue
        box(case, "door", (step - 0.008, 0.022, tall - 0.1), (x, -deep + 0.011, 0.075), material, 0.003)
        if style > 0.75:
            for z, high in ((0.16, tall * 0.4), (0.22 + tall * 0.4, tall * 0.42)):
                soft_box(case, "panel", (step - 0.16, 0.012, high), (x, -deep + 0.003, z), material, 0.006, 0)
        inner = x + (1 if number == 0 else -1) * (step / 2 - 0.05)
        bar = [(inner, -deep, 1.0), (inner, -deep - 0.035, 1.0), (inner, -deep - 0.035, 1.2), (inner, -deep, 1.2)]
        tube(case, "handle", bar, 0.006, "chrome")
    if room.rng.random() < 0.5:
        look, across = str(room.rng.choice(["cardboard", "leather", "wicker"])), room.rng.uniform(0.35, 0.55)
        box(case, "box on top", (across, 0.36, 0.22), (room.rng.normal(0, 0.15), -deep / 2, tall), look, 0.01,
            (0, 0, room.rng.normal(0, 8)), "box" if look != "leather" else "bag")  # fmt: skip
    return case
