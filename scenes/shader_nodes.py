"""Nodes of shaders, set and linked in one call each: what the shaders of the builders are put together from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

Color = tuple[float, float, float]


def principled(name: str, roughness: float, **values: Any):
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    link(tree, shader, {"Roughness": roughness, **values})
    return material, tree, shader


def output(tree: bpy.types.NodeTree):
    return next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")


def node(
    tree: bpy.types.NodeTree, kind: str, inputs: Mapping[str | int, Any], prefix: str = "ShaderNodeTex", **settings
):
    """A node with its inputs set: a number or colour as it is, another node or socket as a link."""
    made = tree.nodes.new(prefix + kind)
    for key, value in settings.items():
        setattr(made, key, value)
    link(tree, made, inputs)
    return made


def link(tree: bpy.types.NodeTree, node: bpy.types.Node, inputs: Mapping[str | int, Any]) -> None:
    for key, value in inputs.items():
        if isinstance(value, bpy.types.Node):
            tree.links.new(value.outputs["Fac"] if "Fac" in value.outputs else value.outputs[0], node.inputs[key])
        elif isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, node.inputs[key])
        elif node.inputs[key].type == "RGBA" and len(value) == 3:
            node.inputs[key].default_value = (*value, 1)
        else:
            node.inputs[key].default_value = value


def coordinates(tree: bpy.types.NodeTree, kind: str) -> bpy.types.NodeSocket:
    return node(tree, "TexCoord", {}, prefix="ShaderNode").outputs[kind]


def scattered(tree: bpy.types.NodeTree, kind: str) -> bpy.types.NodeSocket:
    """Coordinates shifted by each object's own random number, so that no two planks are alike."""
    random = node(tree, "ObjectInfo", {}, prefix="ShaderNode").outputs["Random"]
    far = node(tree, "Math", {0: random, 1: 37.0}, prefix="ShaderNode")
    far.operation = "MULTIPLY"
    return node(tree, "VectorMath", {0: coordinates(tree, kind), 1: far.outputs[0]}, prefix="ShaderNode").outputs[0]


def mapped(tree: bpy.types.NodeTree, where: bpy.types.NodeSocket, scale: Color) -> bpy.types.NodeSocket:
    return node(tree, "Mapping", {"Vector": where, "Scale": scale}, prefix="ShaderNode").outputs[0]


def ramp(tree: bpy.types.NodeTree, value, stops: Mapping[float, Color]) -> bpy.types.NodeSocket:
    made = node(tree, "ValToRGB", {0: value}, prefix="ShaderNode")
    elements = made.color_ramp.elements
    for element, (position, color) in zip(elements, stops.items()):
        element.position, element.color = position, (*color, 1)
    for position, color in list(stops.items())[2:]:
        elements.new(position).color = (*color, 1)
    return made.outputs["Color"]


def mix(tree: bpy.types.NodeTree, blend: str, one: bpy.types.NodeSocket, two: bpy.types.NodeSocket):
    made = node(tree, "Mix", {}, prefix="ShaderNode", data_type="RGBA", blend_type=blend)
    color = {socket.identifier: socket for socket in (*made.inputs, *made.outputs)}
    color["Factor_Float"].default_value = 1.0
    tree.links.new(one, color["A_Color"])
    tree.links.new(two, color["B_Color"])
    return color["Result_Color"]


def bump(tree: bpy.types.NodeTree, shader: bpy.types.Node, height, strength: float, distance: float) -> None:
    values = {"Strength": abs(strength), "Distance": distance, "Height": height}
    made = node(tree, "Bump", values, prefix="ShaderNode", invert=strength < 0)
    link(tree, shader, {"Normal": made.outputs[0]})


def picture(tree: bpy.types.NodeTree, image: bpy.types.Image) -> bpy.types.Node:
    return node(tree, "Image", {"Vector": coordinates(tree, "UV")}, image=image, extension="CLIP")


def shade(color: Color, by: float) -> Color:
    return tuple(min(part * by, 1.0) for part in color)
