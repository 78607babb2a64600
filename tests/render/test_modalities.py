"""Depth, normals, flow and the rest against answers known on paper: real Blender, scenes of a few faces."""

from __future__ import annotations

import math

import bpy
import numpy as np
import pytest
from scenery import HEIGHT, WIDTH, camera, pixel_centres, rectangle, settings, shoot

from blender_addon.compat import fcurves
from blender_addon.contract.modalities import MODALITIES, files_of
from blender_addon.contract.run import View

LENS = WIDTH * 50 / 36
"""Focal length in pixels of Blender's default camera."""


@pytest.fixture
def take(empty_scene, tmp_path):
    """Render a frame with these modalities, `after` another: what `scenery.shoot` gives."""

    def take(*names: str, k=1, frame=1, after: int | None = None, views: tuple[View, ...] = (), **changes):
        chosen = settings(label_supersample=k, modalities=names, **changes)
        return shoot(empty_scene, tmp_path, chosen, *([frame] if after is None else [after, frame]), views=views)

    return take


def rays() -> tuple[np.ndarray, np.ndarray]:
    """x to the right and y down, (H, W), where the rays through the pixels' centres are one metre ahead."""
    x, y = (np.arange(WIDTH) + 0.5 - WIDTH / 2) / LENS, (np.arange(HEIGHT) + 0.5 - HEIGHT / 2) / LENS
    return np.meshgrid(x, y)


def test_what_is_not_asked_for_is_not_there(empty_scene, take):
    camera(empty_scene)
    rectangle(empty_scene, -9, 9, label=2)
    layer = empty_scene.view_layers[0]
    before = {name: getattr(layer, name) for name in dir(layer) if name.startswith("use_pass")}
    _, files, pair = take()
    assert set(files) == {"image.png", "labels.exr"}
    assert pair == {}
    take(*MODALITIES)
    assert {name: getattr(layer, name) for name in before} == before
    assert len(empty_scene.objects) == 2


@pytest.mark.parametrize("k", [1, 3])
def test_depth_along_the_axis_and_along_the_ray(empty_scene, take, k):
    camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=2)
    empty_scene.unit_settings.scale_length = 0.5
    _, files, _ = take("depth", "depth-png", k=k)
    distance, z = np.moveaxis(files["depth.exr"], -1, 0)
    x, y = rays()
    np.testing.assert_allclose(z[:, 8:], 2.5, rtol=1e-6)
    np.testing.assert_allclose(distance[:, 8:], 2.5 * np.sqrt(1 + x**2 + y**2)[:, 8:], rtol=1e-6)
    assert np.isposinf(z[:, :8]).all()
    assert np.isposinf(distance[:, :8]).all()
    assert (files["depth.png"] == np.repeat([0, 2500], 8)).all()
    assert files["depth.png"].dtype == np.uint16


def test_without_units_a_blender_unit_is_a_metre(empty_scene, take):
    camera(empty_scene)
    rectangle(empty_scene, -9, 9, label=2)
    empty_scene.unit_settings.scale_length = 0.5
    empty_scene.unit_settings.system = "NONE"
    assert (take("depth-png")[1]["depth.png"] == 5000).all()


def test_the_depth_of_a_sphere_is_the_way_to_its_surface(empty_scene, take):
    camera(empty_scene, ortho=4.0, at=(0, 0, 10))
    bpy.ops.mesh.primitive_uv_sphere_add(segments=256, ring_count=128, radius=1.5)
    _, files, _ = take("depth")
    distance, z = np.moveaxis(files["depth.exr"], -1, 0)
    x, y = pixel_centres(4.0)
    inside = np.hypot(x, y) < 1.45
    np.testing.assert_allclose(z[inside], 10 - np.sqrt(1.5**2 - x[inside] ** 2 - y[inside] ** 2), atol=2e-3)
    assert (distance == z).all(), "parallel rays"


