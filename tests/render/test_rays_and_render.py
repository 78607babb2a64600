"""The label render held against rays, pixel by pixel: two ways to the same answer that share nothing but the scene."""

from __future__ import annotations

import math
from dataclasses import replace

import bpy
import numpy as np
import pytest
from scenery import HEIGHT, WIDTH, camera, copies_on, in_collection, instance, rectangle
from witness import agreeing, camera_of, held, pixels, plan_of, rendered

from blender_addon.compat import fcurves, writes_passes
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import Label, LabelSet
from blender_addon.label_render.label_pass import label_samples, render_passes, sharp
from blender_addon.label_render.stage import changed
from render_scripts import compat, passes
from render_scripts.frame import render_frame
from render_scripts.lights_anew import LightsAnew
from render_scripts.modalities.staging import Stage
from render_scripts.randomization.on_scene import randomized
from render_scripts.rays.frame_score import score_frame
from render_scripts.rays.scoring import EDGE, THIN, TOGETHER
from render_scripts.rays.tally import to_text

ALL = WIDTH * HEIGHT
KINDS = ("plain", "shifted", "wide pixels", "tall pixels", "vertical fit", "scaled", "ortho")
POLYNOMIAL = {f"fisheye_polynomial_k{power}": term for power, term in enumerate((-0.01, -0.06, 2e-4, -1e-5, 1e-6))}
PANORAMAS = {
    "EQUIRECTANGULAR": {"longitude_min": -1.0, "latitude_max": 1.2},
    "FISHEYE_EQUIDISTANT": {"fisheye_fov": 2.5},
    "FISHEYE_EQUISOLID": {"fisheye_fov": 2.4, "fisheye_lens": 12.0, "sensor_width": 30.0},
    "FISHEYE_LENS_POLYNOMIAL": {"fisheye_fov": 2.0, "sensor_width": 30.0, **POLYNOMIAL},
    "MIRRORBALL": {},
    "CENTRAL_CYLINDRICAL": {
        "central_cylindrical_range_u_min": -1.2,
        "central_cylindrical_range_u_max": 1.5,
        "central_cylindrical_range_v_min": -1.0,
        "central_cylindrical_range_v_max": 1.6,
        "central_cylindrical_radius": 1.3,
    },
    "EQUIANGULAR_CUBEMAP_FACE": {},
}


