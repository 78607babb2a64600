"""A picture on the wall: frame, mat and art as one thing each, so that each has its own label.

A picture's own metres: x to the right, y into the wall, z up, the middle of the picture at the origin.
"""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from scenes.picture_frames.arrangements import Place
from scenes.picture_frames.finishes import Finishes
from scenes.picture_frames.gallery import Art
from scenes.picture_frames.meshes import put_surface
from scenes.picture_frames.outlines import Surface, board, grown, joined, outline, ring, swept
from scenes.picture_frames.profiles import PROFILES
from scenes.picture_frames.styles import Style
from scenes.pieces import Piece, Room, start
from scenes.shapes import SHARP, box, boxes, tube

REBATE = 0.004
"""How far art and mats reach behind what holds them."""

BEVEL = 0.0018
"""The slope of a mat's window, which shows its white core."""


@dataclass(frozen=True)
class Hanging:
    """What hangs at a place: `turn` and `lean` in degrees, out of true and off the wall above."""

    place: Place
    style: Style
    arts: tuple[Art, ...]
    turn: float
    lean: float


def hang(room: Room, finishes: Finishes, hanging: Hanging, name: str) -> None:
    """Put it on the wall at y = 0."""
    place = hanging.place
    rise = np.sin(np.radians(hanging.lean)) * place.tall / 2
    piece = start(room, name, "frame", (place.x, -0.001 - rise, place.z))
    piece.root.rotation_euler = (np.radians(hanging.lean), np.radians(hanging.turn), 0)
    _KINDS[hanging.style.kind](piece, finishes, hanging)


def _framed(piece: Piece, finishes: Finishes, hanging: Hanging) -> None:
    place, style = hanging.place, hanging.style
    wide = min(style.wide, 0.17 * min(place.wide, place.tall))
    sight = outline(style.shape, place.wide - 2 * wide, place.tall - 2 * wide)
    deep = style.deep + 0.25 * wide
    bed = 0.35 * deep  # where the art lies, in front of the wall
    _frame(piece, finishes, style, sight, wide, deep, bed)
    inner = grown(sight, REBATE)
    if not style.border:
        _art(piece, finishes, hanging, 0, inner, sight, bed)
        return
    if style.floating:
        put_surface(piece, "mat", board(inner, bed), [finishes.mat(style.mat, style.glass)], "mat")
        line = outline("rectangle", *_within(sight, style.border * 1.1, hanging.arts[0].aspect))
        _art(piece, finishes, hanging, 0, line, line, bed + 0.002)
        return
    _matted(piece, finishes, hanging, sight, inner, bed)


def _matted(piece: Piece, finishes: Finishes, hanging: Hanging, sight, inner, bed: float) -> None:
    """A mat with a window for each picture, or two mats of which the lower shows a hand's breadth less."""
    style, thick = hanging.style, BEVEL
    cells = _cells(inner, len(hanging.arts))
    mats, lower = [], []
    step = 0.09 * style.border * float(np.ptp(sight, axis=0).min()) if style.second else 0.0
    for number, (cell, middle) in enumerate(cells):
        border = style.border * (0.6 if len(cells) > 1 else 1.0)
        room = outline(style.shape, *np.ptp(sight, axis=0)) if len(cells) == 1 else cell - middle
        window = outline(style.window, *_within(room, border, hanging.arts[number].aspect, cut=0.6)) + middle
        front = bed + thick + (thick if style.second else 0)
        mats.append(ring(cell, grown(window, step), middle, front, thick))
        if style.second:
            lower.append(ring(cell, window, middle, bed + thick, thick))
        _art(piece, finishes, hanging, number, grown(window, REBATE / 2), window, bed)
    core = finishes.mat("white", style.glass)
    put_surface(piece, "mat", joined(mats), [finishes.mat(style.mat, style.glass), core], "mat")
    if lower:
        put_surface(piece, "second mat", joined(lower), [finishes.mat(style.second, style.glass), core], "mat")


