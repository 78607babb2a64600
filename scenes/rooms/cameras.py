"""Photographs as one takes them with a phone in a room: from where, of what, how askew, and each another one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import cos, degrees, hypot, radians

import numpy as np

from scenes.rooms.footprints import covered
from scenes.rooms.layout import Layout, Thing, walkable
from scenes.rooms.settings import Settings
from scenes.rooms.sights import Sights, View, openings_of, sights_of

CANDIDATES = 72
GOLDEN = 137.5  # degrees from one view to the next, so that few views show whatever there is
CURTAIN = 0.45  # metres that one keeps from windows, and from what hangs beside them
BEFORE_LEAF = 0.35  # metres that one keeps from the leaf of an open door
MOVED, TURNED = 1.2, 50.0  # metres, or degrees, that make a photograph another one
APART = (1.0, 0.86, 0.7, 0.55, 0.4, 0.2, 0.0)
"""How far apart views are, in the measure of `apart`: as far as a room has room for. At 0.86 no two are both nearer
than 0.6 m and less than 35 degrees."""
GOOD = 0.5  # of what the best candidate is worth: what another one must be
TIRED = 0.6  # what a thing is worth once it has been seen, and again for each time more


def draw_views(layout: Layout, rngs: Sequence[np.random.Generator], settings: Settings) -> list[View]:
    """A view for each of the generators, which draw nothing else; it hangs on those before it and on none behind it.

    Of many candidates one that shows much that earlier ones did not, from elsewhere or towards elsewhere.
    """
    points, reached = walkable(layout)
    clear = reached & ~_behind_curtains(layout, points) & ~_at_the_leaf(layout, points)
    spots = points[clear if clear.any() else reached]
    aims = [thing for thing in layout.things if thing.model.tall > 0.2 or thing.wall]
    views: list[View] = []
    seen: Counter[int] = Counter()
    for frame, rng in enumerate(rngs, 1):
        candidates = [_draw_candidate(layout, rng, spots, aims, settings) for _ in range(CANDIDATES)]
        sights = [sights_of(layout, view) for view in candidates]
        wanted = [
            _novelty(sight, seen) + 4.0 * cos(view.turn - radians(GOLDEN * frame)) + rng.normal(0, 0.7)
            for view, sight in zip(candidates, sights)
        ]
        chosen = max(_eligible(candidates, sights, views), key=lambda number: wanted[number])
        views.append(candidates[chosen])
        seen.update(sights[chosen].shown.keys())
    return views


def apart(one: View, other: View) -> float:
    """How different two photographs are by where and whereto they were taken: 1 for MOVED metres, or TURNED degrees."""
    moved = hypot(one.eye[0] - other.eye[0], one.eye[1] - other.eye[1])
    turned = abs((degrees(one.turn - other.turn) + 180) % 360 - 180)
    return hypot(moved / MOVED, turned / TURNED)


def _eligible(candidates: list[View], sights: list[Sights], views: list[View]) -> list[int]:
    """The candidates that are worth taking, and as far from all views there are as some of these can be."""
    best = max(sight.worth for sight in sights)
    good = [number for number, sight in enumerate(sights) if sight.worth >= min(best, GOOD * best)]
    away = {number: min((apart(candidates[number], view) for view in views), default=np.inf) for number in good}
    far = next(far for far in APART if any(away[number] >= far for number in good))
    return [number for number in good if away[number] >= far]


def _novelty(sight: Sights, seen: Counter[int]) -> float:
    """The worth of a view, in which what others show counts less."""
    return sight.taken + sum(worth * TIRED ** seen[number] for number, worth in sight.shown.items())


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
    openings = openings_of(layout)
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
