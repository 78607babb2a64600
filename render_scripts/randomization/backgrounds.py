"""Backgrounds: pictures where nothing is behind, in the place of the world. NumPy on scene-linear pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from .exposure import Stops
from .sensor import Linear
from .streams import BACKGROUNDS, check_ranges, even, even_log, happens, one_of, stream

Share = Annotated[float, 0, 1]
Zoom = Annotated[float, 1, 100]
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".exr", ".hdr")


@dataclass(frozen=True)
class Backgrounds:
    """`folder`: pictures that take the place of the world where nothing is behind; `share` of the frames that get one;
    `zoom`: by how much a picture is larger than what just covers the frame, by its logarithm; `flip`: share of those
    that are mirrored; `stops`: of light, beside the picture's own.
    """

    folder: Path
    share: Share = 1.0
    zoom: tuple[Zoom, Zoom] = (1.0, 1.5)
    flip: Share = 0.5
    stops: tuple[Stops, Stops] = (-0.5, 0.5)

    def __post_init__(self) -> None:
        check_ranges(self, "zoom", "stops")


@dataclass(frozen=True)
class BackgroundsDraw:
    """`picture` is the name of a file in the folder, "" where the world stays; `place` says where in what the frame has
    no room for, 0 to 1 from the left and from above, the frame lies."""

    picture: str
    zoom: float
    place: tuple[float, float]
    flipped: bool
    stops: float


def draw_backgrounds(spec: Backgrounds, pictures: Sequence[str], seed: int, frame: int) -> BackgroundsDraw:
    rng = stream(seed, frame, BACKGROUNDS)
    used, which = happens(rng, spec.share), one_of(rng, len(pictures))
    zoom, place = even_log(rng, spec.zoom), (even(rng, (0.0, 1.0)), even(rng, (0.0, 1.0)))
    flipped, stops = happens(rng, spec.flip), even(rng, spec.stops)
    return BackgroundsDraw(pictures[which] if used and pictures else "", zoom, place, flipped, stops)


Part = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of a picture."""


def part_of(size: tuple[int, int], shape: tuple[float, float], zoom: float, place: tuple[float, float]) -> Part:
    """The part of a picture of `size` that covers a frame of `shape`, both (width, height)."""
    (width, height), (across, down) = size, shape
    step = min(width / across, height / down) / zoom
    left, top = (width - across * step) * place[0], (height - down * step) * place[1]
    return left, top, left + across * step, top + down * step


def resampled(picture: Linear, part: Part, wanted: tuple[int, int]) -> Linear:
    """A part of (h, w, 3) at the size `wanted`, (width, height): triangles as wide as the coarser of the two grids, so
    that each pixel is the mean of what it covers, or lies between its neighbours."""
    left, top, right, bottom = part
    rows = _along_rows(picture, top, bottom, wanted[1])
    return _along_rows(rows.swapaxes(0, 1), left, right, wanted[0]).swapaxes(0, 1)


def _along_rows(picture: Linear, start: float, end: float, count: int) -> Linear:
    """`count` rows of what lies between two rows of (h, w, 3)."""
    step = (end - start) / count
    reach = max(step, 1.0)
    middles = start + (np.arange(count) + 0.5) * step - 0.5  # in rows, whose middles are whole numbers
    first = np.ceil(middles - reach + 1e-6).astype(np.intp)
    taps = first[:, None] + np.arange(int(np.ceil(2 * reach)))
    weights = np.maximum(1 - np.abs(taps - middles[:, None]) / reach, 0)
    weights = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    taps = np.clip(taps, 0, len(picture) - 1)  # edges go on outside
    found = np.zeros((count, *picture.shape[1:]), np.float32)
    for tap, weight in zip(taps.T, weights.T):
        found += picture[tap] * weight[:, None, None]
    return found


def linear_of_srgb(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light of values from 0 to 1 that sRGB encodes (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


def behind(linear: Linear, alpha: NDArray[np.float32], background: Linear) -> Linear:
    """(H, W, 3) of a render before nothing, its alpha (H, W), and what lies behind it."""
    through = np.clip(1 - np.nan_to_num(alpha, nan=1.0), 0, 1)
    return np.asarray(linear + background * through[..., None], np.float32)
