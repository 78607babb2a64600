"""How much of the images each object covers: samples seen from the scene's views, counted view by view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

import bpy

from ..contract.labels import LabelSet
from ..contract.run import View
from ..label_render.seen import SIZE, look
from ..label_render.stage import changed, put_back_frame
from ..label_render.visibility import things_shown
from .label_faults import torn
from .report import Looks

MOST_VIEWS = 24
"""Of a longer animation, views at even distances: an hour of it may not cost an hour."""

_ANY = 1


@dataclass(frozen=True)
class Measure:
    """What the views looked at so far show: {full name of any object: samples}, of `total` samples."""

    pixels: Mapping[str, int]
    total: int
    looks: Looks

    @property
    def done(self) -> bool:
        return self.looks.views == min(self.looks.all_views, MOST_VIEWS)


def measure(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    views: Sequence[View],
    size: tuple[int, int] = SIZE,
    *,
    label_set: LabelSet | None,
) -> Iterator[Measure]:
    """Look through the views, `MOST_VIEWS` of them at most; after each, all that was seen until then.

    Raises RenderFailed. Close the generator where the rest is not wanted: it puts the scene back.
    """
    pixels = Counter(dict.fromkeys((obj.name_full for obj in bpy.data.objects), 0))
    total = 0
    chosen = evenly(views)
    with ExitStack() as stack:
        # What would need two labels at once stops a render; who sees how much of it is to be counted all the same.
        stack.enter_context(put_back_frame(scene))
        things = things_shown(scene, view_layer, chosen)
        for obj in torn(things):
            stack.enter_context(changed(obj, pass_index=_ANY))
        looks = stack.enter_context(closing(look(scene, view_layer, chosen, size, label_set=label_set, things=things)))
        for number, seen in enumerate(looks, start=1):
            pixels.update(seen.pixels)
            total += seen.labels.size
            yield Measure(dict(pixels), total, Looks(size, number, len(views)))


def evenly(views: Sequence[View]) -> list[View]:
    """At most `MOST_VIEWS` of them, the first and the last among them."""
    if len(views) <= MOST_VIEWS:
        return list(views)
    return [views[n * (len(views) - 1) // (MOST_VIEWS - 1)] for n in range(MOST_VIEWS)]
