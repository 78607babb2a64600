"""Things to keep things in: drawers, chests, the wardrobe, the bookcase. Backs are at y = 0; a piece faces -y."""

from __future__ import annotations

from scenes.pieces import Piece, Room, put, start
from scenes.shapes import box, box_mesh, boxes, drape, lathe, paint, tube


def add_night_stand(room: Room, at, turn: float) -> Piece:
    """A small chest, its drawer not quite shut."""
    stand = start(room, "Night stand", "night stand", at, turn)
    boxes(
        stand,
        "carcass",
        [
            ((0.42, 0.36, 0.022), (0, -0.18, 0.5)),
            ((0.42, 0.34, 0.02), (0, -0.18, 0.16)),
            ((0.02, 0.34, 0.35), (-0.2, -0.18, 0.16)),
            ((0.02, 0.34, 0.35), (0.2, -0.18, 0.16)),
            ((0.4, 0.012, 0.34), (0, -0.012, 0.16)),
            *(((0.03, 0.03, 0.17), (x, y, 0)) for x in (-0.18, 0.18) for y in (-0.04, -0.32)),
        ],
        "pine",
        0.005,
    )
    add_drawer(stand, (0.37, 0.3, 0.14), (0, -0.345, 0.345), 0.07, "pine")
    return stand


def add_drawer(piece: Piece, size, front, out: float, material: str, label: str | None = None) -> None:
    """A drawer whose closed front would stand at `front` (bottom centre), pulled `out` metres."""
    wide, deep, tall = size
    x, y, z = front[0], front[1] - out, front[2]
    box(piece, "drawer front", (wide, 0.02, tall), (x, y, z), material, 0.004, label=label)
    boxes(
        piece,
        "drawer",
        [
            ((wide - 0.03, deep, 0.008), (x, y + deep / 2, z + 0.012)),
            *(
                ((0.012, deep, tall - 0.04), (x + side * (wide / 2 - 0.02), y + deep / 2, z + 0.012))
                for side in (-1, 1)
            ),
        ],
        "pine",
        0.002,
        label,
    )
    lathe(
        piece,
        "knob",
        [(0, 0), (0.006, 0), (0.006, 0.014), (0.014, 0.02), (0.012, 0.03), (0, 0.032)],
        (x, y - 0.009, z + tall / 2),
        "brass",
        20,
        (90, 0, 0),
        label,
    )


def add_dresser(room: Room, at, turn: float) -> Piece:
    """A teak chest of drawers on splayed legs, one drawer left open with a jumper hanging out."""
    dresser = start(room, "Dresser", "dresser", at, turn)
    wide, deep, low, tall = 1.15, 0.44, 0.2, 0.62
    boxes(
        dresser,
        "carcass",
        [
            ((wide, deep, 0.024), (0, -deep / 2, low + tall - 0.024)),
            ((wide, deep, 0.02), (0, -deep / 2, low)),
            *(((0.022, deep, tall - 0.02), (x, -deep / 2, low)) for x in (-wide / 2 + 0.011, 0, wide / 2 - 0.011)),
            ((wide, 0.01, tall), (0, -0.006, low)),
        ],
        "teak",
        0.004,
    )
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


def add_wardrobe(room: Room, at, turn: float) -> Piece:
    """Two doors; a looking-glass is let into one: a face part, labelled through its material."""
    wardrobe = start(room, "Wardrobe", "cabinet", at, turn)
    wide, deep, tall = 1.0, 0.58, 2.02
    boxes(
        wardrobe,
        "carcass",
        [
            ((wide, deep - 0.03, tall - 0.08), (0, -deep / 2 + 0.015, 0.08)),
            ((wide + 0.05, deep + 0.02, 0.04), (0, -deep / 2, tall)),
            ((wide - 0.06, deep - 0.1, 0.08), (0, -deep / 2 + 0.02, 0)),
        ],
        "walnut",
        0.005,
    )
    for side in (-1, 1):
        x = side * wide / 4
        box(wardrobe, "door", (wide / 2 - 0.012, 0.024, tall - 0.14), (x, -deep - 0.002, 0.11), "walnut", 0.004)
        tube(
            wardrobe,
            "handle",
            [
                (side * 0.04, -deep - 0.01, 1.0),
                (side * 0.04, -deep - 0.045, 1.01),
                (side * 0.04, -deep - 0.045, 1.15),
                (side * 0.04, -deep - 0.01, 1.16),
            ],
            0.006,
            "brass",
        )
    glass = put(
        wardrobe,
        "door glass",
        box_mesh("door glass", (0.36, 0.012, 1.6), 0.014),
        (wide / 4 + 0.02, -deep - 0.016, 0.25),
        material="walnut",
    )
    paint(glass, room.material["mirror"], lambda face: face.normal.y < -0.9)
    return wardrobe


def add_bookcase(room: Room, at, turn: float, size=(1.3, 0.31, 2.02), rows=5) -> tuple[Piece, list[tuple]]:
    """An open bookcase; also returns its bays as (left, right, shelf height, clear height) in the piece's frame."""
    case = start(room, "Bookcase", "bookshelf", at, turn)
    wide, deep, tall = size
    board, base = 0.024, 0.07
    pitch = (tall - base - board) / rows
    shelves = [base + row * pitch for row in range(rows + 1)]
    uprights = (-wide / 2 + board / 2, 0.0, wide / 2 - board / 2)
    boxes(
        case,
        "carcass",
        [
            *(((wide - 0.01, deep, board), (0, -deep / 2, z)) for z in shelves),
            *(((board, deep, tall), (x, -deep / 2, 0)) for x in uprights),
            ((wide - 0.02, 0.008, tall - base), (0, -0.006, base)),
            ((wide - 0.04, 0.02, base), (0, -deep + 0.03, 0)),
        ],
        "oak",
        0.003,
    )
    half = board / 2
    bays = [
        (a + half, b - half, z + board, pitch - board) for z in shelves[:-1] for a, b in zip(uprights, uprights[1:])
    ]
    return case, bays
