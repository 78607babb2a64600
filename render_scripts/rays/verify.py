"""Verifies a run: opens its scene, casts rays through random pixels, and says what does not agree with the files.

Also the script that an installed Blender runs: `blender -b -P render_scripts/rays/verify.py -- RUN --report FILE`.
"""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Mapping
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
from blender_addon.contract.run import Plan, RunError, View
from blender_addon.label_render import exr
from blender_addon.label_render.label_pass import middle_of_the_shutter, prepared
from blender_addon.label_render.render_depsgraph import with_render_depsgraph
from blender_addon.label_render.stage import put_back_frame
from render_scripts import compat
from render_scripts.check import hushed
from render_scripts.interrupts import ends_at_once
from render_scripts.plan import Refused
from render_scripts.rays.answers import Answers
from render_scripts.rays.camera_rays import NoRays, rays_of
from render_scripts.rays.caster import Caster
from render_scripts.rays.scoring import Pixels, Witness, chosen_pixels, score
from render_scripts.rays.surfaces import surroundings
from render_scripts.rays.tally import Score, Tally, is_fine, to_document, to_text
from render_scripts.rays.verify_request import VerifyRequest, add_arguments, request_from, scene_of
from render_scripts.scene_file import open_scene
from render_scripts.scene_plan import scene_hash

DEPTH, NORMALS = "depth.exr", "normals.exr"


def verify(run: Path, request: VerifyRequest) -> tuple[str, int]:
    """What there is to print, and the exit code. Raises RunError or Refused (ValueErrors) where it cannot be verified."""
    plan = run_folder.read_plan(run)
    frames = _frames(run, plan, request)
    scores: dict[int, Score] = {}
    damaged: dict[int, str] = {}
    with ends_at_once(), hushed():
        if request.rays is not None:
            _open(run, plan, request)
        with put_back_frame(bpy.context.scene):
            for frame in frames:
                try:
                    record, pixels = read_pixels(run, plan, frame)
                except RunError as error:
                    damaged[frame] = str(error)
                    continue
                if request.rays is not None:
                    camera = run_folder.read_record(run, frame)["camera"]
                    view = record.view
                    scores[frame] = score_frame(
                        bpy.context.scene, plan, view, pixels, camera, request.rays, request.seed
                    )
    if request.json:
        text = json.dumps(to_document(plan.scene, scores, damaged), ensure_ascii=False, indent=1) + "\n"
    else:
        text = to_text(scores, damaged)
    return text, int(not is_fine(scores, damaged))


def _frames(run: Path, plan: Plan, request: VerifyRequest) -> list[int]:
    finished = run_folder.finished_frames(run)
    if not finished:
        raise Refused(f"{run} has no frames to verify")
    missing = sorted(set(request.frames or ()) - set(finished))
    if missing:
        raise Refused(f"{run} has no frame {missing[0]}")
    return sorted(set(request.frames or finished))


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
    if plan.settings.view_layer not in bpy.context.scene.view_layers:
        raise Refused(f"{path} has no view layer {plan.settings.view_layer!r}, which the plan names")


def score_frame(
    scene: bpy.types.Scene, plan: Plan, view: View, pixels: Pixels, camera: Mapping[str, Any], rays: int, seed: int
) -> Score:
    """Hold `rays` random pixels of a frame against the scene, at the frame and through the camera of the view.

    `camera` is what the frame's record says of it. Raises RenderFailed where Blender cannot evaluate the scene.
    """
    settings = plan.settings
    view_layer = scene.view_layers[settings.view_layer]
    chosen = chosen_pixels(settings.size, rays, seed, view.frame)

    def scored(depsgraph: bpy.types.Depsgraph) -> Score:
        try:
            through = rays_of(camera, depsgraph)
        except NoRays as unknown:
            return Score(len(chosen), seed, {"labels": Tally(not_judged=_all(len(chosen), str(unknown)))})
        units = scene.unit_settings
        witness = Witness(
            through,
            Caster(surroundings(depsgraph, view_layer)),
            Answers(depsgraph, view_layer, plan.label_set, settings.alpha_threshold),
            plan.label_set,
            units.scale_length if units.system != "NONE" else 1.0,
            np.array(camera["camera_from_world"], np.float64),
        )
        return score(pixels, witness, chosen, seed)

    with prepared(scene, settings):
        if (scene.frame_current, scene.frame_subframe) != (view.scene_frame, 0.0):
            scene.frame_set(view.scene_frame)
        if scene.camera != scene.objects[view.camera]:
            scene.camera = scene.objects[view.camera]
        with middle_of_the_shutter(scene):
            return with_render_depsgraph(scene, view_layer, scored)


def _all(count: int, why: str) -> Any:
    return Tally().not_judged.__class__({why: count})


def read_pixels(run: Path, plan: Plan, frame: int) -> tuple[Record, Pixels]:
    """A finished frame, its pixels compared with their checksums. Raises RunError for a frame that is damaged."""
    record = read_frame(run, frame, plan)
    folder = run_folder.frame_folder(run, frame)
    files = {name: _channels(folder / name, record) for name in record.files if name.endswith(".exr")}
    labels = files[run_folder.LABELS][run_folder.LABEL_CHANNEL].astype(np.uint16)
    purity = files.get(run_folder.PURITY, {}).get(run_folder.PURITY_CHANNEL)
    return record, Pixels(labels, purity, plan.settings.label_supersample, files.get(DEPTH, {}), files.get(NORMALS, {}))


def _channels(path: Path, record: Record) -> Mapping[str, NDArray[np.float32]]:
    try:
        channels = exr.read_zip(path)
    except (exr.ExrError, OSError) as error:
        raise RunError(f"{error}; {remove_and_render(path.parent)}") from None
    planes = [channels[name] for name in sorted(channels)]
    stored = record.files[path.name]
    pixels = (planes[0] if len(planes) == 1 else np.stack(planes, axis=-1)).astype(stored.dtype)
    little = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    if run_folder.pixel_checksum(pixels.shape, pixels.dtype.name, little.data) != stored.checksum:
        raise RunError(
            f"{path}: its pixels are not those that were rendered (wrong checksum); {remove_and_render(path.parent)}"
        )
    return channels


def main(arguments: list[str]) -> int:
    """The verification in an installed Blender: the report goes to a file, since Blender prints what it likes."""
    parser = argparse.ArgumentParser(prog="verify.py")
    parser.add_argument("run", type=Path)
    parser.add_argument("--report", type=Path, required=True)
    add_arguments(parser)
    parsed = parser.parse_args(arguments)
    try:
        text, code = verify(parsed.run, request_from(parsed))
        parsed.report.write_text(text, encoding="utf-8", errors="backslashreplace")
        return code
    except (ValueError, OSError) as error:
        print(f"labelpass: {error}", file=sys.stderr, flush=True)
        return 1
    except Exception:  # noqa: BLE001
        traceback.print_exc()
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[sys.argv.index("--") + 1 :]))
