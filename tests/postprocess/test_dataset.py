"""The whole export: what comes out equals what went in, bad input leaves nothing, same input gives same bytes."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from small_inputs import SIZE, checksum, files_of, some_image, some_labels, write_exr, write_run

from blender_addon.contract.labels import BACKGROUND, IGNORE, Label, LabelSet, built_in
from blender_addon.contract.run import finished_frames, frame_folder
from postprocess import png, pool, staging
from postprocess.dataset import export, export_index_passes
from postprocess.errors import ExportError
from postprocess.exr import read_labels, read_purity
from postprocess.labelmap import resize_labels

NYU40 = built_in("nyu40")


def read_png(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def manifest(out: Path) -> dict:
    return json.loads((out / "dataset.json").read_text(encoding="utf-8"))


def edit_record(run: Path, frame: int, change: Callable[[dict], None]) -> None:
    path = frame_folder(run, frame) / "frame.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def rewrite_labels(run: Path, frame: int, values: np.ndarray) -> None:
    """Other labels with a checksum to match, so that the values alone are wrong."""
    write_exr(frame_folder(run, frame) / "labels.exr", {"Label": values.astype(np.float32)})


def test_nyu_holds_the_labels_of_the_run(run: Path, tmp_path: Path) -> None:
    summary = export([run], tmp_path / "out", "nyu", seed=3)
    data = manifest(tmp_path / "out")
    back = {row["value"]: row["id"] for row in data["classes"]}
    codes = {"unlabelled": 0, "ignore": IGNORE, "background": BACKGROUND}
    back |= {data["codes"][name]["written_as"]: code for name, code in codes.items()}
    assert len(back) == 43
    for number in range(1, 11):
        written = read_png(tmp_path / "out" / "labels" / f"kitchen-run_{number:06d}.png")
        assert written.dtype == np.uint8
        labels = read_labels(frame_folder(run, number) / "labels.exr", NYU40).pixels
        np.testing.assert_array_equal(np.vectorize(back.__getitem__)(written), labels)
        image = read_png(tmp_path / "out" / "images" / f"kitchen-run_{number:06d}.png")
        np.testing.assert_array_equal(image, read_png(frame_folder(run, number) / "image.png"))
        colors = Image.open(tmp_path / "out" / "colors" / f"kitchen-run_{number:06d}.png").convert("RGB")
        expected = {id_: label.color for id_, label in NYU40.by_id.items()}
        expected |= {code: tuple(data["codes"][name]["color"]) for name, code in codes.items()}
        np.testing.assert_array_equal(np.asarray(colors), [[expected[id_] for id_ in row] for row in labels.tolist()])
    assert summary.frames == {"train": 8, "val": 1, "test": 1} and summary.size == SIZE


def test_counts_in_dataset_json_are_those_of_the_files(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "nyu")
    data = manifest(tmp_path / "out")
    rows = {row["value"]: row for row in (*data["classes"],)}
    rows |= {row["written_as"]: row for row in data["codes"].values()}
    for part in ("train", "val", "test"):
        names = (tmp_path / "out" / f"{part}.txt").read_text().split()
        assert len(names) == data["split"]["frames"][part] > 0
        maps = np.stack([read_png(tmp_path / "out" / "labels" / f"{name}.png") for name in names])
        for value, row in rows.items():
            assert row["pixels"][part] == (maps == value).sum()
            assert row["images"][part] == (maps == value).any((1, 2)).sum()


def test_same_input_same_bytes(make_run: Callable[..., Path], tmp_path: Path) -> None:
    runs = [make_run(f"run {n}", scene=f"scene {n}", purity=True) for n in range(4)]
    options = {"target": built_in("nyu13"), "size": (24, 20), "ignore_impure": 0.3, "seed": 5}
    for format in ("nyu", "segnet"):
        export(runs, tmp_path / f"{format} one", format, **options)
        once = files_of(tmp_path / f"{format} one")
        assert len(once) > 80
        export(runs[::-1], tmp_path / f"{format} two", format, jobs=2, **options)
        assert files_of(tmp_path / f"{format} two") == once
        moved = tmp_path / "elsewhere"
        moved.mkdir()
        there = [shutil.copytree(run, moved / run.name) for run in runs]
        export(there, moved / "three", format, **options)
        assert files_of(moved / "three") == once
        shutil.rmtree(moved)
        export(runs, tmp_path / f"{format} four", format, **options | {"seed": 6})
        assert files_of(tmp_path / f"{format} four") != once


def test_no_path_or_note_of_the_machine_is_written(run: Path, tmp_path: Path) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("File", str(tmp_path / "secret.blend"))
    path = frame_folder(run, 1) / "image.png"
    Image.fromarray(read_png(path)).save(path, pnginfo=notes)
    shutil.rmtree(frame_folder(run, 2))  # an unfinished run is warned about, by name alone
    for format in ("nyu", "segnet"):
        export([run], tmp_path / format, format)
        assert not [name for name, data in files_of(tmp_path / format).items() if str(tmp_path).encode() in data]


def test_remap_resize_and_purity_together(make_run: Callable[..., Path], tmp_path: Path) -> None:
    run = make_run("r", purity=True)
    target = built_in("nyu13")
    export([run], tmp_path / "out", "nyu", target=target, size=(25, 17), ignore_impure=0.4)
    crosswalk = NYU40.crosswalk(target) | {0: 0, IGNORE: 255, BACKGROUND: 254}
    for number in range(1, 11):
        labels = read_labels(frame_folder(run, number) / "labels.exr", NYU40).pixels
        purity = read_purity(frame_folder(run, number) / "purity.exr")
        expected = np.vectorize(lambda id_: crosswalk.get(id_, 0))(labels)
        expected[purity < np.float32(0.4)] = 255
        written = read_png(tmp_path / "out" / "labels" / f"r_{number:06d}.png")
        np.testing.assert_array_equal(written, resize_labels(expected, (25, 17)))
        assert read_png(tmp_path / "out" / "images" / f"r_{number:06d}.png").shape == (17, 25, 3)
    assert manifest(tmp_path / "out")["ignored_below_purity"] == 0.4


def test_another_shape_is_said(run: Path, tmp_path: Path) -> None:
    said = "40x30 pixels (1.33:1) are squashed to 25x25 pixels (1:1): images and labels alike are out of shape"
    assert said in export([run], tmp_path / "square", "nyu", size=(25, 25)).warnings
    assert said in manifest(tmp_path / "square")["warnings"]
    for size in (None, (20, 15), (27, 20)):
        assert not any("squashed" in text for text in export([run], tmp_path / f"{size}", "nyu", size=size).warnings)


def test_dataset_json_says_what_was_asked_for(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "nyu", split=(0.5, 0.3, 0.2), split_by="frame", seed=4)
    frames = {"train": 5, "val": 3, "test": 2}
    asked = {"method": "frame", "fractions": [0.5, 0.3, 0.2], "seed": 4, "frames": frames}
    assert manifest(tmp_path / "out")["split"] == asked


def test_the_order_of_train_is_a_draw_of_its_own(run: Path, tmp_path: Path) -> None:
    """Not that of the split: who is drawn first there would be first here, too. Stays so in later versions."""
    export([run], tmp_path / "out", "nyu", split=(1, 0, 0), seed=3)
    found = [int(name[-6:]) - 1 for name in (tmp_path / "out" / "train.txt").read_text().split()]
    assert found == np.random.default_rng([3, 2]).permutation(10).tolist()
    assert found != np.random.default_rng([3, 1]).permutation(10).tolist()


def test_what_a_remap_loses_is_said(tmp_path: Path) -> None:
    labels = (Label(1, "wall", (1, 1, 1), parents={"nyu13": 12}), Label(2, "gizmo", (2, 2, 2)))
    run = write_run(tmp_path / "r", LabelSet("mine", labels), views=3)
    summary = export([run], tmp_path / "out", "nyu", target=built_in("nyu13"))
    lost = [text for text in summary.warnings if "gizmo" in text]
    pixels = sum(
        read_labels(frame_folder(run, n) / "labels.exr", LabelSet("mine", labels)).counts()[2] for n in (1, 2, 3)
    )
    assert lost == [f"no parent in 'nyu13', written as unlabelled: gizmo ({pixels} pixels)"]
    assert lost[0] in manifest(tmp_path / "out")["warnings"]


def test_a_large_label_set_is_written_in_16_bit(tmp_path: Path) -> None:
    nyu894 = built_in("nyu894")
    run = write_run(tmp_path / "r", LabelSet("top", tuple(label for label in nyu894.labels if label.id > 800)), views=3)
    export([run], tmp_path / "out", "nyu")
    written = cv2.imread(str(tmp_path / "out" / "labels" / "r_000001.png"), cv2.IMREAD_UNCHANGED)
    assert written.dtype == np.uint16
    labels = read_labels(frame_folder(run, 1) / "labels.exr", nyu894).pixels
    np.testing.assert_array_equal(
        written, np.where(labels == IGNORE, 65535, np.where(labels == BACKGROUND, 65534, labels))
    )
    assert read_png(tmp_path / "out" / "colors" / "r_000001.png").shape == (SIZE[1], SIZE[0], 3)


# Bad input: an error that says where, and nothing left behind.


def refused(tmp_path: Path, words: str, runs: list[Path], format: str = "nyu", **options) -> None:
    with pytest.raises(ExportError, match=words):
        export(runs, tmp_path / "out", format, **options)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*partial*"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_wrong_pixels_are_found_by_checksum(run: Path, tmp_path: Path, jobs: int) -> None:
    labels = read_labels(frame_folder(run, 7) / "labels.exr", NYU40).pixels.copy()
    labels[3, 4] = 1 if labels[3, 4] != 1 else 2
    rewrite_labels(run, 7, labels)
    refused(tmp_path, r"000007.labels\.exr: its pixels are not those that were rendered", [run], jobs=jobs)


@pytest.mark.parametrize("name", ["labels.exr", "purity.exr", "image.png"])
@pytest.mark.parametrize("damage", ["flipped", "noise", "other pixels", "other values"])
def test_damage_that_only_decoding_shows_names_the_folder_to_remove(
    make_run: Callable[..., Path], tmp_path: Path, name: str, damage: str
) -> None:
    """A render decodes nothing and says that all is done: "render it again" alone would be a circle."""
    run = make_run("r", purity=True)
    folder = frame_folder(run, 3)
    path = folder / name
    data = bytearray(path.read_bytes())
    if damage == "flipped":
        data[-60] ^= 0x10
        path.write_bytes(data)
    elif damage == "noise":
        path.write_bytes(b"x" * len(data))
    elif damage == "other pixels" or name == "image.png":
        path.write_bytes((frame_folder(run, 4) / name).read_bytes())
    else:
        channel = "Label" if name == "labels.exr" else "Purity"
        write_exr(path, {channel: np.full(SIZE[::-1], 41.0, np.float32)})
    words = rf"{name}.*; remove the folder {re.escape(str(folder))} and start the render again$"
    refused(tmp_path, words, [run], ignore_impure=0.5)
    assert 3 in finished_frames(run)  # so a render would pass it by


def test_a_wrong_image_is_found_by_checksum(run: Path, tmp_path: Path) -> None:
    image = read_png(frame_folder(run, 2) / "image.png").copy()
    image[0, 0, 1] ^= 1
    Image.fromarray(image).save(frame_folder(run, 2) / "image.png")
    refused(tmp_path, r"000002.image\.png: its pixels are not", [run])


def test_wrong_purity_is_found_by_checksum(make_run: Callable[..., Path], tmp_path: Path) -> None:
    run = make_run("r", purity=True)
    write_exr(frame_folder(run, 2) / "purity.exr", {"Purity": np.ones(SIZE[::-1], np.float32)})
    refused(tmp_path, r"000002.purity\.exr: its pixels are not", [run], ignore_impure=0.5)


@pytest.mark.parametrize(
    ("value", "words"), [(2.5, "value 2.5"), (np.nan, "value nan"), (77, "'nyu40' does not define")]
)
def test_values_that_are_no_label(run: Path, tmp_path: Path, value: float, words: str) -> None:
    values = np.ones(SIZE[::-1], np.float32)
    values[5, 9] = value
    rewrite_labels(run, 3, values)
    refused(tmp_path, rf"000003.labels\.exr: .*{words}.*|{words}", [run])


@pytest.mark.parametrize("name", ["labels.exr", "image.png"])
@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_cut_files(run: Path, tmp_path: Path, name: str, share: float) -> None:
    path = frame_folder(run, 4) / name
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    refused(tmp_path, rf"000004.{name}", [run])


@pytest.mark.parametrize("name", ["labels.exr", "image.png", "frame.json"])
def test_missing_files(run: Path, tmp_path: Path, name: str) -> None:
    (frame_folder(run, 4) / name).unlink()
    refused(tmp_path, "000004|frame 4 of", [run])


def test_a_record_without_checksums(run: Path, tmp_path: Path) -> None:
    edit_record(run, 5, lambda record: record["files"].pop("labels.exr"))
    refused(tmp_path, r"000005.frame\.json is damaged: files\.labels\.exr is missing; start the render again", [run])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda record: record.update(seed=7), "seed 7, the plan 0"),
        (lambda record: record["view"].update(name="view 6"), r"view\.name 'view 6', the plan 'view 5'"),
        (lambda record: record["files"]["image.png"].update(shape=[9, 9, 3]), r"files\.image\.png\.shape \(9, 9\)"),
        (lambda record: record["labels"].append({"id": 99, "name": "x", "pixels": 1}), "label 99 'x', the plan None"),
    ],
)
def test_a_frame_of_another_run_is_refused(
    run: Path, tmp_path: Path, change: Callable[[dict], None], words: str
) -> None:
    edit_record(run, 5, change)
    refused(tmp_path, rf"000005 is a frame of another run: .*{words}.*start the render again", [run])


def test_image_and_labels_of_two_sizes(run: Path, tmp_path: Path) -> None:
    image = some_image(np.random.default_rng(0), (SIZE[0] + 1, SIZE[1]))
    Image.fromarray(image).save(frame_folder(run, 6) / "image.png")
    edit_record(run, 6, lambda record: record["files"]["image.png"].update(checksum=checksum(image)))
    refused(tmp_path, r"000006.image\.png is 41x30, its labels 40x30", [run])


def test_runs_of_two_sizes_need_one(make_run: Callable[..., Path], tmp_path: Path) -> None:
    runs = [make_run("a"), make_run("b", scene="other", size=(20, 24))]
    refused(tmp_path, r"is 20x24 and .* 40x30; .*--size", runs)
    assert export(runs, tmp_path / "out", "segnet", size=(16, 16), split=(0.5, 0.5, 0)).size == (16, 16)


def test_a_run_named_twice_or_copied(run: Path, tmp_path: Path) -> None:
    refused(tmp_path, "would both be named 'kitchen-run_000001'", [run, run])
    (tmp_path / "copy").mkdir()
    shutil.copytree(run, tmp_path / "copy" / "another name")
    refused(tmp_path, "would both be named", [run, tmp_path / "copy" / "another name"])


def test_two_machines_halves_of_one_run(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "whole", "nyu")
    (tmp_path / "other").mkdir()
    half = shutil.copytree(run, tmp_path / "other" / run.name)
    for number in range(1, 11):
        shutil.rmtree(frame_folder(run if number % 2 else half, number))
    assert not any("unfinished" in text for text in export([half, run], tmp_path / "halves", "nyu").warnings)
    assert files_of(tmp_path / "whole") == files_of(tmp_path / "halves")


def test_runs_of_one_name_keep_their_frames_apart(tmp_path: Path) -> None:
    runs = []
    for seed in (1, 2):
        (tmp_path / str(seed)).mkdir()
        runs.append(write_run(tmp_path / str(seed) / "run", seed=seed))
    export(runs, tmp_path / "out", "nyu")
    names = [path.stem for path in (tmp_path / "out" / "labels").iterdir()]
    assert len(names) == 20 and len({name.rpartition("_")[0] for name in names}) == 2


def test_an_existing_target_is_left_alone(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    with pytest.raises(ExportError, match="out is there already and not empty"):
        export([run], out, "nyu")
    assert files_of(out) == {"thesis.txt": b"years of work"}
    (out / "thesis.txt").unlink()
    export([run], out, "nyu")
    assert (out / "dataset.json").is_file()


@pytest.mark.parametrize("place", ["dataset", "frames/dataset", "frames/000003/dataset"])
def test_no_dataset_is_written_into_a_run(run: Path, make_run: Callable[..., Path], tmp_path: Path, place: str) -> None:
    other = make_run("other", views=3)
    (tmp_path / "link").symlink_to(run)
    before = files_of(run), files_of(other)
    for out in (run / place, other / place, tmp_path / "link" / place):
        with pytest.raises(ExportError, match=r"dataset lies in the run .*, which holds what was rendered"):
            export([run], out, "nyu")
    assert (files_of(run), files_of(other)) == before


def test_an_unfinished_run_is_exported_with_a_warning(make_run: Callable[..., Path], tmp_path: Path) -> None:
    summary = export([make_run("r", skip=(2, 5))], tmp_path / "out", "nyu")
    assert "run 'r' is unfinished: 8 of 10 frames" in summary.warnings[0]
    assert manifest(tmp_path / "out")["sources"][0]["frames"] == 8


def test_nothing_to_export(make_run: Callable[..., Path], tmp_path: Path) -> None:
    refused(tmp_path, "no finished frame", [make_run("r", skip=range(1, 11))])
    refused(tmp_path, "no run folder", [tmp_path])
    refused(tmp_path, "no finished frame in no run at all", [])


def test_label_sets_that_differ_need_a_target(make_run: Callable[..., Path], tmp_path: Path) -> None:
    runs = [make_run("a"), make_run("b", built_in("nyu13"), scene="other")]
    refused(tmp_path, "a is labelled with 'nyu40' and b with 'nyu13'; say into which", runs)
    refused(tmp_path, "b: no cross-walk from 'nyu13' to 'sunrgbd37'", runs, target=built_in("sunrgbd37"))
    export(runs, tmp_path / "out", "nyu", target=built_in("nyu13"))
    assert [source["label_set"] for source in manifest(tmp_path / "out")["sources"]] == ["nyu40", "nyu13"]


def test_label_sets_of_one_name_that_differ(make_run: Callable[..., Path], tmp_path: Path) -> None:
    one = LabelSet("mine", (Label(1, "cat", (1, 1, 1)), Label(2, "dog", (2, 2, 2))))
    other = LabelSet("mine", (Label(1, "dog", (1, 1, 1)), Label(2, "cat", (2, 2, 2))))
    runs = [make_run("a", one), make_run("b", other, scene="other")]
    refused(tmp_path, "another 'mine'", runs)
    refused(tmp_path, "b: id 1 is 'dog' there and 'cat' in the label set 'mine'", runs, target=one)


def test_purity_that_was_not_rendered(run: Path, tmp_path: Path) -> None:
    refused(tmp_path, "no purity beside it.*--label-supersample 3", [run], ignore_impure=0.6)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"size": (0, 5)}, "size 0x5: a dataset's pictures have 1 to 16384 pixels a side"),
        ({"size": (5, -1)}, "size 5x-1"),
        ({"size": (5, 16385)}, "size 5x16385"),
        ({"jobs": 0}, "0 jobs"),
        ({"ignore_impure": 1.5}, "threshold 1.5"),
        ({"seed": -1}, "seed -1"),
        ({"split": (0.5, 0.4, 0.2)}, "sum 1"),
        ({"split_by": "scene"}, "1 scene cannot fill 3"),
        ({"options": {"prefix": "x"}}, "format nyu has no option 'prefix'; it has void"),
        ({"options": {"void": "nil"}}, "'apart' or 'zero'"),
    ],
)
def test_wishes_that_make_no_sense(run: Path, tmp_path: Path, wish: dict, words: str) -> None:
    refused(tmp_path, words, [run], **wish)


def test_unknown_format(run: Path, tmp_path: Path) -> None:
    refused(tmp_path, "format 'voc': known are nyu, segnet", [run], "voc")


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_counts_to_the_end(run: Path, tmp_path: Path, jobs: int) -> None:
    seen: list[tuple[int, int]] = []
    export([run], tmp_path / "out", "nyu", jobs=jobs, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen) and seen[-1] == (10, 10) and len(seen) > 1


# Index passes that somebody rendered without us.


@pytest.fixture
def passes(tmp_path: Path) -> Path:
    folder = tmp_path / "render out"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for camera in ("left", "right", "top"):
        for number in range(1, 5):
            labels = some_labels(rng, NYU40).astype(np.float32)
            depth = np.where(labels == BACKGROUND, 1e10, 2).astype(np.float32)
            labels[labels > 32767] = 0
            write_exr(folder / f"{camera}_{number:04d}.exr", {"VL.IndexOB.X": labels, "VL.Depth.Z": depth})
            Image.fromarray(some_image(rng)).save(folder / f"{camera}_{number:04d}.png")
    return folder


def test_index_passes_become_a_dataset(passes: Path, tmp_path: Path) -> None:
    summary = export_index_passes(passes, NYU40, tmp_path / "out", "segnet")
    assert sum(summary.frames.values()) == 12
    data = manifest(tmp_path / "out")
    assert data["split"]["method"] == "view" and data["sources"][0]["kind"] == "index passes"
    for part in ("train", "val", "test"):
        cameras = {
            line.split("/")[1].split("_")[0]
            for line in (tmp_path / "out" / f"{part}.txt").read_text().split("\n")
            if line
        }
        assert len(cameras) == 1
    assert "background" not in " ".join(summary.warnings)


def test_without_depth_dataset_json_says_what_zero_means(passes: Path, tmp_path: Path) -> None:
    for path in passes.glob("*.png"):
        path.unlink()
    values = np.zeros(SIZE[::-1], np.float32)
    write_exr(passes / "left_0001.exr", {"IndexOB.V": values})
    summary = export_index_passes(passes, NYU40, tmp_path / "out", "nyu")
    assert any("without depth" in text for text in summary.warnings)
    codes = manifest(tmp_path / "out")["codes"]
    assert "cannot be told apart" in codes["unlabelled"]["meaning"]
    assert "no depth" in codes["background"]["meaning"]
    assert not (tmp_path / "out" / "images").exists() and manifest(tmp_path / "out")["images"] is False


def test_pictures_for_all_or_none(passes: Path, tmp_path: Path) -> None:
    (passes / "left_0002.png").unlink()
    with pytest.raises(ExportError, match=r"left_0002\.exr has no picture beside it; all or none"):
        export_index_passes(passes, NYU40, tmp_path / "out", "nyu")
    (passes / "left_0003.png").unlink()
    with pytest.raises(ExportError, match=r"left_0002\.exr has no picture beside it, nor has 1 other; all or none"):
        export_index_passes(passes, NYU40, tmp_path / "out", "nyu")
    for path in passes.glob("*.png"):
        path.unlink()
    with pytest.raises(ExportError, match="segnet needs a picture for each frame"):
        export_index_passes(passes, NYU40, tmp_path / "out", "segnet")


def test_a_cut_jpeg_is_found(passes: Path, tmp_path: Path) -> None:
    for path in passes.glob("*.png"):
        Image.open(path).save(path.with_suffix(".jpg"))
        path.unlink()
    export_index_passes(passes, NYU40, tmp_path / "out", "nyu")
    bad = passes / "top_0003.jpg"
    bad.write_bytes(bad.read_bytes()[:-300])
    with pytest.raises(ExportError, match=r"top_0003\.jpg is no whole PNG or JPEG"):
        export_index_passes(passes, NYU40, tmp_path / "again", "nyu")


def test_pictures_that_trainers_would_misread(passes: Path, tmp_path: Path) -> None:
    path = passes / "left_0001.png"
    image = read_png(path)
    Image.fromarray(np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])).save(path)
    export_index_passes(passes, NYU40, tmp_path / "opaque", "nyu")
    written = read_png(tmp_path / "opaque" / "images" / "left_0001.png")
    np.testing.assert_array_equal(written, image)
    Image.fromarray(np.dstack([image, np.full(image.shape[:2], 254, np.uint8)])).save(path)
    with pytest.raises(ExportError, match=r"left_0001\.png is uint8 .*8-bit RGB without transparency"):
        export_index_passes(passes, NYU40, tmp_path / "out", "nyu")


def test_names_that_become_one(passes: Path, tmp_path: Path) -> None:
    for name in ("a b", "a.b"):
        shutil.copy(passes / "left_0001.exr", passes / f"{name}.exr")
        shutil.copy(passes / "left_0001.png", passes / f"{name}.png")
    with pytest.raises(ExportError, match="would both be named 'a-b'"):
        export_index_passes(passes, NYU40, tmp_path / "out", "nyu")


def test_no_index_passes(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"has no \.exr files"):
        export_index_passes(tmp_path, NYU40, tmp_path / "out", "nyu")


@pytest.mark.parametrize("name", ["images", "labels", "colors", "dataset.json", "train.txt"])
def test_a_disk_that_lies_is_found(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    class Lying(io.BytesIO):
        def read(self, *_) -> bytes:
            return self.getvalue()[:-1] + b"?"

    def lying(place: Path, mode: str):
        return Lying() if name in (place.name, place.parent.name) else open(place, mode)

    monkeypatch.setattr(staging, "open", lying, raising=False)
    refused(tmp_path, f"{name}.*does not hold what was written", [run])


def test_an_encoder_that_lies_is_found(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = png.encode
    monkeypatch.setattr(png, "encode", lambda lines: encode(dataclasses.replace(lines, rows=lines.rows ^ 1)))
    refused(tmp_path, r"labels.*\.png would not decode to what it was made of", [run])


def test_summary_is_plain_data(run: Path, tmp_path: Path) -> None:
    summary = dataclasses.asdict(export([run], tmp_path / "out", "nyu"))
    assert summary["format"] == "nyu" and summary["label_set"] == "nyu40" and summary["out"] == tmp_path / "out"


def test_what_killed_exports_left_is_removed(run: Path, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f".out.partial-{socket.gethostname()}-{gone.pid}"
    alive = tmp_path / f".out.partial-{socket.gethostname()}-{os.getppid()}"
    for folder in (left, alive):
        folder.mkdir()
        (folder / "x.png").write_bytes(b"x")
    export([run], tmp_path / "out", "nyu")
    assert not left.exists() and alive.exists()


def test_a_full_disk_is_an_error_that_leaves_nothing(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(place: Path, mode: str) -> None:
        raise OSError(28, "No space left on device", str(place))

    monkeypatch.setattr(staging, "open", full, raising=False)
    refused(tmp_path, "No space left on device.*nothing was written", [run])


def test_a_killed_worker_is_an_error_that_leaves_nothing(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_convert_batch", _die)
    refused(tmp_path, "one of 2 processes was killed", [run], jobs=2)


def _die(*ignored: object) -> None:
    os._exit(9)
