"""Formats that are containers: WebDataset shards and NumPy arrays, read as people's scripts read them."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
import webdataset
from exported import image_of, labels_of, manifest, number_of, read_png, refused, written
from small_inputs import files_of, write_exr, write_run
from small_things import write_run_of_things

from blender_addon.contract.labels import built_in
from blender_addon.contract.run import frame_folder
from postprocess import spool
from postprocess.dataset import export
from postprocess.exporters import FORMATS
from postprocess.exr import read_labels
from postprocess.index_passes import IndexPasses
from postprocess.labelmap import resize_labels

BOTH = ("instances", "depth")
CONTAINERS = ("webdataset", "numpy", "nyu-mat")


@pytest.mark.parametrize("format", CONTAINERS)
def test_processes_and_order_of_runs_change_no_byte(tmp_path: Path, format: str) -> None:
    runs = [write_run_of_things(tmp_path / f"r{n}", scene=f"{n}.blend", views=5, with_=BOTH) for n in range(3)]
    export(runs, tmp_path / "one", format)
    export(runs[::-1], tmp_path / "two", format, jobs=2)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    assert not [name for name in files_of(tmp_path / "one") if name.startswith(".")]


@pytest.mark.parametrize("format", CONTAINERS)
def test_a_link_is_refused(tmp_path: Path, format: str) -> None:
    run = write_run_of_things(tmp_path / "r", with_=BOTH)
    refused(tmp_path, f"{format} has no file for each picture.*--images copy", [run], format, images="link")


@pytest.mark.parametrize("format", ["numpy", "nyu-mat"])
def test_arrays_want_one_size_and_pixels(tmp_path: Path, format: str) -> None:
    runs = [write_run_of_things(tmp_path / "a", with_=BOTH)]
    refused(tmp_path, r"takes no \.jpg pictures", runs, format, images="jpeg")
    runs.append(write_run_of_things(tmp_path / "b", scene="b", size=(30, 20), with_=BOTH))
    refused(tmp_path, "an array has one shape.*--size", runs, format)
    export(runs, tmp_path / "out", format, size=(20, 10))
    assert manifest(tmp_path / "out")["size"] == [20, 10]


# WebDataset


def members_of(shard: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(shard) as tar:
        return tar.getmembers()


def test_shards_are_ustar_with_the_files_of_a_frame_side_by_side(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "webdataset", options={"shard_size": "3"})
    frames = manifest(tmp_path / "out")["split"]["frames"]
    expected = {f"{split}-{n:06d}.tar" for split, count in frames.items() for n in range(-(-count // 3))}
    assert set(files_of(tmp_path / "out")) == expected | {"checksums.txt", "dataset.json"} and len(expected) == 5
    keys = []
    for shard in sorted(expected):
        members = members_of(tmp_path / "out" / shard)
        assert (tmp_path / "out" / shard).read_bytes()[257:265] == b"ustar\x0000"
        assert not any(
            (each.mtime, each.uid, each.gid, each.uname, each.gname) != (0, 0, 0, "", "") for each in members
        )
        names = [each.name for each in members]
        mine = [name.removesuffix(".json") for name in names if name.endswith(".json")]
        assert names == [key + end for key in mine for end in (".png", ".seg.png", ".json")]
        assert (tmp_path / "out" / shard).stat().st_size % 10240 == 0
        keys += mine
    assert sorted(keys) == [f"kitchen-run_{number:06d}" for number in range(1, 11)]


def test_a_shard_is_as_large_as_asked_and_holds_one_frame_at_least(tmp_path: Path) -> None:
    run = write_run(tmp_path / "r", size=(400, 400), views=6)  # noise: half a megabyte each
    export([run], tmp_path / "out", "webdataset", split=(1, 0, 0), options={"shard_size": "1MB"})
    shards = sorted((tmp_path / "out").glob("*.tar"))
    assert all(shard.stat().st_size <= 1_000_000 for shard in shards)
    sizes = [sum(len(members_of(shard)) for shard in some) for some in (shards, shards[:1])]
    assert sizes[0] == 18 and len(shards) == 6 // (sizes[1] // 3)
    run = write_run(tmp_path / "large", size=(800, 800), views=2)
    export([run], tmp_path / "two", "webdataset", split=(1, 0, 0), options={"shard_size": "1MB"})
    assert [len(members_of(shard)) for shard in sorted((tmp_path / "two").glob("*.tar"))] == [3, 3]


@pytest.mark.parametrize("images", ["copy", "jpeg"])
def test_webdataset_reads_exact_masks(tmp_path: Path, images: str) -> None:
    run = write_run(tmp_path / "r")
    export([run], tmp_path / "out", "webdataset", images=images, split=(1, 0, 0), options={"shard_size": "4"})
    shards = str(tmp_path / "out" / "train-{000000..000002}.tar")
    ending = {"copy": "png", "jpeg": "jpg"}[images]
    seen = {}
    for sample in webdataset.WebDataset(shards, shardshuffle=False).decode("l8"):
        assert {key for key in sample if not key.startswith("_")} == {ending, "seg.png", "json"}
        seen[sample["__key__"]] = sample
    assert len(seen) == 10
    for key, sample in seen.items():
        expected = written(labels_of(run, number_of(key)), 254, 255)
        assert np.array_equal(sample["seg.png"], expected) and sample["seg.png"].dtype == np.uint8
        values, counts = np.unique(expected, return_counts=True)
        shown = dict(zip(map(str, values.tolist()), counts.tolist()))
        facts = {"name": key, "split": "train", "width": 40, "height": 30, "pixels": shown}
        assert sample["json"] == facts
    pictures = webdataset.WebDataset(shards, shardshuffle=False).decode("rgb8")
    for sample in pictures:
        if images == "copy":
            assert np.array_equal(sample["png"], image_of(run, number_of(sample["__key__"])))
        else:
            assert sample["jpg"].shape == (30, 40, 3)


def test_what_shards_cannot_hold_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "8-bit masks.*--labels nyu40", [write_run(tmp_path / "a", built_in("nyu894"))], "webdataset")
    run = write_run(tmp_path / ("long" * 25))
    refused(tmp_path, "a tar holds names of 92 letters", [run], "webdataset")
    for size in ("0", "-1", "MB", "1GB", "1.5MB", "0MB", "1\n"):
        refused(tmp_path, "a number of frames", [run], "webdataset", options={"shard_size": size})


# NumPy


def test_arrays_are_the_pixels(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "numpy", seed=1)
    frames = manifest(tmp_path / "out")["split"]["frames"]
    for split, count in frames.items():
        names = (tmp_path / "out" / f"names_{split}.txt").read_text().split()
        images = np.load(tmp_path / "out" / f"images_{split}.npy", mmap_mode="r")
        labels = np.load(tmp_path / "out" / f"labels_{split}.npy", mmap_mode="r")
        assert len(names) == len(images) == len(labels) == count > 0
        assert (images.dtype, labels.dtype) == (np.uint8, np.uint8)
        for name, image, label in zip(names, images, labels):
            assert np.array_equal(image, image_of(run, number_of(name)))
            assert np.array_equal(label, written(labels_of(run, number_of(name)), 254, 255))


def test_large_sets_are_16_bit_and_splits_without_frames_have_no_files(tmp_path: Path) -> None:
    run = write_run(tmp_path / "r", built_in("nyu894"))
    export([run], tmp_path / "out", "numpy", split=(0, 0, 1), size=(20, 15))
    arrays = {"images_test.npy", "labels_test.npy", "names_test.txt"}
    assert set(files_of(tmp_path / "out")) == {"checksums.txt", "dataset.json"} | arrays
    labels = np.load(tmp_path / "out" / "labels_test.npy")
    assert labels.dtype == np.dtype("<u2") and labels.shape == (10, 15, 20)
    source = read_labels(frame_folder(run, 1) / "labels.exr", built_in("nyu894")).pixels
    assert np.array_equal(labels[0], written(resize_labels(source, (20, 15)), 65534, 65535))


def test_labels_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "exr").mkdir()
    index = np.full((6, 8), 3, np.float32)
    write_exr(tmp_path / "exr" / "a_1.exr", {"IndexOB.X": index})
    export(IndexPasses(tmp_path / "exr", built_in("nyu13")), tmp_path / "out", "numpy", split=(1, 0, 0))
    arrays = {"labels_train.npy", "names_train.txt"}
    assert set(files_of(tmp_path / "out")) == {"checksums.txt", "dataset.json"} | arrays
    assert np.array_equal(np.load(tmp_path / "out" / "labels_train.npy"), [index])


@pytest.mark.parametrize("format", CONTAINERS)
def test_rows_that_the_disk_changes_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    def flip(*_: object) -> dict[str, str]:
        (rows,) = (path for left in tmp_path.glob(".*partial*") for path in (left / spool.FOLDER).iterdir())
        data = bytearray(rows.read_bytes())
        data[len(data) // 2] ^= 1
        rows.write_bytes(data)
        return {}

    run = write_run_of_things(tmp_path / "r", with_=BOTH)
    monkeypatch.setattr(FORMATS[format], "side_files", flip)
    refused(tmp_path, "does not hold what was written", [run], format)


def test_members_are_files_that_anybody_reads(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "webdataset", split=(1, 0, 0))
    with tarfile.open(tmp_path / "out" / "train-000000.tar") as tar:
        tar.extractall(tmp_path / "files", filter="data")
    for number in range(1, 11):
        start = tmp_path / "files" / f"kitchen-run_{number:06d}"
        assert np.array_equal(read_png(start.with_suffix(".png")), image_of(run, number))
        assert np.array_equal(read_png(start.with_suffix(".seg.png")), written(labels_of(run, number), 254, 255))
        assert json.loads(start.with_suffix(".json").read_text("ascii"))["name"] == start.name
