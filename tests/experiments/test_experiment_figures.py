"""Scores of experiments, on predictions whose scores are known on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blender_addon.contract.labels import Label, LabelSet
from experiments.experiment import read_experiment
from experiments.figures import Found, as_json, found
from experiments.page import page
from experiments.results import lines
from experiments.steps import Step
from postprocess.evaluation import Evaluation, Wishes, evaluation_of

TWO = LabelSet("two", (Label(1, "one", (200, 0, 0)), Label(2, "<other>", (0, 200, 0))))
TRUTH = np.full((8, 8), 1, np.uint8)
TRUTH[4:] = 2
"""Half of it each."""
ALL_ONE = np.full((8, 8), 1, np.uint8)
"""Of which "one" has an IoU of 1/2, "<other>" one of 0: 1/4 in the mean."""


def lay(folder: Path, pictures: list[np.ndarray]) -> Path:
    folder.mkdir(parents=True)
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"room{number // 4}_{number:06d}.png")
    return folder


def evaluated(folder: Path, *models: list[np.ndarray]) -> Evaluation:
    truth = lay(folder / "truth", [TRUTH] * len(models[0]))
    places = [lay(folder / f"model{at}", pictures) for at, pictures in enumerate(models)]
    return evaluation_of(places, truth, TWO, wishes=Wishes(draws=0))


def test_a_score_is_the_mean_of_trainings(tmp_path: Path) -> None:
    right, wrong = [TRUTH] * 8, [ALL_ONE] * 8
    result = found("new", evaluated(tmp_path, right, wrong, right, right), ["a", "b"], "frame")
    a, b = result.rows
    assert a.figures["mean_iou"].trainings == (1.0, 1.0) and a.figures["mean_iou"].value == 1
    assert b.figures["mean_iou"].trainings == (0.25, 1.0) and b.figures["mean_iou"].value == 0.625
    assert (a.figures["mean_iou"].lower, a.figures["mean_iou"].upper) == (1, 1)
    # Pictures are all alike; of two trainings drawn anew, both are the first, or both the second, by a quarter each.
    assert (b.figures["mean_iou"].lower, b.figures["mean_iou"].upper) == (0.25, 1)
    apart = b.to_first["mean_iou"]
    assert apart.value == -0.375 and (apart.lower, apart.upper) == (-0.75, 0) and apart.sure == 0
    assert a.to_first == {}
    assert b.class_iou.tolist() == [0.75, 0.5]


def test_what_is_sure_is_said(tmp_path: Path) -> None:
    result = found("new", evaluated(tmp_path, [TRUTH] * 8, [ALL_ONE] * 8), ["a", "b"], "frame")
    assert result.rows[1].to_first["mean_iou"].sure == -1


def test_views_of_a_room_are_drawn_together(tmp_path: Path) -> None:
    """Of two rooms one is right: both drawn are of the same one by half, so intervals go all the way."""
    half = [TRUTH] * 4 + [ALL_ONE] * 4
    result = evaluated(tmp_path, half)
    rooms, frames = (found("new", result, ["a"], alike) for alike in ("scene", "frame"))
    assert (rooms.groups, frames.groups, rooms.pictures) == (2, 8, 8)
    assert rooms.rows[0].figures["mean_iou"].value == frames.rows[0].figures["mean_iou"].value
    assert (rooms.rows[0].figures["mean_iou"].lower, rooms.rows[0].figures["mean_iou"].upper) == (0.25, 1)
    lower, upper = frames.rows[0].figures["mean_iou"].lower, frames.rows[0].figures["mean_iou"].upper
    assert 0.25 < lower < upper < 1


def test_numbers_as_json(tmp_path: Path) -> None:
    result = found("new", evaluated(tmp_path, [TRUTH] * 2, [ALL_ONE] * 2), ["a", "b"], "frame")
    network = as_json([result])["tests"]["new"]["networks"]["b"]
    assert network["mean_iou"] == {"value": 0.25, "lower": 0.25, "upper": 0.25, "trainings": [0.25]}
    assert network["minus_first"]["mean_iou"]["value"] == -0.75
    assert network["class_iou"] == {"one": 0.5, "<other>": 0.0}


def test_one_scene_alone_makes_nothing_sure(tmp_path: Path) -> None:
    """Four pictures of one room: all draws would be that room, and any difference sure."""
    result = found("new", evaluated(tmp_path, [TRUTH] * 4, [ALL_ONE] * 4), ["a", "b"], "scene")
    assert (result.groups, result.rows[1].to_first["mean_iou"].sure) == (1, 0)
    network = as_json([result])["tests"]["new"]["networks"]["b"]
    assert network["mean_iou"] == {"value": 0.25, "lower": None, "upper": None, "trainings": [0.25]}
    assert [*lines([result])] == ["new, 4 pictures: mean IoU", "  a  1.000  no interval", "  b  0.250  no interval"]


@pytest.fixture
def shown(tmp_path: Path) -> str:
    text = "question: Is 1 < 2?\ndata:\n  d: {recipe: rectangles, count: 4}\nmodels:\n  a: {data: d}\n  b: {data: d}\n"
    (tmp_path / "e.yaml").write_text(text + "tests:\n  new: {recipe: rectangles, count: 4, says: <new>}\n")
    experiment = read_experiment(str(tmp_path / "e.yaml"))
    evaluation = evaluated(tmp_path, [TRUTH] * 3, [ALL_ONE] * 3)
    results: list[Found] = [found("new", evaluation, ["a", "b"], "frame")]
    return page("e", experiment, results, {"new": evaluation}, {}, [Step("d", "labelpass < x")], "12 frames")


def test_the_page_says_what_came_out(shown: str) -> None:
    assert (
        "Is 1 &lt; 2?" in shown and "&lt;new&gt;" in shown and "&lt;other&gt;" in shown and "labelpass &lt; x" in shown
    )
    assert "<new>" not in shown and "<other>" not in shown
    assert "-0.750 worse" in shown and "<td>0.250<br>" in shown
    assert "http" not in shown.replace("http-equiv", "")
