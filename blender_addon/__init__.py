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
    from .audit import current_audit
    from .audit import operators as audit_operators
    from .audit import panel as audit_panel
    from .audit import properties as audit_properties
    from .keys import isolation, keymaps, quick_operators, step_operators
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
    keys = (step_operators, quick_operators, keymaps)
    audit = (current_audit, audit_properties, audit_operators, audit_panel)
    return (*tab, *suggestions, *audit, *parts, *keys)
