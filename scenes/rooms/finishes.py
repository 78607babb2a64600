"""Surfaces that the sample room has not: boards of any size, glazed and chequered tiles, wallpaper, plaid.

None has one gloss all over: where feet and hands go, floors and tiles are
duller.
"""

from __future__ import annotations

import bpy

from scenes.shader_nodes import Color, add, bump, coordinates, link, mapped, mix, principled, ramp, scattered, shade


def _worn(tree: bpy.types.NodeTree, shader: bpy.types.Node, spot, low: float, high: float, scale: float) -> None:
    """A roughness between two values, in patches of about 1 / `scale` metres."""
    wear = add(tree, "TexNoise", {"Vector": spot, "Scale": scale, "Detail": 5.0, "Roughness": 0.65})
    values = {"Value": wear, "From Min": 0.3, "From Max": 0.7, "To Min": low, "To Max": high}
    link(tree, shader, {"Roughness": add(tree, "MapRange", values).outputs[0]})


def laid_boards(name: str, dark: Color, light: Color, wide: float, long: float, gloss: float, turned: bool):
    """Floor boards of a size, each with its own tone and grain; along Y where `turned`."""
    material, tree, shader = principled(name, roughness=gloss)
    spot = coordinates(tree, "Object")
    if turned:
        around = {"Vector": spot, "Rotation": (0, 0, 1.5707963)}
        spot = add(tree, "Mapping", around).outputs[0]
    values = {"Vector": spot, "Color1": (0.1,) * 3, "Color2": (0.95,) * 3, "Mortar": (0.0,) * 3, "Scale": 1.0}
    values |= {"Mortar Size": 0.0016, "Mortar Smooth": 0.3, "Brick Width": long, "Row Height": wide, "Bias": 0.0}
    rows = add(tree, "TexBrick", values, offset=0.41)
    # Each board is cut from elsewhere: its tone moves the grain.
    tones = {0: rows.outputs["Color"], 1: (31.0, 17.0, 0.0)}
    away = add(tree, "VectorMath", tones, operation="MULTIPLY")
    moved = add(tree, "VectorMath", {0: spot, 1: away.outputs[0]})
    where = mapped(tree, moved.outputs[0], (1.2, 20.0, 1.0))
    grain = add(tree, "TexNoise", {"Vector": where, "Scale": 1.6, "Detail": 7.0, "Roughness": 0.6, "Distortion": 1.1})
    tone = ramp(tree, rows.outputs["Color"], {0.0: shade(dark, 0.2), 0.06: dark, 0.95: light})
    fleck = ramp(tree, grain, {0.3: (0.6,) * 3, 0.7: (1.08,) * 3})
    link(tree, shader, {"Base Color": mix(tree, "MULTIPLY", tone, fleck)})
    _worn(tree, shader, coordinates(tree, "Object"), gloss - 0.1, gloss + 0.16, 2.2)
    bump(tree, shader, rows.outputs[1], -0.25, 0.0015)
    return material


def glazed(name: str, color: Color, joint: Color, size: float, across: float = 2.0, offset: float = 0.5):
    """Tiles on UVs in metres, as `scenes.shaders.tiles`, each of its own tone, with dull joints, and smudged."""
    gloss = 0.12
    material, tree, shader = principled(name, roughness=gloss)
    spot = coordinates(tree, "UV")
    values = {"Vector": spot, "Color1": shade(color, 1.06), "Color2": shade(color, 0.86), "Mortar": joint, "Scale": 1.0}
    values |= {"Mortar Size": 0.0024, "Mortar Smooth": 0.1, "Bias": 0.0}
    values |= {"Brick Width": size * across, "Row Height": size}
    grid = add(tree, "TexBrick", values, offset=offset)
    link(tree, shader, {"Base Color": _smudged(tree, grid.outputs["Color"], spot)})
    dull = add(tree, "MapRange", {"Value": grid.outputs[1], "To Min": gloss, "To Max": 0.9})
    link(tree, shader, {"Roughness": dull.outputs[0]})
    bump(tree, shader, grid.outputs[1], -0.4, 0.003)
    return material


