"""What the sun, the sky and the street do for the room.

Cycles finds its way in through two soft lamps just inside the panes, which stand for the sky, and a sun; the world
itself is for looking at. That leaves little noise for few samples.
"""

from __future__ import annotations

from math import radians

import bmesh
import bpy
from mathutils import Vector, noise

from scenes.pieces import Room, put, start
from scenes.shapes import box, boxes
from scenes.shell import WINDOWS, against

STREET = -6.5  # metres: the flat is on the second floor


def add_daylight(room: Room) -> None:
    _add_sky(room)
    _add_sun(room, through=(3.7, 5.2, 1.55), onto=(4.35, 2.45, 0.0))
    for wall, power in (("north", 105.0), ("east", 70.0)):
        _add_skylight(room, wall, power)


def add_lamp_light(room: Room, name: str, at, watts: float, radius: float = 0.04, color=(1.0, 0.66, 0.36)) -> None:
    """The light of a bulb; what one sees of the bulb is a mesh of its own."""
    light = bpy.data.lights.new(name, "POINT")
    light.energy, light.color, light.shadow_soft_size = watts, color, radius
    _place(room, bpy.data.objects.new(name, light), at)


def _add_sky(room: Room) -> None:
    world = bpy.data.worlds.new("Sky")
    world.use_nodes = True
    tree = world.node_tree
    background = next(node for node in tree.nodes if node.type == "BACKGROUND")
    spot = tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"]
    height = tree.nodes.new("ShaderNodeSeparateXYZ")
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    tree.links.new(spot, height.inputs[0])
    tree.links.new(height.outputs["Z"], ramp.inputs[0])
    low, high = ramp.color_ramp.elements
    low.position, low.color = 0.0, (0.80, 0.87, 0.92, 1)
    high.position, high.color = 0.5, (0.26, 0.47, 0.78, 1)
    tree.links.new(ramp.outputs[0], background.inputs["Color"])
    background.inputs["Strength"].default_value = 2.2
    room.scene.world = world  # before its Cycles settings: setting those updates the scene's world
    world.cycles_visibility.diffuse = False
    world.cycles.sampling_method = "NONE"


def _add_sun(room: Room, through, onto) -> None:
    light = bpy.data.lights.new("Sun", "SUN")
    light.energy, light.angle, light.color = 26.0, radians(1.0), (1.0, 0.84, 0.64)
    sun = bpy.data.objects.new("Sun", light)
    sun.rotation_euler = (Vector(onto) - Vector(through)).to_track_quat("-Z", "Y").to_euler()
    _place(room, sun, through)


def _add_skylight(room: Room, wall: str, power: float) -> None:
    left, right, low, high = WINDOWS[wall]
    light = bpy.data.lights.new(f"Sky in the {wall} window", "AREA")
    light.shape, light.size, light.size_y = "RECTANGLE", right - left - 0.1, high - low - 0.1
    light.energy, light.color, light.spread = power, (0.80, 0.90, 1.0), radians(150)
    at, turn = against(wall, (left + right) / 2, gap=-0.06, z=(low + high) / 2)
    lamp = bpy.data.objects.new(light.name, light)
    lamp.rotation_euler = (radians(-78), 0, radians(turn))
    lamp.visible_camera = lamp.visible_glossy = lamp.visible_transmission = False
    _place(room, lamp, at)


def _place(room: Room, thing: bpy.types.Object, at) -> None:
    thing.location = at
    room.scene.collection.objects.link(thing)


def add_street(room: Room) -> None:
    """Houses, trees and a lawn outside, for the windows to look at."""
    street = start(room, "Street", "otherstructure")
    box(street, "lawn", (90, 90, 0.2), (10, 20, STREET - 0.2), "lawn", bevel=0)
    houses = [
        (-6.0, 27.0, 0, "brickwork", 9.5),
        (3.5, 29.0, 0, "render", 8.0),
        (13.0, 27.0, 0, "brickwork", 10.0),
        (30.0, 12.0, -90, "render", 9.0),
        (31.0, 2.0, -90, "brickwork", 8.0),
        (29.0, -8.0, -90, "render", 9.5),
    ]
    for x, y, turn, material, tall in houses:
        _add_house(room, (x, y, STREET), turn, material, tall)
    for x, y, size in (
        (0.2, 16.0, 2.6),
        (6.6, 17.5, 2.3),
        (10.5, 18.0, 2.8),
        (18.0, 7.0, 2.5),
        (19.5, 0.5, 2.9),
        (3.6, 21, 2.2),
    ):
        _add_tree(street, x, y, size)


def _add_house(room: Room, at, turn: float, material: str, tall: float) -> None:
    house = start(room, "House", "otherstructure", at, turn)
    box(house, "front", (8.6, 6.0, tall), (0, 3, 0), material, bevel=0)
    box(house, "roof", (9.0, 5.2, 5.2), (0, 3, tall - 3.2), "roof", bevel=0, turn=(45, 0, 0))
    spots = [(x, z) for x in (-3.1, -1.05, 1.05, 3.1) for z in (1.2, 4.0, 6.7) if z + 1.6 < tall]
    boxes(house, "panes", [((0.95, 0.1, 1.5), (x, -0.02, z)) for x, z in spots], "far window", bevel=0)
    boxes(
        house,
        "surrounds",
        [((1.15, 0.12, 0.14), (x, -0.04, z + up)) for x, z in spots for up in (-0.14, 1.5)],
        "outdoor paint",
        bevel=0,
    )


def _add_tree(street, x: float, y: float, size: float) -> None:
    """A crown of lumps on a trunk."""
    box(street, "trunk", (0.35, 0.35, 5.0), (x, y, STREET), "branch", bevel=0.1)
    mesh = bpy.data.meshes.new("crown")
    form = bmesh.new()
    bmesh.ops.create_icosphere(form, subdivisions=5, radius=size)
    seed = Vector(street.room.rng.uniform(-50, 50, 3))
    for vert in form.verts:
        lump = noise.fractal(seed + vert.co * 1.1, 0.6, 2.2, 7)
        vert.co *= 1 + 0.33 * lump
    form.to_mesh(mesh)
    form.free()
    mesh.shade_smooth()
    put(street, "crown", mesh, (x, y, STREET + 4.6 + size * 0.6), material="foliage")
