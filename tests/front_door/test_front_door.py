"""The whole way through the front door, as a person types it: render, resume, be killed, share a run, export."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import bpy
import pytest
from command_line import ROOT, SMALL, checksums, labelpass

from blender_addon.contract import run as run_folder


def test_with_no_more_than_out_the_views_are_rendered_and_the_file_stays_as_it_was(scene_file, finished):
    plan = run_folder.read_plan(finished)
    assert [view.name for view in plan.views] == ["near", "left", "right", "far"]
    assert run_folder.finished_frames(finished) == [1, 2, 3, 4]
    record = run_folder.read_record(finished, 1)
    assert {row["name"] for row in record["labels"]} == {"floor", "table"}
    pixels = sum(row["pixels"] for row in record["labels"])
    assert pixels + record["unlabelled"] + record["background"] + record["ignore"] == 16 * 12
    assert set(record["files"]) == {"image.png", "labels.exr", "purity.exr"}
    content = hashlib.sha256(hashlib.file_digest(open(scene_file, "rb"), "sha256").digest()).hexdigest()  # noqa: SIM115
    assert plan.scene_sha256 == content, "the plan's hash, made before rendering, is that of the file now"


def test_a_second_start_renders_nothing_and_a_missing_frame_comes_back_the_same(scene_file, finished, tmp_path):
    run = shutil.copytree(finished, tmp_path / "run")
    before = checksums(run)
    kept = {frame: (run_folder.frame_folder(run, frame) / "frame.json").stat().st_mtime_ns for frame in before}
    assert "4 done already" in labelpass("render", scene_file, "--out", run).stdout
    shutil.rmtree(run_folder.frame_folder(run, 3))
    assert "3 done already" in labelpass("render", scene_file, "--out", run).stdout
    assert checksums(run) == before
    after = {frame: (run_folder.frame_folder(run, frame) / "frame.json").stat().st_mtime_ns for frame in before}
    assert {frame for frame in before if after[frame] != kept[frame]} == {3}


def test_a_frame_alone_is_the_frame_of_the_whole_run(scene_file, finished, tmp_path):
    run = tmp_path / "run"
    labelpass("render", scene_file, "--out", run, *SMALL, "--label-supersample", "3", "--frames", "3")
    assert checksums(run) == {3: checksums(finished)[3]}


@pytest.mark.slow
def test_seed_0_is_a_seed(scene_file, finished, tmp_path):
    for seed, same in ((0, True), (1, False)):
        run = tmp_path / str(seed)
        labelpass("render", scene_file, "--out", run, *SMALL, "--seed", seed, "--frames", "1")
        drawn = run_folder.read_record(run, 1)["draw"], run_folder.read_record(finished, 1)["draw"]
        assert (drawn[0] == drawn[1]) is same


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("--samples", "2"), "samples is 1 there and 2 here"),
        (("--seed", "5"), "seed is 0 there and 5 here"),
        (("--size", "32x24"), "size is (16, 12) there and (32, 24) here"),
        (("--frames", "9"), "without frame 9"),
        (("--label-set", "nyu13"), "planned with another label set"),
    ],
)
def test_a_plan_never_changes(scene_file, finished, change, told):
    before = (finished / "plan.json").read_bytes()
    assert told in labelpass("render", scene_file, "--out", finished, *change, check=1).stderr
    assert (finished / "plan.json").read_bytes() == before


def test_another_state_of_the_scene_is_refused(scene_file, finished, tmp_path):
    changed = tmp_path / scene_file.name
    bpy.ops.wm.open_mainfile(filepath=str(scene_file))
    bpy.data.objects["Table"].location.x = 1
    bpy.ops.wm.save_as_mainfile(filepath=str(changed), copy=True)
    assert "another state of" in labelpass("render", changed, "--out", finished, check=1).stderr


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost_or_half_there(scene_file, tmp_path):
    """-9 at random moments, from the first import to the last rename, until a run comes through undisturbed."""
    run, rng, done_before = tmp_path / "run", random.Random(3), {}
    options = ["render", str(scene_file), *SMALL, "--frames", "1-40"]
    command = [sys.executable, str(ROOT / "labelpass.py"), *options, "--out", str(run)]
    for _ in range(6):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        frames, deadline = len(done_before), time.monotonic() + 30
        while len(run_folder.finished_frames(run)) == frames and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.1))
        assert process.poll() is None, "it came through before it could be killed: give it more frames"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        now = checksums(run)
        for frame, files in now.items():
            assert {path.name for path in run_folder.frame_folder(run, frame).iterdir()} == {*files, "frame.json"}
        assert done_before.items() <= now.items()
        done_before = now
    labelpass(*options, "--out", run)
    undisturbed = tmp_path / "undisturbed"
    labelpass(*options, "--out", undisturbed)
    assert checksums(run) == checksums(undisturbed)
    assert not list((run / "frames").glob(".partial*"))


def test_export_through_the_front_door(finished, tmp_path):
    labelpass("export", finished, "--format", "segnet", "--labels", "nyu13", "--out", tmp_path / "segnet")
    told = labelpass("export", finished, "--format", "nyu", "--out", tmp_path / "nyu", "--ignore-impure", "0.6").stdout
    assert "nyu40" in told
    assert json.loads((tmp_path / "segnet" / "dataset.json").read_text())["format"] == "segnet"
    again = labelpass("export", finished, "--format", "nyu", "--out", tmp_path / "nyu", check=1)
    assert "is there already" in again.stderr
    assert labelpass("sheet", finished, "--out", tmp_path / "sheet.png").returncode == 0


def test_frames_without_their_plan_are_not_adopted(scene_file, finished, tmp_path):
    run = shutil.copytree(finished, tmp_path / "run")
    (run / "plan.json").unlink()
    told = labelpass("render", scene_file, "--out", run, *SMALL, check=1).stderr
    assert "has frames" in told and not (run / "plan.json").exists()


def test_a_damaged_frame_is_put_aside_and_rendered_again(scene_file, finished, tmp_path):
    run = shutil.copytree(finished, tmp_path / "run")
    (run / "frames" / "000002" / "labels.exr").write_bytes(b"")
    shutil.rmtree(run / "frames" / "000003")
    (run / "frames" / "000003").mkdir()
    cut = run / "frames" / "000004" / "image.png"
    cut.write_bytes(cut.read_bytes()[:-1])
    refused = labelpass("export", run, "--format", "nyu", "--out", tmp_path / "nyu", check=1)
    assert f"labelpass verify {run} --repair renders damaged frames anew" in refused.stderr
    told = labelpass("render", scene_file, "--out", run, *SMALL, "--label-supersample", "3")
    assert (
        "labels.exr is missing or empty: rendered again; the old one is" in told.stderr
        and "1 done already" in told.stdout
    )
    assert checksums(run) == checksums(finished)
    assert sorted(path.name for path in (run / "frames").glob(".*")) == [f".damaged-00000{n}-1" for n in (2, 3, 4)]


# Several machines, one run


def test_several_nodes_may_begin_the_same_run_at_once(scene_file, finished, tmp_path):
    run = tmp_path / "run"
    command = [sys.executable, str(ROOT / "labelpass.py"), "render", str(scene_file), "--out", str(run), *SMALL]
    command += ["--label-supersample", "3"]
    nodes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    told = [node.communicate(timeout=120) for node in nodes]
    assert [node.returncode for node in nodes] == [0, 0, 0], told
    assert checksums(run) == checksums(finished)
    assert not list(run.glob("**/.*"))


@pytest.mark.slow
def test_a_node_leaves_out_what_another_one_did_meanwhile(scene_file, finished, tmp_path):
    run = tmp_path / "run"
    command = [sys.executable, str(ROOT / "labelpass.py"), "render", str(scene_file), "--out", str(run), *SMALL]
    command += ["--label-supersample", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as node:
        for line in node.stdout:
            if "[1/4]" in line:
                break
        os.kill(node.pid, signal.SIGSTOP)
        labelpass("render", scene_file, "--out", run, *SMALL, "--label-supersample", "3")
        os.kill(node.pid, signal.SIGCONT)
        told, _ = node.communicate(timeout=60)
    assert node.returncode == 0 and "frame 4 'far' came from elsewhere" in told
    assert checksums(run) == checksums(finished)


def test_nodes_may_share_the_frames_of_a_run(scene_file, finished, tmp_path):
    run = tmp_path / "run"
    options = ("--out", run, *SMALL, "--label-supersample", "3")
    told = labelpass("render", scene_file, *options, "--frames", "3-4").stdout
    assert "2 of 4 frames" in told and run_folder.finished_frames(run) == [3, 4]
    labelpass("render", scene_file, *options, "--frames", "1-2")
    assert checksums(run) == checksums(finished)
    assert (run / "plan.json").read_text() == (finished / "plan.json").read_text()
