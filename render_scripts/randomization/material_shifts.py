"""Shifts of what a material's shaders are given: hue, saturation, value of colours, and roughness.

Where a colour or a roughness is a value, the value changes. Where something is plugged in, a node comes between.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from .animated import animated_paths
from .held import Change, Held
from .materials import MaterialShift
from .nodes_between import NodesBetween, nodes_between
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

    def __init__(self, materials: list[bpy.types.Material], between: NodesBetween) -> None:
        self._colours: list[tuple[str, bpy.types.NodeSocket, bpy.types.Node | None]] = []
        self._rough: list[tuple[str, bpy.types.NodeSocket, bpy.types.Node | None]] = []
        for material in materials:
            name = source_name(material)
            for node, _ in list(nodes_within(material.node_tree)):
                if may_shift(node) and not _is_animated(node, animated_paths(node.id_data)):
                    socket = node.inputs[_COLOURS[node.type]]
                    self._colours.append((name, socket, between.put(socket, "ShaderNodeHueSaturation", "Color")))
                    if node.type in _ROUGH:
                        socket = node.inputs["Roughness"]
                        self._rough.append((name, socket, _sum(between, socket)))

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


def _sum(between: NodesBetween, socket: bpy.types.NodeSocket) -> bpy.types.Node | None:
    node = between.put(socket, "ShaderNodeMath", 0)
    if node:
        node.operation, node.use_clamp, node.inputs[1].default_value = "ADD", True, 0.0
    return node


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
    with nodes_between() as between:
        yield Shifted(materials, between)
