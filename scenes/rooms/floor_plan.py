"""An empty room: its walls, its door and its windows, drawn for a kind of room. Pure.

Walls have the frames of scenes/shell.py: x runs along a wall, clockwise as seen from above, y points out of the room.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from scenes.rooms.footprints import Footprint

TURNS = {"north": 0.0, "east": -90.0, "south": 180.0, "west": 90.0}
OPPOSITE = {"north": "south", "south": "north", "east": "west", "west": "east"}
SWING = 0.12
"""Metres beside a door, and past its leaf, that nothing stands in."""
LEAF = 0.04
"""Metres that the leaf of a door is thick."""

SIZES = {  # metres: the longer side, the shorter side
    "living room": ((3.9, 5.6), (3.2, 4.3)),
    "bedroom": ((3.2, 4.4), (2.8, 3.7)),
    "kitchen": ((3.3, 4.8), (2.6, 3.8)),
    "office": ((3.0, 4.8), (2.6, 3.7)),
    "bathroom": ((2.4, 3.3), (1.9, 2.7)),
}
WINDOWS = {"living room": (1, 3), "bedroom": (1, 2), "kitchen": (1, 2), "office": (1, 2), "bathroom": (0, 1)}


@dataclass(frozen=True)
class Opening:
    """A hole in a wall, in the wall's frame: metres along it and above the floor.

    Of a door: `ajar` says by how many degrees its leaf stands open into the room, `hinge` at which end it hangs (-1 is
    the left one for who looks at it from the room).
    """

    wall: str
    left: float
    right: float
    low: float
    high: float
    ajar: float = 0.0
    hinge: int = -1

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def wide(self) -> float:
        return self.right - self.left


@dataclass(frozen=True)
class FloorPlan:
    """A room from (0, 0) to (width, depth), `height` metres high."""

    width: float
    depth: float
    height: float
    door: Opening
    windows: tuple[Opening, ...]

    def length(self, wall: str) -> float:
        return self.width if wall in ("north", "south") else self.depth

    def against(self, wall: str, along: float, gap: float = 0.0, z: float = 0.0) -> tuple[float, float, float]:
        """The place `along` metres down a wall and `gap` metres before it."""
        corner = {"north": (0, self.depth), "east": (self.width, self.depth), "south": (self.width, 0), "west": (0, 0)}
        (x, y), turn = corner[wall], radians(TURNS[wall])
        return x + cos(turn) * along + sin(turn) * gap, y + sin(turn) * along - cos(turn) * gap, z

    def along(self, wall: str, points: np.ndarray) -> np.ndarray:
        """Points (..., 2) of the floor in a wall's frame: metres along it, and metres before it."""
        x, y, _ = self.against(wall, 0.0)
        turn = radians(TURNS[wall])
        away = points - (x, y)
        return np.stack([away @ (cos(turn), sin(turn)), away @ (sin(turn), -cos(turn))], axis=-1)

    def before(self, opening: Opening, deep: float, beside: float = 0.0) -> Footprint:
        """The floor before an opening."""
        x, y, _ = self.against(opening.wall, opening.middle, deep / 2)
        return Footprint(x, y, opening.wide + 2 * beside, deep, TURNS[opening.wall])

    def leaf(self) -> Footprint | None:
        """The floor under the leaf of a door that stands open; None where it is shut."""
        door = self.door
        if not door.ajar:
            return None
        end, turn = (door.left if door.hinge < 0 else door.right), radians(door.ajar)
        middle = end - door.hinge * cos(turn) * door.wide / 2, sin(turn) * door.wide / 2
        x, y, _ = self.against(door.wall, *middle)
        return Footprint(x, y, door.wide, LEAF, TURNS[door.wall] + door.hinge * door.ajar)

    def door_swing(self) -> Footprint:
        """What the leaf of the door sweeps over, and who comes in steps on."""
        return self.before(self.door, self.door.wide + SWING, SWING)


def draw_floor_plan(rng: np.random.Generator, kind: str) -> FloorPlan:
    """A room of a kind: likely sizes, one door, no window in its wall where another wall has room."""
    (a, b), (c, d) = SIZES[kind]
    sides = rng.uniform(a, b), rng.uniform(c, d)
    width, depth = sides if rng.random() < 0.5 else sides[::-1]
    height = rng.uniform(2.35, 2.6 if kind == "kitchen" else 2.85)
    bare = FloorPlan(width, depth, height, Opening("south", 0, 0, 0, 0), ())
    door = _draw_door(rng, bare)
    fewest, most = WINDOWS[kind]
    walls = [wall for wall in rng.permutation(list(TURNS)) if wall != door.wall]
    windows = []
    for wall in walls[: rng.integers(fewest, most + 1)]:
        windows.append(_draw_window(rng, str(wall), bare.length(wall), height, small=kind in ("bathroom", "kitchen")))
    return FloorPlan(width, depth, height, door, tuple(windows))


def _draw_door(rng: np.random.Generator, plan: FloorPlan) -> Opening:
    wall = str(rng.choice(list(TURNS)))
    wide, free = rng.uniform(0.78, 0.94), plan.length(wall)
    near = rng.uniform(0.16, 0.3)
    left = {0: near, 1: free - near - wide, 2: rng.uniform(0.3, free - 0.3 - wide)}[
        int(rng.choice(3, p=[0.4, 0.4, 0.2]))
    ]
    hinge = -1 if left < free / 2 - wide / 2 else 1  # rather against the nearer wall, out of the way
    if rng.random() < 0.2:
        hinge = -hinge
    ajar = float(rng.choice([0.0, rng.uniform(8, 35), rng.uniform(55, 88)], p=[0.4, 0.2, 0.4]))
    return Opening(wall, left, left + wide, 0.0, rng.uniform(1.98, 2.1), ajar, hinge)


def _draw_window(rng: np.random.Generator, wall: str, length: float, height: float, small: bool) -> Opening:
    wide = min(rng.uniform(0.6, 1.2) if small else rng.uniform(1.0, 2.4), length - 0.9)
    left = np.clip(length / 2 - wide / 2 + rng.normal(0, 0.35), 0.42, length - 0.42 - wide)
    low = rng.uniform(1.1, 1.35) if small else rng.uniform(0.55, 1.0)
    return Opening(wall, float(left), float(left + wide), low, min(rng.uniform(2.0, 2.3), height - 0.2))
