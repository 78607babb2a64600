"""Label renders against answers known on paper: real Blender, scenes of a few faces, 16 x 12 pixels."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scenery import (
    HEIGHT,
    WIDTH,
    camera,
    image_sequence,
    instancer_labels,
    labels_of,
    leaf_material,
    pixel_centres,
    rectangle,
    settings,
)

from blender_addon import scene_labels
from blender_addon.compat import writes_passes
from blender_addon.contract.labels import BACKGROUND, UNLABELLED, built_in
from blender_addon.label_render.label_pass import render_labels
from blender_addon.occurrences import occurrences
from render_scripts import compat, passes, preflight
from render_scripts.camera import describe_camera


def test_a_plane_fills_its_half(empty_scene, tmp_path):
    camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    labels, purity = labels_of(empty_scene, tmp_path)
    expected = np.full((HEIGHT, WIDTH), BACKGROUND)
    expected[:, WIDTH // 2 :] = 7
    assert (labels == expected).all()
    assert (purity == 1).all()


def test_background_unlabelled_and_labels_stay_apart(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -8, -4, label=32767)
    rectangle(empty_scene, -4, 0)
    rectangle(empty_scene, 0, 4, label=1)
    labels, _ = labels_of(empty_scene, tmp_path)
    assert (labels == np.repeat([32767, UNLABELLED, 1, BACKGROUND], 4)).all()


def test_a_face_part_wins_over_its_object_in_any_slot(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    mesh = bpy.data.meshes.new("two faces")
    mesh.from_pydata(
        [(-8, -9, 0), (0, -9, 0), (0, 9, 0), (-8, 9, 0), (8, -9, 0), (8, 9, 0)], [], [(0, 1, 2, 3), (1, 4, 5, 2)]
    )
    part = bpy.data.materials.new("part")
    part.pass_index = 9
    mesh.materials.append(None)
    mesh.materials.append(part)
    mesh.polygons[1].material_index = 1
    obj = bpy.data.objects.new("two faces", mesh)
    obj.pass_index = 5
    empty_scene.collection.objects.link(obj)
    labels, _ = labels_of(empty_scene, tmp_path)
    assert (labels == np.repeat([5, 9], 8)).all()


def test_a_disc_is_round(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    radius, corners = 4.4, 720
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    ring = [(radius * np.cos(a), radius * np.sin(a), 0) for a in angles]
    mesh = bpy.data.meshes.new("disc")
    mesh.from_pydata(ring, [], [tuple(range(corners))])
    disc = bpy.data.objects.new("disc", mesh)
    disc.pass_index = 3
    empty_scene.collection.objects.link(disc)
    labels, _ = labels_of(empty_scene, tmp_path)
    distance = np.hypot(*pixel_centres(16))
    assert np.abs(distance - radius).min() > 0.01, "a pixel centre on the edge would prove nothing"
    assert ((labels == 3) == (distance < radius)).all()


def test_supersampling_takes_the_majority_and_keeps_the_purity(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -8, -2.4, label=2)  # covers 3 of the 5 sub-columns of column 5
    rectangle(empty_scene, -2.4, 8, label=4)
    labels, purity = labels_of(empty_scene, tmp_path, label_supersample=5)
    assert (labels == np.repeat([2, 4], [6, 10])).all()
    expected = np.ones(WIDTH, np.float32)
    expected[5] = 0.6
    assert np.allclose(purity, expected)


def test_a_pole_thinner_than_a_pixel_is_no_row_of_dots(empty_scene, tmp_path):
    """Tilted, 0.7 pixels wide: a point sample loses it where it passes between centres."""
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -9, 9, z=-1, label=1)
    pole = rectangle(empty_scene, -0.35, 0.35, label=35)
    pole.rotation_euler.z = 0.12
    dotted = (labels_of(empty_scene, tmp_path)[0] == 35).any(axis=1)
    whole = (labels_of(empty_scene, tmp_path, label_supersample=3)[0] == 35).any(axis=1)
    assert whole.sum() >= dotted.sum()
    assert whole.mean() > 0.8


def test_depth_of_field_does_not_touch_labels(empty_scene, tmp_path):
    cam = camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    cam.data.dof.use_dof, cam.data.dof.focus_distance, cam.data.dof.aperture_fstop = True, 0.5, 0.05
    labels, _ = labels_of(empty_scene, tmp_path)
    assert (labels == np.repeat([BACKGROUND, 7], WIDTH // 2)).all()
    assert cam.data.dof.use_dof


@pytest.mark.parametrize("by", ["key", "driver", "strip"])
def test_depth_of_field_that_something_switches_on_does_not_touch_labels(empty_scene, tmp_path, by):
    """A render evaluates it anew, after the label render has switched it off."""
    cam = camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    cam.data.dof.use_dof, cam.data.dof.focus_distance, cam.data.dof.aperture_fstop = True, 0.5, 0.05
    if by == "driver":
        cam.data.dof.driver_add("use_dof").driver.expression = "1"
    else:
        cam.data.dof.keyframe_insert("use_dof", frame=1)
    if by == "strip":
        animation = cam.data.animation_data
        animation.nla_tracks.new().strips.new("switch", 1, animation.action)
        animation.action = None
    empty_scene.frame_set(1)
    labels, _ = labels_of(empty_scene, tmp_path)
    assert (labels == np.repeat([BACKGROUND, 7], WIDTH // 2)).all()
    empty_scene.frame_set(2)
    assert cam.data.dof.use_dof


@pytest.mark.parametrize(("position", "middle"), [("START", 2.0), ("CENTER", 0.0), ("END", -2.0)])
def test_motion_blur_leaves_a_sharp_label_at_the_middle_of_the_shutter(empty_scene, tmp_path, position, middle):
    """The edge moves 8 m a frame; the shutter is open for half a frame around, after or before frame 10."""
    camera(empty_scene, ortho=16)
    mover = rectangle(empty_scene, 0, 40, label=7)
    for frame in (9, 10, 11):
        mover.location.x = 8 * (frame - 10)
        mover.keyframe_insert("location", frame=frame)
    _linear(mover)
    empty_scene.render.use_motion_blur = True
    empty_scene.render.motion_blur_shutter = 0.5
    empty_scene.render.motion_blur_position = position
    empty_scene.frame_set(10)
    labels, _ = labels_of(empty_scene, tmp_path)
    edge = WIDTH // 2 + int(middle)
    assert (labels == np.repeat([BACKGROUND, 7], [edge, WIDTH - edge])).all()
    assert (empty_scene.frame_current, empty_scene.frame_subframe) == (10, 0)
    assert empty_scene.render.motion_blur_shutter == 0.5


def _linear(obj: bpy.types.Object) -> None:
    from blender_addon.compat import fcurves

    for curve in fcurves(obj):
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"


@pytest.mark.parametrize("blur", ["nothing", "depth of field", "motion"])
def test_cut_outs_keep_their_textures_between_the_two_renders(empty_scene, tmp_path, blur):
    """Blender 4.5 loses textures when motion blur is switched off between renders with persistent data."""
    cam = camera(empty_scene, ortho=16)
    alpha = (np.indices((HEIGHT, WIDTH)).sum(axis=0) % 3 != 0).astype(np.float32)
    leaf = rectangle(empty_scene, -8, 8, -6, 6, label=40)
    leaf.data.materials.append(leaf_material(alpha))
    rectangle(empty_scene, -9, 9, z=-1, label=2)
    empty_scene.render.use_motion_blur = blur == "motion"
    cam.data.dof.use_dof = blur == "depth of field"
    expected = np.where(alpha[::-1] > 0.5, 40, 2)
    for _ in range(2):
        labels, _ = labels_of(empty_scene, tmp_path)
        assert (labels == expected).all()


def test_every_type_of_surface_carries_its_label(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    data = {
        "FONT": bpy.data.curves.new("text", "FONT"),
        "CURVE": bpy.data.curves.new("curve", "CURVE"),
        "META": bpy.data.metaballs.new("ball"),
    }
    data["FONT"].body, data["FONT"].size = "I", 12
    data["CURVE"].dimensions, data["CURVE"].fill_mode = "2D", "BOTH"
    spline = data["CURVE"].splines.new("POLY")
    spline.points.add(3)
    spline.use_cyclic_u = True
    for point, (x, y) in zip(spline.points, ((-1, -2), (1, -2), (1, 2), (-1, 2))):
        point.co = (x, y, 0, 1)
    data["META"].elements.new().radius = 3
    for index, (kind, block) in enumerate(data.items(), start=1):
        obj = bpy.data.objects.new(kind, block)
        obj.location.x = 5 * (index - 2)
        empty_scene.collection.objects.link(obj)
        assert scene_labels.assign([obj], index).labelled == 1
    labels, _ = labels_of(empty_scene, tmp_path)
    assert {1, 2, 3} <= set(np.unique(labels))


def test_two_instancers_of_one_collection_have_their_own_labels(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    things = bpy.data.collections.new("things")
    plain = rectangle(empty_scene, -2, 0, label=0)
    fixed = rectangle(empty_scene, 0, 2, label=9)
    for obj in (plain, fixed):
        empty_scene.collection.objects.unlink(obj)
        things.objects.link(obj)
    for x, label in ((-6, 5), (-2, 6), (2, 0), (6, 5)):
        instancer = bpy.data.objects.new("instancer", None)
        instancer.instance_type, instancer.instance_collection = "COLLECTION", things
        instancer.location.x, instancer.pass_index = x, label
        empty_scene.collection.objects.link(instancer)
    with instancer_labels(list(occurrences(bpy.context.view_layer))) as ambiguous:
        labels, _ = labels_of(empty_scene, tmp_path)
    assert not ambiguous
    assert (labels == np.repeat([5, 9, 6, 9, 0, 9, 5, 9], 2)).all()
    assert plain.pass_index == 0 and len(bpy.data.collections) == 1


@pytest.mark.parametrize("lens", [12.0, 50.0])
@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.1, -0.15)])
@pytest.mark.parametrize(("fit", "pixel_aspect"), [("AUTO", 1.0), ("VERTICAL", 1.0), ("HORIZONTAL", 1.5)])
def test_the_camera_on_record_projects_points_to_their_pixels(empty_scene, tmp_path, lens, shift, fit, pixel_aspect):
    cam = camera(empty_scene, at=(0.3, -0.2, 5.0))
    cam.rotation_euler = (0.2, -0.1, 0.4)
    cam.data.lens, (cam.data.shift_x, cam.data.shift_y), cam.data.sensor_fit = lens, shift, fit
    empty_scene.render.pixel_aspect_x = pixel_aspect
    if not writes_passes(empty_scene.render):
        problems = list(preflight.check_scene(empty_scene, bpy.context.view_layer, built_in("nyu40"), [], 0.5))
        assert any(problem.fatal and "not square" in problem.message for problem in problems)
        return
    size, targets = (160, 120), {}
    rng = np.random.default_rng(5)
    chosen = settings(size=size)
    with passes.prepared(empty_scene, chosen):
        described = describe_camera(cam, bpy.context.evaluated_depsgraph_get(), size)
        to_camera, intrinsics = np.array(described["camera_from_world"]), np.array(described["K"])
        for label in range(1, 9):
            # A point that the matrices put at a chosen pixel and depth, then a small square around it.
            pixel, depth = rng.uniform([10, 10], [150, 110]), rng.uniform(3, 6)
            ray = np.linalg.inv(intrinsics) @ [*pixel, 1]
            point = np.linalg.inv(to_camera) @ [*(ray * depth), 1]
            square = rectangle(empty_scene, -1, 1, -1, 1, label=label)
            square.scale = [3 * depth / intrinsics[0, 0]] * 3
            square.location, square.rotation_euler = point[:3], cam.rotation_euler
            targets[label] = pixel
        labels, _ = render_labels(empty_scene, chosen, None)
    for label, pixel in targets.items():
        ys, xs = np.nonzero(labels == label)
        if len(xs) >= 9:  # another square may hide it
            assert np.hypot(xs.mean() + 0.5 - pixel[0], ys.mean() + 0.5 - pixel[1]) < 1
    assert sum((labels == label).sum() >= 9 for label in targets) >= 6


@pytest.mark.parametrize("refreshed", [True, False])
def test_images_that_play_show_the_frame_whatever_was_rendered_before(empty_scene, tmp_path, refreshed):
    """Where data persists, Blender keeps the first frame's image of sequences that nobody asked to refresh."""
    camera(empty_scene, ortho=16)
    material = bpy.data.materials.new("screen")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    texture, light = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeEmission")
    texture.image = image_sequence(tmp_path, 0.1, 0.3, 0.6)
    texture.image_user.frame_duration, texture.image_user.use_auto_refresh = 3, refreshed
    links.new(texture.outputs["Color"], light.inputs["Color"])
    links.new(light.outputs[0], nodes["Material Output"].inputs["Surface"])
    rectangle(empty_scene, -9, 9).data.materials.append(material)
    shown, chosen = [], settings()
    for order in ((1, 2, 3), (3, 2, 1)):
        with passes.prepared(empty_scene, chosen):
            for frame in order:
                empty_scene.frame_set(frame)
                shown.append(int(passes.render_image(empty_scene, tmp_path / "image.png", chosen.size)[5, 5, 0]))
                render_labels(empty_scene, chosen, None)
    assert shown[0] < shown[1] < shown[2]
    assert shown[3:] == shown[2::-1]
    assert texture.image_user.use_auto_refresh == refreshed


