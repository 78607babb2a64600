"""Where frames of a dataset go, asked one by one."""

from __future__ import annotations

import numpy as np

from postprocess.exporters.segnet import Segnet
from postprocess.layout import Placed, Places
from postprocess.placing import Chosen, Placing


def placing(ending: str | None) -> Placing:
    return Placing(Segnet(), ending, ["a", "b", "c"], ["room", "room", "hall"], np.array([2, 0, 1], np.uint8))


def test_each_frame_has_its_number_its_split_and_its_files():
    assert list(placing(".png")) == [
        Placed("a", 1, "test", Places("test/a.png", "testannot/a.png"), "room"),
        Placed("b", 2, "train", Places("train/b.png", "trainannot/b.png"), "room"),
        Placed("c", 3, "val", Places("val/c.png", "valannot/c.png"), "hall"),
    ]


def test_without_pictures_there_are_no_places_for_them():
    assert [placed.files.image for placed in placing(None)] == [None] * 3


def test_some_frames_in_an_order_of_their_own():
    chosen = Chosen(placing(".png"), np.array([2, 0]))
    assert [placed.name for placed in chosen] == ["c", "a"] and chosen[1].number == 1
    assert not Chosen(placing(".png"), np.array([], np.int64))
