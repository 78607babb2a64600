"""Datasets of ours as sources of an export: what was imported, and what was exported before, beside runs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from exported import manifest, read_png, refused
from label_sources import write_mat
from small_inputs import files_of, write_run
from test_importers import NYU

import labelpass
from blender_addon.contract.labels import built_in
from postprocess.dataset import export
from postprocess.dataset_frames import frames_of_dataset
from postprocess.importers.nyu_mat import nyu_mat
from postprocess.importers.writing import write_dataset

ALL = (1.0, 0.0, 0.0)


@pytest.fixture
def real(tmp_path):
    """Eight imported pictures of nyu894, two of them to test."""
    write_mat(tmp_path / "nyu.mat", NYU, count=8, size=(40, 30))
    write_dataset(nyu_mat(tmp_path / "nyu.mat"), tmp_path / "real", "train")
    for name, move in (("train", slice(0, 6)), ("test", slice(6, 8))):
        names = [f"nyu_{number:04d}\n" for number in range(1, 9)][move]
        (tmp_path / "real" / f"{name}.txt").write_text("".join(names))
    return tmp_path / "real"


def test_what_was_exported_is_exported_again_alike(tmp_path):
    run = write_run(tmp_path / "run", views=6)
    export([run], tmp_path / "one", "nyu", split=(0.5, 0.5, 0))
    export([tmp_path / "one"], tmp_path / "two", "nyu")
    for split in ("train", "val"):
        names = (tmp_path / "one" / f"{split}.txt").read_text().split()
        again = (tmp_path / "two" / f"{split}.txt").read_text().split()
        assert sorted(f"one_{name}" for name in names) == sorted(again) and names
        for name in names:
            for folder in ("labels", "images", "colors"):
                one, two = (tmp_path / "one" / folder / f"{name}.png", tmp_path / "two" / folder / f"one_{name}.png")
                assert np.array_equal(read_png(one), read_png(two))
    assert manifest(tmp_path / "two")["split"]["method"] == "as the datasets say"
    assert manifest(tmp_path / "two")["sources"][0]["kind"] == "dataset"


def test_real_pictures_beside_renders_in_one_label_set(tmp_path, real):
    run = write_run(tmp_path / "run", views=20)
    made = export([run, real], tmp_path / "out", "segnet", target=built_in("nyu13"), split=ALL)
    assert made.frames == {"train": 26, "val": 0, "test": 2}
    told = manifest(tmp_path / "out")
    assert [source["kind"] for source in told["sources"]] == ["run", "imported"]
    crosswalk = built_in("nyu894").crosswalk(built_in("nyu13"))
    ids = read_png(real / "labels" / "nyu_0001.png")
    expected = np.vectorize(lambda id_: crosswalk.get(id_, 0) - 1 if crosswalk.get(id_) else 13)(ids)
    assert np.array_equal(read_png(tmp_path / "out" / "trainannot" / "real_nyu_0001.png"), expected)


@pytest.mark.parametrize(("share", "real_ones", "rendered"), [(0.5, 6, 6), (0.25, 6, 18), (0.1, 2, 20)])
def test_a_share_of_real_pictures(tmp_path, real, share, real_ones, rendered):
    run = write_run(tmp_path / "run", views=20)
    made = export([run, real], tmp_path / "out", "nyu", target=built_in("nyu40"), split=ALL, real_share=share)
    names = (tmp_path / "out" / "train.txt").read_text().split()
    assert (sum("nyu" in name for name in names), sum("run" in name for name in names)) == (real_ones, rendered)
    assert made.frames["test"] == 2 and any("--real-share" in warning for warning in made.warnings)
    export([real, run], tmp_path / "again", "nyu", target=built_in("nyu40"), split=ALL, real_share=share)
    assert files_of(tmp_path / "out") == files_of(tmp_path / "again")


def test_a_split_that_is_asked_for_deals_anew(tmp_path, real):
    made = export([real], tmp_path / "out", "nyu", split=(0.5, 0.5, 0), split_by="scene")
    assert made.frames == {"train": 4, "val": 4, "test": 0}


def test_scenes_of_an_import_are_kept(real):
    _, frames = frames_of_dataset(real, 0)
    assert frames[0].key.scene == "kitchen_0000" and len({frame.key.scene for frame in frames}) == 8


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda real: (real / "labels" / "nyu_0002.png").write_bytes(b"\x89PNG"), r"nyu_0002.png is no whole PNG"),
        (lambda real: (real / "images" / "nyu_0002.png").unlink(), r"nyu_0002.png is missing"),
        (lambda real: (real / "train.txt").write_text("../a\n"), r"train.txt: '../a' is no name of a frame"),
        (lambda real: (real / "test.txt").write_text("nyu_0001\n"), "nyu_0001 is in two lists"),
        (
            lambda real: (real / "dataset.json").write_text("{"),
            r"no dataset.json of labelpass, or damaged",
        ),
        (lambda real: (real / "frames.csv").write_text("x\n1\n"), r"frames.csv is damaged"),
    ],
)
def test_a_damaged_dataset_is_refused(tmp_path, real, damage, words):
    damage(real)
    refused(tmp_path, words, [real])


def test_a_value_that_the_layout_does_not_write(tmp_path, real):
    told = json.loads((real / "dataset.json").read_text())
    kept = {label["id"] for label in told["label_set"]["labels"][:300]}
    told["label_set"]["labels"] = told["label_set"]["labels"][:300]
    (real / "dataset.json").write_text(json.dumps(told))
    refused(tmp_path, "or damaged .*classes are not those of the label set", [real])
    told["classes"] = [row for row in told["classes"] if row["id"] in kept]
    (real / "dataset.json").write_text(json.dumps(told))
    refused(tmp_path, r"png holds [0-9]+, which is neither a class nor a code of its dataset.json", [real])


def test_the_command(tmp_path, real, capsys):
    run = write_run(tmp_path / "run", views=20)
    arguments = ["export", str(run), str(real), "--format", "nyu", "--labels", "nyu40", "--out", str(tmp_path / "out")]
    assert labelpass.main([*arguments, "--split", "1/0/0", "--real-share", "0.5", "--jobs", "1"]) == 0
    assert "12 train, 0 val, 2 test" in capsys.readouterr().out
    assert labelpass.main([*arguments[:-1], str(tmp_path / "two"), "--real-share", "1.5", "--jobs", "1"]) == 1
    assert "real share 1.5: between 0 and 1" in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["labels", "images"])
def test_files_that_changed_since_are_refused(tmp_path, real, folder):
    """Pixels of another picture: a whole file with allowed values, that is not what was imported."""
    changed = real / folder / "nyu_0002.png"
    changed.write_bytes((real / folder / "nyu_0001.png").read_bytes())
    refused(tmp_path, f"{folder}/nyu_0002.png is not what checksums.txt of its dataset says", [real])
    sums = real / "checksums.txt"
    lines = [line for line in sums.read_text().splitlines(keepends=True) if f"{folder}/nyu_0002.png" not in line]
    sums.write_text("".join(lines))
    assert export([real], tmp_path / "out", "nyu").frames == {"train": 6, "val": 0, "test": 2}


def test_checksums_that_are_none(tmp_path, real):
    (real / "checksums.txt").write_text("no sums\n")
    refused(tmp_path, "checksums.txt: line 1 is no line of sha256sum", [real])


def test_real_pictures_have_no_instances_to_render(tmp_path, real):
    refused(tmp_path, "real is a dataset, which holds no instances, and coco needs some", [real], "coco")
