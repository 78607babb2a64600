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
    from .label_sets import operators as label_set_operators
    from .label_sets import panel as label_set_panel
    from .label_sets import properties as label_set_properties
    from .label_sets import set_operators
    from .overlay import window as overlay
    from .parts import group_operators
    from .parts import operators as part_operators
    from .parts import panel as part_panel
    from .preview import operators as preview_operators
    from .preview import panel as preview_panel
    from .preview import preview_image, previews
    from .preview import properties as preview_properties
    from .suggestions import operators as suggestion_operators
    from .suggestions import panel as suggestion_panel
    from .suggestions import properties as suggestion_properties
    from .suggestions import suggestion_list
    from .tab import lock_operators, looking, operators, panels, properties, recent_labels, swatches
    from .views import operators as view_operators
    from .views import panel as view_panel
    from .views import properties as view_properties
    from .views import thumbnails

    tab = (properties, swatches, recent_labels, isolation, operators, panels, lock_operators)
    views = (thumbnails, view_properties, view_operators, view_panel)
    suggestions = (suggestion_list, suggestion_properties, suggestion_operators, suggestion_panel)
    parts = (part_operators, group_operators, asking, part_panel)
    label_sets = (label_set_properties, label_set_operators, set_operators, label_set_panel)
    keys = (step_operators, quick_operators, keymaps)
    audit = (current_audit, audit_properties, audit_operators, audit_panel)
    preview = (preview_properties, previews, preview_image, preview_operators, preview_panel)
    # The other way round, what is going on ends first.
    return (*tab, *label_sets, *views, *suggestions, *audit, *parts, overlay, *keys, *preview, looking)
