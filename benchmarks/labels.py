"""What do labels cost beside the image, and how many of their pixels are wrong?

    python benchmarks/labels.py [--views 3] [--samples 32] [--size 480x360]

Renders views of the sample room and, for each, labels with 1 and 3 x 3 samples a pixel, side by side in one process.

share     seconds of the label render (reading and reducing included) / seconds of the whole frame without it
wrong     pixels whose label another one outnumbers in the 8 x 8 samples; "edge": of those that the 8 x 8 see mixed
ties      pixels whose label is one of two with 32 samples each, as on every straight edge through a pixel's centre:
          right, although a majority that has to choose may choose the other
invented  pixels with an id that no object, material or instancer of the scene carries
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND, UNLABELLED
from blender_addon.contract.run import Settings
from blender_addon.label_render.label_maps import majority
from blender_addon.label_render.label_pass import render_label_samples, render_labels
from blender_addon.label_render.viewpoints import find_views
from blender_addon.label_render.visibility import instancer_labels_of_frames
from blender_addon.occurrences import occurrences
from render_scripts import compat, passes
from scenes import room

REFERENCE = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--views", type=int, default=3)
    parser.add_argument("--samples", type=int, default=32)
    parser.add_argument("--size", default="480x360")
    arguments = parser.parse_args()
    width, height = map(int, arguments.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        room.save(Path(folder, "room.blend"), seed=0)
        bpy.ops.wm.open_mainfile(filepath=str(Path(folder, "room.blend")))
        measure(bpy.context.scene, (width, height), arguments.samples, arguments.views, Path(folder))


def measure(scene: bpy.types.Scene, size: tuple[int, int], samples: int, most: int, folder: Path) -> None:
    view_layer = bpy.context.view_layer
    settings = Settings(size, samples, 0, 1, "CPU", compat.has_denoiser(), 0.5, view_layer.name)
    things = list(occurrences(view_layer, bpy.context.evaluated_depsgraph_get()))
    carried = {UNLABELLED, BACKGROUND} | {thing.label_id for thing in things}
    carried |= {material.pass_index for thing in things for material in thing.materials if material}
    rows = []
    views = find_views(scene)[:: max(1, 12 // most)][:most]
    with instancer_labels_of_frames(view_layer, things), passes.prepared(scene, settings):
        for view in views:
            scene.frame_set(view.scene_frame)
            scene.camera = scene.objects[view.camera]
            _, image_s = timed(passes.render_image, scene, folder / "image.png", size)
            (one, _), one_s = timed(render_labels, scene, settings, None)
            (three, _), three_s = timed(render_labels, scene, replace(settings, label_supersample=3), None)
            fine = render_label_samples(scene, replace(settings, label_supersample=REFERENCE), None)
            truth, purity = majority(fine, REFERENCE)
            invented = sum(int((~np.isin(labels, list(carried))).sum()) for labels in (one, three, truth))
            wrong = [outnumbered(labels, fine, purity) for labels in (one, three)]
            ties = [(labels != truth).mean() - share for labels, share in zip((one, three), wrong)]
            rows.append([image_s, one_s, three_s, *wrong, *ties, (purity < 1).mean(), invented])
            print(f"{view.name}: image {image_s:.1f} s, labels {one_s:.2f} s and {three_s:.2f} s", flush=True)
    report(np.array(rows), size, samples)


def outnumbered(labels: NDArray[np.uint16], samples: NDArray[np.uint16], purity: NDArray[np.float32]) -> float:
    """Share of pixels whose label has less of the 64 samples than another."""
    height, width = labels.shape
    blocks = samples.reshape(height, REFERENCE, width, REFERENCE)
    own = (blocks == labels[:, None, :, None]).sum(axis=(1, 3))
    return float((own < np.rint(purity * REFERENCE**2)).mean())


def timed(function, *arguments):  # type: ignore[no-untyped-def]
    started = time.perf_counter()
    return function(*arguments), time.perf_counter() - started


def report(rows: np.ndarray, size: tuple[int, int], samples: int) -> None:
    image_s, one_s, three_s, wrong_one, wrong_three, ties_one, ties_three, edges, _ = rows.mean(axis=0)
    build = compat.versions()["blender"]
    print(f"\n{len(rows)} views of the sample room, {size[0]}x{size[1]}, {samples} samples, Blender {build}\n")
    print(f"{'':34}{'1 sample':>12}{'3 x 3':>12}")
    print(f"{'label render, s/frame':34}{one_s:12.3f}{three_s:12.3f}")
    print(f"{'share of the image, ' + f'{image_s:.1f} s/frame':34}{one_s / image_s:12.1%}{three_s / image_s:12.1%}")
    print(f"{'wrong pixels':34}{wrong_one:12.3%}{wrong_three:12.3%}")
    print(f"{f'wrong, of the edge ({edges:.1%})':34}{wrong_one / edges:12.2%}{wrong_three / edges:12.2%}")
    print(f"{'ties decided otherwise':34}{ties_one:12.3%}{ties_three:12.3%}")
    print(f"{'invented ids, pixels':34}{int(rows[:, -1].sum()):24d}")


if __name__ == "__main__":
    main()
