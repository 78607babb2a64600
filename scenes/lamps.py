"""Lamps, each with the light it gives."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np

from scenes.daylight import add_lamp_light
from scenes.pieces import Piece, Room, start
from scenes.shapes import lathe, tube


def add_table_lamp(room: Room, at, material: str, watts: float) -> Piece:
    """A ceramic foot and a linen shade."""
    lamp = start(room, "Table lamp", "lamp", at)
    lathe(
        lamp,
        "foot",
        [
            (0, 0),
            (0.05, 0),
            (0.056, 0.01),
            (0.075, 0.07),
            (0.066, 0.13),
            (0.026, 0.18),
            (0.014, 0.2),
            (0.012, 0.27),
            (0, 0.27),
        ],
        (0, 0, 0),
        material,
        36,
    )
    _add_shade(lamp, (0, 0, 0.235), 0.085, 0.135, 0.17)
    _add_bulb(lamp, (0, 0, 0.31))
    add_lamp_light(room, "Table lamp light", (at[0], at[1], at[2] + 0.31), watts)
    return lamp


def add_floor_lamp(room: Room, at, watts: float) -> Piece:
    """Three thin legs and a thin pole: what point-sampled labels break into dots."""
    lamp = start(room, "Floor lamp", "lamp", at)
    for turn in (20, 140, 260):
        c, s = cos(radians(turn)), sin(radians(turn))
        tube(lamp, "leg", [(0.24 * c, 0.24 * s, 0), (0.02 * c, 0.02 * s, 0.62)], 0.008, "dark metal")
    tube(lamp, "pole", [(0, 0, 0.6), (0, 0, 1.5)], 0.007, "dark metal")
    lathe(lamp, "joint", [(0, 0.57), (0.03, 0.58), (0.03, 0.64), (0, 0.65)], (0, 0, 0), "brass", 24)
    _add_shade(lamp, (0, 0, 1.36), 0.15, 0.21, 0.27)
    _add_bulb(lamp, (0, 0, 1.49))
    tube(lamp, "pull cord", [(0.07, -0.07, 1.38), (0.07, -0.07, 1.2)], 0.0018, "brass")
    add_lamp_light(room, "Floor lamp light", (at[0], at[1], at[2] + 1.49), watts)
    return lamp


def add_desk_lamp(room: Room, at, turn: float, watts: float) -> Piece:
    """An arm lamp: round foot, two thin arms, springs, a tilted hood over a lit bulb."""
    lamp = start(room, "Desk lamp", "lamp", at, turn)
    lathe(
        lamp,
        "foot",
        [(0, 0), (0.085, 0), (0.085, 0.012), (0.02, 0.024), (0.012, 0.05), (0, 0.05)],
        (0, 0, 0),
        "red paint",
        36,
    )
    elbow, head = (0.0, 0.12, 0.36), (0.0, -0.16, 0.52)
    for side in (-0.009, 0.009):
        tube(lamp, "lower arm", [(side, 0, 0.04), (side, *elbow[1:])], 0.0035, "red paint")
        tube(lamp, "upper arm", [(side, *elbow[1:]), (side, *head[1:])], 0.0035, "red paint")
    lathe(
        lamp, "knuckle", [(0, -0.016), (0.015, -0.016), (0.015, 0.016), (0, 0.016)], elbow, "dark metal", 20, (0, 90, 0)
    )
    lathe(
        lamp,
        "hood",
        [(0.0, 0.03), (0.022, 0.03), (0.03, 0.0), (0.075, -0.09), (0.073, -0.09), (0.026, 0.0), (0, 0.02)],
        head,
        "red paint",
        36,
        (-24, 0, 0),
    )
    lathe(
        lamp,
        "bulb",
        [(0, -0.07), (0.018, -0.062), (0.024, -0.045), (0.012, -0.01), (0, -0.01)],
        head,
        "bulb",
        24,
        (-24, 0, 0),
    )
    cable = [
        (0, 0.08, 0.006),
        (0.05, 0.2, 0.006),
        (0.16, 0.26, 0.006),
        (0.2, 0.3, 0.004),
        (0.2, 0.335, -0.06),
        (0.2, 0.34, -0.5),
    ]
    tube(lamp, "cable", cable, 0.003, "black plastic", bent=True)
    c, s = cos(radians(turn)), sin(radians(turn))
    x, y = 0.0, head[1] - 0.045
    add_lamp_light(
        room, "Desk lamp light", (at[0] + c * x - s * y, at[1] + s * x + c * y, at[2] + head[2] - 0.1), watts, 0.03
    )
    return lamp


def add_pendant(room: Room, at, watts: float) -> Piece:
    """An enamel bell over the table, on its cable."""
    x, y, ceiling = at
    lamp = start(room, "Pendant", "lamp", at)
    lathe(lamp, "rose", [(0, 0), (0.05, 0), (0.05, -0.02), (0, -0.025)], (0, 0, 0), "white plastic", 32)
    tube(lamp, "cable", [(0, 0, -0.02), (0.004, 0, -0.4), (0, 0, -0.78)], 0.004, "black plastic")
    bell = [
        (0, -0.76),
        (0.02, -0.76),
        (0.028, -0.8),
        (0.06, -0.83),
        (0.15, -0.9),
        (0.19, -0.97),
        (0.187, -0.97),
        (0.145, -0.905),
        (0.055, -0.84),
        (0, -0.83),
    ]
    lathe(lamp, "bell", bell, (0, 0, 0), "sage paint", 48)
    lathe(
        lamp, "bulb", [(0, -0.945), (0.022, -0.935), (0.03, -0.915), (0.016, -0.86), (0, -0.85)], (0, 0, 0), "bulb", 24
    )
    add_lamp_light(room, "Pendant light", (x, y, ceiling - 1.0), watts)
    return lamp


def add_paper_lantern(room: Room, at) -> Piece:
    """A rice-paper globe on the ceiling, ribbed, switched off."""
    lamp = start(room, "Paper lantern", "lamp", at)
    tube(lamp, "cable", [(0, 0, 0), (0, 0, -0.14)], 0.004, "white plastic")
    angles = np.linspace(-np.pi / 2 + 0.25, np.pi / 2 - 0.25, 49)
    ribs = 1 + 0.014 * (np.arange(49) % 2)
    lathe(
        lamp,
        "globe",
        [(0.2 * r * np.cos(a), -0.32 + 0.185 * np.sin(a)) for a, r in zip(angles, ribs)],
        (0, 0, 0),
        "paper lantern",
        48,
    )
    return lamp


def _add_shade(lamp: Piece, at, top: float, bottom: float, tall: float) -> None:
    lathe(
        lamp,
        "shade",
        [(bottom, 0), (top, tall), (top - 0.003, tall), (bottom - 0.003, 0), (bottom, 0)],
        at,
        "lit shade",
        40,
    )


def _add_bulb(lamp: Piece, at) -> None:
    lathe(lamp, "bulb", [(0, -0.045), (0.022, -0.03), (0.03, 0.0), (0.022, 0.022), (0, 0.032)], at, "bulb", 24)
