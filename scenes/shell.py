"""The flat itself: walls with their openings, windows, the door, and what is fixed to them.

A wall has a frame of its own: x runs along it (clockwise, seen from above), y points out of the room, z up. Furniture
has the same frame, its back at y = 0, so `against` a wall it stands as a person would push it there.
"""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np

from scenes.pieces import Piece, Room, Vec, start
from scenes.shapes import box, boxes, drape, lathe, sheet, tube

WIDTH, DEPTH, HEIGHT, THICK = 6.6, 5.2, 2.6, 0.24
# name: (corner where x = 0, degrees about Z, length, material)
WALLS = {
    "north": ((0.0, DEPTH), 0.0, WIDTH, "wall"),
    "east": ((WIDTH, DEPTH), -90.0, DEPTH, "wall"),
    "south": ((WIDTH, 0.0), 180.0, WIDTH, "wall"),
    "west": ((0.0, 0.0), 90.0, DEPTH, "accent wall"),
}
# wall: (left, right, bottom, top) in the wall's frame
WINDOWS = {"north": (2.75, 4.65, 0.82, 2.22), "east": (0.55, 1.95, 1.0, 2.2)}
DOOR = ("south", (2.72, 3.62, 0.0, 2.06))


def against(wall: str, along: float, gap: float = 0.0, z: float = 0.0) -> tuple[Vec, float]:
    """Place and turn of a thing that stands `along` metres down a wall, `gap` away from it."""
    (x, y), turn, _, _ = WALLS[wall]
    c, s = cos(radians(turn)), sin(radians(turn))
    return (x + c * along + s * gap, y + s * along - c * gap, z), turn


def add_shell(room: Room) -> None:
    """Floor, ceiling, walls, skirting."""
    outer = (WIDTH + 2 * THICK, DEPTH + 2 * THICK, 0.2)
    floor = start(room, "Floor", "floor")
    box(floor, "boards", outer, (WIDTH / 2, DEPTH / 2, -0.2), "floor", bevel=0)
    ceiling = start(room, "Ceiling", "ceiling")
    box(ceiling, "slab", outer, (WIDTH / 2, DEPTH / 2, HEIGHT), "ceiling", bevel=0)
    for name, (_, _, length, material) in WALLS.items():
        at, turn = against(name, 0)
        wall = start(room, f"{name.title()} wall", "wall", at, turn)
        openings = [WINDOWS[name]] if name in WINDOWS else [DOOR[1]] if name == DOOR[0] else []
        boxes(wall, "plaster", around(length, openings), material, bevel=0)
        boxes(wall, "skirting", skirting(length, openings), "white paint", bevel=0.006)


def around(length: float, openings: list[Vec], height: float = HEIGHT) -> list[tuple[Vec, Vec]]:
    """The boxes that make a wall of a length, leaving (left, right, bottom, top) openings free."""
    xs = sorted({-THICK, length + THICK, *(x for left, right, _, _ in openings for x in (left, right))})
    zs = sorted({0.0, height, *(z for _, _, low, high in openings for z in (low, high))})
    solid = []
    for left, right in zip(xs, xs[1:]):
        for low, high in zip(zs, zs[1:]):
            x, z = (left + right) / 2, (low + high) / 2
            if not any(a < x < b and c < z < d for a, b, c, d in openings):
                solid.append(((right - left, THICK, high - low), (x, THICK / 2, low)))
    return solid


def skirting(length: float, openings: list[Vec]) -> list[tuple[Vec, Vec]]:
    ends = [0.0, *(x for left, right, low, _ in openings if low == 0 for x in (left - 0.09, right + 0.09)), length]
    return [((b - a, 0.016, 0.09), ((a + b) / 2, -0.008, 0.0)) for a, b in zip(ends[::2], ends[1::2])]


def add_windows(room: Room) -> None:
    """Frames with a mullion, panes, a sill, a handle."""
    for name, (left, right, low, high) in WINDOWS.items():
        add_window(room, f"{name.title()} window", *against(name, (left + right) / 2, z=low), right - left, high - low)


def add_window(room: Room, name: str, at, turn: float, wide: float, tall: float, sill: float = 0.26) -> Piece:
    """One window, the middle of its lower edge at `at`; its sill is so deep."""
    window = start(room, name, "window", at, turn)
    y, bar = 0.13, 0.065
    sash = wide / 2 - bar
    boxes(
        window,
        "frame",
        [
            ((wide, 0.08, bar), (0, y, 0)),
            ((wide, 0.08, bar), (0, y, tall - bar)),
            ((bar, 0.08, tall), (0, y, 0)),
            *(((bar, 0.08, tall), (side * (wide - bar) / 2, y, 0)) for side in (-1, 1)),
            *(((sash, 0.03, 0.025), (side * (wide / 4), y, tall * 0.68)) for side in (-1, 1)),
        ],
        "white paint",
        bevel=0.008,
    )
    for side in (-1, 1):
        box(window, "pane", (sash, 0.006, tall - 2 * bar), (side * wide / 4, y, bar), "pane", bevel=0)
    box(window, "sill", (wide + 0.16, sill, 0.035), (0, 0.12 - sill / 2, -0.036), "white paint", bevel=0.012)
    tube(
        window,
        "handle",
        [(0.0, 0.08, tall * 0.45), (0.0, 0.05, tall * 0.45), (0.0, 0.05, tall * 0.45 - 0.11)],
        0.009,
        "chrome",
    )
    return window


