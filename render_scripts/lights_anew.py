"""Lights that come and go from frame to frame: Cycles begins anew where they do.

Data that persists keeps lights in an order that hangs on what came and went before, and which of them a sample asks is
chosen by that order: the noise of a frame would be another one where other frames came before it in the process.
"""

from __future__ import annotations

import bpy

from .randomization.animated import is_animated
from .randomization.emitters_on_scene import shines


class LightsAnew:
    """Remembers what the frame before showed. Where nothing is hidden or shown by keys or drivers it costs nothing."""

    def __init__(self) -> None:
        # Not those of the view layer: what a collection holds that is only shown as an instance is not among them.
        come_and_go = [obj for obj in bpy.data.objects if is_animated(obj, "hide_render")]
        # Surfaces that shine are listed with all others: what goes makes room, and the last one moves there.
        with_surfaces = bool(come_and_go) and any(shines(material) for material in bpy.data.materials if material.users)
        self._lights = [obj for obj in come_and_go if obj.type == "LIGHT" or with_surfaces]
        self._shown: list[bool] | None = None

    def begin_anew_where_they_change(self, scene: bpy.types.Scene) -> None:
        """Before each frame, with the scene as the frame has it."""
        shown = [not obj.hide_render for obj in self._lights]
        if self._shown not in (None, shown) and scene.render.use_persistent_data:
            scene.render.use_persistent_data = False  # which frees what was kept
            scene.render.use_persistent_data = True
        self._shown = shown
