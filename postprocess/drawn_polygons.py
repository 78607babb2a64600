"""A mask as one polygon through the centres of its pixels, which `cv2.fillPoly` draws as that mask again.

What a polygon cannot hold is lost: holes are filled. Pieces that do not touch are joined by a line there and back, as
Ultralytics does (`merge_multi_segment`), which is drawn one pixel wide.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def polygon(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(N, 2): x, y of pixels of (H, W), of which at least one is set."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    way, *others = (contour[:, 0].astype(np.int64) for contour in contours)
    for other in others:
        far = ((way[:, None] - other[None]) ** 2).sum(axis=-1)
        here, there = np.unravel_index(int(far.argmin()), far.shape)
        around = np.concatenate((other[there:], other[: there + 1]))
        way = np.concatenate((way[: here + 1], around, way[here:]))
    return way
