"""One frame, from its draw to the record on disk: what needs Blender, and then what does not."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, LabelSet
from blender_addon.contract.modalities import holds
from blender_addon.contract.run import Plan, Settings, View
from blender_addon.contract.seal import sealed
from blender_addon.label_render import exr

from .lights_anew import LightsAnew
from .modalities.rendered import Files, Rendered
from .modalities.staging import Stage
from .one_behind import Finish, Timings
from .randomization.develop import Development
from .randomization.on_scene import Dressing, development
from .randomization.spec import of_drawn_size
from .randomize import draw
from .rays.frame_score import score_frame
from .rays.scoring import Pixels
from .shot import Clock, take_shot


def render_frame(
    run: Path,
    plan: Plan,
    view: View,
    scene: bpy.types.Scene,
    dressing: Dressing,
    stage: Stage,
    lights: LightsAnew,
    verify_rays: int | None = None,
) -> Finish:
    """Render a view of the plan, within `passes.prepared`. Its folder appears in the run when what is returned is
    called, which a thread may do while the next frame renders.

    With `verify_rays` so many random pixels of it are held against rays, and the record has the score.
    """
    clock, drawn = Clock(), draw(plan.settings.seed, view.frame)
    scene.frame_set(view.scene_frame)
    dressed = dressing.dress(view)
    plan = of_drawn_size(plan, dressed)
    develop = development(plan, dressed, view, scene)
    scene.cycles.seed = drawn.noise_seed
    lights.begin_anew_where_they_change(scene)
    with ExitStack() as stack:
        (run / run_folder.PLAN).stat()  # a run that was moved away is not begun anew where it was
        folder = stack.enter_context(run_folder.new_frame(run, view.frame))
        clock.lap("prepare_s")
        shot = take_shot(folder, plan, view, scene, stage, clock, develop)
        rendered, verified = shot.rendered, {}
        if verify_rays:
            shot.write()
            pixels, seed = _pixels(folder, rendered, shot.files, plan.settings.thin_labels), plan.settings.seed
            score = score_frame(scene, plan, view, pixels, rendered.camera, verify_rays, seed)
            verified = {"verified": score.to_dict()}
            if score.differs:
                print(f"labelpass: warning: frame {view.frame}: {score.doubts}", file=sys.stderr, flush=True)
            clock.lap("verify_s")
        record = {
            "schema": run_folder.SCHEMA,
            "scene_sha256": plan.scene_sha256,
            "frame": view.frame,
            "view": view.to_dict(),
            "camera": rendered.camera,
            **shot.more,
            "metres_per_unit": rendered.metres,
            **_label_table(rendered.labels, plan.label_set),
            "seed": plan.settings.seed,
            "draw": {**asdict(drawn), **dressed.to_dict(), **_metered(develop)},
            "versions": {**plan.versions, "numpy": np.__version__},
            **verified,
        }
        unfinished = stack.pop_all()

    def finish() -> Timings:
        with unfinished:
            clock.start()
            shot.write()
            files = _file_table(folder, shot.files, plan.settings)
            clock.lap("write_s")
            whole = {**record, "files": files, "timings": clock.laps}
            run_folder.write_text(folder / run_folder.RECORD, run_folder.to_json(sealed(whole)))
        return clock.laps

    return finish


def _pixels(folder: Path, rendered: Rendered, files: Files, thin: Collection[int]) -> Pixels:
    """What rays are held against: as it is on disk."""
    there = {name: exr.read_zip(folder / name) for name in ("depth.exr", "normals.exr") if name in files}
    purity = files.get(run_folder.PURITY)
    depth, normals = there.get("depth.exr", {}), there.get("normals.exr", {})
    return Pixels(rendered.labels, purity, rendered.k, depth, normals, thin)


def _file_table(folder: Path, files: Files, settings: Settings) -> dict[str, Any]:
    about = holds(settings.modalities, settings.image, settings.label_supersample)
    return {name: {**_stored(pixels, folder / name), "holds": about[name]} for name, pixels in files.items()}


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
