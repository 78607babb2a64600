"""How a picture is framed: drawn once for pictures that belong together, or for each. No Blender."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scenes.picture_frames.finishes import CARVED, FRAMES, MATS, PLAIN_MATS
from scenes.picture_frames.profiles import PROFILES
from scenes.picture_frames.settings import Settings


@dataclass(frozen=True)
class Style:
    """`kind`: framed, canvas, poster, clip, hanger, empty or mirror. Lengths in metres; `border`: the mat's, as a share
    of the picture's shorter side, 0 for none; `glass`: see `surfaces.behind_glass`; `windows` of the mat."""

    kind: str
    shape: str
    profile: str
    finish: str
    wide: float
    deep: float
    border: float
    mat: str
    second: str
    floating: bool
    window: str
    windows: int
    glass: float | None
    edge: float


def draw_style(rng: np.random.Generator, settings: Settings, kinds: tuple[str, ...] = ()) -> Style:
    """One way to frame a picture; `kinds`: those to choose from."""
    kind = rng.choice(kinds) if kinds else rng.choice(
        ["framed", "canvas", "poster", "clip", "hanger"], p=[0.7, 0.12, 0.08, 0.06, 0.04]
    )  # fmt: skip
    profile = str(rng.choice(list(PROFILES), p=[0.34, 0.1, 0.08, 0.1, 0.08, 0.13, 0.17]))
    finish = str(rng.choice(CARVED if profile == "carved" else list(FRAMES)))
    wide = rng.uniform(0.05, 0.1) if profile == "carved" else rng.lognormal(np.log(0.024), 0.4)
    shape = str(rng.choice(["rectangle", "oval", "arch", "octagon"], p=[0.87, 0.08, 0.03, 0.02]))
    matted = rng.random() < settings.mats and kind != "mirror"
    colored = rng.random() < 0.3
    mat = str(rng.choice(list(MATS) if colored else PLAIN_MATS))
    glazed = rng.random() < settings.glass or kind == "clip"
    return Style(
        kind=str(kind),
        shape=shape if kind in ("framed", "mirror", "empty") else "rectangle",
        profile=profile,
        finish=finish,
        wide=float(np.clip(wide, 0.009, 0.12)),
        deep=float(rng.uniform(0.014, 0.034)),
        border=float(rng.uniform(0.08, 0.21)) if matted else 0.0,
        mat=mat,
        second=str(rng.choice(list(MATS))) if matted and rng.random() < 0.3 else "",
        floating=bool(rng.random() < 0.16) and shape == "rectangle",
        window=str(rng.choice(["rectangle", "oval", "arch"], p=[0.9, 0.08, 0.02])) if shape == "rectangle" else shape,
        windows=int(rng.choice([1, 2, 3, 4], p=[0.88, 0.05, 0.05, 0.02])) if shape == "rectangle" else 1,
        glass=(0.2 if rng.random() < 0.15 else 0.0) if glazed else None,
        edge=float(rng.uniform(0.03, 0.1)) if rng.random() < 0.4 else 0.0,
    )


def varied(rng: np.random.Generator, style: Style) -> Style:
    """The same frame with the odd mat."""
    return replace(style, mat=str(rng.choice(PLAIN_MATS))) if rng.random() < 0.15 else style
