"""Labelpass in Blender: give the objects of a scene their labels, and the camera its views.

This folder is the extension. Importing it imports nothing else: the renderer and the scene builders take
`blender_addon.contract` and `blender_addon.scene_labels` from it without the window.
"""


def register() -> None:
    """Put the "Labels" tab into the 3D view's sidebar."""
    from . import operators, panels, properties, swatches, view_operators

    for module in (properties, swatches, operators, view_operators, panels):
        module.register()


def unregister() -> None:
    """Take it out again and leave nothing behind. Labels and views stay in the file."""
    from . import operators, panels, properties, swatches, view_operators

    for module in (panels, view_operators, operators, swatches, properties):
        module.unregister()
