"""A room as one labelled scene with several views.

A plan is drawn first (floor_plan), then where everything stands (layout, programs), without Blender; then it is built
(builders), lit (light), and photographed as one does with a phone (cameras).
"""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from blender_addon import scene_labels
from blender_addon.contract.labels import built_in
from scenes.books import make_book_meshes
from scenes.camera import add_camera, key_poses
from scenes.pieces import Piece, Room
from scenes.pose import Pose
from scenes.render_settings import set_indoors
from scenes.rooms import openings
from scenes.rooms.assets import Assets, canvas, forget_unused, place_asset, read_assets
from scenes.rooms.builders import Setting, add_art, build_thing
from scenes.rooms.cameras import draw_views
from scenes.rooms.catalogue import Catalogue
from scenes.rooms.doors import add_door
from scenes.rooms.fittings import add_sockets, add_switch
from scenes.rooms.footprints import meet
from scenes.rooms.kitchen_fronts import draw_fronts
from scenes.rooms.layout import Layout
from scenes.rooms.light import add_light
from scenes.rooms.moods import LAMPS, Mood, draw_mood
from scenes.rooms.palette import Palette, Unlit, draw_palette
from scenes.rooms.programs import furnish
from scenes.rooms.settings import LABEL_SET, Settings
from scenes.rooms.sights import View

DICE, PALETTE, PLAN, DETAILS, VIEWS, MODELS, ASSETS, MOOD = range(8)
"""Streams of random numbers: what one draws does not move another."""


def build_room(settings: Settings, seed: int, scene_number: int, frames: int) -> bpy.types.Scene:
    """The room `scene_number` of a seed in an empty file, seen by `frames` views on frames 1 to `frames`.

    The room depends on seed and number alone, and each view on these and the frames before it.
    """
    key = [seed, scene_number]
    dice = np.random.default_rng([*key, DICE])
    kind, time = str(dice.choice(settings.kinds)), str(dice.choice(settings.times))
    assets = read_assets(settings.assets, built_in(LABEL_SET), [*key, ASSETS])
    catalogue = Catalogue(np.random.default_rng([*key, MODELS]), assets, settings.assets_share)
    layout = furnish(np.random.default_rng([*key, PLAN]), kind, catalogue, settings.clutter)
    lamps = [n for n, thing in enumerate(layout.things) if thing.model.kind in LAMPS and not thing.model.source]
    mood = draw_mood(np.random.default_rng([*key, MOOD]), time, kind, lamps, len(layout.plan.windows))
    recipes = draw_palette(np.random.default_rng([*key, PALETTE]), kind, mood.ceiling, mood.adapted)
    materials = Palette(recipes, [*key, PALETTE])
    rng = np.random.default_rng([*key, DETAILS])
    room = Room(bpy.context.scene, rng, materials, make_book_meshes(materials), {})
    _raise_walls(room, layout, kind, mood)
    _furnish(room, layout, assets, mood)
    add_light(room, layout.plan, mood, kind)
    _label(room)
    dice_of_views = [np.random.default_rng([*key, frame, VIEWS]) for frame in range(1, frames + 1)]
    _add_views(room.scene, draw_views(layout, dice_of_views, settings))
    set_indoors(room.scene)
    bpy.context.view_layer.update()
    return room.scene


def _raise_walls(room: Room, layout: Layout, kind: str, mood: Mood) -> None:
    plan, rng = layout.plan, room.rng
    tiled = float(rng.choice([1.3, 2.0, plan.height])) if kind == "bathroom" else 0.0
    openings.add_shell(room, plan, tiled)
    add_door(room, plan)
    add_switch(room, plan, openings.TILE if tiled else 0.0)
    if kind != "bathroom":
        add_sockets(room, layout)
    coverings = {"office": [0.1, 0.75, 0.15], "kitchen": [0.25, 0.45, 0.3], "bathroom": [0.05, 0.6, 0.35]}
    for window in plan.windows:
        covering = str(rng.choice(["curtains", "blinds", "none"], p=coverings.get(kind, [0.65, 0.25, 0.1])))
        drawn = rng.uniform(*mood.drawn)
        behind = plan.before(window, 0.2, 0.45)
        free = not any(meet(thing.footprint(), behind) for thing in layout.things if thing.stands)
        openings.add_window(room, plan, window, covering, drawn, free)


def _furnish(room: Room, layout: Layout, assets: Assets, mood: Mood) -> None:
    copies: dict[str, Piece] = {}
    fronts = draw_fronts(room.rng)
    dark = replace(room, material=Unlit(room.material))
    for number, thing in enumerate(layout.things):
        if thing.model.source:
            place_asset(room, assets, thing)
            if thing.model.kind == "picture":
                add_art(room, thing, canvas(assets, thing.model))
        else:
            on = number in mood.burning
            build_thing(room if on else dark, thing, Setting(mood.watts if on else 0.0, copies, fronts))
    forget_unused(assets)


def _label(room: Room) -> None:
    """Write the labels as the add-on does; what it refuses to label is a mistake of this builder."""
    labels = built_in(LABEL_SET)
    scene_labels.set_label_set(room.scene, labels)
    for name, objects in room.labelled.items():
        report = scene_labels.assign(objects, labels.find(name).id)
        if report.refused:
            raise ValueError(f"rooms: cannot label {report.refused}")
    if "mirror" in room.material:
        scene_labels.assign_material(room.material["mirror"], labels.find("mirror").id)


def _add_views(scene: bpy.types.Scene, drawn: list[View]) -> None:
    add_camera(scene)
    poses = (Pose(f"view {frame}", view.eye, view.target, view.lens, view.roll) for frame, view in enumerate(drawn, 1))
    key_poses(scene, list(poses))
