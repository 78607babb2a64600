"""`labelpass evaluate`: which prediction belongs to which truth, what values mean, and the files that come out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from small_inputs import write_run

import labelpass
from blender_addon.contract.labels import built_in, label_set_from_dict
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.evaluation import Wishes, evaluation_of, lines, write

QUICK = Wishes(draws=20)
TWO = label_set_from_dict({"name": "two", "labels": ["wall", "<b>lamp & co"]})


@pytest.fixture
def maps(tmp_path: Path):
    """A function that writes a folder of label maps: {name: pixels}."""

    def make(folder: str, **named: np.ndarray | list) -> Path:
        for name, pixels in named.items():
            path = tmp_path / folder / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.array(pixels, np.uint8)).save(path)
        return tmp_path / folder

    return make


def overall(found, score: str, model: int = 0) -> float:
    return float(found.verdicts[model].scores.overall[score])


def exported(tmp_path: Path, format: str, **options) -> Path:
    run = write_run(tmp_path / f"run {format}", built_in("nyu13"), views=8)
    export([run], tmp_path / format, format, split=(0.5, 0.25, 0.25), **options)
    return tmp_path / format


@pytest.mark.parametrize(("format", "options"), [("nyu", {}), ("nyu", {"void": "zero"}), ("segnet", {}),
                                                 ("segnet", {"background_class": True})])  # fmt: skip
def test_the_truth_of_a_dataset_is_right_everywhere(tmp_path, format, options):
    dataset = exported(tmp_path, format, options=options)
    labels = dataset / ("labels" if format == "nyu" else "testannot")
    found = evaluation_of([labels], dataset, wishes=QUICK)
    assert len(found.pairs) == 2 and all(pair.image for pair in found.pairs)
    assert len(found.classes) == 13 + bool(options.get("background_class"))
    assert overall(found, "mean_iou") == overall(found, "mean_boundary_iou") == 1


def test_class_numbers_of_a_network_are_told_by_their_order(tmp_path):
    dataset = exported(tmp_path, "nyu")
    for name in (dataset / "test.txt").read_text().split():
        ids = np.asarray(Image.open(dataset / "labels" / f"{name}.png"))
        numbers = np.where((ids >= 1) & (ids <= 13), ids - 1, 255).astype(np.uint8)
        (tmp_path / "net").mkdir(exist_ok=True)
        Image.fromarray(numbers).save(tmp_path / "net" / f"{name}.png")
    found = evaluation_of([tmp_path / "net"], dataset, wishes=Wishes(draws=0, by_number=True))
    assert overall(found, "mean_iou") == 1
    assert overall(evaluation_of([tmp_path / "net"], dataset, wishes=QUICK), "mean_iou") < 0.2


def test_folders_of_plain_maps_need_a_label_set(maps):
    truth, predicted = maps("truth", a=[[1, 2], [0, 255]]), maps("deep/in/predicted", a=[[1, 1], [1, 1]])
    with pytest.raises(ExportError, match="--label-set"):
        evaluation_of([predicted], truth, wishes=QUICK)
    found = evaluation_of([predicted], truth, TWO, wishes=QUICK)
    assert overall(found, "global_accuracy") == 0.5


def test_palettes_are_read_by_their_indices(maps, tmp_path):
    truth = maps("truth", a=[[1, 2], [2, 1]])
    picture = Image.fromarray(np.array([[1, 2], [2, 1]], np.uint8), "P")
    picture.putpalette([0, 0, 0, 200, 10, 10, 10, 200, 10])
    (tmp_path / "net").mkdir()
    picture.save(tmp_path / "net" / "a.png")
    assert overall(evaluation_of([tmp_path / "net"], truth, TWO, wishes=QUICK), "mean_iou") == 1


def test_maps_of_16_bits(maps, tmp_path):
    truth = maps("truth", a=[[1, 2]])
    (tmp_path / "net").mkdir()
    cv2.imwrite(str(tmp_path / "net" / "a.png"), np.array([[1, 65535]], np.uint16))
    assert overall(evaluation_of([tmp_path / "net"], truth, TWO, wishes=QUICK), "global_accuracy") == 0.5


@pytest.mark.parametrize(
    ("predicted", "words"),
    [
        ({"b": [[1, 2]]}, "no prediction for 1 of 1 pictures: a"),
        ({"a": [[1, 2, 1]]}, "is 3x1, its truth .* 2x1"),
        ({"a": [[1, 7]]}, "a.png: value 7 is no class"),
        ({"a": [[[1, 1, 1], [2, 2, 2]]]}, "RGB .* one channel"),
    ],
)
def test_predictions_that_do_not_fit_are_refused(maps, predicted, words):
    with pytest.raises(ExportError, match=words):
        evaluation_of([maps("net", **predicted)], maps("truth", a=[[1, 2]]), TWO, wishes=QUICK)


def test_damage_is_told_by_its_file(maps):
    truth, net = maps("truth", a=[[1, 2]]), maps("net", a=[[1, 2]])
    data = (net / "a.png").read_bytes()
    (net / "a.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(ExportError, match=r"net.a\.png cannot be read"):
        evaluation_of([net], truth, TWO, wishes=QUICK)


def test_two_of_one_name_are_refused(maps, tmp_path):
    truth, net = maps("truth", a=[[1, 2]]), maps("net/one", a=[[1, 2]]).parent
    maps("net/other", a=[[1, 2]])
    with pytest.raises(ExportError, match="'a' is there twice"):
        evaluation_of([net], truth, TWO, wishes=QUICK)


def test_a_truth_that_is_all_void_is_refused(maps):
    truth = maps("truth", a=[[0, 255]])
    with pytest.raises(ExportError, match="all of it is void"):
        evaluation_of([truth], truth, TWO, wishes=QUICK)


def test_splits_are_those_of_the_dataset(tmp_path, maps):
    dataset = exported(tmp_path, "segnet")
    assert len(evaluation_of([dataset / "trainannot"], dataset, split="train", wishes=QUICK).pairs) == 4
    with pytest.raises(ExportError, match="no split 'best'"):
        evaluation_of([dataset], dataset, split="best", wishes=QUICK)
    plain = maps("truth", a=[[1, 2]])
    with pytest.raises(ExportError, match="no dataset of labelpass export"):
        evaluation_of([plain], plain, TWO, split="test", wishes=QUICK)


def test_of_two_models_the_better_one_is_told(maps):
    rng = np.random.default_rng(0)
    truths = {f"p{number}": rng.integers(1, 3, (16, 16)) for number in range(24)}

    def worse(pixels: np.ndarray, share: float) -> np.ndarray:
        return np.where(rng.random(pixels.shape) < share, 3 - pixels, pixels)

    truth = maps("truth", **truths)
    one = maps("one", **{name: worse(pixels, 0.3) for name, pixels in truths.items()})
    other = maps("other", **{name: worse(pixels, 0.1) for name, pixels in truths.items()})
    found = evaluation_of([one, other], truth, TWO, wishes=Wishes(draws=200))
    difference, lower, upper = found.better["global_accuracy"]
    assert lower < difference < upper and lower > 0.1
    text = "\n".join(lines(found))
    assert re.search(r"global_accuracy +\+0\.\d+ .* better", text)
    same = evaluation_of([one, one], truth, TWO, wishes=Wishes(draws=200))
    assert all(value == (0, 0, 0) for value in same.better.values())


def test_names_are_escaped_and_the_page_needs_nothing_else(maps, tmp_path):
    truth = maps("truth", **{"a": [[1, 2], [2, 2]]})
    net = maps("<i>net", **{"a": [[1, 1], [2, 2]]})
    write(evaluation_of([net, truth], truth, TWO, wishes=QUICK), tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;lamp &amp; co" in text and "<b>lamp" not in text and "<i>net" not in text
    assert not re.search(r"(src|href)=['\"](?!data:)", text)
    assert text.count("data:image/png;base64,") == 5  # the truth, and of each model what it said and where it erred


def test_json_has_every_score_and_what_it_is(maps, tmp_path):
    truth, net = maps("truth", a=[[1, 2], [2, 2]]), maps("net", a=[[1, 1], [2, 2]])
    write(evaluation_of([net], truth, TWO, wishes=QUICK), tmp_path / "found.json")
    data = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert data["models"][0]["overall"]["global_accuracy"]["value"] == 0.75
    assert data["models"][0]["per_class"][1]["iou"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert data["models"][0]["confusion"] == [[1, 0, 0], [1, 2, 0]]
    assert set(data["models"][0]["overall"]) < set(data["what"])
    with pytest.raises(ExportError, match=r"\.html or \.json"):
        write(evaluation_of([net], truth, TWO, wishes=QUICK), tmp_path / "found.pdf")


def test_an_ending_that_cannot_be_written_is_told_before_anything_is_read(maps, tmp_path, capsys):
    truth, out = maps("truth", a=[[1, 2]]), tmp_path / "scores.txt"
    assert labelpass.main(["evaluate", str(tmp_path / "nowhere"), str(truth), "--out", str(out)]) == 1
    said = capsys.readouterr()
    assert "scores.txt: an evaluation is written as .html or .json" in said.err and not said.out


def test_a_run_is_no_truth(tmp_path):
    run = write_run(tmp_path / "run", built_in("nyu13"))
    with pytest.raises(ExportError, match="is a run: export it, and name the dataset"):
        evaluation_of([run], run)


def test_the_command(maps, tmp_path, capsys):
    truth, net = maps("truth", a=[[1, 2], [2, 2]]), maps("net", a=[[1, 1], [2, 2]])
    words = ["evaluate", str(net), str(truth), "--label-set", "nyu13", "--draws", "10"]
    assert labelpass.main([*words, "--out", str(tmp_path / "x.html"), "--out", str(tmp_path / "x.json")]) == 0
    said = capsys.readouterr()
    assert re.search(r"global_accuracy +0\.7500", said.out) and "true negatives" in said.out
    assert (tmp_path / "x.html").is_file() and (tmp_path / "x.json").is_file()
    assert labelpass.main([*words[:2], str(tmp_path / "nowhere"), *words[3:]]) == 1
    assert "is no folder" in capsys.readouterr().err
