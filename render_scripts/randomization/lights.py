"""Lights: how strong, how warm, where, and which of them are on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from numpy.random import Generator

from .blackbody import WARMTH
from .streams import LIGHTS, Range, check_ranges, even, even_log, happens, stream

Factor = Annotated[float, 0.001, 1000]
Mired = Annotated[float, WARMTH[0], WARMTH[1]]
Count = Annotated[int, 0, 16]


@dataclass(frozen=True)
class Lights:
    """Lamps, and materials that give light. `power`: factor; `warmth`: mired added to the light's own colour, positive
    is warmer; `off`: share of the lights that are off (never all of them). Of lamps alone, `moved`: metres along each
    axis at most; `turned`: degrees at most; `added`: how many more there are, between the camera and what it sees, of
    `added_power` watts.
    """

    power: tuple[Factor, Factor] = (0.5, 2.0)
    warmth: tuple[Mired, Mired] = (-40.0, 80.0)
    moved: Annotated[float, 0, 100] = 0.05
    turned: Annotated[float, 0, 180] = 5.0
    off: Annotated[float, 0, 1] = 0.15
    added: tuple[Count, Count] = (0, 0)
    added_power: tuple[Factor, Factor] = (5.0, 50.0)

    def __post_init__(self) -> None:
        check_ranges(self, "power", "warmth", "added", "added_power")


@dataclass(frozen=True)
class LightDraw:
    """Of a light (a data-block, which several lamps may share) or a material: 0 as `power` is off."""

    power: float
    warmth: float


@dataclass(frozen=True)
class LampDraw:
    """Of a lamp (an object): metres in its own place's axes, degrees about its own."""

    moved: tuple[float, float, float]
    turned: tuple[float, float, float]


@dataclass(frozen=True)
class AddedLight:
    """Where the camera looks through (`across`, `up`: -1 to 1 of half the picture), at this share of the way to what
    is there, from `radius` metres of surface with `power` watts."""

    across: float
    up: float
    share: float
    power: float
    warmth: float
    radius: float


@dataclass(frozen=True)
class LightsDraw:
    """{name: what was drawn for it}; `emitters` are materials."""

    lights: dict[str, LightDraw]
    lamps: dict[str, LampDraw]
    added: tuple[AddedLight, ...]
    emitters: dict[str, LightDraw] = field(default_factory=dict)


def draw_lights(
    spec: Lights, lights: Iterable[str], lamps: Iterable[str], seed: int, frame: int, emitters: Iterable[str] = ()
) -> LightsDraw:
    shining = _shining(spec, "light", lights, seed, frame, some=True)
    return LightsDraw(
        shining,
        {name: _lamp(spec, name, seed, frame) for name in lamps},
        _added(spec, seed, frame),
        _shining(spec, "emitter", emitters, seed, frame, some=not shining),
    )


def _shining(spec: Lights, kind: str, names: Iterable[str], seed: int, frame: int, some: bool) -> dict[str, LightDraw]:
    """`some`: not all of these may be off, since a frame without any light teaches nothing."""
    drawn, off = {}, set()
    for name in names:
        rng = stream(seed, frame, LIGHTS, f"{kind} {name}")
        drawn[name] = LightDraw(even_log(rng, spec.power), even(rng, spec.warmth))
        if happens(rng, spec.off):
            off.add(name)
    if len(off) < len(drawn) or not some:
        drawn |= {name: LightDraw(0.0, drawn[name].warmth) for name in off}
    return drawn


def _lamp(spec: Lights, name: str, seed: int, frame: int) -> LampDraw:
    rng = stream(seed, frame, LIGHTS, f"lamp {name}")
    x, y, z = (even(rng, (-spec.moved, spec.moved)) for _ in range(3))
    a, b, c = (even(rng, (-spec.turned, spec.turned)) for _ in range(3))
    return LampDraw((x, y, z), (a, b, c))


def _added(spec: Lights, seed: int, frame: int) -> tuple[AddedLight, ...]:
    low, high = spec.added
    count = low + int(stream(seed, frame, LIGHTS).random() * (high - low + 1))
    return tuple(_one_more(spec, stream(seed, frame, LIGHTS, f"added {number}")) for number in range(count))


def _one_more(spec: Lights, rng: Generator) -> AddedLight:
    everywhere: Range = (-0.9, 0.9)
    across, up, share = even(rng, everywhere), even(rng, everywhere), even(rng, (0.2, 0.8))
    return AddedLight(
        across, up, share, even_log(rng, spec.added_power), even(rng, spec.warmth), even_log(rng, (0.02, 0.3))
    )
