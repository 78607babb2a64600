"""Things that come and go: told before the first frame, labelled in every frame, and cheap where nothing does."""

from __future__ import annotations

from functools import partial

import bpy
import numpy as np
import pytest
from scenery import camera, copies_on, in_collection, labels_of, rectangle

from blender_addon import scene_labels
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import BACKGROUND, built_in
from blender_addon.contract.run import View
from blender_addon.label_render import visibility
from blender_addon.label_render.label_pass import RenderFailed
from render_scripts import preflight, session
from tests.render.test_instances import across, put


@pytest.fixture
def scene(empty_scene):
    """16 m wide, a pixel a metre, seen from above; a labelled floor in the two columns on the left."""
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -8, -6, label=2, name="floor")
    return empty_scene


def views(*frames):
    return [View(frame, frame, "Camera", "view") for frame in frames]


def shown_from(obj, frame):
    """Hidden before the frame and shown from it on."""
    for key, obj.hide_render in ((0, True), (frame, False)):
        obj.keyframe_insert("hide_render", frame=key)
    return obj


def evaluated(scene, wanted):
    """(names shown, the frames that were gone to for it)."""
    frames = [scene.frame_current]

    def note(scene, _depsgraph):
        if scene.frame_current != frames[-1]:
            frames.append(scene.frame_current)

    bpy.app.handlers.frame_change_post.append(note)
    try:
        things = visibility.things_shown(scene, scene.view_layers[0], wanted)
    finally:
        bpy.app.handlers.frame_change_post.remove(note)
    return sorted({thing.obj.name for thing in things}), frames[1:]


def problems(scene, wanted):
    things = visibility.things_shown(scene, scene.view_layers[0], wanted)
    found = preflight.check_scene(scene, scene.view_layers[0], built_in("nyu40"), things, 0.5)
    return [str(problem) for problem in found]


def rows(scene, tmp_path, *frames, sampled=None, told=None):
    """The middle row of each frame's label render, as a run renders them. Preflight looks at `sampled`.

    What shows up without a label is added to `told`: (frame, name).
    """
    layer = scene.view_layers[0]
    things = visibility.things_shown(scene, layer, views(*(sampled or frames)))
    found = []

    def tell(view, name):
        if told is not None:
            told.append((view.frame, name))

    with visibility.instancer_labels_of_frames(layer, things, tell=tell) as labelled:
        for view in views(*frames):
            scene.frame_set(view.scene_frame)
            found.append(labelled(view, partial(labels_of, scene, tmp_path))[0][5].tolist())
    return found


FLOOR = (2, 2)


# What is told before the first frame


def test_a_still_scene_is_looked_at_once_as_it_stands(scene):
    scene.frame_set(5)
    rectangle(scene, 0, 1, name="box").location.x = 3
    assert evaluated(scene, views(1, 2, 3)) == (["box", "floor"], [])


def test_what_moves_costs_no_look_either(scene):
    box = rectangle(scene, 0, 1, label=3, name="box")
    for frame in (1, 9):
        box.location.x = frame
        box.keyframe_insert("location", frame=frame)
    assert evaluated(scene, views(*range(1, 10))) == (["box", "floor"], [])


def test_what_shows_later_is_told(scene):
    shown_from(rectangle(scene, 0, 1, name="late"), 7)
    shown_from(rectangle(scene, 0, 1, label=57, name="odd"), 8)
    scene.frame_set(1)
    assert problems(scene, views(1, 2)) == []
    told = problems(scene, views(1, 2, 8))
    assert any("1 object without a label will come out unlabelled: 'late'" in each for each in told)
    assert any(each.startswith("error: object 'odd' has pass index 57") for each in told)


def test_what_no_frame_of_the_run_shows_is_not_refused(scene):
    shown_from(rectangle(scene, 0, 1, label=57, name="odd"), 8)
    scene.frame_set(9)
    assert problems(scene, views(1, 7)) == []


def test_a_single_key_among_ten_thousand_frames_is_seen_at_the_cost_of_a_few(scene):
    late = rectangle(scene, 0, 1, name="late")
    for frame, late.hide_render in ((0, True), (4321, False), (4322, True)):
        late.keyframe_insert("hide_render", frame=frame)
    names, frames = evaluated(scene, views(*range(1, 10_001)))
    assert names == ["floor", "late"]
    assert len(frames) <= visibility.SAMPLED
    assert frames[-1] == 10_000


def test_a_driver_that_hides_is_followed(scene):
    late = rectangle(scene, 0, 1, name="late")
    driver = late.driver_add("hide_render").driver
    variable = driver.variables.new()
    variable.type, variable.name = "TRANSFORMS", "x"
    variable.targets[0].id, variable.targets[0].transform_type = scene.objects["floor"], "LOC_Z"
    driver.type = "SUM"
    for frame, scene.objects["floor"].location.z in ((1, 1), (9, 1), (10, 0)):
        scene.objects["floor"].keyframe_insert("location", frame=frame)
    scene.frame_set(1)
    assert late.hide_render
    assert evaluated(scene, views(1, 10))[0] == ["floor", "late"]


