"""One frame, from its draw to the record on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract import VERSION
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED, LabelSet, unknown_ids
from blender_addon.contract.modalities import files_of
from blender_addon.contract.run import Plan, Settings, View
from blender_addon.label_render import exr, instances
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

from . import compat, passes
from .camera import describe_camera
from .modalities import instances as instance_files
from .modalities import lidar_scan, stereo
from .modalities.catalogue import WRITERS
from .modalities.cuts import cuts_around
from .modalities.rendered import Files, Rendered, write_channels
from .modalities.staging import Stage
from .randomization.develop import Development
from .randomization.on_scene import Dressing, development
from .randomize import draw
from .rays.frame_score import score_frame
from .rays.scoring import Pixels


def render_frame(
    run: Path,
    plan: Plan,
    view: View,
    scene: bpy.types.Scene,
    dressing: Dressing,
    stage: Stage,
    verify_rays: int | None = None,
) -> dict[str, float]:
    """Render a view of the plan into the run folder, within `passes.prepared`. Returns the seconds of each step.

    With `verify_rays` so many random pixels of it are held against rays, and the record has the score.
    """
    clock, drawn = Clock(), draw(plan.settings.seed, view.frame)
    scene.frame_set(view.scene_frame)
    dressed = dressing.dress(view)
    develop = development(plan, dressed, view, scene)
    scene.cycles.seed = drawn.noise_seed
    with run_folder.new_frame(run, view.frame) as folder:
        clock.lap("prepare_s")
        rendered, files, more = render_files(folder, plan, view, scene, stage, clock, develop)
        record = {
            "schema": run_folder.SCHEMA,
            "scene_sha256": plan.scene_sha256,
            "frame": view.frame,
            "view": view.to_dict(),
            "camera": rendered.camera,
            **more,
            "metres_per_unit": rendered.metres,
            **_label_table(rendered.labels, plan.label_set),
            "seed": plan.settings.seed,
            "draw": {**asdict(drawn), **dressed.to_dict(), **_metered(develop)},
            "files": _file_table(folder, files, plan.settings),
            "timings": clock.laps,
            "versions": {"labelpass": VERSION, **compat.versions(), "numpy": np.__version__},
        }
        if verify_rays:
            pixels, seed = _pixels(folder, rendered, files), plan.settings.seed
            record["verified"] = score_frame(scene, plan, view, pixels, rendered.camera, verify_rays, seed).to_dict()
            clock.lap("verify_s")
        run_folder.write_text(folder / run_folder.RECORD, run_folder.to_json(record))
    return clock.laps


def render_files(
    folder: Path,
    plan: Plan,
    view: View,
    scene: bpy.types.Scene,
    stage: Stage,
    clock: Clock,
    develop: Development | None = None,
) -> tuple[Rendered, Files, dict[str, Any]]:
    """Render the scene as it stands, and write all files of a frame but its record.

    Returns what was rendered, what the files hold, and what the record says of the stereo pair and of the LiDAR.
    """
    settings, files = plan.settings, Files()
    image, channels = _render_image(scene, settings, folder, files, develop)
    clock.lap("image_s")
    rendered, purity, things = _render_data(scene, plan, view, stage, image, channels)
    _check_ids(rendered.labels, plan.label_set, view)
    clock.lap("labels_s")
    files |= _write_labels(folder / run_folder.LABELS, rendered.labels)
    if settings.label_supersample > 1:
        files |= write_channels(folder / run_folder.PURITY, {run_folder.PURITY_CHANNEL: purity})
    for name in settings.modalities:
        if name in WRITERS:
            files |= WRITERS[name](folder, rendered)
    if things and rendered.instances is not None:
        files |= _write_instances(folder, rendered, rendered.instances, things, settings)
    clock.lap("write_s")
    more: dict[str, Any] = {}
    if "stereo" in settings.modalities:
        eye = stage.eyes[scene.camera.name]
        more["stereo"] = _render_right_eye(folder, plan, scene, eye, rendered, files, develop)
        clock.lap("stereo_s")
    if "lidar" in settings.modalities:
        scanned, more["lidar"] = lidar_scan.write(folder, scene, plan, view, stage.telling)
        files |= scanned
        clock.lap("lidar_s")
    return rendered, files, more


class Clock:
    """Seconds of each step of a frame."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._since, 4)
        self._since = now


def _render_image(
    scene: bpy.types.Scene, settings: Settings, folder: Path, files: Files, develop: Development | None
) -> tuple[NDArray[np.uint8], Passes]:
    """The image, and the channels of its render where something is made of them, else none."""
    path = folder / settings.image_file
    if settings.label_render == "own" and "linear" not in settings.modalities:
        files[path.name] = passes.render_image(scene, path, settings.size, develop)
        return files[path.name], {}
    files[path.name], channels = passes.render_image_and_passes(scene, path, settings.size, develop)
    if "linear" in settings.modalities:
        largest = np.finfo(np.float16).max
        halves = {name: np.minimum(channels[f"Combined.{name}"], largest).astype(np.float16) for name in "RGB"}
        files |= write_channels(folder / "image.exr", halves)
    return files[path.name], channels


