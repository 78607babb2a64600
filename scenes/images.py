"""Pictures made of numbers: leaves cut out by alpha, prints for the walls, a rug, a screen.

Each painter returns float32 RGBA (height, width, 4) in 0..1, sRGB, first row at the bottom, as Blender stores images.
"""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np

Painter = Callable[[np.random.Generator], np.ndarray]


def to_image(name: str, pixels: np.ndarray) -> bpy.types.Image:
    """A Blender image that travels inside the .blend."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.new(name, width, height, alpha=True)
    image.pixels.foreach_set(np.ascontiguousarray(pixels, np.float32).ravel())
    image.pack()
    return image


def monstera_leaf(rng: np.random.Generator, size: int = 256) -> np.ndarray:
    """A heart-shaped leaf, stalk at the bottom, slit between its ribs and holed along the midrib."""
    x, y = _plane(size, size)
    angle, radius = np.arctan2(x, y + 0.45), np.hypot(x, y + 0.45)
    edge = 0.98 + 0.42 * np.cos(angle) - 0.26 * np.exp(-(((np.abs(angle) - np.pi) / 0.35) ** 2))
    edge = np.minimum(edge * (1 - 0.16 * np.abs(np.sin(angle / 2)) ** 4), 1.38)
    ribs = (np.abs(angle) * 11 / np.pi + 0.15 * np.sign(angle)) % 1.0
    slit = (np.abs(ribs - 0.5) < 0.13 * np.clip(radius / edge - 0.42, 0, 1) * 2.2) & (np.abs(angle) > 0.35)
    hole = (np.abs(ribs - 0.5) < 0.13) & (np.abs(radius / edge - 0.3) < 0.06) & (np.abs(angle) > 0.5)
    alpha = ((radius < edge * 0.78) & ~slit & ~hole) | ((np.abs(x) < 0.02) & (y < -0.4))
    vein = np.exp(-((x / 0.025) ** 2)) + 0.6 * np.exp(-(((np.minimum(ribs, 1 - ribs)) / 0.07) ** 2))
    tone = 0.85 + 0.3 * _clouds(rng, size, size) + 0.55 * np.clip(vein, 0, 1)
    return _rgba(np.array([0.13, 0.30, 0.10]) * tone[..., None], alpha)


def fern_frond(rng: np.random.Generator, size: int = 256) -> np.ndarray:
    """A midrib with leaflets left and right, from the bottom edge to the top."""
    x, y = _plane(size, size)
    reach = 0.92 * np.sqrt(np.clip(1 - y, 0, 2) / 2) * np.clip((y + 1.02) * 3, 0, 1)
    row = (y - 0.55 * np.abs(x)) * 7.5
    leaflet = np.abs(row - np.round(row)) < 0.36 * np.sqrt(np.clip(1 - np.abs(x) / np.maximum(reach, 1e-3), 0, 1))
    alpha = leaflet | (np.abs(x) < 0.018)
    tone = 0.8 + 0.45 * _clouds(rng, size, size) + 0.25 * (np.abs(x) < 0.03)
    return _rgba(np.array([0.27, 0.44, 0.14]) * tone[..., None], alpha)


def color_fields(rng: np.random.Generator) -> np.ndarray:
    """Soft blocks of colour, one above the other."""
    palette = np.array([[0.80, 0.38, 0.16], [0.90, 0.70, 0.34], [0.42, 0.12, 0.12]])
    canvas, x, y = _canvas(320, 240, (0.86, 0.78, 0.66))
    cuts = np.cumsum(rng.uniform(0.45, 0.8, 3))
    for color, low, high in zip(rng.permutation(palette), (-0.9, *(cuts * 0.8 - 0.9)), cuts * 0.8 - 0.9):
        ragged = 0.03 * (_clouds(rng, 320, 240) - 0.5)
        inside = (
            _step(0.78 - np.abs(x) + ragged, 0.04)
            * _step(y - low - 0.05 + ragged, 0.04)
            * _step(high - y + ragged, 0.04)
        )
        canvas = _over(canvas, color * (0.85 + 0.3 * _clouds(rng, 320, 240))[..., None], inside)
    return _rgba(canvas)


def arches(rng: np.random.Generator) -> np.ndarray:
    """A paper-cut sun over nested arches."""
    canvas, x, y = _canvas(320, 240, (0.92, 0.87, 0.78))
    colors = [(0.18, 0.30, 0.33), (0.83, 0.52, 0.36), (0.93, 0.77, 0.55), (0.55, 0.24, 0.17)]
    lean = rng.uniform(-0.15, 0.15)
    for color, radius in zip(colors, (0.78, 0.58, 0.38, 0.2)):
        round_part = _step(radius - np.hypot(x - lean, y + 0.1), 0.01)
        legs = _step(radius - np.abs(x - lean), 0.01) * (y < -0.1)
        canvas = _over(canvas, color, np.maximum(round_part, legs) * (y > -0.88))
    return _rgba(_over(canvas, (0.85, 0.36, 0.18), _step(0.17 - np.hypot(x + 0.5, (y - 0.82) * 1.3), 0.01)))


def hills(rng: np.random.Generator) -> np.ndarray:
    """A landscape of misty ridges under an evening sky."""
    canvas, x, y = _canvas(240, 360, (0.0, 0.0, 0.0))
    glow = np.clip((y + 1) / 2, 0, 1)[..., None]
    canvas = (1 - glow) * np.array([0.98, 0.78, 0.55]) + glow * np.array([0.42, 0.58, 0.70])
    canvas = _over(canvas, (1.0, 0.93, 0.78), _step(0.16 - np.hypot(1.5 * (x - 0.35), y - 0.3), 0.02))
    for ridge in range(5):
        a, b, c = rng.uniform(0, 6.3, 3)
        top = 0.25 - 0.25 * ridge + 0.12 * np.sin(2.1 * x + a) + 0.05 * np.sin(6 * x + b) + 0.015 * np.sin(23 * x + c)
        color = np.array([0.55, 0.60, 0.62]) * (1 - ridge / 5) + np.array([0.09, 0.16, 0.15]) * ridge / 5
        canvas = _over(canvas, color, _step(top - y, 0.01))
    return _rgba(canvas)


def line_botanical(rng: np.random.Generator) -> np.ndarray:
    """A sprig in ink on cream paper."""
    canvas, x, y = _canvas(320, 220, (0.93, 0.90, 0.83))
    bend = 0.12 * np.sin(1.6 * y + rng.uniform(0, 6))
    ink = (np.abs(x - bend) < 0.012) & (np.abs(y) < 0.8)
    for step, side in zip(np.linspace(-0.6, 0.75, 9), [1, -1] * 5):
        cx, cy = side * 0.24 + 0.12 * np.sin(1.6 * step), step + 0.1
        u, v = (x - cx) * side, y - cy - 0.5 * (x - cx) * side
        leaf = (u / 0.26) ** 2 + (v / (0.075 + 0.02 * rng.random())) ** 2
        ink |= (leaf < 1) & ((leaf > 0.72) | (np.abs(v) < 0.009) | (step > 0.2))
    return _rgba(_over(canvas, (0.13, 0.22, 0.18), ink * 0.92))


def brush_strokes(rng: np.random.Generator) -> np.ndarray:
    """Broad dry strokes that cross."""
    canvas, x, y = _canvas(300, 300, (0.90, 0.88, 0.84))
    for color in ((0.10, 0.16, 0.28), (0.78, 0.30, 0.16), (0.88, 0.66, 0.22), (0.10, 0.16, 0.28), (0.35, 0.50, 0.47)):
        turn, shift, wide = rng.uniform(0, np.pi), rng.uniform(-0.5, 0.5), rng.uniform(0.08, 0.24)
        along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn) - shift
        bristle = _clouds(rng, 300, 300, 40)
        dry = (
            (np.abs(across + 0.12 * np.sin(2 * along)) < wide) & (np.abs(along) < 0.75) & (bristle + 0.4 * along < 0.85)
        )
        canvas = _over(canvas, color, dry * 0.93)
    return _rgba(canvas)


def photo_wall(rng: np.random.Generator) -> np.ndarray:
    """A black-and-white seaside photograph in a white mount."""
    canvas, x, y = _canvas(240, 300, (0.93, 0.92, 0.89))
    sea = (
        0.45 + 0.15 * _clouds(rng, 240, 300, 18) + 0.25 * (y > 0.1) + 0.25 * np.exp(-((x - 0.2) ** 2) * 12) * (y < 0.1)
    )
    sea -= 0.45 * ((np.abs(x + 0.25) < 0.02 + 0.16 * (0.42 - y)) & (y > 0.02) & (y < 0.42))
    inside = (np.abs(x) < 0.68) & (np.abs(y) < 0.62)
    return _rgba(_over(canvas, np.repeat(sea[..., None], 3, 2), inside.astype(float)))


def editor_window(rng: np.random.Generator) -> np.ndarray:
    """A text editor, half written."""
    canvas, x, y = _canvas(270, 480, (0.09, 0.10, 0.13))
    canvas = _over(canvas, (0.15, 0.17, 0.21), (x < -0.68).astype(float))
    inks = np.array([[0.80, 0.55, 0.32], [0.45, 0.70, 0.60], [0.55, 0.62, 0.80], [0.75, 0.76, 0.78]])
    for line in range(23):
        left, row = -0.62 + 0.08 * rng.integers(0, 4), 0.9 - line * 0.08
        for _ in range(rng.integers(0, 5)):
            right = left + rng.uniform(0.06, 0.35)
            word = (x > left) & (x < min(right, 0.95)) & (np.abs(y - row) < 0.016)
            canvas, left = _over(canvas, inks[rng.integers(4)], word.astype(float)), right + 0.03
    return _rgba(canvas)


def text_page(rng: np.random.Generator) -> np.ndarray:
    """Two pages of print, or a sheet of it: lines of words of uneven length."""
    canvas, x, y = _canvas(240, 320, (0.88, 0.85, 0.78))
    words = np.repeat(rng.random((26, 64)) < 0.82, 5, axis=1)[
        np.clip(((y + 0.85) * 15.2).astype(int), 0, 25), np.arange(320)
    ]
    lines = ((y + 0.85) * 15.2 % 1 < 0.45) & (np.abs(y) < 0.85) & (np.abs(np.abs(x) - 0.5) < 0.39)
    return _rgba(_over(canvas, (0.22, 0.21, 0.2), 0.8 * (words & lines)))


def rug(rng: np.random.Generator) -> np.ndarray:
    """A worn kilim: borders, and rows of lozenges."""
    canvas, x, y = _canvas(300, 420, (0.50, 0.20, 0.13))
    edge = np.minimum(1.0 - np.abs(x), (1.0 - np.abs(y)) * 0.72)
    lozenge = np.abs((x * 3.5) % 1 - 0.5) + np.abs((y * 2.5) % 1 - 0.5)
    for color, inside in (
        ((0.80, 0.70, 0.53), lozenge < 0.42),
        ((0.15, 0.20, 0.27), lozenge < 0.3),
        ((0.77, 0.48, 0.2), lozenge < 0.13),
        ((0.15, 0.19, 0.26), edge < 0.19),
        ((0.80, 0.70, 0.53), np.abs(edge - 0.13) < 0.025),
        ((0.62, 0.28, 0.16), edge < 0.06),
    ):
        canvas = _over(canvas, color, inside.astype(float))
    return _rgba(canvas * (0.78 + 0.4 * _clouds(rng, 300, 420, 24))[..., None])


PICTURES: dict[str, Painter] = {
    "color fields": color_fields,
    "arches": arches,
    "hills": hills,
    "line botanical": line_botanical,
    "brush strokes": brush_strokes,
    "seaside": photo_wall,
}


def _plane(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y from -1 to 1, y upwards."""
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    return x, y


def _canvas(height: int, width: int, color) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.broadcast_to(np.array(color, float), (height, width, 3)), *_plane(height, width)


def _over(canvas: np.ndarray, color, cover: np.ndarray) -> np.ndarray:
    cover = np.asarray(cover, float)[..., None]
    return canvas * (1 - cover) + np.asarray(color) * cover


def _step(distance: np.ndarray, soft: float) -> np.ndarray:
    return np.clip(distance / soft, 0, 1)


def _clouds(rng: np.random.Generator, height: int, width: int, cells: int = 10) -> np.ndarray:
    """Smooth noise in 0..1: a coarse random grid, interpolated."""
    grid = rng.random((cells, cells))
    across = np.array([np.interp(np.linspace(0, cells - 1, width), np.arange(cells), row) for row in grid])
    return np.array([np.interp(np.linspace(0, cells - 1, height), np.arange(cells), line) for line in across.T]).T


def _rgba(color: np.ndarray, alpha: np.ndarray | None = None) -> np.ndarray:
    opaque = np.ones(color.shape[:2]) if alpha is None else alpha.astype(float)
    return np.clip(np.concatenate([color, opaque[..., None]], axis=2), 0, 1).astype(np.float32)
