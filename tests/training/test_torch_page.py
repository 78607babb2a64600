"""Every command of docs/training.md, in order, with a run and photos at hand, and less to learn."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from small_datasets import write_shapes

pytest.importorskip("torch", reason="PyTorch is not installed: make test-training")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")


def commands() -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        yield from (line for line in block.splitlines() if not line.startswith("pip install"))


def tiny(command: str) -> str:
    """One epoch of a narrow network."""
    if not command.startswith("labelpass train"):
        return command
    command = re.sub(r" --(epochs|width|threads) \S+", "", command)
    return f"{command} --epochs 1 --width 0.1 --threads 1"


def test_every_command(tmp_path):
    write_shapes(tmp_path / "runs" / "shapes", 10)
    (tmp_path / "photos").mkdir()
    cv2.imwrite(str(tmp_path / "photos" / "wall.jpg"), np.full((60, 80, 3), 90, np.uint8))
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "labelpass"
    program.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / "labelpass.py"))} "$@"\n'
    )
    program.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    for command in commands():
        call = ["sh", "-c", tiny(command)]
        done = subprocess.run(call, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "both.html").is_file() and (tmp_path / "models" / "published" / "best.pt").is_file()
