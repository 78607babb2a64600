"""(seed, frame) -> the values drawn for a frame, and on nothing else: shards and resumes cannot change them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_NOISE = 1
"""Streams: each family of draws has its own, so that a new family leaves the values of the others as they were."""


@dataclass(frozen=True)
class Draw:
    """What was drawn for one frame. `noise_seed` is Cycles' sampling seed."""

    noise_seed: int


def draw(seed: int, frame: int) -> Draw:
    """The draw of a frame; `frame` may be negative, as Blender's may."""
    return Draw(noise_seed=int(_stream(seed, frame, _NOISE).integers(2**31 - 1)))


def _stream(seed: int, frame: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, frame & 0xFFFFFFFF, stream])
