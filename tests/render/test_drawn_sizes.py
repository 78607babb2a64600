"""Frames of sizes that are drawn: which, how often, and that all of a frame is right at its own."""

from __future__ import annotations

import json
from collections import Counter

import bpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenery import camera, rectangle
from test_randomization_runs import asked, checksums

from blender_addon.contract.labels import built_in
from blender_addon.contract.records import damaged_frames
from blender_addon.contract.run import finished_frames, frame_folder, read_plan, read_record
from blender_addon.label_render import exr
from blender_addon.scene_labels import set_label_set
from render_scripts.randomization.resolution import Resolution, draw_resolution, extremes
from render_scripts.randomization.spec import from_dict, from_plan, to_plan
from render_scripts.rays.verify import verify
from render_scripts.rays.verify_request import VerifyRequest
from render_scripts.session import render

OWN = (640, 480)
SIZES = ((24, 16), (16, 24), (20, 20), (37, 11))


@given(st.integers(0, 2**63 - 1), st.integers(-1000, 1000), st.sampled_from([1, 8, 32]))
def test_sizes_by_a_factor(seed, frame, multiple):
    spec = Resolution(multiple=multiple)
    width, height = draw_resolution(spec, OWN, seed, frame).size
    assert 320 <= width <= 640 and 240 <= height <= 480
    assert width % multiple == 0 and height % multiple == 0
    assert abs(width / 640 - height / 480) <= multiple / 640 + multiple / 480  # of the run's shape, but for rounding


def test_sizes_of_a_list_are_as_likely_and_as_they_stand():
    drawn = Counter(draw_resolution(Resolution(SIZES), OWN, 5, frame).size for frame in range(4000))
    assert set(drawn) == set(SIZES)
    assert all(abs(count - 1000) < 5 * np.sqrt(750) for count in drawn.values())


def test_a_factor_is_drawn_by_its_logarithm():
    spec = Resolution(scale=(0.25, 1.0), multiple=1)
    widths = [draw_resolution(spec, OWN, 5, frame).size[0] for frame in range(2000)]
    assert abs(np.mean(np.array(widths) < 320) - 0.5) < 0.05


def test_nothing_becomes_smaller_than_blender_renders():
    assert draw_resolution(Resolution(scale=(0.01, 0.01), multiple=1), (100, 10), 0, 1).size == (4, 4)
    assert draw_resolution(Resolution(scale=(0.01, 0.01), multiple=8), (100, 10), 0, 1).size == (8, 8)


def test_the_smallest_and_the_largest_are_known_before():
    assert extremes(Resolution(((64, 48), (32, 32)), (0.5, 2.0), 1), OWN) == [(16, 16), (32, 24), (64, 64), (128, 96)]
    assert extremes(Resolution(), OWN) == [(320, 240), (640, 480)]


@pytest.mark.parametrize("said", ["640x480", [640, 480], ["640x480"], [[640, 480]]])
def test_sizes_as_people_write_them(said):
    assert from_dict({"resolution": {"sizes": said}}).resolution.sizes == ((640, 480),)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"sizes": [[640]]}, r"resolution.sizes\[0\] must be a list of 2"),
        ({"sizes": "640"}, "resolution.sizes: size '640'"),
        ({"sizes": 640}, "resolution.sizes must be a list"),
        ({"sizes": [[640, 3]]}, r"resolution.sizes\[0\]\[1\] must be from 4 to 65536"),
        ({"scale": [2, 1]}, "resolution.scale is 2 to 1: the lower end comes first"),
        ({"scale": [0.5]}, "resolution.scale must be a list of 2"),
        ({"multiple": 0}, "resolution.multiple must be from 1 to 1024"),
    ],
)
def test_what_is_no_size_is_refused(said, why):
    with pytest.raises(ValueError, match=why):
        from_dict({"resolution": said})


def test_a_plan_stores_it():
    spec = from_dict({"resolution": {"sizes": [[24, 16], [16, 24]], "scale": [0.5, 1]}})
    assert from_plan(json.loads(json.dumps(to_plan(spec, {})))) == spec
    assert to_plan(spec, {})["resolution"] == {"sizes": [[24, 16], [16, 24]], "scale": [0.5, 1.0], "multiple": 8}


@pytest.fixture
def start(empty_scene, tmp_path):
    """Start a render of a half plane, label 2 left of the middle of the picture: the exit code."""
    scene = empty_scene
    camera(scene, at=(0, 0, 5))
    rectangle(scene, -90, 0, -90, 90, label=2, name="floor")
    rectangle(scene, 0.31, 0.81, -0.31, 0.31, z=1, label=3, name="box")
    set_label_set(scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))

    def start(run: str, *arguments: str, spec: dict | None = None) -> int:
        given = [f"--randomize={json.dumps(spec)}"] if spec is not None else []
        fixed = ["--out", str(tmp_path / run), "--samples", "1", "--device", "cpu", "--no-denoise"]
        return render(asked(*fixed, *(() if "--size" in arguments else ("--size", "30x20")), *given, *arguments))

    return start


SPEC = {"resolution": {"sizes": [list(size) for size in SIZES]}}
EVERYTHING = "linear,depth,normals,flow,albedo,parts,points,stereo,instances,amodal,lidar"


