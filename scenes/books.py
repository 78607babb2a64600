"""Books: six sizes that share six meshes, a cover colour per copy; upright, leaning or piled."""

from __future__ import annotations

from math import cos, degrees, radians, sin

import bpy
import numpy as np

from scenes.materials import COVERS
from scenes.pieces import Piece, put
from scenes.shapes import box_mesh, sheet

# thickness, depth, height in metres
SIZES = [
    (0.018, 0.125, 0.195),
    (0.027, 0.13, 0.2),
    (0.036, 0.15, 0.225),
    (0.022, 0.165, 0.24),
    (0.045, 0.17, 0.25),
    (0.03, 0.19, 0.28),
]


def make_book_meshes(materials: dict[str, bpy.types.Material]) -> list[bpy.types.Mesh]:
    """One mesh per size, spine to -y, with a slot for the cover and one for the pages."""
    meshes = []
    for number, size in enumerate(SIZES):
        mesh = box_mesh(f"book {number}", size, bevel=0.0025)
        mesh.materials.append(materials["cover cream"])
        mesh.materials.append(materials["paper"])
        for face in mesh.polygons:
            if abs(face.normal.z) > 0.9 or face.normal.y > 0.9:
                face.material_index = 1
        meshes.append(mesh)
    return meshes


def add_book(piece: Piece, kind: int, at, turn=(0, 0, 0)) -> bpy.types.Object:
    """A copy of book `kind` with a cover of its own: the mesh is shared, the slot is the object's."""
    book = put(piece, "book", piece.room.books[kind], at, turn, "books")
    book.material_slots[0].link = "OBJECT"
    book.material_slots[0].material = piece.room.material[piece.room.rng.choice(list(COVERS))]
    return book


def fill_bay(piece: Piece, bay, y: float, share: float) -> float:
    """Stand books in a (left, right, height, clear) bay until `share` of its width is taken; the last may lean.

    `y` is where the shelf's front edge is. Returns the x where the books end.
    """
    rng = piece.room.rng
    left, right, z, clear = bay
    x, stop = left + 0.004, left + (right - left) * share
    fits = [kind for kind, (_, _, tall) in enumerate(SIZES) if tall < clear - 0.012]
    kind = rng.choice(fits)
    while True:
        if rng.random() < 0.6:  # sets and series stand together
            kind = rng.choice(fits)
        thick, deep, _ = SIZES[kind]
        if x + thick > stop:
            break
        front = y + deep / 2 + 0.02 + abs(rng.normal(0, 0.012))
        add_book(piece, kind, (x + thick / 2, front, z), (0, 0, rng.normal(0, 0.8)))
        x += thick + 0.0012
    return _lean_one(piece, rng.choice(fits), x, right, y, z)


def _lean_one(piece: Piece, kind: int, x: float, right: float, y: float, z: float) -> float:
    """A book leaning back on the row that ends at x, its foot on the shelf."""
    thick, deep, tall = SIZES[kind]
    angle = radians(piece.room.rng.uniform(9, 17))
    foot = x + tall * sin(angle) + thick * cos(angle)
    if foot + 0.01 > right:
        return x
    middle = foot - thick / 2 * cos(angle)
    add_book(piece, kind, (middle, y + deep / 2 + 0.025, z + thick / 2 * sin(angle)), (0, -degrees(angle), 0))
    return foot


def pile(piece: Piece, at, kinds, spread: float = 8.0) -> float:
    """Books lying on one another, spines turned anyhow within `spread` degrees; returns the height of the top."""
    x, y, z = at
    for kind in kinds:
        thick, _, tall = SIZES[kind]
        turn = piece.room.rng.normal(0, spread)
        # The mesh stands on z = 0: laid on its side (90 degrees about Y), its thickness becomes the height.
        c, s = cos(radians(turn)), sin(radians(turn))
        add_book(piece, kind, (x - c * tall / 2, y - s * tall / 2, z + thick / 2), (0, 90, turn))
        z += thick + 0.0006
    return z


def open_book(piece: Piece, at, turn: float) -> None:
    """A book left open, face up: two swelling pages on a cover."""

    def pages(u, v):
        side = np.abs(2 * u - 1)
        return (
            0.29 * (u - 0.5),
            0.2 * (v - 0.5),
            0.006 + 0.018 * np.sqrt(np.clip(np.sin(np.pi * np.clip(side, 0, 1) * 0.85 + 0.1), 0, 1)),
        )

    sheet(
        piece,
        "open pages",
        pages,
        (1, 1, 1),
        "page",
        (30, 2),
        at=at,
        turn=(0, 0, turn),
        thickness=-0.006,
        label="books",
    )
