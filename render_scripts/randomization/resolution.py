"""The size of a frame's pictures: one of several, or the run's own by a factor."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Annotated, Any

from blender_addon.contract.arguments import SIZE, parse_size
from blender_addon.contract.strict import Spelled

from .streams import RESOLUTION, Range, check_ranges, even_log, one_of, stream

LEAST = 4
"""Pixels of a side: Blender renders no less."""

Side = Annotated[int, LEAST, 65536]
Scale = Annotated[float, 0.01, 16]
Size = tuple[int, int]
"""(width, height) in pixels."""


def _sizes(value: Any) -> Any:
    """Sizes as [width, height] each, of such or of texts such as 640x480, or of one of these alone."""
    alone = isinstance(value, str) or (isinstance(value, list) and len(value) == 2 and type(value[0]) is int)
    parts = [value] if alone else value
    if not isinstance(parts, list):
        return value
    return [list(parse_size(part)) if isinstance(part, str) else part for part in parts]


_SIDE = {"type": "integer", "minimum": LEAST, "maximum": 65536}
_SIZE = [
    {"type": "string", "pattern": SIZE},
    {"type": "array", "items": _SIDE, "minItems": 2, "maxItems": 2},
]
_SIZES = {"anyOf": [*_SIZE, {"type": "array", "items": {"anyOf": _SIZE}}]}


@dataclass(frozen=True)
class Resolution:
    """`sizes`: width and height in pixels, each as likely, none for the run's own; `scale`: factor on both sides, by
    its logarithm, 0.5 to 1 where nothing is said and there are no `sizes`; `multiple`: what is scaled has sides that
    this divides.
    """

    sizes: Annotated[tuple[tuple[Side, Side], ...], Spelled(_sizes, _SIZES)] = ()
    scale: tuple[Scale, Scale] | None = None
    multiple: Annotated[int, 1, 1024] = 8

    def __post_init__(self) -> None:
        if self.scale:
            check_ranges(self, "scale")

    @property
    def factors(self) -> Range:
        return self.scale or ((1.0, 1.0) if self.sizes else (0.5, 1.0))


@dataclass(frozen=True)
class ResolutionDraw:
    """`size` is (width, height) in pixels."""

    size: Size


def draw_resolution(spec: Resolution, own: Size, seed: int, frame: int) -> ResolutionDraw:
    """`own` is the size of the run, (width, height) in pixels."""
    rng = stream(seed, frame, RESOLUTION)
    which, factor = one_of(rng, len(spec.sizes)), even_log(rng, spec.factors)
    return ResolutionDraw(scaled(spec.sizes[which] if spec.sizes else own, factor, spec))


def scaled(size: Size, factor: float, spec: Resolution) -> Size:
    """A size by a factor, to the nearest multiple; as it stands where a spec scales nothing."""
    if spec.factors == (1.0, 1.0):
        return size
    least = ceil(LEAST / spec.multiple)
    width, height = (max(round(side * factor / spec.multiple), least) * spec.multiple for side in size)
    return width, height


def extremes(spec: Resolution, own: Size) -> list[Size]:
    """Sizes that may be drawn, from the one of the fewest pixels to that of the most."""
    found = {scaled(size, factor, spec) for size in spec.sizes or (own,) for factor in spec.factors}
    return sorted(found, key=lambda size: (size[0] * size[1], size))
