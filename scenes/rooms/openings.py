"""Walls, floor and ceiling of a floor plan, and what its openings hold: doors, windows, curtains, blinds."""

from __future__ import annotations

import bpy
import numpy as np

from scenes import shell
from scenes.pieces import Piece, Room, put, start
from scenes.rooms.floor_plan import TURNS, FloorPlan, Opening
from scenes.shapes import box, boxes, lathe, sheet, tube

THICK = shell.THICK


def add_shell(room: Room, plan: FloorPlan, tiled: float) -> None:
    """Floor, ceiling, walls, skirting; tiles on all walls up to `tiled` metres. One wall may have a look of its own."""
    outer = (plan.width + 2 * THICK, plan.depth + 2 * THICK, 0.2)
    middle = plan.width / 2, plan.depth / 2
    box(start(room, "Floor", "floor"), "ground", outer, (*middle, -0.2), "floor", bevel=0)
    box(start(room, "Ceiling", "ceiling"), "slab", outer, (*middle, plan.height), "ceiling", bevel=0)
    special = str(room.rng.choice(list(TURNS)))
    for name, turn in TURNS.items():
        length = plan.length(name)
        holes = [(o.left, o.right, o.low, o.high) for o in (plan.door, *plan.windows) if o.wall == name]
        wall = start(room, f"{name.title()} wall", "wall", plan.against(name, 0), turn)
        material = "accent wall" if name == special else "wall"
        boxes(wall, "plaster", shell.around(length, holes, plan.height), material, bevel=0)
        if tiled:
            low = [hole for hole in holes if hole[2] < tiled]
            clipped = [(left, right, z, min(high, tiled)) for left, right, z, high in low]
            faces = [_facing(part, length) for part in shell.around(length, clipped, tiled)]
            boxes(wall, "tiles", [face for face in faces if face], "tiles", bevel=0)
        else:
            boxes(wall, "skirting", shell.skirting(length, holes), "white paint", bevel=0.006)


def _facing(part, length: float):
    """A wall's box as the tiles on it, from corner to corner; None where it is in the corner alone."""
    (wide, _, tall), (x, _, z) = part
    left, right = max(x - wide / 2, 0.0), min(x + wide / 2, length)
    return ((right - left, 0.012, tall), ((left + right) / 2, -0.006, z)) if right - left > 0.01 else None


def add_door(room: Room, plan: FloorPlan) -> Piece:
    """A door in its casing: flush, panelled or glazed, with a handle and hinges."""
    opening = plan.door
    wide, high, rng = opening.wide, opening.high, room.rng
    at = plan.against(opening.wall, opening.middle)
    door = start(room, "Door", "door", at, TURNS[opening.wall])
    look = str(rng.choice(["white paint", "white paint", "sage paint", "oak", "walnut"]))
    style, rail = rng.choice(["flush", "panelled", "glazed"], p=[0.4, 0.45, 0.15]), 0.11
    inner = wide - 2 * rail
    if style == "glazed":
        sides = [((rail, 0.04, high), (side * (wide - rail) / 2, 0.05, 0)) for side in (-1, 1)]
        cross = [((inner, 0.04, tall), (0, 0.05, z)) for z, tall in ((0, 0.9), (high - rail, rail), (1.4, 0.04))]
        boxes(door, "leaf", [*sides, *cross], look, 0.003)
        box(door, "glass", (inner, 0.006, high - 0.9 - rail), (0, 0.05, 0.9), "frosted glass", 0)
    else:
        box(door, "leaf", (wide, 0.04, high), (0, 0.05, 0), look, 0.003)
    if style == "panelled":
        rows = [(0.2, 0.62), (0.94, high - 0.94 - 0.14)] if rng.random() < 0.5 else [(0.2, high - 0.36)]
        columns = (-1, 1) if rng.random() < 0.6 else (0,)
        across = (inner - 0.06) / len(columns) - 0.02
        for x in columns:
            for z, tall in rows:
                _add_moulding(door, x * (inner / 4 + 0.015), z, across, tall, look)
    casing = 0.075
    frame = [((casing, 0.03, high + casing), (side * (wide + casing) / 2, -0.012, 0)) for side in (-1, 1)]
    boxes(door, "casing", [*frame, ((wide + 2 * casing, 0.03, casing), (0, -0.013, high))], "white paint", 0.008)
    lining = [((0.014, 0.1, high), (side * (wide / 2 - 0.007), 0.04, 0)) for side in (-1, 1)]
    boxes(door, "lining", [*lining, ((wide, 0.1, 0.014), (0, 0.04, high - 0.014))], "white paint", 0.002)
    side = int(rng.choice([-1, 1]))
    x, metal = side * (wide / 2 - 0.06), str(rng.choice(["brass", "chrome", "dark metal"]))
    lathe(door, "rose", [(0, 0), (0.026, 0), (0.026, 0.006), (0.012, 0.012), (0, 0.012)], (x, 0.03, 1.02), metal, 24,
          (90, 0, 0))  # fmt: skip
    lever = [(x, 0.02, 1.02), (x, -0.03, 1.02), (x - side * 0.01, -0.034, 1.02), (x - side * 0.12, -0.034, 1.015)]
    tube(door, "lever", lever, 0.009, metal)
    for z in (0.25, 1.0, 1.8):
        tube(door, "hinge", [(-side * wide / 2, 0.02, z), (-side * wide / 2, 0.02, z + 0.09)], 0.007, metal)
    _add_switch(room, plan, opening.right + 0.2 if side > 0 else opening.left - 0.2)
    return door


