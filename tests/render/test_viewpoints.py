"""Which views a scene asks for, on real Blender: jumps are views, movement is a sequence, a still scene is one look."""

from __future__ import annotations

import bpy
import pytest
from scenery import camera, image_sequence, rectangle

from blender_addon.compat import fcurves
from blender_addon.label_render.viewpoints import NoCamera, find_views


@pytest.fixture
def scene(empty_scene):
    """Frames 1 to 12, every third; one camera."""
    empty_scene.frame_start, empty_scene.frame_end, empty_scene.frame_step = 1, 12, 3
    camera(empty_scene)
    return empty_scene


SEQUENCE = [1, 4, 7, 10]


def key(data, path, values, *, interpolation="CONSTANT", index=-1):
    """Keyframes {frame: value} on a property; the curves."""
    for frame, value in values.items():
        setattr(data, path, value)
        data.keyframe_insert(path, frame=frame, index=index)
    found = curves(data, path)
    for curve in found:
        for point in curve.keyframe_points:
            point.interpolation = interpolation
    return found


def curves(data, path):
    return [curve for curve in fcurves(data) if curve.data_path == path]


def marker(scene, name, frame, camera=None):
    scene.timeline_markers.new(name, frame=frame).camera = camera


def another_camera(scene, name):
    obj = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    scene.collection.objects.link(obj)
    return obj


def frames(scene, **asked):
    return [view.frame for view in find_views(scene, **asked)]


def test_a_still_scene_is_one_view(scene):
    scene.frame_set(5)
    (view,) = find_views(scene)
    assert (view.frame, view.scene_frame, view.camera, view.name) == (5, 5, "Camera", "5")


def test_a_still_scene_shows_the_frames_that_are_asked_for(scene):
    assert frames(scene, frames=(2, 30)) == [2, 30]


def test_several_cameras_in_a_still_scene_are_a_view_each(scene):
    another_camera(scene, "B")
    another_camera(scene, "A")
    scene.frame_set(7)
    views = find_views(scene)
    assert [(view.frame, view.scene_frame, view.camera, view.name) for view in views] == [
        (1, 7, "A", "A"),
        (2, 7, "B", "B"),
        (3, 7, "Camera", "Camera"),
    ]
    assert find_views(scene, frames=(2, 3)) == views[1:]
    assert [(view.frame, view.camera) for view in find_views(scene, camera="B")] == [(7, "B")]


def test_frames_that_no_camera_of_several_answers_to_are_refused(scene):
    another_camera(scene, "B")
    with pytest.raises(NoCamera, match=r"frame 5"):
        find_views(scene, frames=(1, 5))


def test_no_camera_is_refused(empty_scene):
    with pytest.raises(NoCamera, match="has no camera: add one"):
        find_views(empty_scene)
    with pytest.raises(NoCamera, match="no camera named 'Other'"):
        find_views(empty_scene, camera="Other")


def test_a_name_that_is_no_camera_is_refused(scene):
    rectangle(scene, 0, 1, name="Box")
    with pytest.raises(NoCamera, match="no camera named 'Box'"):
        find_views(scene, camera="Box")


def test_the_scenes_own_camera_need_not_be_set(scene):
    scene.camera = None
    assert [view.camera for view in find_views(scene)] == ["Camera"]


# Jumps


def test_constant_keys_are_views_named_by_markers(scene):
    key(scene.camera, "location", {2: (0, 0, 1), 5: (1, 0, 1), 6: (2, 0, 1)})
    marker(scene, "door", 5)
    assert [(view.frame, view.scene_frame, view.name) for view in find_views(scene)] == [
        (2, 2, "2"),
        (5, 5, "door"),
        (6, 6, "6"),
    ]


def test_views_outside_the_frame_range_are_left_out(scene):
    key(scene.camera, "location", {-3: (0, 0, 1), 5: (1, 0, 1), 12: (2, 0, 1), 13: (3, 0, 1)})
    assert frames(scene) == [5, 12]


def test_frames_may_be_picked_among_views_and_between_them(scene):
    key(scene.camera, "location", {2: (0, 0, 1), 5: (1, 0, 1)})
    assert frames(scene, frames=(5, 3, 40)) == [3, 5, 40]


def test_another_things_jump_is_a_view(scene):
    box = rectangle(scene, 0, 1)
    key(box, "location", {3: (0, 0, 0), 8: (1, 0, 0)})
    assert frames(scene) == [3, 8]


