"""Views seen at a small size: a node's label codes, which object each sample shows, and a scene that is as it was."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from itertools import pairwise

import bpy
import numpy as np
import pytest
from scenery import HEIGHT, WIDTH, camera, in_collection, leaf_material, rectangle

from blender_addon import scene_labels
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import BACKGROUND, built_in
from blender_addon.contract.run import View
from blender_addon.label_render import cryptomatte, label_pass, seen
from blender_addon.label_render.label_pass import RenderFailed
from blender_addon.label_render.viewpoints import find_views
from render_scripts import session
from tests.render.test_instances import across, book_and_shelf, put

SMALL = (WIDTH, HEIGHT)


@pytest.fixture
def scene(empty_scene):
    """16 m wide, a pixel a metre, seen from above."""
    camera(empty_scene, ortho=16)
    return empty_scene


def look(scene, views=None, **options):
    views = find_views(scene) if views is None else views
    return list(seen.look(scene, scene.view_layers[0], views, **{"size": SMALL, "label_set": None, **options}))


def row(shown):
    return shown.labels[5].tolist()


def test_a_plane_fills_its_half(scene):
    rectangle(scene, -8, 0, label=3, name="Flügel 'é'\n中")
    (shown,) = look(scene)
    assert (shown.view.camera, shown.labels.dtype, shown.labels.shape) == ("Camera", np.uint16, (HEIGHT, WIDTH))
    assert row(shown) == across((3, 8), (BACKGROUND, 8))
    assert shown.pixels == {"Flügel 'é'\n中": 8 * HEIGHT}


def test_an_object_behind_another_is_not_seen(scene):
    rectangle(scene, -8, 0, z=1, label=3, name="front")
    rectangle(scene, -8, 0, z=0, label=4, name="behind")
    rectangle(scene, 4, 6, z=0, name="bare")
    (shown,) = look(scene)
    assert row(shown) == across((3, 8), (BACKGROUND, 4), (0, 2), (BACKGROUND, 2))
    assert shown.pixels == {"front": 8 * HEIGHT, "bare": 2 * HEIGHT}


def test_samples_are_counted_one_by_one(scene):
    rectangle(scene, -8, 1 / 3, label=3, name="wide")
    (shown,) = look(scene, k=3)
    assert row(shown) == across((3, 8), (BACKGROUND, 8))  # a third of the ninth column
    assert shown.pixels == {"wide": 25 * 3 * HEIGHT}


def test_what_is_behind_a_cut_out_is_seen_through_it(scene):
    alpha = np.zeros((1, 2), np.float32)
    alpha[0, 0] = 1
    leaf = rectangle(scene, -8, 8, z=1, label=3, name="leaf")
    leaf.data.materials.append(leaf_material(alpha))
    rectangle(scene, -4, 4, label=4, name="wall")
    (shown,) = look(scene)
    assert row(shown) == across((3, 8), (4, 4), (BACKGROUND, 4))
    assert shown.pixels == {"leaf": 8 * HEIGHT, "wall": 4 * HEIGHT}


def test_what_is_half_there_counts_as_itself(scene):
    """Alpha 0.6 is the surface, yet half of the rays go on to the wall, which has more of them."""
    pane = rectangle(scene, -8, 8, z=1, label=3, name="pane")
    pane.data.materials.append(leaf_material(np.full((1, 1), 0.6, np.float32)))
    rectangle(scene, -8, 8, label=4, name="wall")
    (shown,) = look(scene)
    assert row(shown) == across((3, 16))
    assert shown.pixels == {"pane": WIDTH * HEIGHT}


def test_instances_count_for_the_member(scene):
    collection = in_collection("boxes", rectangle(scene, -1, 1, name="box"))
    put(scene, collection, -4, 5)
    put(scene, collection, 4, 5)
    (shown,) = look(scene)
    assert row(shown) == across((BACKGROUND, 3), (5, 2), (BACKGROUND, 6), (5, 2), (BACKGROUND, 3))
    assert shown.pixels == {"box": 4 * HEIGHT}


def test_copies_that_a_label_needs_count_for_the_original(scene):
    collection = in_collection("boxes", rectangle(scene, -1, 1, name="box"))
    put(scene, collection, -4, 5)
    put(scene, collection, 0, 6)
    put(scene, collection, 4)
    before = everything()
    (shown,) = look(scene)
    assert row(shown) == across((BACKGROUND, 3), (5, 2), (BACKGROUND, 2), (6, 2), (BACKGROUND, 2), (0, 2),
                                (BACKGROUND, 3))  # fmt: skip
    assert shown.pixels == {"box": 6 * HEIGHT}
    assert_same(before, everything())


def test_copies_by_nodes_count_for_what_is_copied(scene):
    book_and_shelf(scene, 7)
    (shown,) = look(scene)
    assert shown.pixels == {"book of shelf": 16}
    assert Counter(shown.labels.ravel().tolist())[7] == 16


def test_several_views_each_with_its_own(scene):
    box = rectangle(scene, -8, 0, label=3, name="box")
    for frame, box.location.x in ((1, 0), (2, 4), (3, 30)):
        box.keyframe_insert("location", index=0, frame=frame)
    views = [View(frame, frame, "Camera", "box") for frame in (1, 2, 3)]
    shown = look(scene, views)
    assert [each.view for each in shown] == views
    assert [each.pixels for each in shown] == [{"box": 8 * HEIGHT}, {"box": 8 * HEIGHT}, {}]
    assert [row(each).count(3) for each in shown] == [8, 8, 0]
    assert row(shown[1]) == across((BACKGROUND, 4), (3, 8), (BACKGROUND, 4))


def test_still_cameras_each_its_own(scene):
    rectangle(scene, -8, 0, label=3, name="box")
    other = camera(scene, ortho=16, at=(8, 0, 5))
    other.name = "other"
    other.data.dof.use_dof, scene.camera = True, scene.objects["Camera"]
    before = everything()
    shown = look(scene)
    assert [(each.view.camera, each.pixels) for each in shown] == [("Camera", {"box": 8 * HEIGHT}), ("other", {})]
    assert_same(before, everything())


def test_motion_blur_is_the_middle_of_the_shutter(scene):
    box = rectangle(scene, -8, 0, label=3, name="box")
    for frame, box.location.x in ((1, 0), (2, 8)):
        box.keyframe_insert("location", index=0, frame=frame)
    for curve in label_pass.compat.fcurves(box):
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"
    scene.frame_set(1)
    scene.render.use_motion_blur, scene.render.motion_blur_position = True, "START"
    scene.render.motion_blur_shutter = 1.0
    shown = look(scene, [View(1, 1, "Camera", "a"), View(1, 1, "Camera", "b")])
    assert [row(each) for each in shown] == [across((BACKGROUND, 4), (3, 8), (BACKGROUND, 4))] * 2
    assert box.matrix_world.translation.x == 0


def test_the_same_codes_as_a_node_writes(scene, tmp_path):
    """A run of a scene with what is hard: a part, a cut-out, instances that disagree, copies, slanted edges, views."""
    floor = rectangle(scene, -7.3, 6.1, -5.2, 3.7, label=3, name="floor")
    floor.rotation_euler.z = 0.3
    leaf = rectangle(scene, -4, 3, -3, 4, z=1, label=4, name="leaf")
    leaf.data.materials.append(leaf_material(np.float32([[0.2, 0.6, 1], [0.7, 0, 0.4]])))
    part = bpy.data.materials.new("part")
    part.pass_index = 12
    rectangle(scene, 5, 9, name="with part").data.materials.append(part)
    collection = in_collection("boxes", rectangle(scene, -1, 1, -1.4, 1.6, z=2, name="box"))
    put(scene, collection, -6, 5)
    put(scene, collection, 2, 6)
    for frame, scene.camera.location.x in ((1, 0), (2, 2.2)):
        scene.camera.keyframe_insert("location", index=0, frame=frame)
        for point in next(iter(label_pass.compat.fcurves(scene.camera))).keyframe_points:
            point.interpolation = "CONSTANT"
    scene.frame_end = 2
    scene_labels.set_label_set(scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    run = tmp_path / "run"
    options = ["--size", "16x12", "--samples", "1", "--no-denoise", "--device", "cpu", "--label-supersample", "3"]
    assert session.main(["--out", str(run), *options]) == 0
    shown = look(scene, k=3)
    assert [each.view for each in shown] == list(run_folder.read_plan(run).views)
    assert len({each.labels.tobytes() for each in shown}) == len(shown) == 2
    for each in shown:
        assert set(np.unique(each.labels).tolist()) >= {3, 4, 5, 6, 12, BACKGROUND}
        record = run_folder.read_record(run, each.view.frame)
        checksum = run_folder.pixel_checksum(each.labels.shape, "uint16", each.labels.astype("<u2").tobytes())
        assert record["files"][run_folder.LABELS]["checksum"] == checksum


# All is as it was.


def everything():
    """{path: value} of every property in the file, and the names of all that is in it."""
    bpy.context.view_layer.update()
    found = {}
    for kind in bpy.data.bl_rna.properties:
        name = kind.identifier
        if kind.type == "COLLECTION" and name not in {"screens", "workspaces", "window_managers"}:
            blocks = getattr(bpy.data, name)
            found[name] = [block.name_full for block in blocks]
            for block in blocks:
                walk(block, f"{name}[{block.name_full}]", found, set())
    return found


def walk(thing, path, found, walked):
    if (key := (thing.as_pointer(), thing.bl_rna.identifier)) in walked:
        return
    walked.add(key)
    for prop in thing.bl_rna.properties:
        name, below = prop.identifier, f"{path}.{prop.identifier}"
        if name in {"rna_type", "id_data", "depsgraph", "session_uid", "tool_settings"}:
            continue
        if isinstance(thing, bpy.types.Mesh) and prop.type in {"POINTER", "COLLECTION"} and name != "materials":
            continue
        try:
            value = getattr(thing, name)
        except (AttributeError, RuntimeError, ValueError):
            continue
        if prop.type == "POINTER":
            if isinstance(value, bpy.types.ID) and not value.is_embedded_data:
                found[below] = value.name_full
            elif value is not None:
                walk(value, below, found, walked)
        elif prop.type == "COLLECTION":
            found[below] = len(value)
            for number, each in enumerate(value):
                if isinstance(each, bpy.types.ID):
                    found[f"{below}[{number}]"] = each.name_full
                elif each is not None:
                    walk(each, f"{below}[{number}]", found, walked)
        elif getattr(prop, "is_array", False):
            found[below] = repr([tuple(row) if hasattr(row, "__len__") else row for row in value])
        elif value or name != "name":  # Blender names a colour space when it is first asked for
            found[below] = repr(value)


def assert_same(before, after):
    differing = [name for name, value in before.items() if value != after.get(name)]
    assert not differing, [f"{name}: {before.get(name)} != {after.get(name)}" for name in differing]


@pytest.fixture
def hard_scene(scene):
    """What the label render touches: light, fog, alpha, the cameras of markers, depth of field, instances, a frame."""
    alpha = np.float32([[0.2, 0.6, 1], [0.7, 0, 0.4]])
    rectangle(scene, -8, 0, label=3, name="leaf").data.materials.append(leaf_material(alpha))
    collection = in_collection("boxes", rectangle(scene, -1, 1, name="box"))
    put(scene, collection, -4, 5)
    put(scene, collection, 0, 6)
    book_and_shelf(scene, 7)
    light = bpy.data.objects.new("light", bpy.data.lights.new("light", "POINT"))
    light.data.energy = 123.4
    scene.collection.objects.link(light)
    fog = bpy.data.materials.new("fog")
    fog.use_nodes = True
    nodes = fog.node_tree.nodes
    fog.node_tree.links.new(nodes.new("ShaderNodeVolumeScatter").outputs[0], nodes["Material Output"].inputs["Volume"])
    rectangle(scene, 3, 5, name="foggy").data.materials.append(fog)
    scene.world = bpy.data.worlds.new("world")
    scene.camera.data.dof.use_dof = True
    for frame in (4, 9):
        scene.timeline_markers.new(f"view {frame}", frame=frame).camera = scene.camera
    scene.view_layers.new("other")
    picture = scene.render.image_settings
    picture.file_format, picture.quality, picture.exr_codec, picture.color_depth = "OPEN_EXR", 63, "DWAA", "16"
    picture.color_management, picture.linear_colorspace_settings.name = "OVERRIDE", "Linear FilmLight E-Gamut"
    scene.render.filepath = "//a picture"
    scene.render.resolution_percentage = 50
    scene.frame_set(7, subframe=0.25)
    return scene


def test_everything_is_as_it_was(hard_scene):
    before = everything()
    shown = look(hard_scene)
    assert [each.view.name for each in shown] == ["view 4", "view 9"]
    assert_same(before, everything())


def test_everything_is_as_it_was_when_nobody_asks_for_the_rest(hard_scene):
    before = everything()
    with closing(
        seen.look(hard_scene, hard_scene.view_layers[0], find_views(hard_scene), SMALL, label_set=None)
    ) as looking:
        next(looking)
        assert hard_scene.render.resolution_percentage == 100
    assert_same(before, everything())


def test_everything_is_as_it_was_when_a_render_fails(hard_scene, monkeypatch):
    def fail(*_arguments):
        raise RenderFailed("no")

    before = everything()
    monkeypatch.setattr(label_pass, "render_still", fail)
    with pytest.raises(RenderFailed):
        look(hard_scene)
    assert_same(before, everything())


def test_what_was_moved_without_a_key_stays_moved(scene):
    box = rectangle(scene, -8, 0, label=3, name="box")
    box.keyframe_insert("location", frame=1)
    scene.frame_set(1)
    box.location.x = 2.5
    book_and_shelf(scene, 7)  # whose copies are looked for in each frame
    look(scene, [View(1, 1, "Camera", "now")])
    assert box.location.x == 2.5


def test_what_was_set_over_a_key_stays_so(scene):
    """Of every kind: a part of a vector, one number, a custom property, in a material's nodes, in another frame."""
    box = rectangle(scene, -8, 0, label=3, name="box")
    box['with "quotes"'] = 1.0
    material = bpy.data.materials.new("paint")
    material.use_nodes = True
    rough = material.node_tree.nodes["Principled BSDF"].inputs["Roughness"]
    box.data.materials.append(material)
    box.keyframe_insert("location", index=1, frame=1)
    box.keyframe_insert('["with \\"quotes\\""]', frame=1)
    scene.camera.data.keyframe_insert("lens", frame=1)
    rough.keyframe_insert("default_value", frame=1)
    scene.frame_set(3)
    box.location.y, box['with "quotes"'], scene.camera.data.lens, rough.default_value = 2.5, 4.0, 33, 0.125
    look(scene, [View(1, 1, "Camera", "one"), View(2, 2, "Camera", "two")])
    assert (box.location.y, box['with "quotes"'], scene.camera.data.lens, rough.default_value) == (2.5, 4.0, 33, 0.125)
    assert scene.frame_current == 3


