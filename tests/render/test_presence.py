"""Thin labels: what connects a line, and no more, held against lines and half planes drawn on paper."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from exact_thin import blocks_of_four, pieces
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.contract.labels import BACKGROUND
from blender_addon.label_render.label_maps import majority, reduced

POLE, WALL = 35, 1
SIZE = WIDTH, HEIGHT = 24, 20
ks = st.sampled_from([3, 5, 7])


def drawn(k, inside):
    """(k H, k W) samples: `POLE` where `inside` the points, in pixels, and else `WALL`."""
    y, x = (np.mgrid[: HEIGHT * k, : WIDTH * k] + 0.5) / k
    return np.where(inside(x, y), POLE, WALL).astype(np.uint16)


def strip(angle, middle, width):
    """A strip through `middle`, as far from upright as `angle` says."""
    c, s = np.cos(angle), np.sin(angle)
    return lambda x, y: np.abs(c * (x - middle[0]) - s * (y - middle[1])) < width / 2


@given(ks, st.floats(-np.pi / 2, np.pi / 2), st.floats(8, 16), st.floats(7, 13), st.floats(0, 1))
def test_a_thin_line_is_whole_and_one_pixel_wide(k, angle, x, y, share):
    thinnest = 1.001 / k  # a sample wide
    samples = drawn(k, strip(angle, (x, y), thinnest + share * max(0.7 - thinnest, 0)))
    labels, purity = reduced(samples, k, [POLE], 1 / (2 * k))
    line = labels == POLE
    assert pieces(line) == 1
    assert blocks_of_four(line) == 0
    touched = (samples == POLE).reshape(HEIGHT, k, WIDTH, k).any(axis=(1, 3))
    beside = np.lib.stride_tricks.sliding_window_view(np.pad(line, 1), (3, 3)).any(axis=(2, 3))
    assert not (touched & ~beside)[1:-1, 1:-1].any(), "it reaches from end to end"
    assert (purity[line] >= 1 / (2 * k)).all()


def test_without_the_policy_the_same_line_is_dots():
    samples = drawn(3, strip(0.12, (12, 10), 0.6))
    assert pieces(majority(samples, 3)[0] == POLE) > 1
    assert pieces(reduced(samples, 3, [POLE], 1 / 6)[0] == POLE) == 1


@given(ks, st.floats(-np.pi, np.pi), st.floats(6, 18), st.floats(6, 14))
def test_what_is_not_thin_does_not_grow(k, angle, x, y):
    c, s = np.cos(angle), np.sin(angle)
    samples = drawn(k, lambda u, v: c * (u - x) + s * (v - y) < 0)
    for found, expected in zip(reduced(samples, k, [POLE], 1 / (2 * k)), majority(samples, k)):
        assert (found == expected).all()


@given(ks, st.integers(1, 4), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_only_what_has_its_share_changes(k, kinds, seed, share):
    """Of anything: majorities of thin labels stay, and what changes has the share that its purity says."""
    rng = np.random.default_rng(seed)
    samples = rng.choice(np.array([0, 3, BACKGROUND, POLE], np.uint16)[:kinds], (4 * k, 5 * k))
    before = samples.copy()
    thin = [3, POLE]
    labels, purity = reduced(samples, k, thin, share)
    plain, plain_purity = majority(samples, k)
    changed = labels != plain
    assert (samples == before).all()
    assert (purity[~changed] == plain_purity[~changed]).all()
    assert np.isin(labels[changed], thin).all() and not np.isin(plain[changed], thin).any()
    own = (samples.reshape(4, k, 5, k) == labels[:, None, :, None]).mean(axis=(1, 3))
    assert np.allclose(purity, own)
    assert (own[changed] >= min(share, 1) - 1e-6).all()


@pytest.mark.parametrize(("thin", "k"), [((), 3), ((POLE,), 1)])
def test_without_thin_labels_or_samples_it_is_the_majority(thin, k):
    samples = drawn(k, strip(0.12, (12, 10), 0.6))
    for one, other in zip(reduced(samples, k, thin, 0.2), majority(samples, k)):
        assert (one == other).all() and one.dtype == other.dtype


def test_two_thin_labels_in_a_pixel_are_decided_by_their_samples():
    samples = np.full((3, 3), WALL, np.uint16)
    samples[0] = POLE
    samples[2, :2] = 7
    labels, purity = reduced(samples, 3, [7, POLE], 0.2)
    assert (labels[0, 0], purity[0, 0]) == (POLE, np.float32(3 / 9))


def test_a_dot_stays_a_dot():
    """What has its share in one pixel alone is seen there; two pixels that share it are both seen."""
    samples = np.full((9, 9), WALL, np.uint16)
    samples[4, 4:6] = POLE
    assert (reduced(samples, 3, [POLE], 0.2)[0] == POLE).sum() == 1
    samples[3, 5:7] = POLE
    assert (reduced(samples, 3, [POLE], 0.1)[0] == POLE).sum() == 2
    assert (reduced(samples, 3, [POLE], 0.5)[0] == POLE).sum() == 0


def test_the_same_whatever_the_order_of_the_labels():
    samples = np.random.default_rng(3).choice(np.array([WALL, 7, POLE], np.uint16), (60, 60), p=[0.6, 0.2, 0.2])
    orders = [[7, POLE], [POLE, 7], [POLE, 7, POLE]]
    for one, other in pairwise(reduced(samples, 3, order, 0.2) for order in orders):
        assert all((a == b).all() for a, b in zip(one, other))
