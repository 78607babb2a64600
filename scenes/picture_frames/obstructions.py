"""What stands before walls and in the way: furniture with things on it, plants, lamps, what a camera looks past.

Things that are to hide part of a picture stand on the line from the camera to it. `HELD_OUT` stands before hard walls
alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenes.books import pile
from scenes.lamps import add_floor_lamp, add_table_lamp
from scenes.picture_frames.arrangements import EYE, Place
from scenes.picture_frames.in_the_face import put_unless_in_the_face
from scenes.picture_frames.models import Models
from scenes.picture_frames.shots import Shot
from scenes.picture_frames.walls import Wall
from scenes.pieces import Room, start
from scenes.plants import add_branches, add_fern, add_monstera, add_trailing_plant
from scenes.seating import add_armchair, add_desk_chair, add_sofa
from scenes.shapes import box, boxes, lathe, tube


@dataclass(frozen=True)
class View:
    """What there is to stand in the way of; `watts`: of a lamp that shows on the wall beside it."""

    room: Room
    rng: np.random.Generator
    wall: Wall
    places: list[Place]
    shot: Shot
    models: Models
    watts: float

    def on_the_way(self, share: float) -> np.ndarray:
        """A point on the line from the camera to some picture, `share` of the way along it, a little beside."""
        if self.places:
            place = self.places[self.rng.integers(len(self.places))]
            left, bottom, right, _ = place.box
            aim = np.array([self.rng.uniform(left, right), 0, self.rng.uniform(bottom, place.z)])
        else:
            aim = np.array(self.shot.target)
        eye = np.array(self.shot.eye)
        spot = eye + share * (aim - eye)
        spot[0] = np.clip(spot[0], 0.35 - self.wall.wide / 2, self.wall.wide / 2 - 0.35)
        return spot

    def on_the_floor(self, nearest: float) -> tuple[float, float, float]:
        """Where something stands that hides a picture, between `nearest` metres from the wall and the camera."""
        depth = -self.shot.eye[1]
        away = self.rng.uniform(nearest, max(nearest + 0.05, min(1.5, 0.7 * depth)))
        x, _, _ = self.on_the_way(max(0.0, 1 - away / depth))
        return float(x), -float(away), 0.0

    def along(self, away: float, margin: float) -> float:
        """X of what is `away` metres to the right of what is photographed, and `margin` from the wall's ends."""
        half = self.wall.wide / 2 - margin
        return float(np.clip(self.shot.target[0] + away, -half, half))


def furnish(view: View) -> None:
    """Furniture along the wall below the pictures, where it would stand in any room; pictures stay seen."""
    put_unless_in_the_face(view.room, view.shot, lambda: FURNITURE[view.rng.integers(len(FURNITURE))](view), 0.3)


def obstruct(view: View, *, hard: bool) -> None:
    """Put something in the way of a picture, or two things."""
    kinds = HELD_OUT if hard else (*KINDS, *[_model] * len(KINDS)) if view.models.files else KINDS
    for _ in range(2 if hard and view.rng.random() < 0.5 else 1):
        put_unless_in_the_face(view.room, view.shot, lambda: kinds[view.rng.integers(len(kinds))](view), 0.35)


def _clear_depth(view: View) -> bool:
    """Whether furniture fits between the camera and the wall."""
    return view.shot.eye[1] < -1.3


def _sideboard(view: View) -> None:
    """A low cupboard with things on top, some of which reach before pictures."""
    if not _clear_depth(view):
        return
    rng = view.rng
    wide, tall = rng.uniform(1.0, 1.8), rng.uniform(0.62, 0.82)
    x = float(
        np.clip(
            view.shot.target[0] + rng.normal(0, 0.5),
            wide / 2 - view.wall.wide / 2 + 0.05,
            view.wall.wide / 2 - wide / 2 - 0.05,
        )
    )
    board = start(view.room, "sideboard", "furniture", (x, -0.24, 0))
    wood = str(rng.choice(["oak", "walnut", "white paint", "black paint", "teak", "sage paint"]))
    box(board, "body", (wide, 0.4, tall - 0.14), (0, 0, 0.12), wood, 0.003)
    boxes(
        board,
        "legs",
        [((0.035, 0.035, 0.13), (side * (wide / 2 - 0.07), deep, 0)) for side in (-1, 1) for deep in (-0.15, 0.15)],
        wood,
        0.004,
    )
    doors = int(rng.integers(2, 5))
    leaf = wide / doors - 0.012
    boxes(
        board,
        "doors",
        [((leaf, 0.016, tall - 0.18), ((at + 0.5) * wide / doors - wide / 2, -0.206, 0.14)) for at in range(doors)],
        wood,
        0.002,
    )
    box(board, "top", (wide + 0.02, 0.42, 0.022), (0, 0, tall - 0.022), wood, 0.004)
    spots = rng.permutation(np.linspace(-0.4, 0.4, 5))[: rng.integers(1, 4)] * wide
    for spot in spots:
        _put_on_top(view, (x + float(spot), -0.24, tall))


