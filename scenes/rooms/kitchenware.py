"""What stands about in kitchens: kettle, toaster, jars, a board with bread. Centred pieces that stand on z = 0."""

from __future__ import annotations

from scenes.pieces import Piece, Room, start
from scenes.shapes import box, boxes, soft_box, tube
from scenes.tableware import KETTLE, turned


def add_kettle(room: Room, at, turn: float) -> Piece:
    kettle = start(room, "Kettle", "otherprop", at, turn)
    look = str(room.rng.choice(["steel", "red paint", "white plastic", "black plastic", "cream paint"]))
    turned(kettle, "kettle", KETTLE, (0, 0, 0), look)
    handle = [(-0.08, 0, 0.11), (-0.07, 0, 0.24), (0.07, 0, 0.24), (0.08, 0, 0.11)]
    tube(kettle, "handle", handle, 0.008, "black plastic", True)
    tube(kettle, "spout", [(-0.08, -0.02, 0.07), (-0.115, -0.03, 0.13)], 0.012, look)
    return kettle


def add_toaster(room: Room, at, turn: float) -> Piece:
    """Two slots and a lever."""
    toaster = start(room, "Toaster", "otherprop", at, turn)
    look = str(room.rng.choice(["steel", "black plastic", "cream paint", "red paint"]))
    soft_box(toaster, "case", (0.28, 0.16, 0.18), (0, 0, 0.012), look, 0.035, 0.0)
    box(toaster, "foot", (0.24, 0.13, 0.014), (0, 0, 0), "black plastic", 0.004)
    boxes(toaster, "slots", [((0.19, 0.026, 0.006), (0, y, 0.188)) for y in (-0.032, 0.032)], "black plastic", 0.001)
    box(toaster, "lever", (0.03, 0.03, 0.012), (0.148, 0, 0.12), "black plastic", 0.004)
    return toaster


def add_chopping_board(room: Room, at, turn: float) -> Piece:
    """A board with half a loaf, a knife beside it."""
    board = start(room, "Chopping board", "otherprop", at, turn)
    box(board, "board", (0.34, 0.22, 0.018), (0, 0, 0), str(room.rng.choice(["oak", "pine", "walnut"])), 0.006)
    if room.rng.random() < 0.7:
        soft_box(board, "loaf", (0.17, 0.1, 0.085), (-0.05, 0.02, 0.016), "crust", 0.04, 0.02, (0, 0, 18))
    box(board, "blade", (0.15, 0.022, 0.002), (0.05, -0.07, 0.019), "steel", 0, (0, 0, 8))
    box(board, "grip", (0.09, 0.02, 0.016), (-0.07, -0.088, 0.018), "black plastic", 0.005, (0, 0, 8))
    return board


def add_jar(room: Room, at, turn: float, size) -> Piece:
    """Something dry in glass or pottery, with a lid."""
    jar = start(room, "Jar", "otherprop", at, turn)
    radius, tall = size[0] / 2 - 0.002, size[2] - 0.02
    look = str(room.rng.choice(["clear glass", "clear glass", "white ceramic", "speckled ceramic", "terracotta"]))
    wall = [
        (0, 0),
        (radius * 0.95, 0),
        (radius, 0.01),
        (radius, tall),
        (radius - 0.004, tall),
        (radius - 0.004, 0.008),
        (0, 0.008),
    ]
    turned(jar, "jar", wall, (0, 0, 0), look)
    turned(jar, "lid", [(0, 0), (radius, 0), (radius, 0.018), (0, 0.018)], (0, 0, tall), "oak")
    if look == "clear glass":
        full = tall * room.rng.uniform(0.3, 0.85)
        fill = [(0, 0), (radius - 0.006, 0), (radius - 0.006, full), (0, full + 0.004)]
        turned(jar, "fill", fill, (0, 0, 0.009), str(room.rng.choice(["cover cream", "pine", "crust", "cover red"])))
    return jar
