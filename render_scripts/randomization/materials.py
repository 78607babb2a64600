"""Materials: colours and roughness that shift, and looks that replace what a thing is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from numpy.random import Generator

from .lights import Factor
from .streams import MATERIALS, Range, check_ranges, even, even_log, happens, one_of, stream

Share = Annotated[float, 0, 1]
Shift = Annotated[float, -1, 1]
STRUCTURED, FREE = "structured", "free"
ALL = "*"
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".exr", ".hdr")
PATTERNS = ("noise", "voronoi", "wave", "checker", "plain")


@dataclass(frozen=True)
class TexturePool:
    """Pictures in a folder, for the surfaces of these labels; a label "*" means every label."""

    labels: tuple[str, ...]
    folder: Path

    def is_for(self, label: str) -> bool:
        return ALL in self.labels or label in self.labels


@dataclass(frozen=True)
class Materials:
    """Shifts of each material: `share` of the materials that have any, `hue` in degrees, `saturation`, `value` as
    factors, `roughness` added. Looks of each thing: `swapped`, `textured` and `patterned` are the shares of surfaces
    that get another material of the scene, a picture of their label's `textures`, a procedural pattern.

    `mode` "structured": a swap stays among the materials that the scene has under the same label, and a pattern is
    drawn over the surface's own colour; "free": any material for anything, any colour. `tile`: metres that a picture or
    pattern covers until it begins anew.
    """

    mode: Literal["structured", "free"] = STRUCTURED
    share: Share = 1.0
    hue: tuple[Annotated[float, -180, 180], Annotated[float, -180, 180]] = (-12.0, 12.0)
    saturation: tuple[Factor, Factor] = (0.75, 1.25)
    value: tuple[Factor, Factor] = (0.75, 1.25)
    roughness: tuple[Shift, Shift] = (-0.15, 0.15)
    swapped: Share = 0.0
    textured: Share = 0.5
    textures: tuple[TexturePool, ...] = ()
    patterned: Share = 0.0
    tile: tuple[Factor, Factor] = (0.3, 2.0)

    def __post_init__(self) -> None:
        check_ranges(self, "hue", "saturation", "value", "roughness", "tile")
        together = self.swapped + self.patterned + (self.textured if self.textures else 0.0)
        if together > 1 + 1e-9:  # as 0.7 + 0.2 + 0.1 is
            said = "swapped, patterned and textured" if self.textures else "swapped and patterned"
            raise ValueError(f"{said} are {together:.3g} together: shares of the same surfaces add up to 1 at most")


@dataclass(frozen=True)
class Surface:
    """A material slot that may get another look: of which object, which slot of it, under which label."""

    thing: str
    slot: int
    label: str
    material: str


@dataclass(frozen=True)
class MaterialShift:
    hue: float
    saturation: float
    value: float
    roughness: float


@dataclass(frozen=True)
class Look:
    """What replaces a surface's material: `material`, the name of one of the scene, or `picture`, a file of the pool
    at position `pool`, or `pattern`, with `colours` (linear RGB) where the surface's own are not kept. The other values
    are those of the picture and the pattern: metres, degrees, and the roughness of the Principled shader."""

    thing: str
    slot: int
    material: str = ""
    pool: int = -1
    picture: str = ""
    pattern: str = ""
    colours: tuple[tuple[float, float, float], ...] = ()
    tile: float = 1.0
    turn: float = 0.0
    roughness: float = 0.5
    metallic: float = 0.0


@dataclass(frozen=True)
class MaterialsDraw:
    """`shifts`: {material: its shift}; `looks` of the surfaces that get one."""

    shifts: dict[str, MaterialShift]
    looks: tuple[Look, ...]


def draw_materials(
    spec: Materials,
    materials: Iterable[str],
    surfaces: Iterable[Surface],
    swaps: Mapping[str, Sequence[str]],
    pictures: Sequence[Sequence[str]],
    seed: int,
    frame: int,
) -> MaterialsDraw:
    """`swaps`: {label: names of the materials that a surface of it may get}; `pictures`: those of each pool."""
    shifts = {}
    for name in materials:
        rng = stream(seed, frame, MATERIALS, f"material {name}")
        touched = happens(rng, spec.share)
        shift = MaterialShift(
            *(even(rng, limits) for limits in (spec.hue, spec.saturation, spec.value, spec.roughness))
        )
        if touched:
            shifts[name] = shift
    looks = (_look(spec, surface, swaps, pictures, seed, frame) for surface in surfaces)
    return MaterialsDraw(shifts, tuple(look for look in looks if look))


def _look(
    spec: Materials,
    surface: Surface,
    swaps: Mapping[str, Sequence[str]],
    pictures: Sequence[Sequence[str]],
    seed: int,
    frame: int,
) -> Look | None:
    pools = [at for at, pool in enumerate(spec.textures) if pool.is_for(surface.label) and pictures[at]]
    if not (spec.patterned or spec.swapped or (pools and spec.textured)):
        return None
    rng = stream(seed, frame, MATERIALS, f"surface {surface.slot} of {surface.thing}")
    kind, tile, turn, roughness = rng.random(), even_log(rng, spec.tile), even(rng, (0, 360)), even(rng, (0.15, 0.95))
    metallic = 1.0 if happens(rng, 0.1) else 0.0
    pattern, colours = PATTERNS[one_of(rng, len(PATTERNS))], (colour(rng), colour(rng))
    which_swap, which_pool, which_picture = rng.random(), rng.random(), rng.random()
    others = swaps.get(ALL if spec.mode == FREE else surface.label, ())
    textured = spec.textured if pools else 0.0
    if kind < textured:
        pool = pools[int(which_pool * len(pools))]
        picture = pictures[pool][int(which_picture * len(pictures[pool]))]
        return Look(surface.thing, surface.slot, "", pool, picture, "", (), tile, turn, roughness)
    if kind < textured + spec.patterned:
        if spec.mode == STRUCTURED:
            return Look(surface.thing, surface.slot, "", -1, "", pattern, (), tile, turn, roughness)
        return Look(surface.thing, surface.slot, "", -1, "", pattern, colours, tile, turn, roughness, metallic)
    if kind < textured + spec.patterned + spec.swapped and others:
        return Look(surface.thing, surface.slot, material=others[int(which_swap * len(others))])
    return None


def colour(rng: Generator) -> tuple[float, float, float]:
    """Linear RGB whose reflectance is evenly distributed where an eye, or a camera, sees even steps."""
    dark_to_light: Range = (0.1, 0.95)
    r, g, b = (even(rng, dark_to_light) ** 2.2 for _ in range(3))
    return round(r, 6), round(g, 6), round(b, 6)