def _put_on_top(view: View, at) -> None:
    rng = view.rng
    kind = rng.integers(5)
    turn = float(rng.normal(0, 25))
    if view.models.files and rng.random() < 0.4 and view.models.stand(view.room, rng, at, turn, (0.08, 0.6), 0.5):
        return
    if kind == 0:
        color = ["blue ceramic", "white ceramic", "ochre ceramic", "speckled ceramic"][rng.integers(4)]
        add_table_lamp(view.room, at, color, view.watts * 0.6)
    elif kind == 1:
        add_branches(view.room, at)
    elif kind == 2:
        add_fern(view.room, at, rng.uniform(0.7, 1.3))
    elif kind == 3:
        pile(start(view.room, "books", "thing", at), (0, 0, 0), rng.integers(0, 6, rng.integers(2, 5)), 12)
    else:
        vase = start(view.room, "vase", "thing", at)
        belly, tall = rng.uniform(0.05, 0.1), rng.uniform(0.16, 0.36)
        neck = [(0.55 * belly, 0.75 * tall), (0.35 * belly, 0.88 * tall), (0.48 * belly, tall)]
        profile = [(0, 0), (0.6 * belly, 0), (belly, 0.35 * tall), *neck, (0.3 * belly, tall - 0.02), (0, 0.8 * tall)]
        lathe(
            vase,
            "vase",
            profile,
            (0, 0, 0),
            str(rng.choice(["white ceramic", "terracotta", "ochre ceramic", "black paint"])),
            40,
        )


def _sofa(view: View) -> None:
    if _clear_depth(view) and view.shot.eye[1] < -1.9:
        add_sofa(view.room, (view.along(view.rng.normal(0, 0.4), 1.3), -0.05, 0), 0)


def _armchair(view: View) -> None:
    if _clear_depth(view) and view.shot.eye[1] < -1.6:
        x = view.along(view.rng.choice([-1, 1]) * view.rng.uniform(0.4, 1.4), 0.6)
        add_armchair(view.room, (x, -0.6, 0), view.rng.uniform(-30, 30))


def _plant_beside(view: View) -> None:
    if _clear_depth(view):
        x = view.along(view.rng.choice([-1, 1]) * view.rng.uniform(0.8, 1.6), 0.5)
        add_monstera(view.room, (x, -0.45, 0), -90, view.rng.uniform(0.75, 1.1))


def _lamp(view: View) -> None:
    add_floor_lamp(view.room, view.on_the_floor(0.35), view.watts)


def _plant(view: View) -> None:
    """A large plant on a stool, so that its leaves come before pictures."""
    x, y, _ = view.on_the_floor(0.45)
    size = view.rng.uniform(0.75, 1.0)
    tall = max(0.0, view.rng.uniform(EYE - 0.25, EYE + 0.15) - 1.15 * size)
    if tall > 0.08:
        stool = start(view.room, "stool", "furniture", (x, y, 0))
        lathe(stool, "seat", [(0, tall - 0.03), (0.19, tall - 0.03), (0.19, tall), (0, tall)], (0, 0, 0), "oak", 32)
        for turn in np.radians((30, 150, 270)):
            c, s = np.cos(turn), np.sin(turn)
            tube(stool, "leg", [(0.16 * c, 0.16 * s, 0), (0.12 * c, 0.12 * s, tall - 0.02)], 0.014, "oak")
    add_monstera(view.room, (x, y, max(tall, 0)), view.rng.uniform(-180, 180), size)