def test_keys_between_frames_show_from_the_next_whole_frame_on(scene):
    (curve, *_) = key(scene.camera, "location", {2: (0, 0, 1), 5: (1, 0, 1)}, index=0)
    curve.keyframe_points[1].co[0] = 5.25
    assert frames(scene) == [2, 6]
    scene.frame_set(5)
    assert scene.camera.location.x == 0
    scene.frame_set(6)
    assert scene.camera.location.x == 1


def test_camera_markers_are_views_through_their_cameras(scene):
    other = another_camera(scene, "Other")
    marker(scene, "door", 3, scene.camera)
    marker(scene, "window", 9, other)
    marker(scene, "only a note", 6)
    views = find_views(scene)
    assert [(view.frame, view.camera, view.name) for view in views] == [(3, "Camera", "door"), (9, "Other", "window")]
    asked = find_views(scene, frames=(1, 3, 8, 9, 12))
    assert [view.camera for view in asked] == ["Camera", "Camera", "Camera", "Other", "Other"]


def test_markers_do_not_make_views_of_the_one_camera_that_is_asked_for(scene):
    other = another_camera(scene, "Other")
    marker(scene, "door", 3, scene.camera)
    marker(scene, "window", 9, other)
    assert [view.camera for view in find_views(scene, camera="Other")] == ["Other"]


# Movement


@pytest.mark.parametrize("interpolation", ["BEZIER", "LINEAR", "BOUNCE"])
def test_what_moves_is_rendered_frame_by_frame(scene, interpolation):
    key(scene.camera, "location", {2: (0, 0, 1), 5: (1, 0, 1)}, interpolation=interpolation)
    assert frames(scene) == SEQUENCE
    assert frames(scene, frames=(7, 2)) == [2, 7]


def test_one_moving_thing_among_jumps_is_movement(scene):
    key(scene.camera, "location", {2: (0, 0, 1), 5: (1, 0, 1)})
    key(rectangle(scene, 0, 1), "location", {2: (0, 0, 1), 5: (1, 0, 1)}, interpolation="LINEAR")
    assert frames(scene) == SEQUENCE


def test_keys_of_equal_values_do_not_move(scene):
    box = rectangle(scene, 0, 1)
    key(box, "location", {2: (1, 2, 3), 5: (1, 2, 3)}, interpolation="BEZIER")
    assert frames(scene) == [scene.frame_current]


def test_muted_curves_do_not_move(scene):
    for curve in key(rectangle(scene, 0, 1), "location", {2: (0, 0, 0), 5: (1, 2, 3)}, interpolation="LINEAR"):
        curve.mute = True
    assert frames(scene) == [scene.frame_current]


def test_a_curve_of_samples_moves(scene):
    (curve, *_) = key(rectangle(scene, 0, 1), "location", {2: (0, 0, 0), 5: (1, 0, 0)}, interpolation="LINEAR", index=0)
    curve.convert_to_samples(1, 12)
    assert not len(curve.keyframe_points)
    assert frames(scene) == SEQUENCE


def test_a_line_that_goes_on_past_its_keys_moves(scene):
    (curve, *_) = key(rectangle(scene, 0, 1), "location", {2: (0, 0, 0), 5: (1, 0, 0)}, interpolation="LINEAR", index=0)
    curve.extrapolation = "LINEAR"
    assert frames(scene) == SEQUENCE


@pytest.mark.parametrize("kind", ["NOISE", "CYCLES", "GENERATOR"])
def test_modifiers_of_curves_move(scene, kind):
    (curve, *_) = key(rectangle(scene, 0, 1), "location", {2: (0, 0, 0)}, index=0)
    curve.modifiers.new(kind)
    assert frames(scene) == SEQUENCE


def test_a_driver_of_the_frame_moves(scene):
    rectangle(scene, 0, 1).driver_add("location", 0).driver.expression = "frame / 10"
    assert frames(scene) == SEQUENCE


def test_a_driver_whose_variable_is_the_frame_moves(scene):
    driver = rectangle(scene, 0, 1).driver_add("location", 0).driver
    driver.type = "SUM"
    target = driver.variables.new().targets[0]
    target.id_type, target.id, target.data_path = "SCENE", scene, "frame_current"
    assert frames(scene) == SEQUENCE


