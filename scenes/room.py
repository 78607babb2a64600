"""A studio flat that somebody lives in: `build(rng)` furnishes and labels it in an empty file, `save` writes it.

All sixteen classes of syntrain16 are here, and the things that label pipelines trip over: glass, mirrors, leaves cut
out by alpha, thin poles, collection instances, shared meshes, curves, text, subdivision surfaces, and faces that carry
a label of their own (the looking-glass in the wardrobe's door).

Labels are NYU40's. Where NYU's own folding of raw classes surprises people, the piece's builder says which way it went.
"""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np

from blender_addon import scene_labels
from blender_addon.contract.labels import built_in
from scenes import decoration, furniture, kitchen, lamps, plants, seating, shell, storage, tabletops, views
from scenes.books import make_book_meshes, pile
from scenes.daylight import add_daylight, add_lamp_light, add_street
from scenes.materials import make_materials
from scenes.pieces import Room, instance, start
from scenes.render_settings import set_indoors
from scenes.shell import HEIGHT, against

DINING = (2.02, 2.2, 0.0)
# x, y, degrees: three chairs pushed in by different people, one left where somebody got up
DINING_CHAIRS = [(2.02, 1.63, 184.0), (1.42, 2.32, 81.0), (2.1, 2.86, -12.0), (2.86, 1.85, -128.0)]


def save(path: str | Path, seed: int) -> None:
    """Build the room of a seed in an empty file and save it there. What was open is gone."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    build(np.random.default_rng(seed))
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True)


def build(rng: np.random.Generator) -> bpy.types.Scene:
    """Furnish, light, label and photograph the flat in the current scene of an empty file.

    Metres, Z up; the same state of `rng` gives the same scene.
    """
    scene = bpy.context.scene
    materials = make_materials(rng)
    room = Room(scene, rng, materials, make_book_meshes(materials), {})
    _build_flat(room)
    _furnish_living_corner(room)
    _furnish_sleeping_corner(room)
    _furnish_study(room)
    _furnish_kitchen(room)
    _furnish_entrance(room)
    add_daylight(room)
    _label(room)
    views.add_views(scene)
    set_indoors(scene)
    bpy.context.view_layer.update()
    return scene


def _build_flat(room: Room) -> None:
    shell.add_shell(room)
    shell.add_windows(room)
    shell.add_door(room)
    for wall in shell.WINDOWS:
        shell.add_curtains(room, wall)
    shell.add_radiator(room, *against("north", 3.7, gap=0.09))
    shell.add_fittings(room)
    add_street(room)


def _furnish_living_corner(room: Room) -> None:
    decoration.add_rug(room, (4.62, 1.95, 0), 87)
    seating.add_sofa(room, *against("east", 3.3, gap=0.04))
    seating.add_armchair(room, (3.5, 2.95, 0.0), 58)
    seating.add_ottoman(room, (3.72, 1.2, 0.0))
    tabletops.set_coffee_table(furniture.add_coffee_table(room, (4.72, 1.86, 0.012), 93))
    tabletops.fill_bookcase(*storage.add_bookcase(room, *against("south", 1.2, gap=0.012)))
    plants.add_fern(room, against("south", 0.82, gap=0.22, z=2.046)[0], 0.56)
    lamps.add_floor_lamp(room, (6.28, 0.5, 0), 14)
    decoration.add_basket(room, (4.35, 3.62, 0))
    for along, z, size, art, frame in (
        (2.72, 1.62, (0.36, 0.5), "arches", "oak"),
        (3.26, 1.55, (0.42, 0.42), "brush strokes", "black paint"),
        (3.84, 1.66, (0.32, 0.44), "line botanical", "walnut"),
    ):
        decoration.add_picture(room, *against("east", along, z=z), size, art, frame)
    lamps.add_paper_lantern(room, (4.6, 2.5, HEIGHT))


def _furnish_sleeping_corner(room: Room) -> None:
    furniture.add_bed(room, *against("west", 4.36, gap=0.02))
    storage.add_night_stand(room, *against("west", 3.4, gap=0.01))
    lamps.add_table_lamp(room, (0.17, 3.45, 0.522), "blue ceramic", 7)
    night = start(room, "Bedside things", "otherprop", (0.31, 3.31, 0.522))
    pile(night, (0, 0, 0), (2, 1), 14)
    storage.add_wardrobe(room, *against("west", 2.66, gap=0.01))
    tabletops.set_dresser(storage.add_dresser(room, *against("west", 1.5, gap=0.01)))
    plants.add_branches(room, against("west", 1.86, gap=0.2, z=0.82)[0])
    decoration.add_mirror(room, *against("west", 1.42, z=1.52))
    decoration.add_picture(room, *against("west", 4.02, z=1.55), (0.34, 0.46), "color fields", "oak")
    decoration.add_picture(room, *against("west", 4.66, z=1.5), (0.42, 0.34), "seaside", "walnut")
    decoration.add_picture(room, *against("north", 1.1, z=1.6), (0.78, 0.52), "hills", "oak", 0.07)


def _furnish_study(room: Room) -> None:
    tabletops.set_desk(furniture.add_desk(room, *against("east", 1.36, gap=0.03)))
    lamps.add_desk_lamp(room, against("east", 0.8, gap=0.26, z=0.74)[0], -130, 3)
    seating.add_desk_chair(room, (5.4, 4.2, 0), -62)
    plants.add_monstera(room, (6.05, 4.77, 0), -137, 0.95)
    decoration.add_wall_shelf(room, *against("north", 5.5, z=1.62))
    plants.add_trailing_plant(room, against("north", 5.8, gap=0.1, z=1.6445)[0])
    plants.add_fern(room, against("north", 4.42, gap=0.06, z=0.822)[0], 0.42, "ochre ceramic")


def _furnish_kitchen(room: Room) -> None:
    kitchen.add_kitchen(room, *against("south", 6.54))
    add_lamp_light(room, "Hood light", (0.45, 0.34, 1.55), 5)
    add_lamp_light(room, "Light under the wall units", (1.45, 0.2, 1.40), 3)
    furniture.add_dining_table(room, DINING)
    tabletops.set_dining_table(room, (DINING[0], DINING[1], 0.7425))
    chair = seating.make_dining_chair(room)
    for number, (x, y, turn) in enumerate(DINING_CHAIRS, start=1):
        instance(chair, f"Dining chair {number}", (x, y, 0), turn + room.rng.normal(0, 3))
    lamps.add_pendant(room, (DINING[0], DINING[1], HEIGHT), 12)


def _furnish_entrance(room: Room) -> None:
    shell.add_coat_hooks(room, *against("south", 2.2))
    decoration.add_door_mat(room, (3.42, 0.42, 0), 3)
    decoration.add_shoes(room, (4.15, 0.24, 0), 4)
    decoration.add_clock(room, *against("south", 3.17, z=2.36))
    decoration.add_sign(room, *against("south", 2.2, z=1.9), "hello")


def _label(room: Room) -> None:
    """Write the labels as the add-on does; what it refuses to label is a mistake of this builder."""
    labels = built_in("nyu40")
    scene_labels.set_label_set(room.scene, labels)
    for name, objects in room.labelled.items():
        report = scene_labels.assign(objects, labels.find(name).id)
        if report.refused:
            raise ValueError(f"room: cannot label {report.refused}")
    scene_labels.assign_material(room.material["mirror"], labels.find("mirror").id)
