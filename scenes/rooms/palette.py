"""What a room is made of: the sample room's materials by the same names, in colours of their own.

A material is made when the first thing asks for it. What it looks like depends on its name and the room alone, not on
what was asked for before.
"""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from scenes import images
from scenes.materials import RECIPES
from scenes.picture_frames.wallpapers import PATTERNS, STRIPES, wallpaper
from scenes.rooms.finishes import chequered, glazed, laid_boards, plaid, wallpapered
from scenes.rooms.moods import white_balanced
from scenes.shaders import (
    Color,
    fabric,
    glass,
    glow,
    leaf,
    metal,
    opal,
    paint,
    plaster,
    printed,
    screen,
    stone,
    striped,
    wood,
    woven,
)

WALLS: Sequence[Color] = (
    (0.78, 0.76, 0.71), (0.80, 0.80, 0.79), (0.72, 0.69, 0.60), (0.66, 0.67, 0.66), (0.70, 0.62, 0.50),
    (0.62, 0.66, 0.64), (0.60, 0.65, 0.69), (0.74, 0.66, 0.61), (0.75, 0.71, 0.58), (0.80, 0.79, 0.76),
    (0.82, 0.81, 0.78), (0.76, 0.74, 0.70), (0.80, 0.78, 0.73), (0.70, 0.68, 0.64),
)  # fmt: skip
ACCENTS: Sequence[Color] = (
    (0.235, 0.33, 0.31), (0.10, 0.15, 0.24), (0.42, 0.16, 0.10), (0.30, 0.33, 0.20), (0.50, 0.36, 0.16),
    (0.24, 0.24, 0.26), (0.44, 0.30, 0.32),
)  # fmt: skip
CLOTHS: Sequence[Color] = (
    (0.19, 0.225, 0.255), (0.36, 0.35, 0.33), (0.52, 0.46, 0.37), (0.07, 0.10, 0.17), (0.10, 0.17, 0.12),
    (0.30, 0.16, 0.09), (0.42, 0.16, 0.08), (0.50, 0.33, 0.29), (0.06, 0.06, 0.065), (0.60, 0.57, 0.51),
    (0.12, 0.24, 0.28), (0.50, 0.34, 0.08), (0.22, 0.10, 0.14),
)  # fmt: skip
PALE: Sequence[Color] = (
    (0.69, 0.64, 0.55), (0.74, 0.73, 0.70), (0.60, 0.62, 0.63), (0.56, 0.62, 0.66), (0.66, 0.54, 0.50),
    (0.35, 0.37, 0.38), (0.30, 0.38, 0.34), (0.16, 0.20, 0.28),
)  # fmt: skip
WOODS = (
    ((0.30, 0.165, 0.075), (0.53, 0.34, 0.18)), ((0.075, 0.034, 0.016), (0.21, 0.105, 0.05)),
    ((0.50, 0.31, 0.14), (0.70, 0.49, 0.27)), ((0.20, 0.085, 0.032), (0.38, 0.19, 0.085)),
    ((0.42, 0.33, 0.23), (0.60, 0.50, 0.38)), ((0.03, 0.022, 0.018), (0.08, 0.06, 0.05)),
    ((0.28, 0.25, 0.21), (0.44, 0.40, 0.35)),
)  # fmt: skip
LACQUERS: Sequence[Color] = (
    (0.80, 0.785, 0.74), (0.62, 0.62, 0.61), (0.27, 0.345, 0.27), (0.10, 0.13, 0.18), (0.40, 0.47, 0.52),
    (0.70, 0.64, 0.52), (0.06, 0.06, 0.065), (0.80, 0.80, 0.80),
)  # fmt: skip
BOARDS = (
    ((0.20, 0.105, 0.05), (0.42, 0.245, 0.125)), ((0.34, 0.23, 0.13), (0.58, 0.42, 0.27)),
    ((0.10, 0.06, 0.035), (0.20, 0.12, 0.07)), ((0.42, 0.36, 0.29), (0.60, 0.54, 0.46)),
    ((0.24, 0.21, 0.18), (0.38, 0.35, 0.31)),
)  # fmt: skip
GROUNDS: Sequence[Color] = (
    (0.62, 0.60, 0.56), (0.30, 0.29, 0.28), (0.52, 0.44, 0.35), (0.40, 0.22, 0.14), (0.70, 0.69, 0.67),
    (0.12, 0.12, 0.125),
)  # fmt: skip
CARPETS: Sequence[Color] = (
    (0.30, 0.29, 0.28), (0.46, 0.41, 0.33), (0.14, 0.17, 0.22), (0.22, 0.20, 0.17), (0.36, 0.31, 0.27),
    (0.16, 0.20, 0.17),
)  # fmt: skip
LIT: Color = (0.95, 0.66, 0.38)
"""What a shade looks like with a bulb behind it."""
WOODEN = ("oak", "walnut", "pine", "teak")
COVERED = ("sofa cloth", "armchair cloth", "charcoal cloth", "denim")
CUSHIONS = ("mustard", "rust", "teal", "rose")
PAINTED = {
    "leaf": (leaf, images.monstera_leaf),
    "frond": (leaf, images.fern_frond),
    "screen": (screen, images.editor_window),
    "page": (printed, images.text_page),
    "rug": (woven, images.rug),
    **{name: (printed, painter) for name, painter in images.PICTURES.items()},
}
OWN = {  # what the sample room has not
    "enamel": (paint, (0.82, 0.82, 0.80), 0.08, 0.7),
    "board": (paint, (0.86, 0.87, 0.87), 0.12, 0.4),
    "dark screen": (paint, (0.008, 0.008, 0.01), 0.06, 0.6),
    "grey metal": (metal, (0.42, 0.43, 0.44), 0.4),
    "grey enamel": (paint, (0.40, 0.41, 0.42), 0.35),
    "slat": (paint, (0.74, 0.73, 0.70), 0.5),
    "nylon": (fabric, (0.06, 0.07, 0.09), 420.0, 0.05, 0.1),
    "shirt": (fabric, (0.55, 0.60, 0.68), 260.0, 0.2, 0.05),
    "jersey": (fabric, (0.30, 0.07, 0.07), 260.0, 0.2, 0.08),
    "marker red": (paint, (0.5, 0.03, 0.03), 0.6),
    "marker blue": (paint, (0.03, 0.06, 0.4), 0.6),
    "frosted glass": (glass, (0.86, 0.89, 0.88), 0.5),
    "ceiling glow": (opal, (1.0, 0.96, 0.90), 0.02),
}


