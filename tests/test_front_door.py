"""The whole way through the front door, as a person types it: render, resume, be killed, export, be refused."""

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
from pathlib import Path

import bpy
import pytest
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.compat import fcurves
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import built_in

ROOT = Path(__file__).resolve().parents[1]
SMALL = ("--size", "16x12", "--samples", "1")


def labelpass(*arguments, check: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would; its exit code must be `check`."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "labelpass.py"), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert check is None or done.returncode == check, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def scene_file(tmp_path_factory) -> Path:
    """A floor and a box of two labels, a camera that jumps between four named views."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    rectangle(scene, -4, 4, -3, 3, label=2, name="Floor")
    rectangle(scene, -1, 1, -1, 1, z=0.5, label=7, name="Table")
    cam = camera(scene)
    for frame, name in enumerate(("near", "left", "right", "far"), start=1):
        cam.location = (frame - 2, 0, 3 + frame)
        cam.keyframe_insert("location", frame=frame)
        scene.timeline_markers.new(name, frame=frame)
    for curve in fcurves(cam):
        for point in curve.keyframe_points:
            point.interpolation = "CONSTANT"
    scene.frame_end = 4
    scene_labels.set_label_set(scene, built_in("nyu40"))
    path = tmp_path_factory.mktemp("scene") / "room with spaces.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


@pytest.fixture(scope="module")
def finished(scene_file, tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("run") / "run"
    labelpass("render", scene_file, "--out", run, *SMALL, "--label-supersample", "3")
    return run


def checksums(run: Path) -> dict[int, dict[str, str]]:
    frames = run_folder.finished_frames(run)
    return {
        frame: {name: file["checksum"] for name, file in run_folder.read_record(run, frame)["files"].items()}
        for frame in frames
    }


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


def _variant(scene_file: Path, path: Path, change) -> Path:
    bpy.ops.wm.open_mainfile(filepath=str(scene_file))
    change(bpy.context.scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    return path


def _without_labels(scene):
    for obj in scene.objects:
        obj.pass_index = 0


def _without_camera(scene):
    bpy.data.objects.remove(scene.camera)


def _with_strange_id(scene):
    bpy.data.objects["Table"].pass_index = 57


def _without_label_set(scene):
    del scene[scene_labels.PROPERTY]


def _with_an_id_beyond_the_pass_index(scene):
    scene[scene_labels.PROPERTY] = '{"name": "mine", "labels": [{"id": 32768, "name": "chair"}]}'


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_with_an_id_beyond_the_pass_index, "label 'chair': id 32768 is not a whole number from 1 to 32767"),
        (_without_labels, "nothing in this scene is labelled"),
        (_without_camera, "no camera"),
        (_with_strange_id, "object 'Table' has pass index 57, which label set 'nyu40' does not define"),
        (_without_label_set, "carries no label set"),
    ],
)
def test_what_would_render_wrong_data_is_refused_before_the_first_frame(scene_file, tmp_path, change, told):
    scene = _variant(scene_file, tmp_path / "scene.blend", change)
    done = labelpass("render", scene, "--out", tmp_path / "run", *SMALL, check=1)
    assert told in done.stderr
    assert not (tmp_path / "run").exists()


def test_strict_makes_warnings_errors(scene_file, tmp_path):
    def half_labelled(scene):
        bpy.data.objects["Table"].pass_index = 0

    scene = _variant(scene_file, tmp_path / "scene.blend", half_labelled)
    strict = labelpass("render", scene, "--out", tmp_path / "run", *SMALL, "--strict", check=1)
    assert "1 object without a label will come out unlabelled: 'Table'" in strict.stderr
    done = labelpass("render", scene, "--out", tmp_path / "run", *SMALL, "--frames", "1")
    assert "warning: 1 object without a label" in done.stderr
    assert run_folder.read_record(tmp_path / "run", 1)["unlabelled"] > 0


def test_a_gpu_that_is_not_there_is_an_error(scene_file, tmp_path):
    done = labelpass("render", scene_file, "--out", tmp_path / "run", "--device", "metal", check=1)
    assert "--device metal: Cycles finds no metal device on this machine" in done.stderr


def test_scripts_in_a_file_run_only_when_told_to(scene_file, tmp_path):
    mark = tmp_path / "the script ran"

    def with_script(scene):
        text = bpy.data.texts.new("on load.py")
        text.write(f"open({str(mark)!r}, 'w').close()\n")
        text.use_module = True

    scene = _variant(scene_file, tmp_path / "scene.blend", with_script)
    labelpass("render", scene, "--out", tmp_path / "run", *SMALL, "--frames", "1")
    assert not mark.exists()
    labelpass("render", scene, "--out", tmp_path / "run2", *SMALL, "--frames", "1", "--allow-scripts")
    assert mark.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("render", "nowhere.blend", "--out", "run"), "nowhere.blend: no such file"),
        (("export", "nowhere", "--format", "nyu", "--out", "dataset"), "no run folder"),
        (("export", "--format", "nyu", "--out", "dataset"), "name run folders"),
        (("export", "--exr", ".", "--format", "nyu", "--out", "dataset"), "needs --label-set"),
        (("sheet", "nowhere"), "no run folder"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_1(arguments, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = labelpass(*arguments, check=1)
    assert told in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_what_blender_cannot_open_or_write_is_one_line_and_exit_code_1(tmp_path):
    (tmp_path / "broken.blend").write_text("hello")
    done = labelpass("render", tmp_path / "broken.blend", "--out", tmp_path / "run", check=1)
    assert "broken.blend" in done.stderr and "Traceback" not in done.stderr
    (tmp_path / "folder.blend").mkdir()
    done = labelpass("scene", "room", "--out", tmp_path / "folder.blend", check=1)
    assert "folder.blend" in done.stderr and "Traceback" not in done.stderr


def test_a_name_that_the_terminal_cannot_spell_ends_no_run(scene_file, tmp_path, monkeypatch):
    def named(scene):
        scene.timeline_markers[0].name = "Küche 台所"

    monkeypatch.setenv("PYTHONIOENCODING", "ascii:strict")
    scene = _variant(scene_file, tmp_path / "scene.blend", named)
    done = labelpass("render", scene, "--out", tmp_path / "run", *SMALL, "--frames", "1")
    assert "K\\xfcche" in done.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--frames", "4-1"),
        ("--size", "12"),
        ("--samples", "0"),
        ("--seed", "-1"),
        ("--label-supersample", "x"),
        ("--label-supersample", "2"),
    ],
)
def test_wrong_options_are_exit_code_2(scene_file, tmp_path, options):
    done = labelpass("render", scene_file, "--out", tmp_path / "run", *options, check=2)
    assert options[1] in done.stderr and "Traceback" not in done.stderr


def test_frames_without_their_plan_are_not_adopted(scene_file, finished, tmp_path):
    run = shutil.copytree(finished, tmp_path / "run")
    (run / "plan.json").unlink()
    told = labelpass("render", scene_file, "--out", run, *SMALL, check=1).stderr
    assert "has frames" in told and not (run / "plan.json").exists()


def test_several_nodes_may_begin_the_same_run_at_once(scene_file, finished, tmp_path):
    run = tmp_path / "run"
    command = [sys.executable, str(ROOT / "labelpass.py"), "render", str(scene_file), "--out", str(run), *SMALL]
    command += ["--label-supersample", "3"]
    nodes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    told = [node.communicate(timeout=120) for node in nodes]
    assert [node.returncode for node in nodes] == [0, 0, 0], told
    assert checksums(run) == checksums(finished)
    assert not list(run.glob("**/.*"))


def test_a_damaged_frame_is_put_aside_and_rendered_again(scene_file, finished, tmp_path):
    run = shutil.copytree(finished, tmp_path / "run")
    (run / "frames" / "000002" / "labels.exr").write_bytes(b"")
    shutil.rmtree(run / "frames" / "000003")
    (run / "frames" / "000003").mkdir()
    cut = run / "frames" / "000004" / "image.png"
    cut.write_bytes(cut.read_bytes()[:-1])
    refused = labelpass("export", run, "--format", "nyu", "--out", tmp_path / "nyu", check=1)
    assert "start the render again" in refused.stderr
    told = labelpass("render", scene_file, "--out", run, *SMALL, "--label-supersample", "3")
    assert (
        "labels.exr is missing or empty: rendered again; the old one is" in told.stderr
        and "1 done already" in told.stdout
    )
    assert checksums(run) == checksums(finished)
    assert sorted(path.name for path in (run / "frames").glob(".*")) == [f".damaged-00000{n}-1" for n in (2, 3, 4)]


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


def test_blenders_own_paths_are_refused(scene_file):
    done = labelpass("render", scene_file, "--out", "//run", *SMALL, check=2)
    assert "only Blender takes // for the folder of a .blend" in done.stderr


def test_nodes_may_share_the_frames_of_a_run(scene_file, finished, tmp_path):
    run = tmp_path / "run"
    options = ("--out", run, *SMALL, "--label-supersample", "3")
    told = labelpass("render", scene_file, *options, "--frames", "3-4").stdout
    assert "2 of 4 frames" in told and run_folder.finished_frames(run) == [3, 4]
    labelpass("render", scene_file, *options, "--frames", "1-2")
    assert checksums(run) == checksums(finished)
    assert (run / "plan.json").read_text() == (finished / "plan.json").read_text()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 0", "it ended without a word and rendered nothing; is it a Blender?"),
        ("kill -SEGV $$", "was ended by SIGSEGV; what is done stays, run the same command to go on"),
    ],
)
def test_a_blender_that_renders_nothing_is_no_success(scene_file, tmp_path, script, told):
    program = tmp_path / "blender"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    done = labelpass("render", scene_file, "--out", tmp_path / "run", "--blender", program, check=1)
    assert told in done.stderr and len(done.stderr.splitlines()) == 1
    program.write_text("#!/bin/sh\nexit 5\n")
    done = labelpass("render", scene_file, "--out", tmp_path / "run", "--blender", program, check=5)
    assert f"labelpass: {program} ended with exit code 5" in done.stderr


def test_a_blender_that_leaves_out_frames_is_no_success(scene_file, finished, tmp_path):
    run = shutil.copytree(finished, tmp_path / "run")
    shutil.rmtree(run / "frames" / "000003")
    program = tmp_path / "blender"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    done = labelpass("render", scene_file, "--out", run, "--blender", program, check=1)
    assert "without frame 3" in done.stderr
    labelpass("render", scene_file, "--out", run, "--frames", "1-2", "--blender", program)


def test_a_scene_is_never_built_over_a_file(tmp_path):
    (tmp_path / "mine.blend").write_text("years of work")
    done = labelpass("scene", "room", "--out", tmp_path / "mine.blend", check=1)
    assert "is there already" in done.stderr and (tmp_path / "mine.blend").read_text() == "years of work"
    assert "does not end in .blend" in labelpass("scene", "room", "--out", tmp_path / "room.txt", check=2).stderr


@pytest.mark.parametrize(
    "arguments", [("render", "room.blend"), ("export", "run", "--format", "nyu"), ("sheet", "run"), ("scene", "room")]
)
def test_an_empty_path_is_not_the_current_folder(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "--out" in labelpass(*arguments, "--out", "", check=2).stderr
    assert not list(tmp_path.iterdir())


installed = pytest.mark.skipif("BLENDER" not in os.environ, reason="`make test-blender` names one in BLENDER")


@installed
def test_an_installed_blender_renders_the_labels_that_the_bpy_module_renders(scene_file, finished, tmp_path):
    run = tmp_path / "run"
    labelpass(
        "render", scene_file, "--out", run, *SMALL, "--label-supersample", "3", "--blender", os.environ["BLENDER"]
    )
    theirs, ours = checksums(run), checksums(finished)
    assert theirs.keys() == ours.keys() == {1, 2, 3, 4}
    for frame, files in ours.items():
        assert {name: theirs[frame][name] for name in ("labels.exr", "purity.exr")} == {
            name: files[name] for name in ("labels.exr", "purity.exr")
        }
    labelpass("export", run, "--format", "segnet", "--out", tmp_path / "dataset")


@installed
def test_what_an_installed_blender_cannot_render_is_exit_code_1(scene_file, tmp_path):
    done = labelpass(
        "render",
        scene_file,
        "--out",
        tmp_path / "run",
        "--camera",
        "nobody",
        "--blender",
        os.environ["BLENDER"],
        check=1,
    )
    assert "has no camera named 'nobody'" in done.stderr
    assert not run_folder.finished_frames(tmp_path / "run")
