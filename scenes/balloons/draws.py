"""What is drawn for a frame: its balloons, lamps and background, as a function of (seed, scene, frame) alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, pi, radians

import numpy as np
from numpy.typing import NDArray

from scenes.noise_tile import draw_tile

from .settings import CLASSES, Settings

_BALLOONS, _LAMPS, _BACKGROUND, _BACKDROP = range(4)
BACKDROP_CELLS, BACKDROP_PIXELS = 32, 16
_TRIES = 40
_FAR = 64.0  # cells: noise starts anywhere within so many, few enough for single precision
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Balloon:
    """`kind` counts the classes from 0; `hue` in degrees; `lean` in radians, to the left; `at` the middle."""

    kind: int
    hue: float
    elongation: float
    noise_scale: float
    scale: float
    lean: float
    at: Vector
    noise_start: Vector

    @property
    def half_axes(self) -> Vector:
        """Of the ellipsoid before it leans: across, up, and towards the camera."""
        width = self.scale * (1 - self.elongation)
        return width, self.scale, width


@dataclass(frozen=True)
class Lamp:
    """A lamp far away in `direction` (towards it, length 1), of so many watts a square metre."""

    direction: Vector
    color: Vector
    power: float


@dataclass(frozen=True)
class Background:
    """Noise between two colours (hue, saturation, value: each from 0 to 1), turned and moved."""

    dark: Vector
    light: Vector
    scale: float
    turn: float
    start: Vector


@dataclass(frozen=True)
class Draw:
    balloons: tuple[Balloon, ...]
    lamps: tuple[Lamp, ...]
    background: Background


def draw(settings: Settings, seed: int, scene: int, frame: int) -> Draw:
    return Draw(
        _balloons(settings, np.random.default_rng([seed, scene, frame, _BALLOONS])),
        _lamps(settings, np.random.default_rng([seed, scene, frame, _LAMPS])),
        _background(settings, np.random.default_rng([seed, scene, frame, _BACKGROUND])),
    )


def draw_backdrop(seed: int, scene: int) -> NDArray[np.float32]:
    """Noise of mean 0 and deviation 1, of which each frame of a scene shows another part."""
    return draw_tile(np.random.default_rng([seed, scene, _BACKDROP]), BACKDROP_CELLS, BACKDROP_PIXELS)


def _balloons(settings: Settings, rng: np.random.Generator) -> tuple[Balloon, ...]:
    low, high = settings.count
    placed: list[Balloon] = []
    for _ in range(int(rng.integers(low, high + 1))):
        placed.append(_balloon(settings, rng, placed))
    return tuple(placed)


def _balloon(settings: Settings, rng: np.random.Generator, others: list[Balloon]) -> Balloon:
    kind = int(rng.integers(len(CLASSES)))
    hue = rng.normal(settings.hue[kind], settings.hue_deviation) % 360
    elongation = np.clip(rng.normal(settings.elongation[kind], settings.elongation_deviation), 0, 0.9)
    noise_scale = np.clip(
        rng.normal(settings.noise_scale[kind], settings.noise_scale_deviation), *settings.noise_scale_limits
    )
    scale = rng.uniform(*settings.scale)
    lean = rng.uniform(-1, 1) * radians(settings.lean)
    x, y = rng.uniform(-1, 1, 2) * settings.reach
    start = rng.uniform(0, _FAR, 3)
    z = _depth(x, y, scale, scale * (1 - elongation), rng.uniform(-1, 1, _TRIES) * settings.depth, others)
    return Balloon(
        kind,
        *map(float, (hue, elongation, noise_scale, scale, lean)),
        at=(float(x), float(y), float(z)),
        noise_start=tuple(start.tolist()),
    )


def _depth(x: float, y: float, reach: float, half: float, tries: np.ndarray, others: list[Balloon]) -> float:
    """The first depth where a balloon meets none of the others, or one behind all that are in its way."""
    in_the_way = [
        (other.at[2], half + other.half_axes[2])
        for other in others
        if hypot(x - other.at[0], y - other.at[1]) < reach + other.scale
    ]
    free = (z for z in tries if all(abs(z - depth) >= apart for depth, apart in in_the_way))
    return next(free, min((depth - apart for depth, apart in in_the_way), default=0.0))


def _lamps(settings: Settings, rng: np.random.Generator) -> tuple[Lamp, ...]:
    """All in front of the balloons, the first the strongest."""
    low, high = settings.lights
    count = int(rng.integers(low, high + 1))
    power = rng.uniform(2.0, 4.5)
    shares = np.sort(rng.uniform(0.2, 1, count))[::-1]
    return tuple(_lamp(rng, float(power * share / shares.sum())) for share in shares)


def _lamp(rng: np.random.Generator, power: float) -> Lamp:
    around, aside = rng.uniform(0, 2 * pi), rng.uniform(radians(20), radians(75))
    tint = 1 - rng.uniform(0, 0.35) * rng.uniform(0, 1, 3)
    direction = (np.sin(aside) * np.cos(around), np.sin(aside) * np.sin(around), np.cos(aside))
    return Lamp(tuple(map(float, direction)), tuple((tint / tint.max()).tolist()), power)


def _background(settings: Settings, rng: np.random.Generator) -> Background:
    dark, light = rng.uniform((0, 0, 0.02), (1, 0.7, 0.45)), rng.uniform((0, 0, 0.45), (1, 0.7, 1))
    return Background(
        tuple(dark.tolist()),
        tuple(light.tolist()),
        float(rng.uniform(*settings.background_scale)),
        float(rng.uniform(0, 2 * pi)),
        tuple(rng.uniform(0, _FAR, 3).tolist()),
    )
