"""Writing a dataset on a disk that lies or is full, and with processes that die: an error, and nothing left behind."""

from __future__ import annotations

import dataclasses
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from exported import refused

from blender_addon.contract.machine import this_machine
from postprocess import png, pool, staging
from postprocess.dataset import export


@pytest.mark.parametrize("name", ["images", "labels", "colors", "dataset.json", "train.txt"])
def test_a_disk_that_lies_is_found(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    class Lying(io.BytesIO):
        def read(self, *size: int) -> bytes:
            data = super().read(*size)
            return data[:-1] + b"?" if data else data

    def lying(place: Path, mode: str):
        return Lying() if name in (place.name, place.parent.name) else open(place, mode)

    monkeypatch.setattr(staging, "open", lying, raising=False)
    refused(tmp_path, f"{name}.*does not hold what was written", [run])


def test_an_encoder_that_lies_is_found(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = png.encode
    monkeypatch.setattr(png, "encode", lambda lines: encode(dataclasses.replace(lines, rows=lines.rows ^ 1)))
    refused(tmp_path, r"labels.*\.png would not decode to what it was made of", [run])


def test_what_killed_exports_left_is_removed(run: Path, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f".out.partial-{this_machine()}-{gone.pid}"
    alive = tmp_path / f".out.partial-{this_machine()}-{os.getppid()}"
    for folder in (left, alive):
        folder.mkdir()
        (folder / "x.png").write_bytes(b"x")
    export([run], tmp_path / "out", "nyu")
    assert not left.exists() and alive.exists()


def test_a_full_disk_is_an_error_that_leaves_nothing(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(place: Path, mode: str) -> None:
        raise OSError(28, "No space left on device", str(place))

    monkeypatch.setattr(staging, "open", full, raising=False)
    refused(tmp_path, "No space left on device.*nothing was written", [run])


def test_a_killed_worker_is_an_error_that_leaves_nothing(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_convert_batch", _die)
    refused(tmp_path, "one of 2 processes was killed", [run], jobs=2)


def _die(*ignored: object) -> None:
    os._exit(9)
