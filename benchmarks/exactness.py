"""Are label maps exact? Every hard case beside its answer on paper, and beside the index pass of the image itself.

    python benchmarks/exactness.py [--case glass] [--pictures FOLDER] [--no-room]

The cases are those of the tests (tests/render/exact_*.py): 64x48 pixels, 3,072 of them, whose right labels are computed
from geometry alone. The sample room, last, has no formula: its reference is the majority of 15 x 15 label samples.

wrong      pixels with another label than on paper; those where an edge lies within 0.01 of a pixel from a sample (or
           what the case says) are left out, since rounding decides there
inside     of these, pixels that are a pixel or more away from every edge
invented   pixels with an id that nothing in the scene carries
of image   the same for labels of the image render itself, where a run would take them from there
naive      the same for the object index pass of the image render, with its own samples, depth of field and motion blur

--pictures writes a PNG of each case: ours, on paper, naive.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/render"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy
import exact_cameras
import exact_cases
import exact_copies
import exact_holdouts
import exact_supersampled
import exact_surfaces
import exact_thin
import exact_things
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND, IGNORE, UNLABELLED, built_in
from blender_addon.contract.run import Settings, View
from blender_addon.label_render.label_maps import majority
from blender_addon.label_render.label_pass import render_label_samples, render_labels
from blender_addon.label_render.streams import hushed
from blender_addon.label_render.viewpoints import find_views
from blender_addon.label_render.visibility import instancer_labels_of_frames, things_shown
from render_scripts import passes
from scenes import room

MODULES = (exact_cameras, exact_surfaces, exact_things, exact_copies, exact_holdouts, exact_thin, exact_supersampled)
CASES = [case for module in MODULES for case in module.CASES]
REFERENCE = 15
ROOM_SIZE = (160, 120)
Row = tuple[int | None, int | None, int | None]
NOTHING: Row = (None, None, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--case", default="", help="only cases whose name holds this")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    parser.add_argument("--no-room", dest="room", action="store_false")
    arguments = parser.parse_args()
    print(f"Blender {exact_cases.version()}; pixels: wrong, of these inside, invented\n")
    print(f"{'case':44}{'samples':>8} |{'labelpass':^21}|{'of image':^21}|{'naive':^21}")
    for case in CASES:
        if arguments.case in case.name:
            measure(case, arguments.pictures)
    if arguments.room and not arguments.case:
        measure_room()
    if not arguments.case:
        measure_thin()


def measure(case: exact_cases.Case, pictures: Path | None) -> None:
    with scratch() as (scene, folder):
        answer = case.build(scene)
        right, sure = exact_cases.right_labels(case, answer), exact_cases.settled(case, answer)
        inside, carried = exact_cases.interior(answer.paper), exact_cases.carried()
        taken = exact_cases.image_has_labels(scene, case, answer)
        labels = exact_cases.rendered(scene, case, answer, folder)[1]
        of_image = exact_cases.rendered(scene, case, answer, folder, "image")[1] if taken else None
        beside = exact_cases.naive(scene, folder)
    rows = [compared(found, right, sure, inside, carried) for found in (labels, of_image, beside)]
    tell(case.name, f"{case.k} x {case.k}", *rows)
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        name = "".join(letter if letter.isalnum() else "_" for letter in case.name)
        write_picture(pictures / f"{name}.png", [labels, right, np.zeros_like(right) if beside is None else beside])


def compared(labels, right, sure, inside, carried: set[int]) -> Row:  # type: ignore[no-untyped-def]
    if labels is None:
        return NOTHING
    wrong = (labels != right) & sure
    invented = ~np.isin(labels, [*carried, UNLABELLED, IGNORE, BACKGROUND])
    return int(wrong.sum()), int((wrong & inside).sum()), int(invented.sum())


def tell(name: str, samples: str, *rows: Row) -> None:
    cells = ["".join(f"{'-' if figure is None else figure:>7}" for figure in row) for row in rows]
    print(f"{name:44}{samples:>8} |{'|'.join(cells)}", flush=True)


@contextlib.contextmanager
def scratch() -> Iterator[tuple[bpy.types.Scene, Path]]:
    """An empty scene for Cycles, and a folder for its files."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.engine = "CYCLES"
    with tempfile.TemporaryDirectory() as folder:
        yield bpy.context.scene, Path(folder)


