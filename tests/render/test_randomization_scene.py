"""Draws on the scene, in real Blender: every change reaches the pixels though data persists, and all is put back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import radians

import bpy
import numpy as np
import pytest
from mathutils import Vector
from painted_room import CHAIR, LABELS, SOFA, everything, left, material, painted, picture_of, right, shot
from scenery import in_collection, instance, leaf_material, rectangle, settings

from blender_addon.contract.run import Plan, View
from blender_addon.label_render.label_pass import render_label_samples
from render_scripts import passes
from render_scripts.randomization.blackbody import warmer
from render_scripts.randomization.camera import Camera
from render_scripts.randomization.lights import Lights
from render_scripts.randomization.looks_on_scene import looks
from render_scripts.randomization.materials import FREE, STRUCTURED, Look, Materials, TexturePool
from render_scripts.randomization.on_scene import randomized
from render_scripts.randomization.resolution import Resolution
from render_scripts.randomization.spec import Randomization, to_plan
from render_scripts.randomization.world import World, WorldDraw
from render_scripts.randomization.world_on_scene import surroundings


@pytest.fixture
def room(empty_scene):
    return painted(empty_scene)


@pytest.fixture
def shoot(room, tmp_path):
    return partial(shot, room, tmp_path)


def test_all_of_it_is_put_back(room, shoot, tmp_path):
    for folder, name in (("skies", "sky.exr"), ("cloth", "wool.png")):
        picture_of(tmp_path / folder, name, 0.5, 0.5, 0.5)
    bpy.data.objects["Chair"].rotation_euler = (0.1, 0.2, 0.3)
    pool = TexturePool(("*",), str(tmp_path / "cloth"))
    spec = Randomization(
        Lights(off=0.5, added=(1, 2)),
        World(str(tmp_path / "skies"), share=0.5),
        None,
        Materials(mode=FREE, textured=0.3, patterned=0.3, swapped=0.3, textures=(pool,)),
        Camera(focused=0.5),
    )
    shoot(Randomization(), 1)  # Blender makes the image of its render result once, for ever
    before = everything()
    frames = shoot(spec, 1, 2, 3, 4)
    after = everything()
    assert {where: (before.get(where), after.get(where)) for where in before | after if
            before.get(where) != after.get(where)} == {}  # fmt: skip
    assert len(before) > 500
    assert len({linear.tobytes() for linear, _ in frames.values()}) == 4


@pytest.mark.parametrize("mode", [FREE, STRUCTURED])
def test_a_frame_is_the_same_whichever_came_before(shoot, tmp_path, mode):
    """A pattern in a surface's own colours has them from the scene, and not from the frame before."""
    for number in range(3):
        picture_of(tmp_path / "skies", f"sky{number}.exr", 0.2 * number, 0.3, 0.5)
    spec = Randomization(
        Lights(added=(0, 2)),
        World(str(tmp_path / "skies"), share=0.7),
        None,
        Materials(mode=mode, textured=0.0, patterned=0.4, swapped=0.3),
        Camera(),
        resolution=Resolution(sizes=((16, 12), (12, 16), (24, 8))),
    )
    together = shoot(spec, 5, 6, 7, 8, 5)
    for frame in (5, 8):
        (linear, labels) = shoot(spec, frame)[frame]
        assert (linear == together[frame][0]).all()
        assert (labels == together[frame][1]).all()


def test_light_is_as_strong_and_as_warm_as_was_drawn(shoot):
    """The sun alone lights a diffuse surface: what is seen is proportional to power and colour."""
    plain = shoot(Randomization(), 1)[1][0]
    draws: dict = {}
    spec = Randomization(Lights(moved=0, turned=0, off=0, power=(0.25, 4)))
    for frame, (linear, _) in shoot(spec, 1, 2, 3, draws=draws).items():
        sun = draws[frame].lights.lights["Sun"]
        np.testing.assert_allclose(linear, plain * (sun.power * warmer(sun.warmth)), rtol=2e-3)


