"""`labelpass import`: a dataset like our own exports, whole or not at all."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from exported import manifest, read_png
from label_sources import lay_sources, write_mat, write_picture
from PIL import Image
from small_inputs import files_of
from test_importers import NYU

import labelpass
from blender_addon.contract.labels import IGNORE, UNLABELLED, label_set_from_dict
from postprocess.errors import ExportError
from postprocess.evaluation import evaluation_of
from postprocess.evaluation.evaluate import Wishes
from postprocess.importers.labelled import Entry, Labelled, Pixels
from postprocess.importers.writing import write_dataset

SET = label_set_from_dict({"name": "few", "labels": ["sky", "road", "car"]})


def source(names=("a", "b"), splits=("", ""), bad=None):
    def read(at):
        rng = np.random.default_rng(at)
        labels = rng.choice(np.array([UNLABELLED, IGNORE, 1, 2, 3], np.uint16), (6, 8))
        if bad == at:
            labels[0, 0] = 9
        return Pixels(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8), labels)

    entries = tuple(Entry(name, split, "room", f"{name}.json") for name, split in zip(names, splits))
    return Labelled("test", SET, entries, read, ("of the source",))


def test_pixels_names_and_lists(tmp_path):
    made = write_dataset(source(splits=("test", "")), tmp_path / "out", "val")
    assert made.pictures == {"train": 0, "val": 1, "test": 1}
    assert made.warnings[0] == "of the source" and "of the pixels are unlabelled" in made.warnings[1]
    for at, name in enumerate("ab"):
        pixels = source().read(at)
        ids = read_png(tmp_path / "out" / "labels" / f"{name}.png")
        assert np.array_equal(ids, np.where(pixels.labels == IGNORE, 255, pixels.labels))
        assert np.array_equal(read_png(tmp_path / "out" / "images" / f"{name}.png"), pixels.image)
    assert (tmp_path / "out" / "test.txt").read_text() == "a\n"
    with open(tmp_path / "out" / "frames.csv", encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == [["a", "test", "room", "a.json"], ["b", "val", "room", "b.json"]]
    told = manifest(tmp_path / "out")
    assert told["sources"][0]["kind"] == "imported" and told["split"]["frames"] == {"train": 0, "val": 1, "test": 1}


def test_what_was_imported_is_verified_as_an_export_is(tmp_path, capsys):
    write_dataset(source(), tmp_path / "out", "test")
    assert labelpass.main(["verify", str(tmp_path / "out")]) == 0
    assert "2 frames: every file is as it was exported" in capsys.readouterr().out
    (tmp_path / "out" / "frames.csv").write_text("name,split,scene,from\n")
    assert labelpass.main(["verify", str(tmp_path / "out")]) == 1
    assert "frames.csv" in capsys.readouterr().out


def test_the_same_bytes_again(tmp_path):
    for name in ("one", "two"):
        write_dataset(source(), tmp_path / name)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_names_become_plain_and_stay_apart(tmp_path):
    names = ("../a b", "a b", "a.b", "äü", "\n")
    write_dataset(source(names, [""] * 5), tmp_path / "out")
    written = sorted(path.name for path in (tmp_path / "out" / "images").iterdir())
    assert len(written) == 5 and all(name.isascii() and name.count(".") == 1 and " " not in name for name in written)
    assert not (tmp_path / "a b.png").exists()


@pytest.mark.parametrize("place", ["out", "run/out"])
def test_a_place_that_is_taken(tmp_path, place):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    (tmp_path / "run" / "frames").mkdir(parents=True)
    (tmp_path / "run" / "plan.json").write_text("{}")
    with pytest.raises(ExportError, match=r"is there already|lies in the run"):
        write_dataset(source(), tmp_path / place)
    assert files_of(tmp_path) == {"out/mine.txt": b"mine", "run/plan.json": b"{}"}


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_bad_picture_leaves_nothing(tmp_path, jobs):
    names = [f"{number:02}" for number in range(20)]
    with pytest.raises(ExportError, match=r"07.json has label 9, which 'few' has not"):
        write_dataset(source(names, [""] * 20, bad=7), tmp_path / "out", jobs=jobs)
    assert not list(tmp_path.iterdir())


def test_threads_make_the_same_bytes_and_tell_them_in_order(tmp_path):
    names, told = [f"{number:02}" for number in range(20)], []
    for jobs in (1, 3):
        progress = lambda done, total: told.append((done, total))  # noqa: E731
        write_dataset(source(names, [""] * 20), tmp_path / str(jobs), "train", progress, jobs)
    assert files_of(tmp_path / "1") == files_of(tmp_path / "3")
    assert told == [(done, 20) for done in range(1, 21)] * 2


def test_whoever_stops_an_import_finds_nothing_left(tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(source("abcdefghijkl", [""] * 12), tmp_path / "out", progress=stop, jobs=3)
    assert not list(tmp_path.iterdir())


def test_the_command(tmp_path, capsys):
    write_mat(tmp_path / "nyu.mat", NYU)
    arguments = ["import", "nyu", str(tmp_path / "nyu.mat"), "--out", str(tmp_path / "nyu"), "--as", "test"]
    assert labelpass.main(arguments) == 0
    said = capsys.readouterr()
    assert "NYU Depth v2, nyu894, 0 train, 0 val, 3 test" in said.out and "official split" in said.err
    assert json.loads((tmp_path / "nyu" / "dataset.json").read_text())["dtype"] == "uint16"
    assert labelpass.main(arguments) == 1
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["segnet", "x"], "--label-set"),
        (["labelstudio", "x"], "--images DIR"),
        (["nyu", "x", "--label-set", "nyu40"], "choose others at export"),
        (["fastai", "x", "--ignore", "3"], "--ignore goes with segnet"),
        (["fastai", "missing"], "missing"),
        (["coco", "missing.json"], "missing.json is missing"),
    ],
)
def test_words_that_do_not_go_together(tmp_path, capsys, arguments, words):
    assert labelpass.main(["import", *arguments, "--out", str(tmp_path / "out")]) == 1
    assert words in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_predictions_are_held_against_real_pictures(tmp_path):
    """A model that is right everywhere, with the imported set as truth."""
    write_dataset(source(), tmp_path / "truth", "test")
    (tmp_path / "model").mkdir()
    for name in "ab":
        ids = read_png(tmp_path / "truth" / "labels" / f"{name}.png")
        Image.fromarray(np.where(ids == 255, 1, np.maximum(ids, 1)).astype(np.uint8)).save(
            tmp_path / "model" / f"{name}.png"
        )
    found = evaluation_of([tmp_path / "model"], tmp_path / "truth", None, "test", Wishes(draws=0))
    assert found.verdicts[0].scores.overall["mean_iou"] == 1 and len(found.pairs) == 2


def test_a_picture_that_is_written_alike(tmp_path):
    """What was imported from a picture file is that picture, pixel by pixel."""
    pixels = write_picture(tmp_path / "in" / "scenes" / "a.png")
    (tmp_path / "in" / "masks").mkdir()
    Image.fromarray(np.ones((6, 8), np.uint8)).save(tmp_path / "in" / "masks" / "a.png")
    (tmp_path / "in" / "codes.txt").write_text("void\nroad\n")
    assert labelpass.main(["import", "fastai", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 0
    assert np.array_equal(read_png(tmp_path / "out" / "images" / "a.png"), pixels)


def test_what_somebody_says_counts_for_more_than_the_name_of_a_coco_file(tmp_path, capsys):
    lay_sources(tmp_path)
    for number, (said, split) in enumerate((([], "val"), (["--as", "test"], "test"))):
        out = tmp_path / str(number)
        words = [str(tmp_path / "annotations" / "instances_val.json"), "--images", str(tmp_path / "pictures")]
        assert labelpass.main(["import", "coco", *words, "--out", str(out), *said]) == 0
        assert (out / f"{split}.txt").read_text() == "a\n"
    assert labelpass.main(["export", str(out), "--format", "nyu", "--labels", "nyu40", "--out", str(out) + "-2"]) == 1
    assert "or import it again with --label-set nyu40" in capsys.readouterr().err
