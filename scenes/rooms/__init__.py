"""Rooms that somebody lives or works in: living rooms, bedrooms, kitchens, offices and bathrooms, each from a seed.

What a recipe needs to know of them is here without Blender; `build` needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blender_addon.contract.labels import built_in
from scenes.rooms.asset_names import whole_assets
from scenes.rooms.settings import FRAMES_A_SCENE, INDEPENDENT, LABEL_SET, SUMMARY, Settings

if TYPE_CHECKING:
    import bpy

__all__ = ["FRAMES_A_SCENE", "INDEPENDENT", "LABEL_SET", "SUMMARY", "Settings", "build", "check"]


def build(settings: Settings, seed: int, scene_number: int, frames: int) -> bpy.types.Scene:
    """The room `scene_number` of a seed in an empty file, seen by `frames` views on frames 1 to `frames`."""
    from scenes.rooms.building import build_room

    return build_room(settings, seed, scene_number, frames)


def check(settings: Settings) -> None:
    """Raises ValueError for a folder of assets that will not do."""
    if settings.assets is not None:
        whole_assets(settings.assets, built_in(LABEL_SET))
