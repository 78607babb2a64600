"""What pictures are painted with: a grid of points, soft shapes, clouds, strokes, palettes.

A canvas is (height, width, 3) in 0..1, sRGB, first row at the bottom; x runs from -1 to 1 along the longer side, y
upwards in the same measure. Covers are (height, width) in 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PALETTES = [
    ("f4ede0", "1d3557", "e63946", "f1a208", "457b9d"),
    ("f2e9de", "264653", "2a9d8f", "e9c46a", "e76f51"),
    ("faf3eb", "22223b", "4a4e69", "9a8c98", "c9ada7"),
    ("ede6d6", "283618", "606c38", "dda15e", "bc6c25"),
    ("f6f1e7", "0b132b", "1c2541", "5bc0be", "f25f5c"),
    ("efe7da", "3d2c2e", "8a5a44", "d9ae94", "6b8f71"),
    ("fdf6e3", "2b2d42", "8d99ae", "ef233c", "edb458"),
    ("f0ead8", "432818", "99582a", "ffe6a7", "6f1d1b"),
    ("e9eef2", "03045e", "0077b6", "90e0ef", "ffb703"),
    ("f3e8ee", "3c1642", "086375", "1dd3b0", "f26b8a"),
    ("ebe5d9", "1b1b1e", "373f51", "a9bcd0", "d8315b"),
    ("f5efe6", "5f0f40", "9a031e", "fb8b24", "0f4c5c"),
]


@dataclass(frozen=True)
class Sheet:
    """The points of a picture, and the dice that paint it."""

    rng: np.random.Generator
    x: np.ndarray
    y: np.ndarray
    palette: np.ndarray  # (5, 3): a ground, then inks from dark on

    @property
    def soft(self) -> float:
        """The size of a pixel: edges are as soft as this."""
        return 2.0 / max(self.x.shape)

    def fill(self, color) -> np.ndarray:
        return np.broadcast_to(np.asarray(color, float), (*self.x.shape, 3)).copy()

    def inside(self, distance: np.ndarray, soft: float = 0.0) -> np.ndarray:
        """The cover of where `distance` is above 0."""
        return np.clip(distance / (soft or self.soft) + 0.5, 0, 1)

    def clouds(self, cells: float, octaves: int = 4, flat: float = 1.0) -> np.ndarray:
        """Fractal noise in about 0..1, `cells` features along the longer side; `flat` stretches it sideways."""
        total, weight = np.zeros_like(self.x), 0.0
        for octave in range(octaves):
            total += 0.5**octave * self._noise(cells * 2**octave, flat)
            weight += 0.5**octave
        return np.clip(0.5 + 1.6 * (total / weight - 0.5), 0, 1)

    def ridge(self, roughness: float, cells: float = 3.0) -> np.ndarray:
        """A jagged line as heights around 0, one for each column, (1, width)."""
        line, across = np.zeros(self.x.shape[1]), self.x[0]
        for octave in range(7):
            knots = self.rng.normal(0, 1, int(cells * 2**octave) + 3)
            spots = (across + 1) / 2 * (len(knots) - 2)
            line += roughness**octave * np.interp(spots, np.arange(len(knots)), knots)
        return line[None, :]

    def _noise(self, cells: float, flat: float) -> np.ndarray:
        """Smooth noise of one size: a grid of random numbers, eased along rows, then along columns."""
        u, v = (self.x[0] + 1) / 2 * cells / flat, (self.y[:, 0] + 1) / 2 * cells
        grid = self.rng.random((int(v.max()) + 2, int(u.max()) + 2))
        i, j = v.astype(int), u.astype(int)
        b, a = (part * part * (3 - 2 * part) for part in ((v - i)[:, None], u - j))
        rows = grid[:, j] * (1 - a) + grid[:, j + 1] * a
        return rows[i] * (1 - b) + rows[i + 1] * b


def sheet(rng: np.random.Generator, aspect: float, pixels: int) -> Sheet:
    """An empty sheet of this aspect (width by height) whose longer side has `pixels`, with a palette."""
    wide, tall = (pixels, round(pixels / aspect)) if aspect >= 1 else (round(pixels * aspect), pixels)
    x, y = np.meshgrid((np.arange(wide) + 0.5) / pixels * 2, (np.arange(tall) + 0.5) / pixels * 2)
    inks = PALETTES[rng.integers(len(PALETTES))]
    palette = np.array([[int(ink[at : at + 2], 16) / 255 for at in (0, 2, 4)] for ink in inks])
    return Sheet(rng, x - x.mean(), y - y.mean(), palette)


def over(canvas: np.ndarray, color, cover: np.ndarray) -> np.ndarray:
    """The canvas with a colour, or another canvas, laid over it."""
    cover = np.asarray(cover, float)[..., None]
    return canvas * (1 - cover) + np.asarray(color) * cover


def segment(paper: Sheet, one, two) -> np.ndarray:
    """The distance of each point from a line between two points."""
    along = np.subtract(two, one)
    reach = np.clip(((paper.x - one[0]) * along[0] + (paper.y - one[1]) * along[1]) / max(along @ along, 1e-9), 0, 1)
    return np.hypot(paper.x - one[0] - reach * along[0], paper.y - one[1] - reach * along[1])


def mixed(one, two, share) -> np.ndarray:
    """Between two colours: a share for each point."""
    return np.asarray(one) + (np.asarray(two) - np.asarray(one)) * np.asarray(share)[..., None]
