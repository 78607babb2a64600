"""Where things stand, hang and lie in a room, found by trying: rules that place a thing where it fits, or not at all.

Pure. A thing against a wall has the middle of its back at its origin and faces -y, a `centred` one stands about it.
What a rule draws is tried against all that is there: nothing meets another thing, stands in the door's way, before a
window that it would darken, or in the floor that another needs before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import atan2, cos, degrees, radians, sin

import numpy as np

from scenes.rooms.floor_plan import TURNS, FloorPlan
from scenes.rooms.footprints import Footprint, covered, meet, within

TRIES = 40
CELL, BODY = 0.1, 0.2  # metres: of the grid that says where one can walk, and half of who walks there
LOW = 0.03  # metres: what is no higher is walked over, and stood upon


class NoPlace(Exception):
    """A thing that a room of this kind cannot be without finds no place: the whole is to be drawn anew."""


@dataclass(frozen=True)
class Model:
    """What is placed: its kind and size in metres, the floor it needs before it, and where things can lie on it.

    `surface`: left, right, front, back and height in its own frame. `source`: the asset it comes from, "" for code.
    """

    kind: str
    wide: float
    deep: float
    tall: float
    front: float = 0.0
    centred: bool = False
    surface: tuple[float, float, float, float, float] | None = None
    source: str = ""


@dataclass(frozen=True)
class Thing:
    """A model in its place: metres, degrees anticlockwise. `wall`: the one it hangs on; `host`: the number of the thing
    that it lies on, or is pushed under."""

    model: Model
    x: float
    y: float
    z: float
    turn: float
    wall: str | None = None
    host: int | None = None

    @property
    def at(self) -> tuple[float, float, float]:
        return self.x, self.y, self.z

    def local(self, x: float, y: float) -> tuple[float, float]:
        """A point of the thing's own frame on the floor."""
        c, s = cos(radians(self.turn)), sin(radians(self.turn))
        return self.x + c * x - s * y, self.y + s * x + c * y

    def footprint(self) -> Footprint:
        x, y = self.local(0, 0 if self.model.centred else -self.model.deep / 2)
        return Footprint(x, y, self.model.wide, self.model.deep, self.turn)

    def front(self) -> Footprint | None:
        """The floor before it that is kept free."""
        need, back = self.model.front, self.model.deep / 2 if self.model.centred else self.model.deep
        if not need:
            return None
        x, y = self.local(0, -back - need / 2)
        return Footprint(x, y, self.model.wide, need, self.turn)

    @property
    def stands(self) -> bool:
        """On the floor and in the way: no rug, and nothing that hangs or lies on another."""
        return self.z == 0 and self.model.tall > LOW


@dataclass
class Layout:
    """A room that is being filled."""

    plan: FloorPlan
    things: list[Thing] = field(default_factory=list)

    def add(self, thing: Thing) -> int:
        """Its number."""
        self.things.append(thing)
        return len(self.things) - 1


def fits(layout: Layout, thing: Thing, near: Sequence[int] = ()) -> bool:
    """Whether a thing can stand where it is. Those `near`, by number, may have it in the floor before them."""
    plan, own, front = layout.plan, thing.footprint(), thing.front()
    if not within(own, plan.width, plan.depth) or (front and not within(front, plan.width, plan.depth)):
        return False
    if meet(own, plan.door_swing()):
        return False
    if thing.model.tall <= LOW:
        others = (other for other in layout.things if other.z == 0 and other.model.tall <= LOW)
        return not any(meet(own, other.footprint()) for other in others)
    for window in plan.windows:
        if thing.model.tall > window.low + 0.1 and meet(own, plan.before(window, 0.3, 0.05)):
            return False
    for number, other in enumerate(layout.things):
        if not other.stands:
            continue
        kept = other.front()
        if number != thing.host and meet(own, other.footprint(), 0.01):
            return False
        if number in near or number == thing.host:
            continue
        if (kept and meet(own, kept)) or (front and other.host is None and meet(front, other.footprint())):
            return False
    return True


def against_wall(
    layout: Layout, model: Model, rng: np.random.Generator, walls: Sequence[str] = tuple(TURNS), gap=0.015, corner=0.0
) -> int | None:
    """Somewhere along one of the walls, with its back to it; in a corner with the chance `corner`."""
    for _ in range(TRIES):
        wall = str(rng.choice(walls))
        ends = model.wide / 2 + 0.02, layout.plan.length(wall) - model.wide / 2 - 0.02
        if ends[0] > ends[1]:
            continue
        along = float(rng.choice(ends)) if rng.random() < corner else rng.uniform(*ends)
        x, y, _ = layout.plan.against(wall, along, gap + (model.deep / 2 if model.centred else 0))
        thing = Thing(model, x, y, 0.0, TURNS[wall])
        if fits(layout, thing):
            return layout.add(thing)
    return None


