"""What walls, frames and pictures are made of, as shaders. Patterns are laid out by UVs in metres."""

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
    picture,
    principled,
    ramp,
    scattered,
    shade,
)


def papered(name: str, image: bpy.types.Image, wide: float, tall: float, gloss: float) -> bpy.types.Material:
    """Wallpaper: one repeat of `wide` x `tall` metres, faded here and there."""
    material, tree, shader = principled(name, roughness=gloss)
    spot = coordinates(tree, "UV")
    paper = add(tree, "TexImage", {"Vector": mapped(tree, spot, (1 / wide, 1 / tall, 1))}, image=image)
    faded = ramp(tree, add(tree, "TexNoise", {"Vector": spot, "Scale": 0.9, "Detail": 4.0}),
                 {0.3: (0.93,) * 3, 0.7: (1.0,) * 3})  # fmt: skip
    link(tree, shader, {"Base Color": mix(tree, "MULTIPLY", paper.outputs["Color"], faded)})
    bump(tree, shader, add(tree, "TexNoise", {"Vector": spot, "Scale": 210.0, "Detail": 2.0}), 0.25, 0.001)
    return material


def rough_plaster(name: str, color: Color, coarse: float) -> bpy.types.Material:
    """Plaster put on by hand: trowel marks of `coarse` a metre, tone on tone."""
    material, tree, shader = principled(name, roughness=0.92)
    spot = coordinates(tree, "UV")
    marks = add(
        tree, "TexNoise", {"Vector": spot, "Scale": coarse, "Detail": 8.0, "Roughness": 0.65, "Distortion": 0.6}
    )
    link(tree, shader, {"Base Color": ramp(tree, marks, {0.3: shade(color, 0.86), 0.7: shade(color, 1.06)})})
    bump(tree, shader, marks, 0.7, 0.05 / coarse**0.5)
    return material


def bricks(name: str, color: Color, other: Color, joint: Color, painted: bool) -> bpy.types.Material:
    """Bricks in a running bond; painted over, joints and all are of one colour."""
    material, tree, shader = principled(name, roughness=0.6 if painted else 0.95)
    spot = coordinates(tree, "UV")
    crooked = add(tree, "TexNoise", {"Vector": spot, "Scale": 9.0, "Detail": 4.0})
    bent = mix(tree, "LINEAR_LIGHT", spot, crooked.outputs["Color"], 0.006)
    values = {"Vector": bent, "Color1": color, "Color2": other, "Mortar": joint, "Scale": 1.0}
    values |= {"Mortar Size": 0.007, "Mortar Smooth": 0.35, "Brick Width": 0.225, "Row Height": 0.075, "Bias": 0.0}
    wall = add(tree, "TexBrick", values, offset=0.5)
    stain = ramp(tree, add(tree, "TexNoise", {"Vector": spot, "Scale": 26.0, "Detail": 6.0, "Roughness": 0.7}),
                 {0.3: (0.72,) * 3, 0.7: (1.1,) * 3})  # fmt: skip
    tone = mix(tree, "MULTIPLY", wall.outputs["Color"], stain)
    flat = add(tree, "RGB").outputs[0]
    flat.default_value = (*color, 1)
    link(tree, shader, {"Base Color": flat if painted else tone})
    grit = add(tree, "TexNoise", {"Vector": spot, "Scale": 60.0, "Detail": 5.0})
    height = math(tree, "SUBTRACT", math(tree, "MULTIPLY", grit, 0.4), wall.outputs[1])
    bump(tree, shader, height, 0.9, 0.006)
    return material


