"""The light that a room is seen in: what the sky gives, which lamps burn and in which colour. Pure.

A time of the day says what is likely; a mood is one draw of it. The window alone, window and lamps at odds in colour, a
ceiling lamp alone, a single lamp on a night stand: each makes another picture of the same room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

Color = tuple[float, float, float]
LAMPS = ("table lamp", "desk lamp", "floor lamp")

BULBS: dict[str, Color] = {
    "candle": (1.0, 0.56, 0.26),
    "warm": (1.0, 0.67, 0.38),
    "soft": (1.0, 0.80, 0.58),
    "neutral": (1.0, 0.91, 0.80),
    "cool": (0.90, 0.95, 1.0),
}


@dataclass(frozen=True)
class Sky:
    """What one sees through a window, and what comes in: watts for each square metre of it."""

    low: Color
    high: Color
    ground: Color
    strength: float
    watts: float
    color: Color
    exposure: float


SKIES = {
    "day": Sky((0.80, 0.87, 0.92), (0.26, 0.47, 0.78), (0.20, 0.24, 0.12), 5.0, 40.0, (0.86, 0.93, 1.0), 0.0),
    "overcast": Sky((0.80, 0.82, 0.85), (0.66, 0.69, 0.74), (0.20, 0.21, 0.16), 2.4, 24.0, (0.90, 0.95, 1.0), 0.8),
    "dusk": Sky((0.52, 0.40, 0.40), (0.10, 0.17, 0.36), (0.035, 0.04, 0.04), 0.55, 4.0, (0.50, 0.66, 1.0), 0.9),
    "evening": Sky((0.30, 0.22, 0.22), (0.02, 0.03, 0.08), (0.02, 0.02, 0.022), 0.25, 0.5, (0.35, 0.5, 1.0), 0.9),
}
ADAPTED = {"day": 0.0, "overcast": 0.0, "dusk": 0.4, "evening": 0.7}
"""How far a phone takes the colour of lamps for white: by day not at all, by night far, and one still sees it."""
WAYS = ("none", "ceiling", "some", "one", "all")
"""Which lamps burn: none, that on the ceiling, some that stand, one of these, or all."""
LIKELY = {
    "day": (0.84, 0.03, 0.06, 0.05, 0.02),
    "overcast": (0.46, 0.16, 0.16, 0.08, 0.14),
    "dusk": (0.06, 0.22, 0.28, 0.16, 0.28),
    "evening": (0.0, 0.25, 0.25, 0.16, 0.34),
}


@dataclass(frozen=True)
class Mood:
    """One light: the sky; whether the ceiling lamp burns, which things do (by their numbers) and how much brighter than
    usual; the colours of both; the sun's strength (0: none) and colour; how far curtains and blinds are drawn."""

    time: str
    sky: Sky
    ceiling: bool
    burning: frozenset[int]
    watts: float
    bulbs: tuple[Color, Color]
    sun: float
    sun_color: Color
    drawn: tuple[float, float]

    @property
    def adapted(self) -> float:
        return ADAPTED[self.time]

    @property
    def dark_outside(self) -> bool:
        return self.time in ("dusk", "evening")


def white_balanced(color: Color, adapted: float) -> Color:
    """The light of a lamp as a phone shows it that took it for white: 0 not at all, 1 wholly. It stays as bright."""
    if not adapted:
        return color
    paler = [part ** (1 - adapted) for part in color]
    bright = luminance(color) / luminance(paler)
    return paler[0] * bright, paler[1] * bright, paler[2] * bright


def luminance(color: Sequence[float]) -> float:
    """Of linear Rec. 709."""
    return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]


def draw_mood(rng: np.random.Generator, time: str, kind: str, lamps: Sequence[int], windows: int) -> Mood:
    """The light of a room of a kind with these lamps (numbers of things) and so many windows.

    A room that the sky does not light has a lamp on, and one without lamps that stand has that of its ceiling.
    """
    way = str(rng.choice(WAYS, p=LIKELY[time]))
    if way == "none" and (not windows or time == "evening"):
        way = "ceiling"
    if way in ("some", "one") and not lamps:
        way = "ceiling"
    order = [int(number) for number in rng.permutation(np.array(lamps, int))]
    share = {"none": 0, "ceiling": 0, "one": 1, "some": int(rng.integers(1, len(lamps) + 1)) if lamps else 0}
    burning = frozenset(order[: share.get(way, len(lamps))])
    ceiling = way in ("ceiling", "all")
    cold = kind in ("office", "bathroom", "kitchen") and rng.random() < 0.6
    above = str(rng.choice(["neutral", "cool", "soft"] if cold else ["warm", "soft", "neutral"]))
    stands = str(rng.choice(["candle", "warm", "warm", "soft", "neutral"]))
    alone = 1.0 if ceiling or not burning else 3.5 if len(burning) == 1 else 2.0
    watts = alone * rng.uniform(0.8, 1.3) * (0.6 if time in ("day", "overcast") else 1.0)
    sun = float(rng.uniform(8, 26)) if time == "day" and windows and rng.random() < 0.85 else 0.0
    low = rng.random()
    color = (1.0, 0.92 - 0.24 * low, 0.82 - 0.46 * low)
    shut = {"evening": (0.3, 1.0), "dusk": (0.0, 0.8)}.get(time, (0.0, 0.45))
    if time in ("day", "overcast") and rng.random() < 0.14:
        shut = (0.75, 1.0)  # against the glare, or because somebody sleeps
    return Mood(time, _weather(rng, time), ceiling, burning, watts, (BULBS[above], BULBS[stands]), sun, color, shut)


def _weather(rng: np.random.Generator, time: str) -> Sky:
    """The sky of a time, some brighter and bluer than others."""
    sky = SKIES[time]
    bright, blue = rng.uniform(0.65, 1.35), rng.uniform(-0.05, 0.06)
    red, green, other = sky.color
    color = (float(np.clip(red - blue, 0, 1)), green, float(np.clip(other + blue, 0, 1)))
    return replace(sky, watts=sky.watts * bright, strength=sky.strength * rng.uniform(0.8, 1.2), color=color)
