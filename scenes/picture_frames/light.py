"""Light on a wall: a window to the side, the sun through panes or leaves, ceiling lamps, spots, a lamp, a flash.

Each mood says which share of the light on the wall before the camera comes from what; lamps get the watts that make it
so: no wall is burnt or black but where that is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, radians, sin

import bpy
import numpy as np
from mathutils import Vector

from scenes.picture_frames.arrangements import Place
from scenes.picture_frames.shots import Shot
from scenes.picture_frames.walls import Wall
from scenes.pieces import Room, start
from scenes.shapes import boxes

DAY, NEUTRAL, BULB, CANDLE = (0.86, 0.93, 1.0), (1.0, 0.97, 0.93), (1.0, 0.83, 0.62), (1.0, 0.66, 0.38)


@dataclass(frozen=True)
class Ambience:
    """The light from all around, as keys of the world; `turned`: what panes mirror, in radians about the vertical."""

    strength: float
    color: tuple[float, float, float]
    turned: float


@dataclass(frozen=True)
class _Lit:
    """What a mood needs: the room, dice, the wall, pictures, camera, and the irradiance that the wall is to have."""

    room: Room
    rng: np.random.Generator
    wall: Wall
    places: list[Place]
    shot: Shot
    wanted: float

    @property
    def spot(self) -> Vector:
        return Vector(self.shot.target)


def add_light(
    room: Room, rng: np.random.Generator, wall: Wall, places: list[Place], shot: Shot, *, hard: bool, dim: float
) -> Ambience:
    """Light a wall by one mood, `dim`: the share of walls with too little of it."""
    stops = rng.normal(0.0, 0.35) - (rng.uniform(1.2, 2.6) if rng.random() < dim else 0.0)
    wanted = pi * 0.40 * wall.tone**0.35 / wall.tone * 2**stops
    lit = _Lit(room, rng, wall, places, shot, wanted)
    moods = HARD_MOODS if hard else MOODS
    around, color = moods[rng.integers(len(moods))](lit)
    # A wall that the room is open before sees half of all around.
    return Ambience(around * wanted / pi * 2.2, color, float(rng.uniform(-0.9, 0.9)))


def _window(lit: _Lit) -> tuple[float, tuple]:
    """A window in a wall beside: light that falls off along the wall."""
    side = lit.rng.choice([-1, 1])
    away = lit.rng.uniform(0.5, 1.9)
    at = (side * (lit.wall.wide / 2 - 0.03), -away, lit.rng.uniform(1.3, 1.7))
    color = _tinted(lit.rng, DAY)
    _area(lit, "window", at, (-side, -0.1, -0.1), (lit.rng.uniform(0.8, 1.5), 1.4), 0.72, color, 2.6)
    return 0.3, _tinted(lit.rng, NEUTRAL)


def _behind(lit: _Lit) -> tuple[float, tuple]:
    """A large window behind the camera: soft, and in the panes of pictures."""
    x = lit.rng.uniform(-1.6, 1.6)
    _area(lit, "window behind", (x, -4.9, 1.6), (-0.1 * x, 1, -0.05), (2.2, 1.5), 0.7, _tinted(lit.rng, DAY), 3.2)
    return 0.3, _tinted(lit.rng, NEUTRAL)


def _sun(lit: _Lit) -> tuple[float, tuple]:
    """The low sun through a window with bars."""
    _sunlight(lit, _panes)
    return 0.45, _tinted(lit.rng, DAY)


def _leaves(lit: _Lit) -> tuple[float, tuple]:
    """The sun through leaves before a window."""
    _sunlight(lit, _twigs)
    return 0.45, _tinted(lit.rng, DAY)


def _slats(lit: _Lit) -> tuple[float, tuple]:
    """The sun through a blind."""
    _sunlight(lit, _blind)
    return 0.35, _tinted(lit.rng, DAY)


def _ceiling(lit: _Lit) -> tuple[float, tuple]:
    """One lamp in the middle of the room."""
    at = (lit.rng.uniform(-1.0, 1.0), lit.rng.uniform(-2.6, -1.5), lit.wall.tall - 0.35)
    _point(lit, "ceiling lamp", at, 0.09, 0.67, _tinted(lit.rng, BULB))
    return 0.3, _tinted(lit.rng, NEUTRAL)


def _spots(lit: _Lit) -> tuple[float, tuple]:
    """Spots on a track, each on a picture."""
    spots = lit.places[:: max(1, len(lit.places) // 4)][:5] or [Place(lit.spot.x, lit.spot.z, 0.5, 0.5)]
    away, wide = lit.rng.uniform(0.8, 1.4), lit.rng.uniform(34, 62)
    for number, place in enumerate(spots):
        light = bpy.data.lights.new(f"spot {number + 1}", "SPOT")
        light.spot_size, light.spot_blend, light.shadow_soft_size = radians(wide), lit.rng.uniform(0.35, 0.9), 0.03
        at = Vector((place.x + lit.rng.normal(0, 0.15), -away, lit.wall.tall - 0.12))
        aim = Vector((place.x, 0, place.z + 0.1)) - at
        light.energy = _watts(lit, at, Vector((place.x, 0, place.z)), 0.75, 4 * pi)
        light.color = _tinted(lit.rng, BULB)
        _place(lit, light, at, aim)
    return 0.22, _tinted(lit.rng, NEUTRAL)


def _even(lit: _Lit) -> tuple[float, tuple]:
    """An overcast day in a bright room, and a lamp above that nobody switched off."""
    at = (lit.rng.uniform(-1.5, 1.5), lit.rng.uniform(-3, -2), lit.wall.tall - 0.1)
    _area(lit, "panel", at, (0, 0.25, -1), (1.2, 0.6), 0.55, _tinted(lit.rng, NEUTRAL), 2.4)
    return 0.5, _tinted(lit.rng, DAY)


def _flash(lit: _Lit) -> tuple[float, tuple]:
    """A phone's own light, a few centimetres beside its lens."""
    eye = Vector(lit.shot.eye) + Vector((lit.rng.uniform(-0.03, 0.03), 0, 0.04))
    _point(lit, "flash", eye, 0.006, 0.75, _tinted(lit.rng, NEUTRAL))
    return 0.2, _tinted(lit.rng, BULB)


