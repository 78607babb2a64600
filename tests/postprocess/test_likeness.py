"""Pictures that look alike: 64 bits with answers on paper, and the search held against comparing each with each."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postprocess.likeness import RADIUS, alike_across, leak_warnings, likeness


def gray(areas: np.ndarray, scale: int = 10) -> np.ndarray:
    """(H, W, 3) of areas of so many pixels."""
    return np.repeat(np.kron(areas, np.ones((scale, scale), np.uint8))[..., None], 3, axis=2).astype(np.uint8)


def some_areas(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 12, (8, 9)) * 20


def ones(a: int, b: int) -> int:
    return (a ^ b).bit_count()


def test_bits_say_where_it_gets_brighter():
    rising = np.tile(np.arange(9) * 20, (8, 1))
    assert likeness(gray(rising)) == 2**64 - 1
    assert likeness(gray(rising[:, ::-1])) == 0
    one = np.full((8, 9), 100)
    one[0, 0] = 0  # the first area alone is darker than the one right of it
    assert likeness(gray(one)) == 1 << 63


def test_a_picture_without_contrast_is_like_none():
    assert likeness(np.full((80, 90, 3), 7, np.uint8)) is None
    faint = np.full((8, 9), 100)
    faint[2, 2] = 107
    assert likeness(gray(faint)) is None
    faint[2, 2] = 108
    assert likeness(gray(faint)) is not None


def test_noise_brightness_and_compression_turn_few_bits_and_other_pictures_many():
    rng = np.random.default_rng(0)
    pictures = [gray(some_areas(seed)) for seed in range(20)]
    for picture in pictures:
        own = likeness(picture)
        noisy = np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)
        small = cv2.resize(picture, (45, 40), interpolation=cv2.INTER_AREA)
        packed = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], cv2.IMREAD_COLOR)
        for other in (small, packed, picture // 2 + 20):
            # Areas that are equal may turn either way: 20 levels over 64 pairs, so some five of them.
            assert ones(own, likeness(other)) <= 8
        assert ones(own, likeness(noisy)) <= 8
    assert min(ones(likeness(a), likeness(b)) for a in pictures[:10] for b in pictures[10:]) > 12


bits = st.integers(0, 2**64 - 1)


@st.composite
def crowds(draw):
    """Hashes around few centres, so that many are near one another and some just not."""
    centres = draw(st.lists(bits, min_size=1, max_size=3))
    turned = st.lists(st.integers(0, 63), max_size=7)
    found = []
    frames = st.tuples(st.sampled_from(centres), turned, st.integers(0, 2))
    for centre, turns, split in draw(st.lists(frames, max_size=25)):
        found.append((centre ^ sum(1 << turn for turn in set(turns)), split))
    return found


@given(crowds(), st.integers(0, RADIUS))
def test_the_search_finds_what_comparing_each_with_each_finds(frames, radius):
    hashes, splits = [each for each, _ in frames], [split for _, split in frames]
    pairs = [
        (ones(hashes[a], hashes[b]), a, b)
        for a in range(len(frames))
        for b in range(a)
        if splits[a] != splits[b] and ones(hashes[a], hashes[b]) <= radius
    ]
    found = alike_across(hashes, splits, radius)
    assert found.frames == len({at for _, *both in pairs for at in both})
    assert bool(found.pairs) == bool(pairs)
    if pairs:
        assert found.pairs[0][2] == min(pairs)[0]
    assert {(distance, max(a, b), min(a, b)) for a, b, distance in found.pairs} <= set(pairs)


def test_a_crowd_around_a_camera_that_stands_still_is_counted():
    rng = np.random.default_rng(3)
    turns = rng.integers(0, 2, (4000, 12))
    hashes = [sum(int(bit) << (5 * at) for at, bit in enumerate(row)) for row in turns]
    splits = rng.integers(0, 3, 4000).tolist()
    assert alike_across(hashes, splits).frames == 4000


def test_pictures_that_are_like_none_are_not_compared():
    assert alike_across([None, None, 5], [0, 1, 2]).frames == 0
    assert alike_across([], []).pairs == ()
    with pytest.raises(ValueError, match="0 to 4"):
        alike_across([1], [0], 5)


def test_the_warning_names_the_nearest():
    hashes = [0, 0b1, 0xFFFF0000, 0xFFFF0000 ^ 0b11111]
    names, parts = ["d", "c", "b", "a"], ["train", "test", "train", "test"]
    (said,) = leak_warnings(names, parts, hashes)
    assert said == (
        "2 frames of 4 with a picture like one of another split, so scores will flatter; nearest: c (test) and d "
        "(train), 1 bits of 64 differ"
    )
    assert not list(leak_warnings(names, ["train"] * 4, hashes))
