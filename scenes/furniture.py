"""The large furniture. A piece's back is at y = 0 and it faces -y, so that it can be put against a wall of shell.py."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np
from mathutils import Euler, Vector

from scenes.pieces import Piece, Room, put, start, start_copies
from scenes.shapes import box, box_mesh, boxes, drape, lathe, paint, pillow, soft_box, tube


def add_sofa(room: Room, at, turn: float) -> Piece:
    """A two-seater with loose seat and back cushions, scatter cushions askew and a throw over one arm."""
    sofa = start(room, "Sofa", "sofa", at, turn)
    cloth, wide, deep = "sofa cloth", 2.06, 0.92
    soft_box(sofa, "base", (wide - 0.1, deep - 0.06, 0.2), (0, -deep / 2, 0.12), cloth, 0.04, 0.0)
    soft_box(sofa, "back", (wide - 0.2, 0.2, 0.62), (0, -0.12, 0.2), cloth, 0.08, 0.02, turn=(-6, 0, 0))
    for side in (-1, 1):
        soft_box(sofa, "arm", (0.2, deep - 0.02, 0.5), (side * (wide / 2 - 0.1), -deep / 2, 0.11), cloth, 0.075, 0.015)
        soft_box(sofa, "seat", (0.83, 0.68, 0.19), (side * 0.416, -0.56, 0.29), cloth, 0.065, 0.035, turn=(0, 0, side * 0.8))
        soft_box(sofa, "cushion", (0.8, 0.19, 0.46), (side * 0.41, -0.31, 0.45), cloth, 0.09, 0.03, turn=(-13, 0, side * -2))
        for y in (-0.1, -deep + 0.1):
            lathe(sofa, "leg", [(0, 0), (0.017, 0), (0.027, 0.13), (0, 0.13)], (side * (wide / 2 - 0.14), y, 0), "walnut", 20)
    for material, size, spot, lean in (
        ("mustard", (0.46, 0.46, 0.17), (-0.66, -0.42, 0.60), (72, 8, 24)),
        ("striped pillow", (0.5, 0.34, 0.15), (-0.36, -0.53, 0.575), (60, -5, -9)),
        ("rust", (0.44, 0.44, 0.17), (0.6, -0.45, 0.61), (68, -14, -20)),
    ):
        _lean_pillow(sofa, size, spot, material, lean)
    arm = wide / 2 - 0.1
    over_arm = [(-0.165, 0.16), (-0.135, 0.45), (-0.115, 0.625), (0.0, 0.655), (0.115, 0.625), (0.135, 0.52), (0.2, 0.50), (0.46, 0.51)]
    drape(sofa, "throw", over_arm, 0.52, "striped throw", 4, 0.012, "otherprop", at=(arm, -0.6, 0), turn=(0, 0, 90))
    return sofa


def _lean_pillow(piece: Piece, size, centre, material: str, lean) -> None:
    """A cushion leaning with its middle at `centre`: pillows are built lying, from their underside up."""
    up = Euler([radians(angle) for angle in lean]).to_matrix() @ Vector((0, 0, size[2] / 2))
    pillow(piece, "scatter cushion", size, tuple(Vector(centre) - up), material, lean)


def add_armchair(room: Room, at, turn: float) -> None:
    """A low chair: bent wooden frame, two cushions."""
    chair = start(room, "Armchair", "chair", at, turn)
    for side in (-0.31, 0.31):
        tube(chair, "side", [(side, -0.70, 0), (side, -0.66, 0.5), (side, -0.05, 0.55), (side, 0.06, 0.0)], 0.018, "oak")
        box(chair, "armrest", (0.065, 0.62, 0.026), (side, -0.37, 0.535), "oak", 0.011, (-4, 0, 0))
        tube(chair, "rail", [(side, -0.66, 0.3), (side, -0.02, 0.22), (side, 0.14, 0.82)], 0.016, "oak")
    for y, z in ((-0.66, 0.3), (-0.02, 0.22), (0.13, 0.80)):
        tube(chair, "stretcher", [(-0.31, y, z), (0.31, y, z)], 0.015, "oak")
    soft_box(chair, "seat", (0.58, 0.64, 0.13), (0, -0.35, 0.28), "armchair cloth", 0.05, 0.03, (-7, 0, 0))
    soft_box(chair, "back", (0.58, 0.13, 0.58), (0, -0.04, 0.36), "armchair cloth", 0.05, 0.02, (-14, 0, 0))
    _lean_pillow(chair, (0.4, 0.28, 0.13), (0.04, -0.17, 0.56), "teal", (62, 6, 8))


def add_coffee_table(room: Room, at, turn: float) -> Piece:
    """Oak frame, glass top, a slatted shelf below."""
    # A person says "table"; NYU files its raw class "coffee table" under otherfurniture, ScanNet under table. Table wins.
    table = start(room, "Coffee table", "table", at, turn)
    wide, deep, tall = 1.08, 0.58, 0.42
    corners = [(x * (wide / 2 - 0.045), y * (deep / 2 - 0.045)) for x in (-1, 1) for y in (-1, 1)]
    boxes(table, "frame", [
        *(((0.05, 0.05, tall), (x, y, 0)) for x, y in corners),
        *(((wide, 0.045, 0.05), (0, y * (deep / 2 - 0.045), tall - 0.05)) for y in (-1, 1)),
        *(((0.045, deep - 0.1, 0.05), (x * (wide / 2 - 0.045), 0, tall - 0.05)) for x in (-1, 1)),
    ], "teak", 0.008)
    boxes(table, "slats", [((wide - 0.1, 0.048, 0.014), (0, -0.21 + i * 0.07, 0.15)) for i in range(7)], "teak", 0.003)
    box(table, "top", (wide - 0.02, deep - 0.02, 0.01), (0, 0, tall + 0.0005), "clear glass", 0.003)
    return table


def add_dining_table(room: Room, at) -> None:
    """A round table on splayed legs."""
    table = start(room, "Dining table", "table", at)
    lathe(table, "top", [(0, 0.70), (0.50, 0.70), (0.535, 0.715), (0.54, 0.73), (0.53, 0.742), (0, 0.742)], (0, 0, 0), "oak", 64)
    for turn in range(45, 405, 90):
        c, s = cos(radians(turn)), sin(radians(turn))
        lathe(table, "leg", [(0, 0), (0.015, 0), (0.027, 0.71), (0, 0.71)], (0.40 * c, 0.40 * s, 0), "oak", 20, (9 * s, -9 * c, 0))


def make_dining_chair(room: Room) -> Piece:
    """A spindle-back chair, kept in a collection to be instanced; its seat's middle is the origin."""
    chair = start_copies(room, "Dining chair", "chair")
    soft_box(chair, "seat", (0.43, 0.42, 0.035), (0, 0, 0.435), "oak", 0.016, -0.008)
    for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
        tube(chair, "leg", [(x * 0.205, y * 0.2, 0), (x * 0.15, y * 0.15, 0.445)], 0.0145, "oak")
    for ends in (((-0.18, -0.175, 0.2), (-0.18, 0.175, 0.2)), ((0.18, -0.175, 0.2), (0.18, 0.175, 0.2)), ((-0.18, 0, 0.2), (0.18, 0, 0.2))):
        tube(chair, "stretcher", ends, 0.009, "oak")
    for i in range(7):
        x = (i - 3) * 0.058
        tube(chair, "spindle", [(x * 0.95, 0.18, 0.46), (x * 1.15, 0.245, 0.83)], 0.0115 if abs(i - 3) == 3 else 0.0065, "oak")
    tube(chair, "rail", [(-0.225, 0.225, 0.83), (-0.1, 0.262, 0.845), (0.1, 0.262, 0.845), (0.225, 0.225, 0.83)], 0.019, "oak", bent=True)
    return chair


