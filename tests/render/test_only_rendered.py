"""What only a render shows is known before the first frame; and bakes that no copy has are refused, and left alone."""

from __future__ import annotations

import bpy
import exact_things
import numpy as np
import pytest
from exact_copies import bake_flight
from exact_things import seeded
from scenery import camera, copies_on, in_collection, instance, instancer_labels, rectangle

from blender_addon import scene_labels
from blender_addon.audit.audit import audit
from blender_addon.compat import layer_collection
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import built_in
from blender_addon.contract.run import View
from blender_addon.label_render import visibility
from blender_addon.label_render.label_pass import RenderFailed
from blender_addon.label_render.visibility import instancer_labels_of_frames, things_shown
from blender_addon.occurrences import occurrences
from render_scripts import preflight, session
from tests.render.test_instance_map import row, show
from tests.render.test_visibility import blinking

NYU40 = built_in("nyu40")


@pytest.fixture
def scene(empty_scene):
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -8, -6, label=2, name="floor")
    return empty_scene


def shown(scene, *frames):
    views = [View(frame, frame, "Camera", "view") for frame in frames or (1,)]
    return things_shown(scene, scene.view_layers[0], views)


def warnings(scene, *frames):
    found = preflight.check_scene(scene, scene.view_layers[0], NYU40, shown(scene, *frames), 0.5)
    return [problem.message for problem in found if not problem.fatal]


def copied(scene, label=0):
    """A box that only copies of a host show, and the host."""
    box = rectangle(scene, 0, 1, name="box")
    box.hide_render = True
    return box, copies_on(scene, "host", box, label)


UNLABELLED = "1 object without a label will come out unlabelled: 'box'; label it, or hide it in renders"


def part(label):
    """Something labelled on a host, so that what has no label is what it copies."""
    material = bpy.data.materials.new("part")
    material.pass_index = label
    return material


def test_copies_of_what_viewports_hide_are_told(scene):
    box, host = copied(scene)
    host.data.materials.append(part(3))
    box.hide_viewport = True
    assert warnings(scene) == [UNLABELLED]
    host.hide_set(True)
    assert warnings(scene) == [UNLABELLED]


def test_what_a_background_set_shows_is_told(scene):
    behind = bpy.data.scenes.new("behind")
    rectangle(behind, 0, 1, name="box")
    assert warnings(scene) == []
    scene.background_set = behind
    assert warnings(scene) == [UNLABELLED]
    bpy.data.objects["box"].hide_render = True
    assert warnings(scene) == []


def test_of_a_background_set_the_view_layer_that_is_used(scene):
    behind = bpy.data.scenes.new("behind")
    behind.view_layers.new("used")
    for number in range(2):
        collection = bpy.data.collections.new(f"things {number}")
        behind.collection.children.link(collection)
        collection.objects.link(rectangle(behind, 0, 1, label=3 + number, name=f"box {number}"))
        behind.collection.objects.unlink(bpy.data.objects[f"box {number}"])
    for number, layer in enumerate(behind.view_layers):
        layer_collection(layer).children[f"things {1 - number}"].exclude = True
    behind.view_layers[0].use = False
    scene.background_set = behind
    assert [thing.obj.name for thing in occurrences(scene.view_layers[0])] == ["floor", "box 1"]


def test_keys_that_show_what_viewports_hide_are_followed(scene):
    """Blender evaluates no keys of an object that is disabled in viewports."""
    _, host = copied(scene)
    host.data.materials.append(part(3))
    host.hide_viewport = True
    for frame, host.hide_render in ((1, True), (5, False)):
        host.keyframe_insert("hide_render", frame=frame)
    scene.frame_set(1)
    assert warnings(scene, 1) == []
    assert warnings(scene, 6) == [UNLABELLED]


def test_a_scene_without_a_camera_can_be_looked_at(scene):
    _, host = copied(scene)
    bpy.data.objects.remove(scene.camera)
    host.hide_set(True)
    before = len(bpy.data.objects), len(bpy.data.cameras)
    assert {thing.obj.name for thing in shown(scene)} == {"floor", "host", "box"}
    assert scene.camera is None and before == (len(bpy.data.objects), len(bpy.data.cameras))


def test_hair_whose_emitter_is_hidden_is_told(scene):
    box = rectangle(scene, 0, 1, name="box")
    box.modifiers.new("hair", "PARTICLE_SYSTEM")
    hair = box.particle_systems[0].settings
    hair.type, box.show_instancer_for_render = "HAIR", False
    assert warnings(scene) == [UNLABELLED]
    hair.render_type = "NONE"
    assert warnings(scene) == []


def test_hair_of_a_hidden_emitter_is_a_thing_of_its_own(scene, tmp_path):
    strand = exact_things.strand(scene)  # from x = -5.1 to 3.2
    material = bpy.data.materials.new("hair")
    if not material.node_tree:
        material.use_nodes = True
    strand.data.materials.append(material)
    instance(scene, in_collection("members", strand), "wig", 3).location.y = 0.5  # the centre of the middle row
    seen = row(show(scene, tmp_path))
    assert seen == [("floor", 2), ("", 1), ("wig 0 scalp", 8), ("", 5)]


# Labels of the image render, where copies change


