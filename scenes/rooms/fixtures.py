"""What a bathroom has: bathtub, shower curtain, toilet, washbasin, towels. Backs are at y = 0; a piece faces -y."""

from __future__ import annotations

import numpy as np

from scenes.pieces import Piece, Room, start
from scenes.shapes import box, boxes, drape, lathe, loft, sheet, tube
from scenes.tableware import CUP, turned


def add_bathtub(room: Room, at, turn: float, size, curtain: bool) -> Piece:
    """An enamelled tub with its tap, boxed in or free; with a shower curtain on a rail where wanted."""
    tub = start(room, "Bathtub", "bathtub", at, turn)
    wide, deep, tall = size
    y, rim = -deep / 2, 0.065
    hollow = (wide - 2 * rim, deep - 2 * rim)
    loft(
        tub,
        "tub",
        [
            (wide, deep, 0.0, 16, 0, y),
            (wide, deep, tall - 0.015, 16, 0, y),
            (wide - 0.015, deep - 0.015, tall, 14, 0, y),
            (hollow[0] + 0.02, hollow[1] + 0.02, tall, 5, 0, y),
            (*hollow, tall - 0.02, 4.5, 0, y),
            (hollow[0] - 0.10, hollow[1] - 0.08, tall * 0.5, 4, 0.0, y),
            (hollow[0] - 0.22, hollow[1] - 0.16, tall * 0.26, 3.6, 0.02, y),
            (hollow[0] - 0.40, hollow[1] - 0.30, tall * 0.22, 3, 0.02, y),
        ],
        (0, 0, 0),
        "enamel",
        72,
    )
    x = -wide / 2 + 0.2
    lathe(tub, "drain", [(0.03, 0.004), (0.012, 0.002), (0, 0.002)], (x + 0.14, y, tall * 0.22), "chrome", 24)
    spout = [(x - 0.2 + 0.01, y, tall + 0.22), (x - 0.06, y, tall + 0.22), (x - 0.05, y, tall + 0.17)]
    tube(tub, "spout", spout, 0.014, "chrome", label="otherprop")
    for side in (-1, 1):
        lathe(tub, "tap", [(0, 0), (0.022, 0), (0.022, 0.05), (0, 0.05)], (x - 0.19, y + side * 0.09, tall + 0.22),
              "chrome", 20, (0, 90, 0), "otherprop")  # fmt: skip
    pole = [(x - 0.18, y, tall + 0.3), (x - 0.18, y, tall + 1.45), (x - 0.06, y, tall + 1.5)]
    tube(tub, "shower pole", pole, 0.011, "chrome", label="otherprop")
    lathe(tub, "shower head", [(0.012, 0.03), (0.075, 0.0), (0.075, -0.012), (0, -0.012)], (x - 0.03, y, tall + 1.49),
          "chrome", 32, (0, 12, 0), "otherprop")  # fmt: skip
    for number in range(int(room.rng.integers(1, 4))):
        _add_bottle(tub, (wide / 2 - 0.16 - 0.09 * number, -0.035, tall))
    if curtain:
        _add_shower_curtain(tub, wide, deep)
    elif room.rng.random() < 0.6:
        across = [(-0.16, -0.32), (-0.03, -0.32), (-0.012, -0.03), (0.012, -0.03), (0.03, -0.16), (0.045, -0.3)]
        edge = [(-deep + rim / 2 + along, tall + 0.028 + up) for along, up in across[2:]]
        drape(
            tub, "towel", [(-deep - 0.012, tall - 0.35), *edge], 0.42, "check towel", 2, 0.01, "towel", at=(0.2, 0, 0)
        )
    return tub


