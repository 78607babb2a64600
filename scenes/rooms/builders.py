"""Which function builds a thing of a layout, and in which size it does. Labels are those that each builder writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenes import decoration, furniture, kitchen, lamps, plants, seating, shell, storage, tabletops
from scenes.pieces import Piece, Room, instance, start
from scenes.rooms import belongings, cabinets, fixtures, kitchens, kitchenware
from scenes.rooms.art import paint_art
from scenes.rooms.catalogue import SORTS
from scenes.rooms.kitchen_fronts import Fronts
from scenes.rooms.layout import Thing
from scenes.shapes import card

FRAMES = ("oak", "black paint", "walnut", "white paint", "brass")
MIDDLE_OF_ARMCHAIR = 0.14  # metres: its back legs stand behind its origin


@dataclass(frozen=True)
class Setting:
    """What builders need beside the room: watts of lamps that are on (0: all are off), copies by kind, and how the
    fronts of its kitchen look."""

    watts: float
    copies: dict[str, Piece]
    fronts: Fronts


Builder = Callable[[Room, Thing, Setting], Piece | None]


def build_thing(room: Room, thing: Thing, setting: Setting) -> None:
    """Build what code has for this kind, where the thing is, in its size."""
    builder = BUILDERS[thing.model.kind]
    piece = builder(room, thing, setting)
    if piece is not None:
        _stretch(piece, thing)


def _stretch(piece: Piece, thing: Thing) -> None:
    """Pieces that are built in one size are scaled to the thing's."""
    model, built = thing.model, SORTS[thing.model.kind].size
    piece.root.scale = model.wide / built[0], model.deep / built[1], model.tall / built[2]


def _fixed(add: Callable[..., Piece]) -> Builder:
    """Of a function of (room, at, turn)."""
    return lambda room, thing, setting: add(room, thing.at, thing.turn)


def _sized(add: Callable[..., Piece]) -> Builder:
    """Of a function of (room, at, turn, size), which needs no stretching."""

    def build(room: Room, thing: Thing, setting: Setting) -> None:
        model = thing.model
        add(room, thing.at, thing.turn, (model.wide, model.deep, model.tall))

    return build


def _armchair(room: Room, thing: Thing, setting: Setting) -> Piece:
    return seating.add_armchair(room, (*thing.local(0, -MIDDLE_OF_ARMCHAIR), 0.0), thing.turn)


def _coffee_table(room: Room, thing: Thing, setting: Setting) -> Piece | None:
    if room.rng.random() < 0.55:
        model = thing.model
        cabinets.add_long_table(room, thing.at, thing.turn, (model.wide, model.deep, model.tall))
        return None
    return furniture.add_coffee_table(room, thing.at, thing.turn)


def _bookcase(room: Room, thing: Thing, setting: Setting) -> None:
    model = thing.model
    case, bays = storage.add_bookcase(room, thing.at, thing.turn, (model.wide, model.deep, model.tall), 5)
    tabletops.fill_bookcase(case, bays)


def _bed(room: Room, thing: Thing, setting: Setting) -> Piece:
    return furniture.add_bed(room, thing.at, thing.turn)


def _single_bed(room: Room, thing: Thing, setting: Setting) -> None:
    """The double bed with one pillow, made narrow."""
    bed = furniture.add_bed(room, thing.at, thing.turn, single=True)
    bed.root.scale = np.array([thing.model.wide, thing.model.deep, thing.model.tall]) / SORTS["bed"].size


def _desk(room: Room, thing: Thing, setting: Setting) -> None:
    model = thing.model
    cabinets.add_plain_desk(room, thing.at, thing.turn, (model.wide, model.deep, model.tall))


def _copy(make: Callable[[Room], Piece]) -> Builder:
    """Of a piece that is kept once and shown through empties."""

    def build(room: Room, thing: Thing, setting: Setting) -> None:
        kind, model = thing.model.kind, thing.model
        if kind not in setting.copies:
            setting.copies[kind] = make(room)
        shown = instance(setting.copies[kind], kind.capitalize(), thing.at, thing.turn)
        built = SORTS[kind].size
        shown.scale = model.wide / built[0], model.deep / built[1], model.tall / built[2]

    return build


def _table_lamp(room: Room, thing: Thing, setting: Setting) -> Piece:
    look = str(room.rng.choice(["blue ceramic", "white ceramic", "ochre ceramic", "brass", "dark metal", "terracotta"]))
    return lamps.add_table_lamp(room, thing.at, look, 7 * setting.watts)


