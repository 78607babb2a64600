"""Predictions as files: what `labelpass evaluate` takes, in a dataset's values or in label ids."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_datasets import SHAPES, shapes_dataset

from blender_addon.contract.labels import BACKGROUND, Label, LabelSet
from blender_addon.label_sets import label_files
from postprocess.evaluation import evaluation_of
from training.errors import TrainingError
from training.frames import open_dataset
from training.learned import Learned
from training.predictions import (
    meaning_of_dataset,
    meaning_of_label_ids,
    pictures_in,
    write_meaning,
    write_prediction,
)


@pytest.mark.parametrize("format", ["segnet", "nyu", "fastai-tif", "voc"])
def test_what_is_true_is_scored_as_true(tmp_path, format):
    """The truth itself, written as a prediction, is evaluated as without a mistake; with one, as with one."""
    dataset, out = open_dataset(shapes_dataset(tmp_path, format)), tmp_path / "predictions"
    out.mkdir()
    meaning, frames = meaning_of_dataset(dataset), dataset.frames("test")
    for frame in frames:
        classes = dataset.read(frame).classes
        write_prediction(out, frame.name, np.where(classes < len(dataset.learned), classes, 0), meaning)
    (verdict,) = evaluation_of([out], dataset.folder).verdicts
    assert verdict.scores.overall["global_accuracy"] == verdict.scores.overall["mean_iou"] == 1
    write_prediction(out, frames[0].name, np.zeros((40, 48), np.uint16), meaning)
    (verdict,) = evaluation_of([out], dataset.folder).verdicts
    assert verdict.scores.overall["global_accuracy"] < 1


def test_pictures_are_predicted_in_label_ids(tmp_path):
    meaning = meaning_of_label_ids(Learned(SHAPES, (1, 4, 9, BACKGROUND)))
    write_prediction(tmp_path, "a", np.array([[0, 1], [2, 3]], np.uint16), meaning)
    write_meaning(tmp_path, meaning)
    with Image.open(tmp_path / "a.png") as picture:
        assert np.asarray(picture).tolist() == [[1, 4], [9, 254]]
        assert np.asarray(picture.convert("RGB")).tolist() == [
            [[90, 90, 90], [220, 40, 40]],
            [[40, 40, 220], [0, 0, 0]],
        ]
    assert label_files.read(str(tmp_path / "label_set.json")) == SHAPES
    rows = list(csv.reader((tmp_path / "classes.csv").read_text().splitlines()))
    assert rows[0] == ["value", "id", "name", "red", "green", "blue"]
    assert rows[2] == ["4", "4", "red one", "220", "40", "40"] and rows[4] == ["254", "", "background", "0", "0", "0"]


def test_large_ids_take_16_bits(tmp_path):
    large = LabelSet("large", (Label(7, "a", (1, 2, 3)), Label(700, "b", (4, 5, 6))))
    write_prediction(tmp_path, "a", np.array([[0, 1]], np.uint16), meaning_of_label_ids(Learned(large, (7, 700))))
    with Image.open(tmp_path / "a.png") as picture:
        assert np.asarray(picture).tolist() == [[7, 700]]


def test_pictures_of_a_folder(tmp_path):
    for name in ("b.JPG", "a.png", "notes.txt"):
        (tmp_path / name).touch()
    assert list(pictures_in(tmp_path)) == ["a", "b"]
    (tmp_path / "a.jpeg").touch()
    with pytest.raises(TrainingError, match="would be predicted into one file"):
        pictures_in(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingError, match=r"has no .png, .jpg, .jpeg file"):
        pictures_in(tmp_path / "empty")
    with pytest.raises(TrainingError, match="is no folder of pictures, and no dataset"):
        pictures_in(Path("nowhere"))
