"""Walls with pictures as one labelled scene: each frame is a wall, a light and a camera of its own.

All walls stand at the same place, and each is shown in its frame alone. What is drawn for a frame depends on the seed
and the numbers of scene and frame alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np

from blender_addon import scene_labels
from blender_addon.compat import share_animation
from scenes.books import make_book_meshes
from scenes.materials import make_materials
from scenes.picture_frames.arrangements import Place, arrange
from scenes.picture_frames.finishes import Finishes
from scenes.picture_frames.gallery import Art, Gallery, open_gallery
from scenes.picture_frames.light import Ambience, add_light
from scenes.picture_frames.models import Models, open_models
from scenes.picture_frames.obstructions import View, furnish, obstruct
from scenes.picture_frames.photographing import Photograph, set_up, take_all
from scenes.picture_frames.pictures import Hanging, hang
from scenes.picture_frames.settings import LABEL_SET, Settings, hardened
from scenes.picture_frames.shots import Shot, draw_shot
from scenes.picture_frames.styles import Style, draw_style, varied
from scenes.picture_frames.walls import Wall, add_wall
from scenes.pieces import Room

SIZE = (480, 360)
_SEVERAL = {"row": 0.27, "grid": 0.19, "salon": 0.27, "stair": 0.07, "anyhow": 0.14, "split": 0.06}
"""How often several pictures hang how."""

_MOST = {"row": 6, "stair": 6, "anyhow": 5, "split": 5}
"""Pictures of those arrangements that would run out of wall."""

SHARED, WALL, PICTURES, SHOT, LIGHT, FURNITURE, OBSTRUCTIONS = range(7)
"""Streams of random numbers: what one draws does not move another."""

_HARD = 0x68617264
"""Among the seeds of hard walls: without it they would hang, and be seen, as other walls of the same seed."""


@dataclass(frozen=True)
class _Shared:
    """What the walls of a .blend have in common."""

    scene: bpy.types.Scene
    settings: Settings
    material: dict[str, bpy.types.Material]
    books: list[bpy.types.Mesh]
    gallery: Gallery
    finishes: Finishes
    models: Models


def build(settings: Settings, seed: int, scene_number: int, frames: int) -> bpy.types.Scene:
    """Walls on frames 1 to `frames` in the scene of an empty file. Raises ValueError of folders that will not do."""
    scene, settings = bpy.context.scene, hardened(settings) if settings.hard else settings
    gallery = open_gallery(settings.art, settings.painted, settings.hard)
    models = open_models(settings.models)
    seeds = [seed, scene_number, *([_HARD] if settings.hard else [])]
    materials = make_materials(np.random.default_rng([*seeds, SHARED]))
    shared = _Shared(scene, settings, materials, make_book_meshes(materials), gallery, Finishes(), models)
    scene_labels.set_label_set(scene, LABEL_SET)
    set_up(scene, np.random.default_rng([*seeds, SHARED, 1]), SIZE)
    take_all(scene, [_add_frame(shared, [*seeds, frame], frame) for frame in range(1, frames + 1)])
    bpy.context.view_layer.update()
    return scene


def _add_frame(shared: _Shared, seeds: list[int], frame: int) -> Photograph:
    """A wall that is there in one frame, and how it is photographed."""

    def dice(stream: int) -> np.random.Generator:
        return np.random.default_rng([*seeds, stream])

    before = set(bpy.data.objects), set(shared.scene.collection.children)
    name, settings = f"wall {frame:03d}", shared.settings
    room = Room(shared.scene, dice(FURNITURE), shared.material, shared.books, {})
    wall = add_wall(room, dice(WALL), settings, name)
    places = _hang_pictures(shared, room, dice(PICTURES), wall, name)
    shot = draw_shot(
        dice(SHOT),
        places,
        (wall.wide, wall.tall),
        SIZE[0] / SIZE[1],
        settings.angle,
        settings.blurred,
        settings.hard,
    )
    around = add_light(room, dice(LIGHT), wall, places, shot, hard=settings.hard, dim=settings.dim)
    _furnish(shared, room, wall, places, shot, dice, around)
    _label(room)
    _only_in(frame, name, shared.scene, *before)
    return Photograph(name, shot, around)


def _hang_pictures(shared: _Shared, room: Room, rng: np.random.Generator, wall: Wall, name: str) -> list[Place]:
    """Pictures, in one of the ways in which they hang; on some walls there is no art."""
    fewest, most = shared.settings.pictures
    many = int(np.clip(round(np.exp(rng.uniform(np.log(fewest), np.log(most + 0.49)))), fewest, most))
    bare = rng.random() < shared.settings.empty
    if bare and rng.random() < 0.4:
        return []
    kind = "single" if many == 1 else str(rng.choice(list(_SEVERAL), p=list(_SEVERAL.values())))
    framed = _frame_pictures(shared, rng, kind, min(many, _MOST.get(kind, many)), bare, name)
    places = arrange(rng, kind, [_outer_aspect(rng, *each) for each in framed], wall.free)
    straight = rng.choice([0.2, 0.7, 1.6], p=[0.5, 0.35, 0.15])
    for number, (place, (style, arts)) in enumerate(zip(places, framed), start=1):
        lean = abs(rng.normal(0, 1.2)) if style.kind in ("framed", "mirror", "empty") else 0.0
        turn = 0.0 if kind == "split" else rng.normal(0, straight)
        hang(room, shared.finishes, Hanging(place, style, arts, float(turn), float(lean)), f"{name} no {number}")
    return places


def _frame_pictures(
    shared: _Shared, rng: np.random.Generator, kind: str, many: int, bare: bool, name: str
) -> list[tuple[Style, tuple[Art, ...]]]:
    """What hangs, and how it is framed: alike, each in its own way, or (`bare`) without art."""
    alike = kind in ("grid", "split") or rng.random() < 0.4
    common = draw_style(rng, shared.settings, ("canvas",) if kind == "split" else ())
    framed: list[tuple[Style, tuple[Art, ...]]] = []
    for number in range(1, many + 1):
        style = varied(rng, common) if alike else draw_style(rng, shared.settings)
        if bare or (not alike and rng.random() < 0.05):
            style = draw_style(rng, shared.settings, ("mirror", "empty"))
        if kind == "split" and framed:
            framed.append((style, framed[0][1]))
            continue
        parts = style.windows if style.border and not style.floating else 1
        arts: list[Art] = []
        for part in range(1, parts + 1):
            beside = [art for _, others in framed for art in others] + arts
            arts.append(shared.gallery.pick(rng, f"{name} art {number}.{part}", beside))
        framed.append((style, tuple(arts)))
    return framed


def _outer_aspect(rng: np.random.Generator, style: Style, arts: tuple) -> float:
    """Of a frame: its art's, nearer to a square by mat and bars, and at times a standard frame's that was at hand."""
    if rng.random() < 0.15:
        return float(rng.choice([0.71, 0.8, 1.0, 1.25, 1.4]))
    aspect = arts[0].aspect
    if len(arts) in (2, 3):
        aspect = aspect * len(arts) if aspect < 1 else aspect / len(arts)
    return float(np.clip(aspect ** (0.8 if style.border else 0.95), 0.4, 2.4))


def _furnish(shared: _Shared, room: Room, wall: Wall, places: list[Place], shot: Shot, dice, around: Ambience) -> None:
    """Furniture along some walls, and something in the way of some."""
    settings, rng = shared.settings, dice(OBSTRUCTIONS)
    watts = 6.0 * around.strength
    if room.rng.random() < 0.4:
        furnish(View(room, room.rng, wall, places, shot, shared.models, watts))
    if rng.random() < settings.obstructed:
        # Plants and cushions take the dice of their room: here those of what is in the way.
        way = replace(room, rng=rng)
        obstruct(View(way, rng, wall, places, shot, shared.models, watts), hard=settings.hard)


def _label(room: Room) -> None:
    """Write the labels as the add-on does; what it refuses to label is a mistake of this builder."""
    for name, objects in room.labelled.items():
        report = scene_labels.assign(objects, LABEL_SET.find(name).id)
        if report.refused:
            raise ValueError(f"picture frames: cannot label {report.refused}")


def _only_in(frame: int, name: str, scene: bpy.types.Scene, objects: set, collections: set) -> None:
    """Put what came since into a collection of its own, shown in one frame alone; names begin with the wall's."""
    whole = bpy.data.collections.new(name)
    scene.collection.children.link(whole)
    for child in [each for each in scene.collection.children if each not in collections and each != whole]:
        scene.collection.children.unlink(child)
        whole.children.link(child)
    came = [obj for obj in bpy.data.objects if obj not in objects]
    for obj in came:
        if obj.name in scene.collection.objects:
            scene.collection.objects.unlink(obj)
            whole.objects.link(obj)
    seen = [obj for obj in came if obj.type != "EMPTY"]
    first = seen[0]
    for path in ("hide_render", "hide_viewport"):
        for at, hidden in ((frame - 1, True), (frame, False), (frame + 1, True)):
            setattr(first, path, hidden)
            first.keyframe_insert(path, frame=at)
    share_animation(first, seen[1:])
