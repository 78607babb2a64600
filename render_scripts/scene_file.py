"""Opens a .blend with the bpy module, as a render or a check wants it."""

from __future__ import annotations

from pathlib import Path

import bpy

from blender_addon.contract.endings import NotHere

from .request import Refused


def open_scene(path: Path, *, scripts: bool, planned: bool = False) -> None:
    """Open a .blend in an empty Blender; its own scripts run where `scripts` says so. Raises Refused, and NotHere for
    one that was `planned`, which opened then: this machine may see half of it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False, use_scripts=scripts)
    except RuntimeError as error:  # as Blender reports what it cannot do
        raise (NotHere if planned else Refused)(" ".join(str(error).split())) from None