def add_bed(room: Room, at, turn: float) -> None:
    """A slept-in bed: slatted headboard, mattress, rumpled duvet turned back, two pillows, a blanket at the foot."""
    bed = start(room, "Bed", "bed", at, turn)
    wide, long = 1.42, 2.04
    boxes(bed, "frame", [
        ((0.04, long, 0.2), (-wide / 2, -long / 2, 0.13)), ((0.04, long, 0.2), (wide / 2, -long / 2, 0.13)),
        ((wide, 0.04, 0.2), (0, -long + 0.02, 0.13)), *(((0.07, 0.07, 0.14), (x, y, 0)) for x in (-0.68, 0.68) for y in (-0.1, -long + 0.06)),
        ((0.07, 0.05, 0.98), (-0.71, -0.025, 0)), ((0.07, 0.05, 0.98), (0.71, -0.025, 0)),
        *(((wide, 0.025, 0.13), (0, -0.025, z)) for z in (0.42, 0.6, 0.78)),
    ], "pine", 0.01)
    soft_box(bed, "mattress", (wide - 0.05, long - 0.08, 0.24), (0, -long / 2, 0.24), "linen", 0.06, 0.01)
    side = wide / 2
    path = [(-side - 0.045, 0.19), (-side - 0.03, 0.36), (-side + 0.04, 0.535), (-0.3, 0.56), (0.3, 0.555), (side - 0.04, 0.535), (side + 0.03, 0.38), (side + 0.04, 0.25)]
    drape(bed, "duvet", path, 1.36, "duvet cloth", 4, 0.022, at=(0, -1.32, 0), turn=(0, 0, -90))
    fold = [(-side - 0.05, 0.33), (-side + 0.03, 0.565), (-0.2, 0.60), (0.2, 0.605), (side - 0.04, 0.57), (side + 0.045, 0.36)]
    drape(bed, "duvet turned back", fold, 0.34, "linen", 2, 0.016, at=(0, -0.78, 0), turn=(0, 0, -87))
    for x, tilt in ((-0.35, 4), (0.34, -7)):
        pillow(bed, "pillow", (0.66, 0.46, 0.2), (x, -0.34, 0.46), "linen", (16, 0, tilt))
    _lean_pillow(bed, (0.42, 0.42, 0.15), (0.12, -0.46, 0.70), "rose", (38, 4, 20))
    blanket = [(-side - 0.06, 0.26), (-side + 0.02, 0.575), (-0.25, 0.605), (0.25, 0.6), (side - 0.02, 0.575), (side + 0.06, 0.18)]
    drape(bed, "blanket", blanket, 0.58, "teal", 3, 0.02, "otherprop", at=(0.0, -1.68, 0.005), turn=(0, 0, -84))


