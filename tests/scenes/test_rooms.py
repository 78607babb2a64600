"""Rooms on real bpy: labelled throughout, the same every time; what a frame shows depends on its number alone."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from mathutils import Vector

from blender_addon import scene_labels
from blender_addon.audit.audit import audit
from blender_addon.contract.labels import built_in
from blender_addon.contract.strict import Misfits
from blender_addon.contract.strict import build as read
from blender_addon.occurrences import occurrences
from scenes import rooms
from scenes.pieces import Room
from scenes.rooms.asset_names import WANTED, AssetFile, find_assets, label_of
from scenes.rooms.assets import canvas, place_asset, read_assets
from scenes.rooms.builders import BUILDERS
from scenes.rooms.cabinets import add_bath_shelves
from scenes.rooms.catalogue import SORTS
from scenes.rooms.doors import add_door
from scenes.rooms.floor_plan import FloorPlan, Opening
from scenes.rooms.footprints import Footprint, covered
from scenes.rooms.layout import Model, Thing
from scenes.rooms.moods import ADAPTED, SKIES
from scenes.rooms.openings import add_shell, add_window
from scenes.rooms.palette import Palette, draw_palette
from scenes.rooms.settings import KINDS, TIMES

NYU40 = built_in("nyu40")
SURFACES = {"MESH", "CURVE", "FONT"}


def _build(kind: str, number: int = 0, frames: int = 2, time: str = "day", **settings) -> bpy.types.Scene:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return rooms.build(rooms.Settings(kinds=(kind,), times=(time,), **settings), 11, number, frames)


def _places() -> dict[str, tuple]:
    """Where everything is, its label and what it is made of, cameras aside."""
    return {
        obj.name: (
            tuple(round(value, 5) for row in obj.matrix_world for value in row),
            obj.pass_index,
            tuple(slot.material.name for slot in obj.material_slots),
            round(obj.data.energy, 5) if obj.type == "LIGHT" else None,
        )
        for obj in bpy.context.scene.objects
        if obj.type != "CAMERA"
    }


def _views(scene: bpy.types.Scene) -> list[tuple]:
    found = []
    for frame in range(scene.frame_start, scene.frame_end + 1):
        scene.frame_set(frame)
        found.append((*np.round(np.array(scene.camera.matrix_world).ravel(), 5), round(scene.camera.data.lens, 4)))
    return found


def _faults(scene: bpy.types.Scene) -> list[str]:
    """What is wrong with a room: no label, a finding of the audit, a thing that sticks out."""
    found = [f"{row.obj.name} has no label" for row in occurrences(scene.view_layers[0]) if row.unlabelled]
    found += [row.kind for row in audit(scene, scene.view_layers[0]) if row.severity != "note"]
    ground = bpy.data.objects["Floor ground"]
    walls = 0.28  # metres: they are 24 cm thick, with windows in them and casings on both sides
    most = np.array(ground.dimensions)[:2] - 2 * 0.24 + walls
    corridor = [_bounds(obj) for obj in scene.objects if obj.name.startswith("Corridor floor ")]
    for obj in scene.objects:
        if obj.type in SURFACES and not obj.name.startswith(("Floor", "Ceiling slab", "Corridor")):
            low, high = _bounds(obj)
            if any((low[:2] > least[:2]).all() and (high[:2] < end[:2]).all() for least, end in corridor):
                continue
            if (low < (-walls, -walls, -0.03)).any() or (high[:2] > most).any():
                found.append(f"{obj.name} sticks out: {low} {high}")
    return found


def _bounds(obj: bpy.types.Object) -> tuple[np.ndarray, np.ndarray]:
    corners = np.array(obj.bound_box) @ np.array(obj.matrix_world)[:3, :3].T + np.array(obj.matrix_world)[:3, 3]
    return corners.min(0), corners.max(0)


@pytest.fixture(scope="module")
def five():
    """A room of each kind: what is wrong with it, and the labels that are there."""
    found = {}
    for kind in KINDS:
        scene = _build(kind, 0, 1)
        assert scene_labels.read_label_set(scene) == NYU40
        found[kind] = _faults(scene), {row.obj.pass_index for row in occurrences(scene.view_layers[0])}
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_seen_has_a_label_and_stands_in_the_room(five, kind):
    assert five[kind][0] == []


def test_five_rooms_have_all_sixteen_classes(five):
    onto = NYU40.crosswalk(built_in("syntrain16"))
    seen = set().union(*(labels for _, labels in five.values()))
    assert {onto[id_] for id_ in seen if id_ in onto} == set(built_in("syntrain16").by_id)


def test_five_rooms_have_most_of_nyu40(five):
    assert len(set().union(*(labels for _, labels in five.values()))) >= 30


def test_every_label_but_people_can_be_built():
    """Of NYU40's forty, by what the catalogue has and what rooms have besides."""
    sorts = {sort.label for sort in SORTS.values()}
    besides = {"wall", "floor", "ceiling", "door", "window", "curtain", "blinds", "shower curtain", "refridgerator"}
    parts = {"pillow", "clothes", "otherstructure", "counter", "sink", "mirror", "paper", "towel"}
    assert {label.name for label in NYU40.labels} - sorts - besides - parts == {"person"}


