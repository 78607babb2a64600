"""Rectangles: within bounds, apart, of other colours than the ground, and the same from the same seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.strict import Misfits, build
from scenes.drawn import frame_rng
from scenes.rectangles import ART, WALL, Settings, draw


@given(
    seed=st.integers(0, 2**32),
    size=st.tuples(st.integers(20, 90), st.integers(20, 90)),
    most=st.integers(1, 6),
    gap=st.integers(1, 5),
    low=st.floats(0.01, 0.4),
    high=st.floats(0.4, 0.9),
)
def test_each_is_a_rectangle_within_bounds(seed, size, most, gap, low, high):
    settings = Settings(size, (1, most), (low, high), gap)
    drawn = draw(settings, frame_rng(seed, 3))
    width, height = size
    assert drawn.image.shape == (height, width, 3) and drawn.labels.shape == (height, width)
    art = (drawn.labels == ART).astype(np.uint8)
    assert set(np.unique(drawn.labels)) == {WALL, ART}
    # Apart by `gap` in every direction: grown by half of it, they still are as many.
    count, _, stats, _ = cv2.connectedComponentsWithStats(art, connectivity=8)
    assert 1 <= count - 1 <= most
    for x, y, wide, tall, area in stats[1:]:
        assert area == wide * tall  # filled: a rectangle
        assert gap <= x and x + wide <= width - gap and gap <= y and y + tall <= height - gap
        assert wide <= max(1, round(high * width)) and tall <= max(1, round(high * height))
        assert wide >= min(max(1, round(low * width)), width - 2 * gap)
        around = art[max(0, y - gap) : y + tall + gap, max(0, x - gap) : x + wide + gap]
        assert around.sum() == area
    colors = drawn.image[drawn.labels == WALL]
    assert (colors == colors[0]).all()
    far = np.linalg.norm(drawn.image[drawn.labels == ART].astype(float) - colors[0], axis=1)
    assert far.min() >= settings.contrast


def test_a_frame_is_the_same_whatever_else_is_drawn():
    first = draw(Settings(), frame_rng(7, 5))
    draw(Settings(), frame_rng(7, 4))
    again = draw(Settings(), frame_rng(7, 5))
    assert (first.image == again.image).all() and (first.labels == again.labels).all()
    other = draw(Settings(), frame_rng(7, 6))
    assert (first.image != other.image).any()


def test_as_many_as_asked_where_there_is_room():
    settings = Settings((200, 200), (4, 4), (0.1, 0.15))
    for frame in range(20):
        count, _ = cv2.connectedComponents((draw(settings, frame_rng(0, frame)).labels == ART).astype(np.uint8))
        assert count - 1 == 4


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"rectangles": [3, 1]}, "rectangles is 3 to 1: the lower end comes first"),
        ({"size": [4, 4], "gap": 2}, "gap 2 leaves no room in 4x4 pixels"),
        ({"side": [0.1, 4]}, r"side\[1\] must be from 0.01 to 0.9"),
        ({"sides": 1}, "sides is unknown; did you mean side"),
    ],
)
def test_refusals(said, why):
    with pytest.raises(Misfits, match=why):
        build(Settings, said, alone=True)
