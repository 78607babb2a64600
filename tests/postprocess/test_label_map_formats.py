"""The formats of label maps, pixel by pixel against the run: which value each label and code gets, in which file."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from exported import manifest, read_png
from PIL import Image
from small_inputs import files_of
from small_things import write_run_of_things

import labelpass
from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, Label, LabelSet, voc_color
from blender_addon.contract.run import frame_folder
from postprocess.dataset import export
from postprocess.evaluation import Wishes, evaluation_of
from postprocess.exporters import FORMATS
from postprocess.exr import read_labels

IDS = (2, 5, 6, 31, 60)
SPARSE = LabelSet("sparse", tuple(Label(id_, f"label {id_}", (id_, 0, 255 - id_)) for id_ in reversed(IDS)))
CLASSES = {id_: at for at, id_ in enumerate(IDS)}
VOIDS = (UNLABELLED, IGNORE, BACKGROUND)


def all_void(value: int) -> dict[int, int]:
    return dict.fromkeys(VOIDS, value)


FROM_ONE = {id_: at + 1 for id_, at in CLASSES.items()}
VALUES = {
    "ade20k": FROM_ONE | all_void(0),
    "cityscapes": {id_: id_ for id_ in IDS} | all_void(0),
    "fastai": CLASSES | all_void(5),
    "fastai-tif": CLASSES | all_void(5),
    "huggingface": CLASSES | all_void(255),
    "mmseg": CLASSES | all_void(255),
    "ultralytics": CLASSES | all_void(255),
    "voc": FROM_ONE | {UNLABELLED: 255, IGNORE: 255, BACKGROUND: 0},
}
LABELS = {
    "ade20k": "annotations/{training|validation|test}/NAME.png",
    "cityscapes": "gtFine/{train|val|test}/CITY/CITY_000000_FRAME_gtFine_labelIds.png",
    "fastai": "{||test/}masks/NAME.png",
    "fastai-tif": "{||test/}masks/NAME.tif",
    "huggingface": "{train|validation|test}/masks/NAME.png",
    "mmseg": "ann_dir/{train|val|test}/NAME.png",
    "ultralytics": "masks/{train|val|test}/NAME.png",
    "voc": "SegmentationClass/NAME.png",
}
PICTURES = {
    "ade20k": "images/{training|validation|test}/NAME.jpg",
    "cityscapes": "leftImg8bit/{train|val|test}/CITY/CITY_000000_FRAME_leftImg8bit.png",
    "fastai": "{||test/}scenes/NAME.png",
    "fastai-tif": "{||test/}scenes/NAME.png",
    "huggingface": "{train|validation|test}/images/NAME.png",
    "mmseg": "img_dir/{train|val|test}/NAME.png",
    "ultralytics": "images/{train|val|test}/NAME.png",
    "voc": "JPEGImages/NAME.jpg",
}
WITH_BACKGROUND = ("fastai", "fastai-tif", "huggingface", "mmseg", "ultralytics")
SINGLE_THINGS = ("cityscapes", "voc")


def place(pattern: str, split: str, name: str) -> str:
    """Spelt out here once more, so that a format that moves a file is noticed."""
    if "{" in pattern:
        before, _, rest = pattern.partition("{")
        words, _, after = rest.partition("}")
        pattern = before + words.split("|")[("train", "val", "test").index(split)] + after
    city, _, frame = name.rpartition("_")
    return pattern.replace("NAME", name).replace("CITY", city.replace("_", "-")).replace("FRAME", frame)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("runs")
    return [write_run_of_things(folder / f"my_run-{n}", SPARSE, scene=f"{n}.blend", views=3) for n in range(5)]


def members(out: Path) -> list[tuple[str, str]]:
    found = [(split, name) for split in ("train", "val", "test") for name in (out / f"{split}.txt").read_text().split()]
    assert len(found) == 15 and {split for split, _ in found} == {"train", "val", "test"}
    return found


def folder_of(runs: list[Path], name: str) -> Path:
    return frame_folder(runs[int(name[len("my_run-")])], int(name[-6:]))


def labels_of(runs: list[Path], name: str) -> np.ndarray:
    return read_labels(folder_of(runs, name) / "labels.exr", SPARSE).pixels


def written(labels: np.ndarray, values: dict[int, int]) -> np.ndarray:
    return np.vectorize(values.__getitem__)(labels)


def test_every_format_of_label_maps_is_looked_at() -> None:
    assert set(VALUES) == set(FORMATS) - {"coco", "nyu", "nyu-mat", "numpy", "segnet", "webdataset", "yolo"}


@pytest.mark.parametrize("format", sorted(VALUES))
def test_each_pixel_is_as_the_format_says(runs: list[Path], tmp_path: Path, format: str) -> None:
    out = tmp_path / "out"
    export(runs, out, format, split=(0.6, 0.2, 0.2))
    for split, name in members(out):
        path = out / place(LABELS[format], split, name)
        with Image.open(path) as mask:
            assert mask.mode == ("P" if format == "voc" else "L")
        np.testing.assert_array_equal(read_png(path), written(labels_of(runs, name), VALUES[format]))
        picture = cv2.imread(str(out / place(PICTURES[format], split, name)))
        rendered = cv2.imread(str(folder_of(runs, name) / "image.png"))
        assert picture.shape == rendered.shape
        assert PICTURES[format].endswith(".jpg") or np.array_equal(picture, rendered)
    told = manifest(out)
    for code, words in zip(VOIDS, ("unlabelled", "ignore", "background")):
        assert told["codes"][words]["written_as"] == VALUES[format][code]
    assert {row["id"]: row["value"] for row in told["classes"]} == {id_: VALUES[format][id_] for id_ in IDS}


@pytest.mark.parametrize("format", WITH_BACKGROUND)
def test_the_background_as_the_last_class(runs: list[Path], tmp_path: Path, format: str) -> None:
    out = tmp_path / "out"
    export(runs, out, format, split=(0.6, 0.2, 0.2), options={"background_class": True})
    void = 6 if format.startswith("fastai") else 255
    for split, name in members(out):
        expected = written(labels_of(runs, name), CLASSES | all_void(void) | {BACKGROUND: 5})
        np.testing.assert_array_equal(read_png(out / place(LABELS[format], split, name)), expected)


def test_what_nobody_labelled_is_vocs_background_where_that_is_asked_for(runs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(runs, out, "voc", options={"unlabelled": "background"})
    for split, name in members(out):
        expected = written(labels_of(runs, name), VALUES["voc"] | {UNLABELLED: 0})
        np.testing.assert_array_equal(read_png(out / place(LABELS["voc"], split, name)), expected)


def test_vocs_own_palette(runs: list[Path], tmp_path: Path) -> None:
    export(runs, tmp_path / "out", "voc", options={"instances": True})
    for folder in ("SegmentationClass", "SegmentationObject"):
        with Image.open(next((tmp_path / "out" / folder).iterdir())) as mask:
            palette = np.array(mask.getpalette()).reshape(-1, 3)
        np.testing.assert_array_equal(palette, [voc_color(value) for value in range(256)])
    assert palette[1].tolist() == [128, 0, 0] and palette[255].tolist() == [224, 224, 192]


EVALUATED = [
    *((format, {}) for format in sorted(VALUES)),
    *((format, {"background_class": True}) for format in WITH_BACKGROUND),
    ("voc", {"unlabelled": "background"}),
]


@pytest.mark.parametrize(("format", "options"), EVALUATED, ids=str)
def test_evaluation_reads_each(runs: list[Path], tmp_path: Path, format: str, options: dict[str, object]) -> None:
    out, net = tmp_path / "out", tmp_path / "net"
    export(runs, out, format, split=(0.6, 0.2, 0.2), options=options)
    net.mkdir()
    for split, name in members(out):
        (net / f"{name}.png").write_bytes((out / place(LABELS[format], split, name)).read_bytes())
    found = evaluation_of([net], out, wishes=Wishes(draws=0))
    assert len(found.pairs) == 3 and all(pair.image for pair in found.pairs)
    assert len(found.classes) == 5 + ("background_class" in options or format == "voc")
    assert float(found.verdicts[0].scores.overall["mean_iou"]) == 1


@pytest.mark.parametrize("format", sorted(VALUES))
def test_processes_and_order_of_runs_change_no_byte(runs: list[Path], tmp_path: Path, format: str) -> None:
    options = {"instances": True} if format in SINGLE_THINGS else {}
    export(runs, tmp_path / "one", format, options=options)
    export(runs[::-1], tmp_path / "two", format, jobs=2, options=options)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_the_front_door_knows_all_formats(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        labelpass.main(["export", "--help"])
    assert f"{{{','.join(sorted(FORMATS))}}}" in "".join(capsys.readouterr().out.split())
