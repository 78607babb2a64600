"""Which colour a label is drawn in: its own where the label set knows it, else a loud one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..contract.labels import UNLABELLED, Color, LabelSet

LOUD: Color = (255, 0, 200)
"""What has no label."""
STRANGE: Color = (255, 160, 0)
"""What has a pass index that the label set does not define."""
PLAIN, STRIPED, BANDED = 1, 2, 3
"""How it is painted: evenly, in stripes (no label), in stripes the other way (no label of the set)."""


def look_of(label_id: int, label_set: LabelSet | None) -> tuple[Color, int]:
    """8-bit sRGB colour and kind of paint of a label id."""
    if label_id == UNLABELLED:
        return LOUD, STRIPED
    label = label_set.by_id.get(label_id) if label_set else None
    return (label.color, PLAIN) if label else (STRANGE, BANDED)


def paints(label_ids: np.ndarray, label_set: LabelSet | None) -> np.ndarray:
    """(N, 4) float32 for label ids (N,): sRGB in 0..1, and the kind of paint."""
    known, place = np.unique(label_ids, return_inverse=True)
    table = np.zeros((len(known), 4), np.float32)
    for row, label_id in enumerate(known.tolist()):
        color, kind = look_of(label_id, label_set)
        table[row] = *(channel / 255 for channel in color), kind
    return table[place.ravel()]


def as_floats(color: Iterable[int], alpha: float = 1.0) -> tuple[float, ...]:
    """sRGB in 0..1 with an alpha, for an 8-bit colour."""
    return (*(channel / 255 for channel in color), alpha)


def to_linear(colors: np.ndarray) -> np.ndarray:
    """sRGB in 0..1 as linear light (IEC 61966-2-1): the 3D view's overlays are drawn into a buffer that encodes it."""
    return np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4).astype(colors.dtype)
