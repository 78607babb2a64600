"""Places of things: a little to the side and turned, on what they stand on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from .streams import POSES, even, happens, stream

Try = tuple[float, float, float]
"""Metres along x and y, degrees about the vertical."""


@dataclass(frozen=True)
class Poses:
    """`labels` of what may move, "*" for all; `share` of these things that do; `moved`: metres along x and y at most;
    `turned`: degrees about the vertical at most; `tries` until a place is found where a thing meets nothing else.
    """

    labels: tuple[str, ...]
    share: Annotated[float, 0, 1] = 1.0
    moved: Annotated[float, 0, 100] = 0.15
    turned: Annotated[float, 0, 180] = 15.0
    tries: Annotated[int, 1, 64] = 8


@dataclass(frozen=True)
class PosesDraw:
    """`placed`: {thing: where it went}; `stayed`: those that would have met something, or left what they stand on."""

    placed: dict[str, Try]
    stayed: tuple[str, ...] = ()


def draw_tries(spec: Poses, things: Iterable[str], seed: int, frame: int) -> dict[str, tuple[Try, ...]]:
    """{thing: the places to try, one after the other}, of those that are to move."""
    found = {}
    for name in things:
        rng = stream(seed, frame, POSES, name)
        moves = happens(rng, spec.share)
        tries = tuple(_try(rng, spec) for _ in range(spec.tries))
        if moves:
            found[name] = tries
    return found


def _try(rng, spec: Poses) -> Try:
    x, y = (even(rng, (-spec.moved, spec.moved)) for _ in range(2))
    return x, y, even(rng, (-spec.turned, spec.turned))
