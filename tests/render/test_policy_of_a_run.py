"""A policy from the file of a label set to a dataset: plan, frame, resume, export."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest
from scenery import camera, rectangle

from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import IGNORE, UNLABELLED
from render_scripts import session
from tests.render.test_transparency import film, mixed, show

TABLE = "id,name,transparency\n2,floor,\n7,pane,ignore\n"


@pytest.fixture
def run(empty_scene, tmp_path):
    """A run of a scene without a label set: a half transparent pane over the left half of a floor."""
    camera(empty_scene, ortho=16)
    rectangle(empty_scene, -9, 9, z=-1, label=2, name="floor")
    tree = film(empty_scene)
    show(tree, mixed(tree, 0.3))
    empty_scene.objects["film"].location.x = -8
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    (tmp_path / "set.csv").write_text(TABLE)
    return tmp_path / "run"


def start(run, table="set.csv"):
    options = ["--label-set", str(run.parent / table), "--size", "16x12", "--samples", "1", "--no-denoise"]
    return session.main(["--out", str(run), *options])


def test_from_the_file_to_the_plan_the_frame_and_the_dataset(run, tmp_path, capfd):
    assert start(run) == 0, capfd.readouterr().err
    assert run_folder.read_plan(run).label_set.by_id[7].transparency == "ignore"
    record = run_folder.read_record(run, 1)
    assert (record["ignore"], record["unlabelled"]) == (96, 0)
    assert record["labels"] == [{"id": 2, "name": "floor", "pixels": 96}]
    dataset = pytest.importorskip("postprocess.dataset", exc_type=ImportError)
    out = tmp_path / "dataset"
    dataset.export([run], out, "nyu")
    from PIL import Image

    (path,) = (each for each in out.rglob("*.png") if "label" in str(each.relative_to(out)))
    values = np.array(Image.open(path))
    assert values.shape == (12, 16) and len(np.unique(values[:, :8])) == 1 and (values[:, 8:] == 2).all()
    assert values[0, 0] not in {2, 7, UNLABELLED, IGNORE}
    assert str(int(values[0, 0])) in json.dumps(json.loads((out / "dataset.json").read_text()))


def test_a_run_goes_on_with_its_own_policy_and_no_other(run, capfd):
    assert start(run) == 0
    (run.parent / "other.csv").write_text(TABLE.replace("ignore", "surface"))
    assert start(run, "other.csv") == 1 and "label" in capfd.readouterr().err
    assert start(run) == 0 and run_folder.read_plan(run).label_set.by_id[7].transparency == "ignore"