def add_curtains(room: Room, wall: str) -> None:
    left, right, _, high = WINDOWS[wall]
    hang_curtains(room, f"{wall.title()} curtains", *against(wall, (left + right) / 2), right - left, high + 0.16)


def hang_curtains(
    room: Room, name: str, at, turn: float, wide: float, top: float, drawn=(0.42, 0.56), hem=0.025
) -> Piece:
    """A brass pole over a window that is `wide` and two curtains, each drawn back to `drawn` metres, unevenly;
    they end `hem` above the floor."""
    rail = start(room, name, "curtain", at, turn)
    ends = wide / 2 + 0.38
    tube(rail, "pole", [(-ends, -0.1, top), (ends, -0.1, top)], 0.012, "brass", label="otherstructure")
    for side in (-1, 1):
        lathe(
            rail,
            "finial",
            [(0, -0.02), (0.022, 0), (0, 0.035)],
            (side * ends, -0.1, top),
            "brass",
            16,
            (0, side * 90, 0),
            "otherstructure",
        )
        tube(
            rail,
            "bracket",
            [(side * (ends - 0.08), 0, top), (side * (ends - 0.08), -0.1, top)],
            0.008,
            "brass",
            label="otherstructure",
        )
        _hang_curtain(rail, side, ends - 0.03, room.rng.uniform(*drawn), top, hem)
    return rail


def _hang_curtain(rail, side: int, outer: float, wide: float, top: float, hem: float) -> None:
    phase, folds = rail.room.rng.uniform(0, 6.28), 5.5

    def surface(u, v):
        flare = 1 + 0.16 * (1 - v) ** 1.5
        wave = np.sin(2 * np.pi * folds * u + phase + 0.7 * np.sin(2.2 * v)) + 0.35 * np.sin(
            4.7 * np.pi * folds * u + 2 * v
        )
        x = side * (outer - wide * flare * u + 0.012 * np.sin(9 * u + 5 * v))
        y = -0.1 - 0.036 * wave * (0.75 + 0.4 * (1 - v))
        return x, y, hem + (top - (hem + 0.01)) * v + 0.008 * np.sin(17 * u) * (1 - v)

    sheet(rail, "cloth", surface, (1, 1, 1), "curtain cloth", (90, 26), thickness=0.004)
    for ring in range(7):
        x = side * (outer - 0.02 - (wide - 0.06) * ring / 6)
        lathe(
            rail,
            "ring",
            [(0.016, -0.003), (0.021, 0), (0.016, 0.003), (0.016, -0.003)],
            (x, -0.1, top),
            "brass",
            16,
            (0, 90, 0),
            "otherstructure",
        )


def add_door(room: Room) -> None:
    """A panelled door in its casing, with a lever handle and three hinges."""
    wall, (left, right, _, high) = DOOR
    wide = right - left
    at, turn = against(wall, (left + right) / 2)
    door = start(room, "Front door", "door", at, turn)
    box(door, "leaf", (wide, 0.045, high), (0, 0.06, 0), "sage paint", bevel=0.003)
    cols, rows = (-0.205, 0.205), ((0.16, 0.55), (0.81, 0.72), (1.63, 0.3))
    for x in cols:
        for z, tall in rows:
            boxes(
                door,
                "moulding",
                [
                    *(((0.31, 0.014, 0.028), (x, 0.034, z + up)) for up in (0, tall - 0.028)),
                    *(((0.028, 0.014, tall), (x + dx, 0.034, z)) for dx in (-0.141, 0.141)),
                ],
                "sage paint",
                bevel=0.006,
            )
            box(door, "panel", (0.22, 0.02, tall - 0.09), (x, 0.04, z + 0.045), "sage paint", bevel=0.009)
    boxes(  # over the reveal, which is wall and would show as a thread between casing and leaf
        door,
        "lining",
        [
            *(((0.016, 0.1, high), (side * (wide / 2 - 0.008), 0.04, 0)) for side in (-1, 1)),
            ((wide, 0.1, 0.016), (0, 0.04, high - 0.016)),
        ],
        "white paint",
        bevel=0.002,
    )
    boxes(
        door,
        "casing",
        [
            *(((0.085, 0.03, high + 0.085), (side * (wide / 2 + 0.042), -0.013, 0)) for side in (-1, 1)),
            ((wide + 0.17, 0.03, 0.085), (0, -0.014, high)),
        ],
        "white paint",
        bevel=0.008,
    )
    lathe(
        door,
        "rose",
        [(0, 0), (0.026, 0), (0.026, 0.006), (0.012, 0.012), (0, 0.012)],
        (0.385, 0.036, 1.02),
        "brass",
        24,
        (90, 0, 0),
    )
    tube(
        door,
        "lever",
        [(0.385, 0.03, 1.02), (0.385, -0.03, 1.02), (0.375, -0.035, 1.02), (0.27, -0.035, 1.015)],
        0.009,
        "brass",
    )
    lathe(door, "spyhole", [(0, 0), (0.01, 0), (0.01, 0.004), (0, 0.004)], (0, 0.037, 1.5), "brass", 16, (90, 0, 0))
    for z in (0.25, 1.0, 1.8):
        tube(door, "hinge", [(-0.452, 0.03, z), (-0.452, 0.03, z + 0.09)], 0.007, "brass")


