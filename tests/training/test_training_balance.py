"""Weights of classes: the published formula on paper, and what a dataset says is what its pixels say."""

from __future__ import annotations

import json
import shutil
from statistics import median

import pytest
from small_datasets import shapes_dataset

from training.balance import counted_weights, weights_of
from training.frames import open_dataset


@pytest.mark.parametrize("format", ["segnet", "nyu"])
def test_median_weights_are_the_published_formula(tmp_path, format):
    """Eigen and Fergus 2015: median of the frequencies, by that of the class; void pixels are pixels of a picture."""
    dataset = open_dataset(shapes_dataset(tmp_path, format))
    frames = dataset.frames("train")
    maps = [dataset.read(frame).classes for frame in frames]
    frequencies = [
        sum(int((each == number).sum()) for each in maps) / sum(each.size for each in maps if (each == number).any())
        for number in range(3)
    ]
    wanted = [median(frequencies) / frequency for frequency in frequencies]
    assert weights_of(dataset, frames, "median") == pytest.approx(wanted, rel=1e-12)
    assert sorted(wanted)[1] == 1 and min(wanted) < 0.2


@pytest.mark.parametrize("method", ["median", "inverse", "log"])
def test_counted_weights_are_those_of_the_export(tmp_path, method):
    dataset = open_dataset(shapes_dataset(tmp_path, weights=method))
    frames = dataset.frames("train")
    assert weights_of(dataset, frames, method) == counted_weights(dataset, frames, method)


def test_weights_that_the_dataset_does_not_say_are_counted(tmp_path, shapes):
    frames = (dataset := open_dataset(shapes)).frames("train")
    other = open_dataset(shapes_dataset(tmp_path, weights="log"))
    assert weights_of(dataset, frames, "log") == weights_of(other, other.frames("train"), "log")
    bare = tmp_path / "bare"
    shutil.copytree(shapes, bare)
    told = json.loads((bare / "dataset.json").read_text())
    (bare / "dataset.json").write_text(json.dumps(told | {"class_weights": None}))
    dataset = open_dataset(bare)
    assert weights_of(dataset, dataset.frames("train"), "median") == weights_of(open_dataset(shapes), frames, "median")


def test_no_weights_are_ones(shapes):
    dataset = open_dataset(shapes)
    assert weights_of(dataset, dataset.frames("train"), "none") == (1.0, 1.0, 1.0)


def test_an_absent_class_weighs_one(tmp_path):
    dataset = open_dataset(shapes_dataset(tmp_path, "fastai", options={"background_class": True}))
    frames = dataset.frames("train")
    assert not any((dataset.read(frame).classes == 3).any() for frame in frames)
    assert weights_of(dataset, frames, "median")[3] == counted_weights(dataset, frames, "median")[3] == 1.0