def chequered(name: str, one: Color, two: Color, size: float, gloss: float):
    """Square tiles of two colours in turn, with joints, along Object coordinates."""
    material, tree, shader = principled(name, roughness=gloss)
    spot = coordinates(tree, "Object")
    values = {"Vector": mapped(tree, spot, (1 / size, 1 / size, 0.0)), "Scale": 1.0, "Color1": one, "Color2": two}
    squares = add(tree, "TexChecker", values)
    lines = {"Vector": spot, "Color1": (1,) * 3, "Color2": (0.88,) * 3, "Mortar": (0.3,) * 3, "Scale": 1.0, "Bias": 0.0}
    lines |= {"Mortar Size": 0.002, "Brick Width": size, "Row Height": size}
    grid = add(tree, "TexBrick", lines, offset=0.0)
    colors = mix(tree, "MULTIPLY", squares.outputs["Color"], grid.outputs["Color"])
    link(tree, shader, {"Base Color": _smudged(tree, colors, spot)})
    _worn(tree, shader, spot, max(gloss - 0.1, 0.05), gloss + 0.2, 3.0)
    bump(tree, shader, grid.outputs[1], -0.3, 0.002)
    return material


def _smudged(tree: bpy.types.NodeTree, color, spot):
    """A colour with what settles on floors and walls over the years."""
    dirt = add(tree, "TexNoise", {"Vector": spot, "Scale": 2.6, "Detail": 7.0, "Roughness": 0.7})
    return mix(tree, "MULTIPLY", color, ramp(tree, dirt, {0.3: (0.86,) * 3, 0.62: (1.0,) * 3}))


def wallpapered(name: str, image: bpy.types.Image, wide: float, tall: float):
    """Wallpaper on a wall in its own frame: x along it, z up; one repeat of `wide` x `tall` metres, faded in places."""
    material, tree, shader = principled(name, roughness=0.75)
    spot = coordinates(tree, "Object")
    axes = add(tree, "SeparateXYZ", {0: spot}).outputs
    flat = add(tree, "CombineXYZ", {0: axes["X"], 1: axes["Z"]}).outputs[0]
    paper = add(tree, "TexImage", {"Vector": mapped(tree, flat, (1 / wide, 1 / tall, 1))}, image=image)
    clouds = add(tree, "TexNoise", {"Vector": spot, "Scale": 0.9, "Detail": 4.0})
    faded = ramp(tree, clouds, {0.3: (0.92,) * 3, 0.7: (1.0,) * 3})
    link(tree, shader, {"Base Color": mix(tree, "MULTIPLY", paper.outputs["Color"], faded)})
    bump(tree, shader, add(tree, "TexNoise", {"Vector": spot, "Scale": 190.0, "Detail": 2.0}), 0.25, 0.001)
    return material


def plaid(name: str, ground: Color, stripe: Color, per_metre: float):
    """Woven bands that cross, on a part's own coordinates."""
    material, tree, shader = principled(name, roughness=0.95)
    spot = coordinates(tree, "Object")
    color = None
    for direction in ("X", "Y"):
        values = {"Vector": spot, "Scale": per_metre / 3.2, "Distortion": 0.2, "Detail": 1.0}
        bands = add(tree, "TexWave", values, bands_direction=direction)
        crossing = ramp(tree, bands, {0.5: (1,) * 3, 0.62: tuple(0.35 + 0.65 * part for part in stripe)})
        color = crossing if color is None else mix(tree, "MULTIPLY", color, crossing)
    thread = add(tree, "TexNoise", {"Vector": scattered(tree, "Object"), "Scale": 260.0, "Detail": 2.0})
    speck = ramp(tree, thread, {0.35: shade(ground, 0.78), 0.65: shade(ground, 1.12)})
    link(tree, shader, {"Base Color": mix(tree, "MULTIPLY", speck, color), "Sheen Weight": 0.3})
    bump(tree, shader, thread, 0.5, 0.003)
    return material
