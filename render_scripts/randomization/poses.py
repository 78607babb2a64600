"""Places of things: a little to the side and turned on what they stand on, or set down elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from numpy.random import Generator

from blender_addon.contract.labels import Label, LabelSet

from .materials import ALL
from .streams import POSES, even, happens, stream

Try = tuple[float, float, float]
"""Metres along x and y, degrees about the vertical."""


@dataclass(frozen=True)
class Poses:
    """`labels` of what may move, "*" for all but walls, floors and ceilings; `share` of these things that do; `moved`:
    metres along x and y at most; `turned`: degrees about the vertical at most; `tries` until a place is found where a
    thing meets nothing else; `dropped`: share of the things that move which are set down anywhere in the room, turned
    anyhow; `onto`: labels of what they are set down on, all if none is named; `upright`: all stand as they do, else
    small ones may lie on a side.
    """

    labels: tuple[str, ...]
    share: Annotated[float, 0, 1] = 1.0
    moved: Annotated[float, 0, 100] = 0.15
    turned: Annotated[float, 0, 180] = 15.0
    tries: Annotated[int, 1, 64] = 8
    dropped: Annotated[float, 0, 1] = 0.0
    onto: tuple[str, ...] = ()
    upright: bool = True

    def __post_init__(self) -> None:
        if not self.labels:
            raise ValueError('labels is empty, so nothing would move: name some, or "*"')


def labels_that_move(spec: Poses, label_set: LabelSet) -> set[str]:
    """Names of the labels whose things may move. "*" leaves the building standing, unless it is named beside it."""
    movable = {label.name for label in label_set.labels if not _is_of_the_building(label)}
    return set(spec.labels) | (movable if ALL in spec.labels else set())


def _is_of_the_building(label: Label) -> bool:
    """A wall, floor or ceiling: by the last word of its name (a floor mat is none), or as NYU40 has it."""
    return label.name.casefold().split()[-1] in _BUILDING or label.parents.get("nyu40") in _NYU40_BUILDING


_BUILDING = {"wall", "walls", "floor", "floors", "ceiling", "ceilings", "roof", "ground", "terrain", "lawn", "street"}
_NYU40_BUILDING = {1, 2, 22}


@dataclass(frozen=True)
class DropTry:
    """From 0 to 1: which surface, which place of it, where in that along x and y, and which side is down, of those on
    which a thing stands; 0 is as it is. Degrees about the vertical."""

    surface: float
    place: float
    x: float
    y: float
    degrees: float
    side: float


@dataclass(frozen=True)
class Dropped:
    """Where the middle of a thing is and how high it stands, in metres of the world; degrees about the vertical; which
    side is down (see `balance.lying`, 0 the one that was); the object that it stands on."""

    at: tuple[float, float, float]
    degrees: float
    side: int
    onto: str


@dataclass(frozen=True)
class PosesDraw:
    """`placed`: {thing: where it went}; `stayed`: those that would have met something, or left what they stand on;
    `dropped`: {thing: where it was set down}."""

    placed: dict[str, Try]
    stayed: tuple[str, ...] = ()
    dropped: dict[str, Dropped] = field(default_factory=dict)


def draw_tries(
    spec: Poses, things: Iterable[str], seed: int, frame: int
) -> dict[str, tuple[Try, ...] | tuple[DropTry, ...]]:
    """{thing: the places to try, one after the other}, of those that are to move."""
    found: dict[str, tuple[Try, ...] | tuple[DropTry, ...]] = {}
    for name in things:
        rng = stream(seed, frame, POSES, name)
        moves = happens(rng, spec.share)
        tries = tuple(_try(rng, spec) for _ in range(spec.tries))
        dropped = happens(rng, spec.dropped)
        drops = tuple(_drop(rng, spec) for _ in range(spec.tries))
        if moves:
            found[name] = drops if dropped else tries
    return found


def _try(rng: Generator, spec: Poses) -> Try:
    x, y = (even(rng, (-spec.moved, spec.moved)) for _ in range(2))
    return x, y, even(rng, (-spec.turned, spec.turned))


def _drop(rng: Generator, spec: Poses) -> DropTry:
    surface, place, x, y = (even(rng, (0, 1)) for _ in range(4))
    degrees, side = even(rng, (-180, 180)), even(rng, (0, 1))
    return DropTry(surface, place, x, y, degrees, 0.0 if spec.upright else side)