def test_a_simulation_is_not_disturbed_by_looking_ahead(scene):
    leaf, tree = rectangle(scene, 0, 1, name="leaf"), rectangle(scene, 0, 1, name="tree")
    leaf.hide_render = True
    tree.modifiers.new("leaves", "PARTICLE_SYSTEM")
    emitter = tree.particle_systems[0].settings
    emitter.render_type, emitter.instance_object = "OBJECT", leaf
    scene.frame_set(1)
    assert evaluated(scene, views(*range(1, 100)))[1] == []
    assert evaluated(scene, views(*range(2, 100)))[1] == [2]


# Labels in every frame


def test_an_instancer_that_shows_later_gives_its_label(scene, tmp_path):
    boxes = in_collection("boxes", rectangle(scene, -1, 1, name="box"))
    put(scene, boxes, 0, 5)
    shown_from(put(scene, boxes, 4, 6, name="late"), 7)
    scene.frame_set(1)
    early, late = rows(scene, tmp_path, 1, 7)
    assert early == across(FLOOR, (BACKGROUND, 5), (5, 2), (BACKGROUND, 7))
    assert late == across(FLOOR, (BACKGROUND, 5), (5, 2), (BACKGROUND, 2), (6, 2), (BACKGROUND, 3))
    assert bpy.data.objects["box"].pass_index == 0 and len(bpy.data.collections) == 1


def blinking(scene, name, at, label, on):
    """A host outside the picture whose nodes show a box of 2 x 2 m around x = `at` at frame `on` alone."""
    box = rectangle(scene, -1, 1, name=f"box of {name}")
    box.location.x, box.hide_render = at, True
    host = copies_on(scene, name, box, label)
    host.location.x = 20
    tree = host.modifiers[0].node_group
    tree.nodes["Object Info"].transform_space = "RELATIVE"
    time, compare = tree.nodes.new("GeometryNodeInputSceneTime"), tree.nodes.new("FunctionNodeCompare")
    compare.operation = "EQUAL"
    compare.inputs["B"].default_value = on
    switch = tree.nodes.new("GeometryNodeSwitch")
    switch.input_type = "GEOMETRY"
    tree.links.new(time.outputs["Frame"], compare.inputs["A"])
    tree.links.new(compare.outputs[0], switch.inputs["Switch"])
    tree.links.new(tree.nodes["Object Info"].outputs["Geometry"], switch.inputs["True"])
    tree.links.new(switch.outputs[0], tree.nodes["Group Output"].inputs[0])
    return box, host


def test_copies_that_no_sample_saw_get_their_hosts_label(scene, tmp_path):
    box, _ = blinking(scene, "shelf", 1, 3, on=50)
    before, at, after = rows(scene, tmp_path, 49, 50, 51, sampled=(1,))
    assert before == after == across(FLOOR, (BACKGROUND, 14))
    assert at == across(FLOOR, (BACKGROUND, 6), (3, 2), (BACKGROUND, 6))
    assert box.pass_index == 0


def test_a_thing_that_changes_its_host_changes_its_label(scene, tmp_path):
    box, _shelf = blinking(scene, "shelf", 1, 3, on=50)
    other, desk = blinking(scene, "desk", 1, 14, on=60)
    desk.modifiers[0].node_group.nodes["Object Info"].inputs["Object"].default_value = box
    first, second = rows(scene, tmp_path, 50, 60, sampled=(1,))
    assert first == across(FLOOR, (BACKGROUND, 6), (3, 2), (BACKGROUND, 6))
    assert second == across(FLOOR, (BACKGROUND, 6), (14, 2), (BACKGROUND, 6))
    assert (box.pass_index, other.pass_index) == (0, 0)


def test_a_host_that_changes_its_instancer_changes_the_label_of_its_copies(scene, tmp_path):
    """A host without a label: a member of a collection that an instancer shows in one frame, and nodes in another."""
    box = rectangle(scene, -1, 1, name="box")
    in_collection("away", box)
    host = copies_on(scene, "host", box, 0)
    members = in_collection("members", host)
    instancer = put(scene, members, 1, 3)
    garden = copies_on(scene, "garden", host, 14)
    garden.location.x = 20
    info = garden.modifiers[0].node_group.nodes["Object Info"]
    info.transform_space = "RELATIVE"
    host.location.x = 0
    for obj, hidden in ((instancer, False), (garden, True)):
        for frame, obj.hide_render in ((1, hidden), (2, not hidden), (3, hidden)):
            obj.keyframe_insert("hide_render", frame=frame)
    scene.frame_set(1)
    first, second, third = rows(scene, tmp_path, 1, 2, 3)
    assert set(first) == {2, BACKGROUND, 3} and set(second) == {2, BACKGROUND, 14} and third == first


