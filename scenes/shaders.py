"""Procedural shaders on Cycles' Principled node.

Patterns live in metres (a part's UVs, or its own coordinates) and start somewhere else on every object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

Color = tuple[float, float, float]


def wood(name: str, dark: Color, light: Color, roughness: float = 0.45, grain: float = 16.0):
    """Planed wood, its grain along U."""
    material, tree, shader = _principled(name, roughness=roughness)
    where = _mapped(tree, _scattered(tree, "UV"), (1.1, grain, 1.0))
    rings = _node(tree, "Noise", {"Vector": where, "Scale": 1.6, "Detail": 5.0, "Roughness": 0.62, "Distortion": 0.9})
    _link(tree, shader, {"Base Color": _ramp(tree, rings, {0.3: dark, 0.68: light})})
    _bump(tree, shader, rings, 0.12, 0.002)
    return material


def planks(name: str, dark: Color, light: Color):
    """Floor boards along X: every board its own tone, with a dark joint."""
    material, tree, shader = _principled(name, roughness=0.38)
    spot = _coordinates(tree, "Object")
    boards = _node(
        tree,
        "Brick",
        {
            "Vector": spot,
            "Color1": (0.25,) * 3,
            "Color2": (0.85,) * 3,
            "Mortar": (0.0,) * 3,
            "Scale": 1.0,
            "Mortar Size": 0.0022,
            "Mortar Smooth": 0.3,
            "Brick Width": 1.7,
            "Row Height": 0.135,
            "Bias": 0.0,
        },
        offset=0.37,
    )
    grain = _node(
        tree,
        "Noise",
        {
            "Vector": _mapped(tree, spot, (1.3, 21.0, 1.0)),
            "Scale": 1.5,
            "Detail": 6.0,
            "Distortion": 0.7,
        },
    )
    tone = _ramp(tree, boards.outputs["Color"], {0.0: _shade(dark, 0.25), 0.2: _shade(dark, 0.9), 0.85: light})
    fleck = _ramp(tree, grain, {0.3: (0.62,) * 3, 0.7: (1.08,) * 3})
    _link(tree, shader, {"Base Color": _mix(tree, "MULTIPLY", tone, fleck)})
    _bump(tree, shader, boards.outputs[1], -0.25, 0.002)
    return material


def fabric(name: str, color: Color, weave: float = 260.0, fuzz: float = 0.35, worn: float = 0.16):
    """Woven cloth: a fine bump, uneven dye, a little sheen."""
    material, tree, shader = _principled(name, roughness=0.95)
    spot = _scattered(tree, "Object")
    dye = _node(tree, "Noise", {"Vector": spot, "Scale": 6.0, "Detail": 5.0, "Roughness": 0.7})
    thread = _node(tree, "Noise", {"Vector": spot, "Scale": weave, "Detail": 2.0})
    base = _ramp(tree, dye, {0.3: _shade(color, 1 - worn), 0.7: _shade(color, 1 + worn)})
    speck = _ramp(tree, thread, {0.35: (0.75,) * 3, 0.65: (1.15,) * 3})
    _link(tree, shader, {"Base Color": _mix(tree, "MULTIPLY", base, speck), "Sheen Weight": fuzz})
    _bump(tree, shader, thread, 0.5, 0.004)
    return material


def striped(name: str, one: Color, two: Color, per_metre: float = 11.0):
    """Woven stripes along a part's Y."""
    material, tree, shader = _principled(name, roughness=0.95)
    spot = _coordinates(tree, "Object")
    bands = _node(tree, "Wave", {"Vector": spot, "Scale": per_metre / 3.2, "Distortion": 0.3, "Detail": 1.0})
    _link(tree, shader, {"Base Color": _ramp(tree, bands, {0.55: one, 0.6: two}), "Sheen Weight": 0.3})
    _bump(tree, shader, _node(tree, "Noise", {"Vector": spot, "Scale": 300.0}), 0.4, 0.003)
    return material


def woven(name: str, image: bpy.types.Image):
    """A rug: an image knotted into pile."""
    material, tree, shader = _principled(name, roughness=1.0)
    pile = _node(tree, "Noise", {"Vector": _coordinates(tree, "Object"), "Scale": 190.0, "Detail": 3.0})
    fleck = _ramp(tree, pile, {0.3: (0.7,) * 3, 0.7: (1.1,) * 3})
    _link(
        tree,
        shader,
        {
            "Base Color": _mix(tree, "MULTIPLY", _picture(tree, image).outputs["Color"], fleck),
            "Sheen Weight": 0.4,
        },
    )
    _bump(tree, shader, pile, 0.8, 0.008)
    return material


def plaster(name: str, color: Color, rough: float = 0.5):
    """Painted plaster: roller texture, faint clouds."""
    material, tree, shader = _principled(name, roughness=0.85)
    spot = _coordinates(tree, "Object")
    cloud = _node(tree, "Noise", {"Vector": spot, "Scale": 1.1, "Detail": 4.0})
    _link(tree, shader, {"Base Color": _ramp(tree, cloud, {0.25: _shade(color, 0.93), 0.75: _shade(color, 1.04)})})
    _bump(tree, shader, _node(tree, "Noise", {"Vector": spot, "Scale": 160.0, "Detail": 3.0}), rough, 0.002)
    return material