def _hanging_plant(view: View) -> None:
    """Tendrils from a pot on cords from the ceiling."""
    x, y, z = view.on_the_way(view.rng.uniform(0.45, 0.85))
    z = min(float(z) + 0.15, view.wall.tall - 0.5)
    add_trailing_plant(view.room, (float(x), float(y), z), 1.3)
    hanger = start(view.room, "hanger", "thing", (float(x), float(y), z))
    for turn in np.radians((90, 210, 330)):
        foot = (0.09 * np.cos(turn), 0.09 * np.sin(turn), 0.12)
        tube(hanger, "cord", [foot, (0, 0, 0.5), (0, 0, view.wall.tall - z)], 0.003, "linen")


def _chair_back(view: View) -> None:
    """The back of a chair near the camera, below."""
    depth = -view.shot.eye[1]
    x, y, _ = view.on_the_way(view.rng.uniform(0.3, 0.6))
    add_desk_chair(view.room, (float(x), min(float(y), -0.4), 0), view.rng.uniform(-40, 40) + (180 if depth > 2 else 0))


def _door_post(view: View) -> None:
    """The frame of the door that the camera looks through, dark and near, at one side."""
    beam = start(view.room, "door frame", "thing", _beside(view, 0.55))
    material = str(view.rng.choice(["white paint", "oak", "black paint", "cream paint"]))
    box(beam, "post", (view.rng.uniform(0.08, 0.4), 0.12, view.wall.tall), (0, 0, -view.shot.eye[2]), material, 0.006)


def _near_leaves(view: View) -> None:
    """A plant so near that it is a blur at the edge."""
    x, y, z = _beside(view, 0.5)
    add_fern(view.room, (x, y, z - view.rng.uniform(0.2, 0.4)), view.rng.uniform(0.9, 1.3))


def _pendant(view: View) -> None:
    """A shade that hangs from the ceiling before the wall."""
    x, y, z = view.on_the_way(view.rng.uniform(0.35, 0.8))
    z = float(min(z + 0.05, view.wall.tall - 0.4))
    lamp = start(view.room, "pendant", "lamp", (float(x), float(y), z))
    wide = view.rng.uniform(0.12, 0.24)
    profile = [
        (0.02, 0.62 * wide),
        (0.5 * wide, 0.5 * wide),
        (0.9 * wide, 0.16 * wide),
        (wide, 0),
        (0.97 * wide, 0),
        (0, 0.55 * wide),
    ]
    lathe(
        lamp,
        "shade",
        profile,
        (0, 0, 0),
        str(view.rng.choice(["black paint", "white paint", "red paint", "brass", "sage paint"])),
        40,
    )
    tube(lamp, "rod", [(0, 0, 0.6 * wide), (0, 0, view.wall.tall - z)], 0.004, "black plastic")


def _model(view: View) -> None:
    at = view.on_the_floor(0.6)
    view.models.stand(view.room, view.rng, at, view.rng.uniform(-180, 180), (0.8, 2.2), 1.3)


def _ladder(view: View) -> None:
    """A step ladder that somebody left there."""
    ladder = start(view.room, "ladder", "thing", view.on_the_floor(0.5), view.rng.uniform(-35, 35))
    tall, metal = view.rng.uniform(1.5, 2.0), str(view.rng.choice(["steel", "oak", "red paint"]))
    for lean in (-1, 1):
        for side in (-1, 1):
            tube(ladder, "rail", [(side * 0.25, lean * 0.42, 0), (side * 0.17, lean * 0.03, tall)], 0.016, metal)
    for z in np.arange(0.25, tall, 0.26):
        share = z / tall
        box(ladder, "step", (0.5 - 0.16 * share, 0.07, 0.02), (0, -0.42 + 0.39 * share, z), metal, 0.002)


def _railing(view: View) -> None:
    """Bars of a landing, between camera and wall."""
    x, y, z = view.on_the_way(view.rng.uniform(0.3, 0.7))
    turn, top = view.rng.uniform(-20, 20), min(float(z) + view.rng.uniform(0.0, 0.4), view.wall.tall - 0.1)
    rail = start(view.room, "railing", "thing", (float(x), float(y), 0), turn)
    metal, step = str(view.rng.choice(["black paint", "white paint", "oak", "steel"])), view.rng.uniform(0.09, 0.16)
    tube(rail, "handrail", [(-0.9, 0, top), (0.9, 0, top)], 0.024, metal)
    for at in np.arange(-0.88, 0.9, step):
        tube(rail, "bar", [(at, 0, 0), (at, 0, top)], 0.008, metal)


