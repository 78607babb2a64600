"""What frames look like cut through: (metres outwards, metres in front of the wall), from the inside outwards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Profile = list[tuple[float, float]]


def flat(wide: float, deep: float, lip: float) -> Profile:
    """A plain bar with eased edges."""
    ease = min(0.002, wide / 4)
    return [(0, lip), (0, deep - ease), (ease, deep), (wide - ease, deep), (wide, deep - ease), (wide, 0)]


def sloped(wide: float, deep: float, lip: float) -> Profile:
    """Falls towards the picture."""
    low = lip + 0.35 * (deep - lip)
    return [(0, lip), (0, low), (0.1 * wide, low), (0.82 * wide, deep), (wide, deep), (wide, 0)]


def reverse(wide: float, deep: float, lip: float) -> Profile:
    """Highest at the picture, falling to the wall."""
    return [(0, lip), (0, deep - 0.002), (0.002, deep), (0.16 * wide, deep), (wide, 0.3 * deep), (wide, 0)]


def scooped(wide: float, deep: float, lip: float) -> Profile:
    """A hollow between a small lip and a high rim."""
    low = lip + 0.3 * (deep - lip)
    turns = np.linspace(0, np.pi / 2, 7)
    hollow = [(wide * (0.14 + 0.66 * np.sin(turn)), deep - (deep - low) * np.cos(turn)) for turn in turns]
    return [(0, lip), (0, low + 0.002), (0.1 * wide, low + 0.002), *hollow, (0.96 * wide, deep), (wide, deep - 0.004),
            (wide, 0)]  # fmt: skip


def rounded(wide: float, deep: float, lip: float) -> Profile:
    """Half round."""
    turns = np.linspace(0, np.pi, 9)
    bow = [(wide * (1 - np.cos(turn)) / 2, lip + (deep - lip) * np.sin(turn) ** 0.7) for turn in turns[1:-1]]
    return [(0, lip), *bow, (wide, lip), (wide, 0)]


def carved(wide: float, deep: float, lip: float) -> Profile:
    """A bead, a cove, a swelling and a step, as on old gilded frames."""
    turns = np.linspace(0, np.pi, 6)
    bead = [(wide * (0.06 - 0.05 * np.cos(turn)), lip + 0.12 * deep + 0.1 * deep * np.sin(turn)) for turn in turns]
    cove = [(wide * (0.14 + 0.3 * part), lip + deep * (0.1 + 0.45 * part**2)) for part in np.linspace(0, 1, 5)]
    swell = [(wide * (0.64 - 0.17 * np.cos(turn)), deep * (0.78 + 0.22 * np.sin(turn))) for turn in turns]
    return [(0, lip), *bead, *cove, *swell, (0.84 * wide, 0.62 * deep), (wide, 0.55 * deep), (wide, 0)]


def boxed(wide: float, deep: float, lip: float) -> Profile:
    """A thin bar that stands far off the wall."""
    thin = min(wide, 0.012)
    return flat(thin, deep * 1.25, lip)


PROFILES: dict[str, Callable[[float, float, float], Profile]] = {
    "flat": flat,
    "sloped": sloped,
    "reverse": reverse,
    "scooped": scooped,
    "rounded": rounded,
    "carved": carved,
    "boxed": boxed,
}
