"""Labelpass in Blender: give the objects of a scene their labels, and the camera its views.

This folder is the extension. Importing it imports nothing else: the renderer and the scene builders take
`blender_addon.contract` and `blender_addon.scene_labels` from it without the window.
"""

from types import ModuleType


def register() -> None:
    """Put the "Labels" tab into the 3D view's sidebar, and keys into the 3D view."""
    for module in _modules():
        module.register()


def unregister() -> None:
    """Take it out again and leave nothing behind. Labels and views stay in the file."""
    for module in reversed(_modules()):
        module.unregister()


def _modules() -> tuple[ModuleType, ...]:
    from . import (
        isolation,
        keymaps,
        operators,
        panels,
        properties,
        quick_operators,
        recent_labels,
        step_operators,
        swatches,
        view_operators,
    )

    state = (properties, swatches, recent_labels, isolation)
    return *state, operators, view_operators, step_operators, quick_operators, panels, keymaps