def boards(name: str, dark: Color, light: Color, wide: float, painted: bool) -> bpy.types.Material:
    """Upright boards with grooves between them, in wood or painted `light`."""
    material, tree, shader = principled(name, roughness=0.45)
    spot = coordinates(tree, "UV")
    turned = add(tree, "Mapping", {"Vector": spot, "Rotation": (0, 0, 1.5707963)}).outputs[0]
    values = {"Vector": turned, "Color1": (0.2,) * 3, "Color2": (0.8,) * 3, "Mortar": (0.0,) * 3, "Scale": 1.0}
    values |= {"Mortar Size": 0.003, "Mortar Smooth": 0.6, "Brick Width": 9.0, "Row Height": wide, "Bias": 0.0}
    rows = add(tree, "TexBrick", values)
    if painted:
        link(tree, shader, {"Base Color": (*light, 1)})
    else:
        grain = add(tree, "TexNoise", {"Vector": mapped(tree, spot, (26.0, 1.2, 1.0)), "Scale": 1.5, "Detail": 6.0})
        fleck = ramp(tree, grain, {0.3: (0.66,) * 3, 0.7: (1.06,) * 3})
        tone = ramp(tree, rows.outputs["Color"], {0.0: shade(dark, 0.3), 0.2: dark, 0.8: light})
        link(tree, shader, {"Base Color": mix(tree, "MULTIPLY", tone, fleck)})
    bump(tree, shader, rows.outputs[1], -0.8, 0.005)
    return material


def concrete(name: str, color: Color) -> bpy.types.Material:
    """Cast concrete: clouds, fine pores."""
    material, tree, shader = principled(name, roughness=0.8)
    spot = coordinates(tree, "UV")
    cloud = add(tree, "TexNoise", {"Vector": spot, "Scale": 1.7, "Detail": 9.0, "Roughness": 0.66, "Distortion": 0.3})
    pores = ramp(tree, add(tree, "TexVoronoi", {"Vector": spot, "Scale": 55.0}), {0.03: (0.55,) * 3, 0.08: (1.0,) * 3})
    tone = ramp(tree, cloud, {0.3: shade(color, 0.78), 0.7: shade(color, 1.15)})
    link(tree, shader, {"Base Color": mix(tree, "MULTIPLY", tone, pores)})
    bump(tree, shader, cloud, 0.2, 0.01)
    return material


def gilded(name: str, color: Color, bole: Color) -> bpy.types.Material:
    """Leaf metal rubbed through to the clay below, on edges of nothing in particular."""
    material, tree, shader = principled(name, roughness=0.32)
    worn = add(tree, "TexNoise", {"Vector": scattered(tree, "Object"), "Scale": 38.0, "Detail": 6.0, "Roughness": 0.7})
    link(tree, shader, {
        "Base Color": ramp(tree, worn, {0.34: bole, 0.44: color}),
        "Metallic": ramp(tree, worn, {0.34: (0.3,) * 3, 0.44: (1.0,) * 3}),
    })  # fmt: skip
    bump(tree, shader, worn, 0.2, 0.002)
    return material


def sheet(name: str, image: bpy.types.Image, paper: Color, glass: float | None, rough: float) -> bpy.types.Material:
    """A picture on paper or canvas; beside the picture's UVs of 0..1 it is bare. `glass`: see `behind_glass`."""
    material, tree, shader = principled(name, roughness=rough)
    print_ = picture(tree, image)
    link(tree, shader, {"Base Color": mix(tree, "MIX", paper, print_.outputs["Color"], print_.outputs["Alpha"])})
    behind_glass(tree, shader, glass)
    return material


def matboard(name: str, color: Color, glass: float | None) -> bpy.types.Material:
    """Cardboard with a tooth."""
    material, tree, shader = principled(name, roughness=0.9, **{"Base Color": (*color, 1)})
    spot = scattered(tree, "Object")
    bump(tree, shader, add(tree, "TexNoise", {"Vector": spot, "Scale": 500.0, "Detail": 2.0}), 0.15, 0.0006)
    behind_glass(tree, shader, glass)
    return material


def behind_glass(tree: bpy.types.NodeTree, shader: bpy.types.Node, roughness: float | None) -> None:
    """A pane before a surface, as a coat on it: what it mirrors is that of a pane, which is nowhere quite flat.

    None is no glass; 0 is clear, 0.2 is etched so as not to dazzle.
    """
    if roughness is None:
        return
    link(tree, shader, {"Coat Weight": 1.0, "Coat Roughness": roughness, "Coat IOR": 1.5})
    spot = add(tree, "NewGeometry").outputs["Position"]
    waves = add(tree, "TexNoise", {"Vector": spot, "Scale": 3.0, "Detail": 1.0})
    made = add(tree, "Bump", {"Strength": 0.05, "Distance": 0.02, "Height": waves})
    tree.links.new(made.outputs[0], shader.inputs["Coat Normal"])