def test_a_frame_is_the_same_whatever_was_rendered_before(scene, tmp_path, monkeypatch):
    """Labels of the image render: copies change their label from frame to frame, and the image is rendered again."""
    monkeypatch.setattr(visibility, "SAMPLED", 1)
    scene.frame_start, scene.frame_end = 1, 3
    box, shelf = blinking(scene, "shelf", 1, 3, on=2)
    _, desk = blinking(scene, "desk", 1, 14, on=3)
    desk.modifiers[0].node_group.nodes["Object Info"].inputs["Object"].default_value = box
    shelf.hide_set(True)
    scene_labels.set_label_set(scene, NYU40)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    arguments = ["--size", "16x12", "--samples", "2", "--no-denoise", "--with", "linear"]
    for name, more in (("all", ()), ("3", ("--only-frame", "3")), ("2", ("--only-frame", "2"))):
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
        assert session.main(["--out", str(tmp_path / name), *arguments, *more]) == 0
    assert run_folder.read_plan(tmp_path / "all").settings.label_render == "image"
    for frame, label in ((2, 3), (3, 14)):
        record = run_folder.read_record(tmp_path / "all", frame)
        assert {row["id"]: row["pixels"] for row in record["labels"]} == {2: 24, label: 24}
        assert record["files"] == run_folder.read_record(tmp_path / str(frame), frame)["files"]


# What no copy can be made of


def flying(scene, *, label=0):
    """Baked particles in a collection under two labels: the emitter, which is shown, and the instancers."""
    host, _ = seeded(scene)
    host.show_instancer_for_render = True
    host.pass_index, bpy.data.objects["source"].pass_index = label, 7
    bake_flight(scene, host, 1.5)
    members = in_collection("members", host, rectangle(scene, 0, 1, name="plain"))
    return host, [instance(scene, members, f"under {each}", each) for each in (3, 4)]


def errors(scene):
    found = preflight.check_scene(scene, scene.view_layers[0], NYU40, shown(scene, scene.frame_current), 0.5)
    return [problem.message for problem in found if problem.fatal]


def test_a_bake_under_two_labels_is_refused(scene):
    host, (one, other) = flying(scene)
    (said,) = errors(scene)
    assert said == (
        "'seeds': a rigid body, or with a baked simulation, in a collection that is instanced under different labels "
        "('cabinet' from 'under 3', 'bed' from 'under 4'): copies for each label would not move as it does; label the "
        "object itself"
    )
    (found,) = [each for each in audit(scene, scene.view_layers[0], shown(scene, 11)) if each.kind == "twice"]
    assert found.objects[0].name == "seeds" and found.fix and found.fix.action == "label"
    with pytest.raises(RenderFailed, match="'seeds' is a rigid body or has a baked simulation"):
        with instancer_labels_of_frames(scene.view_layers[0], []):
            pass
    other.pass_index = one.pass_index
    assert errors(scene) == []
    other.pass_index, host.pass_index = 4, 5
    assert errors(scene) == []


def test_a_rigid_body_under_two_labels_is_refused(scene):
    body = rectangle(scene, 0, 1, name="body")
    with bpy.context.temp_override(active_object=body, object=body, selected_objects=[body]):
        bpy.ops.rigidbody.object_add()
    members = in_collection("members", body)
    for label in (3, 4):
        instance(scene, members, f"under {label}", label)
    assert [message.split(" in ")[0] for message in errors(scene)] == [
        "'body': a rigid body, or with a baked simulation,"
    ]


def test_what_has_a_label_is_not_copied(scene):
    """Its bake is where it was, in memory and on the disk."""
    host, instancers = flying(scene, label=5)
    with instancer_labels(list(occurrences(scene.view_layers[0]))):
        for empty, label in zip(instancers, (3, 4)):
            first, second = empty.instance_collection.objects
            assert first == host and second.pass_index == label and second != bpy.data.objects["plain"]
    assert all(empty.instance_collection == bpy.data.collections["members"] for empty in instancers)


def test_copies_play_back_what_nodes_have_baked(scene):
    host = rectangle(scene, 0, 1, name="host")
    tree = bpy.data.node_groups.new("nodes", "GeometryNodeTree")
    host.modifiers.new("nodes", "NODES").node_group = tree
    host.modifiers[0].bake_directory = "//baked"
    members = in_collection("members", host)
    instancers = [instance(scene, members, f"under {label}", label) for label in (3, 4)]
    with instancer_labels(list(occurrences(scene.view_layers[0]))):
        copies = [empty.instance_collection.objects[0] for empty in instancers]
        assert host not in copies and len(set(copies)) == 2
        assert [copy.modifiers[0].bake_directory for copy in copies] == ["//baked"] * 2


def test_particles_fly_as_baked(scene):
    """So that a bake is a bake: without it they would have fallen off the picture's side."""
    host, _ = seeded(scene)
    bake_flight(scene, host, 1.5)
    flown = host.evaluated_get(bpy.context.evaluated_depsgraph_get()).particle_systems[0].particles
    start = np.array([vertex.co for vertex in host.data.vertices])
    assert np.allclose(
        sorted(map(tuple, start + (1.5, 0, 0))), sorted(tuple(each.location) for each in flown), atol=1e-4
    )