def test_the_same_seed_gives_the_same_room_and_another_number_another():
    _build("kitchen", 3)
    first = _places()
    _build("kitchen", 3)
    assert _places() == first
    _build("kitchen", 4)
    assert _places() != first


def test_more_frames_change_nothing_of_the_frames_there_are():
    few = _views(_build("bathroom", 1, 2))
    places = _places()
    many = _views(_build("bathroom", 1, 5))
    assert many[:2] == few and len(many) == 5
    assert _places() == places


def test_views_are_constant_and_differ():
    scene = _build("bathroom", 2, 4)
    assert len(set(_views(scene))) == 4
    scene.frame_set(2)
    before = np.array(scene.camera.matrix_world)
    scene.frame_set(2, subframe=0.9)
    assert np.array_equal(np.array(scene.camera.matrix_world), before)


def test_lamps_light_the_evening():
    lit = {}
    for time in ("day", "evening"):
        _build("bathroom", 3, 1, time)
        own = [light for light in bpy.data.lights if light.name != "Corridor light"]
        points = [light.energy for light in own if light.type == "POINT"]
        areas = [light.energy for light in own if light.type == "AREA"]
        lit[time] = sum(points), sum(areas)
    assert lit["evening"][0] > lit["day"][0] == 0
    assert lit["evening"][1] < lit["day"][1] / 20


@pytest.mark.slow
def test_lamps_of_an_evening_are_not_orange():
    """None gives more than 1.7 times as much red as blue, and one by day what its bulb gives."""
    for number in range(3):
        _build("bedroom", number, 1, "evening")
        points = [light for light in bpy.data.lights if light.type == "POINT"]
        assert points and max(light.color.r / light.color.b for light in points) < 1.7
    for name in ("bulb", "lit shade"):
        warmth = []
        for share in (ADAPTED["day"], ADAPTED["evening"]):
            _, (red, _, blue), _ = draw_palette(np.random.default_rng(0), "bedroom", True, share)[name]
            warmth.append(red / blue)
        assert warmth[0] > warmth[1] > 1


def test_shelves_of_a_bathroom_hold_towels():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    materials = Palette(draw_palette(np.random.default_rng(0), "bathroom", False), [1])
    room = Room(bpy.context.scene, np.random.default_rng(0), materials, [], {})
    add_bath_shelves(room, (2.0, 3.0, 0.0), 0.0, (0.6, 0.3, 1.6))
    bpy.context.view_layer.update()
    assert set(room.labelled) == {"shelves", "towel", "box", "otherprop"}
    for parts in room.labelled.values():
        for part in parts:
            corners = np.array([part.matrix_world @ Vector(corner) for corner in part.bound_box])
            assert (corners.min(0) > (1.69, 2.69, -0.01)).all() and (corners.max(0) < (2.31, 3.01, 1.9)).all(), part


