"""Photographs as one takes them with a phone in a room: from where, of what, and how askew. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, atan2, cos, degrees, hypot, radians

import numpy as np

from scenes.pose import SENSOR
from scenes.rooms.floor_plan import Opening
from scenes.rooms.footprints import covered
from scenes.rooms.layout import Layout, Thing, walkable
from scenes.rooms.settings import Settings

ASPECT = 0.75  # height by width
CANDIDATES = 32
GOLDEN = 137.5  # degrees from one view to the next, so that few views show whatever there is
CURTAIN = 0.45  # metres that one keeps from windows, and from what hangs beside them
BEFORE_LEAF = 0.35  # metres that one keeps from the leaf of an open door
OPENINGS = 1.2  # what a door or a window in sight is worth
HIDING = {"bathtub": 2.0}  # metres: with a curtain
TALL = 1.3  # metres: what is higher hides what is behind it


@dataclass(frozen=True)
class View:
    """A camera at `eye` that looks at `target` (metres), rolled clockwise by degrees, with its focal length in mm."""

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    roll: float
    lens: float


def draw_view(layout: Layout, rng: np.random.Generator, frame: int, settings: Settings) -> View:
    """One of many candidates that shows most of the room's things, none of them right before the lens.

    Each frame has a direction that it rather looks in, which depends on its number alone.
    """
    points, reached = walkable(layout)
    clear = reached & ~_behind_curtains(layout, points) & ~_at_the_leaf(layout, points)
    spots = points[clear if clear.any() else reached]
    aims = [thing for thing in layout.things if thing.model.tall > 0.2 or thing.wall]
    best = -np.inf, View((0, 0, 0), (0, 0, 0), 0, 0)
    for _ in range(CANDIDATES):
        view = _draw_candidate(layout, rng, spots, aims, settings)
        turn = atan2(view.target[1] - view.eye[1], view.target[0] - view.eye[0])
        worth = _worth(layout, view) + 4.0 * cos(turn - radians(GOLDEN * frame)) + rng.normal(0, 0.7)
        if worth > best[0]:
            best = worth, view
    return best[1]


def _behind_curtains(layout: Layout, points: np.ndarray) -> np.ndarray:
    """Which points (n, 2) are so near to a window that its curtains would fill the picture, (n,)."""
    near = [covered(points, layout.plan.before(window, CURTAIN, CURTAIN)) for window in layout.plan.windows]
    return np.any(near, axis=0) if near else np.zeros(len(points), bool)


def _at_the_leaf(layout: Layout, points: np.ndarray) -> np.ndarray:
    """Which points (n, 2) are nearer to the leaf of the open door than one comes to it, (n,)."""
    leaf = layout.plan.leaf()
    return covered(points, leaf, BEFORE_LEAF) if leaf else np.zeros(len(points), bool)


def _draw_candidate(
    layout: Layout, rng: np.random.Generator, spots: np.ndarray, aims: list[Thing], settings: Settings
) -> View:
    x, y = spots[rng.integers(len(spots))] + rng.uniform(-0.04, 0.04, 2)
    eye = float(x), float(y), float(np.clip(rng.normal(1.46, 0.13), 1.0, 1.75))
    x, y, z = _aim(layout, rng, aims)
    offset = rng.normal(0, (0.35, 0.35, 0.2))
    target = x + offset[0], y + offset[1], float(np.clip(z + offset[2], 0.3, 1.25))
    roll = settings.roll * float(np.clip(rng.normal(), -2.5, 2.5))
    return View(eye, (float(target[0]), float(target[1]), target[2]), roll, float(rng.uniform(*settings.lens)))


def _aim(layout: Layout, rng: np.random.Generator, aims: list[Thing]) -> tuple[float, float, float]:
    """The middle of a thing, or of a door or a window; what is wide is aimed at more often."""
    openings = _openings(layout)
    sizes = np.array(
        [*(0.2 + max(thing.model.wide, thing.model.deep) for thing in aims), *(one.wide for one in openings)]
    )
    number = int(rng.choice(len(sizes), p=sizes / sizes.sum()))
    if number >= len(aims):
        opening = openings[number - len(aims)]
        return layout.plan.against(opening.wall, opening.middle, 0.0, (opening.low + opening.high) / 2)
    thing = aims[number]
    middle = thing.footprint()
    return middle.x, middle.y, thing.z if thing.wall else thing.z + thing.model.tall / 2


def _worth(layout: Layout, view: View) -> float:
    """How many things are in the picture, in sight as far as a plan tells; much less where one is right before it."""
    eye, target = np.array(view.eye), np.array(view.target)
    forward = target - eye
    away = hypot(forward[0], forward[1])
    if away < 0.9:
        return -20.0
    pitch = degrees(atan(forward[2] / away))
    worth = 2.0 * min(away, 3.0) - 0.05 * abs(pitch + 10)
    half = atan(SENSOR / 2 / view.lens) * 0.95
    for thing in layout.things:
        footprint = thing.footprint()
        to = np.array([footprint.x - eye[0], footprint.y - eye[1]])
        far = float(np.hypot(*to))
        cosine = float(to @ forward[:2]) / max(far * away, 1e-9)
        if cosine < np.cos(half) or far < 0.3:
            continue
        if footprint.away(eye[:2]) < 0.4 and thing.z + thing.model.tall > eye[2] - 0.5:
            worth -= 6.0
        elif not _hidden(layout, thing, eye[:2], np.array([footprint.x, footprint.y])):
            worth += _weight(thing)
    return worth + OPENINGS * sum(_in_sight(layout, view, opening, half) for opening in _openings(layout))


def _openings(layout: Layout) -> tuple[Opening, ...]:
    return (layout.plan.door, *layout.plan.windows)


def _in_sight(layout: Layout, view: View, opening: Opening, half: float) -> bool:
    """Whether the middle of an opening is in the picture, from so far away that one sees what it is."""
    eye, target = np.array(view.eye[:2]), np.array(view.target[:2])
    to = np.array(layout.plan.against(opening.wall, opening.middle)[:2]) - eye
    far, forward = float(np.hypot(*to)), target - eye
    return far > 1.2 and float(to @ forward) > np.cos(half) * far * float(np.hypot(*forward))


def _weight(thing: Thing) -> float:
    """What a thing in sight is worth: large ones more than what hangs, and that more than what lies about; most of all
    the run of a kitchen, which is what the room is known by."""
    if thing.z:
        return 0.7 if thing.wall else 0.3
    return (
        0.4 + 0.6 * max(thing.model.wide, thing.model.deep) + (4.0 if thing.stands and thing.model.wide > 2.3 else 0.0)
    )


def _hidden(layout: Layout, thing: Thing, eye: np.ndarray, spot: np.ndarray) -> bool:
    """Whether something tall stands between the eye and a thing's middle."""
    steps = eye + (spot - eye) * np.linspace(0.1, 0.9, 12)[:, None]
    leaf = layout.plan.leaf()
    if leaf and covered(steps, leaf, 0.05).any():
        return True
    for other in layout.things:
        if other is thing or not other.stands or max(other.model.tall, HIDING.get(other.model.kind, 0)) < TALL:
            continue
        if covered(steps, other.footprint()).any():
            return True
    return False