def test_a_driver_of_something_still_does_not_move(scene):
    box, other = rectangle(scene, 0, 1), rectangle(scene, 2, 3)
    driver = box.driver_add("location", 0).driver
    driver.type = "SUM"
    target = driver.variables.new().targets[0]
    target.id, target.data_path = other, "location.x"
    assert frames(scene) == [scene.frame_current]


def test_nla_strips_move(scene):
    box = rectangle(scene, 0, 1)
    key(box, "location", {2: (0, 0, 0), 5: (1, 2, 3)}, interpolation="LINEAR")
    action = box.animation_data.action
    box.animation_data.action = None
    assert frames(scene) == [scene.frame_current]
    box.animation_data.nla_tracks.new().strips.new("strip", 1, action)
    assert frames(scene) == SEQUENCE


@pytest.mark.parametrize("kind", ["CLOTH", "OCEAN", "WAVE", "BUILD", "MESH_CACHE", "MESH_SEQUENCE_CACHE"])
def test_simulations_move(scene, kind):
    rectangle(scene, 0, 1).modifiers.new("m", kind)
    assert frames(scene) == SEQUENCE


@pytest.mark.parametrize(("kind", "expected"), [("EMITTER", SEQUENCE), ("HAIR", [1])])
def test_particles_move_and_hair_does_not(scene, kind, expected):
    scene.frame_set(1)
    box = rectangle(scene, 0, 1)
    box.modifiers.new("particles", "PARTICLE_SYSTEM")
    box.particle_systems[0].settings.type = kind
    assert frames(scene) == expected


@pytest.mark.parametrize("node", ["GeometryNodeInputSceneTime", "GeometryNodeSimulationInput"])
def test_nodes_that_read_the_time_move(scene, node):
    inner = bpy.data.node_groups.new("inner", "GeometryNodeTree")
    outer = bpy.data.node_groups.new("outer", "GeometryNodeTree")
    outer.nodes.new("GeometryNodeGroup").node_tree = inner
    rectangle(scene, 0, 1).modifiers.new("nodes", "NODES").node_group = outer
    assert frames(scene) == [scene.frame_current]
    inner.nodes.new(node)
    assert frames(scene) == SEQUENCE


# What counts


@pytest.mark.parametrize("what", ["light", "material", "world", "mesh", "shape key", "texture", "camera data", "scene"])
def test_movement_of_any_data_counts(scene, what):
    box = rectangle(scene, 0, 1)
    if what == "light":
        data, path, values = bpy.data.lights.new("light", "POINT"), "energy", (1, 2)
        scene.collection.objects.link(bpy.data.objects.new("light", data))
    elif what == "material":
        material = bpy.data.materials.new("m")
        material.use_nodes = True
        box.data.materials.append(material)
        data, path, values = material.node_tree.nodes["Principled BSDF"].inputs["Roughness"], "default_value", (0, 1)
    elif what == "world":
        scene.world = bpy.data.worlds.new("w")
        data, path, values = scene.world, "color", ((0, 0, 0), (1, 1, 1))
    elif what == "mesh":
        data, path, values = box.data.vertices[0], "co", ((0, 0, 0), (1, 1, 1))
    elif what == "shape key":
        box.shape_key_add(name="basis")
        data, path, values = box.shape_key_add(name="bulge"), "value", (0, 1)
    elif what == "texture":
        data, path, values = bpy.data.textures.new("bumps", "CLOUDS"), "noise_scale", (1, 2)
        box.modifiers.new("bumps", "DISPLACE").texture = data
    elif what == "camera data":
        data, path, values = scene.camera.data, "lens", (20, 50)
    else:
        data, path, values = scene.view_settings, "exposure", (0, 1)
    for frame, value in zip((2, 6), values):
        setattr(data, path, value)
        assert data.keyframe_insert(path, frame=frame)
    assert frames(scene) == SEQUENCE


def moving_in(collection):
    box = bpy.data.objects.new("moving", bpy.data.meshes.new("moving"))
    collection.objects.link(box)
    key(box, "location", {2: (0, 0, 0), 5: (1, 2, 3)}, interpolation="LINEAR")
    return box


def test_what_moves_in_another_scene_does_not_count(scene):
    moving_in(bpy.data.scenes.new("Other").collection)
    assert frames(scene) == [scene.frame_current]