def tiles(name: str, color: Color, joint: Color, size: float = 0.1):
    """Glazed wall tiles on UVs in metres."""
    material, tree, shader = _principled(name, roughness=0.16)
    grid = _node(
        tree,
        "Brick",
        {
            "Vector": _coordinates(tree, "UV"),
            "Color1": color,
            "Color2": _shade(color, 0.88),
            "Mortar": joint,
            "Scale": 1.0,
            "Mortar Size": 0.0025,
            "Brick Width": size * 2,
            "Row Height": size,
            "Bias": 0.0,
        },
        offset=0.5,
    )
    _link(tree, shader, {"Base Color": grid.outputs["Color"]})
    _bump(tree, shader, grid.outputs[1], -0.4, 0.003)
    return material


def stone(name: str, color: Color, speck: Color, scale: float = 90.0, roughness: float = 0.25):
    """Speckled stone, terrazzo, enamel or earth: cells of one colour in another."""
    material, tree, shader = _principled(name, roughness=roughness)
    cells = _node(tree, "Voronoi", {"Vector": _scattered(tree, "Object"), "Scale": scale})
    _link(tree, shader, {"Base Color": _ramp(tree, cells.outputs["Distance"], {0.12: speck, 0.28: color})})
    return material


def wicker(name: str, dark: Color, light: Color):
    """Basket weave."""
    material, tree, shader = _principled(name, roughness=0.8)
    spot = _mapped(tree, _coordinates(tree, "UV"), (45.0, 30.0, 1.0))
    weave = _node(tree, "Checker", {"Vector": spot, "Scale": 1.0, "Color1": dark, "Color2": light})
    _link(tree, shader, {"Base Color": weave.outputs["Color"]})
    _bump(tree, shader, weave.outputs[1], 0.9, 0.006)
    return material


def paint(name: str, color: Color, roughness: float = 0.5, coat: float = 0.0):
    """Paint, plastic, ceramic or lacquer, with a breath of unevenness in the gloss."""
    material, tree, shader = _principled(name, roughness=roughness, **{"Base Color": (*color, 1), "Coat Weight": coat})
    smear = _node(tree, "Noise", {"Vector": _scattered(tree, "Object"), "Scale": 9.0, "Detail": 3.0})
    _bump(tree, shader, smear, 0.03, 0.004)
    return material


def metal(name: str, color: Color, roughness: float = 0.3):
    """Brushed or polished metal."""
    return _principled(name, roughness=roughness, **{"Base Color": (*color, 1), "Metallic": 1.0})[0]


def glow(name: str, color: Color, strength: float):
    """A lit bulb, or a lampshade with a bulb behind it."""
    values = {"Base Color": (*color, 1), "Emission Color": (*color, 1), "Emission Strength": strength}
    material = _principled(name, roughness=0.9, **values)[0]
    material.cycles.emission_sampling = "NONE"  # lamps.py puts a light of its own where this one seems to be
    return material


def glass(name: str, color: Color, roughness: float = 0.0):
    """Glass that refracts for the eye and lets daylight through to the room: shadows and bounces pass straight."""
    values = {"Base Color": (*color, 1), "Transmission Weight": 1.0, "IOR": 1.45}
    material, tree, shader = _principled(name, roughness=roughness, **values)
    path = _node(tree, "LightPath", {}, prefix="ShaderNode")
    clear = _node(tree, "BsdfTransparent", {"Color": (*color, 1)}, prefix="ShaderNode")
    unseen = _node(
        tree, "Math", {0: path.outputs["Is Shadow Ray"], 1: path.outputs["Is Diffuse Ray"]}, prefix="ShaderNode"
    )
    unseen.operation = "MAXIMUM"
    either = _node(
        tree,
        "MixShader",
        {
            0: unseen.outputs[0],
            1: shader.outputs[0],
            2: clear.outputs[0],
        },
        prefix="ShaderNode",
    )
    tree.links.new(either.outputs[0], _output(tree).inputs["Surface"])
    return material


def printed(name: str, image: bpy.types.Image):
    """A print on paper."""
    material, tree, shader = _principled(name, roughness=0.55)
    _link(tree, shader, {"Base Color": _picture(tree, image).outputs["Color"]})
    return material


def screen(name: str, image: bpy.types.Image):
    """A display that is switched on."""
    material, tree, shader = _principled(name, roughness=0.2, **{"Emission Strength": 1.6, "Base Color": (0, 0, 0, 1)})
    material.cycles.emission_sampling = "NONE"
    _link(tree, shader, {"Emission Color": _picture(tree, image).outputs["Color"]})
    return material


def leaf(name: str, image: bpy.types.Image):
    """A card cut out by the image's alpha."""
    material, tree, shader = _principled(name, roughness=0.42)
    card = _picture(tree, image)
    _link(tree, shader, {"Base Color": card.outputs["Color"], "Alpha": card.outputs["Alpha"]})
    return material


