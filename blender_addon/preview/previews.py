"""The last preview: made of views one by one, and kept until another file is opened. It says nothing to the file."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from .. import compat
from ..contract.labels import LabelSet
from ..contract.run import View
from ..label_render.seen import look
from ..tab import handlers, looking, status
from . import label_picture


@dataclass(frozen=True)
class Preview:
    """What was seen so far: `labels`, (H, W) uint16, and `colors`, (H, W, 4) uint8, of the last view; `rows` and
    `pixels` ({name_full: pixels} of the objects that are seen) of all views together."""

    views: tuple[View, ...]
    wanted: int
    labels: NDArray[np.uint16]
    colors: NDArray[np.uint8]
    rows: tuple[label_picture.Row, ...]
    pixels: Counter[str]
    seconds: float

    @property
    def size(self) -> tuple[int, int]:
        return self.labels.shape[1], self.labels.shape[0]


_kept: list[Preview] = []


def last() -> Preview | None:
    """The last preview of this file, as far as it came."""
    return _kept[-1] if _kept else None


def keep(preview: Preview) -> None:
    _kept[:] = [preview]


def why_not(scene: bpy.types.Scene) -> str:
    """Why there can be no preview of this scene, in words for a greyed button; empty where there can be one."""
    if status.label_set(scene) is None:
        return status.NO_LABEL_SET
    if not hasattr(scene, "cycles"):
        return (
            "Labels are rendered with Cycles, which is off: enable the add-on Cycles Render Engine in the preferences"
        )
    if not compat.writes_passes(scene.render):
        return "Blender 5.0 writes no passes of pixels that are not square: set the pixel aspect to 1:1"
    return "Blender is rendering" if bpy.app.is_job_running("RENDER") else ""


def why_no_camera(scene: bpy.types.Scene) -> str:
    """Why the current view cannot be previewed."""
    if scene.camera is None:
        return "The scene has no camera: add one, or Add View from Here"
    if scene.camera.type != "CAMERA" or scene.objects.get(scene.camera.name) != scene.camera:
        return "The scene's active camera is no camera of this scene: pick one in the scene properties"
    return ""


def current_view(scene: bpy.types.Scene) -> View:
    """What the scene's camera shows in the current frame."""
    frame = scene.frame_current
    names = {marker.frame: marker.name for marker in scene.timeline_markers}
    return View(frame, frame, scene.camera.name, names.get(frame, f"frame {frame}"))


def size_of(render: bpy.types.RenderSettings, width: int) -> tuple[int, int]:
    """(width, height) of a preview as wide as that with the sides' ratio of the scene's pictures, at least 4 pixels."""
    return width, max(4, round(width * render.resolution_y / render.resolution_x))


def looks(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    label_set: LabelSet,
    views: Sequence[View],
    size: tuple[int, int],
) -> Generator[Preview, None, None]:
    """The preview after each of the views. The scene is changed until the generator is empty or closed; it ends early
    where another window asks for something that cannot wait (`looking`).
    """
    return looking.begin(_looks(scene, view_layer, label_set, views, size))


def _looks(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    label_set: LabelSet,
    views: Sequence[View],
    size: tuple[int, int],
) -> Generator[Preview, None, None]:
    started, counts, pixels = time.perf_counter(), Counter[int](), Counter[str]()
    with closing(look(scene, view_layer, views, size, label_set=label_set)) as each_seen:
        for done, seen in enumerate(each_seen, start=1):
            counts.update(label_picture.count_codes(seen.labels))
            pixels.update(seen.pixels)
            yield Preview(
                views=tuple(views[:done]),
                wanted=len(views),
                labels=seen.labels,
                colors=label_picture.painted(seen.labels, label_set),
                rows=label_picture.rows_of(counts, label_set),
                pixels=pixels.copy(),
                seconds=time.perf_counter() - started,
            )


@bpy.app.handlers.persistent
def _after_load(*_args: object) -> None:
    _kept.clear()


_HANDLERS = handlers.calls(load=_after_load)


def register() -> None:
    handlers.add(_HANDLERS)


def unregister() -> None:
    handlers.remove(_HANDLERS)
    _kept.clear()
