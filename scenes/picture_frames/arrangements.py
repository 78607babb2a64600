"""How pictures hang together: single, in rows and grids, up a stair, in a salon hang, anyhow; never over one another.

Places are on the wall in metres, x to the right and z up. Pure: arrays of random numbers in, places out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

EYE = 1.52
"""The height at which people hang the middle of a picture."""


@dataclass(frozen=True)
class Place:
    """The middle and the outer size of what hangs there; `part` (left, right) of the picture it shows, in 0..1."""

    x: float
    z: float
    wide: float
    tall: float
    part: tuple[float, float] = (0.0, 1.0)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """left, bottom, right, top"""
        return self.x - self.wide / 2, self.z - self.tall / 2, self.x + self.wide / 2, self.z + self.tall / 2


ARRANGEMENTS = ("single", "row", "grid", "salon", "stair", "anyhow", "split")


def arrange(
    rng: np.random.Generator, kind: str, aspects: list[float], room: tuple[float, float, float, float]
) -> list[Place]:
    """Places for pictures of these aspects (width by height) within `room` (left, bottom, right, top) of a wall.

    `split` shows one picture in as many parts as there are aspects. What is too large for the room is hung smaller.
    """
    return _fitted(_KINDS[kind](rng, aspects), room)


def overlap(one: Place, two: Place, gap: float = 0.0) -> bool:
    """Whether two places come nearer to one another than `gap`."""
    a, b = one.box, two.box
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] + gap and b[1] < a[3] + gap


def _sized(aspect: float, side: float) -> tuple[float, float]:
    """Width and height whose mean, by logarithm, is `side`."""
    return side * aspect**0.5, side / aspect**0.5


def _single(rng: np.random.Generator, aspects: list[float]) -> list[Place]:
    return [Place(0, EYE + rng.normal(0, 0.06), *_sized(aspects[0], rng.uniform(0.4, 1.05)))]


def _row(rng: np.random.Generator, aspects: list[float]) -> list[Place]:
    """Of one height or of one size, their middles or their tops in line."""
    tall, gap, z = rng.uniform(0.3, 0.62), rng.uniform(0.05, 0.22), EYE + rng.normal(0, 0.07)
    alike = rng.random() < 0.6
    sizes = [(tall * (aspects[0] if alike else aspect), tall) for aspect in aspects]
    if not alike and rng.random() < 0.4:
        sizes = [_sized(aspect, tall * rng.uniform(0.8, 1.15)) for aspect in aspects]
    left, places = 0.0, []
    for wide, high in sizes:
        places.append(Place(left + wide / 2, z, wide, high))
        left += wide + gap
    return places


def _grid(rng: np.random.Generator, aspects: list[float]) -> list[Place]:
    columns = int(rng.integers(2, 5)) if len(aspects) > 3 else 2
    wide, tall = _sized(aspects[0], rng.uniform(0.24, 0.46))
    gap = rng.uniform(0.025, 0.09)
    rows = -(-len(aspects) // columns)
    places = []
    for number in range(len(aspects)):
        row, column = divmod(number, columns)
        if row and row == rows - 1 and len(aspects) % columns:
            break  # a row that is not full would look forgotten
        places.append(Place(column * (wide + gap), EYE - row * (tall + gap), wide, tall))
    return places


def _salon(rng: np.random.Generator, aspects: list[float]) -> list[Place]:
    """Grown from the middle: each next one where it stands nearest to it, beside one that hangs."""
    gap, side = rng.uniform(0.03, 0.08), rng.uniform(0.26, 0.42)
    placed: list[Place] = []
    for number, aspect in enumerate(aspects):
        wide, tall = _sized(aspect, side * (1.35 if number == 0 else rng.uniform(0.6, 1.2)))
        if not placed:
            placed.append(Place(0, 0, wide, tall))
            continue
        free = [
            place
            for old in placed
            for place in _beside(old, wide, tall, gap)
            if not any(overlap(place, other, gap * 0.98) for other in placed)
        ]
        placed.append(min(free, key=lambda place: np.hypot(place.x * 0.72, place.z) + rng.uniform(0, 0.08)))
    return placed


def _beside(old: Place, wide: float, tall: float, gap: float) -> list[Place]:
    left, bottom, right, top = old.box
    xs = (left + wide / 2, old.x, right - wide / 2)
    zs = (bottom + tall / 2, old.z, top - tall / 2)
    return [
        *(Place(x, z, wide, tall) for x in xs for z in (top + gap + tall / 2, bottom - gap - tall / 2)),
        *(Place(x, z, wide, tall) for z in zs for x in (right + gap + wide / 2, left - gap - wide / 2)),
    ]


def _stair(rng: np.random.Generator, aspects: list[float]) -> list[Place]:
    """Rising to one side."""
    side, up, gap = rng.uniform(0.28, 0.42), rng.choice([-1, 1]) * rng.uniform(0.35, 0.75), rng.uniform(0.05, 0.15)
    left, places = 0.0, []
    for aspect in aspects:
        wide, tall = _sized(aspect, side * rng.uniform(0.85, 1.15))
        places.append(Place(left + wide / 2, up * (left + wide / 2), wide, tall))
        left += wide + gap
    return places


def _anyhow(rng: np.random.Generator, aspects: list[float]) -> list[Place]:
    """Where there was a nail."""
    placed: list[Place] = []
    for aspect in aspects:
        for _ in range(30):
            wide, tall = _sized(aspect, rng.uniform(0.25, 0.7))
            place = Place(rng.uniform(-1.7, 1.7), rng.uniform(-0.35, 0.35), wide, tall)
            if not any(overlap(place, other, 0.06) for other in placed):
                placed.append(place)
                break
    return placed


def _split(rng: np.random.Generator, aspects: list[float]) -> list[Place]:
    """One picture over several canvases, as a triptych."""
    many, gap = len(aspects), rng.uniform(0.02, 0.06)
    tall = rng.uniform(0.5, 0.85)
    wide = min(tall * max(aspects[0], 0.9), 2.2) / many
    return [
        Place(number * (wide + gap), EYE, wide, tall, (number / many, (number + 1) / many)) for number in range(many)
    ]


_KINDS = {
    "single": _single,
    "row": _row,
    "grid": _grid,
    "salon": _salon,
    "stair": _stair,
    "anyhow": _anyhow,
    "split": _split,
}


def _fitted(places: list[Place], room: tuple[float, float, float, float]) -> list[Place]:
    """Moved to the middle of the room as far as eye height allows, and hung smaller where it does not fit."""
    left, bottom, right, top = room
    boxes = np.array([place.box for place in places])
    low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    shrink = min(1.0, (right - left) / (high[0] - low[0]), (top - bottom) / (high[1] - low[1]))
    middle, half = (low + high) / 2, (high - low) / 2 * shrink
    z = min(max(EYE, bottom + half[1]), top - half[1])
    shift = np.array([(left + right) / 2, z])
    return [
        replace(
            place,
            x=float(shift[0] + (place.x - middle[0]) * shrink),
            z=float(shift[1] + (place.z - middle[1]) * shrink),
            wide=float(place.wide * shrink),
            tall=float(place.tall * shrink),
        )
        for place in places
    ]
