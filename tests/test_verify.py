"""`labelpass verify` as a person or a CI job types it: a table, JSON, exit codes, and damage that is found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest
from scenery import camera, new_scene, rectangle

from blender_addon import scene_labels
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import built_in
from blender_addon.contract.seal import sealed
from blender_addon.label_render import exr

ROOT = Path(__file__).resolve().parents[1]


def labelpass(*arguments, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "labelpass.py"), *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with `a scene.blend`, a floor and a table of half its size, and `run`, two frames of 16x12 pixels."""
    folder = tmp_path_factory.mktemp("made")
    scene = new_scene()
    camera(scene, ortho=4)
    rectangle(scene, -9, 9, label=2, name="Floor")
    rectangle(scene, -9, 0, z=1, label=7, name="Table\n行")
    scene_labels.set_label_set(scene, built_in("nyu40"))
    path = folder / "a scene.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    options = ("--size", "16x12", "--samples", 1, "--no-denoise", "--label-supersample", 3, "--verify-rays", 20)
    labelpass("render", path, "--out", folder / "run", "--frames", "1-2", *options)
    return folder


@pytest.fixture
def run(made, tmp_path) -> Path:
    shutil.copytree(made, tmp_path / "made")
    return tmp_path / "made" / "run"


def test_a_good_run(run):
    done = labelpass("verify", run, "--rays", 30)
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[0] == ["frame", "file", "agreed", "differ", "unjudged"]
    counts = (("1", "30"), ("2", "30"), ("all", "60"))
    assert rows[1:4] == [[frame, "labels", count, "0", "0"] for frame, count in counts]
    assert done.stdout.endswith("labelpass: 2 frames: every ray that can tell agrees\n") and done.stderr == ""


def test_a_frame_stores_its_score(run):
    verified = run_folder.read_record(run, 1)["verified"]
    labels = {"agreed": 20, "differing": [], "not_judged": {}}
    assert verified == {"rays": 20, "seed": 0, "labels": labels}


def forge(run: Path, frame: int, change) -> None:
    """Other labels in the place of those of a frame, with a record that fits them."""
    folder = run_folder.frame_folder(run, frame)
    labels = exr.read_zip(folder / run_folder.LABELS)[run_folder.LABEL_CHANNEL].astype(np.uint16)
    change(labels)
    exr.write_zip(folder / run_folder.LABELS, {run_folder.LABEL_CHANNEL: labels.astype(np.float32)})
    record = run_folder.read_record(run, frame)
    stored = record["files"][run_folder.LABELS]
    stored["checksum"] = run_folder.pixel_checksum(labels.shape, "uint16", labels.data)
    stored["bytes"] = (folder / run_folder.LABELS).stat().st_size
    run_folder.write_text(folder / run_folder.RECORD, run_folder.to_json(sealed(record)))


def test_a_forged_half_is_found_and_said(run):
    def paint(labels):
        labels[:, :8] = 5

    forge(run, 2, paint)
    labelpass("verify", run)  # nothing is wrong with the files
    done = labelpass("verify", run, "--rays", 192, code=1)
    assert "the file says chair (5), the ray table (7) at 'Table\\n行'" in done.stdout
    assert done.stdout.endswith("labelpass: 2 frames: 1 frame not as the scene says\n")
    document = json.loads(labelpass("verify", run, "--rays", 192, "--json", "--frames", 2, code=1).stdout)
    assert (document["schema"], document["ok"], list(document["frames"])) == ("labelpass.verify/1", False, ["2"])
    labels = document["frames"]["2"]["labels"]
    assert (labels["agreed"], len(labels["differing"]), labels["not_judged"]) == (96, 96, {})
    assert {tuple(each) for each in map(sorted, labels["differing"])} == {("file", "object", "pixel", "ray")}
    labelpass("verify", run, "--rays", 192, "--frames", 1)


