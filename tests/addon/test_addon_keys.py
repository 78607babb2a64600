"""The add-on's keys: registered, listed, and none that Blender's keymaps have taken in object mode."""

import importlib.util
import inspect
import sys
from pathlib import Path

import bpy
import pytest

import blender_addon
from blender_addon.keys import keymaps

KEYMAPS = ("blender_default", "industry_compatible_data")
HEARD = {"Window", "Screen", "Screen Editing", "Region Context Menu", "View2D", "Frames", "User Interface", "Animation",
         "Grease Pencil", "3D View Generic", "3D View", "Object Mode", "Object Non-modal", "Asset Shelf"}  # fmt: skip
"""The keymaps that a 3D view in object mode listens to, besides those of its tools."""
OTHER_TOOLS = ("Edit", "Paint", "Sculpt", "Pose")
MODIFIERS = ("shift", "ctrl", "alt", "oskey")


def keymap_data(name):
    """A keymap's module, which a Blender brings along as data."""
    path = Path(bpy.utils.system_resource("SCRIPTS"), "presets", "keyconfig", "keymap_data", f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look it up
    spec.loader.exec_module(module)
    return module


def settings(parameters):
    """The defaults, then each choice that the preferences offer for a keymap, one at a time."""
    choices = {
        "select_mouse": ["LEFT", "RIGHT"],
        "spacebar_action": ["TOOL", "PLAY", "SEARCH"],
        "v3d_tilde_action": ["VIEW", "GIZMO"],
        "v3d_alt_mmb_drag_action": ["RELATIVE", "ABSOLUTE"],
    }
    yield {}
    for name, parameter in inspect.signature(parameters.__init__).parameters.items():
        values = [not parameter.default] if isinstance(parameter.default, bool) else choices.get(name, [])
        if name != "legacy":  # Blender 2.7's keys
            yield from ({name: value} for value in values)


def taken(keymaps):
    """{(key, modifiers): who has it} of what a 3D view in object mode hears; "any" modifier is all of them."""
    found = {}
    for name, _space, content in keymaps:
        tool = name.startswith(("3D View Tool:", "Generic Tool:")) and not any(word in name for word in OTHER_TOOLS)
        if name not in HEARD and not tool:
            continue
        for operator, event, _properties in content["items"]:
            held = frozenset(MODIFIERS if event.get("any") else (key for key in MODIFIERS if event.get(key)))
            either = {key for key in MODIFIERS if event.get(key) == -1} | (
                set(MODIFIERS) if event.get("any") else set()
            )
            for key in {event["type"], event.get("key_modifier", "NONE")} - {"NONE"}:
                found.setdefault(key, []).append((held, either, f"{name}: {operator}"))
    return found


@pytest.mark.parametrize("name", KEYMAPS)
def test_no_key_is_taken_by_blender_in_object_mode(name):
    module, looked_at = keymap_data(name), 0
    for chosen in settings(module.Params):
        known = taken(module.generate_keymaps(module.Params(**chosen)))
        looked_at += 1
        for operator, key, modifiers in keymaps.KEYS:
            mine = frozenset(held for held, pressed in modifiers.items() if pressed)
            clash = [who for held, either, who in known.get(key, ()) if held - either == mine - either]
            assert not clash, f"{operator}: {key} with {sorted(mine)} of {name} {chosen}"
        assert [who for held, _, who in known["G"] if not held]  # what is looked at are keymaps
        assert [who for held, _, who in known["Z"] if held == {"ctrl"}]
    assert looked_at > (10 if name == "blender_default" else 1)


def test_no_key_is_given_twice():
    keys = [(key, frozenset(modifiers)) for _, key, modifiers in keymaps.KEYS]
    assert len(set(keys)) == len(keys)


def items():
    keyconfig = bpy.context.window_manager.keyconfigs.addon
    keymap = keyconfig.keymaps.get("Object Mode")
    return [item for item in keymap.keymap_items if item.idname.startswith("labelpass.")] if keymap else []


def test_keys_are_those_of_object_mode_and_go_with_the_add_on(scene):
    assert [(item.idname, item.type, item.shift, item.alt, item.ctrl) for item in items()] == [
        (operator, key, bool(held.get("shift")), bool(held.get("alt")), False) for operator, key, held in keymaps.KEYS
    ]
    assert all(getattr(bpy.ops.labelpass, item.idname.split(".")[1]).get_rna_type() for item in items())
    for _ in range(2):
        blender_addon.unregister()
        assert not items()
        blender_addon.register()
    assert len(items()) == len(keymaps.KEYS)
