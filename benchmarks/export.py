"""How fast is the export, how much of its time is the bare decoding and encoding that nobody can avoid, and do more
processes export more?

    python benchmarks/export.py [--frames 48] [--sizes 640x480,1920x1080] [--rounds 5] [--jobs 1,2]

Makes run folders of its own (furniture-like patches with noise in the pictures). The rows of a size are CPU time of one
process, the rounds of all rows interleaved and the best of each taken, so that a busy machine hurts all rows alike.

bare, label    OpenEXR reads `labels.exr`, a cast to 8 bit, OpenCV's default PNG encoder, the file is written
bare, image    OpenCV decodes `image.png` and encodes it again, the file is written
read back      what the promise "every file is decoded again before the export is done" costs with OpenCV's decoder

The bare rows check nothing and remap nothing. The export's rows do all that `labelpass export` does: whole ids, known
ids, checksums of labels and pictures, remap, class counts, writing, reading back and comparing.

The rows of several processes are frames a second by the clock, of the first size, from the first result on, when all
processes have started; the rounds are interleaved as well. On a machine that others use they say little.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import OpenEXR

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from blender_addon.contract.labels import BACKGROUND, built_in
from blender_addon.contract.run import (
    FRAMES,
    LABEL_CHANNEL,
    Plan,
    Settings,
    View,
    new_frame,
    pixel_checksum,
    write_plan,
)
from postprocess.convert import Recipe, convert
from postprocess.dataset import export
from postprocess.exporters import FORMATS
from postprocess.frames import Frame
from postprocess.labelmap import lookup_table
from postprocess.layout import Placed, Places, encoding_table
from postprocess.pictures import Pictures
from postprocess.run_frames import frames_of_runs


def make_run(run: Path, frames: int, size: tuple[int, int]) -> None:
    """A run whose label maps have walls, a floor and some forty rotated boxes and ellipses, as a furnished room has."""
    label_set = built_in("nyu40")
    views = tuple(View(n, n, "Camera", f"view {n}") for n in range(1, frames + 1))
    settings = Settings(size, 8, 0, 1, "CPU", True, 0.5, "ViewLayer")
    write_plan(run, Plan(label_set, "synthetic", "0" * 64, views, settings, {}))
    for view in views:
        labels, image = _room(np.random.default_rng([0, view.frame]), size)
        with new_frame(run, view.frame) as folder:
            cv2.imwrite(str(folder / "image.png"), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
            header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
            OpenEXR.File(header, {LABEL_CHANNEL: labels.astype(np.float32)}).write(str(folder / "labels.exr"))
            files = {
                "image.png": stored(image),
                "labels.exr": stored(labels),
            }
            record = {"schema": 1, "frame": view.frame, "view": vars(view), "seed": 0, "labels": [], "files": files}
            (folder / "frame.json").write_text(json.dumps(record))


def stored(pixels: np.ndarray) -> dict[str, object]:
    checksum = pixel_checksum(pixels.shape, pixels.dtype.name, pixels.data)
    return {"checksum": checksum, "shape": list(pixels.shape), "dtype": pixels.dtype.name}


def _room(rng: np.random.Generator, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    width, height = size
    labels = np.full((height, width), 1, np.uint16)
    labels[height * 2 // 3 :] = 2
    labels[: height // 8, : width // 3] = BACKGROUND
    for _ in range(40):
        center = int(rng.integers(width)), int(rng.integers(height))
        reach = int(rng.integers(6, width // 7)), int(rng.integers(6, height // 6))
        angle, id_ = float(rng.integers(180)), int(rng.integers(3, 41))
        if rng.random() < 0.5:
            cv2.ellipse(labels, center, reach, angle, 0, 360, id_, -1)
        else:
            corners = cv2.boxPoints((center, (2 * reach[0], 2 * reach[1]), angle))
            cv2.fillPoly(labels, [corners.astype(np.int32)], id_)
    tones = rng.integers(30, 200, (65536, 3)).astype(np.float32)
    light = np.linspace(0, 50, width, dtype=np.float32)[None, :, None]
    image = tones[labels] + light + rng.normal(0, 2, (height, width, 3)).astype(np.float32)
    return labels, np.clip(image, 0, 255).astype(np.uint8)


def rows(run: Path, scratch: Path) -> dict[str, Callable[[], None]]:
    """{name: one pass over all frames}."""
    folders = sorted((run / FRAMES).iterdir())
    return {
        "bare, label": partial(bare_labels, folders, scratch),
        "read back, label": partial(read_back, scratch / "labels"),
        "export, label": partial(export_labels, *labels_alone(run), scratch),
        "bare, image": partial(bare_images, folders, scratch),
        "read back, image": partial(read_back, scratch / "images"),
        "export, image + label": partial(export_all, run, scratch),
    }


def fresh(folder: Path) -> Path:
    """An empty folder: creating a file can cost more than its bytes, so every row creates its files anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def bare_labels(folders: list[Path], scratch: Path) -> None:
    out = fresh(scratch / "labels")
    for folder in folders:
        file = OpenEXR.InputFile(str(folder / "labels.exr"))
        window = file.header()["dataWindow"]
        values = np.frombuffer(file.channel(LABEL_CHANNEL), np.float32).reshape(window.max.y + 1, window.max.x + 1)
        file.close()
        (out / f"{folder.name}.png").write_bytes(cv2.imencode(".png", values.astype(np.uint8))[1].tobytes())


