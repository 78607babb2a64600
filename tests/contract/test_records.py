"""What a resume and an export ask of a finished frame: is it whole, and of this run?"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from blender_addon.contract.labels import Label, LabelSet
from blender_addon.contract.records import damaged_frames, put_aside, read_frame
from blender_addon.contract.run import (
    FRAMES,
    RECORD,
    Plan,
    RunError,
    Settings,
    Unreadable,
    View,
    finished_frames,
    frame_folder,
    new_frame,
)
from blender_addon.contract.seal import sealed

PLAN = Plan(
    label_set=LabelSet("mine", (Label(3, "wall", (1, 2, 3)),)),
    scene="room.blend",
    scene_sha256="a" * 64,
    views=tuple(View(number, number, "Camera", f"view {number}") for number in (1, 2, 3)),
    settings=Settings((8, 6), 1, 0, 1, "CPU", False, 0.5, "ViewLayer"),
    versions={},
)


MOVED = [[1, 0, 0, 5], [0, -1, 0, 0], [0, 0, -1, 0], [0, 0, 0, 1]]
CAMERA = {
    "type": "PERSP",
    "width": 8,
    "height": 6,
    "K": [[8, 0, 4], [0, 8, 3], [0, 0, 1]],
    "world_from_camera": [[1, 0, 0, 2], [0, 1, 0, 3], [0, 0, 1, 5], [0, 0, 0, 1]],
    "camera_from_world": [[1, 0, 0, -2], [0, -1, 0, 3], [0, 0, -1, 5], [0, 0, 0, 1]],
}
"""It looks down from (2, 3, 5)."""


def a_record(frame):
    stored = {"checksum": "0" * 64, "shape": [6, 8], "dtype": "uint16"}
    return {
        "schema": 1,
        "frame": frame,
        "view": asdict(PLAN.views[frame - 1]),
        "seed": 0,
        "labels": [{"id": 3, "name": "wall", "pixels": 48}],
        "files": {"labels.exr": dict(stored), "image.png": stored | {"shape": [6, 8, 3], "dtype": "uint8"}},
        "timings": {"image_s": 1.5},
    }


@pytest.fixture
def run(tmp_path):
    for frame in (1, 2, 3):
        with new_frame(tmp_path, frame) as folder:
            (folder / RECORD).write_text(json.dumps(a_record(frame)))
            for name in ("labels.exr", "image.png"):
                (folder / name).write_bytes(b"x")
    return tmp_path


def edit(run, frame, *path_and_value):
    *path, key, value = path_and_value
    place = frame_folder(run, frame) / RECORD
    record = inside = json.loads(place.read_text())
    for step in path:
        inside = inside[step]
    inside[key] = value
    place.write_text(json.dumps(record))


def test_whole_frames_are_read(run):
    record = read_frame(run, 2, PLAN)
    assert record.view == PLAN.views[1] and record.files["labels.exr"].shape == (6, 8)
    assert damaged_frames(run, PLAN, finished_frames(run)) == {}
    edit(run, 2, "scene_sha256", "a" * 64)
    edit(run, 2, "camera", CAMERA)
    assert read_frame(run, 2, PLAN).scene_sha256 == "a" * 64 and read_frame(run, 2, PLAN).camera.size == (8, 6)


def test_what_nobody_can_read_for_a_while_is_no_damage(run, monkeypatch):
    def refuses(path, **_):
        raise OSError(5, "Input/output error", str(path))

    monkeypatch.setattr(Path, "read_text", refuses)
    for ask in (lambda: damaged_frames(run, PLAN, [2]), lambda: put_aside(run, PLAN, 2)):
        with pytest.raises(Unreadable, match=r"000002.frame\.json: Input/output error$"):
            ask()
    assert finished_frames(run) == [1, 2, 3]


@pytest.mark.parametrize("name", [RECORD, "labels.exr", "image.png"])
@pytest.mark.parametrize("damage", ["missing", "empty", "a folder"])
def test_what_is_missing_or_empty_is_named(run, name, damage):
    path = frame_folder(run, 2) / name
    path.unlink()
    if damage == "empty":
        path.touch()
    if damage == "a folder":
        path.mkdir()
    ((frame, why),) = damaged_frames(run, PLAN, finished_frames(run)).items()
    assert frame == 2 and name in why and "\n" not in why
    assert why.endswith("--repair renders damaged frames anew")


def test_an_empty_folder_and_a_file_are_no_frames(run):
    for path in frame_folder(run, 2).iterdir():
        path.unlink()
    for path in frame_folder(run, 3).iterdir():
        path.unlink()
    frame_folder(run, 3).rmdir()
    frame_folder(run, 3).write_text("a file")
    assert sorted(damaged_frames(run, PLAN, finished_frames(run))) == [2, 3]
    assert put_aside(run, PLAN, 2) and put_aside(run, PLAN, 3)
    assert finished_frames(run) == [1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("frame", 1), "frame 1, the plan 2"),
        (("seed", 5), "seed 5, the plan 0"),
        (("view", "camera", "Other"), r"view\.camera 'Other', the plan 'Camera'"),
        (("view", "scene_frame", 9), r"view\.scene_frame 9, the plan 2"),
        (("view", "name", "view 1"), r"view\.name 'view 1', the plan 'view 2'"),
        (("scene_sha256", "b" * 64), "scene_sha256 'b+', the plan 'a+'"),
        (("files", "labels.exr", "shape", [8, 6]), r"files\.labels\.exr\.shape \(8, 6\), the plan \(6, 8\)"),
        (("labels", 0, "id", 4), "label 4 'wall', the plan None"),
        (("labels", 0, "name", "door"), "label 3 'door', the plan 'wall'"),
        (("camera", CAMERA | {"width": 9}), r"camera\.size \(9, 6\), the plan \(8, 6\)"),
    ],
)
def test_a_frame_of_another_run_is_named(run, change, words):
    edit(run, 2, *change)
    with pytest.raises(
        RunError, match=rf"000002 is a frame of another run: frame\.json says {words}; labelpass verify"
    ):
        read_frame(run, 2, PLAN)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("frame", "2"), "frame must be a whole number"),
        (("seed", True), "seed must be a whole number"),
        (("view", []), "view must be a mapping"),
        (("labels", 3), "labels must be a list"),
        (("files", {}), r"files\.image\.png is missing"),
        (("files", "labels.exr", "checksum", 7), r"files\.labels\.exr\.checksum must be text"),
        (("files", "labels.exr", "dtype", "object"), r"files\.labels\.exr\.dtype must be float32 or"),
        (("files", "../labels.exr", {"checksum": "", "shape": [], "dtype": ""}), r"files\.\.\./labels\.exr is no file"),
        (("camera", 3), "camera must be a mapping"),
        (("camera", {**CAMERA, "K": None, "distortion": [0.1] * 5}), r"camera\.distortion is that of a lens"),
        (("camera", {**CAMERA, "K": [[1, 0, 0], [0, 0, 0], [0, 0, 1]]}), r"camera\.K is no matrix"),
        (("camera", {**CAMERA, "width": "8"}), r"camera\.width must be a whole number"),
        (("camera", {**CAMERA, "camera_from_world": MOVED}), "world_from_camera and camera_from_world contradict"),
        (("camera", {**CAMERA, "world_from_camera": [[0] * 4] * 4}), "contradict each other"),
        (("schema", 2), "schema 2; this version reads schema 1"),
    ],
)
def test_a_damaged_record_names_its_key(run, change, words):
    edit(run, 2, *change)
    with pytest.raises(RunError, match=rf"000002.frame\.json.*{words}"):
        read_frame(run, 2, PLAN)


def test_a_cut_file_is_seen_where_the_record_says_its_size(run):
    edit(run, 2, "files", "image.png", "bytes", 1)
    assert read_frame(run, 2, PLAN).files["image.png"].bytes == 1
    edit(run, 2, "files", "image.png", "bytes", 9)
    with pytest.raises(RunError, match=r"000002.image\.png has 1 bytes, and was written with 9; labelpass verify"):
        read_frame(run, 2, PLAN)


def test_a_record_that_was_edited_is_damaged(run):
    place = frame_folder(run, 2) / RECORD
    place.write_text(json.dumps(sealed(a_record(2))))
    assert damaged_frames(run, PLAN, [2]) == {}
    edit(run, 2, "timings", "image_s", 1.25)
    (why,) = damaged_frames(run, PLAN, [2]).values()
    assert "wrong checksum" in why and why.endswith("--repair renders damaged frames anew")
    assert put_aside(run, PLAN, 2) and finished_frames(run) == [1, 3]


def test_supersampled_runs_have_purity(run):
    plan = replace(PLAN, settings=replace(PLAN.settings, label_supersample=3))
    with pytest.raises(RunError, match=r"files\.purity\.exr is missing"):
        read_frame(run, 2, plan)


def test_a_frame_that_the_plan_lacks_is_to_be_moved(run):
    os.rename(frame_folder(run, 3), frame_folder(run, 4))
    edit(run, 4, "frame", 4)
    with pytest.raises(RunError, match="000004 is not in the run's plan; move it away"):
        read_frame(run, 4, PLAN)


def test_damaged_frames_go_aside_and_nothing_is_lost(run):
    assert put_aside(run, PLAN, 2) is None and put_aside(run, PLAN, 9) is None
    for number in (1, 2):
        (frame_folder(run, 2) / "labels.exr").write_text("")
        assert put_aside(run, PLAN, 2) == run / FRAMES / f".damaged-000002-{number}"
        assert finished_frames(run) == [1, 3]
        with new_frame(run, 2) as folder:
            (folder / RECORD).write_text(json.dumps(a_record(2)))
    assert (run / FRAMES / ".damaged-000002-1" / "image.png").read_bytes() == b"x"
    assert sorted(os.listdir(run / FRAMES)) == [".damaged-000002-1", ".damaged-000002-2", "000001", "000002", "000003"]
