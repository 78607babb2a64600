"""The door of a room: its casing, its leaf as far open as the plan has it, and the corridor that one sees behind it."""

from __future__ import annotations

from scenes import decoration, shell
from scenes.daylight import add_lamp_light
from scenes.pieces import Piece, Room, start
from scenes.rooms.art import paint_art
from scenes.rooms.floor_plan import LEAF, TURNS, FloorPlan
from scenes.shapes import box, boxes, drape, lathe, tube

THICK = shell.THICK
LOOKS = ("white paint", "white paint", "sage paint", "oak", "walnut")
RAIL = 0.11  # metres: how wide the frame of a glazed or panelled leaf is
JAMB = 0.012  # metres of a lining
CASING = 0.075
SILL = 0.008  # metres that the threshold over the joint of two floors is high


def add_door(room: Room, plan: FloorPlan) -> None:
    """A flush, panelled or glazed door in its casing, with what there is behind where one can see it."""
    opening, rng = plan.door, room.rng
    look, metal = str(rng.choice(LOOKS)), str(rng.choice(["brass", "chrome", "dark metal"]))
    style = str(rng.choice(["flush", "panelled", "glazed"], p=[0.35, 0.47, 0.18]))
    _add_frame(room, plan, look if rng.random() < 0.4 else "white paint")
    _add_leaf(room, plan, style, look, metal)
    if opening.ajar or style == "glazed":
        _add_corridor(room, plan)


def _add_frame(room: Room, plan: FloorPlan, look: str) -> None:
    """Casings on both sides of the wall, and a lining through it."""
    opening = plan.door
    wide, high = opening.wide, opening.high
    frame = start(room, "Door frame", "door", plan.against(opening.wall, opening.middle), TURNS[opening.wall])
    for y in (-0.012, THICK + 0.012):
        sides = [((CASING, 0.03, high + CASING), (side * (wide + CASING) / 2, y, 0)) for side in (-1, 1)]
        boxes(frame, "casing", [*sides, ((wide + 2 * CASING, 0.032, CASING), (0, y, high))], look, 0.008)
    deep, middle = THICK + 0.02, THICK / 2
    lining = [((JAMB, deep, high), (side * (wide - JAMB) / 2, middle, 0)) for side in (-1, 1)]
    boxes(frame, "lining", [*lining, ((wide, deep, JAMB), (0, middle, high - JAMB))], look, 0.002)
    stops = [((JAMB, 0.04, high), (side * (wide / 2 - 1.5 * JAMB), 0.092, 0)) for side in (-1, 1)]
    boxes(frame, "stop", [*stops, ((wide, 0.04, JAMB), (0, 0.092, high - 2 * JAMB))], look, 0.002)


def _add_leaf(room: Room, plan: FloorPlan, style: str, look: str, metal: str) -> None:
    """In its own frame the leaf runs along x from its hinges at 0; its room side is y = 0, and it is LEAF thick."""
    opening, rng, side = plan.door, room.rng, -plan.door.hinge
    end = (opening.left if side > 0 else opening.right) + side * JAMB
    turn = TURNS[opening.wall] - side * opening.ajar
    leaf = start(room, "Door", "door", plan.against(opening.wall, end, -0.03), turn)
    wide, high = opening.wide - 2 * JAMB - 0.004, opening.high - JAMB - 0.008
    inner, middle = wide - 2 * RAIL, side * wide / 2
    if style == "glazed":
        posts = [((RAIL, LEAF, high), (middle + end * (wide - RAIL) / 2, LEAF / 2, 0.005)) for end in (-1, 1)]
        cross = [
            ((inner, LEAF, tall), (middle, LEAF / 2, z)) for z, tall in ((0.005, 0.9), (high - RAIL, RAIL), (1.4, 0.04))
        ]
        boxes(leaf, "leaf", [*posts, *cross], look, 0.003)
        box(leaf, "glass", (inner, 0.006, high - 0.9 - RAIL), (middle, LEAF / 2, 0.9), "frosted glass", 0)
    else:
        box(leaf, "leaf", (wide, LEAF, high), (middle, LEAF / 2, 0.005), look, 0.003)
    if style == "panelled":
        _add_panels(leaf, middle, inner, high, look)
    x = side * (wide - 0.06)
    for face, out in ((0.0, -1), (LEAF, 1)):
        rose = [(0, 0), (0.026, 0), (0.026, 0.006), (0.012, 0.012), (0, 0.012)]
        lathe(leaf, "rose", rose, (x, face, 1.02), metal, 24, (-90 * out, 0, 0))
        reach = [(x, face, 1.02), (x, face + 0.045 * out, 1.02), (x - side * 0.01, face + 0.049 * out, 1.02)]
        tube(leaf, "lever", [*reach, (x - side * 0.12, face + 0.049 * out, 1.015)], 0.009, metal)
    for z in (0.25, 1.0, 1.8):
        tube(leaf, "hinge", [(-side * 0.004, -0.004, z), (-side * 0.004, -0.004, z + 0.09)], 0.007, metal)
    if rng.random() < 0.12 and style != "glazed":
        _add_towel(leaf, middle, high)