@pytest.mark.parametrize("mode", ["XYZ", "QUATERNION"])
def test_a_sun_that_turns_is_seen_to(room, shoot, mode):
    """Lambert: its cosine. Importers of glTF give lamps quaternions."""
    bpy.data.objects["Sun"].rotation_mode = mode
    plain, draws = shoot(Randomization(), 1)[1][0], {}
    spec = Randomization(Lights(power=(1, 1), warmth=(0, 0), off=0, turned=60))
    for frame, (linear, _) in shoot(spec, 1, 2, 3, draws=draws).items():
        x, y, _ = (radians(each) for each in draws[frame].lights.lamps["Sun"].turned)
        np.testing.assert_allclose(left(linear), left(plain) * np.cos(x) * np.cos(y), rtol=5e-3)


def test_lights_come_between_the_camera_and_what_it_sees_and_go(room, shoot):
    bpy.data.lights["Sun"].energy = 0.0
    dark = shoot(Randomization(Lights()), 1)[1][0]
    assert dark.max() == 0
    frames = shoot(Randomization(Lights(added=(2, 2))), 1, 2)
    assert all(linear.mean() > 0.001 for linear, _ in frames.values())
    assert shoot(Randomization(Lights()), 1)[1][0].max() == 0


def test_surroundings_are_seen_turned_and_evened(room, shoot, tmp_path):
    """A camera that looks straight sees one point of the sky: what lies below. It lights what is diffuse by itself."""
    for number, value in enumerate((0.2, 0.8, 3.0)):
        picture_of(tmp_path / "skies", f"sky{number}.exr", value, value, value)
    bpy.data.objects.remove(bpy.data.objects["Sofa"])
    bpy.data.lights["Sun"].energy = 0.0
    draws: dict = {}
    spec = Randomization(world=World(str(tmp_path / "skies"), evened=False, strength=(0.5, 2)))
    found = shoot(spec, *range(1, 6), draws=draws)
    assert len({draw.world.hdri for draw in draws.values()}) == 3
    for frame, (linear, _) in found.items():
        value = draws[frame].world.strength * (0.2, 0.8, 3.0)[int(draws[frame].world.hdri[3])]
        np.testing.assert_allclose(right(linear), value, rtol=2e-3)
        np.testing.assert_allclose(left(linear), value * np.array([0.5, 0.1, 0.1]), rtol=0.02)
    evened = shoot(replace(spec, world=replace(spec.world, evened=True)), 1, 2, 3)
    for frame, (linear, _) in evened.items():
        np.testing.assert_allclose(right(linear), draws[frame].world.strength, rtol=2e-3)


def test_a_world_that_is_not_drawn_is_the_scenes_own(room, shoot, tmp_path):
    picture_of(tmp_path / "skies", "sky.exr", 1.0, 1.0, 1.0)
    own, draws = shoot(Randomization(), 1)[1][0], {}
    spec = Randomization(world=World(str(tmp_path / "skies"), share=0.5))
    found = shoot(spec, *range(1, 9), draws=draws)
    same = {frame for frame, (linear, _) in found.items() if (linear == own).all()}
    assert same == {frame for frame in found if not draws[frame].world.hdri}
    assert 0 < len(same) < 8


@pytest.mark.parametrize(("own", "kept"), [("AUTOMATIC", ("MANUAL", 64)), ("NONE", ("NONE", 1024))])
def test_surroundings_are_aimed_at_by_a_map_of_their_size(room, tmp_path, own, kept):
    """Left to itself Cycles makes a map of 4,096 columns for each frame, of a picture of eight."""
    picture_of(tmp_path / "skies", "sky.exr", 1.0, 1.0, 1.0)
    room.world.cycles.sampling_method = own
    with surroundings(room, tmp_path / "skies", evened=False) as shown:
        ((*_, world),) = shown.changes(WorldDraw("sky.exr", 0.0, 1.0), room)
        assert (world.cycles.sampling_method, world.cycles.sample_map_resolution) == kept
    assert room.world.cycles.sampling_method == own


def test_surroundings_that_come_with_blender_are_there(shoot):
    draws: dict = {}
    shoot(Randomization(world=World()), 1, 2, 3, draws=draws)
    assert {draw.world.hdri for draw in draws.values()} <= {
        f"{name}.exr" for name in ("city", "courtyard", "forest", "interior", "night", "studio", "sunrise", "sunset")
    }


