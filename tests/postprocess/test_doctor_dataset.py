"""`labelpass verify DATASET`: whatever happens to a dataset after its export is told, with the file's name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from small_inputs import write_run

import labelpass
from blender_addon.contract.labels import built_in
from postprocess.dataset import export
from postprocess.dataset_frames import frames_of_dataset
from postprocess.doctor.dataset_doctor import DatasetReport, examine_dataset, told
from postprocess.doctor.export_command import export_command
from postprocess.errors import ExportError
from postprocess.evaluation.pairs import truths
from postprocess.wishes import layout_of

FORMATS = ("nyu", "segnet")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> dict[str, Path]:
    """{format: a dataset of two scenes}."""
    folder = tmp_path_factory.mktemp("fresh")
    runs = [write_run(folder / name, scene=f"{name}.blend", views=8) for name in ("one", "other")]
    for format in FORMATS:
        export(runs, folder / format, format, split=(0.5, 0.25, 0.25), split_by="view")
    return {format: folder / format for format in FORMATS}


@pytest.fixture(params=FORMATS)
def dataset(request, fresh, tmp_path) -> Path:
    return Path(shutil.copytree(fresh[request.param], tmp_path / request.param))


def file_of(dataset: Path, what: str, split: str = "train") -> Path:
    """A file of the first frame of a split: "image", "label" or "list"."""
    listing = dataset / f"{split}.txt"
    line = listing.read_text().splitlines()[0].split()
    nyu = dataset.name == "nyu"
    return {
        "list": listing,
        "image": dataset / (f"images/{line[0]}.png" if nyu else line[0]),
        "label": dataset / (f"labels/{line[0]}.png" if nyu else line[-1]),
    }[what]


def found(dataset: Path, kind: str | None = None) -> list[str]:
    """Sentences of all that is wrong but notes and what is alike by chance, or of one kind."""
    report = examine_dataset(dataset, 2)
    return [each.sentence for each in report.findings if (each.kind == kind if kind else each.severity != "note")]


def relative(dataset: Path, path: Path) -> str:
    return path.relative_to(dataset).as_posix()


def write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def test_what_was_just_exported_is_fine(dataset):
    report = examine_dataset(dataset, 2)
    assert report.findings == ()
    assert told(report, False) == ("labelpass: 16 frames: every file is as it was exported\n", 0)


@pytest.mark.parametrize("what", ["image", "label"])
def test_missing(dataset, what):
    path = file_of(dataset, what)
    path.unlink()
    assert found(dataset)[0] == f"{relative(dataset, path)} is missing, and train.txt, line 1 names it"
    # Its partner stands in the list, so that this is one fault; sums of train cannot be compared.
    assert len(found(dataset)) == 1


@pytest.mark.parametrize("what", ["image", "label"])
@pytest.mark.parametrize("share", [0, 0.5, 0.995])
def test_cut(dataset, what, share):
    path = file_of(dataset, what)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    (said,) = found(dataset)
    assert said.startswith(relative(dataset, path)) and "damaged or cut short" in said


def test_other_bytes_of_the_same_pixels_are_told_by_their_checksum(dataset):
    path = file_of(dataset, "image")
    cv2.imwrite(str(path), cv2.imread(str(path)), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    assert found(dataset) == [f"{relative(dataset, path)} is not what was exported (wrong checksum)"]


def test_files_that_changed_places_are_told_by_each_other(dataset):
    one, other = file_of(dataset, "image"), file_of(dataset, "image", "val")
    first, second = relative(dataset, one), relative(dataset, other)
    bytes_of_one = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(bytes_of_one)
    assert found(dataset, "checksum") == [
        f"{name} is not what was exported: it is {whose}" for name, whose in sorted([(first, second), (second, first)])
    ]


def test_without_checksums_nothing_is_said_to_be_as_it_was(dataset):
    (dataset / "checksums.txt").unlink()
    text, code = told(examine_dataset(dataset), False)
    assert code == 0 and text.splitlines()[-1].endswith("nothing is wrong that shows without checksums")


def edit_label(path: Path, change) -> None:
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    cv2.imwrite(str(path), change(pixels))


def paint(value: int):
    def change(pixels):
        pixels[2, 3] = value
        return pixels

    return change


def test_a_value_that_means_nothing(dataset):
    path = file_of(dataset, "label")
    edit_label(path, paint(77))
    assert found(dataset) == [
        f"{relative(dataset, path)}: value 77 at pixel (x 3, y 2) is neither a class nor a code of dataset.json; 1 "
        "such pixel in this file"
    ]


@pytest.mark.parametrize("change", [lambda pixels: pixels.astype(np.uint16), lambda pixels: np.dstack([pixels] * 3)])
def test_labels_of_another_kind(dataset, change):
    path = file_of(dataset, "label")
    edit_label(path, change)
    (said,) = found(dataset)
    assert said.startswith(relative(dataset, path)) and said.endswith("and its dataset says uint8")


def test_another_class_in_a_pixel_is_told_by_the_sums_where_no_checksum_is(dataset):
    (dataset / "checksums.txt").unlink()
    path = file_of(dataset, "label", "val")
    before = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[2, 3]
    edit_label(path, paint(10 if before != 10 else 11))
    assert all("pixels in val, and the files have" in each or "images in val" in each for each in found(dataset))
    assert len(found(dataset, "counts")) >= 2
    assert found(dataset, "no checksums") == ["checksums.txt is not there: bytes are not compared"]


def test_image_and_labels_of_two_sizes(dataset):
    path = file_of(dataset, "image")
    cv2.imwrite(str(path), cv2.imread(str(path))[:-1])
    assert found(dataset) == [f"{relative(dataset, path)} is 40x29, its labels 40x30"]


def test_a_frame_of_another_size(dataset):
    for what in ("image", "label"):
        edit_label(file_of(dataset, what), lambda pixels: pixels[:-2])
    name = file_of(dataset, "image").stem
    assert f"{name} is 40x28, and dataset.json says 40x30" in found(dataset)


def test_a_name_that_is_there_twice(dataset):
    listing = file_of(dataset, "list")
    lines = listing.read_text().splitlines()
    write_lines(listing, [*lines, lines[0]])
    name = file_of(dataset, "image").stem
    assert found(dataset)[0] == f"train.txt names {name!r} twice, in lines 1 and {len(lines) + 1}"


def test_splits_that_overlap(dataset, fresh):
    if dataset.name == "segnet":  # whose lines say the split themselves
        first = file_of(dataset, "list").read_text().splitlines()[0]
        write_lines(dataset / "test.txt", [*(dataset / "test.txt").read_text().splitlines(), first])
        assert any(f"{first!r} does not end in test/" in each for each in found(dataset))
        return
    name = file_of(dataset, "list").read_text().splitlines()[0]
    write_lines(dataset / "test.txt", [*(dataset / "test.txt").read_text().splitlines(), name])
    assert f"{name!r} is in train.txt and in test.txt" in found(dataset)


def test_a_list_that_leaves_a_frame_out(dataset):
    listing = file_of(dataset, "list")
    image, label = file_of(dataset, "image"), file_of(dataset, "label")
    write_lines(listing, listing.read_text().splitlines()[1:])
    said = found(dataset)
    for path in (image, label):
        assert f"{relative(dataset, path)} is there, and no list names it" in said
    assert "dataset.json says that train has 8 frames, its list 7" in said


def test_a_list_that_names_what_is_not_there(dataset):
    listing = file_of(dataset, "list")
    lines = listing.read_text().splitlines()
    write_lines(listing, [lines[0].replace("one_", "none_").replace("other_", "none_"), *lines[1:]])
    assert sum("is missing, and train.txt, line 1 names it" in each for each in found(dataset)) >= 2


@pytest.mark.parametrize(("what", "other"), [("image", "labels"), ("label", "image")])
def test_a_file_that_stands_alone(dataset, what, other):
    path = file_of(dataset, what)
    shutil.copy(path, path.with_name("more.png"))
    place = relative(dataset, path.with_name("more.png"))
    assert found(dataset) == [f"{place} has no {other}, and no list names it"]


@pytest.mark.parametrize("line", ["../../../etc/passwd", "a b c", "..", "train/x.png ../x.png"])
def test_lines_that_lead_elsewhere_are_told_and_not_followed(dataset, line):
    listing = file_of(dataset, "list")
    write_lines(listing, [*listing.read_text().splitlines(), line])
    assert any("train.txt, line 9: " in each for each in found(dataset))
    assert not any("passwd is missing" in each for each in found(dataset))


@pytest.mark.parametrize("ending", ["/../../secret.png", ".png/../x", "../x", ".", "png"])
def test_an_ending_that_leads_elsewhere(dataset, ending):
    change(dataset, lambda told: told["image_files"].update(ending=ending))
    with pytest.raises(ExportError, match="pictures do not end in"):
        examine_dataset(dataset)
    with pytest.raises(ExportError, match="pictures do not end in"):
        frames_of_dataset(dataset, 0)


@pytest.mark.parametrize("split", ["../../etc/passwd", "/etc/passwd", "more"])
def test_a_split_that_leads_elsewhere(dataset, split):
    change(dataset, lambda told: told["split"]["frames"].update({split: 1}))
    with pytest.raises(ExportError, match="there is no split"):
        examine_dataset(dataset)
    with pytest.raises(ExportError, match="there is no split"):
        truths(dataset, "train")


def change(dataset: Path, how: Callable[[dict[str, Any]], None]) -> None:
    told = json.loads((dataset / "dataset.json").read_text())
    how(told)
    (dataset / "dataset.json").write_text(json.dumps(told))


def test_a_missing_list(dataset):
    (dataset / "val.txt").unlink()
    assert found(dataset)[0].startswith("val.txt cannot be read: ")


def test_a_picture_of_train_in_test_is_alike(dataset):
    shutil.copy(file_of(dataset, "image"), file_of(dataset, "image", "test"))
    one, other = file_of(dataset, "image").stem, file_of(dataset, "image", "test").stem
    (said,) = found(dataset, "alike")
    assert said.startswith("2 frames of 16 ") and one in said and other in said and "0 bits of 64 differ" in said
    assert len(found(dataset, "duplicate")) == 1


def test_what_was_added_is_a_note(dataset):
    (dataset / "notes of mine.txt").write_text("x")
    (dataset / ".hidden").write_text("x")
    assert found(dataset) == [] and found(dataset, "added") == ["notes of mine.txt was not exported"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "nyu"}', '{"format": 3, "classes": 7}'])
def test_a_dataset_json_that_is_none_is_one_line(dataset, text):
    (dataset / "dataset.json").write_text(text)
    with pytest.raises(ExportError, match=r"is no dataset\.json of labelpass, or damaged") as caught:
        examine_dataset(dataset)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("zz  images/x.png\n", "line 1 is no line of sha256sum"),
        ("0" * 64 + "  ../x\n", "is not in the dataset"),
        ("0" * 64 + "  /etc/passwd\n", "is not in the dataset"),
        ("0" * 64 + "  a\n" + "0" * 64 + "  a\n", "line 2 names 'a' again"),
    ],
)
def test_checksums_that_are_none(dataset, text, why):
    (dataset / "checksums.txt").write_text(text)
    (said,) = found(dataset)
    assert said.startswith("checksums.txt cannot be read: ") and why in said


def test_the_report_as_json(dataset):
    file_of(dataset, "image").unlink()
    document = json.loads(told(examine_dataset(dataset), True)[0])
    assert (document["schema"], document["ok"], document["format"]) == ("labelpass.verify/1", False, dataset.name)
    assert document["findings"][0]["kind"] == "missing"


def test_a_repair_says_the_command_and_changes_nothing(dataset):
    path = file_of(dataset, "image")
    path.unlink()
    text, code = told(examine_dataset(dataset), False, repair=True)
    assert code == 1 and not path.exists()
    assert f"labelpass export one other --format {dataset.name} --split 0.5/0.25/0.25 --split-by view" in text
    assert text.rstrip().endswith("--out NEW")


def test_the_command_has_every_choice(tmp_path):
    run = write_run(tmp_path / "a run", views=9, purity=True, label_set=built_in("nyu40"))
    options = {"background_class": True, "prefix": "/data/x", "ignore": 255}
    export(
        [run], tmp_path / "out", "segnet", target=built_in("nyu13"), seed=4, size=(20, 16), ignore_impure=0.5,
        options=options,
    )  # fmt: skip
    report: DatasetReport = examine_dataset(tmp_path / "out")
    assert export_command(report.promised.data) == (
        "labelpass export a-run --format segnet --labels nyu13 --split 0.8/0.1/0.1 --split-by view --seed 4 --size "
        "20x16 --ignore-impure 0.5 --ignore 255 --background-class --prefix /data/x --out NEW"
    )
    assert [each for each in report.findings if each.severity == "error"] == []


@pytest.mark.parametrize("void", ["apart", "zero"])
def test_codes_that_share_a_value_are_counted_together(tmp_path, void):
    run = write_run(tmp_path / "r", views=6)
    export([run], tmp_path / "out", "nyu", options={"void": void})
    assert [each for each in examine_dataset(tmp_path / "out").findings if each.severity == "error"] == []


def test_frames_of_several_sizes(tmp_path):
    sizes = {"a": (40, 30), "b": (20, 30)}
    runs = [write_run(tmp_path / name, scene=name * 3, views=5, size=size) for name, size in sizes.items()]
    export(runs, tmp_path / "out", "nyu", split_by="view")
    assert [each for each in examine_dataset(tmp_path / "out").findings if each.severity == "error"] == []
    data = json.loads((tmp_path / "out" / "dataset.json").read_text())
    data["sizes"] = {"20x30": 4, "40x30": 6}
    (tmp_path / "out" / "dataset.json").write_text(json.dumps(data))
    said = [each.sentence for each in examine_dataset(tmp_path / "out").findings if each.kind == "counts"]
    assert said == ["dataset.json says other numbers of frames of each size than there are"]


@pytest.mark.parametrize(
    "format", ["ade20k", "cityscapes", "fastai", "fastai-tif", "huggingface", "mmseg", "ultralytics"]
)
def test_frames_of_other_formats_of_label_maps_are_looked_at(tmp_path, capsys, format):
    out = tmp_path / "out"
    export([write_run(tmp_path / "run")], out, format)
    assert labelpass.main(["verify", str(out)]) == 0
    assert "10 frames: every file is as it was exported" in capsys.readouterr().out
    name = (out / "train.txt").read_text().split()[0]
    path = out / str(layout_of(format, {}).places("train", name, ".png").label)
    edit_label(path, lambda pixels: np.full_like(pixels, 201))
    assert labelpass.main(["verify", str(out)]) == 1
    assert "value 201 at pixel (x 0, y 0) is neither a class nor a code" in capsys.readouterr().out


def test_the_command_names_datasets_and_of_imports_there_is_none(tmp_path):
    export([write_run(tmp_path / "run")], tmp_path / "one", "numpy")
    export([tmp_path / "one"], tmp_path / "two", "nyu")
    data = json.loads((tmp_path / "two" / "dataset.json").read_text())
    assert export_command(data).startswith("labelpass export one --format nyu ")
    data["split"]["method"] = "as the source says"
    with pytest.raises(KeyError):
        export_command(data)