@pytest.mark.slow
def test_a_panorama_has_distances_alone(empty_scene, take):
    obj = camera(empty_scene, at=(0, 0, 0))
    obj.data.type = "PANO"
    owner = obj.data if hasattr(obj.data, "panorama_type") else obj.data.cycles
    owner.panorama_type = "EQUIRECTANGULAR"
    bpy.ops.mesh.primitive_uv_sphere_add(segments=256, ring_count=128, radius=3)
    _, files, _ = take("depth")
    assert files["depth.exr"].shape == (HEIGHT, WIDTH), "one channel"
    np.testing.assert_allclose(files["depth.exr"], 3, atol=2e-3)


def test_what_16_bits_cannot_hold_is_nothing(empty_scene, take):
    camera(empty_scene, at=(0, 0, 65.535))
    rectangle(empty_scene, -90, 0, -90, 90, label=1)
    rectangle(empty_scene, 0, 90, -90, 90, z=-0.001, label=2)
    _, files, _ = take("depth-png")
    assert (files["depth.png"] == np.repeat([65535, 0], 8)).all()


def test_normals_in_both_axes(empty_scene, take):
    camera(empty_scene)
    obj = rectangle(empty_scene, -1, 1, label=1)
    obj.rotation_euler.x = math.radians(30)  # its far side up: it leans towards the viewer's bottom
    _, files, _ = take("normals")
    normals = files["normals.exr"]
    assert normals.shape == (HEIGHT, WIDTH, 6)
    towards_camera, towards_world = normals[HEIGHT // 2, WIDTH // 2, :3], normals[HEIGHT // 2, WIDTH // 2, 3:]
    np.testing.assert_allclose(towards_world, (0, -0.5, math.cos(math.radians(30))), atol=1e-6)
    np.testing.assert_allclose(towards_camera, (0, 0.5, -math.cos(math.radians(30))), atol=1e-6)
    assert (normals[0, 0] == 0).all(), "nothing is there"


def keyed(owner, path, *values):
    """A key on each frame from 0 on."""
    for frame, value in enumerate(values):
        setattr(owner, path, value)
        owner.keyframe_insert(path, frame=frame)


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("last", [None, 0, 3])
@pytest.mark.parametrize("who", ["object", "camera", "vertices"])
def test_flow_of_what_moves(empty_scene, take, who, last, k):
    """At a depth of 5 m: forward 0.5 m right and 0.25 m up, backward the same way (0.1 m and 0.3 m)."""
    eye = camera(empty_scene)
    obj = rectangle(empty_scene, -9, 0, label=1)
    before, after = (-0.1, -0.3, 0.0), (0.5, 0.25, 0.0)
    if who == "vertices":
        obj.shape_key_add(name="basis")
        for frame, (x, y, _) in ((0, before), (2, after)):
            key = obj.shape_key_add(name=f"at {frame}")
            for corner, point in zip(obj.data.vertices, key.data):
                point.co = (corner.co.x + x, corner.co.y + y, 0)
            keyed(key, "value", *(float(frame == each) for each in range(3)))
    else:
        mover, sign = (obj, 1) if who == "object" else (eye, -1)
        base = np.array(mover.location)
        keyed(mover, "location", *(base + sign * np.array(step) for step in (before, (0, 0, 0), after)))
    _, files, _ = take("flow", k=k, after=last)
    back_x, back_y, forth_x, forth_y = np.moveaxis(files["flow.exr"], -1, 0)
    for pixels, metres in ((forth_x, 0.5), (forth_y, -0.25), (back_x, -0.1), (back_y, 0.3)):
        np.testing.assert_allclose(pixels[:, :8], metres * LENS / 5, atol=2e-4)
        assert np.isnan(pixels[:, 8:]).all()


def test_nothing_flows_across_a_cut(empty_scene, take):
    eye = camera(empty_scene)
    rectangle(empty_scene, -9, 9, label=1)
    for frame, x in ((1, 0.0), (3, 1.0), (4, 1.0)):
        eye.location.x = x
        eye.keyframe_insert("location", frame=frame)
    for curve in fcurves(eye):
        for point in curve.keyframe_points:
            point.interpolation = "CONSTANT"
    seen = {}
    for frame in (1, 2, 3, 4):
        backward, _, forward, _ = np.moveaxis(take("flow", frame=frame)[1]["flow.exr"], -1, 0)
        seen[frame] = (bool(np.isnan(backward).all()), bool(np.isnan(forward).all()))
    assert seen == {1: (False, False), 2: (False, True), 3: (True, False), 4: (False, False)}
    here = View(2, 2, eye.name, "")
    backward, _, forward, _ = np.moveaxis(
        take("flow", frame=2, views=(here, View(1, 1, "Other", "")))[1]["flow.exr"], -1, 0
    )
    assert np.isnan(backward).all(), "another camera looked in the frame before"


def test_albedo_is_the_diffuse_colour_whatever_the_light(empty_scene, take):
    camera(empty_scene)
    obj = rectangle(empty_scene, -9, 0, label=1)
    material = bpy.data.materials.new("red")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    diffuse = nodes.new("ShaderNodeBsdfDiffuse")
    diffuse.inputs["Color"].default_value = (0.75, 0.25, 0.125, 1)
    links.new(diffuse.outputs[0], nodes["Material Output"].inputs["Surface"])
    obj.data.materials.append(material)
    _, files, _ = take("albedo", k=3)
    blue, green, red = np.moveaxis(files["albedo.exr"], -1, 0)
    for colour, value in ((red, 0.75), (green, 0.25), (blue, 0.125)):
        np.testing.assert_allclose(colour[:, :8], value, rtol=1e-6)
        assert (colour[:, 8:] == 0).all()


@pytest.mark.parametrize("k", [1, 3])
def test_parts_and_the_objects_under_them(empty_scene, take, k):
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -4, 4, label=5)
    part = bpy.data.materials.new("part")
    part.pass_index = 9
    other = rectangle(empty_scene, 4, 8, label=6)
    other.data.materials.append(part)
    rendered, files, _ = take("parts", k=k)
    whole, parts = np.moveaxis(files["parts.exr"], -1, 0)
    assert (whole == np.repeat([0, 5, 5, 6], 4)).all()
    assert (parts == np.repeat([0, 0, 0, 9], 4)).all()
    assert (rendered.labels == np.repeat([65535, 5, 5, 9], 4)).all()