def _canvas(piece: Piece, finishes: Finishes, hanging: Hanging) -> None:
    """Canvas around stretchers: the picture goes on around the edges, and so does its label."""
    place, deep = hanging.place, 0.016 + 0.8 * hanging.style.deep
    profile = [(-0.002, deep), (-0.0006, deep - 0.0006), (0, deep - 0.002), (0, 0.001)]
    line = outline("rectangle", place.wide, place.tall)
    window = _covering(grown(line, deep), hanging)
    body = swept(line, profile)
    rolled = np.cumsum([0, *(np.hypot(*np.subtract(two, one)) for one, two in zip(profile, profile[1:]))]) - 0.002
    spread = np.concatenate([grown(line, by) for by in rolled])
    corners = [corner for face in body.faces for corner in face]
    left, bottom, right, top = window
    uv = (spread[corners] - (left, bottom)) / (right - left, top - bottom)
    front = board(grown(line, -0.002), deep, window)
    whole = joined([front, Surface(body.points, body.faces, uv, body.slots)])
    put_surface(piece, "canvas", whole, [finishes.art(hanging.arts[0], None, 0.75)], "art")


def _poster(piece: Piece, finishes: Finishes, hanging: Hanging) -> None:
    """A sheet of paper, taped to the wall: its lower corners come off a little."""
    place, style = hanging.place, hanging.style
    window = _bordered(outline("rectangle", place.wide, place.tall), hanging)
    material = finishes.art(hanging.arts[0], None, 0.4)
    put_surface(piece, "poster", _curled(place, window, 0.004 + style.deep * style.edge * 8), [material], "art")
    if style.edge:
        tape = 0.05
        parts = [
            ((tape, 0.0008, 0.02), (side * (place.wide / 2 - 0.3 * tape), -0.0042, top))
            for side in (-1, 1)
            for top in (place.tall / 2 - 0.012, -place.tall / 2 - 0.008)
        ]
        boxes(piece, "tape", parts, "paper", 0, label="thing")


def _curled(place: Place, window: tuple[float, float, float, float], lift: float) -> Surface:
    steps = 12
    u, v = (each.ravel() for each in np.meshgrid(np.linspace(0, 1, steps + 1), np.linspace(0, 1, steps + 1)))
    away = 0.003 + lift * np.abs(2 * u - 1) ** 3 * (1 - v) ** 3 + 0.4 * lift * np.sin(np.pi * u) * v * (1 - v)
    points = np.column_stack([(u - 0.5) * place.wide, -away, (v - 0.5) * place.tall])
    row = steps + 1
    faces = [(at, at + 1, at + 1 + row, at + row) for j in range(steps) for at in range(j * row, j * row + steps)]
    left, bottom, right, top = window
    uv = (points[:, [0, 2]] - (left, bottom)) / (right - left, top - bottom)
    corners = [corner for face in faces for corner in face]
    return Surface(points, faces, uv[corners], np.zeros(len(faces), int))


def _clip(piece: Piece, finishes: Finishes, hanging: Hanging) -> None:
    """Between glass and hardboard, held by four clips."""
    place = hanging.place
    line = outline("rectangle", place.wide, place.tall)
    box(piece, "back", (place.wide, 0.006, place.tall), (0, -0.006, -place.tall / 2), "cardboard", 0, label="frame")
    material = finishes.art(hanging.arts[0], hanging.style.glass, 0.5)
    put_surface(piece, "sheet", board(line, 0.0095, _bordered(line, hanging)), [material], "art")
    size = 0.018
    parts = [((size, 0.012, 0.014), (0, -0.006, side * place.tall / 2 - 0.007)) for side in (-1, 1)]
    parts += [((0.014, 0.012, size), (side * place.wide / 2, -0.006, -size / 2)) for side in (-1, 1)]
    boxes(piece, "clips", parts, "steel", 0.001)


def _hanger(piece: Piece, finishes: Finishes, hanging: Hanging) -> None:
    """A sheet between two pairs of wooden bars, on a cord."""
    place = hanging.place
    line = outline("rectangle", place.wide, place.tall - 0.02)
    material = finishes.art(hanging.arts[0], None, 0.5)
    put_surface(piece, "sheet", board(line, 0.006, _bordered(line, hanging)), [material], "art")
    bar = (place.wide + 0.02, 0.014, 0.022)
    wooden = finishes.frame(hanging.style.finish)
    for name, z in (("upper bar", place.tall / 2 - 0.022), ("lower bar", -place.tall / 2)):
        box(piece, name, bar, (0, -0.008, z), "oak", 0.002).data.materials[0] = wooden
    x, z = place.wide / 2 - 0.02, place.tall / 2
    cord = [(-x, -0.004, z), (0, -0.004, z + 0.28 * place.wide), (x, -0.004, z)]
    tube(piece, "cord", cord, 0.0012, "leather", label="thing")