def test_copied_hosts_of_one_instance_are_refused_where_they_need_two_labels(scene):
    """A member that is a host itself, and another member that copies it under a label of its own."""
    leaf = rectangle(scene, 0, 1, label=5, name="leaf")
    in_collection("away", leaf)
    tree = copies_on(scene, "tree", leaf, 0)
    in_collection("garden", tree, copies_on(scene, "copying", tree, 3))
    put(scene, bpy.data.collections["garden"], 1, 14, name="instancer")
    (told,) = problems(scene, views(1))
    assert "'tree': copies" in told and "('cabinet' from 'copying', 'desk' from 'instancer')" in told


def test_a_thing_that_changes_its_host_is_refused_where_one_frame_shows_both(scene):
    box, _shelf = blinking(scene, "shelf", 1, 3, on=50)
    _other, desk = blinking(scene, "desk", 1, 14, on=60)
    desk.modifiers[0].node_group.nodes["Object Info"].inputs["Object"].default_value = box
    assert problems(scene, views(50, 60)) == []
    desk.modifiers[0].node_group.nodes["Compare"].inputs["B"].default_value = 50
    (told,) = problems(scene, views(50, 60))
    assert told.startswith("error") and "'box of shelf'" in told


def test_copies_that_cannot_be_told_apart_end_the_run_at_their_frame(scene, tmp_path):
    box, _shelf = blinking(scene, "shelf", 1, 3, on=50)
    _, desk = blinking(scene, "desk", 1, 14, on=50)
    desk.modifiers[0].node_group.nodes["Object Info"].inputs["Object"].default_value = box
    with pytest.raises(RenderFailed, match="frame 50 shows copies of 'box of shelf' under different labels"):
        rows(scene, tmp_path, 49, 50, sampled=(1,))
    assert box.pass_index == 0


def test_what_shows_without_a_label_is_told_once_at_its_frame(scene, tmp_path):
    _box, _shelf = blinking(scene, "shelf", 1, 0, on=50)
    told = []
    rows(scene, tmp_path, 49, 50, 49, 50, sampled=(1,), told=told)
    assert told == [(50, "box of shelf")]


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 3)])
def test_a_run_tells_of_it_or_ends_there(scene, tmp_path, capfd, monkeypatch, options, code):
    monkeypatch.setattr(visibility, "SAMPLED", 1)
    _box, shelf = blinking(scene, "shelf", 1, 0, on=2)
    shelf.data.materials.append(bpy.data.materials.new("wood"))
    shelf.data.materials[0].pass_index = 15
    scene.frame_start, scene.frame_end = 1, 2
    scene_labels.set_label_set(scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    arguments = ["--out", str(tmp_path / "run"), "--size", "16x12", "--samples", "1", "--no-denoise", *options]
    assert session.main(arguments) == code
    assert "frame 2 shows 'box of shelf', which has no label: its pixels are unlabelled" in capfd.readouterr().err
    assert run_folder.finished_frames(tmp_path / "run") == [1, 2][: 2 - bool(code)]


def test_copies_that_the_viewport_does_not_show(scene, tmp_path):
    _box, shelf = blinking(scene, "shelf", 1, 3, on=1)
    shelf.modifiers[0].show_viewport, shelf.hide_viewport = False, True
    scene.frame_set(1)
    (row,) = rows(scene, tmp_path, 1)
    assert row == across(FLOOR, (BACKGROUND, 6), (3, 2), (BACKGROUND, 6))
    assert shelf.hide_viewport and not shelf.modifiers[0].show_viewport


def test_an_animated_label_of_a_thing_is_what_blender_evaluates(scene, tmp_path):
    box = rectangle(scene, 0, 2, name="box")
    for frame, box.pass_index in ((1, 3), (2, 4)):
        box.keyframe_insert("pass_index", frame=frame)
    assert [row[8] for row in rows(scene, tmp_path, 1, 2)] == [3, 4]
    assert problems(scene, views(1, 2)) == []


@pytest.mark.parametrize("who", ["instancer", "member"])
def test_an_animated_label_and_an_instance_are_refused(scene, who):
    box = rectangle(scene, 0, 2, name="member")
    carrier = {"member": box, "instancer": put(scene, in_collection("boxes", box), 0, 5, name="instancer")}[who]
    for frame, carrier.pass_index in ((1, 0), (2, 4)):
        carrier.keyframe_insert("pass_index", frame=frame)
    (told,) = [each for each in problems(scene, views(1, 2)) if each.startswith("error")]
    assert f"the pass index of {who!r} is animated" in told


def test_a_scene_of_copies_that_never_change_renders_the_same_every_frame(scene, tmp_path):
    box = rectangle(scene, -1, 1, name="box")
    box.hide_render = True
    copies_on(scene, "shelf", box, 3).location.x = 20
    scene.objects["shelf"].modifiers[0].node_group.nodes["Object Info"].transform_space = "RELATIVE"
    first, second = rows(scene, tmp_path, 1, 2)
    assert first == second == across(FLOOR, (BACKGROUND, 5), (3, 2), (BACKGROUND, 7))
    assert np.all([obj.pass_index in (0, 2, 3) for obj in scene.objects])
