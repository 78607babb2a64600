"""Datasets as a network learns them: the same class numbers whatever the format, and what is refused."""

from __future__ import annotations

import json
import shutil

import cv2
import numpy as np
import pytest
from small_datasets import SHAPES, SIZE, shapes_dataset, write_shapes

from blender_addon.contract.labels import BACKGROUND, IGNORE
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.exr import read_labels
from training.errors import TrainingError
from training.frames import open_dataset, refuse_sizes
from training.learned import Learned, learned_from, refuse_other_classes

NUMBERS = {1: 0, 4: 1, 9: 2, IGNORE: 3}


@pytest.mark.parametrize(
    "format", ["segnet", "nyu", "fastai", "fastai-tif", "mmseg", "ade20k", "cityscapes", "huggingface", "ultralytics"]
)
def test_a_frame_is_what_was_rendered(tmp_path, format):
    dataset = open_dataset(shapes_dataset(tmp_path, format))
    assert dataset.learned.names == ("ground", "red one", "blue one") and dataset.learned.ids == (1, 4, 9)
    assert dataset.sizes == (SIZE,)
    seen = set()
    for split, count in (("train", 6), ("val", 3), ("test", 3)):
        frames = dataset.frames(split)
        assert len(frames) == count
        for frame in frames:
            pixels = dataset.read(frame)
            number = int(frame.name.rpartition("_")[2])
            seen.add(number)
            folder = tmp_path / "run-12" / "frames" / f"{number:06d}"
            labels = read_labels(folder / "labels.exr", SHAPES).pixels
            assert np.array_equal(pixels.classes, np.vectorize(NUMBERS.get)(labels))
            if frame.image.suffix == ".png":  # the rest is JPEG, which loses something
                assert np.array_equal(pixels.image, cv2.imread(str(folder / "image.png"))[..., ::-1])
    assert seen == set(range(1, 13))


def test_the_background_may_be_a_class(tmp_path):
    learned = open_dataset(shapes_dataset(tmp_path, options={"background_class": True})).learned
    assert learned.ids == (1, 4, 9, BACKGROUND) and learned.names[3] == "background"
    assert learned_from(json.loads(json.dumps(learned.to_dict()))) == learned
    voc = open_dataset(shapes_dataset(tmp_path, "voc")).learned
    assert voc.ids == (BACKGROUND, 1, 4, 9)
    with pytest.raises(TrainingError, match="they stand in another order"):
        refuse_other_classes(learned, voc, "m", "d")


def test_classes_that_differ_are_named():
    one, other = Learned(SHAPES, (1, 4)), Learned(SHAPES, (1, 9, BACKGROUND))
    with pytest.raises(TrainingError, match="never learned 'blue one', 'background' and it also knows 'red one'"):
        refuse_other_classes(one, other, "m", "d")
    refuse_other_classes(one, one, "m", "d")


def test_formats_that_no_frame_can_be_read_of_alone_are_named(tmp_path):
    with pytest.raises(TrainingError, match=r"numpy, whose label maps are no files of their own; .*segnet"):
        open_dataset(shapes_dataset(tmp_path, "numpy"))


def test_a_dataset_without_pictures_teaches_nothing(tmp_path, shapes):
    folder = tmp_path / "copy"
    shutil.copytree(shapes, folder)
    told = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps(told | {"images": False}))
    with pytest.raises(TrainingError, match="has no pictures, and a network learns from them"):
        open_dataset(folder)


def test_what_is_no_dataset(tmp_path):
    with pytest.raises(TrainingError, match=r"is no dataset of labelpass export \(it has no dataset.json\)$"):
        open_dataset(tmp_path)
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "dataset.json").write_text("{}")
    with pytest.raises(TrainingError, match=r"; did you mean .*dataset[?]$"):
        open_dataset(tmp_path)
    (tmp_path / "dataset.json").write_text("{}")
    with pytest.raises(ExportError, match=r"no dataset\.json of labelpass, or damaged"):
        open_dataset(tmp_path)


def test_an_empty_split_is_named(tmp_path):
    dataset = open_dataset(shapes_dataset(tmp_path, split=(1, 0, 0)))
    with pytest.raises(ExportError, match="split 'val' is empty"):
        dataset.frames("val")


def test_damage_names_its_file(tmp_path, shapes):
    folder = tmp_path / "copy"
    shutil.copytree(shapes, folder)
    dataset = open_dataset(folder)
    first, second, third = dataset.frames("train")[:3]
    first.image.write_bytes(first.image.read_bytes()[:-40])
    with pytest.raises(TrainingError, match=f"{first.name}.png is no whole PNG.*; labelpass verify"):
        dataset.read(first)
    second.labels.unlink()
    with pytest.raises(TrainingError, match=f"trainannot/{second.name}.png is missing"):
        dataset.read(second)
    cv2.imwrite(str(third.labels), np.zeros((7, 9), np.uint8))
    with pytest.raises(TrainingError, match=rf"{third.name}.png is 48x40, its labels .* are 9x7"):
        dataset.read(third)


def test_sizes_that_do_not_fit(tmp_path, shapes):
    dataset = open_dataset(shapes)
    refuse_sizes(dataset, None, 4, 32)
    with pytest.raises(TrainingError, match="is 48x40, and this network needs 64 pixels"):
        refuse_sizes(dataset, None, 4, 64)
    with pytest.raises(TrainingError, match="--crop is 16x48"):
        refuse_sizes(dataset, (16, 48), 4, 32)
    small, large = write_shapes(tmp_path / "small", 4), write_shapes(tmp_path / "large", 4, (64, 64))
    both = open_dataset(export([small, large], tmp_path / "both", "nyu").out)
    assert both.sizes == (SIZE, (64, 64))
    with pytest.raises(TrainingError, match="pictures of 2 sizes, and a batch has one: give --crop"):
        refuse_sizes(both, None, 4, 32)
    refuse_sizes(both, None, 1, 32)
    refuse_sizes(both, (40, 40), 4, 32)


def test_the_digest_is_of_what_is_learned(tmp_path, shapes):
    folder = tmp_path / "copy"
    shutil.copytree(shapes, folder)
    assert open_dataset(folder).digest == open_dataset(shapes).digest
    lines = (folder / "train.txt").read_text().splitlines()
    (folder / "train.txt").write_text("\n".join(lines[1:]) + "\n")
    assert open_dataset(folder).digest != open_dataset(shapes).digest
