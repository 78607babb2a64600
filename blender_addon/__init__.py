"""Labelpass in Blender: give the objects of a scene their labels, and the camera its views.

This folder is the extension. Importing it imports nothing else: the renderer and the scene builders take
`blender_addon.contract` and `blender_addon.scene_labels` from it without the window.
"""

from types import ModuleType


def register() -> None:
    """Put the "Labels" tab into the 3D view's sidebar, and keys into the 3D view."""
    for module in _window():
        module.register()


def unregister() -> None:
    """Take it out again and leave nothing behind. Labels and views stay in the file."""
    for module in reversed(_window()):
        module.unregister()


def _window() -> tuple[ModuleType, ...]:
    """The modules of the window, each after those that it needs."""
    from . import isolation, operators, panels, properties, recent_labels, swatches, view_operators

    # isort: split
    from . import suggest_operators, suggest_panel, suggest_properties, suggestion_list

    # isort: split
    from . import group_operators, part_operators, part_panel, why_operators

    # isort: split
    from . import keymaps, quick_operators, step_operators

    tab = (properties, swatches, recent_labels, isolation, operators, view_operators, panels)
    suggestions = (suggestion_list, suggest_properties, suggest_operators, suggest_panel)
    parts = (part_operators, group_operators, why_operators, part_panel)
    return (*tab, *suggestions, *parts, step_operators, quick_operators, keymaps)
