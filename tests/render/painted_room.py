"""A chair and a sofa, flat and painted, and pictures of them as a run takes them."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
from scenery import camera, rectangle, settings

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import Plan, View
from blender_addon.label_render import exr
from blender_addon.label_render.label_pass import render_label_samples
from render_scripts import passes
from render_scripts.randomization.on_scene import randomized
from render_scripts.randomization.spec import Randomization, of_drawn_size, to_plan

LABELS = built_in("nyu40")
CHAIR, SOFA = LABELS.find("chair").id, LABELS.find("sofa").id


def picture_of(folder, name: str, *color: float) -> None:
    """A picture of one colour: linear in an EXR, as it is stored in a PNG."""
    folder.mkdir(exist_ok=True)
    if name.endswith("exr"):
        channels = {channel: np.full((4, 8), value, np.float32) for channel, value in zip("RGB", color)}
        return exr.write_zip(folder / name, channels)
    image = bpy.data.images.new(name, 8, 4)
    image.pixels.foreach_set([*color, 1.0] * 32)
    image.filepath_raw, image.file_format = str(folder / name), "PNG"
    image.save()
    return bpy.data.images.remove(image)


def material(name: str, *color: float, linked: bool = False) -> bpy.types.Material:
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Specular IOR Level"].default_value = 0.0
    if linked:
        node = made.node_tree.nodes.new("ShaderNodeRGB")
        node.outputs[0].default_value = (*color, 1.0)
        made.node_tree.links.new(node.outputs[0], shader.inputs["Base Color"])
        rough = made.node_tree.nodes.new("ShaderNodeValue")
        rough.outputs[0].default_value = 0.5
        made.node_tree.links.new(rough.outputs[0], shader.inputs["Roughness"])
    else:
        shader.inputs["Base Color"].default_value = (*color, 1.0)
    return made


def painted(scene) -> bpy.types.Scene:
    """A chair on the left and a sofa on the right, flat, under a sun and a lamp; a camera that looks down."""
    scene.view_settings.view_transform = "Standard"
    camera(scene, ortho=4.0)
    chair, sofa = rectangle(scene, -2, 0, label=CHAIR, name="Chair"), rectangle(scene, 0, 2, label=SOFA, name="Sofa")
    chair.data.materials.append(material("red", 0.5, 0.1, 0.1))
    sofa.data.materials.append(material("blue", 0.1, 0.1, 0.5, linked=True))
    sun = bpy.data.lights.new("Sun", "SUN")
    sun.energy = 1.0
    scene.collection.objects.link(bpy.data.objects.new("Sun", sun))
    scene.world = bpy.data.worlds.new("own")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.0
    return scene


def shot(room, folder, spec: Randomization, *frames: int, draws: dict | None = None) -> dict:
    """{frame: (linear picture (H, W, 3), label codes)} of one run with data that persists; `draws` gets the draws."""
    chosen = replace(settings(samples=16), randomization=to_plan(spec, {}))
    plan = Plan(LABELS, "scene.blend", "0" * 64, (), chosen, {})
    found = {}
    with passes.prepared(room, chosen), randomized(room, plan, {room.camera}) as dressing:
        for frame in frames:
            room.frame_set(1)
            drawn = dressing.dress(View(frame, 1, "Camera", ""))
            if draws is not None:
                draws[frame] = drawn
            sized = of_drawn_size(plan, drawn).settings
            _, channels = passes.render_image_and_passes(room, folder / "image.png", sized.size)
            linear = np.stack([channels[f"Combined.{name}"] for name in "RGB"], axis=-1)
            found[frame] = linear, render_label_samples(room, sized, LABELS)
    return found


def everything() -> dict[str, object]:
    """All values of all data-blocks that a draw could touch, by where they are."""
    found: dict[str, object] = {}

    def look(where: str, owner, depth: int = 0) -> None:
        for prop in owner.bl_rna.properties:
            name = prop.identifier
            if name in {"rna_type", "is_evaluated", "original", "session_uid", "preview", "bl_rna"}:
                continue
            try:
                value = getattr(owner, name)
            except (AttributeError, RuntimeError):
                continue
            if prop.type in {"BOOLEAN", "INT", "FLOAT", "STRING", "ENUM"}:
                found[f"{where}.{name}"] = tuple(value) if getattr(prop, "is_array", False) else value
            elif prop.type == "POINTER" and isinstance(value, bpy.types.ID):
                found[f"{where}.{name}"] = value.name_full
            elif prop.type == "POINTER" and value and depth < 2:
                look(f"{where}.{name}", value, depth + 1)

    for kind in ("objects", "lights", "cameras", "worlds", "materials", "scenes", "images", "meshes", "node_groups"):
        data = getattr(bpy.data, kind)
        found[kind] = sorted(each.name_full for each in data)
        for each in data:
            if kind == "scenes":  # some of the tool settings end 4.3 when they are read
                look(f"{kind}.{each.name_full}", each, depth=2)
                look("view settings", each.view_settings, depth=2)
            elif kind != "images":
                look(f"{kind}.{each.name_full}", each)
            for at, slot in enumerate(getattr(each, "material_slots", ())):
                found[f"{kind}.{each.name}.slot {at}"] = (slot.link, slot.material and slot.material.name)
            tree = each if kind == "node_groups" else getattr(each, "node_tree", None)
            if tree:
                found[f"{kind}.{each.name}.links"] = sorted(
                    f"{link.from_node.name} {link.from_socket.name} {link.to_node.name} {link.to_socket.name}"
                    for link in tree.links
                )
                for node in tree.nodes:
                    found[f"{kind}.{each.name}.{node.name}.tree"] = getattr(node, "node_tree", None)
                    for at, socket in enumerate(node.inputs):
                        value = getattr(socket, "default_value", None)
                        found[f"{kind}.{each.name}.{node.name}.{at}"] = (
                            tuple(value) if hasattr(value, "__len__") and not isinstance(value, str) else value
                        )
    return found


def left(linear) -> np.ndarray:
    return linear[:, 1:7].mean(axis=(0, 1))


def right(linear) -> np.ndarray:
    return linear[:, 9:15].mean(axis=(0, 1))
