"""Exposure and white balance of the camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from .blackbody import LUMINANCE
from .lights import Mired
from .streams import EXPOSURE, check_ranges, even, stream

Stops = Annotated[float, -10, 10]
Tint = Annotated[float, -1, 1]
MIDDLE_GREY = 0.18
_BLACK = 1e-4  # of scene-linear light, below which a pixel says nothing of how bright a picture is


@dataclass(frozen=True)
class Exposure:
    """`stops`: of light, beside the scene's own exposure; `metered`: share, 0 to 1, of what would bring the picture to
    middle grey, and `correction` the stops that this takes away or adds at most; `white`: mired by which the white
    balance errs, positive makes the picture warmer; `tint`: stops of green more than of the others.
    """

    stops: tuple[Stops, Stops] = (-0.7, 0.7)
    metered: Annotated[float, 0, 1] = 1.0
    correction: Annotated[float, 0, 20] = 4.0
    white: tuple[Mired, Mired] = (-25.0, 35.0)
    tint: tuple[Tint, Tint] = (-0.08, 0.08)

    def __post_init__(self) -> None:
        check_ranges(self, "stops", "white", "tint")


@dataclass(frozen=True)
class ExposureDraw:
    stops: float
    white: float
    tint: float


def draw_exposure(spec: Exposure, seed: int, frame: int) -> ExposureDraw:
    rng = stream(seed, frame, EXPOSURE)
    return ExposureDraw(even(rng, spec.stops), even(rng, spec.white), even(rng, spec.tint))


def meter(linear: NDArray[np.float32], spec: Exposure) -> float:
    """The stops that a camera's meter adds: they bring the geometric mean of the luminance to middle grey.

    `linear` (H, W, 3) as the view transform gets it. Pixels that are black are not looked at; the sun does not count
    for more than any other pixel, since logarithms are averaged.
    """
    luminance = np.asarray(linear, np.float64) @ LUMINANCE
    lit = luminance[np.isfinite(luminance) & (luminance > _BLACK)]
    if not lit.size:
        return 0.0
    wanted = float(np.log2(MIDDLE_GREY) - np.mean(np.log2(lit)))
    return round(spec.metered * min(max(wanted, -spec.correction), spec.correction), 6)
