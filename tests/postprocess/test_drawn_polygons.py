"""Masks as polygons that a reader fills: what comes back, and what does not."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from postprocess.drawn_polygons import polygon

MASKS = arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))).filter(np.any)


def drawn(mask: np.ndarray) -> np.ndarray:
    """As Ultralytics (`polygon2mask`) and supervision do."""
    canvas = np.zeros(mask.shape, np.uint8)
    cv2.fillPoly(canvas, [polygon(mask).astype(np.int32)], 1)
    return canvas.astype(bool)


def without_holes(mask: np.ndarray) -> np.ndarray:
    """All but what is reached from outside in steps to the four sides."""
    wide = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    cv2.floodFill(wide, None, (0, 0), 2, flags=4)
    return (wide != 2)[1:-1, 1:-1]


@given(MASKS)
def test_all_of_the_mask_comes_back_and_in_one_piece_nothing_but_its_holes(mask: np.ndarray) -> None:
    filled, back = without_holes(mask), drawn(mask)
    assert not (filled & ~back).any()
    pieces = cv2.connectedComponents(filled.astype(np.uint8))[0] - 1
    if pieces == 1:
        np.testing.assert_array_equal(back, filled)
    else:
        assert cv2.connectedComponents(back.astype(np.uint8))[0] == 2


def test_a_ring_loses_its_hole() -> None:
    ring = np.ones((5, 5), bool)
    ring[2, 2] = False
    assert drawn(ring).all()


def test_two_pieces_are_joined_by_a_line_one_pixel_wide() -> None:
    two = np.zeros((5, 9), bool)
    two[1:4, :3] = two[1:4, 6:] = True
    extra = drawn(two) & ~two
    assert extra.sum() == 3 and extra[:, 3:6].any(axis=0).all()


def test_a_single_pixel_is_a_point() -> None:
    mask = np.zeros((3, 4), bool)
    mask[2, 1] = True
    assert polygon(mask).tolist() == [[1, 2]]