@pytest.mark.parametrize("scale", [2.0, 0.01])
def test_points_lie_where_their_pixels_look(empty_scene, take, tmp_path, scale):
    """Points, matrices and depth are metres, whatever a Blender unit is."""
    eye = camera(empty_scene, at=(1.0, -2.0, 4.0))
    eye.rotation_euler = (0.5, 0.2, 0.3)
    eye.data.shift_x = 0.1
    rectangle(empty_scene, -9, 1, label=7)
    empty_scene.unit_settings.scale_length = scale
    rendered, files, _ = take("points", "depth")
    points = files["points.ply"]
    assert len(points) == rendered.surface.sum()
    assert 0 < len(points) < WIDTH * HEIGHT
    places = np.stack([points[axis] for axis in "xyz"], axis=1)
    np.testing.assert_allclose(places[:, 2], 0, atol=1e-5)
    seen = np.hstack([places, np.ones((len(places), 1))]) @ np.array(rendered.camera["camera_from_world"]).T
    pixels = seen[:, :3] @ np.array(rendered.camera["K"]).T
    pixels = pixels[:, :2] / pixels[:, 2:]
    rows, columns = np.nonzero(rendered.surface)
    np.testing.assert_allclose(pixels, np.stack([columns, rows], axis=1) + 0.5, atol=2e-3)
    np.testing.assert_allclose(seen[:, 2], files["depth.exr"][..., 1][rendered.surface], rtol=1e-5)
    at = np.array(rendered.camera["world_from_camera"])[:3, 3]
    np.testing.assert_allclose(at, np.array((1.0, -2.0, 4.0)) * scale, rtol=1e-6)
    assert (points["label"] == 7).all()
    colours = np.stack([points[name] for name in ("red", "green", "blue")], axis=1)
    assert (colours == files["image.png"][rendered.surface]).all()
    header, _, body = (tmp_path / "points.ply").read_bytes().partition(b"end_header\n")
    assert f"element vertex {len(points)}\n".encode() in header
    assert body == points.tobytes()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_right_eye_sees_the_world_further_left(empty_scene, take, scale):
    """Two pixels of disparity, so that the label map of one eye is that of the other, two pixels over."""
    eye = camera(empty_scene)
    eye.scale = (scale, scale, scale)
    eye.data.stereo.interocular_distance = 2 * 5 / LENS
    for column in range(-8, 8):
        rectangle(empty_scene, column * 5 / LENS, (column + 1) * 5 / LENS, label=column + 10)
    rendered, files, pair = take("stereo")
    np.testing.assert_allclose(files["disparity.exr"], 2, rtol=1e-5)
    assert (files["labels_right.exr"][:, :-2] == files["labels.exr"][:, 2:]).all()
    assert len(np.unique(files["labels.exr"])) == WIDTH
    assert pair["stereo"]["baseline_m"] == pytest.approx(10 / LENS)
    left, right = (np.array(of["world_from_camera"])[:3, 3] for of in (rendered.camera, pair["stereo"]["right"]))
    np.testing.assert_allclose(right - left, (10 / LENS, 0, 0), atol=1e-6)
    assert files["image_right.png"].shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize(("chosen", "metres"), [(None, 0.065), (8.0, 0.08)])