def clutter(scene, seed=0, count=12) -> None:
    """Tilted rectangles and balls, of labels 1 to 9, in front of the camera that looks down from 5 m."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        x, y, z = rng.uniform((-2, -2, -3), (2, 2, 2))
        if number % 2:
            thing = rectangle(scene, -1, 1, -0.5, 0.5, name=f"card {number}")
        else:
            bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=3, radius=0.5)
            thing = bpy.context.object
        thing.location, thing.rotation_euler = (x, y, z), rng.uniform(0, 3, 3)
        thing.scale = rng.uniform(0.5, 1.5, 3)
        thing.pass_index = 1 + number % 9


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_cameras(empty_scene, tmp_path, kind, k):
    cam = camera(empty_scene, ortho=5 if kind == "ortho" else None)
    clutter(empty_scene)
    render = empty_scene.render
    if kind in {"shifted", "ortho"}:
        cam.data.shift_x, cam.data.shift_y = 0.2, -0.1
    elif kind == "wide pixels":
        render.pixel_aspect_x = 1.7
    elif kind == "tall pixels":
        render.pixel_aspect_y = 2.2
    elif kind == "vertical fit":
        cam.data.sensor_fit, cam.data.sensor_height = "VERTICAL", 30
    elif kind == "scaled":
        cam.scale = (2, 3, 0.5)
    if not writes_passes(render):
        pytest.skip("this Blender writes no passes of pixels that are not square, and preflight says so")
    bpy.context.view_layer.update()
    score = agreeing(empty_scene, tmp_path, label_supersample=k)
    assert score.tallies["labels"].agreed >= ALL - 2
    assert set(score.tallies["labels"].not_judged) <= {EDGE}


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("kind", PANORAMAS)
def test_panoramas(empty_scene, tmp_path, kind, k):
    data = camera(empty_scene, at=(0.2, -0.1, 0.3)).data
    data.type, seen = "PANO", compat.panorama(data)
    if kind not in seen.bl_rna.properties["panorama_type"].enum_items:
        pytest.skip("this Blender has no such panorama")
    clutter(empty_scene, count=30)
    seen.panorama_type = kind
    for name, value in PANORAMAS[kind].items():
        setattr(seen if hasattr(seen, name) else data, name, value)
    bpy.context.view_layer.update()
    score = agreeing(empty_scene, tmp_path, label_supersample=k)
    assert score.tallies["labels"].agreed >= 0.97 * ALL
    assert set(score.tallies["labels"].not_judged) <= {EDGE}


@pytest.mark.parametrize("ortho", [None, 5])
def test_clipping(empty_scene, tmp_path, ortho):
    cam = camera(empty_scene, ortho=ortho)
    clutter(empty_scene)
    cam.data.clip_start, cam.data.clip_end = 4.2, 6.5
    assert agreeing(empty_scene, tmp_path).tallies["labels"].agreed >= ALL - 2


@pytest.mark.parametrize("position", ["START", "CENTER", "END"])
def test_motion_is_judged_at_the_middle_of_the_shutter(empty_scene, tmp_path, position):
    camera(empty_scene, ortho=16)
    mover = rectangle(empty_scene, 0, 40, label=7)
    for frame in (9, 11):
        mover.location.x = 8.2 * (frame - 10)
        mover.keyframe_insert("location", frame=frame)
    render = empty_scene.render
    render.use_motion_blur, render.motion_blur_shutter, render.motion_blur_position = True, 0.5, position
    empty_scene.frame_set(10)
    assert agreeing(empty_scene, tmp_path).tallies["labels"].agreed == ALL
    assert (empty_scene.frame_current, empty_scene.frame_subframe) == (10, 0)


@pytest.mark.parametrize("position", ["START", "CENTER", "END"])
def test_a_camera_that_moves_is_recorded_where_the_labels_are(empty_scene, tmp_path, position):
    cam = camera(empty_scene)
    clutter(empty_scene)
    for frame in (9, 11):
        cam.location.x = 0.8 * (frame - 10)
        cam.keyframe_insert("location", frame=frame)
    for curve in fcurves(cam):
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"
    empty_scene.frame_set(10)
    render, run = empty_scene.render, tmp_path / "run"
    render.use_motion_blur, render.motion_blur_shutter, render.motion_blur_position = True, 0.5, position
    plan = plan_of(empty_scene)
    run_folder.write_plan(run, plan)
    lights = LightsAnew()
    with passes.prepared(empty_scene, plan.settings), randomized(empty_scene, plan, {cam}) as dressing:
        render_frame(run, plan, plan.views[0], empty_scene, dressing, Stage(), lights, verify_rays=ALL)()
    record = run_folder.read_record(run, 1)
    verified = record["verified"]["labels"]
    assert verified["differing"] == [] and verified["agreed"] > ALL - 5 and record["timings"]["verify_s"] > 0
    middle = {"START": 0.25, "CENTER": 0.0, "END": -0.25}[position]
    assert record["camera"]["world_from_camera"][0][3] == pytest.approx(0.8 * middle, abs=1e-3)


def test_copies_of_all_kinds(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -9, 9, z=-4, label=1)
    things = in_collection("things", rectangle(empty_scene, 0, 2, name="bare"))
    for number, x in enumerate((-8, -5), start=3):
        instance(empty_scene, things, f"copy {number}", label=number).location.x = x
    source = rectangle(empty_scene, 0, 2, name="copied")
    source.hide_render = True
    copies_on(empty_scene, "host", source, 5)
    leaf = rectangle(empty_scene, -0.4, 0.4, -0.4, 0.4, name="leaf")
    leaf.hide_render = True
    ground = rectangle(empty_scene, 4, 8, -5, 5, label=2, name="ground")
    ground.modifiers.new("leaves", "PARTICLE_SYSTEM")
    hair = ground.particle_systems[0].settings
    hair.type, hair.render_type, hair.instance_object, hair.count, hair.particle_size = "HAIR", "OBJECT", leaf, 40, 1
    hair.rotation_factor_random, hair.use_rotations = 1.0, True
    carrier = rectangle(empty_scene, -4, -2, -5, 5, label=6, name="carrier")
    child = rectangle(empty_scene, -0.5, 0.5, -0.5, 0.5, z=1, name="child")
    child.parent, carrier.instance_type = carrier, "FACES"
    bpy.context.view_layer.update()
    score = agreeing(empty_scene, tmp_path, label_supersample=3)
    assert score.tallies["labels"].agreed > 0.95 * ALL


def test_what_only_the_render_shows(empty_scene, tmp_path):
    camera(empty_scene, ortho=8)
    bpy.ops.mesh.primitive_monkey_add(size=5)
    monkey = bpy.context.object
    monkey.pass_index, monkey.hide_viewport = 3, True
    monkey.modifiers.new("smooth", "SUBSURF").render_levels = 2
    monkey.modifiers["smooth"].show_viewport = False
    assert agreeing(empty_scene, tmp_path, label_supersample=3).tallies["labels"].agreed > 0.98 * ALL


def test_policies(empty_scene, tmp_path):
    camera(empty_scene, ortho=16)
    kinds = ("alpha", "surface", "see-through", "ignore")
    labels = LabelSet("small", tuple(Label(n, kind, (0, 0, 0), transparency=kind) for n, kind in enumerate(kinds, 2)))
    rectangle(empty_scene, -9, 9, z=-4, label=2)
    pane = bpy.data.materials.new("pane")
    pane.use_nodes = True
    pane.node_tree.nodes["Principled BSDF"].inputs["Alpha"].default_value = 0.3
    for number in range(4):
        rectangle(empty_scene, 4 * number - 8, 4 * number - 5, label=2 + number).data.materials.append(pane)
    assert agreeing(empty_scene, tmp_path, labels).tallies["labels"].agreed == ALL


def test_half_a_picture_that_is_wrong_is_half_the_pixels(empty_scene, tmp_path):
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, label=2)
    found = rendered(empty_scene, tmp_path)
    found.labels[:, : WIDTH // 2] = 5
    tally = held(empty_scene, found).tallies["labels"]
    assert (tally.agreed, len(tally.differing), tally.not_judged.total()) == (ALL // 2, ALL // 2, 0)
    assert {each.pixel[0] for each in tally.differing} == set(range(WIDTH // 2))
    first = tally.differing[0]
    assert (first.file, first.ray, first.object) == ("chair (5)", "floor (2)", "rectangle")


def test_some_rays_find_damage_as_often_as_chance_says(empty_scene, tmp_path):
    """40 rays into a picture of which half is wrong: all 40 miss it once in 2**40 times."""
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, label=2)
    found = rendered(empty_scene, tmp_path)
    found.labels[::2] = 5
    plan = plan_of(empty_scene)
    for seed in range(5):
        score = score_frame(empty_scene, plan, plan.views[0], found, camera_of(empty_scene), 40, seed)
        tally = score.tallies["labels"]
        assert len(tally.differing) + tally.agreed == 40
        assert 5 < len(tally.differing) < 35  # 5 of 40 or less: once in 600,000 times
        again = score_frame(empty_scene, plan, plan.views[0], found, camera_of(empty_scene), 40, seed)
        assert again.to_dict() == score.to_dict()


def test_a_picture_that_is_moved_by_a_pixel_is_found_at_its_edges(empty_scene, tmp_path):
    camera(empty_scene)
    clutter(empty_scene)
    found = rendered(empty_scene, tmp_path)
    moved = pixels(np.roll(found.labels, 1, axis=1))
    wrong = (moved.labels != found.labels).sum()
    tally = held(empty_scene, moved).tallies["labels"]
    assert len(tally.differing) + tally.not_judged[EDGE] == wrong > 20 > tally.not_judged[EDGE] * 5


def test_a_purity_that_hides_nothing(empty_scene, tmp_path):
    """Pixels whose samples disagree are judged by all of their samples, so a wrong majority is found, too."""
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -8, -2.4, label=2)  # covers 3 of the 5 columns of samples of column 5
    rectangle(empty_scene, -2.4, 8, label=4)
    found = rendered(empty_scene, tmp_path, label_supersample=5)
    assert (found.labels[:, 5] == 2).all() and (found.purity[:, 5] < 1).all()
    found.labels[:, 5] = 4
    tally = held(empty_scene, found, label_supersample=5).tallies["labels"]
    assert {each.pixel[0] for each in tally.differing} == {5} and len(tally.differing) == HEIGHT


def test_surfaces_in_one_place_are_nobodys_fault(empty_scene, tmp_path):
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, label=2)
    rectangle(empty_scene, -99, 99, label=3, z=1e-6)
    for label in (2, 3):
        tally = held(empty_scene, pixels(np.full((HEIGHT, WIDTH), label, np.uint16))).tallies["labels"]
        assert tally.agreed + tally.not_judged[TOGETHER] == ALL and not tally.differing
    assert len(held(empty_scene, pixels(np.full((HEIGHT, WIDTH), 4, np.uint16))).tallies["labels"].differing) == ALL


def test_an_edge_through_the_centres_is_nobodys_fault(empty_scene):
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, 0.5, 9, label=2)
    rectangle(empty_scene, -9, 0.5, label=3)
    for label in (2, 3):
        labels = np.repeat(np.array([3, label, 2], np.uint16), [8, 1, 7])
        tally = held(empty_scene, pixels(np.tile(labels, (HEIGHT, 1)))).tallies["labels"]
        assert not tally.differing and tally.agreed + tally.not_judged[EDGE] == ALL


def depth_of_plane(away: float) -> np.ndarray:
    return np.full((HEIGHT, WIDTH), away, np.float32)


def test_depth_along_the_axis_and_along_the_ray(empty_scene):
    camera(empty_scene)
    rectangle(empty_scene, -99, 99, -99, 99, label=2)
    (fx, _, cx), (_, fy, cy), _ = camera_of(empty_scene)["K"]
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    stretch = np.sqrt(1 + ((x - cx) / fx) ** 2 + ((y - cy) / fy) ** 2)
    labels = np.full((HEIGHT, WIDTH), 2, np.uint16)
    right = {"Z": depth_of_plane(5), "Distance": (5 * stretch).astype(np.float32)}
    assert held(empty_scene, pixels(labels, depth=right)).tallies["depth"].agreed == ALL
    for name in right:
        wrong = right | {name: right[name] * np.float32(1.001)}
        assert len(held(empty_scene, pixels(labels, depth=wrong)).tallies["depth"].differing) == ALL
    empty_scene.unit_settings.scale_length = 0.01
    small = {name: values * np.float32(0.01) for name, values in right.items()}
    assert held(empty_scene, pixels(labels, depth=small)).tallies["depth"].agreed == ALL


def test_depth_of_nothing_is_infinite(empty_scene):
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, 0, 9, label=2)
    labels = np.full((HEIGHT, WIDTH), 2, np.uint16)
    depth = np.tile(np.repeat(np.array([np.inf, 5], np.float32), 8), (HEIGHT, 1))
    assert held(empty_scene, pixels(labels, depth={"Z": depth, "Distance": depth})).tallies["depth"].agreed == ALL
    assert held(empty_scene, pixels(labels, depth={"Z": depth[:, ::-1]})).tallies["depth"].agreed == 0


def normals(world, turn) -> dict[str, np.ndarray]:
    camera_side = np.asarray(world) @ np.asarray(turn).T
    channels = {f"World.{axis}": world[..., n] for n, axis in enumerate("XYZ")}
    return channels | {f"Camera.{axis}": camera_side[..., n] for n, axis in enumerate("XYZ")}


def test_normals_of_a_slope_face_the_camera(empty_scene):
    camera(empty_scene, ortho=4)
    slope = rectangle(empty_scene, -9, 9, label=2)
    slope.rotation_euler.x = math.pi + 0.5  # turned over: its back is seen
    bpy.context.view_layer.update()
    turn = np.array(camera_of(empty_scene)["camera_from_world"])[:3, :3]
    world = np.tile([0.0, -math.sin(0.5), math.cos(0.5)], (HEIGHT, WIDTH, 1))
    labels = np.full((HEIGHT, WIDTH), 2, np.uint16)

    def tally(found):
        return held(empty_scene, pixels(labels, normals=found)).tallies["normals"]

    assert tally(normals(world, turn)).agreed == ALL
    assert len(tally(normals(-world, turn)).differing) == ALL
    assert len(tally(normals(world, np.eye(3))).differing) == ALL


def test_smooth_shading_is_that_of_the_corners(empty_scene):
    """On a smooth ball the shaded normal is the way from its centre, within what 64 segments leave."""
    camera(empty_scene, ortho=4)
    bpy.ops.mesh.primitive_uv_sphere_add(segments=64, ring_count=32, radius=3)
    bpy.ops.object.shade_smooth()
    bpy.context.object.pass_index = 2
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    x, y = (x - WIDTH / 2) / WIDTH * 4, (HEIGHT / 2 - y) / WIDTH * 4
    world = np.stack([x, y, np.sqrt(9 - x**2 - y**2)], -1) / 3
    turn = np.array(camera_of(empty_scene)["camera_from_world"])[:3, :3]
    labels = np.full((HEIGHT, WIDTH), 2, np.uint16)
    tally = held(empty_scene, pixels(labels, normals=normals(world, turn))).tallies["normals"]
    assert (tally.agreed, tally.differing) == (ALL, [])


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("kind", ["plain", "ortho", "around"])
def test_what_cycles_says_of_depth_and_normals(empty_scene, kind, smooth):
    cam = camera(empty_scene, ortho=5 if kind == "ortho" else None)
    if kind == "around":
        cam.data.type, cam.data.panorama_type = "PANO", "EQUIRECTANGULAR"
    clutter(empty_scene)
    for obj in empty_scene.objects:
        if obj.type == "MESH" and smooth:
            obj.data.shade_smooth()
    bpy.context.view_layer.update()
    plan, layer = plan_of(empty_scene), bpy.context.view_layer
    with passes.prepared(empty_scene, plan.settings), changed(layer, use_pass_normal=True):
        with sharp(empty_scene, plan.settings, None) as ignored:
            channels = render_passes(empty_scene, plan.settings)
    z = np.where(channels["Depth.Z"] < 1e9, channels["Depth.Z"], np.inf)
    world = np.stack([channels[f"Normal.{axis}"] for axis in "XYZ"], -1)
    turn = np.array(camera_of(empty_scene)["camera_from_world"])[:3, :3]
    depth = {"Distance" if kind == "around" else "Z": z}
    score = held(empty_scene, pixels(label_samples(channels, ignored), depth=depth, normals=normals(world, turn)))
    assert not score.differs, to_text({1: score}, {})
    assert all(tally.agreed > ALL - 4 for tally in score.tallies.values())


def test_the_scene_is_as_it_was(empty_scene, tmp_path):
    cam = camera(empty_scene)
    rectangle(empty_scene, -99, 99, label=2)
    before = (empty_scene.render.engine, empty_scene.render.resolution_x, len(bpy.data.images), cam.data.dof.use_dof)
    held(empty_scene, pixels(np.full((HEIGHT, WIDTH), 2, np.uint16)))
    assert before == (
        empty_scene.render.engine,
        empty_scene.render.resolution_x,
        len(bpy.data.images),
        cam.data.dof.use_dof,
    )
    assert not hasattr(bpy.types, "LABELPASS_LOOK")


def test_freestyle_of_the_scene_is_left_out(empty_scene, tmp_path):
    """It would end the process: it draws on what an engine of ours does not have."""
    camera(empty_scene)
    clutter(empty_scene)
    empty_scene.render.use_freestyle = True
    agreeing(empty_scene, tmp_path)
    assert empty_scene.render.use_freestyle


def test_what_a_thin_label_takes_is_not_judged_by_majority(empty_scene, tmp_path):
    """A pole of 0.4 pixels: each of its pixels is mostly floor."""
    camera(empty_scene, ortho=WIDTH)
    rectangle(empty_scene, -9, 9, label=2)
    rectangle(empty_scene, 0.3, 0.7, z=1, label=7)
    found = rendered(empty_scene, tmp_path, label_supersample=3, thin_labels=(7,))
    assert (found.labels == 7).any()
    score = held(empty_scene, replace(found, thin=(7,)), label_supersample=3)
    assert not score.differs and score.tallies["labels"].not_judged == {THIN: HEIGHT}
    assert held(empty_scene, found, label_supersample=3).differs
    assert held(empty_scene, replace(found, thin=(2,)), label_supersample=3).differs, "another label's share is judged"