def anywhere(layout: Layout, model: Model, rng: np.random.Generator, away: float = 0.0) -> int | None:
    """Anywhere on the floor, turned anyhow, `away` metres from all walls."""
    plan = layout.plan
    for _ in range(TRIES):
        x, y = rng.uniform(away, plan.width - away), rng.uniform(away, plan.depth - away)
        thing = Thing(model, x, y, 0.0, rng.uniform(-180, 180))
        if fits(layout, thing):
            return layout.add(thing)
    return None


def before(layout: Layout, host: int, model: Model, rng: np.random.Generator, gap, turns=(-4.0, 4.0)) -> int | None:
    """Before another thing, which it faces with its back or with its side as `turns` say, `gap` metres from it."""
    to = layout.things[host]
    for _ in range(TRIES):
        away = rng.uniform(*gap) + model.deep / 2 + (to.model.deep / 2 if to.model.centred else to.model.deep)
        x, y = to.local(rng.normal(0, 0.06 * to.model.wide), -away)
        thing = Thing(model, x, y, 0.0, to.turn + rng.uniform(*turns))
        if fits(layout, thing, near=[host]):
            return layout.add(thing)
    return None


def beside(
    layout: Layout, host: int, model: Model, rng: np.random.Generator, side: int, gap=(0.02, 0.12)
) -> int | None:
    """To the left (-1) or right (1) of a thing against a wall, both backs in one line."""
    to = layout.things[host]
    for _ in range(TRIES // 4):
        away = (to.model.wide + model.wide) / 2 + rng.uniform(*gap)
        x, y = to.local(side * away, -model.deep / 2 if model.centred else 0.0)
        thing = Thing(model, x, y, 0.0, to.turn)
        if fits(layout, thing, near=[host]):
            return layout.add(thing)
    return None


def facing(layout: Layout, host: int, model: Model, rng: np.random.Generator, distances=(0.9, 1.6)) -> int | None:
    """A seat that looks towards another thing, from within some metres of its middle."""
    to = layout.things[host].footprint()
    for _ in range(TRIES):
        angle, away = rng.uniform(0, 360), rng.uniform(*distances)
        x, y = to.x + away * cos(radians(angle)), to.y + away * sin(radians(angle))
        thing = Thing(model, x, y, 0.0, look_at((x, y), (to.x, to.y)) + rng.normal(0, 8))
        if fits(layout, thing, near=[host]):
            return layout.add(thing)
    return None


def at_table(layout: Layout, host: int, model: Model, rng: np.random.Generator, sides: Sequence[float]) -> list[int]:
    """Chairs around a table, one for each of the `sides` (degrees in the table's frame) that has room for it.

    Each looks at the table, some pushed in, some left anyhow by who got up.
    """
    to, found = layout.things[host], []
    middle = to.footprint()
    for side in sides:
        c, s = cos(radians(side)), sin(radians(side))
        reach = min(to.model.wide / 2 / max(abs(c), 1e-9), to.model.deep / 2 / max(abs(s), 1e-9))
        for pushed in rng.permutation([-0.16, -0.06, 0.12]):
            away = reach + model.deep / 2 + pushed + 0.02
            c, s = cos(radians(side + to.turn)), sin(radians(side + to.turn))
            x, y = middle.x + away * c, middle.y + away * s
            turn = look_at((x, y), (middle.x, middle.y)) + rng.normal(0, 5 if pushed < 0 else 18)
            thing = Thing(model, x, y, 0.0, turn, host=host)
            if fits(layout, thing):
                found.append(layout.add(thing))
                break
    return found


def on_top(
    layout: Layout, host: int, model: Model, rng: np.random.Generator, spot: tuple | None = None, askew: float = 180.0
) -> int | None:
    """On another thing, where nothing lies yet: about a `spot` of its own frame, or anywhere."""
    to = layout.things[host]
    if to.model.surface is None:
        return None
    left, right, front, back, z = to.model.surface
    surface = Footprint((left + right) / 2, (front + back) / 2, right - left, back - front)
    siblings = [other.footprint() for other in layout.things if other.host == host and other.z > 0]
    for attempt in range(TRIES // 2):
        if spot is None:
            x, y = rng.uniform(left, right), rng.uniform(front, back)
        else:
            x, y = np.array(spot) + rng.normal(0, 0.01 + 0.003 * attempt, 2)
        thing = Thing(model, *to.local(x, y), to.z + z, to.turn + rng.uniform(-askew, askew), host=host)
        own = thing.footprint()
        flat = [to_local(to, corner) for corner in own.corners()]
        inside = covered(np.array(flat), surface, 1e-6).all()
        if inside and not any(meet(own, other, 0.008) for other in siblings):
            return layout.add(thing)
    return None


def on_wall(
    layout: Layout,
    model: Model,
    rng: np.random.Generator,
    heights: tuple[float, float],
    walls: Sequence[str] = tuple(TURNS),
    over: int | None = None,
) -> int | None:
    """On a wall, its middle within `heights`, clear of openings, of tall things and of what hangs there; `over` a thing
    that stands against that wall."""
    plan = layout.plan
    for _ in range(TRIES):
        wall = str(rng.choice(walls)) if over is None else wall_behind(layout, over)
        if wall is None:
            return None
        low, high = model.wide / 2 + 0.08, plan.length(wall) - model.wide / 2 - 0.08
        if low > high:
            continue
        along = rng.uniform(low, high)
        if over is not None:
            host = layout.things[over]
            along = plan.along(wall, np.array([host.x, host.y]))[0] + rng.normal(0, 0.12 * host.model.wide)
        z = rng.uniform(*heights)
        own = along - model.wide / 2, along + model.wide / 2, z - model.tall / 2, z + model.tall / 2
        if not low <= along <= high or own[3] > plan.height - 0.05:
            continue
        if not any(_crossing(own, taken) for taken in taken_on(layout, wall)):
            x, y, _ = plan.against(wall, along)
            return layout.add(Thing(model, x, y, z, TURNS[wall], wall))
    return None


def taken_on(layout: Layout, wall: str) -> list[tuple[float, float, float, float]]:
    """What of a wall is taken, as left, right, low, high: openings with what is around them, things before it."""
    plan = layout.plan
    door = plan.door
    found = [(door.left - 0.12, door.right + 0.12, 0.0, door.high + 0.12)] if door.wall == wall else []
    for window in plan.windows:
        if window.wall == wall:
            found.append((window.left - 0.45, window.right + 0.45, window.low - 0.1, plan.height))
    for thing in layout.things:
        if thing.wall == wall:
            along = plan.along(wall, np.array([thing.x, thing.y]))[0]
            half, up = thing.model.wide / 2 + 0.04, thing.model.tall / 2 + 0.04
            found.append((along - half, along + half, thing.z - up, thing.z + up))
        elif thing.wall is None:
            spots = plan.along(wall, thing.footprint().corners())
            if spots[:, 1].min() < 0.3:
                found.append((spots[:, 0].min(), spots[:, 0].max(), thing.z, thing.z + thing.model.tall + 0.06))
    return found


def _crossing(one: tuple, other: tuple) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def wall_behind(layout: Layout, number: int) -> str | None:
    """The wall that a thing has its back to."""
    thing = layout.things[number]
    for wall, turn in TURNS.items():
        if abs((thing.turn - turn + 180) % 360 - 180) < 1:
            near = layout.plan.along(wall, np.array([thing.x, thing.y]))[1]
            return wall if near < 0.3 + (thing.model.deep / 2 if thing.model.centred else 0) else None
    return None


def look_at(eye: tuple[float, float], target: tuple[float, float]) -> float:
    """The turn, in degrees, of a thing at `eye` whose front (-y) looks at `target`."""
    return degrees(atan2(target[1] - eye[1], target[0] - eye[0])) + 90


def to_local(thing: Thing, point: Sequence[float]) -> tuple[float, float]:
    """A point of the floor in a thing's frame."""
    c, s = cos(radians(thing.turn)), sin(radians(thing.turn))
    x, y = point[0] - thing.x, point[1] - thing.y
    return c * x + s * y, c * y - s * x


def walkable(layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Where one can walk: the (n, 2) points of a grid, and which of them, (n,) bool, one reaches from the door."""
    plan = layout.plan
    xs, ys = np.arange(CELL / 2, plan.width, CELL), np.arange(CELL / 2, plan.depth, CELL)
    points = np.stack(np.meshgrid(xs, ys, indexing="ij"), axis=-1)
    free = (points > BODY).all(-1) & (points < np.array([plan.width, plan.depth]) - BODY).all(-1)
    for thing in layout.things:
        if thing.stands:
            free &= ~covered(points, thing.footprint(), BODY)
    entrance = covered(points, plan.before(plan.door, 0.7)) & free
    reached = entrance
    while True:
        grown = reached.copy()
        for axis in (0, 1):
            for step in (1, -1):
                moved = np.roll(reached, step, axis)
                np.moveaxis(moved, axis, 0)[0 if step == 1 else -1] = False
                grown |= moved
        grown &= free
        if (grown == reached).all():
            return points.reshape(-1, 2), reached.ravel()
        reached = grown


def reaches_all(layout: Layout) -> bool:
    """Whether one comes to the front of all that needs floor before it, and has a square metre to stand on."""
    points, reached = walkable(layout)
    spots = points[reached]
    if len(spots) * CELL * CELL < 0.6:
        return False
    fronts = [front for thing in layout.things if thing.stands and (front := thing.front())]
    return all(covered(spots, front, BODY + CELL).any() for front in fronts)
