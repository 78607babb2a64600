"""What formats of label maps write beside them: lists and names as their readers split them, and single things."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from exported import read_png, refused
from small_inputs import write_exr, write_run
from small_things import IDS, things_of, write_run_of_things

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, Label, LabelSet, built_in
from blender_addon.contract.run import frame_folder
from blender_addon.strict_yaml import read_yaml
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.exporters.cityscapes import Cityscapes
from postprocess.exporters.voc import Voc
from postprocess.exr import read_labels
from postprocess.frame_pixels import FramePixels
from postprocess.index_passes import IndexPasses
from postprocess.labelmap import label_map
from postprocess.layout import Placed

NYU13 = built_in("nyu13")
NAMES = ("floor  mat", 'a: "b" # c', "#1", "Möbel\u2028;😀", "void", "background", "ignored", "floor_mat")
ODD = LabelSet("odd", tuple(Label(n, name, (n, 2, 3), ("x;y", "z")) for n, name in enumerate(NAMES, 1)))
ONE_LINE = [*NAMES[:3], "Möbel ;😀", *NAMES[4:]]
ONE_LINE[0] = "floor mat"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("odd") / "r", ODD)


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run_of_things(tmp_path_factory.mktemp("things") / "a_run", NYU13, views=4)


def labels_of(run: Path, number: int) -> np.ndarray:
    return read_labels(frame_folder(run, number) / "labels.exr", NYU13).pixels


def test_fastais_codes_are_one_word_each(odd: Path, tmp_path: Path) -> None:
    export([odd], tmp_path / "out", "fastai")
    codes = np.loadtxt(tmp_path / "out" / "codes.txt", dtype=str, encoding="utf-8").tolist()
    expected = ["floor_mat", 'a:_"b"___c', "_1", "Möbel_;😀", "void", "background", "ignored", "floor_mat_8"]
    assert codes == [*expected, "void_"]
    export([odd], tmp_path / "other", "fastai", options={"ignore": 255})
    assert np.loadtxt(tmp_path / "other" / "codes.txt", dtype=str, encoding="utf-8").tolist() == expected


def test_fastais_valid_are_file_names_of_val(odd: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export([odd], out, "fastai", split=(0.5, 0.3, 0.2), images="jpeg")
    valid = (out / "valid.txt").read_text().split()
    assert valid == [f"{name}.jpg" for name in (out / "val.txt").read_text().split()] and len(valid) == 3
    assert set(valid) < {path.name for path in (out / "scenes").iterdir()}
    assert len(list((out / "scenes").iterdir())) == 8 and len(list((out / "test" / "scenes").iterdir())) == 2


def test_names_of_the_other_formats(odd: Path, tmp_path: Path) -> None:
    for format in ("ade20k", "cityscapes", "huggingface", "mmseg", "ultralytics", "voc"):
        export([odd], tmp_path / format, format)
    ids = json.loads((tmp_path / "huggingface" / "id2label.json").read_text(encoding="utf-8"))
    assert ids == {str(number): name for number, name in enumerate(ONE_LINE)}
    info = json.loads((tmp_path / "mmseg" / "metainfo.json").read_text(encoding="utf-8"))
    assert info == {"classes": ONE_LINE, "palette": [[n, 2, 3] for n in range(1, 9)]}
    yaml, _ = read_yaml((tmp_path / "ultralytics" / "data.yaml").read_text(encoding="utf-8"), "a data.yaml")
    assert yaml["names"] == dict(enumerate(ONE_LINE)) and yaml["masks_dir"] == "masks"
    # As datumaro reads the two tables: four fields between colons, four between white space.
    rows = (tmp_path / "voc" / "labelmap.txt").read_text(encoding="utf-8").split("\n")[1:-1]
    fields = [row.strip().split(":") for row in rows]
    assert all(len(each) == 4 for each in fields) and len({each[0] for each in fields}) == 10
    assert fields[0] == ["background", "0,0,0", "", ""] and fields[9] == ["ignored_", "224,224,192", "", ""]
    assert fields[2][:2] == ['a_ "b" _ c', "0,128,0"] and fields[6][0] == "background_6"
    rows = (tmp_path / "cityscapes" / "label_colors.txt").read_text(encoding="utf-8").split("\n")[:-1]
    assert [len(row.split()) for row in rows] == [4] * 9
    assert rows[0] == "1 2 3 floor_mat" and rows[8] == "0 0 0 background_"
    # As CSAILVision's loader does: row[5], up to the first semicolon.
    rows = (tmp_path / "ade20k" / "objectInfo8.txt").read_text(encoding="utf-8").split("\n")[1:-1]
    fields = [row.split("\t") for row in rows]
    assert [each[0] for each in fields] == list("12345678") and all(len(each) == 6 for each in fields)
    assert fields[3][5] == "Möbel _😀;x_y;z"


def test_hugging_face_finds_both_files_of_a_row(odd: Path, tmp_path: Path) -> None:
    export([odd], tmp_path / "out", "huggingface", split=(0.8, 0.2, 0))
    for folder, names in (("train", "train.txt"), ("validation", "val.txt")):
        text = (tmp_path / "out" / folder / "metadata.jsonl").read_text()
        rows = [json.loads(line) for line in text.splitlines()]
        for row in rows:
            assert all((tmp_path / "out" / folder / row[key]).is_file() for key in ("file_name", "mask_file_name"))
        assert [Path(row["file_name"]).stem for row in rows] == (tmp_path / "out" / names).read_text().split()
    assert not (tmp_path / "out" / "test").exists()


def test_voc_lists(odd: Path, tmp_path: Path) -> None:
    export([odd], tmp_path / "out", "voc", split=(0.8, 0.2, 0))
    sets = {path.stem: path.read_text() for path in (tmp_path / "out" / "ImageSets" / "Segmentation").iterdir()}
    assert sets == {
        "train": (tmp_path / "out" / "train.txt").read_text(),
        "val": (tmp_path / "out" / "val.txt").read_text(),
        "trainval": sets["train"] + sets["val"],
    }


def test_a_split_without_frames_is_not_in_the_yaml(odd: Path, tmp_path: Path) -> None:
    export([odd], tmp_path / "out", "ultralytics", split=(0.8, 0.2, 0))
    folders = (tmp_path / "out" / "data.yaml").read_text().split("masks_dir")[0]
    assert folders == "train: images/train\nval: images/val\n"


def test_vocs_objects(things: Path, tmp_path: Path) -> None:
    export([things], tmp_path / "out", "voc", options={"instances": True})
    for number in range(1, 5):
        labels, ids = labels_of(things, number), things_of(things, number)
        objects = read_png(tmp_path / "out" / "SegmentationObject" / f"a_run_{number:06d}.png")
        pairs = sorted({(label, thing) for label, thing in zip(labels.flat, ids.flat) if 1 <= label <= 13})
        expected = np.select([labels == BACKGROUND, (labels == IGNORE) | (labels == UNLABELLED)], [0, 255], 999)
        for at, (label, thing) in enumerate(pairs, 1):
            expected[(labels == label) & (ids == thing)] = at
        np.testing.assert_array_equal(objects, expected)


def test_more_objects_than_voc_numbers(tmp_path: Path) -> None:
    run = write_run_of_things(tmp_path / "r", built_in("nyu40"), size=(400, 300), views=2)
    for number in (1, 2):
        path = frame_folder(run, number) / "labels.exr"
        labels = read_labels(path, built_in("nyu40")).pixels
        assert len(np.unique(labels)) * len(IDS) < 255  # so that the refusal below has a cause of its own
    _give_each_patch_a_thing(run, 2)
    refused(tmp_path, r"SegmentationObject/r_000002.png would hold \d+ objects.*254.*as coco", [run], "voc",
            options={"instances": True})  # fmt: skip


def _give_each_patch_a_thing(run: Path, number: int) -> None:
    from small_inputs import checksum

    folder = frame_folder(run, number)
    ids = np.kron(np.arange(1, 1201, dtype=np.uint32).reshape(30, 40), np.ones((10, 10), np.uint32))
    halves = np.stack((np.zeros_like(ids), ids), axis=-1)
    write_exr(folder / "instances.exr", {"Instance.High": halves[..., 0], "Instance.Low": halves[..., 1]})
    record = json.loads((folder / "frame.json").read_text())
    record["files"]["instances.exr"]["checksum"] = checksum(halves)
    (folder / "frame.json").write_text(json.dumps(record))


def test_voc_knows_two_words_for_what_nobody_labelled() -> None:
    with pytest.raises(ExportError, match="'ignore' or 'background'"):
        Voc(unlabelled="void")


def test_cityscapes_other_maps(things: Path, tmp_path: Path) -> None:
    export([things], tmp_path / "out", "cityscapes", split=(1, 0, 0), options={"instances": True})
    for number in range(1, 5):
        start = tmp_path / "out" / "gtFine" / "train" / "a-run" / f"a-run_000000_{number:06d}_gtFine_"
        labels, ids = labels_of(things, number), things_of(things, number)
        known = (labels >= 1) & (labels <= 13)
        train, color, instances = (
            read_png(Path(f"{start}{kind}.png")) for kind in ("labelTrainIds", "color", "instanceIds")
        )
        np.testing.assert_array_equal(train, np.where(known, labels - 1, 255))
        palette = np.zeros((65536, 3), np.uint8)
        for label in NYU13.labels:
            palette[label.id] = label.color
        np.testing.assert_array_equal(color, palette[labels])
        assert instances.dtype == np.uint16 or instances.dtype == np.int32
        expected = np.zeros(labels.shape, int)
        for label in range(1, 14):
            here = np.unique(ids[labels == label]).tolist()
            for at, thing in enumerate(thing for thing in here if thing):
                expected[(labels == label) & (ids == thing)] = label * 1000 + at
            expected[(labels == label) & (ids == 0)] = label
        np.testing.assert_array_equal(instances, expected)


def test_what_no_thing_shows() -> None:
    """One object in VOC, the label id alone in Cityscapes."""
    labels = label_map(np.array([[1, 1, 2], [2, 2, 0]], np.uint16))
    things = np.array([[9, 8, 0], [0, 9, 0]], np.uint64)
    for layout, place, expected in (
        (Voc(instances=True), "SegmentationObject/r_000001", [[2, 1, 3], [3, 4, 255]]),
        (
            Cityscapes(instances=True),
            "gtFine/val/r/r_000000_000001_gtFine_instanceIds",
            [[1001, 1000, 2], [2, 2000, 0]],
        ),
    ):
        placed = Placed("r_000001", 1, "val", layout.places("val", "r_000001", ".png"))
        made = layout.frame(FramePixels(placed, layout.encoding(NYU13), labels, instances=things))
        assert read_png(BytesIO(made.files[f"{place}.png"])).tolist() == expected


def cityscapes(name: str, *rows: tuple[int, dict[str, int]]) -> LabelSet:
    return LabelSet(name, tuple(Label(id_, f"label {id_}", (id_, 0, 0), (), parents) for id_, parents in rows))


def test_cityscapes_own_numbers(tmp_path: Path) -> None:
    of_34 = cityscapes("cityscapes34", (6, {}), (7, {"cityscapes19": 1}), (9, {}), (11, {"cityscapes19": 3}),
                       (8, {"cityscapes19": 2}))  # fmt: skip
    of_19 = cityscapes("cityscapes19", (1, {"cityscapes34": 7}), (2, {"cityscapes34": 8}), (3, {"cityscapes34": 11}))
    for label_set, ids, train in (
        (of_34, {6: 6, 7: 7, 8: 8, 9: 9, 11: 11}, {6: 255, 7: 0, 8: 1, 9: 255, 11: 2}),
        (of_19, {1: 7, 2: 8, 3: 11}, {1: 0, 2: 1, 3: 2}),
    ):
        run, out = write_run(tmp_path / f"r {label_set.name}", label_set, views=2), tmp_path / label_set.name
        export([run], out, "cityscapes", split=(1, 0, 0))
        labels = read_labels(frame_folder(run, 1) / "labels.exr", label_set).pixels
        start = out / "gtFine" / "train" / f"r-{label_set.name}" / f"r-{label_set.name}_000000_000001_gtFine_"
        for kind, values, void in (("labelIds", ids, 0), ("labelTrainIds", train, 255)):
            written = np.vectorize(lambda id_, values=values, void=void: values.get(id_, void))(labels)
            np.testing.assert_array_equal(read_png(Path(f"{start}{kind}.png")), written)
        assert len((out / "label_colors.txt").read_text().splitlines()) == 3 + 1


def test_cityscapes_bits() -> None:
    assert Cityscapes().encoding(cityscapes("x", (255, {}))).values[255] == 255
    with pytest.raises(ExportError, match=r"ids up to 256.*8 bit.*up to 255.*--labels nyu40"):
        Cityscapes().encoding(cityscapes("x", (256, {})))
    assert Cityscapes(instances=True).encoding(cityscapes("x", (64, {}))).values[64] == 64
    with pytest.raises(ExportError, match=r"ids up to 65.*instanceIds.*up to 64"):
        Cityscapes(instances=True).encoding(cityscapes("x", (65, {})))


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("my_run-2_000031", "my-run-2_000000_000031"),
        ("r_1234567", "r_000000_1234567"),
        ("beauty-0007", "beauty_000000_000007"),
        ("12", "city_000000_000012"),
        ("still", "still_000000_000000"),
    ],
)
def test_cityscapes_names(name: str, files: str) -> None:
    city = files.split("_")[0]
    places = Cityscapes().places("val", name, ".png")
    assert places.image == f"leftImg8bit/val/{city}/{files}_leftImg8bit.png"
    assert places.label == f"gtFine/val/{city}/{files}_gtFine_labelIds.png"


def test_two_frames_of_one_name_in_cityscapes_are_refused(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name, scene=f"{name}.blend", views=2) for name in ("a_b", "a-b")]
    refused(tmp_path, "'a[-_]b_000001' and 'a[-_]b_000001' would both be 'a-b_000001'.*rename", runs, "cityscapes")


def test_single_things_are_wanted_of_the_run(tmp_path: Path) -> None:
    for format in ("voc", "cityscapes"):
        words = f"has no instances, which {format} needs: render a run with --with instances"
        refused(tmp_path, words, [write_run(tmp_path / format)], format, options={"instances": True})


def test_index_passes_in_other_layouts(tmp_path: Path) -> None:
    (tmp_path / "exr").mkdir()
    ids = np.arange(12, dtype=np.float32).reshape(3, 4)
    write_exr(tmp_path / "exr" / "beauty 7.exr", {"ViewLayer.IndexOB.X": ids})
    cv2.imwrite(str(tmp_path / "exr" / "beauty 7.png"), np.zeros((3, 4, 3), np.uint8))
    export(IndexPasses(tmp_path / "exr", NYU13), tmp_path / "out", "cityscapes", split=(1, 0, 0))
    path = tmp_path / "out" / "gtFine" / "train" / "beauty" / "beauty_000000_000007_gtFine_labelIds.png"
    np.testing.assert_array_equal(read_png(path), ids)