def test_eyes_are_metres_apart_in_a_scene_of_centimetres(empty_scene, take, chosen, metres):
    """6.5 cm where nobody chose, and not 0.065 of whatever Blender's unit is."""
    eye = camera(empty_scene, at=(0, 0, 500))
    empty_scene.unit_settings.scale_length = 0.01
    if chosen:
        eye.data.stereo.interocular_distance = chosen
    rectangle(empty_scene, -900, 900, -900, 900, label=7)
    rendered, files, pair = take("stereo")
    assert pair["stereo"]["baseline_m"] == pytest.approx(metres)
    left, right = (np.array(of["world_from_camera"])[:3, 3] for of in (rendered.camera, pair["stereo"]["right"]))
    np.testing.assert_allclose(right - left, (metres, 0, 0), atol=1e-6)
    np.testing.assert_allclose(files["disparity.exr"], LENS * metres / 5, rtol=1e-5)


def test_the_width_of_parallel_rays_is_metres(empty_scene, take):
    camera(empty_scene, ortho=400.0, at=(0, 0, 500))
    empty_scene.unit_settings.scale_length = 0.01
    rectangle(empty_scene, 0, 900, label=7)
    assert take()[0].camera["ortho_scale"] == pytest.approx(4)


def emission(value: float) -> bpy.types.Material:
    material = bpy.data.materials.new("light")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes.new("ShaderNodeEmission")
    shader.inputs["Strength"].default_value = value
    links.new(shader.outputs[0], nodes["Material Output"].inputs["Surface"])
    return material


@pytest.mark.parametrize(("strength", "stored"), [(2.0, 2.0), (1e6, 65504.0)])
def test_linear_images_are_before_the_view_transform(empty_scene, take, strength, stored):
    camera(empty_scene)
    rectangle(empty_scene, -9, 0, label=1).data.materials.append(emission(strength))
    empty_scene.cycles.pixel_filter_type, empty_scene.cycles.filter_width = "BOX", 0.01
    _, plain, _ = take()
    _, files, _ = take("linear")
    assert files["image.exr"].dtype == np.float16
    assert (files["image.exr"][:, :8] == stored).all()
    assert (files["image.exr"][:, 8:] == 0).all()
    assert (files["image.png"] == plain["image.png"]).all()


def test_images_as_jpeg(empty_scene, take, tmp_path):
    camera(empty_scene)
    rectangle(empty_scene, -9, 9, label=1).data.materials.append(emission(0.5))
    _, plain, _ = take()
    _, files, _ = take("stereo", image="jpeg")
    assert {"image.jpg", "image_right.jpg"} < set(files)
    assert (tmp_path / "image.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
    assert np.abs(files["image.jpg"].astype(int) - plain["image.png"]).max() <= 3


@pytest.mark.parametrize("image", ["png", "jpeg"])
def test_every_file_of_a_frame_is_explained(image):
    for name in files_of(MODALITIES, image):
        assert "." in name
    assert len(files_of(MODALITIES, image)) == sum(len(each.files) for each in MODALITIES.values())
