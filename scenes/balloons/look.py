"""How balloons look, and what is behind them: one material and one world, which read what differs.

Hues are those that a browser would show: colours are made as HSV of a screen, and `GAMMA` brings them to light.
"""

from __future__ import annotations

import bpy

from scenes.shader_nodes import Socket, add, mix, use, vector

HUE, GRAIN, START = "balloon_hue", "balloon_grain", "balloon_start"
"""Properties of a balloon: hue from 0 to 1, cells of noise along its half axes, where in the noise its middle is."""
BACKGROUND_MAPPING, DARK, LIGHT = "Mapping", "Dark", "Light"
"""Nodes of the world that hold what differs: where the camera looks in the noise, and two colours as HSV."""
GAMMA = 2.2
AMBIENT = 0.16
"""What a balloon shows of its colour where no lamp reaches: a lamp more would cost samples."""


def balloon_material(noise: bpy.types.NodeTree) -> bpy.types.Material:
    material = bpy.data.materials.new("balloon")
    material.use_nodes = True
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    hue, grain, start = (
        add(tree, "Attribute", attribute_type="OBJECT", attribute_name=name) for name in (HUE, GRAIN, START)
    )
    sphere = add(tree, "TexCoord").outputs["Object"]
    where = vector(tree, "MULTIPLY_ADD", sphere, grain.outputs["Vector"], start.outputs["Vector"])
    value = _between(tree, use(tree, noise, Vector=where), 0.25, 0.75, 0.0, 1.0)
    saturation, brightness = _between(tree, value, 0.0, 1.0, 0.95, 0.6), _between(tree, value, 0.0, 1.0, 0.35, 1.0)
    color = add(tree, "CombineColor", {0: hue.outputs["Fac"], 1: saturation, 2: brightness}, mode="HSV").outputs[0]
    color = _to_light(tree, color)
    tree.links.new(color, shader.inputs["Base Color"])
    tree.links.new(color, shader.inputs["Emission Color"])
    shader.inputs["Emission Strength"].default_value, shader.inputs["Roughness"].default_value = AMBIENT, 0.32
    material.cycles.emission_sampling = "NONE"
    return material


def background_world(noise: bpy.types.NodeTree) -> bpy.types.World:
    """A world that only the camera sees: lamps light the balloons."""
    world = bpy.data.worlds.new("background")
    world.use_nodes = True
    world.cycles.sampling_method = "NONE"
    tree = world.node_tree
    where = add(tree, "Mapping", {"Vector": add(tree, "TexCoord").outputs["Generated"]}, name=BACKGROUND_MAPPING)
    value = _between(tree, use(tree, noise, Vector=where.outputs[0]), 0.25, 0.75, 0.0, 1.0)
    dark, light = (add(tree, "CombineColor", mode="HSV", name=name).outputs[0] for name in (DARK, LIGHT))
    shader = next(node for node in tree.nodes if node.type == "BACKGROUND")
    tree.links.new(_to_light(tree, mix(tree, "MIX", dark, light, value)), shader.inputs["Color"])
    return world


def _between(tree: bpy.types.NodeTree, value: Socket, low: float, high: float, first: float, last: float) -> Socket:
    """From `low` and below to `high` and above becomes from `first` to `last`."""
    inputs = {"Value": value, "From Min": low, "From Max": high, "To Min": first, "To Max": last}
    return add(tree, "MapRange", inputs).outputs[0]


def _to_light(tree: bpy.types.NodeTree, color: Socket) -> Socket:
    return add(tree, "Gamma", {"Color": color, "Gamma": GAMMA}).outputs[0]