def bare_images(folders: list[Path], scratch: Path) -> None:
    out = fresh(scratch / "images")
    for folder in folders:
        pixels = cv2.imdecode(np.frombuffer((folder / "image.png").read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        (out / f"{folder.name}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())


def read_back(folder: Path) -> None:
    for path in folder.iterdir():
        cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)


def labels_alone(run: Path) -> tuple[list[tuple[Frame, Placed]], Recipe]:
    """What the export hands to `convert` where a format takes no pictures."""
    collection = frames_of_runs([run])
    label_set = collection.sources[0].label_set
    layout = FORMATS["segnet"]()
    encoding = layout.encoding(label_set)
    same = lookup_table({id_: id_ for id_ in label_set.by_id})
    recipe = Recipe(
        sources=collection.sources,
        crosswalks=(same,),
        written=(encoding_table(encoding)[same],),
        palette=encoding.palette(),
        size=None,
        ignore_below=None,
        ignore_band=0,
        pictures=Pictures(),
        encoding=encoding,
    )
    work = []
    for number, frame in enumerate(collection.frames, start=1):
        label = layout.places("train", frame.key.name, "").label
        work.append((frame, Placed(frame.key.name, number, "train", Places(label=label))))
    return work, recipe


def export_labels(work: list[tuple[Frame, Placed]], recipe: Recipe, scratch: Path) -> None:
    out = fresh(scratch / "converted")
    for frame, placed in work:
        convert(frame, placed, recipe, out)


def export_all(run: Path, scratch: Path) -> None:
    export([run], fresh(scratch / "dataset"), "segnet", jobs=1)


def measured(run: Path, scratch: Path, frames: int, rounds: int) -> dict[str, float]:
    """{row: seconds of CPU a frame}."""
    loops = rows(run, scratch)
    best = dict.fromkeys(loops, float("inf"))
    for _ in range(rounds + 1):  # the first round also warms caches; a minimum does not mind
        for name, loop in loops.items():
            start = time.process_time()
            loop()
            best[name] = min(best[name], (time.process_time() - start) / frames)
    return best


def rates(run: Path, scratch: Path, jobs: list[int], rounds: int) -> dict[int, float]:
    """{processes: frames a second}, the best of all rounds."""
    best = dict.fromkeys(jobs, 0.0)
    for _ in range(rounds):
        for count in jobs:
            seen: list[tuple[float, int]] = []
            export([run], fresh(scratch / "dataset"), "segnet", jobs=count, progress=partial(_note, seen))
            (began, first), (ended, last) = seen[0], seen[-1]
            best[count] = max(best[count], (last - first) / max(ended - began, 1e-9))
    return best


def _note(seen: list[tuple[float, int]], done: int, total: int) -> None:
    seen.append((time.perf_counter(), done))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--sizes", default="640x480,1920x1080")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", default="1,2")
    arguments = parser.parse_args()
    sizes = [tuple(map(int, size.split("x"))) for size in arguments.sizes.split(",")]
    jobs = [int(count) for count in arguments.jobs.split(",")]
    cv2.setNumThreads(1)
    for at, (width, height) in enumerate(sizes):
        with tempfile.TemporaryDirectory() as folder:
            run, scratch = Path(folder, "run"), Path(folder, "scratch")
            scratch.mkdir()
            make_run(run, arguments.frames, (width, height))
            _report(measured(run, scratch, arguments.frames, arguments.rounds), width, height)
            if at == 0:
                _report_rates(rates(run, scratch, jobs, arguments.rounds))


def _report_rates(best: dict[int, float]) -> None:
    one = min(best)
    print(f"{'processes':26}{'frames/s':>10}{f'/ {one}':>10}")
    for count, rate in best.items():
        print(f"{count:<26}{rate:10.1f}{rate / best[one]:10.2f}")
    print()


def _report(best: dict[str, float], width: int, height: int) -> None:
    print(f"{width}x{height}, CPU time of one process, OpenCV {cv2.__version__}, NumPy {np.__version__}\n")
    print(f"{'':26}{'ms/frame':>10}{'frames/s':>10}")
    for name, seconds in best.items():
        print(f"{name:26}{1000 * seconds:10.2f}{1 / seconds:10.0f}")
    label, image = best["bare, label"], best["bare, image"]
    checked_label = label + best["read back, label"]
    checked_image = image + best["read back, image"]
    print(f"\n{'export rate / bare rate':40}{'label':>8}{'image + label':>16}")
    for name, of_label, of_image in (
        ("decode + encode", label, image),
        ("decode + encode + read back", checked_label, checked_image),
    ):
        shares = of_label / best["export, label"], (of_label + of_image) / best["export, image + label"]
        print(f"{name:40}{shares[0]:8.0%}{shares[1]:16.0%}")
    print()


if __name__ == "__main__":
    main()