def bathe_in_daylight(material: bpy.types.Material, strength: float = 1.9) -> None:
    """Let a surface outdoors shine with the light that falls on it there, so that no ray need look for the sky."""
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    color = shader.inputs["Base Color"]
    tree = material.node_tree
    facing = _node(
        tree,
        "SeparateXYZ",
        {0: _node(tree, "NewGeometry", {}, prefix="ShaderNode").outputs["Normal"]},
        prefix="ShaderNode",
    )
    from_above = _ramp(tree, facing.outputs["Z"], {0.0: (0.42, 0.44, 0.5), 0.9: (1.0, 0.98, 0.92)})
    own = color.links[0].from_socket if color.is_linked else _node(tree, "RGB", {}, prefix="ShaderNode").outputs[0]
    if not color.is_linked:
        own.default_value = color.default_value
    _link(tree, shader, {"Emission Color": _mix(tree, "MULTIPLY", own, from_above), "Emission Strength": strength})
    material.cycles.emission_sampling = "NONE"


def _principled(name: str, roughness: float, **values: Any):
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    _link(tree, shader, {"Roughness": roughness, **values})
    return material, tree, shader


def _output(tree: bpy.types.NodeTree):
    return next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")


def _node(
    tree: bpy.types.NodeTree, kind: str, inputs: Mapping[str | int, Any], prefix: str = "ShaderNodeTex", **settings
):
    """A node with its inputs set: a number or colour as it is, another node or socket as a link."""
    node = tree.nodes.new(prefix + kind)
    for key, value in settings.items():
        setattr(node, key, value)
    _link(tree, node, inputs)
    return node


def _link(tree: bpy.types.NodeTree, node: bpy.types.Node, inputs: Mapping[str | int, Any]) -> None:
    for key, value in inputs.items():
        if isinstance(value, bpy.types.Node):
            tree.links.new(value.outputs["Fac"] if "Fac" in value.outputs else value.outputs[0], node.inputs[key])
        elif isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, node.inputs[key])
        elif node.inputs[key].type == "RGBA" and len(value) == 3:
            node.inputs[key].default_value = (*value, 1)
        else:
            node.inputs[key].default_value = value


def _coordinates(tree: bpy.types.NodeTree, kind: str) -> bpy.types.NodeSocket:
    return _node(tree, "TexCoord", {}, prefix="ShaderNode").outputs[kind]


def _scattered(tree: bpy.types.NodeTree, kind: str) -> bpy.types.NodeSocket:
    """Coordinates shifted by each object's own random number, so that no two planks are alike."""
    random = _node(tree, "ObjectInfo", {}, prefix="ShaderNode").outputs["Random"]
    far = _node(tree, "Math", {0: random, 1: 37.0}, prefix="ShaderNode")
    far.operation = "MULTIPLY"
    return _node(tree, "VectorMath", {0: _coordinates(tree, kind), 1: far.outputs[0]}, prefix="ShaderNode").outputs[0]


def _mapped(tree: bpy.types.NodeTree, where: bpy.types.NodeSocket, scale: Color) -> bpy.types.NodeSocket:
    return _node(tree, "Mapping", {"Vector": where, "Scale": scale}, prefix="ShaderNode").outputs[0]


def _ramp(tree: bpy.types.NodeTree, value, stops: Mapping[float, Color]) -> bpy.types.NodeSocket:
    ramp = _node(tree, "ValToRGB", {0: value}, prefix="ShaderNode")
    elements = ramp.color_ramp.elements
    for element, (position, color) in zip(elements, stops.items()):
        element.position, element.color = position, (*color, 1)
    for position, color in list(stops.items())[2:]:
        elements.new(position).color = (*color, 1)
    return ramp.outputs["Color"]


def _mix(tree: bpy.types.NodeTree, blend: str, one: bpy.types.NodeSocket, two: bpy.types.NodeSocket):
    mix = _node(tree, "Mix", {}, prefix="ShaderNode", data_type="RGBA", blend_type=blend)
    color = {socket.identifier: socket for socket in (*mix.inputs, *mix.outputs)}
    color["Factor_Float"].default_value = 1.0
    tree.links.new(one, color["A_Color"])
    tree.links.new(two, color["B_Color"])
    return color["Result_Color"]


def _bump(tree: bpy.types.NodeTree, shader: bpy.types.Node, height, strength: float, distance: float) -> None:
    values = {"Strength": abs(strength), "Distance": distance, "Height": height}
    bump = _node(tree, "Bump", values, prefix="ShaderNode", invert=strength < 0)
    _link(tree, shader, {"Normal": bump.outputs[0]})


def _picture(tree: bpy.types.NodeTree, image: bpy.types.Image) -> bpy.types.Node:
    return _node(tree, "Image", {"Vector": _coordinates(tree, "UV")}, image=image, extension="CLIP")


def _shade(color: Color, by: float) -> Color:
    return tuple(min(part * by, 1.0) for part in color)
