"""The whole export: what comes out equals what went in, same input gives same bytes, and what is lost is said."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from exported import manifest, read_png, refused
from PIL import Image, PngImagePlugin
from small_inputs import SIZE, files_of, write_run

from blender_addon.contract.asked import ASKED, write_asked
from blender_addon.contract.labels import BACKGROUND, IGNORE, Label, LabelSet, built_in
from blender_addon.contract.run import frame_folder
from postprocess.dataset import export
from postprocess.exr import read_labels, read_purity
from postprocess.labelmap import ignore_band, resize_labels
from postprocess.stats import SOURCES

NYU40 = built_in("nyu40")


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
    assert summary.frames == {"train": 8, "val": 1, "test": 1} and summary.sizes == (SIZE,)


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


def test_an_unfinished_run_is_exported_with_a_warning(make_run: Callable[..., Path], tmp_path: Path) -> None:
    summary = export([make_run("r", skip=(2, 5))], tmp_path / "out", "nyu")
    assert "run 'r' is unfinished: 8 of 10 frames" in summary.warnings[0]


def test_a_run_is_finished_when_all_is_there_that_is_asked_for(make_run: Callable[..., Path], tmp_path: Path) -> None:
    run = make_run("r", skip=(2, 5))
    write_asked(run, [1, 3, 4, 6])
    assert not any("unfinished" in text for text in export([run], tmp_path / "out", "nyu").warnings)
    (source,) = manifest(tmp_path / "out")["sources"]
    assert (source["frames"], source["frames_planned"]) == (8, 8)
    write_asked(run, [1, 2, 3])
    assert "run 'r' is unfinished: 2 of 3 frames" in export([run], tmp_path / "more", "nyu").warnings[0]
    (run / ASKED).write_text("{}")
    refused(tmp_path / "no", r"asked\.json is damaged.*where it is removed, all 10 frames", [run])
    assert manifest(tmp_path / "out")["sources"][0]["frames"] == 8


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_counts_to_the_end(run: Path, tmp_path: Path, jobs: int) -> None:
    seen: list[tuple[int, int]] = []
    export([run], tmp_path / "out", "nyu", jobs=jobs, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen) and seen[-1] == (10, 10) and len(seen) > 1


def test_summary_is_plain_data(run: Path, tmp_path: Path) -> None:
    summary = dataclasses.asdict(export([run], tmp_path / "out", "nyu"))
    assert summary["format"] == "nyu" and summary["label_set"] == "nyu40" and summary["out"] == tmp_path / "out"


def test_pixels_beside_edges_are_ignored_in_the_size_that_is_written(tmp_path):
    run = write_run(tmp_path / "run")
    export([run], tmp_path / "plain", "nyu", size=(20, 15))
    export([run], tmp_path / "banded", "nyu", size=(20, 15), ignore_boundary=1)
    for name in ("run_000001", "run_000002"):
        plain, banded = (read_png(tmp_path / each / "labels" / f"{name}.png") for each in ("plain", "banded"))
        codes = np.where(plain == 255, IGNORE, np.where(plain == 254, BACKGROUND, plain)).astype(np.uint16)
        expected = ignore_band(codes, 1)
        assert np.array_equal(banded == 255, expected == IGNORE) and np.array_equal(
            banded[banded != 255], plain[banded != 255]
        )
    assert manifest(tmp_path / "banded")["ignored_beside_edges"] == 1


@pytest.mark.parametrize("method", ["median", "inverse", "log"])
def test_weights_are_those_that_were_asked_for_and_say_so(tmp_path, method):
    run = write_run(tmp_path / "run")
    export([run], tmp_path / "out", "segnet", weights=method)
    told = manifest(tmp_path / "out")["class_weights"]["method"]
    assert SOURCES[method][0] in told and SOURCES[method][1] in told
    assert SOURCES[method][0] in (tmp_path / "out" / "class_weighting.prototxt").read_text()


@pytest.mark.parametrize(("wish", "words"), [({"ignore_boundary": -1}, "0 to 64"), ({"weights": "mean"}, "known are")])
def test_bands_and_weights_that_mean_nothing(tmp_path, wish, words):
    refused(tmp_path, words, [write_run(tmp_path / "run")], **wish)
