"""Where the units of a kitchen stand: along a wall, around a corner, on both sides of an aisle, about an island. Pure.

Each way has a main run with sink, hob and refrigerator; the others add low units, on which things can lie. A run that
goes into a corner has nothing to open there, so that the one that meets it may stand before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scenes.rooms.catalogue import SORTS, with_surface
from scenes.rooms.floor_plan import OPPOSITE, TURNS
from scenes.rooms.furnisher import Furnisher
from scenes.rooms.layout import Model, NoPlace, Thing, against_wall, before, fits, wall_behind

WALLS = tuple(TURNS)
TRIES = 12
SHORTEST = 2.55  # metres of a run into a corner: refrigerator, sink, hob and the corner
FRONT = 0.645  # metres from a wall to the edge of the worktop along it
ON_TOPS = (
    "kettle", "toaster", "fruit bowl", "bottle", "mug", "plate", "jar", "chopping board", "glass", "papers", "fern",
    "small box", "jar", "vase",
)  # fmt: skip


def place_kitchen(room: Furnisher) -> None:
    """One of the ways; what finds no place is tried another way. Raises NoPlace where none has room."""
    ways = list(WAYS)
    order = room.rng.choice(len(ways), len(ways), replace=False, p=[WAYS[way][1] for way in ways])
    for number in order:
        if WAYS[ways[number]][0](room):
            return
    raise NoPlace


def _ready_made(room: Furnisher) -> bool:
    """The short run of an older kitchen."""
    return room.wall("kitchen run", corner=0.5, gap=0.005) is not None


def _along_one_wall(room: Furnisher) -> bool:
    return _run(room) is not None


def _run(room: Furnisher) -> int | None:
    """A main run as long as one that fits, longer ones first."""
    for wide in sorted(room.rng.uniform(2.35, 3.8, 3), reverse=True):
        model = _of_width(room, "fitted kitchen", wide)
        found = against_wall(room.layout, model, room.rng, WALLS, 0.004, 0.7)
        if found is not None:
            return found
    return None


def _around_a_corner(room: Furnisher) -> bool:
    """A run into a corner, and low units from its front along the other wall: an L."""
    plan, rng = room.layout.plan, room.rng
    for _ in range(TRIES):
        wall, side = str(rng.choice(WALLS)), int(rng.choice([-1, 1]))
        kind = "right corner kitchen" if side > 0 else "left corner kitchen"
        wide = min(rng.uniform(2.6, 3.4), plan.length(wall) - 0.02)
        along = plan.length(wall) - wide / 2 - 0.004 if side > 0 else wide / 2 + 0.004
        main = Thing(_of_width(room, kind, wide), *plan.against(wall, along, 0.004), TURNS[wall])
        if wide < SHORTEST or not fits(room.layout, main):
            continue
        number, other = room.layout.add(main), _next(wall, side)
        for long in (rng.uniform(1.5, 2.2), 1.2, 0.9):
            start = FRONT + long / 2
            along = start if side > 0 else plan.length(other) - start
            units = _of_width(room, "low units", long)
            leg = Thing(units, *plan.against(other, along, 0.004), TURNS[other], host=number)
            if fits(room.layout, leg):
                _leave_things(room, room.layout.add(leg))
                return True
        room.layout.things.pop()
    return False


def _next(wall: str, side: int) -> str:
    """The wall that begins where this one ends (1), or that ends where it begins (-1)."""
    return WALLS[(WALLS.index(wall) + side) % len(WALLS)]


def _both_sides(room: Furnisher) -> bool:
    """Runs that face each other: a galley."""
    main = _run(room)
    wall = None if main is None else wall_behind(room.layout, main)
    if main is None or wall is None:
        return False
    for long in (room.rng.uniform(1.8, 2.4), 1.5, 1.1):
        units = _of_width(room, "low units", long)
        other = against_wall(room.layout, units, room.rng, [OPPOSITE[wall]], 0.004, 0.6)
        if other is not None:
            _leave_things(room, other)
            if room.chance(0.6):
                room.hang("wall shelf", (1.5, 1.7), over=other)
            return True
    room.layout.things.pop()
    return False


def _about_an_island(room: Furnisher) -> bool:
    """A block before the run, with stools at its far side where there is room."""
    main = _run(room)
    if main is None:
        return False
    for long in (room.rng.uniform(1.3, 1.9), 1.1):
        island = before(room.layout, main, _of_width(room, "island", long), room.rng, (0.9, 1.15), (0.0, 0.0))
        if island is None:
            continue
        _leave_things(room, island)
        for x in np.linspace(-0.5, 0.5, int(room.rng.integers(2, 4))) * (long - 0.5):
            _put_stool(room, island, float(x))
        return True
    room.layout.things.pop()
    return False


def _put_stool(room: Furnisher, island: int, x: float) -> None:
    """Before the side of the island from which one eats, a little askew, or partly below its top."""
    block, stool = room.layout.things[island], room.catalogue.draw("bar stool")
    y = -block.model.deep / 2 - room.rng.uniform(-0.1, 0.22) - stool.deep / 2 + 0.1
    thing = Thing(stool, *block.local(x, y), 0.0, block.turn + 180 + room.rng.normal(0, 12), host=island)
    if fits(room.layout, thing):
        room.layout.add(thing)


def _leave_things(room: Furnisher, units: int) -> None:
    room.scatter(units, ON_TOPS, 7)


def _of_width(room: Furnisher, kind: str, wide: float) -> Model:
    """A model of a kind in a width of its own."""
    return with_surface(replace(room.catalogue.draw(kind), wide=float(wide)), SORTS[kind])


WAYS: dict[str, tuple[Callable[[Furnisher], bool], float]] = {
    "ready-made": (_ready_made, 0.14),
    "one wall": (_along_one_wall, 0.22),
    "corner": (_around_a_corner, 0.3),
    "galley": (_both_sides, 0.18),
    "island": (_about_an_island, 0.16),
}
"""How a kitchen can be laid out, and how likely that is tried first."""