class Palette(dict):
    """Materials by name, made when they are first asked for; `recipes` says how, `seed` what is painted on them."""

    def __init__(self, recipes: dict[str, tuple], seed: Sequence[int]) -> None:
        super().__init__()
        self.recipes, self.seed = recipes, seed

    def __missing__(self, name: str) -> bpy.types.Material:
        if name in PAINTED:
            recipe, painter = PAINTED[name]
            rng = np.random.default_rng([*self.seed, list(PAINTED).index(name)])
            self[name] = recipe(name, images.to_image(name, _tinted(painter(rng), rng, name)))
        else:
            recipe, *values = self.recipes[name]
            self[name] = recipe(name, *values)
        return self[name]


def _tinted(pixels: np.ndarray, rng: np.random.Generator, name: str) -> np.ndarray:
    """The picture in other colours: channels change places, where leaves and print need not stay as they are."""
    if name in ("leaf", "frond", "page"):
        return pixels
    pixels[..., :3] = pixels[..., rng.permutation(3)] ** rng.uniform(0.8, 1.3)
    return pixels


class Unlit(dict):
    """The same materials for a lamp that is off."""

    def __init__(self, materials: dict[str, bpy.types.Material]) -> None:
        super().__init__()
        self.materials = materials

    def __missing__(self, name: str) -> bpy.types.Material:
        return self.materials[{"bulb": "unlit bulb", "lit shade": "unlit shade"}.get(name, name)]


def draw_palette(rng: np.random.Generator, kind: str, ceiling_on: bool, adapted: float = 0.0) -> dict[str, tuple]:
    """Recipes of all materials of a room of this kind, by name; its ceiling lamp burns or does not, and `adapted` says
    how far lamps are taken for white."""
    found = {**RECIPES, **OWN}
    for name in WOODEN:
        if name != "oak" and rng.random() < 0.25:
            found[name] = (paint, _pick(rng, LACQUERS), rng.uniform(0.25, 0.5))
        else:
            found[name] = (wood, *WOODS[rng.integers(len(WOODS))], rng.uniform(0.3, 0.6))
    for name in COVERED:
        found[name] = (fabric, _pick(rng, CLOTHS), rng.uniform(160, 300), rng.uniform(0.1, 0.5))
    for name in CUSHIONS:
        found[name] = (fabric, _pick(rng, (*CLOTHS, *PALE)), rng.uniform(160, 300))
        if rng.random() < 0.2:
            found[name] = (plaid, _pick(rng, (*CLOTHS, *PALE)), _pick(rng, CLOTHS), rng.uniform(12, 34))
    for name in ("duvet cloth", "linen", "curtain cloth", "shirt"):
        found[name] = (fabric, _pick(rng, PALE), 220.0, 0.25, 0.06)
    for name in ("striped throw", "striped pillow", "check towel"):
        found[name] = (striped, _pick(rng, PALE), _pick(rng, CLOTHS), rng.uniform(8, 26))
    found["jersey"] = (fabric, _pick(rng, CLOTHS), 260.0, 0.3, 0.08)
    found["nylon"] = (fabric, _pick(rng, CLOTHS), 420.0, 0.05, 0.1)
    found["sage paint"] = (paint, _pick(rng, LACQUERS), rng.uniform(0.25, 0.5))
    found["cream paint"] = (paint, _pick(rng, ((0.76, 0.69, 0.55), (0.80, 0.80, 0.79), (0.5, 0.5, 0.5))), 0.3, 0.3)
    found["red paint"] = (paint, _pick(rng, (*CLOTHS, (0.48, 0.055, 0.03), (0.8, 0.8, 0.8))), 0.3, 0.4)
    found["terrazzo"] = (stone, _pick(rng, GROUNDS), _pick(rng, GROUNDS), rng.uniform(40, 140), rng.uniform(0.15, 0.4))
    size = rng.uniform(0.06, 0.16)
    found["tiles"] = (glazed, *_tiling(rng, size), float(rng.choice([1.0, 2.0, 3.0])), float(rng.choice([0.0, 0.5])))
    found |= _surroundings(rng, kind)
    shade = _pick(rng, PALE)
    found |= {"unlit bulb": (glow, (0.9, 0.88, 0.85), 0.05), "unlit shade": (glow, shade, 0.03)}
    lit = white_balanced(LIT, adapted)
    found["lit shade"] = (glow, tuple(0.35 * part + 0.65 * warm for part, warm in zip(shade, lit, strict=True)), 1.1)
    recipe, color, strength = found["bulb"]
    found["bulb"] = (recipe, white_balanced(color, adapted), strength)
    if ceiling_on:
        found["ceiling glow"] = (opal, white_balanced((1.0, 0.86, 0.66), adapted), 3.5)
    return found