def _mirror(piece: Piece, finishes: Finishes, hanging: Hanging) -> None:
    _hollow(piece, finishes, hanging, piece.room.material["mirror"])


def _empty(piece: Piece, finishes: Finishes, hanging: Hanging) -> None:
    _hollow(piece, finishes, hanging, None)


def _hollow(piece: Piece, finishes: Finishes, hanging: Hanging, filling: bpy.types.Material | None) -> None:
    """A frame without art."""
    place, style = hanging.place, hanging.style
    wide = min(style.wide, 0.17 * min(place.wide, place.tall))
    sight = outline(style.shape, place.wide - 2 * wide, place.tall - 2 * wide)
    deep = style.deep + 0.25 * wide
    _frame(piece, finishes, style, sight, wide, deep, 0.35 * deep)
    if filling:
        put_surface(piece, "glass", board(grown(sight, REBATE), 0.35 * deep), [filling], "mirror")


_KINDS = {
    "framed": _framed,
    "canvas": _canvas,
    "poster": _poster,
    "clip": _clip,
    "hanger": _hanger,
    "mirror": _mirror,
    "empty": _empty,
}


def _frame(piece: Piece, finishes: Finishes, style: Style, sight, wide: float, deep: float, bed: float) -> None:
    profile = PROFILES[style.profile](wide, max(deep, bed + 0.006), bed - 0.001)
    frame = put_surface(piece, "frame", swept(sight, profile), [finishes.frame(style.finish)], "frame")
    frame.data.shade_smooth()
    frame.data.set_sharp_from_angle(angle=SHARP)


def _art(piece: Piece, finishes: Finishes, hanging: Hanging, number: int, line, window, front: float) -> None:
    """Art that fills `line`; what shows of it is `window`."""
    art, glass = hanging.arts[number], hanging.style.glass
    name = f"art {number + 1}" if len(hanging.arts) > 1 else "art"
    filled = _covering(window, hanging, number)
    put_surface(piece, name, board(line, front, filled), [finishes.art(art, glass, 0.5)], "art")


def _cells(inner: np.ndarray, many: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Equal parts of a rectangle, side by side along its longer side or two by two, each with its middle."""
    if many == 1:
        return [(inner, np.zeros(2))]
    low, size = inner.min(0), np.ptp(inner, axis=0)
    columns, rows = (2, 2) if many == 4 else (many, 1) if size[0] > size[1] else (1, many)
    cell = size / (columns, rows)
    middles = [low + cell * (column + 0.5, row + 0.5) for row in range(rows) for column in range(columns)]
    return [(outline("rectangle", *cell) + middle, middle) for middle in middles]


def _within(line: np.ndarray, border: float, aspect: float, cut: float = 0.0) -> tuple[float, float]:
    """Width and height of the largest picture of this aspect inside an outline, `border` of its shorter side away.

    `cut`: how far a picture of another aspect than there is room for is cut to that, from 0 (not) to 1.
    """
    wide, tall = np.ptp(line, axis=0)
    edge = 2 * border * min(wide, tall)
    wide, tall = max(wide - edge, 0.3 * wide), max(tall - edge, 0.3 * tall)
    aspect = aspect ** (1 - cut) * (wide / tall) ** cut
    return (tall * aspect, tall) if wide > tall * aspect else (wide, wide / aspect)


def _covering(window: np.ndarray, hanging: Hanging, number: int = 0) -> tuple[float, float, float, float]:
    """The box (left, bottom, right, top) of the whole picture where it just covers a window, cut on two sides."""
    (left, bottom), (wide, tall) = window.min(0), np.ptp(window, axis=0)
    first, last = hanging.place.part
    aspect = hanging.arts[number].aspect * (last - first)
    full = max(wide, tall * aspect), max(tall, wide / aspect)
    x, z = left + (wide - full[0]) / 2, bottom + (tall - full[1]) / 2
    whole = full[0] / (last - first)
    return x - first * whole, z, x - first * whole + whole, z + full[1]


def _bordered(line: np.ndarray, hanging: Hanging) -> tuple[float, float, float, float]:
    """The box of a picture on a sheet: with a bare border all around where the style has one."""
    if not hanging.style.edge:
        return _covering(line, hanging)
    wide, tall = _within(line, hanging.style.edge, hanging.arts[0].aspect)
    return -wide / 2, -tall / 2, wide / 2, tall / 2
