"""Verifies a run: opens its scene, casts rays through random pixels, and says what does not agree with the files.

Also the script that an installed Blender runs: `blender -b -P render_scripts/rays/verify.py -- RUN --report FILE`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # Last, not first: installed by pip our rooms stand among packages of another Python, such as its numpy.
    sys.path.append(str(Path(__file__).resolve().parents[2]))

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.compat import enable_cycles
from blender_addon.contract import run as run_folder
from blender_addon.contract.records import Record, read_frame, remove_and_render
from blender_addon.contract.run import Plan, RunError, Unreadable, View
from blender_addon.contract.words import refusal
from blender_addon.label_render import exr
from blender_addon.label_render.label_pass import RenderFailed
from blender_addon.label_render.stage import put_back_frame
from blender_addon.label_render.streams import hushed
from render_scripts import compat
from render_scripts.interrupts import ends_at_once
from render_scripts.randomization.on_scene import Dressing, randomized
from render_scripts.randomization.spec import from_plan, of_drawn_size
from render_scripts.rays.frame_score import score_frame
from render_scripts.rays.scoring import Pixels
from render_scripts.rays.tally import Score, report
from render_scripts.rays.verify_request import VerifyRequest, add_arguments, frames_of, request_from, scene_of
from render_scripts.reported import reported
from render_scripts.request import Refused
from render_scripts.sampled_views.view_camera import sampled_camera
from render_scripts.scene_file import open_scene
from render_scripts.scene_plan import scene_hash

DEPTH, NORMALS = "depth.exr", "normals.exr"
_NOT_MET = {"world", "backgrounds"}
"""Families that no ray meets, and whose pictures may be elsewhere."""


def verify(run: Path, request: VerifyRequest) -> tuple[str, int]:
    """What there is to print, and the exit code. Raises RunError or Refused, ValueErrors, where it cannot tell."""
    plan = run_folder.read_plan(run)
    frames = frames_of(run, request)
    scores: dict[int, Score] = {}
    damaged: dict[int, str] = {}
    with ends_at_once(), hushed():
        _open(run, plan, request)
        scene = bpy.context.scene
        with put_back_frame(scene), sampled_camera(scene, plan.views), _dressed(scene, plan) as dressing:
            for frame in frames:
                try:
                    scores[frame] = _scored(scene, run, plan, frame, dressing, request)
                except (RunError, RenderFailed) as error:
                    damaged[frame] = str(error)
    return report(plan, scores, damaged, request.json)


def _scored(
    scene: bpy.types.Scene, run: Path, plan: Plan, frame: int, dressing: Dressing, request: VerifyRequest
) -> Score:
    """Raises RunError for a frame that is damaged, and RenderFailed where Blender cannot evaluate the scene."""
    view, camera, pixels = _read(run, plan, frame)
    scene.frame_set(view.scene_frame)
    drawn = dressing.dress(view)  # what was drawn for the frame is where it was rendered
    return score_frame(scene, of_drawn_size(plan, drawn), view, pixels, camera, request.rays or 0, request.seed)


def _dressed(scene: bpy.types.Scene, plan: Plan) -> AbstractContextManager[Dressing]:
    met = {name: each for name, each in plan.settings.randomization.items() if name not in _NOT_MET}
    plan = replace(plan, settings=replace(plan.settings, randomization=met))
    return randomized(scene, plan, {scene.objects[view.camera] for view in plan.views})


def _open(run: Path, plan: Plan, request: VerifyRequest) -> None:
    compat.refuse_the_old()
    path = scene_of(run, plan, request)
    open_scene(path, scripts=request.allow_scripts)
    enable_cycles()
    if scene_hash() != plan.scene_sha256:
        raise Refused(
            f"{path} is not the file that {run} was rendered from, or it or a library of it was saved since (wrong "
            "checksum): name that one with --scene FILE"
        )
    scene = bpy.context.scene
    if plan.settings.view_layer not in scene.view_layers:
        raise Refused(f"{path} has no view layer {plan.settings.view_layer!r}, which {run / run_folder.PLAN} names")
    own = next((view.camera for view in plan.views if view.pose), None)  # of sampled views
    lacking = {view.camera for view in plan.views} - {own, *(obj.name for obj in scene.objects if obj.type == "CAMERA")}
    if lacking:
        raise Refused(f"{path} has no camera {min(lacking)!r}, which {run / run_folder.PLAN} names")
    try:
        from_plan(plan.settings.randomization)
    except ValueError as error:
        raise RunError(f"{run / run_folder.PLAN} is damaged: settings.randomization: {error}") from None


def _read(run: Path, plan: Plan, frame: int) -> tuple[View, Mapping[str, Any], Pixels]:
    """What a finished frame shows, its camera, and its pixels, compared with their checksums. Raises RunError."""
    record = read_frame(run, frame, plan)
    folder = run_folder.frame_folder(run, frame)
    files = {name: _channels(folder / name, record) for name in record.files if name in _CHANNELS}
    labels = files[run_folder.LABELS][run_folder.LABEL_CHANNEL].astype(np.uint16)
    purity = files.get(run_folder.PURITY, {}).get(run_folder.PURITY_CHANNEL)
    k, others = plan.settings.label_supersample, (files.get(name, {}) for name in (DEPTH, NORMALS))
    if not record.camera:
        raise RunError(f"{folder / run_folder.RECORD} is damaged: it has no camera; {remove_and_render(folder)}")
    camera = asdict(record.camera)
    return record.view, camera, Pixels(labels, purity, k, *others, thin=plan.settings.thin_labels)


_CHANNELS = {
    run_folder.LABELS: {run_folder.LABEL_CHANNEL},
    run_folder.PURITY: {run_folder.PURITY_CHANNEL},
    DEPTH: {"Distance"},  # panoramas have no Z
    NORMALS: {f"{space}.{axis}" for space in ("World", "Camera") for axis in "XYZ"},
}
"""{file that rays judge: channels that it has at least}."""


def _channels(path: Path, record: Record) -> Mapping[str, NDArray[np.float32]]:
    try:
        channels = exr.read_zip(path)
    except exr.ExrError as error:
        raise RunError(f"{error}; {remove_and_render(path.parent)}") from None
    except OSError as error:
        raise Unreadable(refusal(error, path)) from None
    stored = record.files[path.name]
    if not _CHANNELS[path.name] <= set(channels) or _checksum(channels, stored.dtype) != stored.checksum:
        raise RunError(
            f"{path}: its pixels are not those that were rendered (wrong checksum); {remove_and_render(path.parent)}"
        )
    return channels


def _checksum(channels: Mapping[str, NDArray[np.float32]], dtype: str) -> str:
    planes = [channels[name] for name in sorted(channels)]
    with np.errstate(invalid="ignore"):  # what is no number is no label either, and has another checksum
        pixels = (planes[0] if len(planes) == 1 else np.stack(planes, axis=-1)).astype(dtype)
    little = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    return run_folder.pixel_checksum(pixels.shape, pixels.dtype.name, little.data)


if __name__ == "__main__":
    sys.exit(reported(verify, add_arguments, request_from))