@pytest.mark.parametrize("ajar", [0.0, 30.0, 85.0])
@pytest.mark.parametrize("hinge", [-1, 1])
def test_the_leaf_of_a_door_stands_as_the_plan_has_it(ajar, hinge):
    """Within 6 cm of its footprint, handles aside; shut, in the hole of its wall."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    materials = Palette(draw_palette(np.random.default_rng(0), "bedroom", False), [1])
    room = Room(bpy.context.scene, np.random.default_rng(0), materials, [], {})
    plan = FloorPlan(4.0, 3.0, 2.5, Opening("east", 0.2, 1.1, 0.0, 2.0, ajar, hinge), ())
    add_door(room, plan)
    bpy.context.view_layer.update()
    leaf = bpy.data.objects["Door leaf"]
    points = np.array([leaf.matrix_world @ vert.co for vert in leaf.data.vertices])[:, :2]
    kept = plan.leaf() or Footprint(4.05, 3.0 - 0.65, 0.1, 0.9)
    assert covered(points, kept, 0.06).all()
    assert any(obj.name.startswith("Corridor") for obj in bpy.data.objects) or not ajar


@pytest.mark.parametrize("wall", ["south", "west"])
def test_floors_go_on_through_a_door(wall):
    """From half a metre before the wall, 0.24 m thick, to one behind it: at each step one floor, at a height of 0, but
    for the threshold on it, which is 8 mm high. Two in one plane would shade each other, and be black."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    materials = Palette(draw_palette(np.random.default_rng(0), "bedroom", False), [1])
    room = Room(bpy.context.scene, np.random.default_rng(0), materials, [], {})
    plan = FloorPlan(4.0, 3.0, 2.5, Opening(wall, 1.2, 2.1, 0.0, 2.0, 88.0, -1), ())
    add_shell(room, plan, 0.0)
    add_door(room, plan)
    bpy.context.view_layer.update()
    floors = room.labelled["floor"]
    seen = set()
    for gap in np.arange(0.495, -1.0, -0.01):
        above = plan.against(wall, plan.door.middle, gap, 0.5)
        hits = []
        for floor in floors:
            into = floor.matrix_world.inverted()
            found, at, _, _ = floor.ray_cast(into @ Vector(above), into.to_3x3() @ Vector((0, 0, -1)))
            hits += [round((floor.matrix_world @ at).z, 4)] if found else []
        assert hits.count(0.0) == 1 and set(hits) <= {0.0, 0.008}, gap
        seen |= set(hits)
    assert seen == {0.0, 0.008}


@pytest.mark.parametrize(("free", "hem"), [(True, 0.025), (False, 0.9 - 0.12)])
def test_curtains_end_above_what_stands_there(free, hem):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    materials = Palette(draw_palette(np.random.default_rng(0), "bedroom", False), [1])
    room = Room(bpy.context.scene, np.random.default_rng(0), materials, [], {})
    window = Opening("north", 1.2, 2.8, 0.9, 2.1)
    plan = FloorPlan(4.0, 3.0, 2.5, Opening("south", 0.2, 1.1, 0.0, 2.0), (window,))
    add_window(room, plan, window, "curtains", 0.2, free)
    bpy.context.view_layer.update()
    cloths = [obj for obj in room.labelled["curtain"] if "cloth" in obj.name]
    lowest = [min((obj.matrix_world @ vert.co).z for vert in obj.data.vertices) for obj in cloths]
    assert lowest == pytest.approx([hem, hem], abs=0.01)


def test_kinds_of_things_have_builders_and_sizes():
    assert set(BUILDERS) == set(SORTS) and set(WANTED) <= set(SORTS)
    assert set(SKIES) == set(TIMES)
    assert {sort.label for sort in SORTS.values()} <= {label.name for label in NYU40.labels}
    assert all(wanted.label in {label.name for label in NYU40.labels} for wanted in WANTED.values())


def test_a_material_looks_the_same_whatever_was_asked_for_before():
    recipes = draw_palette(np.random.default_rng(0), "bedroom", False)
    pixels = []
    for names in (("rug",), ("hills", "oak", "rug")):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        palette = Palette(recipes, [1, 2])
        for name in names:
            palette[name]
        assert set(palette) == set(names)
        pixels.append(np.array(bpy.data.images["rug"].pixels))
    assert np.array_equal(*pixels)


def test_settings_are_held_to_their_limits():
    assert read(rooms.Settings, {}) == rooms.Settings()
    assert read(rooms.Settings, {"kinds": ["office"], "clutter": 0}).kinds == ("office",)
    with pytest.raises(Misfits, match="kinds"):
        read(rooms.Settings, {"kinds": ["garage"]})
    with pytest.raises(Misfits, match="clutter"):
        read(rooms.Settings, {"clutter": 2})


# Assets