def _add_panels(leaf: Piece, middle: float, inner: float, high: float, look: str) -> None:
    """Mouldings on both sides of a leaf, in one to three rows and one or two columns."""
    rng = leaf.room.rng
    top = high - 0.14
    rows = [[(0.2, top)], [(0.2, 0.82), (0.94, top)], [(0.2, 0.6), (0.72, 1.4), (1.52, top)]][int(rng.integers(3))]
    columns = (-1, 1) if rng.random() < 0.6 else (0,)
    across = (inner - 0.06) / len(columns) - 0.02
    for column in columns:
        x = middle + column * (inner / 4 + 0.015)
        for low, up in rows:
            for y in (-0.006, LEAF + 0.006):
                _add_moulding(leaf, (x, y, low), (across, up - low), look)


def _add_moulding(leaf: Piece, at, size, look: str) -> None:
    (x, y, z), (wide, tall) = at, size
    bars = [((wide, 0.016, 0.026), (x, y, z + up)) for up in (0, tall - 0.026)]
    sides = [((0.026, 0.016, tall), (x + end * (wide / 2 - 0.013), y, z)) for end in (-1, 1)]
    boxes(leaf, "moulding", [*bars, *sides], look, 0.006)
    box(leaf, "panel", (wide - 0.1, 0.014, tall - 0.1), (x, y, z + 0.05), look, 0.006)


def _add_towel(leaf: Piece, middle: float, high: float) -> None:
    """Hung over a hook on the room side of the leaf."""
    rng, top = leaf.room.rng, min(1.7, high - 0.2)
    hook = [(middle, 0, top), (middle, -0.05, top), (middle, -0.055, top + 0.025)]
    tube(leaf, "hook", hook, 0.006, "chrome", label="otherprop")
    long = rng.uniform(0.5, 0.8)
    path = [
        (-0.014, top - 0.8 * long),
        (-0.018, top - 0.2),
        (-0.04, top + 0.01),
        (-0.065, top - 0.2),
        (-0.08, top - long),
    ]
    cloth = str(rng.choice(["linen", "check towel", "striped throw", "rust"]))
    drape(leaf, "towel", path, rng.uniform(0.22, 0.3), cloth, 3, 0.025, "towel", at=(middle, 0, 0))


def _add_corridor(room: Room, plan: FloorPlan) -> None:
    """A passage along the other side of the door's wall, closed all around: dim, or with a lamp of its own."""
    opening, rng = plan.door, room.rng
    deep, high = rng.uniform(1.0, 1.6), max(min(plan.height, 2.5), opening.high + 0.15)
    left, right = max(opening.left - 1.3, 0.0), min(opening.right + 1.3, plan.length(opening.wall))
    wide, near, far = right - left, THICK, THICK + deep
    at, turn = plan.against(opening.wall, (left + right) / 2), TURNS[opening.wall]
    outer = (wide + 0.2, deep + 0.15, 0.2)
    middle = near + outer[1] / 2  # where the room's own floor and ceiling end: what lies in one plane twice is black
    x = opening.middle - (left + right) / 2
    floor = start(room, "Corridor floor", "floor", at, turn)
    box(floor, "ground", outer, (0, middle, -0.2), "floor", 0)
    box(floor, "threshold", (opening.wide - 2 * JAMB, 0.09, SILL), (x, near - 0.035, 0), "floor", 0.003)
    box(start(room, "Corridor ceiling", "ceiling", at, turn), "slab", outer, (0, middle, high), "ceiling", 0)
    walls = start(room, "Corridor wall", "wall", at, turn)
    ends = [((0.1, deep, high), (side * (wide + 0.1) / 2, (near + far) / 2, 0)) for side in (-1, 1)]
    boxes(walls, "plaster", [*ends, ((wide + 0.2, 0.1, high), (0, far + 0.05, 0))], "corridor wall", 0)
    boxes(walls, "skirting", [((wide, 0.016, 0.09), (0, far - 0.008, 0))], "white paint", 0.006)
    what = rng.random()
    if what < 0.45:
        spot = plan.against(opening.wall, opening.middle + rng.normal(0, 0.15), -far, rng.uniform(1.5, 1.65))
        decoration.add_picture(room, spot, turn, (0.4, 0.5), paint_art(room, 0.8), "black paint", 0.04)
    elif what < 0.75:
        _add_further_door(room, plan, x, at, turn, far)
    if rng.random() < 0.6:
        light = plan.against(opening.wall, opening.middle + rng.uniform(-0.5, 0.5), -(near + far) / 2, high - 0.3)
        add_lamp_light(room, "Corridor light", light, rng.uniform(6, 26), 0.1, (1.0, rng.uniform(0.75, 0.92), 0.66))


def _add_further_door(room: Room, plan: FloorPlan, x: float, at, turn: float, far: float) -> None:
    """Another door, shut, on the far side of the corridor."""
    door = start(room, "Further door", "door", at, turn)
    high, wide = plan.door.high, 0.8
    box(door, "leaf", (wide, 0.03, high), (x, far - 0.012, 0), "white paint", 0.003)
    sides = [((CASING, 0.04, high + CASING), (x + side * (wide + CASING) / 2, far - 0.016, 0)) for side in (-1, 1)]
    boxes(door, "casing", [*sides, ((wide + 2 * CASING, 0.042, CASING), (x, far - 0.016, high))], "white paint", 0.008)
    knob = [(0, 0), (0.012, 0), (0.012, 0.03), (0.026, 0.045), (0, 0.055)]
    lathe(door, "knob", knob, (x + 0.34, far - 0.027, 1.0), "chrome", 20, (90, 0, 0))