def test_no_stamp_is_burnt_into_the_image(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    chosen, images = settings(size=(64, 48)), []
    for stamp in (False, True):
        empty_scene.render.use_stamp = stamp
        with passes.prepared(empty_scene, chosen):
            images.append(passes.render_image(empty_scene, tmp_path / "image.png", chosen.size))
    assert np.array_equal(*images)


def test_an_image_file_tells_no_paths_and_no_clock(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "secret project.blend"))
    with passes.prepared(empty_scene, settings()):
        passes.render_image(empty_scene, tmp_path / "image.png", settings().size)
    written = (tmp_path / "image.png").read_bytes()
    assert not [word for word in (b"secret project", b"Date\0", b"Camera\0") if word in written]


def test_rendering_changes_nothing_in_the_scene(empty_scene, tmp_path):
    cam = camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    cam.data.dof.use_dof = True
    empty_scene.render.use_motion_blur = True
    empty_scene.render.motion_blur_position = "START"
    empty_scene.render.image_settings.file_format = "JPEG"
    empty_scene.render.image_settings.quality = 37
    empty_scene.render.resolution_percentage = 45
    empty_scene.render.use_border = True
    empty_scene.render.use_stamp = True
    empty_scene.timeline_markers.new("marker", frame=1).camera = cam
    other = empty_scene.view_layers.new("second layer")
    empty_scene.collection.objects.link(bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "POINT")))
    before = _dump(empty_scene)
    labels_of(empty_scene, tmp_path, label_supersample=2)
    assert _dump(empty_scene) == before
    assert other.use