def test_each_frame_is_right_at_its_own_size(start, tmp_path, capsys):
    """Left of the middle is label 2; the intrinsics map the box to where its label is; files are of one size."""
    assert start("run", "--frames", "1-8", "--with", EVERYTHING, spec=SPEC) == 0
    run = tmp_path / "run"
    assert "8 frames at 16x24 to 37x11" in capsys.readouterr().out
    plan, seen = read_plan(run), set()
    assert damaged_frames(run, plan, finished_frames(run)) == {}
    for frame in range(1, 9):
        record = read_record(run, frame)
        width, height = size = tuple(record["draw"]["resolution"]["size"])
        seen.add(size)
        pictures = {name: of["shape"] for name, of in record["files"].items() if name.endswith((".exr", ".png"))}
        assert {tuple(shape[:2]) for shape in pictures.values()} == {(height, width)}
        assert (record["camera"]["width"], record["camera"]["height"]) == size
        labels = exr.read_zip(frame_folder(run, frame) / "labels.exr")["Label"]
        assert (labels[:, : width // 2] == 2).all() and not (labels[:, (width + 1) // 2 :] == 2).any()
        matrix = np.array(record["camera"]["K"])
        rows, columns = np.nonzero(labels == 3)
        left, right = (matrix[0, 0] * x / 4 + matrix[0, 2] for x in (0.31, 0.81))  # 4 m from the camera
        up, down = (matrix[1, 1] * y / 4 + matrix[1, 2] for y in (-0.31, 0.31))
        inside = lambda low, high, count: [at for at in range(count) if low <= at + 0.5 <= high]  # noqa: E731
        assert sorted(set(columns)) == inside(left, right, width)
        assert sorted(set(rows)) == inside(up, down, height)
    assert len(seen) >= 3


@pytest.mark.parametrize("more", [["--label-supersample", "3"], ["--label-render", "own"], []])
def test_a_frame_alone_is_the_frame_of_the_whole_run(start, tmp_path, more):
    """So no size of a frame before is left over, in what Blender keeps from render to render either."""
    both = SPEC | {"sensor": {}, "exposure": {}}
    assert start("whole", "--frames", "1-6", "--with", "depth,normals", *more, spec=both) == 0
    for frame in (2, 6):
        assert start(f"alone{frame}", "--only-frame", str(frame), "--with", "depth,normals", *more, spec=both) == 0
        assert checksums(tmp_path / "whole", frame) == checksums(tmp_path / f"alone{frame}", frame)


def test_a_drawn_size_is_as_if_it_had_been_asked_for(start, tmp_path):
    assert start("drawn", "--frames", "1-3", "--with", "depth,stereo", spec=SPEC) == 0
    for frame in (1, 3):
        size = "x".join(map(str, read_record(tmp_path / "drawn", frame)["draw"]["resolution"]["size"]))
        assert start(f"asked{frame}", "--frames", str(frame), "--with", "depth,stereo", "--size", size) == 0
        assert checksums(tmp_path / "drawn", frame) == checksums(tmp_path / f"asked{frame}", frame)


def test_rays_agree_at_each_size(start, tmp_path):
    assert start("run", "--frames", "1-4", "--with", "depth", "--verify-rays", "50", spec=SPEC) == 0
    run = tmp_path / "run"
    for frame in range(1, 5):
        score = read_record(run, frame)["verified"]
        assert not score["labels"]["differing"] and not score["depth"]["differing"]
        assert score["labels"]["agreed"] >= 45  # of the others nobody can tell
    text, code = verify(run, VerifyRequest(60, 0, None, None, True, False))
    assert code == 0 and json.loads(text)["ok"], text


def test_a_run_of_drawn_sizes_is_resumed_and_the_family_left_off(start, tmp_path):
    assert start("run", "--frames", "1-4", spec=SPEC) == 0
    (frame_folder(tmp_path / "run", 2) / "labels.exr").unlink()
    before = checksums(tmp_path / "run", 3)
    assert start("run", "--frames", "1-4") == 0
    assert damaged_frames(tmp_path / "run", read_plan(tmp_path / "run"), range(1, 5)) == {}
    assert checksums(tmp_path / "run", 3) == before
    assert start("plain", "--frames", "1", "--without", "resolution", spec=SPEC) == 0
    record = read_record(tmp_path / "plain", 1)
    assert record["files"]["labels.exr"]["shape"] == [20, 30] and "resolution" not in record["draw"]
    assert damaged_frames(tmp_path / "plain", read_plan(tmp_path / "plain"), [1]) == {}


@pytest.mark.parametrize(
    ("spec", "more", "why"),
    [
        ({"sizes": [[8, 8], [60000, 8]]}, ["--label-supersample", "3"], "60000x8 pixels with --label-supersample 3"),
        ({"scale": [1, 16]}, ["--size", "6000x20"], "96000x320 pixels"),
    ],
)
def test_sizes_that_cannot_be_rendered_are_refused_before(start, tmp_path, capsys, spec, more, why):
    assert start("run", *more, spec={"resolution": spec}) == 1
    assert why in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
