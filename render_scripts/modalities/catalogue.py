"""Which passes each modality needs of Blender, and what writes its files; stereo renders a second time instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from . import albedo, depth, flow, normals, parts, points
from .rendered import Files, Rendered

WRITERS: dict[str, Callable[[Path, Rendered], Files]] = {
    "depth": depth.write,
    "depth-png": depth.write_png,
    "normals": normals.write,
    "flow": flow.write,
    "albedo": albedo.write,
    "parts": parts.write,
    "points": points.write,
}
_PASSES = {"normals": normals.PASSES, "flow": flow.PASSES, "albedo": albedo.PASSES, "points": points.PASSES}


def passes_for(names: Iterable[str]) -> tuple[str, ...]:
    """The view layer's settings that switch on, in the label render, what these modalities are made of."""
    return tuple(dict.fromkeys(needed for name in names for needed in _PASSES.get(name, ())))