def add_night_stand(room: Room, at, turn: float) -> None:
    """A small chest, its drawer not quite shut."""
    stand = start(room, "Night stand", "night stand", at, turn)
    boxes(stand, "carcass", [
        ((0.42, 0.36, 0.022), (0, -0.18, 0.5)), ((0.42, 0.34, 0.02), (0, -0.18, 0.16)), ((0.02, 0.34, 0.35), (-0.2, -0.18, 0.16)),
        ((0.02, 0.34, 0.35), (0.2, -0.18, 0.16)), ((0.4, 0.012, 0.34), (0, -0.012, 0.16)),
        *(((0.03, 0.03, 0.17), (x, y, 0)) for x in (-0.18, 0.18) for y in (-0.04, -0.32)),
    ], "pine", 0.005)
    add_drawer(stand, (0.37, 0.3, 0.14), (0, -0.345, 0.345), 0.07, "pine")


def add_drawer(piece: Piece, size, front, out: float, material: str, label: str | None = None) -> None:
    """A drawer whose closed front would stand at `front` (bottom centre), pulled `out` metres."""
    wide, deep, tall = size
    x, y, z = front[0], front[1] - out, front[2]
    box(piece, "drawer front", (wide, 0.02, tall), (x, y, z), material, 0.004, label=label)
    boxes(piece, "drawer", [
        ((wide - 0.03, deep, 0.008), (x, y + deep / 2, z + 0.012)),
        *(((0.012, deep, tall - 0.04), (x + side * (wide / 2 - 0.02), y + deep / 2, z + 0.012)) for side in (-1, 1)),
    ], "pine", 0.002, label)
    lathe(piece, "knob", [(0, 0), (0.006, 0), (0.006, 0.014), (0.014, 0.02), (0.012, 0.03), (0, 0.032)], (x, y - 0.009, z + tall / 2), "brass", 20, (90, 0, 0), label)


