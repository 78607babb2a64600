"""Things to sit on, and what lies on them. Backs are at y = 0; a piece faces -y."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np

from scenes.pieces import Piece, Room, start, start_copies
from scenes.shapes import box, drape, lathe, lean_pillow, soft_box, tube


def add_sofa(room: Room, at, turn: float) -> Piece:
    """A two-seater with loose seat and back cushions, scatter cushions askew and a throw over one arm."""
    sofa = start(room, "Sofa", "sofa", at, turn)
    cloth, wide, deep = "sofa cloth", 2.06, 0.92
    soft_box(sofa, "base", (wide - 0.1, deep - 0.06, 0.2), (0, -deep / 2, 0.12), cloth, 0.04, 0.0)
    soft_box(sofa, "back", (wide - 0.2, 0.2, 0.62), (0, -0.12, 0.2), cloth, 0.08, 0.02, turn=(-6, 0, 0))
    for side in (-1, 1):
        soft_box(sofa, "arm", (0.2, deep - 0.02, 0.5), (side * (wide / 2 - 0.1), -deep / 2, 0.11), cloth, 0.075, 0.015)
        soft_box(
            sofa, "seat", (0.83, 0.68, 0.19), (side * 0.416, -0.56, 0.29), cloth, 0.065, 0.035, turn=(0, 0, side * 0.8)
        )
        soft_box(
            sofa, "cushion", (0.8, 0.19, 0.46), (side * 0.41, -0.31, 0.45), cloth, 0.09, 0.03, turn=(-13, 0, side * -2)
        )
        for y in (-0.1, -deep + 0.1):
            lathe(
                sofa,
                "leg",
                [(0, 0), (0.017, 0), (0.027, 0.13), (0, 0.13)],
                (side * (wide / 2 - 0.14), y, 0),
                "walnut",
                20,
            )
    for material, size, spot, lean in (
        ("mustard", (0.46, 0.46, 0.17), (-0.66, -0.42, 0.60), (72, 8, 24)),
        ("striped pillow", (0.5, 0.34, 0.15), (-0.36, -0.53, 0.575), (60, -5, -9)),
        ("rust", (0.44, 0.44, 0.17), (0.6, -0.45, 0.61), (68, -14, -20)),
    ):
        lean_pillow(sofa, size, spot, material, lean)
    arm = wide / 2 - 0.1
    over_arm = [
        (-0.165, 0.16),
        (-0.135, 0.45),
        (-0.115, 0.625),
        (0.0, 0.655),
        (0.115, 0.625),
        (0.135, 0.52),
        (0.2, 0.50),
        (0.46, 0.51),
    ]
    drape(sofa, "throw", over_arm, 0.52, "striped throw", 4, 0.012, "otherprop", at=(arm, -0.6, 0), turn=(0, 0, 90))
    return sofa


def add_armchair(room: Room, at, turn: float) -> Piece:
    """A low chair: bent wooden frame, two cushions."""
    chair = start(room, "Armchair", "chair", at, turn)
    for side in (-0.31, 0.31):
        tube(
            chair, "side", [(side, -0.70, 0), (side, -0.66, 0.5), (side, -0.05, 0.55), (side, 0.06, 0.0)], 0.018, "oak"
        )
        box(chair, "armrest", (0.065, 0.62, 0.026), (side, -0.37, 0.535), "oak", 0.011, (-4, 0, 0))
        tube(chair, "rail", [(side, -0.66, 0.3), (side, -0.02, 0.22), (side, 0.14, 0.82)], 0.016, "oak")
    for y, z in ((-0.66, 0.3), (-0.02, 0.22), (0.13, 0.80)):
        tube(chair, "stretcher", [(-0.31, y, z), (0.31, y, z)], 0.015, "oak")
    soft_box(chair, "seat", (0.58, 0.64, 0.13), (0, -0.35, 0.28), "armchair cloth", 0.05, 0.03, (-7, 0, 0))
    soft_box(chair, "back", (0.58, 0.13, 0.58), (0, -0.04, 0.36), "armchair cloth", 0.05, 0.02, (-14, 0, 0))
    lean_pillow(chair, (0.4, 0.28, 0.13), (0.04, -0.17, 0.56), "teal", (62, 6, 8))
    return chair


def make_dining_chair(room: Room) -> Piece:
    """A spindle-back chair, kept in a collection to be instanced; its seat's middle is the origin."""
    chair = start_copies(room, "Dining chair", "chair")
    soft_box(chair, "seat", (0.43, 0.42, 0.035), (0, 0, 0.435), "oak", 0.016, -0.008)
    for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
        tube(chair, "leg", [(x * 0.205, y * 0.2, 0), (x * 0.15, y * 0.15, 0.445)], 0.0145, "oak")
    for ends in (
        ((-0.18, -0.175, 0.2), (-0.18, 0.175, 0.2)),
        ((0.18, -0.175, 0.2), (0.18, 0.175, 0.2)),
        ((-0.18, 0, 0.2), (0.18, 0, 0.2)),
    ):
        tube(chair, "stretcher", ends, 0.009, "oak")
    for i in range(7):
        x = (i - 3) * 0.058
        tube(
            chair,
            "spindle",
            [(x * 0.95, 0.18, 0.46), (x * 1.15, 0.245, 0.83)],
            0.0115 if abs(i - 3) == 3 else 0.0065,
            "oak",
        )
    tube(
        chair,
        "rail",
        [(-0.225, 0.225, 0.83), (-0.1, 0.262, 0.845), (0.1, 0.262, 0.845), (0.225, 0.225, 0.83)],
        0.019,
        "oak",
        bent=True,
    )
    return chair


