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
    from .asking import operators as asking
    from .keys import isolation, keymaps, quick_operators, step_operators
    from .label_sets import operators as label_set_operators
    from .label_sets import panel as label_set_panel
    from .label_sets import properties as label_set_properties
    from .label_sets import set_operators
    from .parts import group_operators
    from .parts import operators as part_operators
    from .parts import panel as part_panel
    from .suggestions import operators as suggestion_operators
    from .suggestions import panel as suggestion_panel
    from .suggestions import properties as suggestion_properties
    from .suggestions import suggestion_list
    from .tab import operators, panels, properties, recent_labels, swatches
    from .views import operators as views

    tab = (properties, swatches, recent_labels, isolation, operators, views, panels)
    suggestions = (suggestion_list, suggestion_properties, suggestion_operators, suggestion_panel)
    parts = (part_operators, group_operators, asking, part_panel)
    label_sets = (label_set_properties, label_set_operators, set_operators, label_set_panel)
    keys = (step_operators, quick_operators, keymaps)
    return (*tab, *label_sets, *suggestions, *parts, *keys)