@pytest.mark.parametrize("copies", [False, True])  # with copies the scene is evaluated for a render beforehand
def test_the_last_render_stays(scene, tmp_path, copies):
    if copies:
        book_and_shelf(scene, 3)
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 8, 6, 100
    scene.cycles.samples, scene.cycles.use_denoising = 1, False
    scene.world = bpy.data.worlds.new("green")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (0, 1, 0, 1)
    bpy.ops.render.render()
    result = bpy.data.images["Render Result"]

    def picture(name):
        result.save_render(str(tmp_path / name))
        image = bpy.data.images.load(str(tmp_path / name))
        size, pixels = tuple(image.size), list(image.pixels)
        bpy.data.images.remove(image)
        return size, pixels

    before = picture("before.png")
    assert before[0] == (8, 6) and before[1][1] > 0.5
    look(scene)
    assert result.render_slots.active_index == 0
    assert picture("after.png") == before


# Cryptomatte's ids.


def test_ids_known_from_elsewhere():
    """MurmurHash3_x86_32 of the smhasher test vectors with seed 0, as their float32 bits."""
    names = ["", "a", "abc", "abcd", "Hello, world!", "The quick brown fox jumps over the lazy dog"]
    hashes = [0, 0x3C2569B2, 0xB3DD93FA, 0x43ED676A, 0xC0363E43, 0x2E4FF723]
    expected = [0x00800000, *hashes[1:]]  # nothing is denormal
    assert [hex(id_) for id_ in cryptomatte.object_ids(names).tolist()] == [hex(hash_) for hash_ in expected]


def test_ids_are_numbers():
    ids = cryptomatte.object_ids([f"object {number}" for number in range(20_000)])
    floats = ids.view(np.float32)
    assert np.isfinite(floats).all() and (np.abs(floats) >= np.finfo(np.float32).tiny).all()
    assert all(one != other for one, other in pairwise(sorted(ids.tolist())))