def add_dresser(room: Room, at, turn: float) -> Piece:
    """A teak chest of drawers on splayed legs, one drawer left open with a jumper hanging out."""
    dresser = start(room, "Dresser", "dresser", at, turn)
    wide, deep, low, tall = 1.15, 0.44, 0.2, 0.62
    boxes(dresser, "carcass", [
        ((wide, deep, 0.024), (0, -deep / 2, low + tall - 0.024)), ((wide, deep, 0.02), (0, -deep / 2, low)),
        *(((0.022, deep, tall - 0.02), (x, -deep / 2, low)) for x in (-wide / 2 + 0.011, 0, wide / 2 - 0.011)),
        ((wide, 0.01, tall), (0, -0.006, low)),
    ], "teak", 0.004)
    for x, y in ((-0.5, -0.06), (0.5, -0.06), (-0.5, -0.38), (0.5, -0.38)):
        tube(dresser, "leg", [(x * 1.06, y * 1.03, 0), (x, y, low + 0.01)], 0.016, "teak")
    for side in (-1, 1):
        for row in range(3):
            out = 0.15 if (side, row) == (1, 2) else 0.004 if (side, row) == (-1, 0) else 0.0
            front = (side * wide / 4, -deep + 0.012, low + 0.03 + row * 0.192)
            add_drawer(dresser, (wide / 2 - 0.04, 0.4, 0.182), front, out, "teak")
    sleeve = [(-0.075, 0.46), (-0.06, 0.60), (-0.02, 0.79), (0.06, 0.77), (0.12, 0.74)]
    drape(dresser, "jumper", sleeve, 0.24, "mustard", 2, 0.012, "clothes", at=(0.27, -0.55, 0))
    return dresser


def add_wardrobe(room: Room, at, turn: float) -> None:
    """Two doors; a looking-glass is let into one: a face part, labelled through its material."""
    wardrobe = start(room, "Wardrobe", "cabinet", at, turn)
    wide, deep, tall = 1.0, 0.58, 2.02
    boxes(wardrobe, "carcass", [
        ((wide, deep - 0.03, tall - 0.08), (0, -deep / 2 + 0.015, 0.08)), ((wide + 0.05, deep + 0.02, 0.04), (0, -deep / 2, tall)),
        ((wide - 0.06, deep - 0.1, 0.08), (0, -deep / 2 + 0.02, 0)),
    ], "walnut", 0.005)
    for side in (-1, 1):
        x = side * wide / 4
        box(wardrobe, "door", (wide / 2 - 0.012, 0.024, tall - 0.14), (x, -deep - 0.002, 0.11), "walnut", 0.004)
        tube(wardrobe, "handle", [(side * 0.04, -deep - 0.01, 1.0), (side * 0.04, -deep - 0.045, 1.01), (side * 0.04, -deep - 0.045, 1.15), (side * 0.04, -deep - 0.01, 1.16)], 0.006, "brass")
    glass = put(wardrobe, "door glass", box_mesh("door glass", (0.36, 0.012, 1.6), 0.014), (wide / 4 + 0.02, -deep - 0.016, 0.25), material="walnut")
    paint(glass, room.material["mirror"], lambda face: face.normal.y < -0.9)


def add_desk(room: Room, at, turn: float) -> Piece:
    """A trestle desk with a drawer unit beneath, its middle drawer open."""
    desk = start(room, "Desk", "desk", at, turn)
    box(desk, "top", (1.42, 0.68, 0.03), (0, -0.36, 0.71), "pine", 0.006)
    for x in (-0.6,):
        for y in (-0.1, -0.62):
            tube(desk, "leg", [(x - 0.03, y * 1.02, 0), (x, -0.36 + (y + 0.36) * 0.7, 0.71)], 0.017, "black paint")
        tube(desk, "bar", [(x - 0.012, -0.11, 0.28), (x - 0.012, -0.61, 0.28)], 0.012, "black paint")
    boxes(desk, "unit", [
        ((0.4, 0.56, 0.018), (0.46, -0.36, 0.69)), ((0.4, 0.56, 0.018), (0.46, -0.36, 0.04)), ((0.4, 0.012, 0.64), (0.46, -0.085, 0.05)),
        *(((0.018, 0.56, 0.66), (0.46 + side * 0.191, -0.36, 0.04)) for side in (-1, 1)),
    ], "white paint", 0.004)
    for row, out in enumerate((0.0, 0.19, 0.0)):
        add_drawer(desk, (0.358, 0.5, 0.2), (0.46, -0.632, 0.064 + row * 0.21), out, "white paint")
    return desk