def _garland(view: View) -> None:
    """Bulbs and flags on a cord across the wall."""
    x, y, z = view.on_the_way(view.rng.uniform(0.6, 0.9))
    half, sag = view.rng.uniform(0.9, 1.6), view.rng.uniform(0.1, 0.35)
    cord = start(view.room, "garland", "thing", (float(x), float(y), float(z) + 0.15))
    spots = [(at * half, 0.0, sag * (at * at)) for at in np.linspace(-1, 1, 15)]
    tube(cord, "cord", spots, 0.004, "black plastic")
    for number, (a, _, c) in enumerate(spots[1:-1]):
        color = ["red paint", "mustard", "teal", "white paint", "orange"][number % 5]
        lathe(cord, "drop", [(0, -0.1), (0.03, -0.06), (0.012, -0.01), (0, 0)], (a, 0, c), color, 16)


def _clothes(view: View) -> None:
    """A rack with clothes on hangers."""
    rack = start(view.room, "clothes rack", "thing", view.on_the_floor(0.5), view.rng.uniform(-30, 30))
    half, tall = view.rng.uniform(0.4, 0.7), view.rng.uniform(1.45, 1.75)
    for side in (-1, 1):
        tube(rack, "post", [(side * half, 0, 0), (side * half, 0, tall)], 0.013, "dark metal")
        tube(rack, "foot", [(side * half, -0.25, 0.015), (side * half, 0.25, 0.015)], 0.013, "dark metal")
    tube(rack, "rail", [(-half, 0, tall), (half, 0, tall)], 0.013, "dark metal")
    for at in np.arange(-half + 0.1, half - 0.1, view.rng.uniform(0.07, 0.16)):
        long = view.rng.uniform(0.5, 0.9)
        cloth = str(
            view.rng.choice(["linen", "mustard", "rust", "teal", "rose", "charcoal cloth", "denim", "striped throw"])
        )
        box(rack, "coat", (0.035, 0.42, long), (float(at), 0, tall - long - 0.07), cloth, 0.016)


def _tripod(view: View) -> None:
    """Legs, a head, and an umbrella of cloth as photographers have."""
    stand = start(view.room, "tripod", "thing", view.on_the_floor(0.5))
    tall = view.rng.uniform(1.3, 1.7)
    for turn in np.radians((90, 210, 330)):
        tube(stand, "leg", [(0.4 * np.cos(turn), 0.4 * np.sin(turn), 0), (0, 0, 0.7 * tall)], 0.011, "black plastic")
    tube(stand, "column", [(0, 0, 0.6 * tall), (0, 0, tall)], 0.012, "dark metal")
    profile = [(0, 0), (0.2, -0.04), (0.36, -0.14), (0.36, -0.145), (0.2, -0.046), (0, -0.006)]
    lean = (view.rng.uniform(40, 110), 0, view.rng.uniform(0, 360))
    lathe(stand, "umbrella", profile, (0, 0, tall), str(view.rng.choice(["white plastic", "black plastic"])), 24, lean)


def _beside(view: View, reach: float) -> tuple[float, float, float]:
    """A point `reach` metres before the lens, at the left or right edge of what it sees."""
    eye, aim = np.array(view.shot.eye), np.array(view.shot.target)
    ahead = (aim - eye) / np.linalg.norm(aim - eye)
    right = np.cross(ahead, (0, 0, 1))
    side = view.rng.choice([-1, 1]) * view.rng.uniform(0.62, 0.95) * 18 / view.shot.lens
    x, y, z = eye + reach * (ahead + side * right / np.linalg.norm(right))
    return float(x), float(y), float(z)


FURNITURE = (_sideboard, _sideboard, _sofa, _armchair, _plant_beside)
KINDS = (_lamp, _plant, _plant, _hanging_plant, _chair_back, _door_post, _near_leaves, _pendant)
HELD_OUT = (_ladder, _railing, _garland, _clothes, _tripod)