def _save_block(path: Path, size: tuple[float, float, float], at: tuple[float, float, float]) -> None:
    """A .blend with a block whose lowest corner is at `at`."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    mesh = bpy.data.meshes.new("block")
    verts = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh.from_pydata(np.array(verts) * size + at, [], faces)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("block", mesh))
    bpy.ops.wm.save_as_mainfile(filepath=str(path))


def test_labels_come_from_the_beginning_of_a_name():
    assert label_of("night_stand_bedside_table2", NYU40) == "night stand"
    assert label_of("Chair 07", NYU40) == "chair"
    assert label_of("chairlift", NYU40) == ""


def test_a_manifest_says_more_than_names(tmp_path):
    for name in ("a.glb", "chair_1.glb", "unknown.glb", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "manifest.json").write_text('[{"file": "models/a.glb", "category": "sofa", "dims_m": [2, 0.9, 0.8]}]')
    assert find_assets(tmp_path, NYU40) == [
        AssetFile(tmp_path / "a.glb", "sofa", (2.0, 0.9, 0.8)),
        AssetFile(tmp_path / "chair_1.glb", "chair"),
    ]


def test_folders_without_assets_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no folder"):
        find_assets(tmp_path / "none", NYU40)
    with pytest.raises(ValueError, match="has a label of nyu40"):
        find_assets(tmp_path, NYU40)
    (tmp_path / "chair.glb").touch()
    (tmp_path / "manifest.json").write_text('{"chair": 1}')
    with pytest.raises(ValueError, match="is no list of files"):
        find_assets(tmp_path, NYU40)


def test_an_asset_is_measured_and_stands_where_its_thing_does(tmp_path):
    """A block of 1.2 x 0.6 x 0.74 m, far off its file's origin, becomes a desk with its back on the wall."""
    _save_block(tmp_path / "desk_1.blend", (1.2, 0.6, 0.74), (5, -3, 1))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assets = read_assets(tmp_path, NYU40, [1])
    (model,) = assets["desk"]
    assert (model.wide, model.deep, model.tall) == pytest.approx((1.2, 0.6, 0.74), abs=1e-5)
    assert model.surface == pytest.approx((-0.54, 0.54, -0.54, -0.06, 0.74), abs=1e-5)
    assert assets["sofa"] == [] and assets["night stand"] == []
    room = Room(bpy.context.scene, np.random.default_rng(0), {}, [], {})
    place_asset(room, assets, Thing(model, 2.0, 3.0, 0.0, 0.0))
    bpy.context.view_layer.update()
    for found in bpy.context.evaluated_depsgraph_get().object_instances:
        if found.is_instance:
            points = np.array([found.matrix_world @ vert.co for vert in found.object.data.vertices])
            assert found.object.original.pass_index == NYU40.find("desk").id
    assert points.min(0) == pytest.approx((1.4, 2.4, 0.0), abs=1e-5)
    assert points.max(0) == pytest.approx((2.6, 3.0, 0.74), abs=1e-5)


def test_what_is_too_large_for_its_kind_is_not_taken(tmp_path):
    _save_block(tmp_path / "desk_of_giants.blend", (12, 6, 7.4), (0, 0, 0))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert read_assets(tmp_path, NYU40, [1])["desk"] == []


def test_rooms_are_furnished_from_a_folder(tmp_path):
    _save_block(tmp_path / "desk_1.blend", (1.2, 0.6, 0.74), (0, 0, 0))
    scene = _build("office", 0, 1, assets=tmp_path, assets_share=1.0)
    copies = [obj.instance_collection.name for obj in scene.objects if obj.instance_type == "COLLECTION"]
    assert "desk_1" in copies and len([obj for obj in bpy.data.objects if obj.name.startswith("block")]) == 1
    assert not [found.obj.name for found in occurrences(scene.view_layers[0]) if found.unlabelled]
    assert not bpy.data.libraries


def test_what_was_looked_at_and_not_placed_is_gone(tmp_path):
    _save_block(tmp_path / "desk_1.blend", (1.2, 0.6, 0.74), (0, 0, 0))
    _build("office", 0, 1, assets=tmp_path, assets_share=0.0)
    assert not [obj for obj in bpy.data.objects if obj.name.startswith("block")]


def test_a_file_that_is_no_model_is_named_before_any_is_wanted(tmp_path):
    (tmp_path / "desk_1.glb").write_bytes(b"glTF")
    with pytest.raises(ValueError, match=r"desk_1\.glb cannot be read: no \.glb file, or cut"):
        read_assets(tmp_path, NYU40, [1])


def test_hung_assets_hang_by_their_middle(tmp_path):
    _save_block(tmp_path / "picture_1.blend", (0.4, 0.02, 0.6), (0, 0, 0))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assets = read_assets(tmp_path, NYU40, [1])
    (model,) = assets["picture"]
    assert model.kind == "picture" and isinstance(model, Model)
    room = Room(bpy.context.scene, np.random.default_rng(0), {}, [], {})
    assert canvas(assets, model) == pytest.approx((-0.2, 0.2, -0.3, 0.3, 0.022), abs=1e-5)  # just before the block
    hung = place_asset(room, assets, Thing(model, 1.0, 3.0, 1.5, 0.0, "north"))
    low = np.array(hung.matrix_world) @ (0, 0, 0, 1)
    assert low[:3] == pytest.approx((0.8, 2.98, 1.2), abs=1e-5)
