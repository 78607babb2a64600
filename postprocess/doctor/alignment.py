"""Do image and labels show the same moment? Where labels meet, a picture has edges more often than beside that.

An `Outline` holds how steep the picture is at each place, and where labels meet, both at 160 pixels. The fit is how
much steeper the picture is on these borders than on the same borders moved elsewhere, in standard deviations over all
such moves. So it asks nothing of light, noise or material, and a picture without any edge has no fit at all.

A frame is called out of step where borders that are moved, or those of the frame before or after, fit, and its own do
not; a whole run where half of its frames hardly fit. What was seen: of 416 frames of rooms and homes, 96 to 640 pixels
wide, with 1 to 24 samples a pixel, randomised or not, none was called so, nor any of 47 runs; of pictures exchanged
with the next frame's 76 %, of labels moved by a 27th of the width 53 %, of runs with all pictures exchanged 35 of 45.
The bars were set on these. Of 373 other frames, of scenes that were built to be hard (fog, blur, fisheye), 3 were
called so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 160
_REACH = 19  # pixels of those: how far borders are moved
_BESIDE = 2  # moved so little counts as not moved: anti-aliasing, lens blur, rounding
_LEAST_BORDER = 60  # pixels: fewer tell nothing
_LEAST_SIDE = 90  # pixels of the longer side: smaller pictures hold too little
_WEAK, _BETTER = 2.5, 1.5  # an own fit that may be beaten, and by how much
_LEAST_FITS, _NOWHERE = 8, 1.2  # of so many frames half have a fit below: the pictures know nothing of the borders
_OTHER_FRAME, _MOVED = 3.0, 3.5  # what fits: of many moves the best is good by chance


@dataclass(frozen=True)
class Outline:
    """`steep` (h, w) float16, of mean 0 and deviation 1; `borders` (h, w) bool. `fit` of these, `moved` that of the
    best move."""

    steep: NDArray[np.float16]
    borders: NDArray[np.bool_]
    fit: float
    moved: float


def outline(image: NDArray[np.uint8], labels: NDArray[np.uint16]) -> Outline | None:
    """That of an (H, W, 3) picture and its (H, W) labels; None where it could tell nothing."""
    if image.shape[:2] != labels.shape or max(labels.shape) < _LEAST_SIDE:
        return None
    borders = _borders(labels)
    steep = _steepness(image)
    found = _fit(steep, borders) if steep is not None else None
    return Outline(steep.astype(np.float16), borders, *found) if found and steep is not None else None


def why_out_of_step(own: Outline | None, others: Iterable[tuple[str, Outline | None]]) -> str:
    """Why image and labels seem to be of different moments, "" where they do not. `others`: frames beside this one,
    with their names."""
    if own is None:
        return ""
    if own.fit < _WEAK:
        better = max(own.fit + _BETTER, _OTHER_FRAME)
        for name, other in others:
            if other is None or other.borders.shape != own.steep.shape or np.array_equal(other.borders, own.borders):
                continue
            found = _fit(own.steep.astype(np.float32), other.borders)
            if found and found[0] > better:
                return f"the image fits the labels of {name} better"
        if own.moved > max(own.fit + _BETTER, _MOVED):
            return "the image fits its labels better where they are moved"
    return ""


def why_all_out_of_step(fits: Sequence[float]) -> str:
    """The same of all frames together: labels of another run or mirrored pictures fit nowhere, and no frame tells."""
    if len(fits) < _LEAST_FITS or median(fits) >= _NOWHERE:
        return ""
    return f"the images of {len(fits)} frames hardly have edges where their labels meet (fit {median(fits):.1f})"


def _small(size: tuple[int, ...]) -> tuple[int, int]:
    """(width, height) of at most _SIDE pixels, and enough to move borders in."""
    scale = _SIDE / max(size[:2])
    return max(1, round(size[1] * scale)), max(1, round(size[0] * scale))


def _steepness(image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """(h, w): the length of the gradient of the channel that has the longest, as a logarithm, so that one lamp does
    not outdo all else."""
    small = cv2.resize(image, _small(image.shape), interpolation=_by_area(image.shape))
    blurred = cv2.GaussianBlur(small.astype(np.float32), (0, 0), 1.0)
    across, down = cv2.Sobel(blurred, cv2.CV_32F, 1, 0), cv2.Sobel(blurred, cv2.CV_32F, 0, 1)
    length = np.sqrt(across**2 + down**2).max(axis=2)
    steep = np.log1p(length / (np.median(length) + 1))
    spread = float(steep.std())
    return np.asarray((steep - steep.mean()) / spread, np.float32) if spread > 1e-3 else None


def _borders(labels: NDArray[np.uint16]) -> NDArray[np.bool_]:
    edge = np.zeros(labels.shape, np.float32)
    edge[:, 1:] = labels[:, 1:] != labels[:, :-1]
    edge[1:][labels[1:] != labels[:-1]] = 1
    return np.asarray(cv2.resize(edge, _small(labels.shape), interpolation=_by_area(labels.shape)) > 0)


def _by_area(size: tuple[int, ...]) -> int:
    return cv2.INTER_AREA if max(size[:2]) > _SIDE else cv2.INTER_LINEAR


def _fit(steep: NDArray[np.float32], borders: NDArray[np.bool_]) -> tuple[float, float] | None:
    """(fit of the borders where they are, of the best move); None for too few borders, and pictures too narrow."""
    height, width = steep.shape
    if min(height, width) <= 2 * _REACH + 8:
        return None
    inner = borders[_REACH : height - _REACH, _REACH : width - _REACH].astype(np.float32)
    many = float(inner.sum())
    if many < _LEAST_BORDER:
        return None
    means = cv2.matchTemplate(steep, inner, cv2.TM_CCORR) / many
    moves = np.abs(np.arange(-_REACH, _REACH + 1))
    distance = np.maximum(moves[:, None], moves[None])
    away = means[distance > 2 * _BESIDE]
    spread = float(away.std())
    if spread < 1e-6:
        return None
    here = float(means[distance <= _BESIDE].max())
    return (here - float(away.mean())) / spread, (float(away.max()) - float(away.mean())) / spread