def _surroundings(rng: np.random.Generator, kind: str) -> dict[str, tuple]:
    """Walls, floor and ceiling."""
    wall = (plaster, _pick(rng, WALLS), rng.uniform(0.2, 0.6))
    accent = wall
    if rng.random() < 0.3:
        accent = (plaster, _pick(rng, ACCENTS))
    elif rng.random() < 0.35 and kind in ("living room", "bedroom"):
        accent = (_papered, int(rng.integers(2**32)))
    return {"wall": wall, "accent wall": accent, **_ground(rng, kind)}


def _ground(rng: np.random.Generator, kind: str) -> dict[str, tuple]:
    """Floor, ceiling, and the walls of the corridor."""
    ground = rng.random()
    if kind == "bathroom" or (kind == "kitchen" and ground < 0.55):
        if rng.random() < 0.2:
            one, two = _pick(rng, GROUNDS[-2:]), _pick(rng, GROUNDS[1:4])
            floor: tuple = (chequered, one, two, rng.uniform(0.15, 0.4), rng.uniform(0.15, 0.4))
        else:
            size = rng.uniform(0.2, 0.6)
            floor = (glazed, *_tiling(rng, size), float(rng.choice([1.0, 2.0])), float(rng.choice([0.0, 0.5])))
    elif kind in ("bedroom", "office") and ground < 0.45:
        floor = (fabric, _pick(rng, CARPETS), rng.uniform(120, 260), 0.3, 0.12)
    elif kind in ("kitchen", "office") and ground < 0.7:
        floor = (stone, _pick(rng, GROUNDS), _pick(rng, GROUNDS), rng.uniform(60, 220), rng.uniform(0.25, 0.5))
    else:
        wide = rng.uniform(0.07, 0.22)
        sizes = wide, wide * rng.uniform(6, 13), rng.uniform(0.26, 0.5), bool(rng.random() < 0.5)
        floor = (laid_boards, *BOARDS[rng.integers(len(BOARDS))], *sizes)
    corridor = (plaster, _pick(rng, WALLS), 0.3)
    ceiling = (plaster, (0.84, 0.83, 0.81), 0.2)
    return {"corridor wall": corridor, "floor": floor, "ceiling": ceiling}


def _papered(name: str, seed: int) -> bpy.types.Material:
    """Wallpaper with a pattern of this seed."""
    rng = np.random.default_rng(seed)
    paper = wallpaper(rng, str(rng.choice(sorted({**PATTERNS, **STRIPES}))))
    opaque = np.ones((*paper.pixels.shape[:2], 1))
    image = images.to_image("wallpaper", np.concatenate([paper.pixels, opaque], axis=-1))
    return wallpapered(name, image, paper.wide, paper.tall)


def _tiling(rng: np.random.Generator, size: float) -> tuple:
    color = _pick(rng, (*GROUNDS, *LACQUERS[:5]))
    return color, tuple(0.55 * part + 0.12 for part in color), size


def _pick(rng: np.random.Generator, colors: Sequence[Color]) -> Color:
    """One of them, a little off."""
    color, shade = colors[int(rng.integers(len(colors)))], rng.uniform(0.88, 1.1)
    return tuple(float(np.clip(part * shade * rng.uniform(0.96, 1.04), 0.005, 0.86)) for part in color)
