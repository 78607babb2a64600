"""Plants: leaves are cards with an alpha-textured image, bent and turned by the dice."""

from __future__ import annotations

from math import cos, degrees, radians, sin

import numpy as np

from scenes.pieces import Piece, Room, start
from scenes.shapes import lathe, sheet, tube
from scenes.tableware import POT, VASE, turned


def add_monstera(room: Room, at, facing: float, size: float = 1.0) -> Piece:
    """A big floor plant in a basket, grown towards the light at `facing` degrees: stalks, each with a slit leaf."""
    plant = start(room, "Monstera", "otherprop", at)
    _add_pot(plant, 0.19 * size, 0.3 * size, "wicker")
    count = 11
    for number in range(count):
        around = radians(facing + 100 * (0.618 * number % 1 - 0.5)) + room.rng.uniform(-0.1, 0.1)
        reach = size * (0.1 + 0.025 * (count - number) + room.rng.uniform(0, 0.05))
        top = size * (0.62 + 0.085 * number + room.rng.uniform(-0.05, 0.05))
        _add_stalk(plant, around, reach, top, size * room.rng.uniform(0.34, 0.46), 0.007, "leaf", foot=0.26 * size)
    return plant


def add_fern(room: Room, at, size: float = 1.0, pot: str = "terracotta") -> Piece:
    """A fern spilling over its pot."""
    plant = start(room, "Fern", "otherprop", at)
    _add_pot(plant, 0.085 * size, 0.13 * size, pot)
    for number in range(17):
        around = 2.4 * number + room.rng.normal(0, 0.25)
        long, rise = size * room.rng.uniform(0.26, 0.36), room.rng.uniform(0.35, 1.25)
        _add_frond(plant, around, rise, long, (0, 0, 0.11 * size))
    return plant


def add_trailing_plant(room: Room, at, size: float = 1.0) -> None:
    """Heart-leaved tendrils hanging off a shelf."""
    plant = start(room, "Trailing plant", "otherprop", at)
    _add_pot(plant, 0.075 * size, 0.12 * size, "white ceramic")
    for number in range(7):
        around, drop = -2.6 + 0.36 * number, room.rng.uniform(0.1, 0.5) * size
        c, s = cos(around), sin(around)
        path = [(0, 0, 0.1), (0.06 * c, 0.06 * s, 0.15), (0.13 * c, 0.13 * s, 0.1), (0.15 * c, 0.15 * s, 0.1 - drop)]
        tube(plant, "tendril", path, 0.0022, "stem", bent=True)
        for step in range(int(3 + drop * 14)):
            z = 0.11 - drop * step / (3 + drop * 14)
            turn = (room.rng.uniform(50, 110), room.rng.uniform(-40, 40), degrees(around) + room.rng.uniform(-80, 80))
            _add_card(plant, 0.075 * size, (0.145 * c, 0.145 * s, z), turn, "leaf", 0.3)


def add_branches(room: Room, at) -> Piece:
    """Bare twigs with seed heads in a glass vase."""
    vase = start(room, "Vase", "otherprop", at)
    turned(vase, "glass", VASE, (0, 0, 0), "green glass")
    for number in range(8):
        around, lean, tall = 2.4 * number, room.rng.uniform(0.06, 0.2), room.rng.uniform(0.4, 0.62)
        tip = (lean * cos(around), lean * sin(around), tall)
        tube(
            vase,
            "twig",
            [(0.02 * cos(around + 2), 0.02 * sin(around + 2), 0.03), (0.01, 0, 0.23), tip],
            0.0022,
            "branch",
            bent=True,
        )
        lathe(
            vase,
            "seed head",
            [(0, -0.018), (0.016, -0.006), (0.018, 0.008), (0, 0.02)],
            tip,
            "cover ochre" if number % 3 else "cover rose",
            14,
        )
    return vase


def _add_pot(plant: Piece, radius: float, tall: float, material: str) -> None:
    lathe(plant, "pot", [(r * radius, z * tall) for r, z in POT], (0, 0, 0), material, 40)
    lathe(plant, "earth", [(0.89 * radius, 0), (0.4 * radius, 0.012), (0, 0.006)], (0, 0, 0.86 * tall), "earth", 30)


def _add_stalk(
    plant: Piece, around: float, reach: float, top: float, leaf: float, radius: float, material: str, foot: float
) -> None:
    c, s = cos(around), sin(around)
    tip = (reach * c, reach * s, top)
    tube(
        plant,
        "stalk",
        [(0.03 * c, 0.03 * s, foot), (0.25 * reach * c, 0.25 * reach * s, foot + 0.6 * (top - foot)), tip],
        radius,
        "stem",
        bent=True,
    )
    droop = plant.room.rng.uniform(15, 60)
    _add_card(plant, leaf, tip, (-droop, plant.room.rng.uniform(-18, 18), degrees(around) - 90), material, 0.35)


def _add_frond(plant: Piece, around: float, rise: float, long: float, at) -> None:
    def arch(u, v):
        out = long * v * cos(rise) * (1 + 0.3 * v)
        return 0.42 * long * (u - 0.5), out, long * (v * sin(rise) - 0.75 * v * v) - 0.06 * long * np.abs(2 * u - 1)

    sheet(plant, "frond", arch, (1, 1, 1), "frond", (4, 10), at, (0, 0, degrees(around) - 90))


def _add_card(plant: Piece, size: float, at, turn, material: str, bend: float) -> None:
    """A leaf whose stalk end is at `at`: it points along its own +y and bends down towards tip and sides."""

    def blade(u, v):
        return u - 0.5, v - 0.08, -bend * (v - 0.1) ** 2 - 0.5 * bend * (u - 0.5) ** 2

    sheet(plant, "leaf", blade, (size, size, size), material, (6, 6), at, turn)