def add_desk_chair(room: Room, at, turn: float) -> None:
    """A swivel chair: five-star base, gas spring, shell seat and back."""
    chair = start(room, "Desk chair", "chair", at, turn)
    for arm in range(5):
        c, s = cos(radians(72 * arm + 20)), sin(radians(72 * arm + 20))
        tube(chair, "foot", [(0, 0, 0.12), (0.2 * c, 0.2 * s, 0.1), (0.28 * c, 0.28 * s, 0.075)], 0.016, "black plastic")
        lathe(chair, "castor", [(0, -0.02), (0.026, -0.018), (0.03, 0), (0.026, 0.018), (0, 0.02)], (0.28 * c, 0.28 * s, 0.031), "black plastic", 20, (90, 0, 72 * arm))
    lathe(chair, "spring", [(0.03, 0.1), (0.03, 0.25), (0.018, 0.25), (0.018, 0.43), (0, 0.43)], (0, 0, 0), "steel", 24)
    soft_box(chair, "seat", (0.48, 0.47, 0.085), (0, 0, 0.42), "charcoal cloth", 0.04, 0.015)
    tube(chair, "spine", [(0, 0.0, 0.41), (0, 0.27, 0.41), (0, 0.30, 0.55), (0, 0.27, 0.78)], 0.018, "black plastic", bent=True)
    soft_box(chair, "back", (0.43, 0.065, 0.44), (0, 0.225, 0.58), "charcoal cloth", 0.032, 0.01, (-7, 0, 0))
    for side in (-1, 1):
        tube(chair, "arm", [(side * 0.2, 0.05, 0.45), (side * 0.29, 0.05, 0.47), (side * 0.29, 0.04, 0.65)], 0.013, "black plastic")
        soft_box(chair, "armrest", (0.07, 0.26, 0.03), (side * 0.285, 0.02, 0.64), "black plastic", 0.014, 0)


def add_bookcase(room: Room, at, turn: float, size=(1.3, 0.31, 2.02), rows=5) -> tuple[Piece, list[tuple]]:
    """An open bookcase; also returns its bays as (left, right, shelf height, clear height) in the piece's frame."""
    case = start(room, "Bookcase", "bookshelf", at, turn)
    wide, deep, tall = size
    board, base = 0.024, 0.07
    pitch = (tall - base - board) / rows
    shelves = [base + row * pitch for row in range(rows + 1)]
    uprights = (-wide / 2 + board / 2, 0.0, wide / 2 - board / 2)
    boxes(case, "carcass", [
        *(((wide - 0.01, deep, board), (0, -deep / 2, z)) for z in shelves),
        *(((board, deep, tall), (x, -deep / 2, 0)) for x in uprights),
        ((wide - 0.02, 0.008, tall - base), (0, -0.006, base)), ((wide - 0.04, 0.02, base), (0, -deep + 0.03, 0)),
    ], "oak", 0.003)
    half = board / 2
    bays = [(a + half, b - half, z + board, pitch - board) for z in shelves[:-1] for a, b in zip(uprights, uprights[1:])]
    return case, bays


def add_ottoman(room: Room, at) -> None:
    """A knitted pouffe."""
    pouffe = start(room, "Pouffe", "otherfurniture", at)
    angles = np.linspace(-np.pi / 2, np.pi / 2, 12)
    lathe(pouffe, "body", [(0.23 * np.cos(a) ** 0.55 + 0.001, 0.17 + 0.17 * np.sin(a)) for a in angles[1:-1]], (0, 0, 0), "rust", 36)
    lathe(pouffe, "cap", [(0.155, 0.335), (0.08, 0.345), (0, 0.348)], (0, 0, -0.002), "rust", 36)
