"""Index passes to label codes, and the majority of a pixel's samples, against a reference that counts one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_addon.contract.labels import BACKGROUND, IGNORE, MAX_ID, NO_SURFACE
from blender_addon.label_render.label_maps import label_map, majority


def counted(labels, k):
    """The definition, sample by sample: most votes; then nearest to the centre; then the upper, then the left."""
    height, width = labels.shape[0] // k, labels.shape[1] // k
    codes, purity = np.empty((height, width), np.uint16), np.empty((height, width), np.float64)
    for y in range(height):
        for x in range(width):
            samples = {(v, u): int(labels[y * k + v, x * k + u]) for v in range(k) for u in range(k)}
            votes = Counter(samples.values())

            def rank(place, samples=samples, votes=votes):
                v, u = place
                return (-votes[samples[place]], (2 * v + 1 - k) ** 2 + (2 * u + 1 - k) ** 2, v, u)

            codes[y, x] = samples[min(samples, key=rank)]
            purity[y, x] = votes[codes[y, x]] / k**2
    return codes, purity


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_majority_is_what_counting_says(k, height, width, kinds, seed):
    rng = np.random.default_rng(seed)
    codes = np.array([0, 1, 40, MAX_ID, IGNORE, BACKGROUND], np.uint16)[:kinds]
    labels = rng.choice(codes, (height * k, width * k))
    before = labels.copy()
    found, purity = majority(labels, k)
    expected, share = counted(labels, k)
    assert (found == expected).all()
    assert np.allclose(purity, share)
    assert (found.dtype, purity.dtype) == (np.uint16, np.float32)
    assert (labels == before).all()


@pytest.mark.parametrize(
    ("samples", "winner", "share"),
    [
        ([[1, 2], [2, 1]], 1, 1 / 2),  # all four are as near: the upper left
        ([[2, 1], [1, 2]], 2, 1 / 2),
        ([[1, 2], [3, 4]], 1, 1 / 4),
        ([[0, 5], [5, 0]], 0, 1 / 2),  # unlabelled is a code like any other
        ([[65535, 5], [5, 65535]], 65535, 1 / 2),
        ([[1, 4, 1], [2, 3, 2], [4, 1, 2]], 2, 1 / 3),  # 1 and 2 have three each, nearest at the left and below
        ([[1, 1, 1], [2, 9, 1], [2, 2, 2]], 1, 4 / 9),  # four each, as near: the upper
        ([[7, 7, 7], [7, 3, 7], [7, 7, 7]], 7, 8 / 9),
        ([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 5, 1 / 9),  # the centre
    ],
)
def test_ties_go_to_the_sample_nearest_the_centre(samples, winner, share):
    labels = np.array(samples, np.uint16)
    codes, purity = majority(labels, len(samples))
    assert (codes[0, 0], purity[0, 0]) == (winner, np.float32(share))


def test_pixels_do_not_mix():
    labels = np.kron(np.arange(12, dtype=np.uint16).reshape(3, 4), np.ones((3, 3), np.uint16))
    codes, purity = majority(labels, 3)
    assert (codes == np.arange(12).reshape(3, 4)).all()
    assert (purity == 1).all()


def test_many_mixed_pixels_at_the_largest_k_fit_in_memory():
    import tracemalloc

    labels = np.random.default_rng(0).integers(0, 40, (30 * 15, 40 * 15)).astype(np.uint16)
    tracemalloc.start()
    majority(labels, 15)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * labels.nbytes, f"{peak / labels.nbytes:.0f} times the label render"


def passes(objects, materials=0.0, depth=1.0, shape=(2, 3)):
    return tuple(np.full(shape, value, np.float32) for value in (objects, materials, depth))


@pytest.mark.parametrize(
    ("objects", "materials", "depth", "code"),
    [
        (0, 0, 1, 0),
        (7, 0, 1, 7),
        (7, 9, 1, 9),  # a face part wins over its object
        (0, 9, 1, 9),
        (MAX_ID, 0, 1, MAX_ID),
        (0, MAX_ID, 1, MAX_ID),
        (-0.0, -0.0, 1, 0),
        (0, 0, 1e10, BACKGROUND),
        (0, 0, np.inf, BACKGROUND),
        (0, 0, NO_SURFACE / 10, 0),
        (7, 0, 0, 7),
    ],
)
def test_codes(objects, materials, depth, code):
    labels = label_map(*passes(objects, materials, depth))
    assert labels.dtype == np.uint16
    assert (labels == code).all()


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("other", [0, 5])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.5, -1, 40000, MAX_ID + 1, 6.9999995, 65535, 1e30])
def test_a_value_that_is_no_whole_id_is_refused_with_its_place(which, other, value):
    arrays = list(passes(0))
    arrays[1 - which][:] = other
    arrays[which][1, 2] = value
    with pytest.raises(ValueError, match=r"pixel \(2, 1\)"):
        label_map(*arrays)