def add_radiator(room: Room, at, turn: float) -> Piece:
    """An old column radiator with its valve and pipe."""
    radiator = start(room, "Radiator", "otherfurniture", at, turn)
    count, step = 15, 0.072
    xs = [(i - (count - 1) / 2) * step for i in range(count)]
    boxes(radiator, "columns", [((0.05, 0.1, 0.5), (x, 0, 0.12)) for x in xs], "white paint", bevel=0.022)
    end = xs[-1] + 0.03
    for z in (0.17, 0.57):
        tube(radiator, "pipe", [(-end, 0, z), (end, 0, z)], 0.018, "white paint")
    tube(radiator, "feed", [(end, 0, 0.17), (end + 0.09, 0, 0.17), (end + 0.09, 0, 0.0)], 0.009, "chrome")
    lathe(radiator, "valve", [(0, 0), (0.02, 0), (0.02, 0.05), (0, 0.055)], (end + 0.09, 0, 0.17), "white plastic", 20)
    return radiator


def add_fittings(room: Room) -> None:
    """Switches and sockets, slightly out of true, as fitters leave them."""
    spots = [
        ("south", 2.5, 1.08),
        ("south", 0.75, 0.28),
        ("east", 2.2, 0.28),
        ("west", 3.4, 0.3),
        ("north", 2.45, 0.28),
        ("south", 5.2, 1.12),
    ]
    for wall, along, z in spots:
        at, turn = against(wall, along, z=z)
        plate = start(room, "Switch" if z > 1 else "Socket", "otherstructure" if z > 1 else "otherprop", at, turn)
        tilt = room.rng.normal(0, 1.0)
        box(plate, "plate", (0.086, 0.012, 0.086), (0, -0.005, 0), "white plastic", bevel=0.004, turn=(0, tilt, 0))
        box(plate, "rocker", (0.04, 0.012, 0.05), (0, -0.009, 0.018), "white plastic", bevel=0.004, turn=(4, tilt, 0))


def add_coat_hooks(room: Room, at, turn: float) -> Piece:
    """A peg rail with a coat, a scarf and a bag on it, shoes below."""
    rail = start(room, "Peg rail", "otherprop", at, turn)
    box(rail, "board", (0.74, 0.02, 0.09), (0, -0.011, 1.62), "oak", bevel=0.006)
    for x in (-0.28, -0.09, 0.1, 0.29):
        tube(rail, "peg", [(x, -0.01, 1.66), (x, -0.07, 1.66), (x, -0.085, 1.685)], 0.008, "dark metal")
    coat = [(-0.17, 0.62), (-0.16, 1.2), (-0.13, 1.5), (-0.07, 1.66), (-0.035, 1.5), (-0.03, 1.1), (-0.03, 0.7)]
    drape(rail, "coat", coat, 0.46, "denim", folds=3, depth=0.02, label="clothes", at=(-0.17, 0, 0))
    drape(
        rail,
        "scarf",
        [(-0.13, 0.85), (-0.11, 1.45), (-0.075, 1.67), (-0.04, 1.45), (-0.035, 1.0)],
        0.17,
        "rust",
        folds=2,
        label="clothes",
        at=(0.1, 0, 0),
    )
    bag = (
        [(0.29, -0.075, 1.67), (0.2, -0.09, 1.2), (0.2, -0.09, 1.02)],
        [(0.29, -0.075, 1.67), (0.37, -0.09, 1.2), (0.37, -0.09, 1.02)],
    )
    for strap in bag:
        tube(rail, "strap", strap, 0.009, "leather", label="bag")
    box(rail, "tote", (0.3, 0.09, 0.32), (0.285, -0.075, 0.76), "linen", bevel=0.035, turn=(0, 2, 0), label="bag")
    return rail
