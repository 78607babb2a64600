"""The keys of the 3D view in object mode. A person changes them in the add-on's preferences, or in Blender's own."""

from __future__ import annotations

import bpy
import rna_keymap_ui

KEYMAP = ("Object Mode", "EMPTY", "WINDOW")  # Blender's own, so other modes and editors never see these keys
KEYS = (
    ("labelpass.search_label", "L", {}),
    ("labelpass.repeat_label", "U", {}),
    ("labelpass.pick_label", "L", {"alt": True}),
    ("labelpass.next_unlabelled", "J", {}),
    ("labelpass.previous_unlabelled", "J", {"shift": True}),
    ("labelpass.show_all", "J", {"alt": True}),
    ("labelpass.toggle_overlay", "U", {"alt": True}),
)
"""(operator, key, modifiers). None is taken in object mode by Blender's keymaps, which a test reads."""

_ORDER = [operator for operator, _, _ in KEYS]
_added: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


class LABELPASS_preferences(bpy.types.AddonPreferences):
    """The add-on in Blender's preferences: its keys, to see and to change."""

    bl_idname = __package__.rpartition(".")[0]  # the add-on, above this folder

    def draw(self, context):
        draw_keys(context, self.layout)


def draw_keys(context, layout) -> None:
    """The keys as Blender's own preferences draw them, with what the person made of them."""
    keyconfig = context.window_manager.keyconfigs.user
    keymap = keyconfig.keymaps.get(KEYMAP[0]) if keyconfig else None
    items = [item for item in keymap.keymap_items if item.idname in _ORDER] if keymap else []
    column = layout.column()
    column.label(text="Keys in the 3D view, object mode")
    for item in sorted(items, key=lambda item: _ORDER.index(item.idname)):
        column.context_pointer_set("keymap", keymap)
        rna_keymap_ui.draw_kmi([], keyconfig, keymap, item, column, 0)
    if not items:
        column.label(text="All are removed; Preferences > Keymap > Restore brings them back", icon="INFO")


def register() -> None:
    bpy.utils.register_class(LABELPASS_preferences)
    keyconfig = bpy.context.window_manager.keyconfigs.addon
    if not keyconfig:  # a Blender without a window may have none
        return
    name, space, region = KEYMAP
    keymap = keyconfig.keymaps.new(name=name, space_type=space, region_type=region)
    for operator, key, modifiers in KEYS:
        _added.append((keymap, keymap.keymap_items.new(operator, key, "PRESS", **modifiers)))


def unregister() -> None:
    for keymap, item in _added:
        keymap.keymap_items.remove(item)
    _added.clear()
    bpy.utils.unregister_class(LABELPASS_preferences)
