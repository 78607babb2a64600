"""A .blend from a stranger: every way that we know of by which a file has Blender run Python, each with a trace of its
own."""

from __future__ import annotations

from pathlib import Path

import bpy
from scenery import camera, new_scene, rectangle

from blender_addon import scene_labels
from blender_addon.contract.labels import built_in

WAYS = {
    "text registered on load", "driver of an object", "driver of data", "driver of a setting", "driver of nodes",
    "driver of a property", "handler", "style module",
}  # fmt: skip
"""What each of them is called, and the trace that it leaves."""
_HANDLERS = "load_post", "frame_change_pre", "depsgraph_update_post", "render_pre"


def save_hostile(path: Path, traces: Path) -> Path:
    """A floor and a table of nyu40; whatever runs leaves a file in `traces`, named as in `WAYS`."""
    scene = new_scene()
    cam = camera(scene, ortho=4)
    rectangle(scene, -9, 9, label=2, name="Floor")
    table = rectangle(scene, -9, 0, z=1, label=7, name="Table")
    table["own"] = 1.0
    scene_labels.set_label_set(scene, built_in("nyu40"))
    world = scene.world = bpy.data.worlds.new("World")
    world.use_nodes = True
    _text(
        "on load.py", traces, "text registered on load", _HANDLER.format(path=str(traces / "handler"))
    ).use_module = True
    background = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
    for curve, way in (
        (table.driver_add("hide_render"), "driver of an object"),
        (table.driver_add('["own"]'), "driver of a property"),
        (cam.data.driver_add("lens"), "driver of data"),
        (scene.driver_add("cycles.samples"), "driver of a setting"),
        (background.inputs["Strength"].driver_add("default_value"), "driver of nodes"),
    ):
        curve.driver.expression = f"__import__('pathlib').Path({str(traces / way)!r}).touch() or 0"
    _draw_lines_by(scene, _text("lines.py", traces, "style module"))
    scene.render.filepath = str(traces / "output of the file")
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


_HANDLER = f"""
import bpy
def trace(*_):
    pathlib.Path({{path!r}}).touch()
for each in {_HANDLERS}:
    getattr(bpy.app.handlers, each).append(trace)
"""


def _text(name: str, traces: Path, way: str, more: str = "") -> bpy.types.Text:
    text = bpy.data.texts.new(name)
    text.from_string(f"import pathlib\npathlib.Path({str(traces / way)!r}).touch()\n{more}")
    return text


def _draw_lines_by(scene: bpy.types.Scene, text: bpy.types.Text) -> None:
    layer = scene.view_layers[0]
    scene.render.use_freestyle = layer.use_freestyle = True
    layer.freestyle_settings.mode = "SCRIPT"
    layer.freestyle_settings.modules.new().script = text
