"""One frame, from its draw to the record on disk."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract import VERSION
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import BACKGROUND, CODE_NAMES, IGNORE, UNLABELLED, LabelSet, unknown_ids
from blender_addon.contract.run import Plan, View
from blender_addon.label_render import exr
from blender_addon.label_render.label_pass import RenderFailed, middle_of_the_shutter, render_labels

from . import compat, passes
from .camera import describe_camera
from .randomize import draw
from .rays.frame_score import score_frame
from .rays.scoring import Pixels


def render_frame(
    run: Path, plan: Plan, view: View, scene: bpy.types.Scene, verify_rays: int | None = None
) -> dict[str, float]:
    """Render a view of the plan into the run folder, within `passes.prepared`. Returns the seconds of each step.

    With `verify_rays` so many random pixels of it are held against rays, and the record has the score.
    """
    settings, drawn, started = plan.settings, draw(plan.settings.seed, view.frame), time.perf_counter()
    scene.frame_set(view.scene_frame)
    if scene.camera != scene.objects[view.camera]:  # an equal write makes Blender evaluate the whole scene anew
        scene.camera = scene.objects[view.camera]
    scene.cycles.seed = drawn.noise_seed
    with run_folder.new_frame(run, view.frame) as folder:
        ready = time.perf_counter()
        image = passes.render_image(scene, folder / run_folder.IMAGE, settings.size)
        imaged = time.perf_counter()
        labels, purity = render_labels(scene, settings, plan.label_set)
        _check_ids(labels, plan.label_set, view)
        labelled = time.perf_counter()
        exr.write_zip(folder / run_folder.LABELS, {run_folder.LABEL_CHANNEL: labels.astype(np.float32)})
        files = {run_folder.IMAGE: image, run_folder.LABELS: labels}
        if settings.label_supersample > 1:
            exr.write_zip(folder / run_folder.PURITY, {run_folder.PURITY_CHANNEL: purity})
            files[run_folder.PURITY] = purity
        with middle_of_the_shutter(scene):  # where the labels are
            camera = describe_camera(scene.camera, bpy.context.evaluated_depsgraph_get(), settings.size)
        timings = {
            "prepare_s": round(ready - started, 4),
            "image_s": round(imaged - ready, 4),
            "labels_s": round(labelled - imaged, 4),
            "write_s": round(time.perf_counter() - labelled, 4),
        }
        record = {
            "schema": run_folder.SCHEMA,
            "scene_sha256": plan.scene_sha256,
            "frame": view.frame,
            "view": asdict(view),
            "camera": camera,
            **_label_table(labels, plan.label_set),
            "seed": settings.seed,
            "draw": asdict(drawn),
            "files": {name: _stored(pixels, folder / name) for name, pixels in files.items()},
            "timings": timings,
            "versions": {"labelpass": VERSION, **compat.versions(), "numpy": np.__version__},
        }
        if verify_rays:
            begun = time.perf_counter()
            k = settings.label_supersample
            pixels = Pixels(labels, purity if k > 1 else None, k)
            record["verified"] = score_frame(scene, plan, view, pixels, camera, verify_rays, settings.seed).to_dict()
            timings["verify_s"] = round(time.perf_counter() - begun, 4)
        run_folder.write_text(folder / run_folder.RECORD, run_folder.to_json(record))
    return timings


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
