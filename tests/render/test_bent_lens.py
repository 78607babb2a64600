"""Renders through a bent lens: every file of a frame is bent alike, and OpenCV's formula says where its pixels look."""

from __future__ import annotations

import json
from dataclasses import replace

import bpy
import numpy as np
import pytest
from exact_cameras import HALF, PLACE, TURN, room, walls_seen
from mathutils import Euler
from scenery import settings

from blender_addon.compat import fcurves, writes_passes
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import built_in
from blender_addon.contract.run import Plan, View
from blender_addon.label_render import exr
from blender_addon.label_render.amodal import from_json
from blender_addon.label_render.label_pass import RenderFailed
from blender_addon.label_render.thing_ids import whole
from blender_addon.occurrences import occurrences
from render_scripts import passes
from render_scripts.frame import render_frame
from render_scripts.lights_anew import LightsAnew
from render_scripts.modalities.staging import staged
from render_scripts.randomization.bent_lenses import why_not_bent
from render_scripts.randomization.camera import Camera
from render_scripts.randomization.on_scene import randomized
from render_scripts.randomization.spec import Randomization, to_plan

SIZE = WIDTH, HEIGHT = 64, 48
BARREL = Camera(distortion=(-0.3, -0.3), distortion_k2=(0.06, 0.06))
STILL = {"lens": (1.0, 1.0), "roll": 0.0, "turned": 0.0, "moved": 0.0}


@pytest.fixture
def shot(empty_scene, tmp_path):
    """Renders frame 1 as a run does, through the scene's camera with a lens that a spec draws."""

    def render(spec: Camera = BARREL, *, verify_rays: int | None = None, frame: int = 1, **changes):
        spec = replace(spec, **STILL)
        chosen = settings(**{"size": SIZE, "randomization": to_plan(Randomization(camera=spec), {}), **changes})
        scene = bpy.context.scene
        view = View(frame, frame, scene.camera.name, "view")
        plan = Plan(built_in("nyu40"), "scene.blend", "0" * 64, (view,), chosen, {})
        run, eye = tmp_path / f"run{len(list(tmp_path.iterdir()))}", scene.camera
        run_folder.write_plan(run, plan)
        things = list(occurrences(scene.view_layers[chosen.view_layer], bpy.context.evaluated_depsgraph_get()))
        with passes.prepared(scene, chosen), randomized(scene, plan, {eye}) as dressing:
            with staged(scene, chosen, dressing.cameras, things, {}) as stage:
                render_frame(run, plan, view, scene, dressing, stage, LightsAnew(), verify_rays)()
        assert scene.camera == eye and len(bpy.data.cameras) == 1
        return run_folder.read_record(run, frame), run_folder.frame_folder(run, frame)

    return render


def centres() -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    return np.stack([x, y], axis=-1)


def plane_of(camera: dict, points: np.ndarray) -> np.ndarray:
    """What points of the picture look at, on the plane at depth 1: OpenCV's formula, solved by steps."""
    matrix, (k1, k2, _, _, k3) = np.array(camera["K"]), camera["distortion"]
    seen = (points - matrix[:2, 2]) / np.diag(matrix)[:2]
    plane = seen
    for _ in range(300):
        square = (plane**2).sum(axis=-1, keepdims=True)
        plane = seen / (1 + square * (k1 + square * (k2 + square * k3)))
    return plane


def projected(camera: dict, world: np.ndarray) -> np.ndarray:
    """Where OpenCV's formula puts points of the world, (N, 3), in the picture."""
    pose, matrix, (k1, k2, _, _, k3) = (
        np.array(camera["camera_from_world"]),
        np.array(camera["K"]),
        camera["distortion"],
    )
    ahead = world @ pose[:3, :3].T + pose[:3, 3]
    plane = ahead[:, :2] / ahead[:, 2:]
    square = (plane**2).sum(axis=-1, keepdims=True)
    plane = plane * (1 + square * (k1 + square * (k2 + square * k3)))
    return plane * np.diag(matrix)[:2] + matrix[:2, 2]


def in_the_room(lens: float = 28.0) -> bpy.types.Object:
    eye = room(bpy.context.scene)
    eye.data.lens = lens
    return eye


