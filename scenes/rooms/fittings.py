"""Switches and sockets, slightly out of true, as fitters leave them."""

from __future__ import annotations

import numpy as np

from scenes.pieces import Piece, Room, start
from scenes.rooms.floor_plan import TURNS, FloorPlan
from scenes.rooms.layout import Layout, taken_on
from scenes.shapes import box, lathe, tube

PLATE = 0.086  # metres
MOST = 3  # tries for a socket on each wall


def add_switch(room: Room, plan: FloorPlan, thick: float) -> None:
    """By the door, at the side of its handle, where the wall is long enough; on tiles that are so `thick`."""
    wall, opening = plan.door.wall, plan.door
    along = opening.right + 0.2 if opening.hinge < 0 else opening.left - 0.2
    if not 0.1 < along < plan.length(wall) - 0.1:
        return
    plate, tilt = _add_plate(room, "Switch", "otherstructure", plan, wall, along, 1.06, thick)
    box(plate, "rocker", (0.05, 0.012, 0.06), (0, -0.009, 0.013), "white plastic", 0.004, (4, tilt, 0))


def add_sockets(room: Room, layout: Layout) -> None:
    """Low on the walls, where nothing stands before them; some with a plug, whose cable lies on the floor."""
    rng = room.rng
    for wall in TURNS:
        taken = taken_on(layout, wall)
        for _ in range(int(rng.integers(1, MOST + 1))):
            along, z = rng.uniform(0.25, layout.plan.length(wall) - 0.25), rng.uniform(0.22, 0.32)
            if any(left - 0.08 < along < right + 0.08 and low < z + PLATE for left, right, low, _ in taken):
                continue
            socket, _ = _add_plate(room, "Socket", "otherprop", layout.plan, wall, along, z)
            ring = [(0.02, 0.0), (0.024, 0.0), (0.024, 0.002), (0.02, 0.002)]
            lathe(socket, "socket", ring, (0, -0.0118, PLATE / 2), "grey plastic", 24, (90, 0, 0))
            taken.append((along - 0.06, along + 0.06, z, z + PLATE))
            if rng.random() < 0.2:
                _plug_in(socket, z)


def _plug_in(socket: Piece, z: float) -> None:
    look = str(socket.room.rng.choice(["black plastic", "white plastic"]))
    side = float(socket.room.rng.choice([-1, 1]))
    box(socket, "plug", (0.035, 0.03, 0.035), (0, -0.027, PLATE / 2 - 0.018), look, 0.006)
    floor = [(side * 0.03, -0.045, 0.01 - z), (side * 0.2, -0.04, 0.006 - z)]
    tube(socket, "cable", [(0, -0.04, PLATE / 2), (0.0, -0.055, -0.05), *floor], 0.004, look, bent=True)


def _add_plate(
    room: Room, name: str, label: str, plan: FloorPlan, wall: str, along: float, z: float, gap: float = 0.0
) -> tuple[Piece, float]:
    """The plate, and by how many degrees it hangs out of true."""
    plate = start(room, name, label, plan.against(wall, float(along), gap, float(z)), TURNS[wall])
    tilt = float(np.clip(room.rng.normal(0, 1.0), -2, 2))
    box(plate, "plate", (PLATE, 0.012, PLATE), (0, -0.005, 0), "white plastic", 0.004, (0, tilt, 0))
    return plate, tilt
