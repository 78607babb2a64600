"""Fitted kitchens of any length: units under a worktop, sink, hob, wall units, refrigerator; low units; islands.

Backs are at y = 0 and fronts at -y, but for islands, which are centred. Fronts, handles and worktop are the same in a
room, which therefore draws them once (kitchen_fronts).
"""

from __future__ import annotations

import numpy as np

from scenes import kitchen
from scenes.kitchen import DEEP, SINK, TOP
from scenes.pieces import Piece, Room, start
from scenes.rooms.kitchen_fronts import Fronts, add_front, add_unit
from scenes.rooms.layout import Thing
from scenes.shapes import box, boxes, lathe, tube
from scenes.tableware import BOWL, CUP, PLATE, turned

FRIDGE = 0.66  # metres along the wall
CORNER = 0.645  # that nothing opens in, behind the run along the other wall
OVERHANG = 0.04
HOLE = (SINK[1] - SINK[0]) / 2
SINK_AT, HOB_AT = (SINK[0] + SINK[1]) / 2, -0.4  # where the parts of scenes/kitchen.py lie along its own run
WALL_UNITS = (1.42, 0.72, 0.33)  # their lower edge, height and depth


def add_fitted_kitchen(room: Room, thing: Thing, corner: int, fronts: Fronts) -> None:
    """A run along a wall: its refrigerator at one end; at its `corner` (-1 left, 1 right, 0 none) nothing opens."""
    rng, wide = room.rng, thing.model.wide
    cold = -corner or int(rng.choice([-1, 1]))
    left = -wide / 2 + (FRIDGE if cold < 0 else CORNER if corner < 0 else 0.0)
    right = wide / 2 - (FRIDGE if cold > 0 else CORNER if corner > 0 else 0.0)
    top = (-wide / 2 + (FRIDGE if cold < 0 else 0.0), wide / 2 - (FRIDGE if cold > 0 else 0.0))
    count = max(2, round((right - left) / 0.58))
    edges = np.linspace(left, right, count + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    wet, hot = (int(number) for number in rng.choice(count, 2, replace=False))
    at, turn = thing.at, thing.turn
    _add_base(room, at, turn, top, float(middles[wet]))
    units = start(room, "Kitchen fronts", "cabinet", at, turn)
    washer = wet + 1 if wet + 1 < count and wet + 1 != hot and rng.random() < 0.6 else None
    for number, x in enumerate(middles):
        add_unit(units, float(x), float(edges[1] - edges[0]), _what(rng, number, wet, hot, washer), fronts)
    kitchen.add_sink(room, _shifted(thing, middles[wet] - SINK_AT), turn)
    kitchen.add_hob(room, _shifted(thing, middles[hot] - HOB_AT), turn)
    _add_wall_units(room, thing, top, float(middles[hot]), fronts)
    _add_backsplash(room, thing, top)
    if rng.random() < 0.6:
        kitchen.add_refrigerator(room, _shifted(thing, cold * (wide / 2 - FRIDGE / 2) + kitchen.RUN + 0.33), turn)
    else:
        _add_tall_unit(room, thing, cold * (wide / 2 - FRIDGE / 2), fronts)
    _leave_out(room, thing, top, [float(middles[wet]), float(middles[hot])])


def add_low_units(room: Room, thing: Thing, fronts: Fronts) -> None:
    """Units under a worktop, and nothing above."""
    wide = thing.model.wide
    _add_base(room, thing.at, thing.turn, (-wide / 2, wide / 2), None)
    units = start(room, "Kitchen fronts", "cabinet", thing.at, thing.turn)
    count = max(1, round(wide / 0.55))
    for number in range(count):
        what = "drawers" if room.rng.random() < 0.4 else "door"
        add_unit(units, -wide / 2 + wide / count * (number + 0.5), wide / count, what, fronts)


def add_island(room: Room, thing: Thing, fronts: Fronts) -> None:
    """A block of units to walk around; its top juts out over who sits at the far side, which is +y."""
    wide, deep, tall = thing.model.wide, thing.model.deep, thing.model.tall
    body = deep - 0.26
    y = -deep / 2 + 0.03 + body / 2
    block = start(room, "Island units", "cabinet", thing.at, thing.turn)
    box(block, "carcass", (wide - 0.08, body, tall - 0.14), (0, y, 0.1), "sage paint", 0.004)
    box(block, "plinth", (wide - 0.14, body - 0.1, 0.1), (0, y, 0), "black paint", 0.002)
    count = max(2, round(wide / 0.5))
    step = (wide - 0.1) / count
    for number in range(count):
        x = -wide / 2 + 0.05 + step * (number + 0.5)
        add_front(block, (x, -deep / 2 + 0.022, 0.13), (step - 0.012, tall - 0.2), fronts, number % 2 * 2 - 1)
    top = start(room, "Island top", "counter", thing.at, thing.turn)
    box(top, "top", (wide, deep, 0.04), (0, 0, tall - 0.04), "terrazzo", 0.004)


def add_bar_stool(room: Room, at, turn: float, size) -> Piece:
    """A round seat on four splayed legs with a ring to put one's feet on, some with a low back."""
    stool = start(room, "Bar stool", "otherprop", at, turn)
    radius, tall = size[0] / 2, 0.66
    seat = str(room.rng.choice(["oak", "walnut", "charcoal cloth", "black plastic"]))
    edge = [
        (0, tall - 0.04),
        (radius * 0.9, tall - 0.04),
        (radius, tall - 0.015),
        (radius * 0.94, tall),
        (0, tall - 0.006),
    ]
    lathe(stool, "seat", edge, (0, 0, 0), seat, 48)
    foot, ring = radius * 0.92, []
    for angle in np.radians([45, 135, 225, 315]):
        c, s = float(np.cos(angle)), float(np.sin(angle))
        tube(
            stool,
            "leg",
            [(foot * c, foot * s, 0), (0.62 * radius * c, 0.62 * radius * s, tall - 0.03)],
            0.012,
            "dark metal",
        )
        ring.append((0.81 * radius * c, 0.81 * radius * s, 0.24))
    tube(stool, "ring", [*ring, ring[0]], 0.008, "dark metal")
    return stool


def _what(rng: np.random.Generator, number: int, wet: int, hot: int, washer: int | None) -> str:
    if number in (wet, hot, washer):
        return {wet: "door", hot: "oven", washer: "dishwasher"}[number]
    return "drawers" if rng.random() < 0.5 else "door"


def _shifted(thing: Thing, x: float) -> tuple[float, float, float]:
    return (*thing.local(float(x), 0.0), 0.0)


def _add_base(room: Room, at, turn: float, ends: tuple[float, float], sink: float | None) -> None:
    """Carcass, plinth and worktop from end to end, with a hole where the middle of a sink is."""
    left, right = ends
    spans = [ends] if sink is None else [(left, sink - HOLE), (sink + HOLE, right)]
    spans = [(a, b) for a, b in spans if b - a > 0.005]
    wide, middle, deep = right - left, (left + right) / 2, DEEP - 0.03
    units = start(room, "Kitchen units", "cabinet", at, turn)
    high = [((b - a, deep, 0.18), ((a + b) / 2, -deep / 2, 0.68)) for a, b in spans]
    boxes(units, "carcass", [((wide, deep, 0.58), (middle, -deep / 2, 0.1)), *high], "sage paint", 0.002)
    box(units, "plinth", (wide, DEEP - 0.1, 0.1), (middle, -DEEP / 2 + 0.04, 0), "black paint", 0.002)
    worktop = start(room, "Worktop", "counter", at, turn)
    full = DEEP + OVERHANG
    slabs = [((b - a, full, 0.04), ((a + b) / 2, -full / 2, TOP - 0.04)) for a, b in spans]
    if sink is not None:
        front, back = SINK[2], SINK[3]
        slabs += [
            ((2 * HOLE, full + front, 0.04), (sink, (front - full) / 2, TOP - 0.04)),
            ((2 * HOLE, -back, 0.04), (sink, back / 2, TOP - 0.04)),
        ]
        box(units, "apron", (2 * HOLE, 0.02, 0.18), (sink, -deep + 0.01, 0.68), "sage paint", 0.001)
    boxes(worktop, "top", slabs, "terrazzo", 0.0)


def _add_wall_units(room: Room, thing: Thing, ends: tuple[float, float], hot: float, fronts: Fronts) -> None:
    """On both sides of the hood, as far as there is room for one; some of them open shelves."""
    z, tall, deep = WALL_UNITS
    units = start(room, "Wall units", "cabinet", thing.at, thing.turn)
    shelves = room.rng.random() < 0.25
    for left, right in ((ends[0], hot - 0.31), (hot + 0.31, ends[1])):
        if right - left < 0.3:
            continue
        if shelves:
            _add_open_shelves(room, thing, left, right)
            continue
        count = max(1, round((right - left) / 0.55))
        step = (right - left) / count
        box(units, "carcass", (right - left, deep, tall), ((left + right) / 2, -deep / 2, z), "sage paint", 0.003)
        for number in range(count):
            spot = (left + step * (number + 0.5), -deep - 0.012, z + 0.004)
            add_front(units, spot, (step - 0.008, tall - 0.008), fronts, 1 if number % 2 else -1, low_handle=True)


def _add_open_shelves(room: Room, thing: Thing, left: float, right: float) -> None:
    """Two boards with crockery in place of wall units."""
    shelf = start(room, "Kitchen shelf", "shelves", thing.at, thing.turn)
    middle, rng = (left + right) / 2, room.rng
    for z in (1.44, 1.8):
        box(shelf, "board", (right - left - 0.02, 0.24, 0.03), (middle, -0.122, z), "oak", 0.004)
        x = left + 0.14
        while x < right - 0.12:
            shape, rise, most = [(PLATE, 0.013, 8), (BOWL, 0.022, 4), (CUP, 0.08, 2)][int(rng.integers(3))]
            look = str(rng.choice(["white ceramic", "speckled ceramic", "blue ceramic", "ochre ceramic"]))
            for layer in range(int(rng.integers(1, most + 1))):
                turned(shelf, "crockery", shape, (x, -0.13, z + 0.031 + layer * rise), look)
            x += rng.uniform(0.24, 0.34)


def _add_backsplash(room: Room, thing: Thing, ends: tuple[float, float]) -> None:
    high = 0.52 if room.rng.random() < 0.75 else 0.1
    tiled = start(room, "Backsplash", "wall" if high > 0.2 else "counter", thing.at, thing.turn)
    look = "tiles" if high > 0.2 else "terrazzo"
    box(tiled, "face", (ends[1] - ends[0], 0.012, high), ((ends[0] + ends[1]) / 2, -0.006, TOP), look, 0)


def _add_tall_unit(room: Room, thing: Thing, x: float, fronts: Fronts) -> None:
    """A refrigerator of two doors in steel or lacquer, as high as the wall units."""
    cold = start(room, "Refrigerator", "refridgerator", thing.at, thing.turn)
    look = str(room.rng.choice(["steel", "white plastic", "black paint"]))
    low = float(room.rng.uniform(0.6, 1.1))
    box(cold, "body", (0.6, 0.58, 1.82), (x, -0.3, 0.03), "grey plastic", 0.01)
    for z, tall in ((0.05, low), (low + 0.06, 1.84 - low - 0.07)):
        box(cold, "door", (0.596, 0.05, tall), (x, -0.615, z), look, 0.012)
    side = int(room.rng.choice([-1, 1])) * 0.25
    for a, b in ((low - 0.4, low - 0.05), (low + 0.12, low + 0.5)):
        bar = [(x + side, -0.635, a), (x + side, -0.68, a), (x + side, -0.68, b), (x + side, -0.635, b)]
        tube(cold, "handle", bar, 0.009, "chrome")


def _leave_out(room: Room, thing: Thing, ends: tuple[float, float], busy: list[float]) -> None:
    """What stands on the worktop along the wall, beside sink and hob."""
    rng, things = room.rng, start(room, "Kitchen things", "otherprop", thing.at, thing.turn)
    for x in np.arange(ends[0] + 0.12, ends[1] - 0.1, 0.19):
        if min(abs(x - spot) for spot in busy) < 0.36 or rng.random() < 0.35:
            continue
        spot, kind = (float(x + rng.normal(0, 0.02)), float(rng.uniform(-0.22, -0.1)), TOP), rng.random()
        if kind < 0.3:
            radius, tall = rng.uniform(0.035, 0.055), rng.uniform(0.12, 0.24)
            jar = [(0, 0), (radius, 0), (radius, tall), (radius * 0.9, tall + 0.01), (0, tall + 0.01)]
            look = str(rng.choice(["clear glass", "white ceramic", "terracotta", "steel", "ochre ceramic"]))
            turned(things, "jar", jar, spot, look)
        elif kind < 0.55:
            neck = rng.uniform(0.2, 0.26)
            bottle = [(0, 0), (0.034, 0), (0.035, neck - 0.06), (0.013, neck), (0.013, neck + 0.06), (0, neck + 0.06)]
            turned(things, "bottle", bottle, spot, str(rng.choice(["green glass", "amber glass", "clear glass"])))
        elif kind < 0.75:
            board = (rng.uniform(0.16, 0.26), 0.018, rng.uniform(0.26, 0.4))
            box(things, "board", board, (spot[0], -0.05, TOP), "oak", 0.008, (-10, rng.normal(0, 2), 0))
        else:
            for layer in range(int(rng.integers(1, 5))):
                turned(things, "bowl", BOWL, (*spot[:2], TOP + 0.022 * layer), "speckled ceramic")