def test_labels_depth_normals_and_points_are_of_the_bent_rays(empty_scene, shot):
    in_the_room()
    record, folder = shot(modalities=("depth", "normals", "points"), verify_rays=WIDTH * HEIGHT)
    camera = record["camera"]
    assert camera["type"] == "PERSP" and camera["distortion"] == [-0.3, 0.06, 0, 0, 0]
    assert 0 < camera["distortion_off"] < 0.05
    assert camera["K"][0][0] == pytest.approx(28 / 36 * WIDTH) and camera["K"][0][2] == WIDTH / 2

    plane = plane_of(camera, centres())
    straight = (centres() - (WIDTH / 2, HEIGHT / 2)) / camera["K"][0][0]
    assert np.abs(plane - straight).max() * camera["K"][0][0] > 4, "a lens that hardly bends shows nothing"

    def lens(x, y):
        x, y = plane_of(camera, np.stack([x, y], axis=-1))[..., 0], plane_of(camera, np.stack([x, y], axis=-1))[..., 1]
        return np.stack([x, -y, np.full(x.shape, -1.0)], axis=-1)

    paper = walls_seen(lens)
    x, y = np.moveaxis(centres(), -1, 0)
    right, sure = paper(x, y), np.ones((HEIGHT, WIDTH), bool)
    for angle in np.arange(16) * np.pi / 8:
        sure &= paper(x + 0.05 * np.cos(angle), y + 0.05 * np.sin(angle)) == right
    labels = exr.read_zip(folder / "labels.exr")["Label"]
    assert sure.mean() > 0.95 and len(np.unique(right)) > 2
    assert (labels == right)[sure].all()

    rays = lens(x, y) @ np.array(Euler(TURN).to_matrix()).T
    leaves = (np.sign(rays) * HALF - np.array(PLACE)) / rays
    depth = exr.read_zip(folder / "depth.exr")
    assert np.abs(depth["Z"] / leaves.min(axis=-1) - 1)[sure].max() < 2e-3
    np.testing.assert_allclose(depth["Distance"], depth["Z"] * np.sqrt(1 + (plane**2).sum(-1)), rtol=1e-5)
    normals = exr.read_zip(folder / "normals.exr")
    inward = -np.sign(rays) * (leaves == leaves.min(axis=-1, keepdims=True))
    world = np.stack([normals[f"World.{axis}"] for axis in "XYZ"], axis=-1)
    assert np.abs(world - inward)[sure].max() < 1e-5

    verified = record["verified"]
    for name in ("labels", "depth", "normals"):
        assert not verified[name]["differing"], verified[name]
        assert verified[name]["agreed"] > 0.97 * WIDTH * HEIGHT


def test_opencv_puts_what_is_seen_where_it_is_seen(empty_scene, shot):
    in_the_room()
    record, folder = shot(modalities=("points",))
    body = (folder / "points.ply").read_bytes().partition(b"end_header\n")[2]
    kinds = [("at", "<f4", 3), ("colour", "u1", 3), ("label", "<u2")]
    world = np.frombuffer(body, kinds)["at"]
    assert len(world) == WIDTH * HEIGHT
    camera, there = record["camera"], centres().reshape(-1, 2)
    assert np.hypot(*(projected(camera, world) - there).T).max() < camera["distortion_off"] + 0.02

    cv2 = pytest.importorskip("cv2")
    pose, matrix, bend = (np.array(camera[name]) for name in ("camera_from_world", "K", "distortion"))
    turn = cv2.Rodrigues(pose[:3, :3])[0]
    pixels, _ = cv2.projectPoints(world.astype(np.float64), turn, pose[:3, 3], matrix, bend)
    assert np.hypot(*(pixels[:, 0] - there).T).max() < camera["distortion_off"] + 0.02
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 300, 1e-12)
    exactly = getattr(cv2, "undistortPointsIter", cv2.undistortPoints)  # OpenCV 5 has one function for both
    plane = exactly(there[:, None], matrix, bend, R=None, P=None, criteria=stop)[:, 0]
    np.testing.assert_allclose(plane, plane_of(camera, there), atol=1e-6)


@pytest.mark.parametrize("kind", ["tall", "wide pixels", "tall pixels", "vertical fit", "horizontal fit", "scaled"])
def test_sensors_and_pixels_of_all_shapes(empty_scene, shot, kind):
    eye, render = in_the_room(40.0), empty_scene.render
    size = (48, 64) if kind == "tall" else SIZE
    if kind == "wide pixels":
        render.pixel_aspect_x = 1.5
    elif kind == "tall pixels":
        render.pixel_aspect_y = 1.8
    elif kind == "vertical fit":
        eye.data.sensor_fit, eye.data.sensor_height = "VERTICAL", 30.0
    elif kind == "horizontal fit":
        eye.data.sensor_fit, size = "HORIZONTAL", (40, 48)
    elif kind == "scaled":
        eye.scale = (2.0, 3.0, 0.5)
    if not writes_passes(render):
        pytest.skip("this Blender writes no passes of pixels that are not square, and preflight says so")
    record, _ = shot(size=size, label_supersample=3, modalities=("depth",), verify_rays=size[0] * size[1])
    for name in ("labels", "depth"):
        assert not record["verified"][name]["differing"], record["verified"][name]
        assert record["verified"][name]["agreed"] > 0.9 * size[0] * size[1]


def test_rays_tell_a_record_that_is_wrong(empty_scene, shot, monkeypatch):
    """Depth and labels of one lens, and the record of another: the witness believes the record."""
    from render_scripts.randomization import camera_on_scene

    mark = camera_on_scene.mark_bent
    monkeypatch.setattr(camera_on_scene, "mark_bent", lambda data, terms, off: mark(data, (-0.2, 0.06, 0.0), off))
    in_the_room()
    record, _ = shot(modalities=("depth",), verify_rays=300)
    assert record["verified"]["labels"]["differing"]


