"""What a view of a room shows, and how much of it is something right before the lens, as far as a plan tells. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, atan2, cos, degrees, hypot, sin

import numpy as np

from scenes.pose import SENSOR
from scenes.rooms.floor_plan import Opening
from scenes.rooms.footprints import covered
from scenes.rooms.layout import Layout, Thing

OPENINGS = 1.2  # what a door or a window in sight is worth
HIDING = {"bathtub": 2.0}  # metres: with a curtain
TALL = 1.3  # metres: what is higher hides what is behind it
RAYS, STEPS = 25, 18  # of the fan that says how much of a picture is near
NEAR_THING, NEAR_WALL = 0.95, 0.7  # metres, up to which things and walls fill the part of the picture that they are in
FILLED = 0.2  # the share of a picture that what is near may fill
COST = 24.0  # of a picture that is filled from side to side


@dataclass(frozen=True)
class View:
    """A camera at `eye` that looks at `target` (metres), rolled clockwise by degrees, with its focal length in mm."""

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    roll: float
    lens: float

    @property
    def turn(self) -> float:
        """Radians anticlockwise from x, as seen from above."""
        return atan2(self.target[1] - self.eye[1], self.target[0] - self.eye[0])

    @property
    def half(self) -> float:
        """Half of the angle that is in the picture from left to right, in radians."""
        return atan(SENSOR / 2 / self.lens)


@dataclass(frozen=True)
class Sights:
    """How well a view is taken, and what each thing in it is worth, by its number; openings count from -1 down."""

    taken: float
    shown: dict[int, float]

    @property
    def worth(self) -> float:
        return self.taken + sum(self.shown.values())


def sights_of(layout: Layout, view: View) -> Sights:
    """The further one looks and the less is right before the lens, the better; things in sight each have a worth."""
    eye, target = np.array(view.eye), np.array(view.target)
    away = hypot(target[0] - eye[0], target[1] - eye[1])
    if away < 0.9:
        return Sights(-40.0, {})
    pitch = degrees(atan((target[2] - eye[2]) / away))
    taken = 2.0 * min(away, 3.0) - 0.05 * abs(pitch + 10) - COST * max(0.0, filled(layout, view) - FILLED)
    shown = {}
    for number, thing in enumerate(layout.things):
        footprint = thing.footprint()
        spot = np.array([footprint.x, footprint.y])
        if not _in_picture(view, spot, 0.3):
            continue
        if footprint.away(eye[:2]) < 0.4 and thing.z + thing.model.tall > eye[2] - 0.5:
            taken -= 6.0
        elif not _hidden(layout, thing, eye[:2], spot):
            shown[number] = _weight(thing)
    for number, opening in enumerate(openings_of(layout), 1):
        if _in_picture(view, np.array(layout.plan.against(opening.wall, opening.middle)[:2]), 1.2):
            shown[-number] = OPENINGS
    return Sights(taken, shown)


def filled(layout: Layout, view: View) -> float:
    """The share of a picture, from side to side at the eye's height, in which walls, tall things or the door's leaf
    are so near that one sees little but them."""
    eye = np.array(view.eye[:2])
    across = np.arctan(np.linspace(-1, 1, RAYS) * np.tan(view.half)) + view.turn
    towards = np.stack([np.cos(across), np.sin(across)], axis=-1)
    steps = eye + towards[:, None] * np.linspace(0.05, NEAR_THING, STEPS)[:, None]
    near = np.zeros(steps.shape[:2], bool)
    for thing in layout.things:
        if thing.stands and _top(thing) > view.eye[2] - 0.3:
            near |= covered(steps, thing.footprint())
    leaf = layout.plan.leaf()
    if leaf:
        near |= covered(steps, leaf, 0.03)
    ends = eye + towards * NEAR_WALL
    outside = ((ends < 0) | (ends > (layout.plan.width, layout.plan.depth))).any(-1)
    return float((near.any(-1) | outside).mean())


def openings_of(layout: Layout) -> tuple[Opening, ...]:
    return (layout.plan.door, *layout.plan.windows)


def _in_picture(view: View, spot: np.ndarray, least: float) -> bool:
    """Whether a place of the floor is between left and right, and no nearer than `least`: else one sees a part."""
    to = spot - view.eye[:2]
    far = float(np.hypot(*to))
    return far >= least and float(to @ (cos(view.turn), sin(view.turn))) >= cos(0.95 * view.half) * far


def _weight(thing: Thing) -> float:
    """What a thing in sight is worth: large ones more than what hangs, and that more than what lies about; most of all
    the run of a kitchen, which is what the room is known by."""
    if thing.z:
        return 0.7 if thing.wall else 0.3
    return (
        0.4 + 0.6 * max(thing.model.wide, thing.model.deep) + (4.0 if thing.stands and thing.model.wide > 2.3 else 0.0)
    )


def _top(thing: Thing) -> float:
    return max(thing.model.tall, HIDING.get(thing.model.kind, 0.0))


def _hidden(layout: Layout, thing: Thing, eye: np.ndarray, spot: np.ndarray) -> bool:
    """Whether something tall stands between the eye and a thing's middle."""
    steps = eye + (spot - eye) * np.linspace(0.1, 0.9, 12)[:, None]
    leaf = layout.plan.leaf()
    if leaf and covered(steps, leaf, 0.05).any():
        return True
    return any(
        covered(steps, other.footprint()).any()
        for other in layout.things
        if other is not thing and other.stands and _top(other) >= TALL
    )