def _evening(lit: _Lit) -> tuple[float, tuple]:
    """A small warm lamp near the wall, low, beside the pictures."""
    side = lit.rng.choice([-1, 1])
    x = float(np.clip(lit.spot.x + side * lit.rng.uniform(0.8, 1.5), 0.4 - lit.wall.wide / 2, lit.wall.wide / 2 - 0.4))
    _point(
        lit,
        "evening lamp",
        (x, -lit.rng.uniform(0.35, 0.9), lit.rng.uniform(0.7, 1.5)),
        0.1,
        0.6,
        _tinted(lit.rng, CANDLE),
    )
    return 0.3, _tinted(lit.rng, BULB)


Mood = Callable[[_Lit], tuple[float, tuple]]
MOODS: tuple[Mood, ...] = (
    _window, _window, _window, _behind, _behind, _sun, _leaves, _ceiling, _ceiling, _spots, _spots, _even, _even,
    _flash, _evening,
)  # fmt: skip
HARD_MOODS: tuple[Mood, ...] = (_slats, _slats, _flash, _evening, _ceiling, _window)


def _area(lit: _Lit, name: str, at, facing, size, share: float, color, spread: float) -> None:
    light = bpy.data.lights.new(name, "AREA")
    light.shape, light.size, light.size_y = "RECTANGLE", *size
    light.spread, light.color = spread, color
    at, facing = Vector(at), Vector(facing).normalized()
    light.energy = _watts(lit, at, lit.spot, share, pi, facing)
    lamp = _place(lit, light, at, facing)
    lamp.visible_camera = False


def _point(lit: _Lit, name: str, at, radius: float, share: float, color) -> None:
    light = bpy.data.lights.new(name, "POINT")
    light.shadow_soft_size, light.color = radius, color
    light.energy = _watts(lit, Vector(at), lit.spot, share, 4 * pi)
    _place(lit, light, at, Vector((0, 0, -1))).visible_camera = False


def _watts(lit: _Lit, at: Vector, spot: Vector, share: float, solid: float, facing: Vector | None = None) -> float:
    """Watts that give the wall at `spot` its share of the light: a lamp sends them into `solid` steradians evenly, or
    (an area that faces somewhere) by the cosine."""
    away = at - spot
    # Lamps that lie along the wall would burn what is beside them: nobody wants the whole share of those.
    cosine = max(-away.normalized().y, 0.18)
    if facing is not None:
        cosine *= max((-away).normalized().dot(facing), 0.25)
    return share * lit.wanted * solid * max(away.length_squared, 0.25) / cosine


