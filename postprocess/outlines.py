"""Masks as polygons, for readers that know nothing better: along the edges of pixels, or through those on the rim.

Holes are filled: COCO's polygons and YOLO's have no way to say one.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Way = NDArray[np.int64]
"""(N, 2): x and y of the corners of a polygon."""


def outlines(mask: NDArray[np.bool_], corner: tuple[int, int] = (0, 0)) -> list[list[int]]:
    """The outer edge of each piece of (H, W) as x, y, x, y, ... of its corners, where `corner` is the upper left one of
    the mask, and so of its first pixel. Pieces that touch at a corner are one; holes are filled.

    OpenCV's contours go through the centres of pixels. Of pixels that are cut in four, the centres on the edge round to
    the edge.
    """
    quarters = np.repeat(np.repeat(mask.astype(np.uint8), 2, axis=0), 2, axis=1)
    contours, _ = cv2.findContours(quarters, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [_corners((contour[:, 0].astype(np.int64) + 1) // 2 + corner) for contour in contours]


def one_way(mask: NDArray[np.bool_]) -> Way:
    """One polygon through the pixels on the rim of (H, W), at least three points: (0, 0) is the first pixel.

    Pieces follow one another, each joined to what is there by a line between the two pixels that are nearest.
    """
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    pieces = sorted((contour[:, 0].astype(np.int64) for contour in contours), key=lambda piece: piece.tolist())
    way = pieces[0]
    for piece in pieces[1:]:
        far = np.add.outer(way[:, 0], -piece[:, 0]) ** 2 + np.add.outer(way[:, 1], -piece[:, 1]) ** 2
        here, there = divmod(int(far.argmin()), len(piece))
        turned = np.roll(piece, -there, axis=0)
        way = np.concatenate([way[: here + 1], turned, turned[:1], way[here:]])
    return way if len(way) >= 3 else np.concatenate([way, np.repeat(way[-1:], 3 - len(way), axis=0)])


def _corners(points: Way) -> list[int]:
    """Of a closed way in steps of at most one, those where it turns."""
    points = points[(points != np.roll(points, 1, axis=0)).any(axis=1)]
    turns = (points - np.roll(points, 1, axis=0) != np.roll(points, -1, axis=0) - points).any(axis=1)
    found: list[int] = points[turns].ravel().tolist()
    return found
