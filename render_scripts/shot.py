"""The renders of a frame, and the files of them: image, labels and modalities. What is drawn, and the record, is
`frame`'s."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import CODE_NAMES, LabelSet, unknown_ids
from blender_addon.contract.run import Plan, Settings, View
from blender_addon.label_render import amodal, exr, instances
from blender_addon.label_render.frame_things import Things
from blender_addon.label_render.label_maps import reduced
from blender_addon.label_render.label_pass import (
    Passes,
    RenderFailed,
    label_samples,
    middle_of_the_shutter,
    render_labels,
    render_passes,
    sharp,
)
from blender_addon.label_render.stage import changed

from . import passes
from .camera import describe_camera, metres_per_unit
from .modalities import instances as instance_files
from .modalities import lidar_scan, stereo
from .modalities.catalogue import WRITERS
from .modalities.cuts import cuts_around
from .modalities.rendered import Files, Rendered, write_channels
from .modalities.screens import Map, NoFlow, maps_around, stilled
from .modalities.staging import Stage
from .randomization.develop import Development
from .randomization.distractors import void_of


@dataclass
class Shot:
    """What the renders of a frame gave: `files` that are written, and what writes the rest. `more` is what the record
    says of the stereo pair and of the LiDAR.

    Nothing in `unwritten` asks Blender anything: a thread may call it while the next frame renders.
    """

    rendered: Rendered
    files: Files
    more: dict[str, Any] = field(default_factory=dict)
    unwritten: list[Callable[[], Files]] = field(default_factory=list)

    def write(self) -> None:
        """Write what is not written yet."""
        while self.unwritten:
            self.files |= self.unwritten.pop(0)()


def take_shot(
    folder: Path,
    plan: Plan,
    view: View,
    scene: bpy.types.Scene,
    stage: Stage,
    clock: Clock,
    develop: Development | None = None,
) -> Shot:
    """Render the scene as it stands. Of the files in `folder`, those that Blender makes are written then."""
    settings, files = plan.settings, Files()
    maps = _maps_of_flow(scene, view, settings)
    camera = _camera_of_labels(scene, scene.camera, settings)  # now, while everything is evaluated
    image, channels = _render_image(folder, plan, view, scene, stage, files, develop)
    clock.lap("image_s")
    rendered, purity, things = _render_data(scene, plan, view, stage, camera, image, channels, maps)
    _check_ids(rendered.labels, plan.label_set, view)
    shot = Shot(rendered, files, unwritten=_label_files(folder, settings, rendered, channels, purity))
    shot.unwritten += [partial(WRITERS[name], folder, rendered) for name in settings.modalities if name in WRITERS]
    if things and rendered.instances is not None:
        shot.unwritten.append(_instance_files(folder, scene, rendered, rendered.instances, things, settings))
    clock.lap("labels_s")
    if "stereo" in settings.modalities:
        shot.more["stereo"] = _render_right_eye(folder, plan, view, scene, stage, shot, develop)
        clock.lap("stereo_s")
    if "lidar" in settings.modalities:
        scanned, shot.more["lidar"] = lidar_scan.write(folder, scene, plan, view, stage.telling, stage.trees)
        shot.files |= scanned
        clock.lap("lidar_s")
    return shot


class Clock:
    """Seconds of each step of a frame."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self.start()

    def start(self) -> None:
        self._since = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._since, 4)
        self._since = now


def _render_image(
    folder: Path,
    plan: Plan,
    view: View,
    scene: bpy.types.Scene,
    stage: Stage,
    files: Files,
    develop: Development | None,
) -> tuple[NDArray[np.uint8], Passes]:
    """The image, and the channels of its render where something is made of them, else none."""
    settings = plan.settings
    path = folder / settings.image_file
    if settings.label_render == "own" and "linear" not in settings.modalities:
        files[path.name] = passes.render_image(scene, path, settings.size, develop)
        return files[path.name], {}
    render = partial(passes.render_image_and_passes, scene, path, settings.size, develop)
    files[path.name], channels = stage.labelled(view, render) if settings.label_render == "image" else render()
    return files[path.name], channels


def _label_files(
    folder: Path, settings: Settings, rendered: Rendered, of_image: Passes, purity: NDArray[np.float32]
) -> list[Callable[[], Files]]:
    """What writes the label map, its purity where pixels have several samples, and the light of the image."""
    found: list[Callable[[], Files]] = [partial(_write_labels, folder / run_folder.LABELS, rendered.labels)]
    if settings.label_supersample > 1:
        found.append(partial(write_channels, folder / run_folder.PURITY, {run_folder.PURITY_CHANNEL: purity}))
    if "linear" in settings.modalities:
        found.append(partial(_write_linear, folder / "image.exr", of_image))
    return found


def _write_linear(path: Path, channels: Passes) -> Files:
    largest = np.finfo(np.float16).max
    halves = {name: np.minimum(channels[f"Combined.{name}"], largest).astype(np.float16) for name in "RGB"}
    return write_channels(path, halves)


def _camera_of_labels(scene: bpy.types.Scene, camera: bpy.types.Object, settings: Settings) -> dict[str, Any]:
    """What the record says of a camera, where it is when labels are rendered."""
    with middle_of_the_shutter(scene):
        return describe_camera(camera, bpy.context.evaluated_depsgraph_get(), settings.size)


