"""COCO as the COCO API reads it, against what the run holds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from exported import manifest, read_png, refused
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from small_inputs import files_of, write_run
from small_things import things_of, write_run_of_things

import labelpass
from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, Label, LabelSet, built_in
from blender_addon.contract.run import frame_folder
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.exporters import FORMATS, coco
from postprocess.exporters.coco import Coco
from postprocess.exr import read_labels
from postprocess.regrouping import Regrouping

NYU40 = built_in("nyu40")
CODES = (UNLABELLED, IGNORE, BACKGROUND)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run_of_things(tmp_path / "r", views=8)


def labels_of(run: Path, number: int) -> np.ndarray:
    return read_labels(frame_folder(run, number) / "labels.exr", NYU40).pixels


def number_of(image: dict) -> int:
    return int(Path(image["file_name"]).stem[-6:])


def read(out: Path, kind: str, split: str) -> dict:
    return json.loads((out / "annotations" / f"{kind}_{split}.json").read_text(encoding="utf-8"))


def test_every_annotation_is_the_pixels_of_a_thing(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export([run], out, "coco", options={"stuff": "wall,floor"})
    seen, ids = 0, []
    for split in ("train", "val", "test"):
        dataset = COCO(out / "annotations" / f"instances_{split}.json")
        names = {category["id"]: category["name"] for category in dataset.loadCats(dataset.getCatIds())}
        assert names == {label.id: label.name for label in NYU40.labels if label.name not in ("wall", "floor")}
        for image in dataset.loadImgs(dataset.getImgIds()):
            number = number_of(image)
            source = read_png(frame_folder(run, number) / "image.png")
            np.testing.assert_array_equal(read_png(out / "images" / split / image["file_name"]), source)
            assert (image["height"], image["width"]) == source.shape[:2] and image["id"] == number
            labels, things = labels_of(run, number), things_of(run, number)
            told = {}
            for annotation in dataset.loadAnns(dataset.getAnnIds(image["id"])):
                mask = dataset.annToMask(annotation).astype(bool)
                ids.append(annotation["id"])
                (thing,) = np.unique(things[mask])
                np.testing.assert_array_equal(mask, (labels == annotation["category_id"]) & (things == thing))
                y, x = np.nonzero(mask)
                box = [x.min(), y.min(), x.max() - x.min() + 1, y.max() - y.min() + 1]
                assert annotation["bbox"] == box and annotation["area"] == mask.sum() and annotation["iscrowd"] == 0
                told[annotation["category_id"], int(thing)] = mask
            told_of = np.isin(labels, [*CODES, 1, 2])
            assert set(told) == set(zip(labels[~told_of].tolist(), things[~told_of].tolist()))
            seen += 1
    assert seen == 8 and sorted(ids) == list(range(1, len(ids) + 1)) and len(ids) > 100


def test_truth_against_itself_scores_1(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "coco", split=(1, 0, 0))
    assert [path.name for path in (tmp_path / "out" / "annotations").iterdir() if "val" in path.name] == []
    truth = COCO(tmp_path / "out" / "annotations" / "instances_train.json")
    for kind in ("segm", "bbox"):
        scored = [annotation | {"score": 1.0} for annotation in truth.dataset["annotations"]]
        evaluation = COCOeval(truth, truth.loadRes(json.loads(json.dumps(scored))), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
        assert evaluation.stats[0] == pytest.approx(1.0)


@pytest.mark.parametrize("stuff", ["wall,floor,5", "*"])
def test_panoptic_has_each_pixel_once(run: Path, tmp_path: Path, stuff: str) -> None:
    out = tmp_path / "out"
    export([run], out, "coco", options={"stuff": stuff})
    stuff_ids = {1, 2, 5} if stuff != "*" else set(NYU40.by_id)
    for split in ("train", "val", "test"):
        data = read(out, "panoptic", split)
        assert {of["id"] for of in data["categories"] if not of["isthing"]} == stuff_ids
        images = {image["id"]: image for image in data["images"]}
        for annotation in data["annotations"]:
            number = number_of(images[annotation["image_id"]])
            labels, things = labels_of(run, number), things_of(run, number)
            rgb = read_png(out / f"panoptic_{split}" / annotation["file_name"]).astype(int)
            ids = rgb[..., 0] + 256 * rgb[..., 1] + 256**2 * rgb[..., 2]
            np.testing.assert_array_equal(ids == 0, np.isin(labels, CODES))
            assert {0, *(of["id"] for of in annotation["segments_info"])} == {0, *np.unique(ids)}
            for of in annotation["segments_info"]:
                mask = ids == of["id"]
                expected = labels == of["category_id"]
                if of["category_id"] not in stuff_ids:
                    expected &= things == things[mask][0]
                np.testing.assert_array_equal(mask, expected)
                assert of["area"] == mask.sum() and of["iscrowd"] == 0
    assert (out / "annotations" / "instances_train.json").is_file() == (stuff != "*")


def test_stuff_maps_are_classes_from_0_and_255(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "out", "coco", split=(1, 0, 0))
    for number in range(1, 9):
        labels = labels_of(run, number)
        written = read_png(tmp_path / "out" / "stuffthingmaps" / "train" / f"r_{number:06d}.png")
        assert written.dtype == np.uint8
        np.testing.assert_array_equal(written, np.where(np.isin(labels, CODES), 255, labels - 1))
    codes = manifest(tmp_path / "out")["codes"].values()
    assert {code["written_as"] for code in codes} == {255}


def test_categories_count_in_the_order_of_ids(tmp_path: Path) -> None:
    labels = (Label(30, "sofa", (1, 1, 1)), Label(4, 'a "b",\u2028c', (2, 2, 2)), Label(700, "wall", (3, 3, 3)))
    run = write_run_of_things(tmp_path / "r", LabelSet("mine", labels), views=3)
    export([run], tmp_path / "out", "coco", split=(1, 0, 0), options={"stuff": "700"})
    dataset = COCO(tmp_path / "out" / "annotations" / "instances_train.json")
    assert [(of["id"], of["name"]) for of in dataset.dataset["categories"]] == [(1, 'a "b",\u2028c'), (2, "sofa")]
    assert {of["category_id"] for of in dataset.dataset["annotations"]} == {1, 2}
    named = read_labels(frame_folder(run, 1) / "labels.exr", LabelSet("mine", labels)).pixels
    written = read_png(tmp_path / "out" / "stuffthingmaps" / "train" / "r_000001.png")
    for value, id_ in enumerate((4, 30, 700)):
        np.testing.assert_array_equal(written == value, named == id_)


def test_large_sets_have_label_maps_of_16_bit() -> None:
    encoding = Coco().encoding(built_in("nyu894"))
    assert encoding.dtype == "uint16" and {encoding.values[code] for code in CODES} == {65535}
    assert Coco().encoding(NYU40).dtype == "uint8"


def test_pixels_of_no_thing_are_a_crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import small_things

    whole = small_things.things_of

    def with_none(run: Path, number: int) -> np.ndarray:
        return np.where(whole(run, number) == 7, np.uint64(0), whole(run, number))

    monkeypatch.setattr(small_things, "things_of", with_none)
    run = write_run_of_things(tmp_path / "r", views=2)
    for polygons in (False, True):
        out = tmp_path / str(polygons)
        export([run], out, "coco", split=(1, 0, 0), options={"polygons": polygons})
        dataset = COCO(out / "annotations" / "instances_train.json")
        crowds = [of for of in dataset.dataset["annotations"] if of["iscrowd"]]
        assert crowds
        for of in crowds:
            number = of["image_id"]
            expected = (labels_of(run, number) == of["category_id"]) & (small_things.things_of(run, number) == 0)
            np.testing.assert_array_equal(dataset.annToMask(of), expected)


def test_polygons_lose_holes_alone(run: Path, tmp_path: Path) -> None:
    for name, polygons in (("exact", False), ("ways", True)):
        summary = export([run], tmp_path / name, "coco", split=(1, 0, 0), options={"polygons": polygons})
        assert any("holes" in note for note in summary.notes) == polygons
    exact, ways = (COCO(tmp_path / name / "annotations" / "instances_train.json") for name in ("exact", "ways"))
    same = 0
    for id_, annotation in ways.anns.items():
        assert isinstance(annotation["segmentation"], list)
        mask, other = exact.annToMask(exact.anns[id_]), ways.annToMask(annotation)
        assert (other >= mask).all() and {**annotation, "segmentation": 0} == {**exact.anns[id_], "segmentation": 0}
        same += np.array_equal(mask, other)
    assert same > 0.9 * len(ways.anns)


def test_same_bytes_with_any_number_of_processes(tmp_path: Path) -> None:
    runs = [write_run_of_things(tmp_path / f"r{n}", scene=f"{n}.blend", views=4) for n in range(3)]
    wishes = {"target": built_in("nyu13"), "size": (24, 20), "images": "jpeg", "options": {"stuff": "wall"}}
    export(runs, tmp_path / "one", "coco", **wishes)
    export(runs[::-1], tmp_path / "two", "coco", jobs=2, **wishes)
    once = files_of(tmp_path / "one")
    assert files_of(tmp_path / "two") == once and not [name for name, data in once.items() if b"/tmp" in data]
    image = read(tmp_path / "one", "instances", "train")["images"][0]
    assert image["file_name"].endswith(".jpg") and (image["width"], image["height"]) == (24, 20)
    assert (tmp_path / "one" / "images" / "train" / image["file_name"]).is_file()


def test_runs_without_instances(tmp_path: Path) -> None:
    run = write_run(tmp_path / "r")
    refused(tmp_path, "has no instances, which coco needs: render a run with --with instances", [run], "coco")
    export([run], tmp_path / "out", "coco", options={"stuff": "*"})
    assert read(tmp_path / "out", "panoptic", "train")["annotations"]


def test_stuff_that_the_set_lacks(run: Path, tmp_path: Path) -> None:
    refused(tmp_path, "--stuff: label set 'nyu40' has no label 'flor'; did you mean floor", [run], "coco",
            options={"stuff": "wall,flor"})  # fmt: skip
    refused(tmp_path, "--stuff: label set 'nyu40' has no label 99", [run], "coco", options={"stuff": "99"})


def test_run_lengths_that_lie_are_found(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = coco.encode
    monkeypatch.setattr(coco, "encode", lambda found: encode(found)[::-1])
    refused(tmp_path, r"panoptic_.*\.png would not decode to what it was made of", [run], "coco")


def test_the_front_door_knows_formats_and_options(run: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    words = ["export", str(run), "--format", "coco", "--stuff", "wall", "--polygons", "--images", "link", "--jobs", "1"]
    assert labelpass.main([*words, "--out", str(out)]) == 0
    assert manifest(out)["conventions"]["stuff"] == ["wall"]
    assert "polygons lose the holes" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        labelpass.main(["export", str(run), "--format", "none"])
    said = capsys.readouterr().err
    assert all(f"'{name}'" in said for name in FORMATS)


def test_evaluate_reads_the_dataset(run: Path, tmp_path: Path) -> None:
    from postprocess.evaluation.pairs import truths

    export([run], tmp_path / "out", "coco", images="jpeg")
    found = truths(tmp_path / "out", "train")
    assert len(found) == 6
    for name, (label, image) in found.items():
        assert label == tmp_path / "out" / "stuffthingmaps" / "train" / f"{name}.png" and label.is_file()
        assert image == tmp_path / "out" / "images" / "train" / f"{name}.jpg"


def test_options_that_are_none(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="format coco has no option 'void'; it has polygons, stuff"):
        export([run], tmp_path / "out", "coco", options={"void": "zero"})


def test_the_ids_of_coco133_are_those_of_coco(run: Path, tmp_path: Path) -> None:
    """Written down from COCO's own files: with gaps, and what is above 90 is stuff."""
    out = tmp_path / "out"
    export([run], out, "coco", target=built_in("coco133"), split=(1, 0, 0))
    published = {1: "person", 13: "stop sign", 62: "chair", 90: "toothbrush", 109: "curtain", 200: "rug-merged"}
    categories = {each["id"]: each for each in read(out, "panoptic", "train")["categories"]}
    assert {id_: categories[id_]["name"] for id_ in published} == published and len(categories) == 133
    assert {id_ for id_, each in categories.items() if each["isthing"]} == {id_ for id_ in categories if id_ <= 90}
    things = COCO(out / "annotations" / "instances_train.json")
    assert len(things.getCatIds()) == 80 and max(things.getCatIds()) == 90
    walk, shown = NYU40.crosswalk(built_in("coco133")), set()
    for image in things.loadImgs(things.getImgIds()):
        labels = labels_of(run, number_of(image))
        stuff = read_png(out / "stuffthingmaps" / "train" / image["file_name"])
        np.testing.assert_array_equal(stuff, np.vectorize(lambda id_: walk.get(id_, 256) - 1)(labels))
        for annotation in things.loadAnns(things.getAnnIds(image["id"])):
            mask = things.annToMask(annotation).astype(bool)
            assert {walk[id_] for id_ in np.unique(labels[mask]).tolist()} == {annotation["category_id"]}
            shown.add(annotation["category_id"])
    assert shown == {62, 63, 65}  # chair, couch, bed
    assert manifest(out)["conventions"]["category ids"] == "label ids"


def test_coco133_with_other_stuff_and_fewer_labels(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    fewer = Regrouping(kept=("chair", "couch", "bed"))
    export([run], out, "coco", target=built_in("coco133"), regrouping=fewer, options={"stuff": "couch"})
    categories = read(out, "panoptic", "train")["categories"]
    assert [(each["id"], each["isthing"]) for each in categories] == [(62, 1), (63, 0), (65, 1)]