def _render_data(
    scene: bpy.types.Scene, plan: Plan, view: View, stage: Stage, image: NDArray[np.uint8], of_image: Passes
) -> tuple[Rendered, NDArray[np.float32], Things | None]:
    """Labels with all passes that the modalities need, the purity of the pixels, and the things that are there, in
    runs with instances; `of_image` are the channels of the image render."""
    settings, things = plan.settings, None
    if settings.label_render == "image":
        channels, samples = of_image, label_samples(of_image, "")
    else:
        with sharp(scene, settings, plan.label_set) as ignored, _heard(scene, plan, stage) as last:
            channels = render_passes(scene, settings)
            samples = label_samples(channels, ignored)
            things = last() if last else None
    k = settings.label_supersample
    labels, purity = reduced(samples, k, settings.thin_labels, settings.min_presence)
    with middle_of_the_shutter(scene):  # where the labels are
        camera = describe_camera(scene.camera, bpy.context.evaluated_depsgraph_get(), settings.size)
    metres = scene.unit_settings.scale_length if scene.unit_settings.system != "NONE" else 1.0
    cuts = cuts_around(scene, plan, view) if "flow" in settings.modalities else (False, False)
    ids = instances.reduced(instances.read_instances(channels, things), samples, labels, k) if things else None
    return Rendered(channels, samples, labels, image, camera, metres, cuts, ids), purity, things


def _heard(scene: bpy.types.Scene, plan: Plan, stage: Stage) -> AbstractContextManager[Callable[[], Things] | None]:
    """Around a label render: what it had on the scene, in runs with instances."""
    if not stage.telling:
        return nullcontext()
    settings = plan.settings
    return instances.instances_rendered(
        scene.view_layers[settings.view_layer],
        settings.alpha_threshold,
        plan.label_set,
        stage.telling,
        with_triangles="amodal" in settings.modalities,
    )


def _write_instances(
    folder: Path, rendered: Rendered, ids: NDArray[np.uint32], things: Things, settings: Settings
) -> Files:
    if "amodal" not in settings.modalities:
        return instance_files.write(folder, rendered, ids, things, None)
    masks = instance_files.masks_of(rendered, ids, things, bpy.context.evaluated_depsgraph_get())
    return instance_files.write(folder, rendered, ids, things, masks) | instance_files.write_masks(folder, masks)


def _render_right_eye(
    folder: Path,
    plan: Plan,
    scene: bpy.types.Scene,
    eye: bpy.types.Object,
    left: Rendered,
    files: Files,
    develop: Development | None,
) -> dict[str, Any]:
    """Image and labels of the right eye, and the disparity; what the record says of the pair."""
    camera, settings = scene.camera, plan.settings
    stereo.place(eye, camera, bpy.context.evaluated_depsgraph_get())
    apart = stereo.baseline(camera) * left.metres
    with changed(scene, camera=eye):
        path = folder / settings.image_file.replace("image", stereo.IMAGE_RIGHT)
        if settings.label_render == "image":
            files[path.name], channels = passes.render_image_and_passes(scene, path, settings.size, develop)
            labels = label_samples(channels, "")
        else:
            files[path.name] = passes.render_image(scene, path, settings.size, develop)
            labels, _ = render_labels(scene, settings, plan.label_set)
        with middle_of_the_shutter(scene):
            right = describe_camera(eye, bpy.context.evaluated_depsgraph_get(), settings.size)
    files |= _write_labels(folder / stereo.LABELS_RIGHT, labels)
    files |= stereo.write_disparity(folder, left, apart)
    return {"baseline_m": apart, "right": right}


def _pixels(folder: Path, rendered: Rendered, files: Files) -> Pixels:
    """What rays are held against: as it is on disk."""
    there = {name: exr.read_zip(folder / name) for name in ("depth.exr", "normals.exr") if name in files}
    purity = files.get(run_folder.PURITY)
    return Pixels(rendered.labels, purity, rendered.k, there.get("depth.exr", {}), there.get("normals.exr", {}))


def _write_labels(path: Path, labels: NDArray[np.uint16]) -> Files:
    exr.write_zip(path, {run_folder.LABEL_CHANNEL: labels.astype(np.float32)})
    return {path.name: labels}


def _file_table(folder: Path, files: Files, settings: Settings) -> dict[str, Any]:
    about = files_of(settings.modalities, settings.image)
    return {
        name: {**_stored(pixels, folder / name), **({"holds": about[name]} if name in about else {})}
        for name, pixels in files.items()
    }


def _stored(pixels: NDArray[Any], path: Path) -> Mapping[str, Any]:
    """What a reader holds a file against: its decoded pixels, and its size."""
    little = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    name = pixels.dtype.name
    return {
        "checksum": run_folder.pixel_checksum(pixels.shape, name, little.data),
        "shape": list(pixels.shape),
        "dtype": name,
        "bytes": path.stat().st_size,
    }


def _check_ids(labels: NDArray[np.uint16], label_set: LabelSet, view: View) -> None:
    """Preflight sees one frame: what is hidden there may show here."""
    strange = unknown_ids(set(np.unique(labels).tolist()) - set(CODE_NAMES), label_set)
    if strange:
        raise RenderFailed(
            f"frame {view.frame} shows pass index {strange[0]}, which label set {label_set.name!r} does not define; "
            f"relabel what carries it or add id {strange[0]}"
        )


def _metered(develop: Development | None) -> dict[str, float]:
    """What no draw says of a frame: the stops that its meter added."""
    return {} if develop is None or develop.metered is None else {"metered_stops": develop.metered}


def _label_table(labels: NDArray[np.uint16], label_set: LabelSet) -> dict[str, Any]:
    """Pixels of each label that the frame shows, and of the three codes that are none."""
    counts = np.bincount(labels.ravel(), minlength=BACKGROUND + 1)
    return {
        "labels": [
            {"id": label.id, "name": label.name, "pixels": int(counts[label.id])}
            for label in label_set.labels
            if counts[label.id]
        ],
        "unlabelled": int(counts[UNLABELLED]),
        "ignore": int(counts[IGNORE]),
        "background": int(counts[BACKGROUND]),
    }
