"""What a recipe says of rooms. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

SUMMARY = "Living rooms, bedrooms, kitchens, offices and bathrooms, lived in, by day and by night; NYU40 labels"
LABEL_SET = "nyu40"
FRAMES_A_SCENE = 8
"""Views of one room: more look alike, fewer cost more building than rendering."""
INDEPENDENT = False

KINDS = ("living room", "bedroom", "kitchen", "office", "bathroom")
TIMES = ("day", "overcast", "dusk", "evening")


@dataclass(frozen=True)
class Settings:
    """Which rooms, in which light, with whose furniture."""

    kinds: Annotated[
        tuple[Literal["living room", "bedroom", "kitchen", "office", "bathroom"], ...],
        "Kinds of rooms; a scene is one of them, all as likely.",
    ] = KINDS
    times: Annotated[
        tuple[Literal["day", "overcast", "dusk", "evening"], ...],
        "Times of the day, all as likely: sun and sky, a gray sky, the blue after sunset, or night.",
    ] = TIMES
    clutter: Annotated[float, 0, 1, "How much lies about, on tables as on floors: 0 is a showroom."] = 0.75
    assets: Annotated[
        Path | None,
        "A folder of .glb, .gltf and .blend files, a thing each, in metres, upright, its front to -Y in Blender; its "
        "label from manifest.json beside them, or from how the file's name begins. Default: all from code.",
    ] = None
    assets_share: Annotated[float, 0, 1, "Of the things for which there are assets, the share that is one."] = 0.7
    lens: Annotated[tuple[float, float], "Focal lengths in mm, as of a 36 mm wide picture."] = (23.0, 31.0)
    roll: Annotated[float, 0, 45, "How askew the camera is held: one standard deviation, in degrees."] = 2.2
