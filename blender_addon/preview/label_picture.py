"""A label map as a person reads it: a picture in label colours, and rows of how many pixels each label has. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.labels import BACKGROUND, CODE_NAMES, UNLABELLED, Color, LabelSet, name_of

SPECIAL_COLORS: dict[int, Color] = {UNLABELLED: (255, 0, 255), BACKGROUND: (24, 24, 24)}
UNKNOWN_COLOR: Color = (255, 255, 255)


@dataclass(frozen=True)
class Row:
    """Pixels of one label code. `known` is false for an id that the label set does not define."""

    code: int
    name: str
    color: Color
    pixels: int
    share: float
    known: bool = True


def count_codes(labels: NDArray[np.uint16]) -> Counter[int]:
    """{label code: pixels} of a label map, (H, W) uint16."""
    codes, amounts = np.unique(labels, return_counts=True)
    return Counter(dict(zip(codes.tolist(), amounts.tolist())))


def rows_of(counts: Counter[int], label_set: LabelSet) -> tuple[Row, ...]:
    """A row for each code that is there, the one with the most pixels first."""
    whole = counts.total()
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Row(code, name_of(label_set, code), _color(code, label_set), pixels, pixels / whole, _known(code, label_set))
        for code, pixels in ordered
        if pixels
    )


def painted(labels: NDArray[np.uint16], label_set: LabelSet) -> NDArray[np.uint8]:
    """The label map in colours, (H, W, 4) uint8 RGBA; what has no label is magenta, background nearly black."""
    palette = np.full((BACKGROUND + 1, 4), 255, np.uint8)
    for code in np.unique(labels).tolist():
        palette[code, :3] = _color(code, label_set)
    return palette[labels]


def _known(code: int, label_set: LabelSet) -> bool:
    return code in CODE_NAMES or code in label_set.by_id


def _color(code: int, label_set: LabelSet) -> Color:
    if code in label_set.by_id:
        return label_set.by_id[code].color
    return SPECIAL_COLORS.get(code, UNKNOWN_COLOR)
