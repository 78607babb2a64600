"""Depth, flow and the rest on disk: each file, read by the library that its readers use, is what its record says."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest
from command_line import SMALL, checksums, labelpass
from pycocotools.coco import COCO

from blender_addon.contract import run as run_folder
from blender_addon.contract.modalities import MODALITIES
from blender_addon.contract.run import frame_folder, pixel_checksum, read_plan, read_record

POINTS = {
    "points.ply": np.dtype("<f4,<f4,<f4,u1,u1,u1,<u2,<f8"),
    "lidar.ply": np.dtype("<f4,<f4,<f4,<f4,<u2,<u2,<u2,<f8"),
}


@pytest.fixture(scope="module")
def run(scene_file, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("modalities") / "run"
    labelpass("render", scene_file, "--out", out, *SMALL, "--frames", "1-2", "--with", ",".join(MODALITIES))
    return out


def decoded(path: Path) -> np.ndarray:
    if path.suffix == ".exr":
        with OpenEXR.File(str(path), separate_channels=True) as file:
            channels = {name: channel.pixels for name, channel in file.channels().items()}
        if len(channels) > 1:
            return np.stack([channels[name] for name in sorted(channels)], axis=-1)
        ((name, pixels),) = channels.items()
        return pixels.astype(np.uint16) if name == "Label" else pixels
    if path.suffix == ".ply":
        header, _, body = path.read_bytes().partition(b"end_header\n")
        assert header.startswith(b"ply\nformat binary_little_endian 1.0\n")
        return np.frombuffer(body, POINTS[path.name])
    if path.suffix == ".json":
        json.loads(path.read_bytes())
        return np.frombuffer(path.read_bytes(), np.uint8)
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


def test_the_run_is_whole_to_whoever_reads_it(run, scene_file, tmp_path):
    labelpass("verify", run)
    labelpass("export", run, "--format", "nyu", "--split", "1/0/0", "--out", tmp_path / "nyu")
    again = labelpass("render", scene_file, "--out", run, *SMALL, "--frames", "1-2", "--with", ",".join(MODALITIES))
    assert "damaged" not in again.stdout + again.stderr


def test_coco_has_the_things_of_the_table(run, tmp_path):
    labelpass("export", run, "--format", "coco", "--split", "1/0/0", "--out", tmp_path / "coco")
    dataset = COCO(tmp_path / "coco" / "annotations" / "instances_train.json")
    ids = {number: label.id for number, label in enumerate(read_plan(run).label_set.labels, start=1)}
    for image in dataset.dataset["images"]:
        number = int(image["file_name"].split("_")[-1].split(".")[0])
        table = json.loads((frame_folder(run, number) / "instances.json").read_bytes())["instances"]
        rows = [(label, pixels) for row in table for label, pixels in row["labels"] if label in ids.values()]
        told = dataset.loadAnns(dataset.getAnnIds(image["id"]))
        assert sorted(rows) == sorted((ids[each["category_id"]], int(dataset.annToMask(each).sum())) for each in told)
        whole = {tuple(row["box_2d"]) for row in table if len(row["labels"]) == 1 and row["labels"][0][0]}
        assert rows and whole <= {tuple(each["bbox"]) for each in told}


def test_every_file_decodes_to_its_checksum(run):
    folder, files = frame_folder(run, 1), read_record(run, 1)["files"]
    assert {path.name for path in folder.iterdir()} == {*files, "frame.json"}
    assert set(files) == set(read_plan(run).settings.files)
    for name, stored in files.items():
        pixels = decoded(folder / name)
        assert list(pixels.shape) == stored["shape"], name
        assert pixels.dtype.name == stored["dtype"] or name in POINTS, name
        assert pixel_checksum(pixels.shape, stored["dtype"], np.ascontiguousarray(pixels).data) == stored["checksum"]
        assert (name in {"image.png", "labels.exr"}) or "holds" in stored


def test_what_is_asked_for_changes_no_other_file(run, scene_file, tmp_path):
    labelpass("render", scene_file, "--out", tmp_path / "plain", *SMALL, "--frames", "1-2")
    for frame, files in checksums(tmp_path / "plain").items():
        assert files.items() <= checksums(run)[frame].items()


@pytest.mark.slow
def test_a_resume_makes_the_same_and_refuses_other(run, scene_file):
    assert "2 of 4 frames done" in labelpass("render", scene_file, "--out", run, "--frames", "1-2").stdout
    done = labelpass("render", scene_file, "--out", run, "--with", "depth", check=1)
    assert "modalities is" in done.stderr
    assert "name a new --out" in done.stderr


def test_a_missing_depth_is_rendered_again(run, scene_file):
    before = checksums(run)
    (frame_folder(run, 2) / "depth.exr").unlink()
    said = labelpass("render", scene_file, "--out", run, "--frames", "1-2").stderr
    assert "depth.exr is missing" in said
    assert checksums(run) == before


@pytest.mark.slow
def test_jpeg_images_are_exported_like_others(scene_file, tmp_path):
    run = tmp_path / "run"
    labelpass("render", scene_file, "--out", run, *SMALL, "--frames", "1-2", "--image", "jpeg")
    folder, files = run_folder.frame_folder(run, 1), read_record(run, 1)["files"]
    image = decoded(folder / "image.jpg")
    assert pixel_checksum(image.shape, "uint8", np.ascontiguousarray(image).data) == files["image.jpg"]["checksum"]
    labelpass("export", run, "--format", "nyu", "--out", tmp_path / "nyu")
    labelpass("sheet", run, "--out", tmp_path / "sheet.png")
    exported = [path for path in (tmp_path / "nyu").rglob("*.png") if "image" in str(path.relative_to(tmp_path))]
    assert any(np.array_equal(decoded(path), image) for path in exported)
    labelpass("export", run, "--format", "nyu", "--images", "link", "--out", tmp_path / "linked")
    assert any(path.samefile(folder / "image.jpg") for path in (tmp_path / "linked" / "images").glob("*.jpg"))


def test_an_unknown_name_is_told_with_the_nearest(scene_file, tmp_path):
    done = labelpass("render", scene_file, "--out", tmp_path / "run", "--with", "normal", check=2)
    assert "did you mean 'normals'?" in done.stderr