def _floor_lamp(room: Room, thing: Thing, setting: Setting) -> Piece:
    return lamps.add_floor_lamp(room, thing.at, 16 * setting.watts)


def _desk_lamp(room: Room, thing: Thing, setting: Setting) -> Piece:
    return lamps.add_desk_lamp(room, thing.at, thing.turn, 5 * setting.watts)


def _floor_plant(room: Room, thing: Thing, setting: Setting) -> None:
    size = 0.85 * thing.model.tall / SORTS["floor plant"].size[2]
    plants.add_monstera(room, thing.at, float(room.rng.uniform(0, 360)), size)


def _fern(room: Room, thing: Thing, setting: Setting) -> None:
    pot = str(room.rng.choice(["terracotta", "white ceramic", "ochre ceramic", "blue ceramic"]))
    plants.add_fern(room, thing.at, 0.5 * thing.model.wide / SORTS["fern"].size[0], pot)


def _vase(room: Room, thing: Thing, setting: Setting) -> None:
    plants.add_branches(room, thing.at)


def _pouffe(room: Room, thing: Thing, setting: Setting) -> Piece:
    return seating.add_ottoman(room, thing.at)


def _dining_table(room: Room, thing: Thing, setting: Setting) -> Piece:
    table = furniture.add_dining_table(room, thing.at)
    table.root.rotation_euler.z = np.radians(thing.turn)
    return table


def _dresser(room: Room, thing: Thing, setting: Setting) -> Piece:
    return storage.add_dresser(room, thing.at, thing.turn)


def _kitchen(room: Room, thing: Thing, setting: Setting) -> None:
    """The run of units, as it is or mirrored."""
    side = 1 if room.rng.random() < 0.5 else -1
    there = set(room.scene.collection.children)
    kitchen.add_kitchen(room, (*thing.local(side * 1.315, 0), 0.0), thing.turn)
    for part in room.scene.collection.children:
        if part not in there:
            next(obj for obj in part.objects if obj.parent is None).scale.x = side


def _fitted_kitchen(corner: int) -> Builder:
    return lambda room, thing, setting: kitchens.add_fitted_kitchen(room, thing, corner, setting.fronts)


def _picture(room: Room, thing: Thing, setting: Setting) -> None:
    rng, model = room.rng, thing.model
    mount, frame = float(rng.choice([0.0, 0.03, 0.06])), str(rng.choice(FRAMES))
    size = model.wide - 2 * mount - 0.05, model.tall - 2 * mount - 0.05
    art = paint_art(room, size[0] / size[1])
    decoration.add_picture(room, thing.at, thing.turn, size, art, frame, mount)


def add_art(room: Room, thing: Thing, where: tuple[float, float, float, float, float]) -> None:
    """A print in a frame that hangs: left, right, low, high about its middle, and metres before the wall."""
    left, right, low, high, away = where
    art = start(room, "Print", "picture", thing.at, thing.turn)
    spot = (left + right) / 2, -away, (low + high) / 2
    painting = paint_art(room, (right - left) / (high - low))
    card(art, "print", (right - left, high - low), spot, painting)


def _wall_shelf(room: Room, thing: Thing, setting: Setting) -> None:
    x, y, z = thing.at
    decoration.add_wall_shelf(room, (x, y, z), thing.turn)
    if room.rng.random() < 0.5:
        plants.add_trailing_plant(room, (*thing.local(0.3, -0.1), z + 0.0245), 0.8)


def _coat_rail(room: Room, thing: Thing, setting: Setting) -> None:
    x, y, _ = thing.at
    shell.add_coat_hooks(room, (x, y, 0.0), thing.turn)


def _bathtub(room: Room, thing: Thing, setting: Setting) -> None:
    model = thing.model
    curtain = room.rng.random() < 0.65
    fixtures.add_bathtub(room, thing.at, thing.turn, (model.wide, model.deep, model.tall), curtain)


def _radiator(room: Room, thing: Thing, setting: Setting) -> Piece:
    return shell.add_radiator(room, thing.at, thing.turn)


def _sideboard(room: Room, thing: Thing, setting: Setting) -> None:
    model = thing.model
    look = str(room.rng.choice(["oak", "walnut", "teak", "white paint", "sage paint"]))
    name = "Television stand" if model.kind == "tv stand" else "Sideboard"
    cabinets.add_low_cabinet(room, thing.at, thing.turn, (model.wide, model.deep, model.tall), name, look)


