"""Materials that give light, as lamps do: how strong, how warm, and whether they are on.

A material whose light shows a picture (a screen, what is painted behind a window) is no lamp and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy
import numpy as np

from blender_addon.compat import shader_tree

from .animated import animated_paths
from .blackbody import warmer
from .held import Change, Held
from .lights import LightDraw
from .material_shifts import source_name
from .nodes_between import NodesBetween, nodes_between
from .own_groups import Chain, nodes_within, sources_of, upstream

_PICTURES = {"TEX_IMAGE", "TEX_ENVIRONMENT"}
_SOCKETS = {"EMISSION": ("Color", "Strength"), "BSDF_PRINCIPLED": ("Emission Color", "Emission Strength")}


def gives_light(material: bpy.types.Material) -> bool:
    """Whether a material is a lamp that may change: it is lit, by what is no picture."""
    tree = None if material.library else shader_tree(material)
    return bool(tree) and any(is_lamp(node, chain) for node, chain in nodes_within(tree))


def shines(material: bpy.types.Material) -> bool:
    """Whether a material gives light, be it that of a picture."""
    tree = shader_tree(material)
    return bool(tree) and any(is_lit(node, chain) for node, chain in nodes_within(tree))


def is_lamp(node: bpy.types.Node, chain: Chain) -> bool:
    if not is_lit(node, chain):
        return False
    return not any(each.type in _PICTURES for socket in _sockets(node) for each in upstream(socket, chain))


def is_lit(node: bpy.types.Node, chain: Chain) -> bool:
    if node.type not in _SOCKETS or node.mute or not any(output.is_linked for output in node.outputs):
        return False
    values = [_value(socket, chain) for socket in _sockets(node)]
    return not any(value is not None and not np.any(np.array(value) > 0) for value in values)


def _sockets(node: bpy.types.Node) -> list[bpy.types.NodeSocket]:
    return [node.inputs[name] for name in _SOCKETS[node.type]]


def may_be_lamp(node: bpy.types.Node) -> bool:
    return node.type in _SOCKETS


def _value(socket: bpy.types.NodeSocket, chain: Chain) -> float | tuple[float, ...] | None:
    """What an input is, where it is one value; None where nodes make it."""
    for source, _ in sources_of(socket, chain):
        if source.is_output:
            return None
        socket = source
    value = socket.default_value
    return tuple(value)[:3] if hasattr(value, "__len__") else float(value)


@dataclass(frozen=True)
class _Lamp:
    """`colour`, `strength`: inputs of a shader; `tint`, `factor`: what they are multiplied by, where something is
    plugged in."""

    name: str
    colour: bpy.types.NodeSocket
    strength: bpy.types.NodeSocket
    tint: bpy.types.NodeSocket | None
    factor: bpy.types.NodeSocket | None


class Emitters:
    """Materials whose light is ready to be changed."""

    def __init__(self, materials: Iterable[bpy.types.Material], between: NodesBetween) -> None:
        self._lamps: list[_Lamp] = []
        for material in materials:
            for node, chain in list(nodes_within(shader_tree(material))):
                tree = node.id_data
                paths = animated_paths(tree)
                if is_lamp(node, chain) and not any(path == "*" or node.path_from_id() in path for path in paths):
                    colour, strength = (node.inputs[name] for name in _SOCKETS[node.type])
                    factors = (
                        _factor(between, colour, "ShaderNodeVectorMath", (1.0, 1.0, 1.0)),
                        _factor(between, strength, "ShaderNodeMath", 1.0),
                    )
                    self._lamps.append(_Lamp(source_name(material), colour, strength, *factors))

    def changes(self, drawn: dict[str, LightDraw], held: Held) -> Iterator[Change]:
        for lamp in self._lamps:
            one = drawn.get(lamp.name)
            if not one:
                continue
            tint = np.float32(warmer(one.warmth)).tolist()
            if lamp.tint:
                yield lamp.tint, "default_value", tuple(tint)
            else:
                *own, alpha = held.own(lamp.colour, "default_value")
                yield lamp.colour, "default_value", (*(float(np.float32(a * b)) for a, b in zip(own, tint)), alpha)
            if lamp.factor:
                yield lamp.factor, "default_value", float(np.float32(one.power))
            else:
                strength = held.own(lamp.strength, "default_value") * one.power
                yield lamp.strength, "default_value", float(np.float32(strength))


def _factor(
    between: NodesBetween, socket: bpy.types.NodeSocket, kind: str, one: float | tuple[float, ...]
) -> bpy.types.NodeSocket | None:
    """The second input of a product that comes between an input and what is plugged into it; None if nothing is."""
    node = between.put(socket, kind, 0)
    if not node:
        return None
    node.operation, node.inputs[1].default_value = "MULTIPLY", one
    return node.inputs[1]


@contextmanager
def emitting(materials: Iterable[bpy.types.Material]) -> Iterator[Emitters]:
    """Materials made ready; their nodes are as they were when the block ends."""
    with nodes_between() as between:
        yield Emitters(materials, between)
