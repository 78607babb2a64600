"""The world: which light comes from all around, and what is seen where nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from .lights import Factor
from .streams import WORLD, check_ranges, even, even_log, happens, one_of, stream

Degrees = Annotated[float, -360, 360]
PICTURES = (".hdr", ".exr")


@dataclass(frozen=True)
class World:
    """`hdris`: a folder of equirectangular .hdr and .exr files, None for those that come with Blender; `share` of the
    frames in which one takes the place of the scene's own world; `strength`: factor, on pictures whose mean radiance
    is made 1 where they are `evened`; `turn`: degrees about the vertical.
    """

    hdris: Path | None = None
    share: Annotated[float, 0, 1] = 1.0
    strength: tuple[Factor, Factor] = (0.5, 2.0)
    evened: bool = True
    turn: tuple[Degrees, Degrees] = (-180.0, 180.0)

    def __post_init__(self) -> None:
        check_ranges(self, "strength", "turn")


@dataclass(frozen=True)
class WorldDraw:
    """`hdri` is the name of a file in the folder, "" where the scene's own world stays."""

    hdri: str
    strength: float
    turn: float


def draw_world(spec: World, hdris: Sequence[str], seed: int, frame: int) -> WorldDraw:
    rng = stream(seed, frame, WORLD)
    used, which = happens(rng, spec.share), one_of(rng, len(hdris))
    strength, turn = even_log(rng, spec.strength), even(rng, spec.turn)
    return WorldDraw(hdris[which] if used and hdris else "", strength, turn)