def _rug(room: Room, thing: Thing, setting: Setting) -> Piece:
    rug = decoration.add_rug(room, thing.at, thing.turn)
    if room.rng.random() < 0.4:
        pile = rug.collection.objects[1]
        pile.data.materials[0] = room.material[
            str(room.rng.choice(["teal", "linen", "rose", "charcoal cloth", "rust"]))
        ]
    return rug


BUILDERS: dict[str, Builder] = {
    "sofa": _fixed(seating.add_sofa),
    "armchair": _armchair,
    "coffee table": _coffee_table,
    "side table": _sized(cabinets.add_side_table),
    "tv stand": _sideboard,
    "sideboard": _sideboard,
    "television": _sized(belongings.add_television),
    "wall television": _sized(belongings.add_wall_television),
    "bookcase": _bookcase,
    "shelving": _sized(cabinets.add_shelving),
    "bath shelves": _sized(cabinets.add_bath_shelves),
    "floor lamp": _floor_lamp,
    "table lamp": _table_lamp,
    "desk lamp": _desk_lamp,
    "floor plant": _floor_plant,
    "fern": _fern,
    "bed": _bed,
    "single bed": _single_bed,
    "night stand": _fixed(storage.add_night_stand),
    "wardrobe": _sized(cabinets.add_wardrobe),
    "dresser": _dresser,
    "desk": _desk,
    "desk chair": _fixed(seating.add_desk_chair),
    "filing cabinet": _sized(cabinets.add_filing_cabinet),
    "dining table": _dining_table,
    "long table": _sized(cabinets.add_long_table),
    "dining chair": _copy(seating.make_dining_chair),
    "kitchen run": _kitchen,
    "fitted kitchen": _fitted_kitchen(0),
    "left corner kitchen": _fitted_kitchen(-1),
    "right corner kitchen": _fitted_kitchen(1),
    "low units": lambda room, thing, setting: kitchens.add_low_units(room, thing, setting.fronts),
    "island": lambda room, thing, setting: kitchens.add_island(room, thing, setting.fronts),
    "bar stool": _sized(kitchens.add_bar_stool),
    "kettle": _fixed(kitchenware.add_kettle),
    "toaster": _fixed(kitchenware.add_toaster),
    "chopping board": _fixed(kitchenware.add_chopping_board),
    "jar": _sized(kitchenware.add_jar),
    "bathtub": _bathtub,
    "toilet": _sized(fixtures.add_toilet),
    "washbasin": _sized(fixtures.add_washbasin),
    "towel rail": _sized(fixtures.add_towel_rail),
    "medicine cabinet": _sized(fixtures.add_medicine_cabinet),
    "laundry basket": _fixed(decoration.add_basket),
    "waste bin": _sized(belongings.add_waste_bin),
    "pouffe": _pouffe,
    "radiator": _radiator,
    "box": _sized(belongings.add_box),
    "bag": _sized(belongings.add_bag),
    "clothes": _sized(belongings.add_clothes),
    "shoes": _fixed(decoration.add_shoes),
    "rug": _rug,
    "bath mat": _sized(fixtures.add_bath_mat),
    "monitor": _sized(belongings.add_monitor),
    "keyboard": _fixed(belongings.add_keyboard),
    "mouse": _fixed(belongings.add_mouse),
    "laptop": _fixed(belongings.add_laptop),
    "papers": _fixed(belongings.add_papers),
    "book pile": _fixed(belongings.add_book_pile),
    "open book": _fixed(belongings.add_open_book),
    "mug": _fixed(belongings.add_mug),
    "plate": _fixed(belongings.add_plate),
    "glass": _fixed(belongings.add_glass),
    "bottle": _fixed(belongings.add_bottle),
    "fruit bowl": _fixed(belongings.add_fruit_bowl),
    "vase": _vase,
    "remote": _fixed(belongings.add_remote),
    "pen pot": _fixed(belongings.add_pen_pot),
    "small box": _sized(belongings.add_small_box),
    "picture": _picture,
    "wall mirror": _fixed(decoration.add_mirror),
    "clock": _fixed(decoration.add_clock),
    "whiteboard": _sized(belongings.add_whiteboard),
    "notice": _sized(belongings.add_notice),
    "wall shelf": _wall_shelf,
    "coat rail": _coat_rail,
}
