"""The wall and what is around it: its surface, the walls left and right, floor, ceiling, skirting, sockets.

The wall stands at y = 0, its middle at x = 0, and people look at it from below 0; metres, Z up.
"""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from scenes.images import to_image
from scenes.picture_frames import surfaces
from scenes.picture_frames.meshes import put_surface
from scenes.picture_frames.outlines import Surface
from scenes.picture_frames.settings import Settings
from scenes.picture_frames.wallpapers import GROUNDS, HELD_OUT, PATTERNS, STRIPES, wallpaper
from scenes.pieces import Piece, Room, start
from scenes.shader_nodes import Color
from scenes.shaders import fabric, planks, plaster, stone, tiles
from scenes.shapes import box

REACH = 5.6
"""Metres from the wall to where the room is open, behind all cameras."""


@dataclass(frozen=True)
class Wall:
    """`wide` and `tall` in metres; `free` (left, bottom, right, top) for pictures; `tone`: its mean reflectance."""

    wide: float
    tall: float
    free: tuple[float, float, float, float]
    tone: float


def add_wall(room: Room, rng: np.random.Generator, settings: Settings, name: str) -> Wall:
    """A wall of one of the kinds that the settings leave, in the current room; `name` begins its materials' names."""
    wide, tall = rng.uniform(4.6, 7.0), rng.uniform(2.4, 3.1)
    kind = "stripes" if settings.hard else str(rng.choice(settings.walls))
    material, tone = _surface(rng, kind, settings.hard, name)
    low = _shell(room, rng, wide, tall, material, kind, name)
    _fittings(room, rng, wide)
    edge = 0.35
    return Wall(wide, tall, (edge - wide / 2, max(low, 0.75) + 0.05, wide / 2 - edge, tall - 0.18), tone)


def _surface(rng: np.random.Generator, kind: str, hard: bool, name: str) -> tuple[bpy.types.Material, float]:
    """A material of this kind of wall, and its mean reflectance."""
    color = linear(GROUNDS[rng.integers(len(GROUNDS))] * rng.uniform(0.88, 1.0))
    label = f"{name} {kind}"
    if kind in ("stripes", "wallpaper"):
        kinds = HELD_OUT if hard else STRIPES if kind == "stripes" else PATTERNS
        found = wallpaper(rng, str(rng.choice(list(kinds))))
        pixels = np.concatenate([found.pixels, np.ones((*found.pixels.shape[:2], 1))], axis=2)
        image = to_image(label, pixels)
        made = surfaces.papered(label, image, found.wide, found.tall, rng.choice([0.55, 0.75, 0.9]))
        return made, float(np.mean(found.pixels**2.2))
    if kind == "gallery":
        white = tuple(rng.uniform(0.72, 0.82) + rng.normal(0, 0.008, 3))
        return plaster(label, white, 0.25), float(np.mean(white))
    if kind == "rough plaster":
        return surfaces.rough_plaster(label, color, rng.uniform(3, 9)), float(np.mean(color))
    if kind == "brick":
        return _bricks(rng, label)
    if kind == "boards":
        wooden = rng.random() < 0.5
        dark, light = (
            ((0.24, 0.12, 0.055), (0.46, 0.27, 0.14)) if rng.random() < 0.5 else ((0.42, 0.29, 0.17), (0.6, 0.45, 0.29))
        )
        made = surfaces.boards(label, dark, light if wooden else color, rng.uniform(0.07, 0.18), not wooden)
        return made, 0.27 if wooden else float(np.mean(color))
    if kind == "concrete":
        grey = rng.uniform(0.2, 0.42)
        return surfaces.concrete(label, (grey, grey * 0.985, grey * 0.95)), grey
    return plaster(label, color, rng.uniform(0.2, 0.7)), float(np.mean(color))


def _bricks(rng: np.random.Generator, label: str) -> tuple[bpy.types.Material, float]:
    if rng.random() < 0.35:
        white = (0.74, 0.73, 0.70)
        return surfaces.bricks(label, white, white, white, True), 0.72
    red = np.array([(0.30, 0.10, 0.06), (0.36, 0.17, 0.10), (0.24, 0.13, 0.10), (0.44, 0.31, 0.20)])[rng.integers(4)]
    joint = rng.choice([0.25, 0.5])
    return surfaces.bricks(label, tuple(red), tuple(red * 0.6), (joint, joint * 0.97, joint * 0.92), False), 0.17