def _dump(scene: bpy.types.Scene) -> dict[str, str]:
    """Every plain property of what a render could touch."""
    owners = {
        "scene": scene,
        "render": scene.render,
        "format": scene.render.image_settings,
        "cycles": scene.cycles,
        "camera": scene.camera.data,
        "dof": scene.camera.data.dof,
        "marker": scene.timeline_markers[0],
        "light": bpy.data.lights[0],
        **{layer.name: layer for layer in scene.view_layers},
    }
    return {
        f"{name}.{key}": repr(getattr(owner, key))
        for name, owner in owners.items()
        for key in owner.bl_rna.properties.keys()  # noqa: SIM118
        if not key.startswith(("bl_", "rna_type", "depsgraph")) and not hasattr(getattr(owner, key), "bl_rna")
    }


def test_the_devices_that_the_preferences_name_come_back(empty_scene):
    """The CPU is a device, too, and switched off while GPUs render alone."""
    preferences = bpy.context.preferences.addons["cycles"].preferences
    before = preferences.compute_device_type
    preferences.get_devices_for_type("CUDA")
    (cpu,) = [device for device in preferences.devices if device.type == "CPU"]
    for used in (True, False):
        cpu.use = used
        with pytest.raises(RuntimeError), compat.one_gpu("CUDA", 0):
            assert preferences.compute_device_type == "CUDA"
            assert not any(device.use for device in preferences.devices if device.type == "CPU")
            raise RuntimeError
        assert preferences.compute_device_type == before
        assert [device.use for device in preferences.devices if device.type == "CPU"] == [used]


def test_a_share_of_the_samples_does_for_an_image_and_not_for_labels(empty_scene, tmp_path):
    """Where a render is shared out by samples, the first of them, which alone has index passes, may be another's."""
    camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    cycles = empty_scene.cycles
    cycles.sample_offset = 5
    if hasattr(cycles, "use_sample_subset"):
        cycles.use_sample_subset, cycles.sample_subset_length = True, 8
    labels, _ = labels_of(empty_scene, tmp_path)
    assert (labels == np.repeat([BACKGROUND, 7], WIDTH // 2)).all()
    assert cycles.sample_offset == 5
