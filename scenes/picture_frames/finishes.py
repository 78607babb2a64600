"""What frames and mats are painted with, made once for a .blend when the first of them hangs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import bpy

from scenes.picture_frames.gallery import Art
from scenes.picture_frames.surfaces import gilded, matboard, sheet
from scenes.shader_nodes import Color
from scenes.shaders import metal, paint, wood

FRAMES: dict[str, tuple[Callable[..., bpy.types.Material], tuple]] = {
    "black": (paint, ((0.012, 0.012, 0.013), 0.35)),
    "matt black": (paint, ((0.02, 0.02, 0.021), 0.7)),
    "white": (paint, ((0.80, 0.79, 0.76), 0.4)),
    "cream": (paint, ((0.72, 0.66, 0.53), 0.45)),
    "grey": (paint, ((0.30, 0.30, 0.29), 0.5)),
    "red": (paint, ((0.42, 0.035, 0.025), 0.25, 0.4)),
    "blue": (paint, ((0.03, 0.09, 0.22), 0.3, 0.3)),
    "green": (paint, ((0.05, 0.14, 0.09), 0.4)),
    "oak": (wood, ((0.34, 0.20, 0.09), (0.56, 0.37, 0.20))),
    "ash": (wood, ((0.55, 0.43, 0.29), (0.74, 0.62, 0.45), 0.5, 12.0)),
    "walnut": (wood, ((0.07, 0.032, 0.016), (0.20, 0.10, 0.05), 0.38)),
    "mahogany": (wood, ((0.10, 0.022, 0.010), (0.23, 0.06, 0.028), 0.25, 20.0)),
    "pine": (wood, ((0.50, 0.31, 0.14), (0.70, 0.49, 0.27), 0.5, 11.0)),
    "gold": (gilded, ((0.80, 0.55, 0.20), (0.20, 0.05, 0.02))),
    "pale gold": (gilded, ((0.84, 0.70, 0.42), (0.30, 0.20, 0.12))),
    "silver leaf": (gilded, ((0.72, 0.71, 0.68), (0.12, 0.11, 0.11))),
    "aluminium": (metal, ((0.72, 0.72, 0.72), 0.3)),
    "brass": (metal, ((0.72, 0.48, 0.18), 0.25)),
    "dark metal": (metal, ((0.07, 0.068, 0.066), 0.42)),
}
CARVED = ("gold", "gold", "pale gold", "silver leaf", "walnut", "black", "cream", "mahogany")
"""What carved frames come in."""

MATS: dict[str, Color] = {
    "white": (0.82, 0.81, 0.78),
    "ivory": (0.76, 0.71, 0.60),
    "cream": (0.70, 0.62, 0.47),
    "grey": (0.38, 0.38, 0.37),
    "black": (0.022, 0.022, 0.023),
    "navy": (0.025, 0.05, 0.11),
    "sage": (0.30, 0.36, 0.28),
    "dusk": (0.45, 0.30, 0.27),
    "burgundy": (0.17, 0.018, 0.03),
    "ochre": (0.48, 0.30, 0.08),
    "sky": (0.42, 0.53, 0.60),
}
PLAIN_MATS = ("white", "white", "white", "ivory", "ivory", "cream")


@dataclass
class Finishes:
    """Materials by what they are, for all walls of a .blend."""

    made: dict[tuple, bpy.types.Material] = field(default_factory=dict)

    def frame(self, name: str) -> bpy.types.Material:
        recipe, values = FRAMES[name]
        return self._kept(("frame", name), lambda: recipe(f"frame {name}", *values))

    def mat(self, name: str, glass: float | None) -> bpy.types.Material:
        return self._kept(("mat", name, glass), lambda: matboard(f"mat {name}", MATS[name], glass))

    def art(self, art: Art, glass: float | None, rough: float) -> bpy.types.Material:
        white = (0.80, 0.79, 0.76)
        return self._kept(
            ("art", art.image.name, glass, rough),
            lambda: sheet(f"{art.image.name} hung", art.image, white, glass, rough),
        )

    def _kept(self, key: tuple, make: Callable[[], bpy.types.Material]) -> bpy.types.Material:
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]
