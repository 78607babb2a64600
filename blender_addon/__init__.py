"""The Labelpass add-on: labels for objects and their parts, given in Blender's window.

This folder is the extension. Importing it does nothing, so that the renderer and the command line can use
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
        group_operators,
        isolation,
        keymaps,
        operators,
        panels,
        part_operators,
        part_panel,
        properties,
        quick_operators,
        recent_labels,
        step_operators,
        swatches,
        view_operators,
        why_operators,
    )

    state = (properties, swatches, recent_labels, isolation)
    buttons = (operators, view_operators, part_operators, group_operators, why_operators)
    return *state, *buttons, step_operators, quick_operators, panels, part_panel, keymaps