def _sunlight(lit: _Lit, mask: Callable[[_Lit], list]) -> None:
    """A sun, and before it, far from the wall, what throws its shadow."""
    side = lit.rng.choice([-1, 1])
    around, above = side * radians(lit.rng.uniform(15, 60)), radians(lit.rng.uniform(12, 38))
    away = Vector((sin(around) * cos(above), -cos(around) * cos(above), sin(above)))
    light = bpy.data.lights.new("sun", "SUN")
    light.angle, light.color = radians(lit.rng.uniform(0.6, 2.2)), _tinted(lit.rng, (1.0, 0.86, 0.68))
    light.energy = 0.95 * lit.wanted / max(-away.y, 0.3)
    _place(lit, light, away * 6, -away)
    aim = lit.spot + Vector((lit.rng.normal(0, 0.4), 0, lit.rng.normal(-0.1, 0.25)))
    blocker = start(lit.room, "sunblind", "thing", aim + away * 4.0)
    blocker.root.rotation_euler = (-away).to_track_quat("Y", "Z").to_euler()
    shade = boxes(blocker, "before the sun", mask(lit), "white paint", 0)
    for kind in ("camera", "diffuse", "glossy", "transmission"):
        setattr(shade, f"visible_{kind}", False)
    lit.room.labelled["thing"].remove(shade)  # no camera sees it


def _panes(lit: _Lit) -> list:
    """The wall around one or two windows, and their bars: (size, bottom centre) of boxes."""
    wide, tall, many = lit.rng.uniform(0.8, 1.3), lit.rng.uniform(1.0, 1.6), int(lit.rng.integers(1, 3))
    parts = _around(wide * many + 0.25 * (many - 1), tall)
    columns, rows = int(lit.rng.integers(1, 4)), int(lit.rng.integers(1, 4))
    for number in range(many):
        middle = (number - (many - 1) / 2) * (wide + 0.25)
        if number:
            parts.append(((0.25, 0.05, tall), (middle - (wide + 0.25) / 2, 0, -tall / 2)))
        parts += [
            ((0.045, 0.05, tall), (middle + wide * (at / columns - 0.5), 0, -tall / 2)) for at in range(columns + 1)
        ]
        parts += [((wide, 0.05, 0.045), (middle, 0, tall * (at / rows - 0.5))) for at in range(rows + 1)]
    return parts


def _twigs(lit: _Lit) -> list:
    wide, tall = lit.rng.uniform(1.2, 2.2), lit.rng.uniform(1.2, 1.9)
    spots = lit.rng.normal(0, 1, (110, 2)) * (0.4 * wide, 0.35 * tall) + lit.rng.normal(0, 0.3, 2)
    sizes = lit.rng.uniform(0.03, 0.13, (110, 2))
    return [*_around(wide, tall), *(((a, 0.01, b), (x, 0, z)) for (x, z), (a, b) in zip(spots, sizes))]


def _blind(lit: _Lit) -> list:
    wide, tall, step = lit.rng.uniform(1.4, 2.6), lit.rng.uniform(1.3, 2.0), lit.rng.uniform(0.05, 0.11)
    slats = np.arange(-tall / 2, tall / 2, step)
    return [*_around(wide, tall), *(((wide, 0.01, step * 0.55), (0, 0, float(z))) for z in slats)]


def _around(wide: float, tall: float) -> list:
    far = 6.0
    return [
        ((far, 0.05, 2 * far), (-(wide + far) / 2, 0, -far)),
        ((far, 0.05, 2 * far), ((wide + far) / 2, 0, -far)),
        ((wide, 0.05, far), (0, 0, tall / 2)),
        ((wide, 0.05, far), (0, 0, -tall / 2 - far)),
    ]


def _tinted(rng: np.random.Generator, color) -> tuple[float, float, float]:
    """A light's colour as a camera that corrects most of it, not always well, leaves it."""
    left, err = rng.uniform(0.35, 1.0), rng.normal(0, 0.03)
    red, green, blue = (1 + left * (part - 1) for part in color)
    return red * (1 + err), green, max(blue * (1 - err), 0.05)


def _place(lit: _Lit, light: bpy.types.Light, at, facing: Vector) -> bpy.types.Object:
    lamp = bpy.data.objects.new(light.name, light)
    lamp.location = at
    lamp.rotation_euler = facing.to_track_quat("-Z", "Y").to_euler()
    lit.room.scene.collection.objects.link(lamp)
    return lamp
