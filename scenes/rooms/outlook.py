"""What one sees through the windows: a sky, and before it trees, roofs, or the house on the other side of the street.

All of it is the world's shader, on directions alone: there is nothing outside that could cost a ray or need a label.
Trees are a ragged edge along the horizon. For roofs the directions are cut into columns, each as high as chance has it;
a house opposite is high all around. Both have windows, some of them lit when it is dark.
"""

from __future__ import annotations

import bpy
import numpy as np

from scenes.pieces import Room
from scenes.rooms.moods import Color, Mood, Sky, white_balanced
from scenes.shader_nodes import add, combine, coordinates, link, math, mix, ramp, shade

WALLS = (
    (0.30, 0.15, 0.10), (0.62, 0.58, 0.50), (0.46, 0.45, 0.43), (0.58, 0.48, 0.34), (0.70, 0.69, 0.66),
    (0.36, 0.27, 0.22),
)  # fmt: skip
LIT: Color = (1.0, 0.62, 0.28)


def add_outlook(room: Room, mood: Mood) -> None:
    """The world of the scene. It is seen and not lit by: area lamps in the windows do that."""
    rng, sky = room.rng, mood.sky
    world = bpy.data.worlds.new("Sky")
    world.use_nodes = True
    tree = world.node_tree
    background = next(one for one in tree.nodes if one.type == "BACKGROUND")
    likely = [0.4, 0.35, 0.25] if mood.time != "evening" else [0.15, 0.5, 0.35]  # trees are black by night
    kind = str(rng.choice(["trees", "roofs", "house"], p=likely))
    if kind == "trees":
        above, strength = _trees(tree, rng, sky)
    else:
        above, strength = _houses(tree, rng, mood, opposite=kind == "house"), sky.strength
    height = add(tree, "SeparateXYZ", {0: coordinates(tree, "Generated")}).outputs["Z"]
    color = mix(tree, "MIX", above, _ground(tree, rng, sky), math(tree, "LESS_THAN", height, -0.04))
    link(tree, background, {"Color": color, "Strength": strength})
    room.scene.world = world  # before its Cycles settings: setting those updates the scene's world
    world.cycles_visibility.diffuse = False
    world.cycles.sampling_method = "NONE"


def _trees(tree: bpy.types.NodeTree, rng: np.random.Generator, sky: Sky) -> tuple:
    """A gradient above the horizon, trees as a ragged dark band along it, ground below; dappled light on both."""
    spot = coordinates(tree, "Generated")
    height = add(tree, "SeparateXYZ", {0: spot}).outputs["Z"]
    edge = add(tree, "TexNoise", {"Vector": spot, "Scale": rng.uniform(9, 22), "Detail": 12.0})
    ragged = add(tree, "Math", {0: edge, 1: 0.22, 2: height}, operation="MULTIPLY_ADD")
    top = rng.uniform(0.1, 0.24)
    leafy = tuple(0.3 * part * tint for part, tint in zip(sky.ground, rng.uniform(0.7, 1.3, 3), strict=True))
    stops = {0.0: sky.ground, 0.07: sky.ground, 0.09: leafy, top: leafy, top + 0.075: sky.low, 0.75: sky.high}
    leaves = add(tree, "TexNoise", {"Vector": spot, "Scale": rng.uniform(20, 60), "Detail": 8.0})
    dapple = {0: leaves, 1: sky.strength, 2: 0.5 * sky.strength}
    light = add(tree, "Math", dapple, operation="MULTIPLY_ADD")
    return ramp(tree, ragged.outputs[0], stops), light.outputs[0]


