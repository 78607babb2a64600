"""Streams of random numbers: each is a function of (seed, frame, family, name) and of nothing else.

So a family that is switched off, an object that is added and the order of frames leave every other draw as it was.
Within a stream the numbers are taken in a fixed order, all of them, whether a spec needs them or not: what is added to
a family later takes its numbers last.
"""

from __future__ import annotations

import hashlib
from math import exp, log

import numpy as np

NOISE, LIGHTS, WORLD, EXPOSURE, MATERIALS, CAMERA, POSES, DISTRACTORS, SENSOR, LIDAR = range(1, 11)
RESOLUTION, BACKGROUNDS = 11, 12
"""Numbers of the families, for ever."""

Range = tuple[float, float]
"""(lowest, highest)."""


def stream(seed: int, frame: int, family: int, name: str = "") -> np.random.Generator:
    """The numbers of a family in a frame, or those of one thing in it by its name; `frame` may be negative."""
    words = [seed, frame & 0xFFFFFFFF, family]
    if name:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
        words += [int.from_bytes(digest[at : at + 4], "little") for at in (0, 4)]
    return np.random.default_rng(words)


def seed_of(seed: int, number: int) -> int:
    """The seed of one of several renders that belong together, so that no two of them draw the same."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def even(rng: np.random.Generator, limits: Range) -> float:
    """A number between the limits, each as likely; rounded, so that a record shows what was used."""
    low, high = limits
    return _short(low + (high - low) * rng.random())


def even_log(rng: np.random.Generator, limits: Range) -> float:
    """A number between the limits (both above 0) by its logarithm: half is as likely as double."""
    low, high = limits
    return _short(min(max(exp(log(low) + log(high / low) * rng.random()), low), high))


def happens(rng: np.random.Generator, chance: float) -> bool:
    return bool(rng.random() < chance)


def one_of(rng: np.random.Generator, count: int) -> int:
    """A position in something of `count` members; takes one number, also where there is nothing to choose from."""
    return min(int(rng.random() * count), max(count - 1, 0))


def _short(value: float) -> float:
    return float(f"{value:.7g}")


def check_ranges(spec: object, *names: str) -> None:
    """Raise ValueError where a range of a spec ends before it starts."""
    for name in names:
        low, high = getattr(spec, name)
        if high < low:
            raise ValueError(f"{name} is {low:g} to {high:g}: the lower end comes first")
