"""The formats as their readers see them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from small_things import write_run_of_things

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, Label, LabelSet, built_in
from blender_addon.contract.run import frame_folder
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.exporters import FORMATS
from postprocess.exporters.nyu import Nyu
from postprocess.exporters.segnet import Segnet
from postprocess.exr import read_labels

NYU40 = built_in("nyu40")


def caffe_pairs(path: Path) -> list[tuple[str, str]]:
    """As `while (infile >> image >> label)` of caffe-segnet's DenseImageDataLayer reads a list."""
    words = path.read_text().split()
    assert len(words) % 2 == 0
    return list(zip(words[::2], words[1::2]))


def caffe_label(path: Path) -> np.ndarray:
    """As ReadImageToCVMat with is_color false: a palette or colour file would come out as brightness."""
    return cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)


def labels_of(count: int, start: int = 1) -> LabelSet:
    return LabelSet("many", tuple(Label(start + n, f"label {n}", (n % 256, n // 256, 1)) for n in range(count)))


@pytest.fixture
def runs(make_run: Callable[..., Path]) -> list[Path]:
    return [make_run(f"my run {n}", scene=f"scene {n}.blend", views=4) for n in range(5)]


def test_without_train_there_are_no_weights_and_that_is_said(runs: list[Path], tmp_path: Path) -> None:
    said = "no frame in train, so no class weights: class_weighting.prototxt is not written"
    assert said in export(runs, tmp_path / "segnet", "segnet", split=(0, 0, 1)).warnings
    assert not (tmp_path / "segnet" / "class_weighting.prototxt").exists()
    assert said in json.loads((tmp_path / "segnet" / "dataset.json").read_text())["warnings"]
    assert not any("weights" in text for text in export(runs, tmp_path / "nyu", "nyu", split=(0, 0, 1)).warnings)


def test_caffe_reads_images_and_classes(runs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(runs, out, "segnet", split=(0.6, 0.2, 0.2))
    seen = 0
    for part in ("train", "val", "test"):
        pairs = caffe_pairs(out / f"{part}.txt")
        assert pairs
        for image, label in pairs:
            assert image.startswith(f"{part}/") and label.startswith(f"{part}annot/")
            run, number = re.fullmatch(r".*/my-run-(\d)_(\d{6})\.png", image).groups()
            source = frame_folder(runs[int(run)], int(number))
            pixels = cv2.imread(str(out / image), cv2.IMREAD_UNCHANGED)
            np.testing.assert_array_equal(pixels, cv2.imread(str(source / "image.png"), cv2.IMREAD_COLOR))
            classes = caffe_label(out / label)
            labels = read_labels(source / "labels.exr", NYU40).pixels.astype(int)
            void = np.isin(labels, [UNLABELLED, IGNORE, BACKGROUND])
            np.testing.assert_array_equal(classes, np.where(void, 40, labels - 1))
            seen += 1
    assert seen == 20
    assert [line.split(" ", 1) for line in (out / "classes.txt").read_text().splitlines()][4] == ["4", "chair"]


def test_train_is_shuffled_and_the_rest_in_order(runs: list[Path], tmp_path: Path) -> None:
    export(runs, tmp_path / "out", "segnet", split=(0.6, 0.2, 0.2))
    names = {
        part: [pair[0] for pair in caffe_pairs(tmp_path / "out" / f"{part}.txt")] for part in ("train", "val", "test")
    }
    assert names["train"] != sorted(names["train"])
    assert names["val"] == sorted(names["val"]) and names["test"] == sorted(names["test"])


def test_weights_for_the_loss_layer(runs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(runs, out, "segnet", split=(0.6, 0.2, 0.2))
    text = (out / "class_weighting.prototxt").read_text()
    written = [float(value) for value in re.findall(r"^  class_weighting: (\S+)", text, re.M)]
    assert len(written) == 40 == len((out / "classes.txt").read_text().splitlines())
    assert re.findall(r"ignore_label: (\d+)", text) == ["40"]
    maps = [caffe_label(out / label) for _, label in caffe_pairs(out / "train.txt")]
    freq = {}
    for number in range(40):
        shown = [labels for labels in maps if (labels == number).any()]
        if shown:
            freq[number] = sum((labels == number).sum() for labels in shown) / sum(labels.size for labels in shown)
    middle = np.median(list(freq.values()))
    for number, weight in enumerate(written):
        assert weight == pytest.approx(middle / freq[number] if number in freq else 1.0, rel=1e-5)
    recorded = json.loads((out / "dataset.json").read_text())["class_weights"]
    assert recorded["absent_from_train"] == [number for number in range(40) if number not in freq]


@pytest.mark.parametrize("prefix", ["/SegNet/data", "/SegNet/data/"])
def test_prefix(runs: list[Path], tmp_path: Path, prefix: str) -> None:
    export(runs, tmp_path / "out", "segnet", options={"prefix": prefix})
    for image, label in caffe_pairs(tmp_path / "out" / "train.txt"):
        assert image.startswith("/SegNet/data/train/") and label.startswith("/SegNet/data/trainannot/")


@pytest.mark.parametrize("prefix", ["/my data", "/a\tb", "/a\u00a0b"])
def test_prefix_with_white_space(prefix: str) -> None:
    with pytest.raises(ExportError, match="white space"):
        Segnet(prefix=prefix)


def test_background_as_a_class(runs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(runs, out, "segnet", options={"background_class": True, "ignore": 255})
    for image, label in caffe_pairs(out / "train.txt"):
        run, number = re.fullmatch(r".*/my-run-(\d)_(\d{6})\.png", image).groups()
        labels = read_labels(frame_folder(runs[int(run)], int(number)) / "labels.exr", NYU40).pixels
        classes = caffe_label(out / label)
        assert (classes[labels == BACKGROUND] == 40).all()
        assert (classes[(labels == UNLABELLED) | (labels == IGNORE)] == 255).all()
    text = (out / "class_weighting.prototxt").read_text()
    assert text.count("  class_weighting:") == 41 and "num_output: 41" in text and "ignore_label: 255" in text
    codes = json.loads((out / "dataset.json").read_text())["codes"]
    assert codes["background"]["written_as"] == 40 and "shares_value_with" not in codes["background"]
    assert codes["ignore"]["shares_value_with"] == ["unlabelled"]


def test_segnet_limits() -> None:
    assert Segnet().encoding(labels_of(255)).values[IGNORE] == 255
    with pytest.raises(ExportError, match=r"256 classes.*--labels nyu40"):
        Segnet().encoding(labels_of(256))
    with pytest.raises(ExportError, match=r"256 classes"):
        Segnet(background_class=True).encoding(labels_of(255))
    with pytest.raises(ExportError, match="ignore value 3 is also a class: classes are 0 to 9"):
        Segnet(ignore=3).encoding(labels_of(10))
    for ignore in (-1, 256):
        with pytest.raises(ExportError, match="0 to 255"):
            Segnet(ignore=ignore)


@pytest.mark.parametrize(("last", "dtype", "codes"), [(253, "uint8", (255, 254)), (254, "uint16", (65535, 65534))])
def test_nyu_depth_follows_the_label_set(last: int, dtype: str, codes: tuple[int, int]) -> None:
    encoding = Nyu().encoding(labels_of(2, last - 1))
    assert encoding.dtype == dtype and encoding.values[last] == last
    assert (encoding.values[IGNORE], encoding.values[BACKGROUND]) == codes and encoding.values[UNLABELLED] == 0


@pytest.mark.parametrize(("last", "dtype"), [(255, "uint8"), (256, "uint16")])
def test_nyu_zero_is_for_readers_that_know_nothing_else(last: int, dtype: str) -> None:
    encoding = Nyu(void="zero").encoding(labels_of(2, last - 1))
    assert encoding.dtype == dtype
    assert {encoding.values[code] for code in (IGNORE, BACKGROUND, UNLABELLED)} == {0}


def test_nyu_names_file(runs: list[Path], tmp_path: Path) -> None:
    export(runs, tmp_path / "a", "nyu")
    rows = list(csv.DictReader((tmp_path / "a" / "labels.csv").read_text().splitlines()))
    assert [int(row["id"]) for row in rows] == [*range(41), 254, 255]
    assert rows[5] == {"id": "5", "name": "chair", "red": "188", "green": "189", "blue": "34"}
    assert rows[0]["name"] == "(unlabelled)" and rows[41]["name"] == "(background)" and rows[42]["name"] == "(ignore)"
    export(runs, tmp_path / "b", "nyu", options={"void": "zero"})
    rows = list(csv.DictReader((tmp_path / "b" / "labels.csv").read_text().splitlines()))
    assert [int(row["id"]) for row in rows] == [*range(41)]


def test_zero_collapses_and_says_so(runs: list[Path], tmp_path: Path) -> None:
    export(runs, tmp_path / "out", "nyu", options={"void": "zero"})
    data = json.loads((tmp_path / "out" / "dataset.json").read_text())
    for name, others in (("ignore", ["unlabelled", "background"]), ("background", ["unlabelled", "ignore"])):
        assert data["codes"][name]["written_as"] == 0 and data["codes"][name]["shares_value_with"] == others
        assert sum(data["codes"][name]["pixels"].values()) > 0
    maps = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in (tmp_path / "out" / "labels").iterdir()]
    assert max(labels.max() for labels in maps) <= 40


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_file_names_suit_every_reader(tmp_path: Path, format: str) -> None:
    export([write_run_of_things(tmp_path / "my run", with_=("instances", "depth"))], tmp_path / "out", format)
    for path in (tmp_path / "out").rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9_-]+(\.[a-z]+)?", path.name), path.name
