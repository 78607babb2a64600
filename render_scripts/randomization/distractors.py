"""Distractors: things that are not of the data set, so that a model learns to look past them.

"Flying distractors" of Tremblay et al., "Training Deep Networks with Synthetic Data: Bridging the Reality Gap by
Domain Randomization", 2018; here they also stand on what the view sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from blender_addon.contract.labels import CODE_NAMES, IGNORE, UNLABELLED, LabelSet
from blender_addon.contract.run import Plan

from .distractor_shapes import SHAPES
from .materials import PATTERNS, Share, colour
from .streams import DISTRACTORS, Range, check_ranges, even, even_log, happens, one_of, stream

Metres = Annotated[float, 0.001, 1000]
MODELS = (".blend", ".glb", ".gltf", ".obj")
_LONG: Range = (0.45, 1.0)  # of the longest side, what the others have at least and at most
_WITHIN: Range = (-0.95, 0.95)  # of half the picture


@dataclass(frozen=True)
class Distractors:
    """`count` of a frame; `size`: metres of the longest side; `standing`: share of them that stand on what the view
    sees, the others float; `distance`: metres from the camera; `hidden`: share of the picture that all together hide at
    most; `models`: folders of .blend, .glb, .gltf and .obj files, none for shapes of ours; `painted`: share of models
    that get a drawn look in place of their own; `label`: ignore, unlabelled or the name of a label; `tries` until a
    place is found where one meets nothing.
    """

    count: tuple[Annotated[int, 0, 64], Annotated[int, 0, 64]] = (2, 8)
    size: tuple[Metres, Metres] = (0.05, 0.4)
    standing: Share = 0.5
    distance: tuple[Metres, Metres] = (0.4, 6.0)
    hidden: Share = 0.25
    models: tuple[Path, ...] = ()
    painted: Share = 0.5
    label: str = CODE_NAMES[IGNORE]
    tries: Annotated[int, 1, 64] = 16

    def __post_init__(self) -> None:
        check_ranges(self, "count", "size", "distance")

    @property
    def is_a_label(self) -> bool:
        return self.label not in (CODE_NAMES[IGNORE], CODE_NAMES[UNLABELLED])


@dataclass(frozen=True)
class Paint:
    """A pattern of two colours (linear RGB), so often across the thing; roughness and metal of a Principled shader."""

    pattern: str
    colours: tuple[tuple[float, float, float], tuple[float, float, float]]
    repeats: float
    roughness: float
    metallic: float


@dataclass(frozen=True)
class Spot:
    """A place to try: where the camera looks through (`across`, `up`: -1 to 1 of half the picture), at which share of
    the way that there is, and how turned (w, x, y, z); what stands turns about the vertical alone."""

    across: float
    up: float
    share: float
    turn: tuple[float, float, float, float]


@dataclass(frozen=True)
class Wanted:
    """One distractor before it has a place. `stretch` makes its sides differ."""

    shape: str
    size: float
    stretch: tuple[float, float, float]
    standing: bool
    own_look: bool
    paint: Paint
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class Distractor:
    """One that is there: `shape`, one of ours or the file of a model; `size`, metres of its longest side; `placed`,
    floating or standing; `location` of its middle in metres of the world, `rotation` (w, x, y, z). `own_look`: its own
    materials, and `paint` on what of them is not opaque."""

    shape: str
    size: float
    stretch: tuple[float, float, float]
    placed: str
    location: tuple[float, float, float]
    rotation: tuple[float, float, float, float]
    own_look: bool
    paint: Paint


@dataclass(frozen=True)
class DistractorsDraw:
    """`things` with `label`; for `left_out` more no place was found. `hidden`: share of the picture that they hide at
    most."""

    label: str
    things: tuple[Distractor, ...]
    left_out: int
    hidden: float


def draw_distractors(spec: Distractors, models: Sequence[str], seed: int, frame: int) -> tuple[Wanted, ...]:
    """`models`: names of the files, all folders' one after the other; none for shapes of ours."""
    low, high = spec.count
    count = low + one_of(stream(seed, frame, DISTRACTORS), high - low + 1)
    return tuple(_wanted(spec, models, seed, frame, number) for number in range(count))


def _wanted(spec: Distractors, models: Sequence[str], seed: int, frame: int, number: int) -> Wanted:
    rng = stream(seed, frame, DISTRACTORS, f"thing {number}")
    names = models or tuple(SHAPES)
    shape, size = names[one_of(rng, len(names))], even_log(rng, spec.size)
    sides = [even_log(rng, _LONG) for _ in range(3)]
    standing, painted = happens(rng, spec.standing), happens(rng, spec.painted)
    paint = Paint(
        PATTERNS[one_of(rng, len(PATTERNS))], (colour(rng), colour(rng)), even_log(rng, (1, 8)), even(rng, (0.05, 1)),
        1.0 if happens(rng, 0.15) else 0.0,
    )  # fmt: skip
    places = stream(seed, frame, DISTRACTORS, f"places of thing {number}")
    spots = tuple(_spot(places) for _ in range(spec.tries))
    if models:
        return Wanted(shape, size, (1.0, 1.0, 1.0), standing, not painted, paint, spots)
    x, y, z = (round(side / max(sides), 6) for side in sides)
    return Wanted(shape, size, (x, y, z), standing, False, paint, spots)


def _spot(rng: Generator) -> Spot:
    across, up, share = even(rng, _WITHIN), even(rng, _WITHIN), even(rng, (0, 1))
    return Spot(across, up, share, _turn(*rng.random(3).tolist()))


def _turn(first: float, second: float, third: float) -> tuple[float, float, float, float]:
    """A rotation, each as likely, of three numbers from 0 to 1 (Shoemake, "Uniform Random Rotations", 1992)."""
    a, b = sqrt(1 - first), sqrt(first)
    w, x = a * sin(2 * pi * second), a * cos(2 * pi * second)
    y, z = b * sin(2 * pi * third), b * cos(2 * pi * third)
    return round(w, 6), round(x, 6), round(y, 6), round(z, 6)


def upright(turn: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """What is left of a rotation about the vertical."""
    w, _, _, z = turn
    long = sqrt(w * w + z * z)
    return (round(w / long, 6), 0.0, 0.0, round(z / long, 6)) if long > 1e-6 else (1.0, 0.0, 0.0, 0.0)


def index_of(label: str, label_set: LabelSet) -> int:
    """The pass index that distractors carry. Raises LabelSetError for a label that is not in the set."""
    if label == CODE_NAMES[UNLABELLED]:
        return UNLABELLED
    return label_set.spare_id if label == CODE_NAMES[IGNORE] else label_set.find(label).id


def void_of(plan: Plan) -> int:
    """The index that passes of a run show in place of `IGNORE`; 0 where none does."""
    stored = plan.settings.randomization.get("distractors")
    return plan.label_set.spare_id if stored and stored.get("label", Distractors.label) == CODE_NAMES[IGNORE] else 0


_WAYS = np.array([(cos(a), sin(a)) for a in np.arange(48) * pi / 24])


def covered(points: NDArray[np.float64]) -> float:
    """The area of the convex hull of (N, 2) points: of its outermost points in 48 directions."""
    rim = points[(points @ _WAYS.T).argmax(axis=0)]
    beside = np.roll(rim, -1, axis=0)
    return float(abs((rim[:, 0] * beside[:, 1] - rim[:, 1] * beside[:, 0]).sum()) / 2)
