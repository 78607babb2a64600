"""From where a wall is photographed: somebody with a phone, who wants the wall, a picture, or nothing in particular.

Pure: places on the wall in, a camera out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenes.picture_frames.arrangements import EYE, Place
from scenes.pose import SENSOR


@dataclass(frozen=True)
class Shot:
    """`eye` and `target` in metres, `roll` in degrees, `lens` in mm of a 36 mm sensor; `focus` in metres, `fstop`."""

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    roll: float
    lens: float
    focus: float
    fstop: float | None


def draw_shot(
    rng: np.random.Generator,
    places: list[Place],
    room: tuple[float, float],
    aspect: float,
    angle: float,
    blurred: float,
    hard: bool,
) -> Shot:
    """A camera before these places, in a room of (width, height), for pictures of an aspect (width by height).

    `angle`: degrees beside the perpendicular at most; `blurred`: share of shots with a depth of field that shows.
    """
    wide, tall = room
    target, size = _motive(rng, places)
    lens = rng.uniform(23, 30) if rng.random() < 0.65 else rng.uniform(35, 60)
    turn = np.radians(np.clip(rng.normal(0, 0.5 * angle), -angle, angle))
    fill = rng.uniform(0.32, 1.05)
    tan = np.array([1, 1 / aspect] if aspect >= 1 else [aspect, 1]) * SENSOR / 2 / lens
    reach = max(size[0] * np.cos(turn) / 2 / tan[0], size[1] / 2 / tan[1]) / fill
    reach = float(np.clip(reach, 0.5, 4.6))
    height = float(np.clip(rng.normal(EYE + 0.02, 0.2), 0.7, min(2.0, tall - 0.3)))
    if rng.random() < 0.5:
        height = height + 0.6 * (target[1] - height)  # held before what one wants
    x = float(np.clip(target[0] + reach * np.sin(turn), 0.3 - wide / 2, wide / 2 - 0.3))
    eye = (x, -reach * float(np.cos(turn)), float(np.clip(height, 0.4, tall - 0.25)))
    stray = rng.normal(0, 0.09, 2) * size
    far = float(np.linalg.norm(np.subtract((target[0], 0, target[1]), eye)))
    fstop = None
    if rng.random() < blurred:
        # An f-number of a 36 mm sensor; phones have the field of f/8 there, portrait modes that of f/2.
        fstop = float(rng.uniform(0.5, 1.6) if hard else rng.uniform(1.2, 4.0))
        far = far * float(
            rng.choice([rng.uniform(0.45, 0.8), 1.0, rng.uniform(1.3, 2.0)] if hard else [0.85, 1.0, 1.0])
        )
    aimed = (float(target[0] + stray[0]), 0.0, float(target[1] + stray[1]))
    return Shot(eye, aimed, float(rng.normal(0, 3.0 if hard else 1.6)), float(lens), far, fstop)


def _motive(rng: np.random.Generator, places: list[Place]) -> tuple[np.ndarray, np.ndarray]:
    """The middle and the size of what is photographed: all pictures, one, or one and its neighbours."""
    if not places:
        return np.array([rng.uniform(-1, 1), EYE]), np.array([1.6, 1.2])
    boxes = np.array([place.box for place in places])
    if rng.random() < 0.45:
        chosen = boxes
    else:
        one = places[rng.integers(len(places))]
        near = np.hypot(*(np.array([[place.x, place.z] for place in places]) - (one.x, one.z)).T)
        chosen = boxes[near <= (0.0 if rng.random() < 0.5 else 0.75)]
    low, high = chosen[:, :2].min(0), chosen[:, 2:].max(0)
    return (low + high) / 2, np.maximum(high - low, 0.25)
