"""What belongs into a room of each kind, and by which rules it is placed. Pure.

A program places what the room cannot be without first (`NoPlace` where that fails), then what it may have, then what is
left lying about; `furnish` tries until all of it can be reached from the door.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from scenes.rooms.catalogue import Catalogue
from scenes.rooms.floor_plan import OPPOSITE, TURNS, draw_floor_plan
from scenes.rooms.furnisher import Furnisher
from scenes.rooms.kitchen_plans import place_kitchen
from scenes.rooms.layout import (
    Layout,
    NoPlace,
    Thing,
    at_table,
    before,
    facing,
    fits,
    reaches_all,
    wall_behind,
)

ATTEMPTS = 200


def furnish(rng: np.random.Generator, kind: str, catalogue: Catalogue, clutter: float = 0.6) -> Layout:
    """A room of this kind, furnished: `clutter` from 0 to 1 says how much lies about."""
    for _ in range(ATTEMPTS):
        layout = Layout(draw_floor_plan(rng, kind))
        room = Furnisher(layout, rng, catalogue, clutter)
        try:
            _add_radiator(room)
            PROGRAMS[kind](room)
        except NoPlace:
            continue
        if reaches_all(layout):
            return layout
    raise ValueError(f"no {kind} was found in {ATTEMPTS} attempts: the assets for it may be too large")


def _add_radiator(room: Furnisher) -> None:
    """Below a window, as a rule, where it is high enough."""
    for window in room.layout.plan.windows:
        if window.low > 0.66 and room.chance(0.4):
            model = room.catalogue.draw("radiator")
            x, y, _ = room.layout.plan.against(window.wall, window.middle, 0.09)
            thing = Thing(model, x, y, 0.0, TURNS[window.wall])
            if fits(room.layout, thing):
                room.layout.add(thing)
                return


def _living_room(room: Furnisher) -> None:
    layout, rng = room.layout, room.rng
    sofa = room.must(room.wall("sofa", corner=0.1, gap=0.04))
    table = room.must(before(layout, sofa, room.catalogue.draw("coffee table"), rng, (0.32, 0.45)))
    opposite = OPPOSITE[wall_behind(layout, sofa) or "north"]
    stand = room.wall("tv stand", [opposite], 0.0) if room.chance(0.7) else None
    if stand is not None:
        room.top(stand, "television", (0, -room.size(stand)[1] / 2), 3)
    elif room.chance(0.5):
        room.hang("wall television", (1.2, 1.5), walls=[opposite])
    for _ in range(rng.integers(0, 3)):
        facing(layout, table, room.catalogue.draw("armchair"), rng, (0.95, 1.6))
    if room.chance(0.9):
        _lay_rug(room, table)
    _flank_sofa(room, sofa)
    if room.chance(0.75):
        room.wall("bookcase")
    side = room.wall("sideboard") if room.chance(0.45) else None
    if room.chance(0.4):
        dining = room.free("dining table", 0.9)
        if dining is not None:
            _seat(room, dining, int(rng.integers(2, 5)))
            room.scatter(dining, ["vase", "fruit bowl", "mug", "plate", "papers", "laptop", "glass"], 4)
    if room.chance(0.25):
        _work_place(room)
    for kind, share in (("floor plant", 0.65), ("floor lamp", 0.5), ("pouffe", 0.35), ("shelving", 0.25)):
        if room.chance(share):
            room.wall(kind, gap=0.08, corner=0.6)
    room.scatter(side, ["vase", "table lamp", "book pile", "small box", "bottle", "fern", "papers", "bag"], 6)
    room.scatter(stand, ["remote", "vase", "book pile", "fern", "small box"], 3)
    room.scatter(table, ["book pile", "open book", "mug", "fruit bowl", "glass", "remote", "papers", "plate"], 7)
    room.pictures(4, [sofa, side, stand if room.chance(0.3) else None])
    _hangings(room, (("wall shelf", 0.35, (1.5, 1.7)), ("clock", 0.3, (1.8, 2.0)), ("wall mirror", 0.2, (1.5, 1.65))))
    room.litter(["box", "bag", "laundry basket", "shoes", "clothes", "pouffe", "book pile"], 5)


def _lay_rug(room: Furnisher, table: int) -> None:
    """Below a table and what stands around it."""
    rng, spot = room.rng, room.layout.things[table]
    for _ in range(6):
        x, y = rng.normal((spot.x, spot.y), 0.15)
        if room.lay("rug", x, y, spot.turn + rng.normal(0, 3)) is not None:
            return


def _flank_sofa(room: Furnisher, sofa: int) -> None:
    """A small table with a lamp, or a lamp that stands, on either side."""
    for side in room.rng.permutation([-1, 1]):
        if room.chance(0.6):
            kind = str(room.rng.choice(["side table", "floor lamp"]))
            found = room.by(sofa, kind, int(side), (0.04, 0.2))
            if kind == "side table":
                room.top(found, "table lamp")
                room.scatter(found, ["mug", "book pile", "glass", "remote"], 2)


def _bedroom(room: Furnisher) -> None:
    rng = room.rng
    kind = "bed" if room.chance(0.7) else "single bed"
    bed = room.must(room.wall(kind, corner=0.0 if kind == "bed" else 0.6, gap=0.02))
    stands = [found for side in (-1, 1) if (found := room.by(bed, "night stand", side, (0.03, 0.1))) is not None]
    room.must(stands[0] if stands else None)
    for stand in stands:
        if room.chance(0.85):
            room.top(stand, "table lamp")
        room.scatter(stand, ["book pile", "mug", "glass", "small box", "bottle"], 3)
    room.must(room.wall("wardrobe", corner=0.5))
    dresser = room.wall("dresser") if room.chance(0.75) else None
    if dresser is not None:
        if room.chance(0.7):
            room.hang("wall mirror", (1.4, 1.55), over=dresser)
        room.scatter(dresser, ["vase", "small box", "bottle", "book pile", "table lamp", "clothes", "television"], 5)
    if room.chance(0.35):
        _work_place(room)
    elif room.chance(0.5):
        room.wall("armchair", corner=0.7, gap=0.12)
    if room.chance(0.6):
        for side in rng.permutation([-1, 1]):
            spot = room.layout.things[bed]
            x, y = spot.local(side * 0.55, -1.35)
            if room.lay("rug", x, y, spot.turn + rng.normal(0, 3) + 90 * rng.integers(0, 2)) is not None:
                break
    if room.chance(0.35):
        room.wall("bookcase")
    for kind, share in (("floor plant", 0.35), ("floor lamp", 0.3), ("laundry basket", 0.5)):
        if room.chance(share):
            room.wall(kind, gap=0.08, corner=0.5)
    room.pictures(3, [bed])
    _hangings(room, (("wall shelf", 0.3, (1.5, 1.7)), ("coat rail", 0.35, (1.15, 1.2)), ("clock", 0.15, (1.8, 2.0))))
    room.litter(["clothes", "clothes", "bag", "box", "shoes", "book pile"], 5)


def _office(room: Furnisher) -> None:
    rng = room.rng
    room.must(_work_place(room))
    for _ in range(rng.integers(0, 3)):
        _work_place(room)
    if room.chance(0.85):
        room.hang("whiteboard", (1.4, 1.55))
    if room.chance(0.3):
        table = room.free("long table", 0.8)
        if table is not None:
            _seat(room, table, int(rng.integers(2, 5)))
            room.scatter(table, ["papers", "laptop", "mug", "bottle", "papers"], 4)
    for kind, share in (("bookcase", 0.6), ("filing cabinet", 0.7), ("shelving", 0.4), ("filing cabinet", 0.3)):
        found = room.wall(kind) if room.chance(share) else None
        if kind == "filing cabinet":
            room.scatter(found, ["fern", "papers", "small box", "book pile"], 2)
    for kind, share in (("waste bin", 0.8), ("floor plant", 0.5), ("sideboard", 0.2)):
        if room.chance(share):
            room.wall(kind, gap=0.05, corner=0.5)
    for _ in range(rng.integers(0, 4)):
        room.hang("notice", (1.3, 1.7))
    room.pictures(2)
    _hangings(room, (("clock", 0.4, (1.85, 2.05)), ("coat rail", 0.4, (1.15, 1.2)), ("wall shelf", 0.35, (1.5, 1.7))))
    room.litter(["box", "bag", "box", "bag", "papers", "clothes"], 5)


def _kitchen(room: Furnisher) -> None:
    rng = room.rng
    place_kitchen(room)
    kind = "dining table" if room.chance(0.5) else "long table"
    table = room.free(kind, 0.75) if room.chance(0.5) else None
    if table is None:
        table = room.wall(kind, gap=0.03, corner=0.3)
    if table is not None:
        if not _seat(room, table, int(rng.integers(2, 5))):
            raise NoPlace
        room.scatter(table, ["plate", "mug", "glass", "fruit bowl", "bottle", "papers", "vase", "plate", "mug"], 8)
    for kind, share in (("sideboard", 0.3), ("shelving", 0.35), ("waste bin", 0.7)):
        found = room.wall(kind, corner=0.5, gap=0.03) if room.chance(share) else None
        room.scatter(found, ["bottle", "fruit bowl", "small box", "fern", "plate"], 4)
    room.pictures(2)
    _hangings(room, (("clock", 0.6, (1.8, 2.0)), ("wall shelf", 0.5, (1.5, 1.75)), ("notice", 0.4, (1.4, 1.6))))
    room.litter(["box", "bag", "waste bin", "shoes", "bottle"], 4)


def _bathroom(room: Furnisher) -> None:
    layout, rng = room.layout, room.rng
    tub = room.must(room.wall("bathtub", corner=1.0, gap=0.004))
    room.must(room.wall("toilet", corner=0.15, gap=0.005))
    basin = room.must(room.wall("washbasin", corner=0.15, gap=0.005))
    room.hang("wall mirror", (1.45, 1.6), over=basin)
    if room.chance(0.85):
        before(layout, tub, room.catalogue.draw("bath mat"), rng, (0.05, 0.2))
    if room.chance(0.85):
        room.hang("towel rail", (1.2, 1.3))
    for kind, share in (("laundry basket", 0.6), ("waste bin", 0.6), ("bath shelves", 0.3)):
        if room.chance(share):
            room.wall(kind, gap=0.03, corner=0.7)
    _hangings(
        room, (("medicine cabinet", 0.5, (1.5, 1.65)), ("picture", 0.35, (1.5, 1.65)), ("towel rail", 0.3, (1.2, 1.3)))
    )
    room.litter(["clothes", "laundry basket", "shoes", "bottle", "clothes"], 3)


def _work_place(room: Furnisher) -> int | None:
    """A desk against a wall, with a chair at it and what one works with on it."""
    rng = room.rng
    desk = room.wall("desk", corner=0.3, gap=0.03)
    if desk is None:
        return None
    chair = room.catalogue.draw("desk chair")
    if not at_table(room.layout, desk, chair, rng, [270.0]):
        raise NoPlace
    wide, deep = room.size(desk)
    x = rng.uniform(-0.14, 0.14) * wide
    if room.chance(0.75):
        room.top(desk, "monitor", (x, -0.24 * deep), 8)
        room.top(desk, "keyboard", (x + rng.normal(0, 0.03), -0.66 * deep), 6)
        room.top(desk, "mouse", (x + 0.29, -0.66 * deep), 15)
    else:
        room.top(desk, "laptop", (x, -0.5 * deep), 12)
    side = rng.choice([-1, 1])
    if room.chance(0.75):
        room.top(desk, "desk lamp", (side * 0.38 * wide, -0.35 * deep), 25)
    room.scatter(desk, ["papers", "mug", "pen pot", "book pile", "papers", "open book", "bottle", "small box"], 7)
    return desk


def _seat(room: Furnisher, table: int, count: int) -> list[int]:
    """Chairs of one kind around a table."""
    chair = room.catalogue.draw("dining chair")
    wide, deep = room.size(table)
    if abs(wide - deep) < 0.1:
        sides = room.rng.permutation([0.0, 90.0, 180.0, 270.0])[:count]
        return at_table(room.layout, table, chair, room.rng, sides)
    thing, found = room.layout.things[table], []
    for side, along in room.rng.permutation([(90.0, -0.25), (90.0, 0.25), (270.0, -0.25), (270.0, 0.25)])[:count]:
        half = Thing(thing.model, *thing.local(along * wide, 0.0), 0.0, thing.turn)
        found += _at_part(room, table, half, chair, float(side))
    return found


def _at_part(room: Furnisher, table: int, part: Thing, chair, side: float) -> list[int]:
    """A chair at a part of a table: as `at_table`, about another middle."""
    whole = room.layout.things[table]
    room.layout.things[table] = part
    try:
        found = at_table(room.layout, table, chair, room.rng, [side])
    finally:
        room.layout.things[table] = whole
    return found


def _hangings(room: Furnisher, wanted: Sequence[tuple[str, float, tuple[float, float]]]) -> None:
    for kind, share, heights in wanted:
        if room.chance(share):
            room.hang(kind, heights)


PROGRAMS: dict[str, Callable[[Furnisher], None]] = {
    "living room": _living_room,
    "bedroom": _bedroom,
    "office": _office,
    "kitchen": _kitchen,
    "bathroom": _bathroom,
}
