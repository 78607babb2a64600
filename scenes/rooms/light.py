"""Light of a room as its mood has it, through its windows and from its lamps.

As in scenes/daylight.py, soft lamps just inside the panes stand for the sky, and the world (outlook) is for looking at.
"""

from __future__ import annotations

from math import radians

import bpy
import numpy as np
from mathutils import Vector

from scenes.daylight import add_lamp_light
from scenes.pieces import Room, start
from scenes.rooms.floor_plan import TURNS, FloorPlan, Opening
from scenes.rooms.moods import LAMPS, SKIES, Mood, Sky, white_balanced
from scenes.rooms.outlook import add_outlook
from scenes.shapes import box, lathe, tube


def add_light(room: Room, plan: FloorPlan, mood: Mood, kind: str) -> None:
    """The sky, the sun where it shines in, the lamp on the ceiling; and the colour of the bulbs that burn by now."""
    sky = mood.sky
    for light in bpy.data.lights:
        if light.name.startswith(tuple(name.capitalize() for name in LAMPS)):
            light.color = white_balanced(mood.bulbs[1], mood.adapted)
        else:
            light.color = white_balanced(tuple(light.color), mood.adapted)
    add_outlook(room, mood)
    for window in plan.windows:
        _add_skylight(room, plan, window, sky)
    if mood.sun:
        _add_sun(room, plan, mood)
    _add_ceiling_lamp(room, plan, mood, kind)
    view = room.scene.view_settings
    view.view_transform, view.look = "AgX", "AgX - Medium High Contrast"
    view.exposure = sky.exposure if plan.windows else SKIES["evening"].exposure


def _add_skylight(room: Room, plan: FloorPlan, window: Opening, sky: Sky) -> None:
    wide, tall = window.wide - 0.1, window.high - window.low - 0.1
    light = bpy.data.lights.new(f"Sky in the {window.wall} window", "AREA")
    light.shape, light.size, light.size_y = "RECTANGLE", wide, tall
    light.energy, light.color, light.spread = sky.watts * wide * tall, sky.color, radians(150)
    lamp = bpy.data.objects.new(light.name, light)
    lamp.rotation_euler = radians(-78), 0, radians(TURNS[window.wall])
    lamp.visible_camera = lamp.visible_glossy = lamp.visible_transmission = False
    lamp.location = plan.against(window.wall, window.middle, -0.02, (window.low + window.high) / 2)
    room.scene.collection.objects.link(lamp)


def _add_sun(room: Room, plan: FloorPlan, mood: Mood) -> None:
    """Through one of the windows onto the floor, somewhere; the others get none of it."""
    rng = room.rng
    window = plan.windows[rng.integers(len(plan.windows))]
    through = Vector(plan.against(window.wall, window.middle, 0.0, (window.low + window.high) / 2))
    onto = Vector(plan.against(window.wall, window.middle + rng.uniform(-1.6, 1.6), rng.uniform(1.2, 3.0)))
    light = bpy.data.lights.new("Sun", "SUN")
    light.energy, light.angle, light.color = mood.sun, radians(1.0), mood.sun_color
    sun = bpy.data.objects.new("Sun", light)
    sun.rotation_euler = (onto - through).to_track_quat("-Z", "Y").to_euler()
    sun.location = through
    room.scene.collection.objects.link(sun)


def _add_ceiling_lamp(room: Room, plan: FloorPlan, mood: Mood, kind: str) -> None:
    """A globe, a drum or a flat panel, with a light below it where it is on."""
    rng, top = room.rng, plan.height
    x, y = plan.width * rng.uniform(0.42, 0.58), plan.depth * rng.uniform(0.42, 0.58)
    lamp = start(room, "Ceiling lamp", "lamp", (x, y, top), float(rng.choice([0.0, 90.0])))
    style = "panel" if kind == "office" else str(rng.choice(["globe", "drum", "pendant"]))
    if kind in ("bathroom", "kitchen") and style == "pendant":
        style = "globe"
    if style == "panel":
        box(lamp, "frame", (1.22, 0.32, 0.05), (0, 0, -0.05), "white paint", 0.004)
        box(lamp, "diffuser", (1.18, 0.28, 0.004), (0, 0, -0.053), "ceiling glow", 0)
    elif style == "pendant":
        tube(lamp, "cable", [(0, 0, 0), (0, 0, -0.36)], 0.004, "black plastic")
        angles = np.linspace(-np.pi / 2 + 0.2, np.pi / 2 - 0.2, 25)
        lathe(
            lamp, "shade", [(0.19 * np.cos(a), -0.5 + 0.16 * np.sin(a)) for a in angles], (0, 0, 0), "ceiling glow", 48
        )
    else:
        radius, deep = rng.uniform(0.14, 0.24), 0.09 if style == "drum" else 0.14
        bend = [(0, -deep), *((radius * np.sin(a), -deep * np.cos(a)) for a in np.linspace(0.2, np.pi / 2, 12))]
        drum = [(0, -deep), (radius, -deep), (radius, -0.01)]
        lathe(lamp, "shade", drum if style == "drum" else bend, (0, 0, 0), "ceiling glow", 48)
    if mood.ceiling:
        drop = 0.75 if style == "pendant" else 0.24
        watts = rng.uniform(5.0, 9.0) * plan.width * plan.depth * (0.6 if not mood.dark_outside else 1.0)
        add_lamp_light(
            room, "Ceiling light", (x, y, top - drop), watts, 0.12, white_balanced(mood.bulbs[0], mood.adapted)
        )