def _add_shower_curtain(tub: Piece, wide: float, deep: float) -> None:
    rng, top = tub.room.rng, 2.0
    tube(tub, "curtain rail", [(-wide / 2, -deep - 0.02, top), (wide / 2, -deep - 0.02, top)], 0.012, "chrome",
         label="otherstructure")  # fmt: skip
    side, drawn, phase = rng.choice([-1, 1]), rng.uniform(0.35, 1.0) * wide, rng.uniform(0, 6.28)

    def hang(u, v):
        x = side * (wide / 2 - 0.02 - drawn * u * (1 + 0.05 * (1 - v)))
        folds = 5 + 9 * (1 - drawn / wide)
        y = -deep - 0.03 - (0.02 + 0.02 * (1 - drawn / wide)) * (1 + np.sin(2 * np.pi * folds * u + phase + 0.6 * v))
        return x, y, 0.16 + (top - 0.19) * v + 0.006 * np.sin(40 * u)

    sheet(tub, "shower curtain", hang, (1, 1, 1), "curtain cloth", (110, 20), thickness=0.002, label="shower curtain")
    for ring in np.linspace(0.02, 0.98, 9):
        x = side * (wide / 2 - 0.02 - drawn * ring)
        lathe(tub, "ring", [(0.017, -0.003), (0.021, 0), (0.017, 0.003)], (x, -deep - 0.02, top - 0.006), "chrome", 14,
              (0, 90, 0), "otherstructure")  # fmt: skip


def _add_bottle(piece: Piece, at) -> None:
    rng = piece.room.rng
    radius, tall = rng.uniform(0.022, 0.034), rng.uniform(0.13, 0.24)
    color = str(rng.choice(["white plastic", "red paint", "mustard", "blue ceramic", "cover green", "cover rose"]))
    turned(piece, "bottle", [(0, 0), (radius, 0), (radius, tall * 0.8), (0.35 * radius, tall * 0.88),
                             (0.35 * radius, tall), (0, tall)], at, color)  # fmt: skip


def add_toilet(room: Room, at, turn: float, size) -> Piece:
    """A close-coupled toilet: bowl, seat, lid up or down, cistern; its paper beside it."""
    toilet = start(room, "Toilet", "toilet", at, turn)
    wide, deep, tall = size
    seat, y = 0.41, -deep / 2 - 0.09
    long = deep - 0.18
    loft(
        toilet,
        "bowl",
        [
            (wide * 0.6, long * 0.72, 0.0, 3, 0, y + 0.07),
            (wide * 0.56, long * 0.7, 0.06, 3, 0, y + 0.07),
            (wide * 0.62, long * 0.76, 0.22, 2.6, 0, y + 0.05),
            (wide * 0.94, long, 0.36, 2.4, 0, y),
            (wide * 0.96, long, seat - 0.012, 2.4, 0, y),
            (wide * 0.93, long * 0.97, seat, 2.4, 0, y),
            (wide * 0.66, long * 0.72, seat, 2.2, 0, y - 0.01),
            (wide * 0.58, long * 0.62, seat - 0.09, 2.2, 0, y - 0.01),
            (wide * 0.3, long * 0.3, seat - 0.17, 2, 0, y + 0.02),
        ],
        (0, 0, 0),
        "enamel",
        56,
    )
    ring = [(0.98, 0.0), (0.98, 0.02), (0.94, 0.026), (0.66, 0.026), (0.62, 0.012)]
    loft(toilet, "seat", [(wide * r, long * r, seat + up, 2.4, 0, y) for r, up in ring], (0, 0, 0), "white plastic", 56)
    if room.rng.random() < 0.45:
        lid = [(wide * r, long * r, up, 2.4, 0, -long / 2) for r, up in ((0.97, 0), (1.0, 0.012), (0.96, 0.024))]
        loft(toilet, "lid", lid, (0, -0.2, seat + 0.03), "white plastic", 56, (-84, 0, 0))
    else:
        lid = [(wide * r, long * r, up, 2.4, 0, y) for r, up in ((0.97, 0), (1.0, 0.012), (0.92, 0.026))]
        loft(toilet, "lid", lid, (0, 0, seat + 0.027), "white plastic", 56)
    box(toilet, "foot", (wide * 0.5, 0.2, seat - 0.03), (0, -0.1, 0), "enamel", 0.03)
    box(toilet, "cistern", (wide * 0.98, 0.17, tall - seat - 0.03), (0, -0.1, seat - 0.01), "enamel", 0.03)
    box(toilet, "cistern lid", (wide, 0.185, 0.035), (0, -0.098, tall - 0.04), "enamel", 0.014)
    lathe(toilet, "button", [(0, 0), (0.022, 0), (0.02, 0.008), (0, 0.01)], (0, -0.1, tall - 0.006), "chrome", 24)
    side = room.rng.choice([-1, 1])
    roll = [(0.02, -0.05), (0.055, -0.05), (0.055, 0.05), (0.02, 0.05), (0.02, -0.05)]
    lathe(toilet, "spare roll", [(r, z + 0.05) for r, z in roll], (side * 0.07, -0.1, tall - 0.005), "paper", 28,
          label="paper")  # fmt: skip
    brush = [(0, 0), (0.045, 0), (0.05, 0.16), (0.046, 0.16), (0.042, 0.02), (0, 0.02)]
    turned(toilet, "brush pot", brush, (side * (wide / 2 + 0.07), -0.09, 0), "white plastic")
    tube(toilet, "brush", [(side * (wide / 2 + 0.07), -0.09, 0.05), (side * (wide / 2 + 0.08), -0.09, 0.4)], 0.008,
         "chrome", label="otherprop")  # fmt: skip
    return toilet


