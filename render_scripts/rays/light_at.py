"""How much light passes straight through one point of a surface, as far as numbers tell: for rays from a camera.

`label_render.light_through` builds this as nodes, for Cycles to evaluate. Here the nodes are read, so that what Cycles
made of them can be held against it: constants, sums, what kind of ray asks, and images on UV maps. Values are bounds,
since images are interpolated between texels in ways that need not be known where all of these say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.label_render.light_through import CLOSURES, Unknown, source_of, transparency

from .surfaces import Surface

Bounds = tuple[float, float]
"""(least, most)."""


@dataclass
class Textures:
    """Values of images, read once: {(image, which output): (H, W) from the bottom row up}."""

    known: dict[tuple[bpy.types.Image, str], NDArray[np.float32]] = field(default_factory=dict)

    def values(self, image: bpy.types.Image, output: str) -> NDArray[np.float32]:
        """Raises Unknown for images that are more than one picture, and for colours that are no plain numbers."""
        if (image, output) not in self.known:
            if image.source not in {"FILE", "GENERATED"} or not all(image.size):
                raise Unknown
            pixels = np.empty(image.size[0] * image.size[1] * image.channels, np.float32)
            image.pixels.foreach_get(pixels)
            pixels = pixels.reshape(image.size[1], image.size[0], image.channels)
            self.known[image, output] = _values(image, output, pixels)
        return self.known[image, output]


def _values(image: bpy.types.Image, output: str, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    if output == "Alpha":
        whole = image.alpha_mode == "NONE" or pixels.shape[2] < 4
        return np.ones(pixels.shape[:2], np.float32) if whole else pixels[..., 3].copy()
    colour = pixels[..., :3]
    if not image.colorspace_settings.is_data or np.ptp(colour, axis=2).max() > 0:
        raise Unknown
    return colour[..., 0].copy()


@dataclass(frozen=True)
class Point:
    """Where a ray from a camera meets a triangle of a surface; `at` in the world."""

    surface: Surface
    triangle: int
    at: NDArray[np.float64]

    def uv(self, name: str) -> NDArray[np.float64]:
        """Where the point is on a UV map; "" is the one that renders take. Raises Unknown where there is none."""
        found = self.surface.shape.uv(name)
        if found is None:
            raise Unknown
        return self.surface.shares(self.triangle, self.at) @ found[self.triangle].astype(np.float64)


class Varies(Exception):
    """What is asked differs from point to point."""


def passing_anywhere(socket: bpy.types.NodeSocket, textures: Textures) -> Bounds:
    """`passing_at` of all points. Raises Varies where they differ, and Unknown where that is so of all of them."""
    return passing_at(None, socket, textures)


def passing_at(point: Point | None, socket: bpy.types.NodeSocket, textures: Textures) -> Bounds:
    """Light that passes through what is linked to a shader input: 0 is opaque, 1 is not there. Raises Unknown."""
    source = source_of(socket)
    if not source or source.type != "SHADER":
        return 0.0, 0.0
    node, kind = source.node, source.node.bl_idname
    if node.mute:
        raise Unknown
    if kind == "NodeReroute":
        return passing_at(point, node.inputs[0], textures)
    if kind == "ShaderNodeBsdfPrincipled":
        low, high = _clamped(_number(point, node.inputs["Alpha"], textures))
        return 1 - high, 1 - low
    if kind == "ShaderNodeMixShader":
        return _mixed(
            _clamped(_number(point, node.inputs[0], textures)),
            *(passing_at(point, end, textures) for end in node.inputs[1:3]),
        )
    if kind == "ShaderNodeAddShader":
        return _add(*(passing_at(point, end, textures) for end in node.inputs[:2]))
    if kind.removeprefix("ShaderNode").startswith(CLOSURES) and kind != "ShaderNodeBsdfTransparent":
        return 0.0, 0.0
    constant = transparency(None, socket)
    if not isinstance(constant, float):
        raise Unknown
    return constant, constant


def shown_at(point: Point, socket: bpy.types.NodeSocket, textures: Textures) -> Bounds:
    """What is there of shaders that are neither transparent nor a holdout, 0 to 1. Raises Unknown."""
    source = source_of(socket)
    if not source or source.type != "SHADER":
        return 1.0, 1.0
    node, kind = source.node, source.node.bl_idname
    if node.mute or kind in {"ShaderNodeAddShader", "ShaderNodeGroup", "NodeGroupInput"}:
        raise Unknown
    if kind == "NodeReroute":
        return shown_at(point, node.inputs[0], textures)
    if kind == "ShaderNodeMixShader":
        return _mixed(
            _clamped(_number(point, node.inputs[0], textures)),
            *(shown_at(point, end, textures) for end in node.inputs[1:3]),
        )
    if kind in {"ShaderNodeHoldout", "ShaderNodeBsdfTransparent"}:
        return 0.0, 0.0
    passing = passing_at(point, socket, textures)
    return 1 - passing[1], 1 - passing[0]


def _number(point: Point | None, socket: bpy.types.NodeSocket, textures: Textures) -> Bounds:
    source = source_of(socket)
    if not source:
        if socket.type not in {"VALUE", "INT", "BOOLEAN"}:
            raise Unknown
        return float(socket.default_value), float(socket.default_value)
    node, kind = source.node, source.node.bl_idname
    if node.mute:
        raise Unknown
    if kind == "NodeReroute":
        return _number(point, node.inputs[0], textures)
    if kind == "ShaderNodeValue":
        return float(source.default_value), float(source.default_value)
    if kind == "ShaderNodeLightPath" and source.name in _OF_CAMERA_RAYS:
        return _OF_CAMERA_RAYS[source.name], _OF_CAMERA_RAYS[source.name]
    if kind == "ShaderNodeMath" and node.operation in _OPERATIONS:
        operands = [_number(point, each, textures) for each in node.inputs if each.enabled]
        found = _OPERATIONS[node.operation](*operands)
        return _clamped(found) if node.use_clamp else found
    if kind == "ShaderNodeTexImage" and node.image and node.projection == "FLAT":
        if point is None:
            raise Varies
        return _texel(node, point.uv(_map_of(node)), textures.values(node.image, source.name))
    raise Unknown


_OF_CAMERA_RAYS: Mapping[str, float] = {
    "Is Camera Ray": 1.0,
    **{f"Is {kind} Ray": 0.0 for kind in ("Shadow", "Diffuse", "Glossy", "Reflection", "Transmission")},
}
"""Also behind surfaces that the ray has passed."""


def _map_of(node: bpy.types.Node) -> str:
    """The UV map that an image lies on; "" is the one that renders take."""
    source = source_of(node.inputs["Vector"])
    if not source:
        return ""
    if source.node.bl_idname == "ShaderNodeUVMap" and not source.node.from_instancer and not source.node.mute:
        return source.node.uv_map
    if source.node.bl_idname == "ShaderNodeTexCoord" and source.name == "UV" and not source.node.from_instancer:
        return ""
    raise Unknown


def _texel(node: bpy.types.Node, uv: NDArray[np.float64], values: NDArray[np.float32]) -> Bounds:
    """Bounds of what an image shows at a point of its map: its texel, or those that may be blended there."""
    height, width = values.shape
    at = uv * (width, height)
    reach = 1e-3 if node.interpolation == "Closest" else 2.0  # cubic takes four a side
    columns, rows = (np.arange(np.floor(middle - reach), np.floor(middle + reach) + 1).astype(int) for middle in at)
    if node.extension == "REPEAT":
        columns, rows = columns % width, rows % height
    elif node.extension == "EXTEND" or (
        columns.min() >= 0 and rows.min() >= 0 and columns.max() < width and rows.max() < height
    ):
        columns, rows = columns.clip(0, width - 1), rows.clip(0, height - 1)
    else:
        raise Unknown
    near = values[np.ix_(rows, columns)]
    return float(near.min()), float(near.max())


def _clamped(bounds: Bounds) -> Bounds:
    return min(max(bounds[0], 0.0), 1.0), min(max(bounds[1], 0.0), 1.0)


def _mixed(share: Bounds, first: Bounds, second: Bounds) -> Bounds:
    ends = [(1 - s) * a + s * b for s in share for a in first for b in second]
    return min(ends), max(ends)


def _add(a: Bounds, b: Bounds) -> Bounds:
    return a[0] + b[0], a[1] + b[1]


def _multiply(a: Bounds, b: Bounds) -> Bounds:
    products = [x * y for x in a for y in b]
    return min(products), max(products)


_OPERATIONS: Mapping[str, Callable[..., Bounds]] = {
    "ADD": _add,
    "SUBTRACT": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "MULTIPLY": _multiply,
    "MULTIPLY_ADD": lambda a, b, c: _add(_multiply(a, b), c),
    "MAXIMUM": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
    "MINIMUM": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "GREATER_THAN": lambda a, b: (float(a[0] > b[1]), float(a[1] > b[0])),
    "LESS_THAN": lambda a, b: (float(a[1] < b[0]), float(a[0] < b[1])),
}
