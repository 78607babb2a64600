"""Pictures that a source has twice are told, and those in two splits as what they are."""

from __future__ import annotations

import numpy as np
import pytest
from label_sources import write_picture
from PIL import Image

from blender_addon.contract.labels import label_set_from_dict
from postprocess.importers.segnet_lists import segnet_lists
from postprocess.importers.writing import write_dataset

SET = label_set_from_dict({"name": "few", "labels": ["sky", "road"]})


@pytest.fixture
def imported(tmp_path):
    """A function that imports lists {split: pictures} of "a", "b" and "c", and gives its warnings."""
    for seed, name in enumerate("abc"):
        write_picture(tmp_path / f"{name}.png", seed=seed)
        Image.fromarray(np.zeros((6, 8), np.uint8)).save(tmp_path / f"{name}_labels.png")

    def run(**lists):
        for split, names in lists.items():
            (tmp_path / f"{split}.txt").write_text("".join(f"{name}.png {name}_labels.png\n" for name in names))
        return write_dataset(segnet_lists(tmp_path, SET), tmp_path / "out").warnings

    return run


def test_pictures_that_are_there_once(imported):
    assert imported(train="ab", test="c") == ()


def test_a_picture_that_is_listed_twice(imported):
    assert imported(train="aba", test="c") == (
        "1 picture in more than one copy: train_a-1 (train) = train_a-2 (train)",
    )


def test_a_picture_in_two_splits(imported):
    assert imported(train="aab", test="bc") == (
        "2 pictures in more than one copy, 1 of them in more than one split, so scores will flatter: "
        "train_b (train) = test_b (test)",
    )