def test_colours_shift_as_drawn_whether_values_or_nodes(shoot):
    """A diffuse surface (almost: Principled without specular) reflects its base colour."""
    plain, draws = shoot(Randomization(), 1)[1][0], {}
    spec = Randomization(materials=Materials(hue=(0, 0), saturation=(1, 1), value=(0.2, 0.9), roughness=(0, 0)))
    for frame, (linear, _) in shoot(spec, 1, 2, draws=draws).items():
        shifts = draws[frame].materials.shifts
        np.testing.assert_allclose(left(linear), left(plain) * shifts["red"].value, rtol=0.01)
        np.testing.assert_allclose(right(linear), right(plain) * shifts["blue"].value, rtol=0.01)
    turned = replace(spec, materials=replace(spec.materials, value=(1, 1), hue=(120, 120)))
    linear = shoot(turned, 1)[1][0]
    np.testing.assert_allclose(left(linear), left(plain)[[1, 0, 2]], rtol=0.01)  # red becomes green
    np.testing.assert_allclose(right(linear), right(plain)[[2, 1, 0]], rtol=0.01)  # blue becomes red


def test_pictures_cover_things_of_their_label_alone(room, shoot, tmp_path):
    picture_of(tmp_path / "cloth", "green.png", 0.0, 1.0, 0.0)
    pool = TexturePool(("chair",), str(tmp_path / "cloth"))
    spec = Randomization(materials=Materials(share=0, textured=1, textures=(pool,)))
    plain, (linear, labels) = shoot(Randomization(), 1)[1], shoot(spec, 1)[1]
    assert left(linear)[1] > 5 * left(linear)[0]
    np.testing.assert_allclose(linear[:, 9:15], plain[0][:, 9:15], rtol=1e-5)
    assert (labels == plain[1]).all()


def test_labels_stay_whatever_shines_and_shows(room, shoot):
    """Also those of a face part, of a leaf with holes, and of glass."""
    chair = bpy.data.objects["Chair"]
    part = material("red part", 0.5, 0.1, 0.1)
    part.pass_index = LABELS.find("pillow").id
    bpy.data.objects["Sofa"].data.materials[0] = part
    alpha = np.indices((12, 16)).sum(axis=0) % 2
    leaf = rectangle(room, -1, 1, -1, 1, z=0.5, label=LABELS.find("otherprop").id, name="Leaf")
    leaf.data.materials.append(leaf_material(alpha.astype(np.float32)))
    chair.data.materials[0].node_tree.nodes["Principled BSDF"].inputs["Alpha"].default_value = 1.0
    before = shoot(Randomization(), 1)[1]
    wild = Materials(mode=FREE, textured=0, patterned=0.5, swapped=0.5, hue=(-180, 180))
    found = shoot(Randomization(Lights(added=(1, 2)), World(), None, wild), *range(1, 6))
    assert len(np.unique(before[1])) == 3
    for linear, labels in found.values():
        assert (labels == before[1]).all()
        assert not (linear == before[0]).all()


def test_a_face_part_keeps_its_label_under_another_material_of_the_scene(room, shoot):
    bpy.data.objects["Sofa"].data.materials[0].pass_index = LABELS.find("pillow").id
    before = shoot(Randomization(), 1)[1][1]
    swapping = Materials(mode=FREE, textured=0, swapped=1.0)
    assert all((labels == before).all() for _, labels in shoot(Randomization(materials=swapping), 1, 2, 3).values())


def test_what_is_linked_keeps_its_look_and_ends_no_run(room, shoot, tmp_path):
    chair = bpy.data.objects["Chair"]
    bpy.data.libraries.write(str(tmp_path / "chairs.blend"), {chair})
    bpy.data.objects.remove(chair)
    with bpy.data.libraries.load(str(tmp_path / "chairs.blend"), link=True) as (_, wanted):
        wanted.objects = ["Chair"]
    room.collection.objects.link(wanted.objects[0])
    shoot(Randomization(materials=Materials(mode=FREE, textured=0, patterned=1.0)), 1, 2)
    assert wanted.objects[0].material_slots[0].link == "DATA"


