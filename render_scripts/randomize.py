"""(seed, frame) -> the seed of a render's noise; `randomization` draws all the rest in the same way."""

from __future__ import annotations

from dataclasses import dataclass

from .randomization.streams import NOISE, stream


@dataclass(frozen=True)
class Draw:
    """What was drawn for one frame. `noise_seed` is Cycles' sampling seed."""

    noise_seed: int


def draw(seed: int, frame: int) -> Draw:
    """The draw of a frame; `frame` may be negative, as Blender's may."""
    return Draw(noise_seed=int(stream(seed, frame, NOISE).integers(2**31 - 1)))
