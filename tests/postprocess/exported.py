"""What the tests of the export share: a dataset read back, and an export that must be refused and leave nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from PIL import Image

from blender_addon.contract.labels import BACKGROUND, IGNORE, built_in
from blender_addon.contract.run import frame_folder
from postprocess.dataset import export
from postprocess.errors import ExportError
from postprocess.exr import read_labels


def read_png(path: Path | IO[bytes]) -> np.ndarray:
    return np.asarray(Image.open(path))


def manifest(out: Path) -> dict:
    return json.loads((out / "dataset.json").read_text(encoding="utf-8"))


def refused(tmp_path: Path, words: str, runs: list[Path], format: str = "nyu", **options) -> None:
    with pytest.raises(ExportError, match=words):
        export(runs, tmp_path / "out", format, **options)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*partial*"))


def labels_of(run: Path, number: int) -> np.ndarray:
    return read_labels(frame_folder(run, number) / "labels.exr", built_in("nyu40")).pixels


def image_of(run: Path, number: int) -> np.ndarray:
    return read_png(frame_folder(run, number) / "image.png")


def written(labels: np.ndarray, background: int, ignore: int) -> np.ndarray:
    """As on paper: ids as they are."""
    return np.where(labels == BACKGROUND, background, np.where(labels == IGNORE, ignore, labels))


def number_of(name: str) -> int:
    return int(name.rpartition("_")[2])
