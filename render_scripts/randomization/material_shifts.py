"""Shifts of what a material's shaders are given: hue, saturation, value of colours, and roughness.

Where a colour or a roughness is a value, the value changes. Where something is plugged in, a node comes between, once
for a whole run, so that from frame to frame values change alone: a tree that changes costs Cycles a new look at it.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from .animated import animated_paths
from .held import Change, Held
from .materials import MaterialShift
from .own_groups import nodes_within

_COLOURS = {"BSDF_PRINCIPLED": "Base Color", "BSDF_DIFFUSE": "Color", "BSDF_GLOSSY": "Color"}
_ROUGH = ("BSDF_PRINCIPLED", "BSDF_GLOSSY")
PART_OF = "labelpass_part_of"


def source_name(material: bpy.types.Material) -> str:
    """The name that a material is drawn for: a face part's is that of what it looks like, so that it still does."""
    source = material.get(PART_OF)
    return (source if isinstance(source, bpy.types.Material) else material).name_full


def can_shift(material: bpy.types.Material) -> bool:
    tree = None if material.library else material.node_tree
    return bool(tree) and any(may_shift(node) for node, _ in nodes_within(tree))


def may_shift(node: bpy.types.Node) -> bool:
    return node.type in _COLOURS


class Shifted:
    """Materials whose shaders are ready to be shifted; their groups are their own (`own_groups`)."""

    def __init__(self, materials: list[bpy.types.Material]) -> None:
        self._made: list[tuple[bpy.types.NodeTree, bpy.types.Node, bpy.types.NodeSocket, bpy.types.NodeSocket]] = []
        self._colours: list[tuple[str, bpy.types.NodeSocket, bpy.types.Node | None]] = []
        self._rough: list[tuple[str, bpy.types.NodeSocket, bpy.types.Node | None]] = []
        for material in materials:
            name = source_name(material)
            for node, _ in list(nodes_within(material.node_tree)):
                tree = node.id_data
                if may_shift(node) and not _is_animated(node, animated_paths(tree)):
                    socket = node.inputs[_COLOURS[node.type]]
                    self._colours.append((name, socket, self._between(tree, socket, "ShaderNodeHueSaturation")))
                    if node.type in _ROUGH:
                        socket = node.inputs["Roughness"]
                        self._rough.append((name, socket, self._between(tree, socket, "ShaderNodeMath")))

    def _between(self, tree, socket: bpy.types.NodeSocket, kind: str) -> bpy.types.Node | None:
        """A node between a socket and what is plugged into it; None where nothing is."""
        link = next((link for link in socket.links if not link.is_muted), None)
        if not link:
            return None
        source, node = link.from_socket, tree.nodes.new(kind)
        if kind == "ShaderNodeMath":
            node.operation, node.use_clamp = "ADD", True
            node.inputs[1].default_value = 0.0
            into = node.inputs[0]
        else:
            into = node.inputs["Color"]
        tree.links.new(source, into)
        tree.links.new(node.outputs[0], socket)
        self._made.append((tree, node, source, socket))
        return node

    def changes(self, shifts: dict[str, MaterialShift], held: Held) -> Iterator[Change]:
        for name, socket, node in self._colours:
            shift = shifts.get(name)
            if shift and node:
                yield node.inputs["Hue"], "default_value", 0.5 + shift.hue / 360
                yield node.inputs["Saturation"], "default_value", shift.saturation
                yield node.inputs["Value"], "default_value", shift.value
            elif shift:
                yield socket, "default_value", shifted(held.own(socket, "default_value"), shift)
        for name, socket, node in self._rough:
            shift = shifts.get(name)
            if shift and node:
                yield node.inputs[1], "default_value", shift.roughness
            elif shift:
                rough = held.own(socket, "default_value") + shift.roughness
                yield socket, "default_value", min(max(rough, 0.0), 1.0)

    def put_back(self) -> None:
        for tree, node, source, socket in reversed(self._made):
            tree.links.new(source, socket)
            tree.nodes.remove(node)


def _is_animated(node: bpy.types.Node, paths: set[str]) -> bool:
    return any(path == "*" or node.path_from_id() in path for path in paths)


def shifted(color: tuple[float, ...], shift: MaterialShift) -> tuple[float, ...]:
    """As Blender's Hue/Saturation/Value node does it: of linear RGB, no component below 0; reflectances end at 1."""
    hue, saturation, value = colorsys.rgb_to_hsv(*color[:3])
    hue, saturation = (hue + shift.hue / 360) % 1.0, min(max(saturation * shift.saturation, 0.0), 1.0)
    red, green, blue = (min(max(each, 0.0), 1.0) for each in colorsys.hsv_to_rgb(hue, saturation, value * shift.value))
    return red, green, blue, *color[3:]


@contextmanager
def shifting(materials: list[bpy.types.Material]) -> Iterator[Shifted]:
    """Materials made ready; their nodes are as they were when the block ends."""
    ready = Shifted(materials)
    try:
        yield ready
    finally:
        ready.put_back()
