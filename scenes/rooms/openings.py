"""Walls, floor and ceiling of a floor plan, its windows, and what hangs before those: curtains, blinds."""

from __future__ import annotations

import bpy
import numpy as np

from scenes import shell
from scenes.pieces import Piece, Room, put, start
from scenes.rooms.floor_plan import TURNS, FloorPlan, Opening
from scenes.shapes import box, boxes, sheet, tube

THICK = shell.THICK
TILE = 0.012  # metres


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
    return ((right - left, TILE, tall), ((left + right) / 2, -TILE / 2, z)) if right - left > 0.01 else None


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