@pytest.mark.slow
def test_the_same_seed_asks_the_same_pixels(run):
    def paint(labels):
        labels[::3] = 5

    forge(run, 1, paint)
    first, again, other = (
        labelpass("verify", run, "--rays", 20, "--frames", 1, "--json", "--seed", seed, code=1).stdout
        for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize("options", [(), ("--rays", 5)])
def test_damage_is_told(run, options):
    (run / "frames/000001" / run_folder.PURITY).write_bytes(b"short")
    done = labelpass("verify", run, *options, code=1)
    assert "labelpass: frame 1 is damaged: " in done.stdout and "purity.exr has 5 bytes" in done.stdout
    *_, summary, last = done.stdout.splitlines()
    assert (last if options else summary).startswith("labelpass: 2 frames: ")
    assert options or "--repair" in last


@pytest.mark.slow
def test_pixels_that_are_not_those_that_were_rendered(run):
    path = run / "frames/000001" / run_folder.LABELS
    size = path.stat().st_size
    labels = exr.read_zip(path)
    labels[run_folder.LABEL_CHANNEL][0, 0] = 5
    exr.write_zip(path, labels)
    data = path.read_bytes()
    record = run_folder.read_record(run, 1)
    record["files"][run_folder.LABELS]["bytes"] = len(data)
    run_folder.write_text(path.with_name(run_folder.RECORD), run_folder.to_json(sealed(record)))
    for options in ((), ("--rays", 5)):
        assert "wrong checksum" in labelpass("verify", run, *options, code=1).stdout
    assert size > 0


def test_a_repair_renders_damaged_frames_again(run):
    whole = {path: path.read_bytes() for path in run.glob("frames/*/labels.exr")}
    path = run / "frames/000002" / run_folder.LABELS
    data = bytearray(path.read_bytes())
    data[-20] ^= 1  # which only decoding shows
    path.write_bytes(data)
    done = labelpass("verify", run, "--repair")
    assert "frame 2 is damaged: " in done.stdout and "1 of 2 frames at 16x12" in done.stdout
    aside = run / "frames/.damaged-000002-1"
    assert f"labelpass: frame 2 is rendered again; the broken one is {aside}" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("labelpass: 2 frames: all files of pixels are as they were written")
    assert {path: path.read_bytes() for path in whole} == whole
    assert (aside / run_folder.LABELS).read_bytes() == bytes(data)


@pytest.mark.slow
def test_a_repair_without_a_scene_changes_nothing(run):
    path = run / "frames/000002" / run_folder.LABELS
    path.write_bytes(b"short")
    (run.parent / "a scene.blend").rename(run.parent / "elsewhere.blend")
    assert "name it with --scene FILE" in labelpass("verify", run, "--repair", code=1).stderr
    other = run.parent / "other.blend"
    other.write_bytes((run.parent / "elsewhere.blend").read_bytes() + b" ")
    done = labelpass("verify", run, "--repair", "--scene", other, code=1)
    assert "was planned for another state" in done.stderr
    assert "frame 2 did not come back, and stands as it was" in done.stderr
    assert path.read_bytes() == b"short" and not list(run.glob("frames/.damaged*"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--repair", "--json"), "--repair prints what a render says, so it goes without --json"),
        (("--repair", "--rays", 5), "--repair and --strict go without --rays"),
        (("--jobs", 0), "--jobs 0: at least one thread is needed"),
    ],
)
def test_options_that_do_not_go_together(run, options, said):
    assert said in labelpass("verify", run, *options, code=1).stderr


@pytest.mark.slow
def test_a_dataset_by_the_same_command(run, tmp_path):
    labelpass("export", run, "--format", "nyu", "--split", "1/0/0", "--out", tmp_path / "nyu")
    assert labelpass("verify", tmp_path / "nyu").stdout.splitlines()[-1].startswith("labelpass: 2 frames: ")
    (tmp_path / "nyu" / "labels" / "run_000001.png").unlink()
    done = labelpass("verify", tmp_path / "nyu", "--repair", code=1)
    assert "labels/run_000001.png is missing, and train.txt, line " in done.stdout
    assert "labelpass export run --format nyu --split 1/0/0 " in done.stdout
    assert "--rays and --frames are of runs" in labelpass("verify", tmp_path / "nyu", "--rays", 5, code=1).stderr


@pytest.mark.slow
def test_another_scene_is_refused(run):
    other = run.parent / "other.blend"
    other.write_bytes((run.parent / "a scene.blend").read_bytes() + b" ")
    done = labelpass("verify", run, "--rays", 5, "--scene", other, code=1)
    assert "is not the file that" in done.stderr and len(done.stderr.splitlines()) == 1
    (run.parent / "a scene.blend").unlink()
    done = labelpass("verify", run, "--rays", 5, code=1)
    assert "was rendered from 'a scene.blend', which is not beside it: name it with --scene FILE" in done.stderr


@pytest.mark.parametrize(
    ("options", "said", "code"),
    [
        (["--rays", "0"], "not a whole number from 1", 2),
        (["--rays", "many"], "not a whole number", 2),
        (["--frames", "x"], "frames 'x'", 2),
        (["--frames", "9"], "has no frame 9", 1),
        (["--rays", "5", "--scene", "none.blend"], "none.blend: no such file", 1),
        (["--rays", "5", "--blender", "no-such-blender"], "no such program", 1),
    ],
)
def test_what_cannot_be_verified_is_one_clear_line(run, options, said, code):
    done = labelpass("verify", run, *options, code=code)
    assert said in done.stderr and done.stdout == ""


def test_a_folder_that_is_no_run(tmp_path):
    said = labelpass("verify", tmp_path, code=1).stderr
    assert "is neither a run (it has no plan.json) nor a dataset (it has no dataset.json)" in said
    assert "nowhere is not there" in labelpass("verify", tmp_path / "nowhere", code=1).stderr


@pytest.mark.slow
def test_an_installed_blender_says_the_same(run, tmp_path):
    blender = tmp_path / "blender"
    if os.environ.get("BLENDER"):
        blender = Path(os.environ["BLENDER"])
    else:
        entry = ROOT / "tests/render/as_blender.py"
        blender.write_text(f'#!/bin/sh\necho chatter\nexec "{sys.executable}" "{entry}" "$@"\n')
        blender.chmod(0o755)
    ours, theirs = (labelpass("verify", run, "--rays", 30, *more).stdout for more in ((), ("--blender", blender)))
    assert theirs == ours


def test_exit_codes_are_in_the_help():
    assert "Exit codes: 0 " in " ".join(labelpass("verify", "--help").stdout.split())