def add_washbasin(room: Room, at, turn: float, size) -> Piece:
    """A basin let into a vanity cabinet, with soap, toothbrushes and a towel beside it."""
    basin = start(room, "Washbasin", "sink", at, turn)
    wide, deep, tall = size
    top, y, rng = tall - 0.09, -deep / 2, room.rng
    box(
        basin,
        "vanity",
        (wide - 0.02, deep - 0.03, top - 0.2),
        (0, y + 0.015, 0.2),
        "sage paint",
        0.004,
        label="cabinet",
    )
    for side in (-1, 1):
        box(basin, "vanity door", (wide / 2 - 0.022, 0.02, top - 0.23), (side * wide / 4, -deep + 0.022, 0.215),
            "sage paint", 0.004, label="cabinet")  # fmt: skip
        tube(basin, "handle", [(side * 0.03, -deep + 0.012, top - 0.2), (side * 0.03, -deep - 0.012, top - 0.2),
                               (side * 0.03, -deep - 0.012, top - 0.1), (side * 0.03, -deep + 0.012, top - 0.1)],
             0.005, "chrome", label="cabinet")  # fmt: skip
        for z in (-0.05, -deep + 0.08):
            box(basin, "leg", (0.04, 0.04, 0.2), (side * (wide / 2 - 0.05), z, 0), "dark metal", 0.004, label="cabinet")
    bowl = min(wide - 0.16, 0.56), deep - 0.16
    loft(
        basin,
        "basin",
        [
            (wide, deep, top, 20, 0, y),
            (wide, deep, tall - 0.012, 20, 0, y),
            (wide - 0.012, deep - 0.012, tall, 18, 0, y),
            (bowl[0], bowl[1], tall, 4, 0, y - 0.035),
            (bowl[0] - 0.03, bowl[1] - 0.03, tall - 0.02, 4, 0, y - 0.035),
            (bowl[0] - 0.10, bowl[1] - 0.08, tall - 0.075, 3.4, 0, y - 0.03),
            (bowl[0] * 0.5, bowl[1] * 0.5, tall - 0.085, 2.6, 0, y - 0.02),
        ],
        (0, 0, 0),
        "enamel",
        64,
    )
    lathe(basin, "drain", [(0.024, 0.003), (0.01, 0.001), (0, 0.001)], (0, y - 0.02, tall - 0.085), "chrome", 24)
    spout = [(0, -0.06, tall), (0, -0.06, tall + 0.13), (0, -0.08, tall + 0.17), (0, -0.16, tall + 0.15)]
    tube(basin, "spout", spout, 0.013, "chrome", bent=True, label="otherprop")
    tube(basin, "lever", [(0, -0.06, tall + 0.13), (0, -0.03, tall + 0.2)], 0.008, "chrome", label="otherprop")
    side = int(rng.choice([-1, 1]))
    cup = (side * (wide / 2 - 0.09), -0.09, tall)
    turned(basin, "cup", CUP, cup, str(rng.choice(["clear glass", "blue ceramic", "white ceramic", "terracotta"])))
    for lean, color in ((0.03, "red paint"), (-0.03, "teal"), (0.015, "mustard"))[: int(rng.integers(1, 4))]:
        tip = (cup[0] + lean, cup[1] + 0.02, tall + 0.19)
        tube(basin, "toothbrush", [(cup[0] - lean / 3, cup[1], tall + 0.012), tip], 0.0045, color, label="otherprop")
    for number in range(int(rng.integers(1, 4))):
        _add_bottle(basin, (-side * (wide / 2 - 0.07 - 0.08 * number), -0.06, tall))
    if rng.random() < 0.6:
        box(basin, "soap", (0.08, 0.05, 0.025), (side * (wide / 2 - 0.08), -deep + 0.1, tall), "cover rose", 0.012,
            (0, 0, 20), "otherprop")  # fmt: skip
    return basin


