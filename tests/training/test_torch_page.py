"""Every command of docs/training.md and docs/experiments.md, in order, with what they take for granted at hand, and
less to learn."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from in_process import run_here
from small_datasets import write_shapes

from experiments import experiment
from experiments.experiment import Experiment, read_experiment

pytest.importorskip("torch", reason="PyTorch is not installed: make test-training")

ROOT = Path(__file__).parents[2]


def commands(page: str) -> Iterator[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        yield from (line for line in block.replace("\\\n", "").splitlines() if not line.startswith("pip install"))


def tiny(command: str) -> str:
    """One epoch of a narrow network; an experiment of a few frames and steps."""
    if command.startswith("labelpass experiments run"):
        return f"{re.sub(r' --(times|repeats) [0-9]+', '', command)} --times 0.001 --repeats 1 --threads 1 --jobs 1"
    if not command.startswith("labelpass train"):
        return command
    command = re.sub(r" --(epochs|width|threads) \S+", "", command)
    return f"{command} --epochs 1 --width 0.1 --threads 1"


def run_all(page: str, folder: Path) -> None:
    for command in commands(page):
        words, _, into = tiny(command).partition(" > ")
        done = run_here(folder, *shlex.split(words)[1:])
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        if into:
            (folder / into).write_text(done.stdout)


def test_every_command_of_training(tmp_path: Path) -> None:
    write_shapes(tmp_path / "runs" / "shapes", 10)
    (tmp_path / "photos").mkdir()
    cv2.imwrite(str(tmp_path / "photos" / "wall.jpg"), np.full((60, 80, 3), 90, np.uint8))
    run_all("training.md", tmp_path)
    assert (tmp_path / "both.html").is_file() and (tmp_path / "models" / "published" / "best.pt").is_file()


CHAIR = """
import bpy, sys
bpy.ops.wm.read_homefile(use_factory_startup=True)
cube = bpy.data.objects["Cube"]
cube.scale = [0.25, 0.25, 0.45]
bpy.data.libraries.write(sys.argv[1], {cube})
"""


def thin(name: str, changes: Iterable[str] = ()) -> Experiment:
    """Of its networks and tests the first: a room for each of eight networks takes minutes."""
    whole = read_experiment(name, changes)
    (model, learner), (test, data) = next(iter(whole.models.items())), next(iter(whole.tests.items()))
    return replace(whole, models={model: learner}, data={learner.data: whole.data[learner.data]}, tests={test: data})


def test_every_command_of_experiments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("bpy", reason="rendered here")
    monkeypatch.setattr(experiment, "read_experiment", thin)
    (tmp_path / "models").mkdir()
    chair = tmp_path / "models" / "chair_box.blend"
    subprocess.run([sys.executable, "-c", CHAIR, str(chair)], check=True, capture_output=True)
    run_all("experiments.md", tmp_path)
    assert all((tmp_path / "results" / name / "results.html").is_file() for name in ("balloons", "rooms", "mine"))