@pytest.mark.parametrize("home", ["no scene", "another scene"])
def test_what_moves_in_an_instanced_collection_counts(scene, home):
    inner, outer = bpy.data.collections.new("inner"), bpy.data.collections.new("outer")
    moving_in(inner)
    if home == "another scene":
        bpy.data.scenes.new("Assets").collection.children.link(inner)
    for name, holds, where in (("nested", inner, outer), ("instance", outer, scene.collection)):
        empty = bpy.data.objects.new(name, None)
        empty.instance_type, empty.instance_collection = "COLLECTION", holds
        where.objects.link(empty)
    assert frames(scene) == SEQUENCE


@pytest.mark.parametrize("shown_by", ["nodes", "collection in nodes", "particles", "vertices"])
def test_what_reads_the_time_among_what_is_copied_counts(scene, shown_by):
    away, host = bpy.data.collections.new("away"), rectangle(scene, 0, 1)
    moving, time = rectangle(scene, 0, 1, name="moving"), bpy.data.node_groups.new("time", "GeometryNodeTree")
    scene.collection.objects.unlink(moving)
    away.objects.link(moving)
    time.nodes.new("GeometryNodeInputSceneTime")
    moving.modifiers.new("time", "NODES").node_group = time
    assert frames(scene) == [scene.frame_current]
    if shown_by == "vertices":
        moving.parent, host.instance_type = host, "VERTS"
    elif shown_by == "particles":
        host.modifiers.new("seeds", "PARTICLE_SYSTEM")
        seeds = host.particle_systems[0].settings
        seeds.type, seeds.render_type, seeds.instance_object = "HAIR", "OBJECT", moving
    else:
        inner = bpy.data.node_groups.new("inner", "GeometryNodeTree")
        outer = bpy.data.node_groups.new("outer", "GeometryNodeTree")
        outer.nodes.new("GeometryNodeGroup").node_tree = inner
        kind, block = ("Object", moving) if shown_by == "nodes" else ("Collection", away)
        inner.nodes.new(f"GeometryNode{kind}Info").inputs[kind].default_value = block
        host.modifiers.new("nodes", "NODES").node_group = outer
    assert frames(scene) == SEQUENCE


def test_what_nobody_uses_does_not_count(scene):
    box = moving_in(scene.collection)
    scene.collection.objects.unlink(box)
    assert frames(scene) == [scene.frame_current]


@pytest.mark.parametrize(("images", "expected"), [(3, SEQUENCE), (1, [1])])
@pytest.mark.parametrize("shown_by", ["material", "group", "world", "texture"])
def test_images_that_play_move(scene, tmp_path, shown_by, images, expected):
    scene.frame_set(1)
    box, image = rectangle(scene, 0, 1), image_sequence(tmp_path, 0.1, 0.5, 0.9)
    material = bpy.data.materials.new("screen")
    material.use_nodes = True
    box.data.materials.append(material)
    if shown_by == "texture":
        shows = bpy.data.textures.new("screen", "IMAGE")
        box.modifiers.new("bumps", "DISPLACE").texture = shows
    elif shown_by == "world":
        scene.world = bpy.data.worlds.new("sky")
        scene.world.use_nodes = True
        shows = scene.world.node_tree.nodes.new("ShaderNodeTexEnvironment")
    else:
        tree = material.node_tree
        if shown_by == "group":
            tree = bpy.data.node_groups.new("screen", "ShaderNodeTree")
            material.node_tree.nodes.new("ShaderNodeGroup").node_tree = tree
        shows = tree.nodes.new("ShaderNodeTexImage")
    assert frames(scene) == [1]
    shows.image = image
    shows.image_user.frame_duration = images
    assert frames(scene) == expected


@pytest.mark.parametrize("kind", ["a mesh", "a camera of no scene"])
def test_a_marker_that_is_bound_to_no_camera_of_the_scene_is_refused(scene, kind):
    data = bpy.data.meshes.new("gone") if kind == "a mesh" else bpy.data.cameras.new("gone")
    scene.timeline_markers.new("start", frame=3).camera = bpy.data.objects.new("gone", data)
    with pytest.raises(NoCamera, match="marker 'start' at frame 3 is bound to 'gone', which is no camera"):
        find_views(scene)
    assert find_views(scene, camera="Camera")


def test_two_cameras_of_one_name_are_refused(scene, tmp_path):
    name = scene.camera.name
    bpy.data.libraries.write(str(tmp_path / "library.blend"), {scene.camera})
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, wanted):
        wanted.objects = [name]
    scene.collection.objects.link(wanted.objects[0])
    with pytest.raises(NoCamera, match=f"two cameras are named '{name}'"):
        find_views(scene)
