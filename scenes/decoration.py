"""What hangs on the walls and lies on the floor: the traces of somebody living here."""

from __future__ import annotations

from math import cos, sin

import bpy
import numpy as np

from scenes.books import add_book
from scenes.pieces import Piece, Room, put, start
from scenes.shapes import box, boxes, card, lathe, pillow, sheet, soft_box, tube


def add_picture(room: Room, at, turn: float, size, art: str, frame="oak", mount=0.05) -> Piece:
    """A framed print, hung a degree or so out of true; `size` is the print's width and height in metres."""
    picture = start(room, f"Picture {art}", "picture", at, turn)
    picture.root.rotation_euler.y = np.radians(room.rng.normal(0, 0.8))
    wide, tall, bar = size[0] + 2 * mount, size[1] + 2 * mount, 0.022
    boxes(
        picture,
        "frame",
        [
            *(((bar, 0.028, tall + 2 * bar), (side * (wide + bar) / 2, -0.016, -tall / 2 - bar)) for side in (-1, 1)),
            *(((wide, 0.028, bar), (0, -0.016, up)) for up in (tall / 2, -tall / 2 - bar)),
        ],
        frame,
        0.004,
    )
    box(picture, "mount", (wide, 0.008, tall), (0, -0.006, -tall / 2), "paper", 0)
    card(picture, "print", size, (0, -0.0115, 0), art)
    return picture


def add_mirror(room: Room, at, turn: float) -> Piece:
    """A round looking-glass in a brass rim."""
    mirror = start(room, "Mirror", "mirror", at, turn)
    lathe(mirror, "glass", [(0, 0), (0.355, 0), (0.355, 0.004), (0, 0.004)], (0, -0.02, 0), "mirror", 72, (90, 0, 0))
    lathe(
        mirror,
        "rim",
        [(0.35, 0), (0.372, 0), (0.376, 0.012), (0.372, 0.026), (0.354, 0.026), (0.35, 0.02)],
        (0, 0, 0),
        "brass",
        72,
        (90, 0, 0),
    )
    return mirror


def add_clock(room: Room, at, turn: float) -> Piece:
    """A wall clock, ten past whatever."""
    clock = start(room, "Clock", "otherprop", at, turn)
    lathe(
        clock,
        "case",
        [(0, 0), (0.15, 0), (0.152, 0.03), (0.142, 0.03), (0.14, 0.02), (0, 0.02)],
        (0, 0, 0),
        "black paint",
        48,
        (90, 0, 0),
    )
    lathe(clock, "dial", [(0.14, 0.0), (0, 0.002)], (0, -0.021, 0), "white paint", 48, (90, 0, 0))
    for hour in range(12):
        angle = np.radians(30 * hour)
        box(
            clock,
            "mark",
            (0.006, 0.002, 0.018),
            (0.115 * sin(angle), -0.0235, 0.115 * cos(angle)),
            "black paint",
            0,
            (0, 30 * hour, 0),
        )
    for long, angle in ((0.075, 312.0), (0.11, 50.0)):
        box(clock, "hand", (0.007, 0.002, long), (0, -0.026, 0), "black paint", 0, (0, angle, 0))
    return clock


def add_sign(room: Room, at, turn: float, words: str) -> None:
    """Letters cut from sheet metal: a text object."""
    sign = start(room, "Sign", "otherprop", at, turn)
    text = bpy.data.curves.new("sign", "FONT")
    text.body, text.size, text.extrude, text.align_x, text.bevel_depth = words, 0.15, 0.006, "CENTER", 0.001
    put(sign, "letters", text, (0, -0.01, 0), (90, 0, 0), material="dark metal")


