"""Shader nodes in fewer words: a node with its inputs set, arithmetic, groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

Socket = bpy.types.NodeSocket


def add(tree: bpy.types.NodeTree, kind: str, inputs: Mapping[str | int, Any] | None = None, **settings: Any):
    """A node of type `ShaderNode<kind>`, its inputs set: a socket becomes a link, anything else the value."""
    node = tree.nodes.new(f"ShaderNode{kind}")
    for name, value in settings.items():
        setattr(node, name, value)
    for name, value in (inputs or {}).items():
        put(tree, node.inputs[name], value)
    return node


def put(tree: bpy.types.NodeTree, socket: Socket, value: Any) -> None:
    if isinstance(value, bpy.types.NodeSocket):
        tree.links.new(value, socket)
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
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = used
    for name, value in inputs.items():
        put(tree, node.inputs[name], value)
    return node.outputs[0]