def add_towel_rail(room: Room, at, turn: float, size) -> Piece:
    """A rail whose middle is at `at`, with one or two towels over it."""
    rail = start(room, "Towel rail", "towel", at, turn)
    wide, top = size[0] - 0.04, size[2] / 2 - 0.05
    bar = [(-wide / 2, 0, top), (-wide / 2, -0.08, top), (wide / 2, -0.08, top), (wide / 2, 0, top)]
    tube(rail, "rail", bar, 0.009, "chrome", label="otherprop")
    long = room.rng.uniform(0.4, 0.62)
    path = [(-0.045, top - long * 0.8), (-0.055, top - 0.1), (-0.08, top + 0.012), (-0.105, top - 0.1),
            (-0.118, top - long)]  # fmt: skip
    split = room.rng.random() < 0.5
    spots = (
        ((-wide / 4, wide * 0.4, "check towel"), (wide / 4, wide * 0.4, "linen"))
        if split
        else ((0, wide * 0.75, "linen"),)
    )
    for x, across, cloth in spots:
        drape(rail, "towel", path, across, cloth, 2, 0.008, at=(x, 0, 0))
    return rail


def add_medicine_cabinet(room: Room, at, turn: float, size) -> Piece:
    """A small cabinet on the wall, its middle at `at`."""
    case = start(room, "Medicine cabinet", "cabinet", at, turn)
    wide, deep, tall = size
    boxes(case, "carcass", [((wide, deep - 0.02, tall), (0, -deep / 2 + 0.01, -tall / 2))], "white paint", 0.004)
    box(case, "door", (wide - 0.006, 0.018, tall - 0.006), (0, -deep + 0.01, -tall / 2 + 0.003), "white paint", 0.004)
    lathe(case, "knob", [(0, 0), (0.006, 0), (0.014, 0.02), (0, 0.026)], (wide / 2 - 0.03, -deep, -0.05), "chrome", 18,
          (90, 0, 0))  # fmt: skip
    return case


def add_bath_mat(room: Room, at, turn: float, size) -> Piece:
    """A thick small mat, lying a little wavy."""
    mat = start(room, "Bath mat", "floor mat", at, turn)

    def lie(u, v):
        return size[0] * (u - 0.5), size[1] * (v - 0.5), 0.006 + 0.006 * np.sin(5 * u + 2 * v) ** 2

    sheet(
        mat, "pile", lie, (1, 1, 1), str(room.rng.choice(["linen", "teal", "rose", "rust"])), (20, 14), thickness=0.012
    )
    return mat