def test_labels_of_the_image_render_are_those_of_their_own(empty_scene, shot):
    in_the_room()
    maps = []
    for label_render in ("own", "image"):
        _, folder = shot(label_render=label_render, modalities=("depth",))
        maps.append((exr.read_zip(folder / "labels.exr")["Label"], exr.read_zip(folder / "depth.exr")["Z"]))
    assert (maps[0][0] == maps[1][0]).all()
    np.testing.assert_allclose(maps[0][1], maps[1][1], rtol=1e-5)


@pytest.mark.parametrize("k", [1, 3])
def test_flow_is_of_the_bent_picture(empty_scene, shot, k):
    """The room moves past the camera: where a point is in the next frame is what OpenCV says of it there."""
    in_the_room()
    step = np.array([0.15, 0.12, -0.09])
    for wall in [obj for obj in empty_scene.objects if obj.name.startswith("wall")]:
        for frame in (0, 2):
            wall.location = step * (frame - 1)
            wall.keyframe_insert("location", frame=frame)
        for curve in fcurves(wall):
            for point in curve.keyframe_points:
                point.interpolation = "LINEAR"
    record, folder = shot(modalities=("flow", "points"), label_supersample=k)
    body = (folder / "points.ply").read_bytes().partition(b"end_header\n")[2]
    world = np.frombuffer(body, [("at", "<f4", 3), ("colour", "u1", 3), ("label", "<u2")])["at"].astype(float)
    flow = exr.read_zip(folder / "flow.exr")
    here = projected(record["camera"], world)
    for name, way in (("Forward", 1), ("Backward", -1)):
        there = projected(record["camera"], world + way * step)
        inside = ((there > 0.1) & (there < np.subtract(SIZE, 0.1))).all(axis=1)
        found = np.stack([flow[f"{name}.X"].ravel(), flow[f"{name}.Y"].ravel()], axis=-1)
        assert np.abs(there - here)[inside].mean() > 0.3
        assert np.abs(found - (there - here))[inside].max() < 0.06
        beside = ((there < -0.1) | (there > np.add(SIZE, 0.1))).any(axis=1)
        assert beside.any() and np.isnan(found[beside]).all()


def test_masks_of_what_is_hidden_are_bent(empty_scene, shot):
    in_the_room()
    _, folder = shot(modalities=("instances", "amodal"))
    ids = whole(exr.read_zip(folder / "instances.exr"))
    masks = from_json(json.loads((folder / "amodal.json").read_text()))
    assert len(masks) > 2
    for id_, mask in masks.items():
        assert (mask == (ids == id_)).mean() > 0.999, "nothing hides a wall from inside a room"


def test_ends_of_a_range_that_no_lens_has_are_told_before(empty_scene):
    eye = in_the_room()
    views, plain = [View(1, 1, eye.name, "")], settings(size=SIZE)

    sizes = [plain.size]

    def said(spec: Camera, **changes) -> list[str]:
        return list(why_not_bent(spec, empty_scene, views, replace(plain, **changes), sizes))

    assert said(BARREL) == [] == said(Camera()) == list(why_not_bent(None, empty_scene, views, plain, sizes))
    assert said(Camera(distortion=(-0.3, 0.3))) == []
    assert "--with stereo" in said(BARREL, modalities=("stereo",))[0]
    assert "folds the picture back" in said(Camera(distortion=(-0.9, 0.0), distortion_k2=(0.0, 0.0)))[0]
    eye.data.shift_x = 0.1
    assert "is shifted" in said(BARREL)[0] and said(Camera(shift=0.5)) == []
    eye.data.shift_x, eye.data.type = 0.0, "ORTHO"
    assert "no perspective camera" in said(BARREL)[0]


def test_a_lens_that_cannot_be_stops_its_frame(empty_scene, shot):
    in_the_room(12.0)
    with pytest.raises(RenderFailed, match=r"a lens of 12 mm with distortion k1 -0\.3"):
        shot()


def test_each_frame_has_the_lens_that_was_drawn_for_it(empty_scene, shot):
    in_the_room()
    """With all terms said, and with a k2 and a k3 that follow from k1."""
    told = []
    for spec in (Camera(distortion=(-0.3, 0.1), distortion_k2=(0.0, 0.05)), Camera(distortion=(-0.3, 0.1))):
        for frame in (1, 2):
            record, _ = shot(spec, frame=frame)
            drawn, (k1, k2, p1, p2, k3) = record["draw"]["camera"], record["camera"]["distortion"]
            assert drawn["distortion"] == ([k1, k2, k3] if spec.distortion_k2 else [k1])
            assert p1 == p2 == 0 and k2 and drawn["shift"] == [0, 0] and record["camera"]["distortion_off"] < 0.05
            told.append(k1)
    assert told[:2] == told[2:] and told[0] != told[1]
