"""Nodes of shaders, set and linked in one call each: what the shaders of the builders are put together from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

Socket = bpy.types.NodeSocket
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


def add(tree: bpy.types.NodeTree, kind: str, inputs: Mapping[str | int, Any] | None = None, **settings: Any):
    """A node of type `ShaderNode<kind>` with its settings and inputs; see `put`."""
    node = tree.nodes.new(f"ShaderNode{kind}")
    for name, value in settings.items():
        setattr(node, name, value)
    link(tree, node, inputs or {})
    return node


def link(tree: bpy.types.NodeTree, node: bpy.types.Node, inputs: Mapping[str | int, Any]) -> None:
    for name, value in inputs.items():
        put(tree, node.inputs[name], value)


def put(tree: bpy.types.NodeTree, socket: Socket, value: Any) -> None:
    """Give an input a value: another node or socket as a link, a number, vector or colour as it is."""
    if isinstance(value, bpy.types.Node):
        value = value.outputs["Fac"] if "Fac" in value.outputs else value.outputs[0]
    if isinstance(value, bpy.types.NodeSocket):
        tree.links.new(value, socket)
    elif socket.type == "RGBA" and len(value) == 3:
        socket.default_value = (*value, 1)
    else:
        socket.default_value = value


def math(tree: bpy.types.NodeTree, operation: str, *values: Any) -> Socket:
    return add(tree, "Math", dict(enumerate(values)), operation=operation).outputs[0]


def vector(tree: bpy.types.NodeTree, operation: str, *values: Any) -> Socket:
    """Arithmetic of vectors; where its result is a number, that."""
    node = add(tree, "VectorMath", dict(enumerate(values)), operation=operation)
    return next(output for output in node.outputs if output.enabled)


def combine(tree: bpy.types.NodeTree, x: Any, y: Any, z: Any) -> Socket:
    return add(tree, "CombineXYZ", {0: x, 1: y, 2: z}).outputs[0]


def mix(tree: bpy.types.NodeTree, blend: str, one: Any, two: Any, factor: Any = 1.0) -> Socket:
    """Two colours, blended (`MIX`, `MULTIPLY` ...) by a factor."""
    node = add(tree, "Mix", data_type="RGBA", blend_type=blend)
    # Sockets of all data types have the same few names: only their identifiers tell them apart.
    sockets = {socket.identifier: socket for socket in (*node.inputs, *node.outputs)}
    for name, value in (("Factor_Float", factor), ("A_Color", one), ("B_Color", two)):
        put(tree, sockets[name], value)
    return sockets["Result_Color"]


def ramp(tree: bpy.types.NodeTree, value, stops: Mapping[float, Color]) -> Socket:
    made = add(tree, "ValToRGB", {0: value})
    elements = made.color_ramp.elements
    for element, (position, color) in zip(elements, stops.items()):
        element.position, element.color = position, (*color, 1)
    for position, color in list(stops.items())[2:]:
        elements.new(position).color = (*color, 1)
    return made.outputs["Color"]


def bump(tree: bpy.types.NodeTree, shader: bpy.types.Node, height, strength: float, distance: float) -> None:
    values = {"Strength": abs(strength), "Distance": distance, "Height": height}
    link(tree, shader, {"Normal": add(tree, "Bump", values, invert=strength < 0).outputs[0]})


def coordinates(tree: bpy.types.NodeTree, kind: str) -> Socket:
    return add(tree, "TexCoord").outputs[kind]


def scattered(tree: bpy.types.NodeTree, kind: str) -> Socket:
    """Coordinates shifted by each object's own random number, so that no two planks are alike."""
    far = math(tree, "MULTIPLY", add(tree, "ObjectInfo").outputs["Random"], 37.0)
    return vector(tree, "ADD", coordinates(tree, kind), far)


def mapped(tree: bpy.types.NodeTree, where: Socket, scale: Color) -> Socket:
    return add(tree, "Mapping", {"Vector": where, "Scale": scale}).outputs[0]


def picture(tree: bpy.types.NodeTree, image: bpy.types.Image) -> bpy.types.Node:
    return add(tree, "TexImage", {"Vector": coordinates(tree, "UV")}, image=image, extension="CLIP")


def group(name: str, inputs: Mapping[str, str], output: str) -> tuple[bpy.types.NodeTree, list[Socket], Socket]:
    """A new group: its tree, its inputs ({name: type}) as sockets to take from, its one output to link to."""
    tree = bpy.data.node_groups.new(name, "ShaderNodeTree")
    for title, kind in inputs.items():
        tree.interface.new_socket(title, in_out="INPUT", socket_type=f"NodeSocket{kind}")
    tree.interface.new_socket("Value", in_out="OUTPUT", socket_type=f"NodeSocket{output}")
    start, end = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    return tree, list(start.outputs)[: len(inputs)], end.inputs[0]


def use(tree: bpy.types.NodeTree, used: bpy.types.NodeTree, **inputs: Any) -> Socket:
    """The result of a group within another tree."""
    node = add(tree, "Group", node_tree=used)
    link(tree, node, inputs)
    return node.outputs[0]


def shade(color: Color, by: float) -> Color:
    return tuple(min(part * by, 1.0) for part in color)
