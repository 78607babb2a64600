"""What the tests of the export share: a dataset read back, and an export that must be refused and leave nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from PIL import Image

from postprocess.dataset import export
from postprocess.errors import ExportError


def read_png(path: Path | IO[bytes]) -> np.ndarray:
    return np.asarray(Image.open(path))


def manifest(out: Path) -> dict:
    return json.loads((out / "dataset.json").read_text(encoding="utf-8"))


def refused(tmp_path: Path, words: str, runs: list[Path], format: str = "nyu", **options) -> None:
    with pytest.raises(ExportError, match=words):
        export(runs, tmp_path / "out", format, **options)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*partial*"))