@pytest.mark.parametrize("how", ["lock", "label"])
def test_what_is_kept_is_kept(room, shoot, how):
    if how == "lock":
        bpy.data.objects["Chair"]["labelpass_locked"] = True
    other = rectangle(room, -9, -8, label=SOFA, name="shares the material")
    other.data.materials.append(bpy.data.materials["red"])
    wild = Materials(mode=FREE, textured=0, patterned=0.5, swapped=0.5, hue=(-180, 180))
    spec = Randomization(materials=wild, keep=("chair",) if how == "label" else ())
    plain = shoot(Randomization(), 1)[1][0]
    for linear, _ in shoot(spec, 1, 2, 3).values():
        np.testing.assert_allclose(linear[:, 1:7], plain[:, 1:7], rtol=1e-5)
        assert not np.allclose(linear[:, 9:15], plain[:, 9:15])


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("how", ["lock", "label"])
def test_what_is_kept_in_one_instance_is_kept_in_all(room, shoot, how, first):
    """They are copies of one object, which has one look."""
    chair = bpy.data.objects["Chair"]
    chair.pass_index = 0
    shared = in_collection("shared", chair)
    kept, free = (instance(room, shared, name, label=SOFA) for name in ("ab" if first else "ba"))
    free.location.y = 30.0  # out of the picture
    if how == "lock":
        kept["labelpass_locked"] = True
    else:
        kept.pass_index = CHAIR
    wild = Materials(mode=FREE, textured=0, patterned=0.5, swapped=0.5, hue=(-180, 180))
    plain = shoot(Randomization(), 1)[1][0]
    for linear, _ in shoot(Randomization(materials=wild, keep=("chair",) * (how == "label")), 1, 2).values():
        np.testing.assert_allclose(linear[:, 1:7], plain[:, 1:7], rtol=1e-5)
        assert not np.allclose(linear[:, 9:15], plain[:, 9:15])


def test_the_camera_is_where_its_record_says(room, shoot):
    """What it sees of an edge on the floor is where its matrices put it."""
    from render_scripts.camera import describe_camera

    cam = bpy.data.objects["Camera"]
    cam.data.type, cam.data.lens = "PERSP", 40.0
    cam.scale = (2, 2, 2)
    for frame, lens in ((1, 40.0), (9, 60.0)):  # a view keeps its lens as a key
        cam.data.lens = lens
        cam.data.keyframe_insert("lens", frame=frame)
    spec = Randomization(camera=Camera(lens=(0.8, 1.2), shift=0.1, roll=20, turned=5, moved=0.3))
    chosen = replace(settings(), randomization=to_plan(spec, {}))
    plan = Plan(LABELS, "scene.blend", "0" * 64, (), chosen, {})
    with passes.prepared(room, chosen), randomized(room, plan, {cam}) as dressing:
        for frame in (1, 9):
            room.frame_set(frame)
            drawn = dressing.dress(View(frame, frame, "Camera", "")).camera
            told = describe_camera(room.camera, bpy.context.evaluated_depsgraph_get(), chosen.size)
            labels = render_label_samples(room, chosen, LABELS)
            assert told["lens_mm"] == pytest.approx((40 if frame == 1 else 60) * drawn.lens)
            middle = Vector(row[3] for row in told["world_from_camera"][:3])
            assert list(middle - Vector((0, 0, 5))) == pytest.approx(drawn.moved, abs=1e-5)
            projection = np.array(told["K"]) @ np.array(told["camera_from_world"])[:3]
            for row, column in np.ndindex(labels.shape):
                floor = np.linalg.solve(
                    np.column_stack([projection[:, 0], projection[:, 1], -np.array([column + 0.5, row + 0.5, 1])]),
                    -projection[:, 3],
                )
                if 0.02 < abs(floor[0]) < 1.9 and abs(floor[1]) < 8.9:
                    assert labels[row, column] == (CHAIR if floor[0] < 0 else SOFA)


def test_a_pattern_does_not_know_how_the_frame_before_had_turned_the_thing(empty_scene):
    """Turned by any angle a matrix has another scale in its last bits: the pattern would be another one there."""
    box = rectangle(empty_scene, -1, 1, name="box")
    box.scale = (0.3, 0.7, 1.1)
    box.data.materials.append(bpy.data.materials.new("paint"))
    bpy.context.view_layer.update()
    look = Look("box", 0, pattern="noise", colours=((0, 0, 0), (1, 1, 1)), tile=0.4, turn=30.0)
    seen = set()
    with looks({("box", 0): (box, 0)}, [], 1.0) as ready:
        for angle in np.linspace(0, 6, 50):
            box.rotation_euler = (angle, 2 * angle, 0.3 * angle)
            bpy.context.view_layer.update()
            material = list(ready.changes((look,)))[-1][2]
            seen.add(tuple(material.node_tree.nodes["Mapping"].inputs["Scale"].default_value))
    assert len(seen) == 1