def measure_room() -> None:
    """Three views of the sample room, summed up: 1 sample, 3 x 3, and the index pass, each against 15 x 15."""
    with tempfile.TemporaryDirectory() as name, hushed((1,)):
        folder = Path(name)
        room.save(folder / "room.blend", seed=0)
        bpy.ops.wm.open_mainfile(filepath=str(folder / "room.blend"))
        scene, layer = bpy.context.scene, bpy.context.view_layer
        settings = Settings(ROOM_SIZE, 16, 0, 1, "CPU", False, 0.5, layer.name)
        views = find_views(scene)[::4]
        things = things_shown(scene, layer, views)
        known = {label.id for label in built_in("nyu894").labels}
        references, found = [], {"1 x 1": [], "3 x 3": []}  # type: ignore[var-annotated]
        with instancer_labels_of_frames(layer, things), passes.prepared(scene, settings):  # the room has no copies
            for view in views:
                look(scene, view)
                fine = render_label_samples(scene, replace(settings, label_supersample=REFERENCE), None)
                right, purity = majority(fine, REFERENCE)
                references.append((right, np.ones(right.shape, bool), within(right, purity), known))
                for k, rows in zip((1, 3), found.values()):
                    labels = render_labels(scene, replace(settings, label_supersample=k))[0]
                    rows.append(compared(labels, *references[-1]))
        beside = []
        for view, reference in zip(views, references):
            look(scene, view)
            beside.append(compared(exact_cases.naive(scene, folder, ROOM_SIZE), *reference))
    pixels = len(views) * ROOM_SIZE[0] * ROOM_SIZE[1]
    for samples, rows in found.items():
        tell(f"sample room, of {pixels:,} pixels", samples, summed(rows), NOTHING, summed(beside))


def summed(rows: list[Row]) -> Row:
    a, b, c = (sum(figure or 0 for figure in column) for column in zip(*rows))
    return a, b, c


def measure_thin() -> None:
    """How many pieces a pole of 0.6 pixels falls into."""
    print(f"\n{'pole of 0.6 pixels':44}{'samples':>8} | pieces pixels")
    for case in exact_thin.CASES[:3]:
        with scratch() as (scene, folder):
            line = exact_cases.rendered(scene, case, case.build(scene), folder)[1] == exact_cases.THING
        thin = "thin label" if case.build is exact_thin.thin_pole else "majority"
        print(f"{thin:44}{f'{case.k} x {case.k}':>8} |{exact_thin.pieces(line):7}{int(line.sum()):7}")


def look(scene: bpy.types.Scene, view: View) -> None:
    scene.frame_set(view.scene_frame)
    scene.camera = scene.objects[view.camera]


def within(labels: NDArray[np.uint16], purity: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Pixels whose neighbours are all pure and of their own label."""
    alike = np.where(purity == 1, labels.astype(np.int64), -1)
    window = np.lib.stride_tricks.sliding_window_view(np.pad(alike, 1, mode="edge"), (3, 3))
    return (window == labels[..., None, None]).all(axis=(2, 3))


def write_picture(path: Path, maps: list[NDArray[np.uint16]]) -> None:
    """The label maps side by side, eight times as large, each code in a colour of its own."""
    from PIL import Image

    codes = np.unique(np.concatenate([each.ravel() for each in maps]))
    colors = np.random.default_rng(7).integers(60, 255, (len(codes), 3)).astype(np.uint8)
    colors[codes == BACKGROUND] = 0
    gap = np.full((maps[0].shape[0], 2, 3), 255, np.uint8)
    parts = [part for each in maps for part in (colors[np.searchsorted(codes, each)], gap)][:-1]
    Image.fromarray(np.concatenate(parts, axis=1).repeat(8, axis=0).repeat(8, axis=1)).save(path)


if __name__ == "__main__":
    main()
