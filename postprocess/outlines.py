"""Masks as polygons, for readers that know nothing better: along the edges of pixels, without holes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def outlines(mask: NDArray[np.bool_], corner: tuple[int, int] = (0, 0)) -> list[list[int]]:
    """The outer edge of each piece of (H, W) as x, y, x, y, ... of its corners, where `corner` is the upper left one of
    the mask, and so of its first pixel. Pieces that touch at a corner are one; holes are filled.

    OpenCV's contours go through the centres of pixels. Of pixels that are cut in four, the centres on the edge round to
    the edge.
    """
    quarters = np.repeat(np.repeat(mask.astype(np.uint8), 2, axis=0), 2, axis=1)
    contours, _ = cv2.findContours(quarters, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [_corners((contour[:, 0].astype(np.int64) + 1) // 2 + corner) for contour in contours]


def _corners(points: NDArray[np.int64]) -> list[int]:
    """Of a closed way in steps of at most one, those where it turns."""
    points = points[(points != np.roll(points, 1, axis=0)).any(axis=1)]
    turns = (points - np.roll(points, 1, axis=0) != np.roll(points, -1, axis=0) - points).any(axis=1)
    found: list[int] = points[turns].ravel().tolist()
    return found