def _shell(room: Room, rng: np.random.Generator, wide: float, tall: float, material, kind: str, name: str) -> float:
    """All that is around; returns the height up to which panels or rails take the wall."""
    wall, low = start(room, f"{name} shell", "wall"), 0.0
    trim = room.material[str(rng.choice(["white paint", "white paint", "cream paint", "oak", "walnut"]))]
    plain = plaster(f"{name} beside", linear(GROUNDS[rng.integers(6)])) if rng.random() < 0.4 else material
    _plane(
        wall,
        "wall",
        [(-wide / 2, 0, 0), (wide / 2, 0, 0), (wide / 2, 0, tall), (-wide / 2, 0, tall)],
        wide,
        tall,
        material,
    )
    for side, at in (("left", -wide / 2), ("right", wide / 2)):
        ends = [(at, -REACH, 0), (at, 0, 0)] if side == "left" else [(at, 0, 0), (at, -REACH, 0)]
        corners = [*ends, (*ends[1][:2], tall), (*ends[0][:2], tall)]
        _plane(wall, f"{side} wall", corners, REACH, tall, plain)
    floor = [(-wide / 2, -REACH, 0), (wide / 2, -REACH, 0), (wide / 2, 0, 0), (-wide / 2, 0, 0)]
    _plane(wall, "floor", floor, wide, REACH, _floor(rng, f"{name} floor"), "floor")
    above = [(x, y, tall) for x, y, _ in floor][::-1]
    _plane(wall, "ceiling", above, wide, REACH, room.material["ceiling"], "ceiling")
    skirt = rng.uniform(0.06, 0.14)
    _strip(wall, "skirting", wide, skirt, 0.016, 0, trim)
    if kind == "panelling" or (kind in ("stripes", "wallpaper", "plaster") and rng.random() < 0.18):
        low = _panels(wall, rng, wide, rng.uniform(0.75, 1.0), skirt, trim if kind != "panelling" else material)
    elif rng.random() < 0.12:
        low = rng.uniform(0.8, 0.95)
        _strip(wall, "dado rail", wide, 0.045, 0.022, low, trim)
    if rng.random() < 0.35:
        _strip(
            wall,
            "cornice",
            wide,
            rng.uniform(0.05, 0.1),
            rng.uniform(0.04, 0.08),
            tall - 0.08,
            room.material["white paint"],
        )
    return low


def _plane(piece: Piece, name: str, corners, wide: float, tall: float, material, label: str | None = None) -> None:
    """A rectangle with UVs in metres; nobody behind it stands in the sun's way."""
    uv = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)])
    surface = Surface(np.array(corners), [(0, 1, 2, 3)], uv, np.zeros(1, int))
    put_surface(piece, name, surface, [material], label).visible_shadow = name == "wall"


def _strip(piece: Piece, name: str, wide: float, tall: float, deep: float, z: float, material) -> None:
    """A moulding along the wall: its upper edge is rounded off."""
    cut = min(0.6 * deep, 0.4 * tall)
    section = [
        (0, 0),
        (-deep, 0),
        (-deep, tall - 1.6 * cut),
        (-deep + 0.4 * cut, tall - 0.5 * cut),
        (-deep + cut, tall),
        (0, tall),
    ]
    points = np.array([(x, y, z + up) for x in (-wide / 2, wide / 2) for y, up in section])
    count = len(section)
    faces = [(at, at + 1, at + 1 + count, at + count) for at in range(count - 1)]
    faces = [face[::-1] for face in faces]
    uv = points[[corner for face in faces for corner in face]][:, [0, 2]]
    put_surface(piece, name, Surface(points, faces, uv, np.zeros(len(faces), int)), [material])


def _panels(piece: Piece, rng: np.random.Generator, wide: float, tall: float, skirt: float, material) -> float:
    """Wainscot: rails, stiles between them, and a cap."""
    thin, many = 0.014, int(wide / rng.uniform(0.45, 0.8))
    parts = [(skirt, 0.11), (tall - 0.1, 0.1)]
    for number, (z, high) in enumerate(parts):
        _strip(piece, f"rail {number + 1}", wide, high, thin, z, material)
    step = wide / many
    for number in range(many + 1):
        x, half = -wide / 2 + number * step, 0.045
        points = [
            (x + a, y, z)
            for z in (skirt + 0.11, tall - 0.1)
            for a, y in ((-half, 0), (-half, -thin), (half, -thin), (half, 0))
        ]
        faces = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6)]
        uv = np.array([points[corner][::2] for face in faces for corner in face])
        put_surface(piece, f"stile {number + 1}", Surface(np.array(points), faces, uv, np.zeros(3, int)), [material])
    _strip(piece, "cap", wide, 0.035, 0.03, tall, material)
    return tall + 0.035


def _floor(rng: np.random.Generator, name: str) -> bpy.types.Material:
    kind = rng.integers(5)
    if kind == 0:
        return fabric(name, linear(GROUNDS[rng.integers(len(GROUNDS))] * 0.8), 160.0, 0.3, 0.2)
    if kind == 1:
        return stone(name, (0.45, 0.43, 0.40), (0.28, 0.26, 0.24), rng.uniform(30, 90), 0.3)
    if kind == 2:
        return tiles(name, (0.55, 0.53, 0.49), (0.3, 0.29, 0.28), rng.uniform(0.15, 0.3))
    tone = rng.uniform(0.5, 1.5)
    return planks(name, (0.20 * tone, 0.105 * tone, 0.05 * tone), (0.42 * tone, 0.245 * tone, 0.125 * tone))


def _fittings(room: Room, rng: np.random.Generator, wide: float) -> None:
    """Sockets near the floor, a switch at the height of a hand."""
    spots = [(rng.uniform(0.2, 0.45) * wide * rng.choice([-1, 1]), 0.3, "socket")] if rng.random() < 0.5 else []
    if rng.random() < 0.3:
        spots.append((rng.choice([-1, 1]) * (wide / 2 - rng.uniform(0.15, 0.3)), 1.08, "switch"))
    for x, z, name in spots:
        fitting = start(room, name, "thing", (x, 0, z))
        _cover(fitting, 0.081, 0.009)
        _cover(fitting, 0.05, 0.012)


def _cover(piece: Piece, side: float, deep: float) -> None:
    box(piece, "cover", (side, deep, side), (0, -deep / 2, -side / 2), "white plastic", 0.003)


def linear(color) -> Color:
    """A colour as shaders want it, of sRGB."""
    return tuple(float(part) ** 2.2 for part in color)
