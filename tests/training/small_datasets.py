"""Datasets that a tiny network learns in seconds: two rectangles on a ground, each class of another colour."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "postprocess"))  # `small_inputs`, which writes runs

from small_inputs import write_frame

from blender_addon.contract.labels import IGNORE, Label, LabelSet
from blender_addon.contract.run import Plan, Settings, View, write_plan
from postprocess.dataset import export

SHAPES = LabelSet(
    "shapes",
    (Label(1, "ground", (90, 90, 90)), Label(4, "red one", (220, 40, 40)), Label(9, "blue one", (40, 40, 220))),
)
SIZE = (48, 40)


def rectangles(rng: np.random.Generator, size: tuple[int, int] = SIZE) -> tuple[np.ndarray, np.ndarray]:
    """Label ids (H, W) with a rim that is ignored, and an image with a little noise."""
    width, height = size
    labels = np.full((height, width), 1, np.uint16)
    for id_ in (4, 9):
        wide, high = rng.integers(width // 5, 2 * width // 5), rng.integers(height // 5, 2 * height // 5)
        x, y = rng.integers(0, width - wide), rng.integers(0, height - high)
        labels[y : y + high, x : x + wide] = id_
    colors = np.zeros((10, 3))
    colors[[1, 4, 9]] = [label.color for label in SHAPES.labels]
    image = np.clip(colors[labels] + rng.normal(0, 12, (height, width, 3)), 0, 255).astype(np.uint8)
    labels[:2] = IGNORE
    return labels, image


def write_shapes(run: Path, frames: int = 12, size: tuple[int, int] = SIZE, label_set: LabelSet = SHAPES) -> Path:
    """A run of such frames, each a view of its own."""
    views = tuple(View(number, number, "Camera", f"view {number}") for number in range(1, frames + 1))
    settings = Settings(size, 8, 0, 1, "CPU", False, 0.5, "ViewLayer")
    write_plan(run, Plan(label_set, "shapes.blend", "0" * 64, views, settings, {"blender": "4.5.15"}))
    for view in views:
        labels, image = rectangles(np.random.default_rng([7, view.frame]), size)
        write_frame(run, view, labels, image)
    return run


def shapes_dataset(
    folder: Path, format: str = "segnet", frames: int = 12, size: tuple[int, int] = SIZE, **options: object
) -> Path:
    """FOLDER/format: an export of such a run, half of it to train on, a quarter to validate and to test each."""
    run = folder / f"run-{frames}"
    if not run.exists():
        write_shapes(run, frames, size)
    wishes = {"split": (0.5, 0.25, 0.25), **options}
    return export([run], folder / format, format, **wishes).out
