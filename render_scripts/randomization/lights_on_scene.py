"""Puts drawn lights on the scene: powers and colours of what is there, and lights that are there for a frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import radians

import bpy
import numpy as np
from mathutils import Euler, Quaternion, Vector

from blender_addon.scene_labels import is_locked

from .animated import is_animated
from .blackbody import warmer
from .held import Change, Held
from .lights import AddedLight, LightsDraw
from .sight import Sight

FAR = 5.0  # metres to a light where the camera sees nothing that would stop it


def lamps_of(view_layer: bpy.types.ViewLayer) -> list[bpy.types.Object]:
    """The lights that the view layer renders and that may change: none that somebody wants kept as they are."""
    listed = (obj for obj in view_layer.objects if obj)  # Blender still lists what was removed a moment ago, as None
    found = (obj for obj in listed if obj.type == "LIGHT" and not obj.hide_render)
    return [obj for obj in found if not obj.library and not is_locked(obj)]


def lights_of(lamps: list[bpy.types.Object]) -> list[bpy.types.Light]:
    """The data of these lamps, each once, whose power and colour nothing animates."""
    return [light for light in dict.fromkeys(lamp.data for lamp in lamps) if not is_animated(light, "energy", "color")]


def light_changes(drawn: LightsDraw, lamps: list[bpy.types.Object], held: Held, metre: float) -> Iterator[Change]:
    """`metre`: how many Blender units it is."""
    for light in lights_of(lamps):
        one = drawn.lights.get(light.name_full)
        if one:
            color = held.own(light, "color")
            yield light, "energy", _short(held.own(light, "energy") * one.power)
            yield light, "color", tuple(np.float32(np.array(color) * warmer(one.warmth)).tolist())
    for lamp in lamps:
        place = drawn.lamps.get(lamp.name_full)
        if place:
            yield from _moved(lamp, place.moved, place.turned, held, metre)


def _moved(lamp, moved, turned, held: Held, metre: float) -> Iterator[Change]:
    """By the delta that each object has beside its own place, which also what is keyed moves by."""
    if any(moved):
        at = held.own(lamp, "delta_location")
        yield lamp, "delta_location", tuple(_short(a + b * metre) for a, b in zip(at, moved))
    if any(turned) and lamp.rotation_mode == "QUATERNION":
        turn = Euler([radians(each) for each in turned]).to_quaternion()
        own = Quaternion(held.own(lamp, "delta_rotation_quaternion"))
        yield lamp, "delta_rotation_quaternion", tuple(map(_short, turn @ own))
    elif any(turned) and lamp.rotation_mode != "AXIS_ANGLE":  # which has no delta
        at = held.own(lamp, "delta_rotation_euler")
        yield lamp, "delta_rotation_euler", tuple(_short(a + radians(b)) for a, b in zip(at, turned))


def _short(value: float) -> float:
    """As Blender keeps it, so that a value that is there already is seen to be."""
    return float(np.float32(value))


@contextmanager
def spare_lights(scene: bpy.types.Scene, count: int) -> Iterator[list[bpy.types.Object]]:
    """Lights without power, for `added_changes`; they are gone when the block ends.

    Making them anew in each frame would cost a look at the whole scene.
    """
    lamps = []
    for number in range(count):
        light = bpy.data.lights.new(f"labelpass light {number}", "POINT")
        light.energy = 0.0
        lamps.append(bpy.data.objects.new(light.name, light))
        scene.collection.objects.link(lamps[-1])
    try:
        yield lamps
    finally:
        bpy.data.batch_remove([each for lamp in lamps for each in (lamp.data, lamp)])


def added_changes(
    added: tuple[AddedLight, ...], spare: list[bpy.types.Object], scene: bpy.types.Scene, metre: float, sight: Sight
) -> Iterator[Change]:
    """The lights of a frame, on the way from the camera to what it sees: so never in or behind a wall."""
    if not added:  # at 10,000 objects, asking for the evaluated scene takes a quarter of a second
        return
    depsgraph = bpy.context.evaluated_depsgraph_get()
    for one, lamp in zip(added, spare):
        start, direction = ray_through(scene, depsgraph, one.across, one.up)
        found = sight.far(start, direction)
        far = FAR * metre if found is None else found
        yield lamp, "location", tuple(start + direction * (far * one.share))
        yield lamp.data, "energy", _short(one.power * metre**2)
        yield lamp.data, "color", tuple(np.float32(warmer(one.warmth)).tolist())
        yield lamp.data, "shadow_soft_size", _short(one.radius * metre)


def ray_through(scene, depsgraph, across: float, up: float) -> tuple[Vector, Vector]:
    """From the camera through a point of the picture (-1 to 1), in the world: where it starts, its direction."""
    camera = scene.camera.evaluated_get(depsgraph)
    matrix = camera.matrix_world.normalized()
    corners = camera.data.view_frame(scene=scene)
    low = Vector(min(corner[axis] for corner in corners) for axis in range(3))
    high = Vector(max(corner[axis] for corner in corners) for axis in range(3))
    point = Vector(((low.x + high.x + across * (high.x - low.x)) / 2, (low.y + high.y + up * (high.y - low.y)) / 2, 0))
    if camera.data.type == "ORTHO":
        return matrix @ point, (matrix.to_3x3() @ Vector((0, 0, -1))).normalized()
    point.z = corners[0].z
    return matrix.translation.copy(), (matrix.to_3x3() @ point).normalized()
