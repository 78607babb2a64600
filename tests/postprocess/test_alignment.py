"""Image and labels out of step: made-up rooms whose edges are known, exchanged, moved, and rightly in step."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from postprocess.doctor.alignment import outline, why_all_out_of_step, why_out_of_step


def room(seed: int, size: tuple[int, int] = (192, 144), noise: float = 6.0) -> tuple[np.ndarray, np.ndarray]:
    """An image and its labels: ten boxes before a wall, each of its colour, with light that falls off, and noise."""
    rng = np.random.default_rng(seed)
    width, height = size
    labels = np.ones((height, width), np.uint16)
    image = np.full((height, width, 3), rng.integers(40, 216, 3), np.float32)
    for label in range(2, 12):
        x, y = rng.integers(0, width - 30), rng.integers(0, height - 30)
        w, h = rng.integers(15, 60, 2)
        labels[y : y + h, x : x + w] = label
        image[y : y + h, x : x + w] = rng.integers(20, 236, 3)
    image *= np.linspace(0.6, 1.1, width)[None, :, None]
    image = cv2.GaussianBlur(image, (0, 0), 0.6) + rng.normal(0, noise, image.shape)
    return np.clip(image, 0, 255).astype(np.uint8), labels


ROOMS = [room(seed) for seed in range(30)]
OUTLINES = [outline(*each) for each in ROOMS]


def beside(at: int) -> list:
    return [(f"frame {other}", OUTLINES[other]) for other in (at - 1, at + 1) if 0 <= other < len(ROOMS)]


def test_frames_in_step_are_not_told():
    assert [why_out_of_step(OUTLINES[at], beside(at)) for at in range(len(ROOMS))] == [""] * len(ROOMS)
    assert why_all_out_of_step([each.fit for each in OUTLINES]) == ""


def test_the_picture_of_the_next_frame_is_told_with_its_number():
    told = [why_out_of_step(outline(ROOMS[at + 1][0], ROOMS[at][1]), beside(at)) for at in range(len(ROOMS) - 1)]
    right = sum(f"fits the labels of frame {at + 1} better" in each for at, each in enumerate(told))
    assert right >= 24, told


def test_labels_that_are_moved_are_told_in_every_third_frame():
    moved = [outline(image, np.roll(labels, 9, axis=1)) for image, labels in ROOMS]
    told = [why_out_of_step(each, []) for each in moved]
    assert sum("better where they are moved" in each for each in told) >= 10, told


def test_a_run_whose_pictures_are_all_of_others_is_told():
    fits = [outline(ROOMS[at - 1][0], ROOMS[at][1]).fit for at in range(len(ROOMS))]
    assert "30 frames hardly have edges where their labels meet" in why_all_out_of_step(fits)
    assert why_all_out_of_step(fits[:7]) == ""  # too few to say


def test_noise_and_darkness_change_nothing():
    for seed in range(10):
        image, labels = room(seed, noise=20)
        assert why_out_of_step(outline(image // 3, labels), []) == ""


@pytest.mark.parametrize(
    ("image", "labels"),
    [
        (np.full((144, 192, 3), 90, np.uint8), ROOMS[0][1]),  # no edge
        (ROOMS[0][0], np.ones((144, 192), np.uint16)),  # no border
        (ROOMS[0][0][:40, :60], ROOMS[0][1][:40, :60]),  # too small
        (ROOMS[0][0], ROOMS[0][1][:, :-1]),  # of two sizes
        (ROOMS[0][0][:20], ROOMS[0][1][:20]),  # too narrow to move anything in
    ],
)
def test_where_nothing_can_be_told_nothing_is(image, labels):
    assert outline(image, labels) is None
    assert why_out_of_step(None, beside(0)) == ""


def test_neighbours_of_another_size_or_with_the_same_labels_are_no_witnesses():
    own = outline(ROOMS[1][0], ROOMS[0][1])
    assert "frame 0" not in why_out_of_step(own, [("frame 0", OUTLINES[0]), ("none", None)])
    assert "frame 1" in why_out_of_step(own, [("frame 1", OUTLINES[1])])
    tall = outline(*room(1, (144, 192)))
    assert "frame tall" not in why_out_of_step(own, [("frame tall", tall)])