def _houses(tree: bpy.types.NodeTree, rng: np.random.Generator, mood: Mood, opposite: bool) -> bpy.types.NodeSocket:
    """The sky with roofs before it, or with one long house."""
    sky, bright = mood.sky, {"day": 0.5, "overcast": 0.55, "dusk": 0.2, "evening": 0.06}[mood.time]
    axes = add(tree, "SeparateXYZ", {0: coordinates(tree, "Generated")}).outputs
    height, turned = axes["Z"], math(tree, "ARCTAN2", axes["Y"], axes["X"])
    columns = math(tree, "MULTIPLY", turned, 0.9 if opposite else rng.uniform(2.5, 7.0))
    column = math(tree, "FLOOR", math(tree, "ADD", columns, rng.uniform(40, 60)))
    chance = add(tree, "TexWhiteNoise", {"W": column}, noise_dimensions="1D").outputs
    low, high = (0.42, 0.55) if opposite else (0.0, rng.uniform(0.14, 0.34))
    roof = add(tree, "Math", {0: chance["Value"], 1: high - low, 2: low}, operation="MULTIPLY_ADD")
    built = math(tree, "LESS_THAN", height, roof.outputs[0])
    one, two = (shade(WALLS[int(rng.integers(len(WALLS)))], bright) for _ in range(2))
    wall = ramp(tree, chance["Value"], {0.2: one, 0.8: two if not opposite else one})
    across = math(tree, "MULTIPLY", turned, rng.uniform(9, 14) * (1.0 if opposite else 2.2))
    floors = math(tree, "MULTIPLY", height, rng.uniform(6.5, 9.0) * (1.0 if opposite else 2.2))
    pane = math(tree, "MULTIPLY", _between(tree, across, 0.3, 0.72), _between(tree, floors, 0.25, 0.78))
    cell = add(tree, "CombineXYZ", {0: math(tree, "FLOOR", across), 1: math(tree, "FLOOR", floors)})
    who = add(tree, "TexWhiteNoise", {"Vector": cell.outputs[0]}, noise_dimensions="2D").outputs["Value"]
    dark, lit = (0.03, 0.04, 0.05), white_balanced(LIT, mood.adapted) if mood.dark_outside else (0.10, 0.11, 0.12)
    if mood.time == "evening":
        lit = tuple(4.0 * part for part in lit)
    glass = ramp(tree, math(tree, "GREATER_THAN", who, 0.62), {0.0: shade(dark, 4 * bright), 1.0: lit})
    if mood.time == "evening":  # street lamps light the walls from below, the sky over a town what is above
        lamps = ramp(tree, height, {0.0: (5.0, 4.1, 3.2), 0.25: (2.6, 2.5, 2.7)})
        wall = mix(tree, "MULTIPLY", wall, lamps)
    house = mix(tree, "MIX", wall, glass, pane)
    above = ramp(tree, height, {0.0: sky.low, 0.12: sky.low, 0.7: sky.high})
    return mix(tree, "MIX", above, house, built)


def _ground(tree: bpy.types.NodeTree, rng: np.random.Generator, sky: Sky) -> bpy.types.NodeSocket:
    """What one looks down on: grass, and a street around it with a pavement on either side."""
    axes = add(tree, "SeparateXYZ", {0: coordinates(tree, "Generated")}).outputs
    down = math(tree, "MAXIMUM", math(tree, "MULTIPLY", axes["Z"], -1.0), 0.01)
    x, y = (math(tree, "DIVIDE", axes[name], down) for name in "XY")  # in heights of the eye above the ground
    patches = add(tree, "TexNoise", {"Vector": combine(tree, x, y, 0.0), "Scale": rng.uniform(1.5, 5), "Detail": 7.0})
    grass = ramp(tree, patches.outputs[0], {0.35: shade(sky.ground, 0.35), 0.65: shade(sky.ground, 0.95)})
    away = math(tree, "MAXIMUM", math(tree, "ABSOLUTE", x), math(tree, "ABSOLUTE", y))
    begin, wide = rng.uniform(1.0, 3.5), rng.uniform(1.5, 3.0)
    gray = sum(sky.ground) / 3
    paved = mix(tree, "MIX", grass, (1.3 * gray,) * 3, _inside(tree, away, begin - 0.5, begin + wide + 0.5))
    return mix(tree, "MIX", paved, (0.5 * gray,) * 3, _inside(tree, away, begin, begin + wide))


def _between(tree: bpy.types.NodeTree, value, low: float, high: float) -> bpy.types.NodeSocket:
    """1 where the fraction of a value is between two others, 0 elsewhere."""
    return _inside(tree, math(tree, "FRACT", value), low, high)


def _inside(tree: bpy.types.NodeTree, value, low: float, high: float) -> bpy.types.NodeSocket:
    """1 where a value is between two others, 0 elsewhere."""
    return math(tree, "MULTIPLY", math(tree, "GREATER_THAN", value, low), math(tree, "LESS_THAN", value, high))
