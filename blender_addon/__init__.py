"""Labelpass in Blender: give the objects of a scene their labels, and the camera its views.

This folder is the extension. Importing it imports nothing else: the renderer and the scene builders take
`blender_addon.contract` and `blender_addon.scene_labels` from it without the window.
"""


def register() -> None:
    """Put the "Labels" tab into the 3D view's sidebar."""
    from . import (
        group_operators,
        operators,
        panels,
        part_operators,
        part_panel,
        properties,
        swatches,
        view_operators,
        why_operators,
    )

    buttons = (operators, view_operators, part_operators, group_operators, why_operators)
    for module in (properties, swatches, *buttons, panels, part_panel):
        module.register()


def unregister() -> None:
    """Take it out again and leave nothing behind. Labels and views stay in the file."""
    from . import (
        group_operators,
        operators,
        panels,
        part_operators,
        part_panel,
        properties,
        swatches,
        view_operators,
        why_operators,
    )

    buttons = (operators, view_operators, part_operators, group_operators, why_operators)
    for module in (part_panel, panels, *reversed(buttons), swatches, properties):
        module.unregister()
