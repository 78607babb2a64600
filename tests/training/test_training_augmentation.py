"""What an epoch shows of a picture: a function of (seed, epoch, index) that keeps image and labels together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.augmentation import BESIDE, look, order_of
from training.frames import Pixels
from training.settings import Settings

VOID = 5000


def numbered(width: int, height: int) -> Pixels:
    """Each pixel's class is its number, and so is its colour in two of the channels."""
    classes = np.arange(width * height, dtype=np.uint16).reshape(height, width)
    image = np.stack([classes % 256, classes // 256, np.zeros_like(classes)], axis=-1).astype(np.uint8)
    return Pixels(image, classes)


def number_of(image: np.ndarray) -> np.ndarray:
    return image[..., 0].astype(int) + 256 * image[..., 1].astype(int)


@given(
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    crop=st.none() | st.tuples(st.integers(1, 50), st.integers(1, 50)),
    flip=st.booleans(),
    seed=st.integers(0, 2**53),
    epoch=st.integers(0, 99),
    index=st.integers(0, 99),
)
def test_image_and_labels_stay_together(size, crop, flip, seed, epoch, index):
    settings = Settings(seed=seed, crop=crop, flip=flip)
    pixels = numbered(*size)
    seen = look(pixels, settings, VOID, epoch, index)
    wide, high = crop or size
    assert seen.classes.shape == (high, wide) and seen.image.shape == (high, wide, 3)
    there = seen.classes != VOID
    assert there.sum() == min(wide, size[0]) * min(high, size[1])
    assert np.array_equal(number_of(seen.image)[there], seen.classes[there])
    assert np.all(seen.image[~there] == BESIDE)
    # Neighbours stay neighbours, in one direction or the other.
    if there.all() and wide > 1:
        steps = set(np.diff(seen.classes.astype(int), axis=1).ravel().tolist())
        assert steps in ({1}, {-1}) and (flip or steps == {1})


@given(seed=st.integers(0, 1000), epoch=st.integers(0, 50), pictures=st.integers(1, 60))
def test_an_epoch_shows_each_picture_once(seed, epoch, pictures):
    order = order_of(seed, epoch, pictures)
    assert sorted(order) == list(range(pictures))
    assert order == order_of(seed, epoch, pictures)


def test_epochs_and_seeds_differ():
    assert order_of(0, 0, 50) != order_of(0, 1, 50) != order_of(1, 1, 50)
    settings, pixels = Settings(crop=(8, 8), flip=False), numbered(40, 40)
    first = {look(pixels, settings, VOID, epoch, 3).classes[0, 0] for epoch in range(20)}
    assert len(first) > 10
    assert {look(pixels, settings, VOID, 2, index).classes[0, 0] for index in range(20)} != first


def test_about_half_are_seen_as_in_a_mirror():
    pixels = numbered(4, 1)
    mirrored = sum(look(pixels, Settings(), VOID, 0, index).classes[0, 0] == 3 for index in range(400))
    assert 160 < mirrored < 240


def test_what_one_setting_draws_does_not_depend_on_another():
    pixels = numbered(40, 40)
    plain, flipped = (look(pixels, Settings(crop=(8, 8), flip=flip), VOID, 0, 0) for flip in (False, True))
    other = look(pixels, Settings(crop=(8, 8), flip=True), VOID, 0, 1)
    assert np.array_equal(np.sort(plain.classes, axis=1), np.sort(flipped.classes, axis=1))
    assert not np.array_equal(np.sort(plain.classes, axis=1), np.sort(other.classes, axis=1))


def test_a_larger_picture_shows_less_and_a_smaller_one_leaves_a_rim():
    pixels = Pixels(np.full((20, 30, 3), 9, np.uint8), np.zeros((20, 30), np.uint16))
    larger = look(pixels, Settings(scale=(2.0, 2.0)), VOID, 0, 0)
    assert larger.classes.shape == (20, 30) and not larger.classes.any()
    smaller = look(pixels, Settings(scale=(0.5, 0.5)), VOID, 0, 0)
    assert smaller.classes.shape == (20, 30) and (smaller.classes == 0).sum() == 150
    assert np.all(smaller.image[smaller.classes == 0] == 9)


def test_scales_are_drawn_evenly_by_the_logarithm():
    pixels = Pixels(np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), np.uint16))
    shares = [
        (look(pixels, Settings(scale=(0.25, 4.0), crop=(300, 300)), VOID, 0, index).classes == 0).sum()
        for index in range(300)
    ]
    assert 120 < sum(share < 64 * 64 for share in shares) < 180
