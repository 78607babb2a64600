"""Regions of COCO's annotations, `segmentation`: outlines, or run lengths as numbers or as text; into pixels.

Run lengths are decoded here and must fill the picture: the COCO API takes what is short, and its outlines of four
numbers are boxes. Outlines are its own, so that they cover the pixels that everybody else's do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ExportError
from ..run_lengths import decode


def has_region(annotation: Mapping[str, Any]) -> bool:
    """Whether it says more than a box; detectors' annotations have an empty `segmentation`, or none."""
    return bool(annotation.get("segmentation"))


def region(segmentation: Any, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(H, W): where it is. Raises ValueError for what is no region of a picture of this size."""
    if isinstance(segmentation, list):
        return _within_outlines([_outline(each, shape) for each in segmentation], shape)
    if not isinstance(segmentation, Mapping) or not {"size", "counts"} <= segmentation.keys():
        raise ValueError("neither outlines nor run lengths")
    if segmentation["size"] != list(shape):
        size = "x".join(map(str, reversed(segmentation["size"])))
        raise ValueError(f"a region of {size} in a picture of {shape[1]}x{shape[0]}")
    counts = segmentation["counts"]
    height, width = shape
    lengths = counts if isinstance(counts, list) else decode([str(counts)])[0].tolist()
    if not all(type(length) is int and 0 <= length <= height * width for length in lengths):
        raise ValueError(f"run lengths that are no whole numbers from 0 to {height * width}")
    if sum(lengths) != height * width:
        raise ValueError(f"run lengths of {sum(lengths)} pixels, and the picture has {height * width}")
    inside = np.arange(len(lengths)) % 2 == 1
    return np.asarray(np.repeat(inside, lengths).reshape(width, height).T, np.bool_)


def _outline(numbers: Any, shape: tuple[int, int]) -> Sequence[float]:
    """Checked, since the COCO API walks along it in memory, however far it goes."""
    if not isinstance(numbers, list) or len(numbers) % 2:
        raise ValueError("an outline that is no list of x, y, x, y, ...")
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        raise ValueError("an outline with something that is no number")
    points, size = np.array(numbers, np.float64).reshape(-1, 2), np.array(shape[::-1])
    if ((points < -size) | (points > 2 * size)).any():
        raise ValueError("an outline that leaves the picture by more than its size")
    steps = np.abs(np.diff(points, axis=0, append=points[:1])).max(axis=1, initial=0)
    if steps.sum() > 8 * size.prod() + 1000:
        raise ValueError("an outline that is longer than any around pixels")
    return numbers


def _within_outlines(outlines: list[Sequence[float]], shape: tuple[int, int]) -> NDArray[np.bool_]:
    try:
        from pycocotools import mask
    except ImportError:
        raise ExportError("import coco reads outlines: pip install 'labelpass[coco]'") from None
    areas = [outline for outline in outlines if len(outline) >= 6]  # points and lines cover nothing
    if not areas:
        return np.zeros(shape, np.bool_)
    return np.asarray(mask.decode(mask.merge(mask.frPyObjects(areas, *shape))), np.bool_)
