"""Index passes as real Blenders write them (made by tests/blender/index_passes.py), decoded to the answer on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blender_addon.contract.labels import BACKGROUND, UNLABELLED, Label, LabelSet
from postprocess.errors import ExportError
from postprocess.exr import read_index_pass

DATA = Path(__file__).with_name("data")
LABELS = LabelSet("two", (Label(3, "object", (1, 2, 3)), Label(9, "part", (4, 5, 6))))


@pytest.mark.parametrize("file", ["blender-4.3.exr", "blender-5.2.exr"])
def test_single_part_and_multi_part_files_of_real_blenders(file):
    found = read_index_pass(DATA / file, LABELS).labels.pixels
    assert found.shape == (12, 16)
    assert (found == np.repeat([3, 9, UNLABELLED, BACKGROUND], 4)).all()


@pytest.mark.parametrize("file", ["blender-4.3.exr", "blender-5.2.exr"])
def test_an_id_that_the_label_set_lacks_is_named_with_its_pixel(file):
    with pytest.raises(ExportError, match=r"value 9 at pixel \(x 4, y 0\)"):
        read_index_pass(DATA / file, LabelSet("one", LABELS.labels[:1]))
