"""Procedural shaders on Cycles' Principled node.

Patterns live in metres (a part's UVs, or its own coordinates) and start somewhere else on every object.
"""

from __future__ import annotations

import bpy

from scenes.shader_nodes import (
    Color,
    add,
    bump,
    coordinates,
    link,
    mapped,
    math,
    mix,
    output,
    picture,
    principled,
    ramp,
    scattered,
    shade,
)


def wood(name: str, dark: Color, light: Color, roughness: float = 0.45, grain: float = 16.0):
    """Planed wood, its grain along U."""
    material, tree, shader = principled(name, roughness=roughness)
    where = mapped(tree, scattered(tree, "UV"), (1.1, grain, 1.0))
    rings = add(tree, "TexNoise", {"Vector": where, "Scale": 1.6, "Detail": 5.0, "Roughness": 0.62, "Distortion": 0.9})
    link(tree, shader, {"Base Color": ramp(tree, rings, {0.3: dark, 0.68: light})})
    bump(tree, shader, rings, 0.12, 0.002)
    return material


def planks(name: str, dark: Color, light: Color):
    """Floor boards along X: every board its own tone, with a dark joint."""
    material, tree, shader = principled(name, roughness=0.38)
    spot = coordinates(tree, "Object")
    boards = add(
        tree,
        "TexBrick",
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
    grain = add(
        tree,
        "TexNoise",
        {
            "Vector": mapped(tree, spot, (1.3, 21.0, 1.0)),
            "Scale": 1.5,
            "Detail": 6.0,
            "Distortion": 0.7,
        },
    )
    tone = ramp(tree, boards.outputs["Color"], {0.0: shade(dark, 0.25), 0.2: shade(dark, 0.9), 0.85: light})
    fleck = ramp(tree, grain, {0.3: (0.62,) * 3, 0.7: (1.08,) * 3})
    link(tree, shader, {"Base Color": mix(tree, "MULTIPLY", tone, fleck)})
    bump(tree, shader, boards.outputs[1], -0.25, 0.002)
    return material


def fabric(name: str, color: Color, weave: float = 260.0, fuzz: float = 0.35, worn: float = 0.16):
    """Woven cloth: a fine bump, uneven dye, a little sheen."""
    material, tree, shader = principled(name, roughness=0.95)
    spot = scattered(tree, "Object")
    dye = add(tree, "TexNoise", {"Vector": spot, "Scale": 6.0, "Detail": 5.0, "Roughness": 0.7})
    thread = add(tree, "TexNoise", {"Vector": spot, "Scale": weave, "Detail": 2.0})
    base = ramp(tree, dye, {0.3: shade(color, 1 - worn), 0.7: shade(color, 1 + worn)})
    speck = ramp(tree, thread, {0.35: (0.75,) * 3, 0.65: (1.15,) * 3})
    link(tree, shader, {"Base Color": mix(tree, "MULTIPLY", base, speck), "Sheen Weight": fuzz})
    bump(tree, shader, thread, 0.5, 0.004)
    return material


def striped(name: str, one: Color, two: Color, per_metre: float = 11.0):
    """Woven stripes along a part's Y."""
    material, tree, shader = principled(name, roughness=0.95)
    spot = coordinates(tree, "Object")
    bands = add(tree, "TexWave", {"Vector": spot, "Scale": per_metre / 3.2, "Distortion": 0.3, "Detail": 1.0})
    link(tree, shader, {"Base Color": ramp(tree, bands, {0.55: one, 0.6: two}), "Sheen Weight": 0.3})
    bump(tree, shader, add(tree, "TexNoise", {"Vector": spot, "Scale": 300.0}), 0.4, 0.003)
    return material


def woven(name: str, image: bpy.types.Image):
    """A rug: an image knotted into pile."""
    material, tree, shader = principled(name, roughness=1.0)
    pile = add(tree, "TexNoise", {"Vector": coordinates(tree, "Object"), "Scale": 190.0, "Detail": 3.0})
    fleck = ramp(tree, pile, {0.3: (0.7,) * 3, 0.7: (1.1,) * 3})
    link(
        tree,
        shader,
        {
            "Base Color": mix(tree, "MULTIPLY", picture(tree, image).outputs["Color"], fleck),
            "Sheen Weight": 0.4,
        },
    )
    bump(tree, shader, pile, 0.8, 0.008)
    return material


def plaster(name: str, color: Color, rough: float = 0.5):
    """Painted plaster: roller texture, faint clouds."""
    material, tree, shader = principled(name, roughness=0.85)
    spot = coordinates(tree, "Object")
    cloud = add(tree, "TexNoise", {"Vector": spot, "Scale": 1.1, "Detail": 4.0})
    link(tree, shader, {"Base Color": ramp(tree, cloud, {0.25: shade(color, 0.93), 0.75: shade(color, 1.04)})})
    bump(tree, shader, add(tree, "TexNoise", {"Vector": spot, "Scale": 160.0, "Detail": 3.0}), rough, 0.002)
    return material


def tiles(name: str, color: Color, joint: Color, size: float = 0.1, across: float = 2.0, offset: float = 0.5):
    """Glazed tiles on UVs in metres: `size` high and `across` times as wide, each row shifted by `offset` of a tile."""
    material, tree, shader = principled(name, roughness=0.16)
    grid = add(
        tree,
        "TexBrick",
        {
            "Vector": coordinates(tree, "UV"),
            "Color1": color,
            "Color2": shade(color, 0.88),
            "Mortar": joint,
            "Scale": 1.0,
            "Mortar Size": 0.0025,
            "Brick Width": size * across,
            "Row Height": size,
            "Bias": 0.0,
        },
        offset=offset,
    )
    link(tree, shader, {"Base Color": grid.outputs["Color"]})
    bump(tree, shader, grid.outputs[1], -0.4, 0.003)
    return material


def stone(name: str, color: Color, speck: Color, scale: float = 90.0, roughness: float = 0.25):
    """Speckled stone, terrazzo, enamel or earth: cells of one colour in another."""
    material, tree, shader = principled(name, roughness=roughness)
    cells = add(tree, "TexVoronoi", {"Vector": scattered(tree, "Object"), "Scale": scale})
    link(tree, shader, {"Base Color": ramp(tree, cells.outputs["Distance"], {0.12: speck, 0.28: color})})
    return material


def wicker(name: str, dark: Color, light: Color):
    """Basket weave."""
    material, tree, shader = principled(name, roughness=0.8)
    spot = mapped(tree, coordinates(tree, "UV"), (45.0, 30.0, 1.0))
    weave = add(tree, "TexChecker", {"Vector": spot, "Scale": 1.0, "Color1": dark, "Color2": light})
    link(tree, shader, {"Base Color": weave.outputs["Color"]})
    bump(tree, shader, weave.outputs[1], 0.9, 0.006)
    return material


def paint(name: str, color: Color, roughness: float = 0.5, coat: float = 0.0):
    """Paint, plastic, ceramic or lacquer, with a breath of unevenness in the gloss."""
    material, tree, shader = principled(name, roughness=roughness, **{"Base Color": (*color, 1), "Coat Weight": coat})
    smear = add(tree, "TexNoise", {"Vector": scattered(tree, "Object"), "Scale": 9.0, "Detail": 3.0})
    bump(tree, shader, smear, 0.03, 0.004)
    return material


def metal(name: str, color: Color, roughness: float = 0.3):
    """Brushed or polished metal."""
    return principled(name, roughness=roughness, **{"Base Color": (*color, 1), "Metallic": 1.0})[0]


def glow(name: str, color: Color, strength: float):
    """A lit bulb, or a lampshade with a bulb behind it."""
    values = {"Base Color": (*color, 1), "Emission Color": (*color, 1), "Emission Strength": strength}
    material = principled(name, roughness=0.9, **values)[0]
    material.cycles.emission_sampling = "NONE"  # lamps.py puts a light of its own where this one seems to be
    return material


def opal(name: str, color: Color, strength: float):
    """The glass of a lamp, white and polished, and brightest where one looks straight at it; 0 is off."""
    values = {"Base Color": (*shade(color, 0.8), 1), "Coat Weight": 0.6, "Emission Color": (*color, 1)}
    material, tree, shader = principled(name, roughness=0.5, **values)
    material.cycles.emission_sampling = "NONE"  # as of `glow`
    askew = add(tree, "LayerWeight", {"Blend": 0.5}).outputs["Facing"]
    link(tree, shader, {"Emission Strength": math(tree, "MULTIPLY_ADD", askew, -0.7 * strength, strength)})
    return material


def glass(name: str, color: Color, roughness: float = 0.0):
    """Glass that refracts for the eye and lets daylight through to the room: shadows and bounces pass straight."""
    values = {"Base Color": (*color, 1), "Transmission Weight": 1.0, "IOR": 1.45}
    material, tree, shader = principled(name, roughness=roughness, **values)
    path = add(tree, "LightPath")
    clear = add(tree, "BsdfTransparent", {"Color": (*color, 1)})
    unseen = math(tree, "MAXIMUM", path.outputs["Is Shadow Ray"], path.outputs["Is Diffuse Ray"])
    either = add(tree, "MixShader", {0: unseen, 1: shader.outputs[0], 2: clear.outputs[0]})
    tree.links.new(either.outputs[0], output(tree).inputs["Surface"])
    return material


def printed(name: str, image: bpy.types.Image):
    """A print on paper."""
    material, tree, shader = principled(name, roughness=0.55)
    link(tree, shader, {"Base Color": picture(tree, image).outputs["Color"]})
    return material


def screen(name: str, image: bpy.types.Image):
    """A display that is switched on."""
    material, tree, shader = principled(name, roughness=0.2, **{"Emission Strength": 1.6, "Base Color": (0, 0, 0, 1)})
    material.cycles.emission_sampling = "NONE"
    link(tree, shader, {"Emission Color": picture(tree, image).outputs["Color"]})
    return material


def leaf(name: str, image: bpy.types.Image):
    """A card cut out by the image's alpha."""
    material, tree, shader = principled(name, roughness=0.42)
    card = picture(tree, image)
    link(tree, shader, {"Base Color": card.outputs["Color"], "Alpha": card.outputs["Alpha"]})
    return material


def bathe_in_daylight(material: bpy.types.Material, strength: float = 1.9) -> None:
    """Let a surface outdoors shine with the light that falls on it there, so that no ray need look for the sky."""
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    color = shader.inputs["Base Color"]
    tree = material.node_tree
    facing = add(tree, "SeparateXYZ", {0: add(tree, "NewGeometry").outputs["Normal"]})
    from_above = ramp(tree, facing.outputs["Z"], {0.0: (0.42, 0.44, 0.5), 0.9: (1.0, 0.98, 0.92)})
    own = color.links[0].from_socket if color.is_linked else add(tree, "RGB").outputs[0]
    if not color.is_linked:
        own.default_value = color.default_value
    link(tree, shader, {"Emission Color": mix(tree, "MULTIPLY", own, from_above), "Emission Strength": strength})
    material.cycles.emission_sampling = "NONE"