def _add_moulding(door: Piece, x: float, z: float, wide: float, tall: float, look: str) -> None:
    bars = [((wide, 0.016, 0.026), (x, 0.026, z + up)) for up in (0, tall - 0.026)]
    sides = [((0.026, 0.016, tall), (x + end * (wide / 2 - 0.013), 0.026, z)) for end in (-1, 1)]
    boxes(door, "moulding", [*bars, *sides], look, 0.006)
    box(door, "panel", (wide - 0.1, 0.014, tall - 0.1), (x, 0.028, z + 0.05), look, 0.006)


def _add_switch(room: Room, plan: FloorPlan, along: float) -> None:
    wall = plan.door.wall
    if not 0.1 < along < plan.length(wall) - 0.1:
        return
    plate = start(room, "Switch", "otherstructure", plan.against(wall, along, z=1.06), TURNS[wall])
    tilt = room.rng.normal(0, 1.0)
    box(plate, "plate", (0.086, 0.012, 0.086), (0, -0.005, 0), "white plastic", 0.004, (0, tilt, 0))
    box(plate, "rocker", (0.05, 0.012, 0.06), (0, -0.009, 0.013), "white plastic", 0.004, (4, tilt, 0))


def add_window(room: Room, plan: FloorPlan, opening: Opening, covering: str, drawn: float, free: bool) -> None:
    """A window, and what hangs before it: "curtains", "blinds", or nothing; `drawn` from 0 to 1.

    Curtains reach the floor where it is `free`, and end below the sill where things stand.
    """
    wide, tall = opening.wide, opening.high - opening.low
    turn = TURNS[opening.wall]
    name = f"{opening.wall.title()} window"
    at = plan.against(opening.wall, opening.middle, z=opening.low)
    shell.add_window(room, name, at, turn, wide, tall, sill=0.14 if covering == "curtains" else 0.22)
    if covering == "curtains":
        top = min(opening.high + 0.16, plan.height - 0.04)
        reach = min(0.38, opening.left - 0.05, plan.length(opening.wall) - opening.right - 0.05)
        cloth = (0.32 + drawn * (wide / 2 - 0.1), 0.4 + drawn * (wide / 2 - 0.1))
        at = plan.against(opening.wall, opening.middle)
        hem = 0.025 if free else opening.low - 0.12
        shell.hang_curtains(room, f"{name} curtains", at, turn, wide - 2 * (0.38 - reach), top, cloth, hem)
    elif covering == "blinds":
        at = plan.against(opening.wall, opening.middle, z=opening.high - 0.01)
        add_blinds(room, at, turn, wide - 0.03, tall * (0.3 + 0.68 * drawn))


def add_blinds(room: Room, at, turn: float, wide: float, drop: float) -> Piece:
    """Venetian or roller blinds in the reveal of a window, their upper edge at `at`, let down by `drop`."""
    blinds = start(room, "Blinds", "blinds", at, turn)
    box(blinds, "head", (wide, 0.05, 0.05), (0, 0.04, -0.05), "slat", 0.003)
    if room.rng.random() < 0.4:
        sheet(blinds, "cloth", lambda u, v: (u - 0.5, 0.045 + 0.002 * np.sin(9 * u), -v), (wide, 1.0, drop),
              "curtain cloth", (12, 12), thickness=0.002)  # fmt: skip
        box(blinds, "bar", (wide, 0.018, 0.028), (0, 0.045, -drop - 0.02), "slat", 0.004)
    else:
        tilt, step = np.radians(room.rng.uniform(8, 62)), 0.04
        c, s = 0.022 * np.cos(tilt), 0.022 * np.sin(tilt)
        verts: list[tuple[float, float, float]] = []
        for z in np.arange(0.07, drop, step):
            verts += [(x, 0.04 + side * c, -z + side * s) for x, side in _around_a_slat(wide)]
        mesh = bpy.data.meshes.new("slats")
        mesh.from_pydata(verts, [], [tuple(range(n, n + 4)) for n in range(0, len(verts), 4)])
        slats = put(blinds, "slats", mesh, material="slat")
        solid = slats.modifiers.new("Thickness", "SOLIDIFY")
        solid.thickness = 0.002
        box(blinds, "bar", (wide, 0.04, 0.016), (0, 0.04, -drop - 0.016), "slat", 0.003)
        for x in (-wide * 0.36, wide * 0.36):
            tube(blinds, "cord", [(x, 0.017, -0.03), (x, 0.017, -drop)], 0.0012, "slat")
    tube(blinds, "pull", [(wide * 0.45, 0.01, -0.03), (wide * 0.45, 0.008, -0.7)], 0.0016, "slat")
    return blinds


def _around_a_slat(wide: float) -> tuple[tuple[float, int], ...]:
    return (-wide / 2, -1), (wide / 2, -1), (wide / 2, 1), (-wide / 2, 1)
