"""`labelpass verify` of a COCO dataset: annotations are held against the label maps."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from small_things import write_run_of_things
from stored_again import change_labels, copied, frames_in

from postprocess.dataset import export
from postprocess.doctor.dataset_doctor import examine_dataset
from postprocess.exporters.coco import rows_of


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("coco")
    run = write_run_of_things(folder / "run", views=8)
    for name, options in (("exact", {"stuff": "wall,floor"}), ("outlines", {"polygons": True})):
        export([run], folder / name, "coco", split=(0.5, 0.5, 0), split_by="view", options=options)
    return folder


@pytest.fixture
def dataset(fresh, tmp_path) -> Path:
    """Without checksums, so that nothing but what is asked tells."""
    made = copied(fresh / "exact", tmp_path / "set")
    (made / "checksums.txt").unlink()
    return made


def said(dataset: Path, kind: str = "annotations") -> list[str]:
    return [each.sentence for each in examine_dataset(dataset, 2).findings if each.kind == kind]


def edit(path: Path, change, number: int = 0, rows: str = "annotations") -> dict:
    """Change a row of a file, and leave all else as it stands."""
    lines = path.read_text().splitlines()
    at = next(at for at, line in enumerate(lines) if line.endswith(f'"{rows}":[')) + 1 + number
    row = json.loads(lines[at].removesuffix(","))
    change(row)
    lines[at] = json.dumps(row) + "," * lines[at].endswith(",")
    path.write_text("\n".join(lines) + "\n")
    return row


INSTANCES, PANOPTIC = "annotations/instances_train.json", "annotations/panoptic_train.json"


@pytest.mark.parametrize("name", ["exact", "outlines"])
def test_what_was_just_exported_is_fine(fresh, name):
    assert [each for each in examine_dataset(fresh / name).findings if each.severity != "note"] == []


@pytest.mark.parametrize("kind", ["instances", "panoptic"])
def test_rows_are_those_of_the_file(fresh, kind):
    path = fresh / "exact" / f"annotations/{kind}_train.json"
    whole = json.loads(path.read_text())
    head, *rows = rows_of(path)
    assert head == ("head", {key: whole[key] for key in ("info", "licenses", "categories")} | {"images": []})
    assert [row for kind, row in rows if kind == "images"] == whole["images"]
    assert [row for kind, row in rows if kind == "annotations"] == whole["annotations"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda row: row.update(category_id=99), "is of no category"),
        (lambda row: row.update(category_id=1), "is of no category"),  # wall, which is stuff
        (lambda row: row.update(area=row["area"] + 1), "pixels, and says"),
        (lambda row: row.update(bbox=[30, 0, 20, 3]), "has a box that is not in the picture"),
        (lambda row: row["segmentation"].update(size=[3, 4]), "has a mask of another size"),
        (lambda row: row["segmentation"].update(counts="\x7f"), "has no run lengths"),
        (lambda row: row["segmentation"].update(counts="1"), "has a mask that does not fill the picture"),
    ],
)
def test_annotations_that_are_wrong(dataset, change, why):
    row = edit(dataset / INSTANCES, change)
    (sentence,) = said(dataset)
    assert sentence.startswith(f"{INSTANCES}: annotation {row['id']} of ") and why in sentence


def test_a_mask_of_another_label(dataset):
    row = edit(dataset / INSTANCES, lambda row: row.update(category_id=row["category_id"] + 1))
    (sentence,) = said(dataset)
    assert sentence.startswith(f"{INSTANCES}: annotation {row['id']} of run_")
    assert ".png has its label" in sentence and "stuffthingmaps/train/" in sentence


@pytest.mark.parametrize(
    ("polygons", "why"),
    [
        ([[0, 0, 4, 0]], "has a polygon of fewer than three points"),
        ([[0, 0, 4, 0, 41, 3]], "has a polygon that is not in the picture"),
        ([[0, 0, 4, 0, 4, -1]], "has a polygon that is not in the picture"),
        ([], "has no polygon"),
    ],
)
def test_polygons_that_are_wrong(fresh, tmp_path, polygons, why):
    dataset = copied(fresh / "outlines", tmp_path / "set")
    edit(dataset / INSTANCES, lambda row: row.update(segmentation=polygons))
    (sentence,) = said(dataset)
    assert why in sentence and said(dataset, "checksum") == []


def test_segments_that_are_not_those_of_the_label_map(dataset):
    frame = frames_in(dataset)[0]
    change_labels(dataset, frame, lambda pixels: np.where(pixels == pixels[0, 0], 3, pixels).astype(np.uint8))
    place = f"stuffthingmaps/train/{frame.name}.png"
    assert f"{PANOPTIC}: {frame.name}: its segments are not those of {place}" in said(dataset)


def test_a_panoptic_png_that_is_not_that_of_its_rows(dataset):
    name = frames_in(dataset)[0].name
    path = dataset / f"panoptic_train/{name}.png"
    pixels = cv2.imread(str(path))
    pixels[0, 0] = (0, 3, 0)
    cv2.imwrite(str(path), pixels)
    (sentence,) = said(dataset)
    assert sentence.startswith(f"{PANOPTIC}: {name}: segments, or their areas, are not those of its PNG")
    path.write_bytes(path.read_bytes()[:50])
    assert said(dataset) == [f"{PANOPTIC}: panoptic_train/{name}.png is no whole PNG or JPEG: damaged or cut short"]


def test_segments_of_a_frame_that_are_not_there(dataset):
    path = dataset / PANOPTIC
    lines = path.read_text().splitlines()
    at = next(at for at, line in enumerate(lines) if line == '],"annotations":[') + 1
    path.write_text("\n".join([*lines[:at], *lines[at + 1 :]]) + "\n")
    assert said(dataset) == [f"{PANOPTIC}: 1 of 4 images have no segments there"]
    path.write_text("\n".join([*lines[: at + 1], lines[at], *lines[at + 1 :]]) + "\n")
    (sentence,) = said(dataset)
    assert sentence.endswith(" is there 2 times")


def test_images_that_are_others(dataset):
    row = edit(dataset / PANOPTIC, lambda row: row.update(file_name="x.png"), rows="images")
    assert row["file_name"] == "x.png"
    one, other = sorted(said(dataset))
    assert one.endswith(" is not there") and other == f"{PANOPTIC}: x is there, and in no list"


def test_an_image_that_is_not_listed(dataset):
    edit(dataset / INSTANCES, lambda row: row.update(image_id=77))
    (sentence,) = said(dataset)
    assert sentence.startswith(f"{INSTANCES} is not as it was exported: ") and "annotates image 77" in sentence


@pytest.mark.parametrize(
    "change",
    [lambda text: text[: len(text) // 2], lambda text: "", lambda text: "{}", lambda text: f"{text}x",
     lambda text: text.replace('"area":', '"area":NaN,"x":', 1)],
)  # fmt: skip
def test_files_that_are_cut_or_others(dataset, change):
    path = dataset / PANOPTIC
    path.write_text(change(path.read_text()))
    assert said(dataset)[-1].startswith(f"{PANOPTIC} is not as it was exported: ")


def test_categories_that_are_others(dataset):
    path = dataset / PANOPTIC
    path.write_text(path.read_text().replace('"name":"wall"', '"name":"<b>wall"', 1))
    assert said(dataset)[0] == f"{PANOPTIC}: category 1 is '<b>wall', which is no label of dataset.json"
    path.write_text(path.read_text().replace('"name":"<b>wall"', '"name":"bed"', 1))
    assert any("its segments are not those of" in each for each in said(dataset))