def add_desk_chair(room: Room, at, turn: float) -> Piece:
    """A swivel chair: five-star base, gas spring, shell seat and back."""
    chair = start(room, "Desk chair", "chair", at, turn)
    for arm in range(5):
        c, s = cos(radians(72 * arm + 20)), sin(radians(72 * arm + 20))
        tube(
            chair, "foot", [(0, 0, 0.12), (0.2 * c, 0.2 * s, 0.1), (0.28 * c, 0.28 * s, 0.075)], 0.016, "black plastic"
        )
        lathe(
            chair,
            "castor",
            [(0, -0.02), (0.026, -0.018), (0.03, 0), (0.026, 0.018), (0, 0.02)],
            (0.28 * c, 0.28 * s, 0.031),
            "black plastic",
            20,
            (90, 0, 72 * arm),
        )
    lathe(chair, "spring", [(0.03, 0.1), (0.03, 0.25), (0.018, 0.25), (0.018, 0.43), (0, 0.43)], (0, 0, 0), "steel", 24)
    soft_box(chair, "seat", (0.48, 0.47, 0.085), (0, 0, 0.42), "charcoal cloth", 0.04, 0.015)
    tube(
        chair,
        "spine",
        [(0, 0.0, 0.41), (0, 0.27, 0.41), (0, 0.30, 0.55), (0, 0.27, 0.78)],
        0.018,
        "black plastic",
        bent=True,
    )
    soft_box(chair, "back", (0.43, 0.065, 0.44), (0, 0.225, 0.58), "charcoal cloth", 0.032, 0.01, (-7, 0, 0))
    for side in (-1, 1):
        tube(
            chair,
            "arm",
            [(side * 0.2, 0.05, 0.45), (side * 0.29, 0.05, 0.47), (side * 0.29, 0.04, 0.65)],
            0.013,
            "black plastic",
        )
        soft_box(chair, "armrest", (0.07, 0.26, 0.03), (side * 0.285, 0.02, 0.64), "black plastic", 0.014, 0)
    return chair


def add_ottoman(room: Room, at) -> Piece:
    """A knitted pouffe."""
    pouffe = start(room, "Pouffe", "otherfurniture", at)
    angles = np.linspace(-np.pi / 2, np.pi / 2, 12)
    lathe(
        pouffe,
        "body",
        [(0.23 * np.cos(a) ** 0.55 + 0.001, 0.17 + 0.17 * np.sin(a)) for a in angles[1:-1]],
        (0, 0, 0),
        "rust",
        36,
    )
    lathe(pouffe, "cap", [(0.155, 0.335), (0.08, 0.345), (0, 0.348)], (0, 0, -0.002), "rust", 36)
    return pouffe
