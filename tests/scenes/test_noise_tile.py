"""Noise that repeats: one impulse on paper, and what many come to."""

from __future__ import annotations

import numpy as np

from scenes.noise_tile import draw_tile, seen


def one_impulse(row: int, column: int) -> np.ndarray:
    """What 3 x 4 cells of 5 pixels show of one impulse, of weight 2, in the middle of a cell."""
    places, weights = np.full((3, 4, 1, 2), 0.5), np.zeros((3, 4, 1))
    weights[row, column] = 2
    return seen(places, weights, 5)


def test_one_impulse_is_the_kernel():
    found = one_impulse(1, 1)
    assert found.shape == (15, 20)
    down, right = np.mgrid[:15, :20]
    r2 = ((down - 7) ** 2 + (right - 7) ** 2) / 25  # its pixel is the 7th of each, 5 to a cell
    np.testing.assert_allclose(found, 2 * np.clip(1 - r2, 0, None) ** 3, atol=1e-5)


def test_it_goes_on_at_the_other_edge():
    np.testing.assert_allclose(np.roll(one_impulse(0, 3), (5, -10), axis=(0, 1)), one_impulse(1, 1), atol=1e-5)


def test_its_mean_is_0_and_its_deviation_1():
    found = draw_tile(np.random.default_rng(3), 40, 4)
    assert abs(found.mean()) < 0.05  # 6,400 impulses, twelve of which a point sees: a deviation of 0.02 or so
    assert abs(found.std() - 1) < 0.05
    assert found.dtype == np.float32
