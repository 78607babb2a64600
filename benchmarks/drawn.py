"""How many frames a second are drawn without Blender, and what becomes of them on the way to a dataset?

    python benchmarks/drawn.py [--only rectangles] [--frames 300] [--rounds 5] [--whole 2000]

Rectangles as their recipe has them, 224x224, and cut-outs, 256x256, of things that are made here, over colours and over
pictures. The first table is processor time of one process, the rounds of all columns interleaved and the best of each
taken, so that a busy machine hurts all alike; "arrays" and "files" draw, too, and write, read back and sum a dataset.
The second is the whole command by the clock, in as many processes as there are cores, all of them started anew.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from postprocess.dataset import export
from postprocess.drawn_frames import DrawnFrames
from scenes import cutouts, rectangles
from scenes.drawn import Pages

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Case:
    """A recipe with what is set there, and its pages; `files` is the format of its recipe, with options."""

    title: str
    recipe: str
    settings: tuple[str, ...]
    pages: Pages
    files: tuple[str, dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="RECIPE")
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--whole", type=int, default=2000)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        found = [case for case in cases(root) if options.only in ("", case.recipe)]
        print("| ms of processor time a frame | drawn | a second | arrays | / drawn | files | / drawn |")
        print("|---|---|---|---|---|---|---|")
        for case in found:
            drawn, arrays, files = (1000 * seconds for seconds in measured(case, root, options.frames, options.rounds))
            row = f"{drawn:.2f} | {1000 / drawn:.0f} | {arrays:.2f} | {arrays / drawn:.1f}"
            print(f"| {case.title} | {row} | {files:.2f} | {files / drawn:.1f} |", flush=True)
        print(f"\n| {options.whole} frames, the whole command | s, arrays | frames/s | s, files | frames/s |")
        print("|---|---|---|---|---|")
        for case in found:
            seconds = [whole(case, root, options.whole, arrays) for arrays in (True, False)]
            row = " | ".join(f"{each:.1f} | {options.whole / each:.0f}" for each in seconds)
            print(f"| {case.title}, in all | {row} |", flush=True)


def cases(root: Path) -> tuple[Case, ...]:
    make_cutouts(root / "cutouts")
    make_pictures(root / "pictures")
    plain = cutouts.Settings(root / "cutouts")
    over = cutouts.Settings(root / "cutouts", root / "pictures")
    png, words = ("fastai", {"background_class": True}), (f"cutouts={root / 'cutouts'}",)
    return (
        Case("rectangles", "rectangles", (), rectangles.pages(rectangles.Settings(), 0), ("fastai-tif", {})),
        Case("cut-outs over colours", "cutouts", words, cutouts.pages(plain, 0), png),
        Case(
            "cut-outs over pictures",
            "cutouts",
            (*words, f"backgrounds={root / 'pictures'}"),
            cutouts.pages(over, 0),
            png,
        ),
    )


def make_cutouts(folder: Path) -> None:
    """Four classes of eight blobs each, 300 pixels large, with soft edges and a grain."""
    rng = np.random.default_rng(0)
    for number in range(32):
        shape = np.zeros((300, 300), np.uint8)
        for _ in range(4):
            middle, axes = rng.integers(80, 220, 2).tolist(), rng.integers(20, 75, 2).tolist()
            cv2.ellipse(shape, middle, axes, float(rng.integers(180)), 0, 360, 255, -1)
        grain = rng.normal(0, 12, (300, 300, 1)) + rng.integers(40, 220, 3)
        pixels = np.dstack((np.clip(grain, 0, 255).astype(np.uint8), cv2.GaussianBlur(shape, (0, 0), 1)))
        place = folder / f"class {number % 4}" / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(place), pixels)


def make_pictures(folder: Path) -> None:
    """Ten of clouds, 640x480, as noisy as photographs are."""
    rng = np.random.default_rng(1)
    folder.mkdir()
    for number in range(10):
        clouds = cv2.resize(rng.uniform(0, 255, (12, 16, 3)), (640, 480), interpolation=cv2.INTER_CUBIC)
        noisy = np.clip(clouds + rng.normal(0, 4, clouds.shape), 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), noisy)


def measured(case: Case, root: Path, frames: int, rounds: int) -> list[float]:
    """Seconds of processor time a frame: drawn alone, as arrays, as files."""
    loops: list[Callable[[], None]] = [
        partial(draw_all, case, frames),
        partial(export_all, case, root / "dataset", frames, "numpy", {}),
        partial(export_all, case, root / "dataset", frames, *case.files),
    ]
    best = [float("inf")] * len(loops)
    for _ in range(rounds + 1):  # the first also reads the folders
        for at, loop in enumerate(loops):
            start = time.process_time()
            loop()
            best[at] = min(best[at], (time.process_time() - start) / frames)
    return best


def draw_all(case: Case, frames: int) -> None:
    for frame in range(1, frames + 1):
        case.pages.draw(frame)


def export_all(case: Case, out: Path, frames: int, format: str, options: dict[str, Any]) -> None:
    shutil.rmtree(out, ignore_errors=True)
    drawn = DrawnFrames(case.recipe, case.pages.label_set, case.pages.draw, frames, 0, case.pages.made_of)
    export(drawn, out, format, options=options)


def whole(case: Case, root: Path, frames: int, arrays: bool) -> float:
    """Seconds of the command, from nothing to a dataset."""
    shutil.rmtree(root / "out", ignore_errors=True)
    words = ["dataset", case.recipe, "--count", str(frames), "--out", str(root / "out")]
    if arrays:
        words += ["--set", "export.format=numpy"]
        words += ["--set", "export.background_class="] * ("background_class" in case.files[1])
    for setting in case.settings:
        words += ["--set", setting]
    start = time.perf_counter()
    command = [sys.executable, "labelpass.py", *words, "--jobs", str(os.cpu_count() or 1)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
