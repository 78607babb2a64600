"""Settings that stay as a render sets them, whatever keys, drivers and strips say of them when it evaluates a frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import bpy

from ..compat import action_curves, fcurves
from .stage import changed


@contextmanager
def steady(owner: Any, **values: Any) -> Iterator[None]:
    """As `stage.changed`, and no curve sets them while the block lasts."""
    before = owner.path_from_id() if owner != owner.id_data else ""
    paths = {f"{before}.{name}".lstrip(".") for name in values}
    with ExitStack() as stack:
        for curve in _curves(owner.id_data):
            if curve.data_path in paths:
                stack.enter_context(changed(curve, mute=True))
        stack.enter_context(changed(owner, **values))
        yield


def _curves(data: bpy.types.ID) -> Iterator[bpy.types.FCurve]:
    """All that set something of a data-block. Those of strips may set the same of others, too."""
    animation = data.animation_data
    if animation is None:
        return
    yield from fcurves(data)
    yield from animation.drivers
    for track in animation.nla_tracks:
        for strip in track.strips:
            yield from _curves_of_strip(strip)


def _curves_of_strip(strip: bpy.types.NlaStrip) -> Iterator[bpy.types.FCurve]:
    if strip.action:
        yield from action_curves(strip.action)
    for inner in strip.strips:
        yield from _curves_of_strip(inner)