def add_wall_shelf(room: Room, at, turn: float) -> Piece:
    """A board on brackets with a row of books; at (0.3, -0.1, 0.0245) a plant can stand."""
    shelf = start(room, "Wall shelf", "shelves", at, turn)
    box(shelf, "board", (0.95, 0.2, 0.024), (0, -0.102, 0), "oak", 0.004)
    for x in (-0.36, 0.36):
        tube(shelf, "bracket", [(x, -0.008, -0.13), (x, -0.008, 0), (x, -0.18, -0.004)], 0.006, "dark metal")
    x = -0.4
    for kind in (4, 1, 3, 3, 0, 2):
        add_book(shelf, kind, (x, -0.1, 0.0245), (0, 0, room.rng.normal(0, 1.5)))
        x += 0.042
    box(shelf, "photo frame", (0.21, 0.014, 0.17), (0.03, -0.075, 0.025), "walnut", 0.003, (-9, 0, 6), "picture")
    card(shelf, "photo", (0.18, 0.14), (0.031, -0.0715, 0.11), "seaside", (-9, 0, 6), "picture")
    return shelf


def add_rug(room: Room, at, turn: float) -> Piece:
    """A kilim, one corner kicked up."""
    # NYU folds its raw class "rug" into otherprop; a person who reads the forty names picks floor mat. So do we.
    rug = start(room, "Rug", "floor mat", at, turn)

    def lie(u, v):
        waves = 0.004 * np.sin(11 * u + 3 * v) * np.sin(7 * v) + 0.05 * np.clip(u + v - 1.78, 0, 1) ** 2 * 8
        return 2.5 * (u - 0.5), 1.75 * (v - 0.5) + 0.008 * np.sin(6 * u), 0.004 + np.abs(waves)

    sheet(rug, "pile", lie, (1, 1, 1), "rug", (40, 30), thickness=0.008)
    for end in (-1, 1):
        for step in np.linspace(-0.85, 0.85, 30):
            tip = (end * 1.31, step + room.rng.normal(0, 0.012), 0.004)
            tube(rug, "fringe", [(end * 1.245, step, 0.008), tip], 0.003, "linen")
    return rug


def add_door_mat(room: Room, at, turn: float) -> None:
    mat = start(room, "Door mat", "floor mat", at, turn)
    box(mat, "coir", (0.7, 0.44, 0.016), (0, 0, 0), "coir", 0.006)


def add_shoes(room: Room, at, turn: float) -> Piece:
    """Two pairs, kicked off."""
    shoes = start(room, "Shoes", "otherprop", at, turn)
    for x, y, spin, material in (
        (-0.12, 0, 8, "leather"),
        (0.0, -0.05, -14, "leather"),
        (0.2, 0.02, 25, "white paint"),
        (0.34, 0.03, 2, "white paint"),
    ):
        soft_box(
            shoes,
            "sole",
            (0.09, 0.27, 0.03),
            (x, y, 0),
            "black plastic" if material == "leather" else "linen",
            0.03,
            0,
            (0, 0, spin),
        )
        soft_box(shoes, "upper", (0.082, 0.25, 0.075), (x, y, 0.018), material, 0.036, 0.02, (-5, 0, spin))
    return shoes


def add_basket(room: Room, at, turn: float = 0.0) -> Piece:
    """A basket with a blanket stuffed in it."""
    basket = start(room, "Basket", "otherprop", at, turn)
    lathe(
        basket,
        "weave",
        [
            (0, 0.004),
            (0.17, 0.004),
            (0.2, 0.15),
            (0.19, 0.3),
            (0.2, 0.31),
            (0.18, 0.31),
            (0.18, 0.16),
            (0.15, 0.02),
            (0, 0.02),
        ],
        (0, 0, 0),
        "wicker",
        40,
    )
    for tilt, material in ((8, "linen"), (-14, "rose")):
        pillow(
            basket,
            "blanket",
            (0.36, 0.34, 0.2),
            (0.01 * tilt / 8, 0, 0.19),
            material,
            (tilt, -tilt, 30 * tilt),
            "otherprop",
        )
    return basket