def _maps_of_flow(scene: bpy.types.Scene, view: View, settings: Settings) -> tuple[Map, Map] | None:
    if "flow" not in settings.modalities:
        return None
    try:
        with middle_of_the_shutter(scene):
            return maps_around(scene, scene.camera, settings.size)
    except NoFlow as error:
        raise RenderFailed(f"frame {view.frame}: {error}") from None


def _render_data(
    scene: bpy.types.Scene,
    plan: Plan,
    view: View,
    stage: Stage,
    camera: dict[str, Any],
    image: NDArray[np.uint8],
    of_image: Passes,
    maps: tuple[Map, Map] | None,
) -> tuple[Rendered, NDArray[np.float32], Things | None]:
    """Labels with all passes that the modalities need, the purity of the pixels, and the things that are there, in
    runs with instances; `of_image` are the channels of the image render."""
    settings, things = plan.settings, None
    if settings.label_render == "image":
        channels, samples = of_image, label_samples(of_image, "", void_of(plan))
    else:
        with sharp(scene, settings, plan.label_set) as ignored, _heard(scene, plan, stage) as last:
            with stilled(scene, stage.still if maps else None):
                channels = stage.labelled(view, partial(render_passes, scene, settings))
            samples = label_samples(channels, ignored, void_of(plan))
            things = last() if last else None
    k = settings.label_supersample
    labels, purity = reduced(samples, k, settings.thin_labels, settings.min_presence)
    metres = metres_per_unit(scene)
    cuts = cuts_around(scene, plan, view) if "flow" in settings.modalities else (False, False)
    ids = instances.reduced(instances.read_instances(channels, things), samples, labels, k) if things else None
    return Rendered(channels, samples, labels, image, camera, metres, cuts, ids, maps), purity, things


def _heard(scene: bpy.types.Scene, plan: Plan, stage: Stage) -> AbstractContextManager[Callable[[], Things] | None]:
    """Around a label render: what it had on the scene, in runs with instances."""
    if not stage.telling:
        return nullcontext()
    layer, with_triangles = scene.view_layers[plan.settings.view_layer], "amodal" in plan.settings.modalities
    return instances.instances_rendered(layer, stage.telling, with_triangles)


def _instance_files(
    folder: Path,
    scene: bpy.types.Scene,
    rendered: Rendered,
    ids: NDArray[np.uint64],
    things: Things,
    settings: Settings,
) -> Callable[[], Files]:
    if "amodal" not in settings.modalities:
        return partial(instance_files.write, folder, rendered, ids, things, None)
    with middle_of_the_shutter(scene):
        seen = instance_files.seen_through_pixels(rendered, bpy.context.evaluated_depsgraph_get())

    def write() -> Files:
        masks = amodal.masks(ids, things, seen)
        return instance_files.write(folder, rendered, ids, things, masks) | instance_files.write_masks(folder, masks)

    return write


def _render_right_eye(
    folder: Path,
    plan: Plan,
    view: View,
    scene: bpy.types.Scene,
    stage: Stage,
    shot: Shot,
    develop: Development | None,
) -> dict[str, Any]:
    """Render image and labels of the right eye, beside the disparity; what the record says of the pair."""
    camera, eye, settings = scene.camera, stage.eyes[scene.camera.name], plan.settings
    apart = stereo.baseline(camera, shot.rendered.metres)
    stereo.place(eye, camera, apart / shot.rendered.metres, bpy.context.evaluated_depsgraph_get())
    with changed(scene, camera=eye):
        path = folder / settings.image_file.replace("image", stereo.IMAGE_RIGHT)
        if settings.label_render == "image":
            render = partial(passes.render_image_and_passes, scene, path, settings.size, develop)
            shot.files[path.name], channels = stage.labelled(view, render)
            labels = label_samples(channels, "", void_of(plan))
        else:
            shot.files[path.name] = passes.render_image(scene, path, settings.size, develop)
            render = partial(render_labels, scene, settings, plan.label_set, void_of(plan))
            labels, _ = stage.labelled(view, render)
        right = _camera_of_labels(scene, eye, settings)
    shot.unwritten.append(partial(_write_labels, folder / stereo.LABELS_RIGHT, labels))
    shot.unwritten.append(partial(stereo.write_disparity, folder, shot.rendered, apart))
    return {"baseline_m": apart, "right": right}


def _write_labels(path: Path, labels: NDArray[np.uint16]) -> Files:
    exr.write_zip(path, {run_folder.LABEL_CHANNEL: labels.astype(np.float32)})
    return {path.name: labels}


def _check_ids(labels: NDArray[np.uint16], label_set: LabelSet, view: View) -> None:
    """Preflight sees one frame: what is hidden there may show here."""
    strange = unknown_ids(set(np.unique(labels).tolist()) - set(CODE_NAMES), label_set)
    if strange:
        raise RenderFailed(
            f"frame {view.frame} shows pass index {strange[0]}, which label set {label_set.name!r} does not define; "
            f"relabel what carries it or add id {strange[0]}"
        )
