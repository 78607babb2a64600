"""render.py started by its path, as on a render node: in this Blender, or, under the bpy module, as Blender would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.compat import enable_cycles
from blender_addon.contract import run as run_folder
from blender_addon.contract.endings import NOT_HERE
from blender_addon.contract.labels import built_in
from blender_addon.label_render.label_pass import RenderFailed
from render_scripts import compat, outlook, passes, session
from render_scripts.shot import take_shot

ENTRY = Path(__file__).resolve().parents[2] / "render_scripts" / "render.py"
AS_BLENDER = Path(__file__).with_name("as_blender.py")


def blender(*arguments) -> subprocess.CompletedProcess[str]:
    """The program that runs this test, where it is a Blender, else one played by the bpy module."""
    program = [bpy.app.binary_path] if bpy.app.binary_path else [sys.executable, AS_BLENDER]
    command = [*map(str, program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def scene_file(empty_scene, tmp_path) -> Path:
    camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    empty_scene.cycles.samples = 1
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    path = tmp_path / "it's a room.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def test_started_by_its_path_it_renders_and_exits_with_0(scene_file, tmp_path):
    run = tmp_path / "run"
    done = blender("-b", scene_file, "-P", ENTRY, "--", "--out", run, "--size", "16x12", "--no-denoise")
    assert done.returncode == 0, done.stdout + done.stderr
    assert run_folder.read_record(run, 1)["labels"] == [{"id": 7, "name": "table", "pixels": 96}]
    assert "frame 1" in done.stdout


def test_what_cannot_be_rendered_exits_with_1_and_one_line(scene_file, tmp_path):
    options = ("--out", tmp_path / "run", "--view-layer", "no such layer")
    done = blender("-b", scene_file, "-P", ENTRY, "--", *options)
    assert done.returncode == 1
    assert "labelpass: scene 'Scene' has no view layer 'no such layer'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_frame_that_fails_is_exit_code_3_and_what_is_done_stays(empty_scene, tmp_path, monkeypatch, capfd):
    for x in (0, 1):
        camera(empty_scene, at=(x, 0, 5))
    rectangle(empty_scene, 0, 9, label=7)
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    run = tmp_path / "run"
    rendered = []

    def fail_at_the_second(folder, plan, view, scene, *others, through=take_shot):
        rendered.append(view.camera)
        if len(rendered) == 2:
            raise RenderFailed("Blender rendered no file: out of memory")
        return through(folder, plan, view, scene, *others)

    monkeypatch.setattr("render_scripts.frame.take_shot", fail_at_the_second)
    options = ["--out", str(run), "--size", "16x12", "--samples", "1", "--no-denoise"]
    assert session.main(options) == 3
    assert "out of memory; what is done stays" in capfd.readouterr().err
    assert run_folder.finished_frames(run) == [1]
    assert [path.name for path in (run / "frames").iterdir()] == ["000001"]
    assert session.main(["--out", str(run)]) == 0
    assert run_folder.finished_frames(run) == [1, 2]


def test_an_unknown_id_that_preflight_could_not_see_fails_its_frame(empty_scene, tmp_path, capfd):
    camera(empty_scene)
    rectangle(empty_scene, 0, 9, label=7)
    odd = rectangle(empty_scene, -9, 0)
    for frame, odd.pass_index in ((1, 7), (2, 57), (3, 7)):
        odd.keyframe_insert("pass_index", frame=frame)
    empty_scene.frame_end = 3
    empty_scene.frame_set(1)
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    run = tmp_path / "run"
    assert session.main(["--out", str(run), "--size", "16x12", "--samples", "1", "--no-denoise"]) == 3
    assert "frame 2 shows pass index 57, which label set 'nyu40' does not define" in capfd.readouterr().err
    assert run_folder.finished_frames(run) == [1]


def test_the_scene_is_left_at_the_frame_and_camera_it_had(empty_scene, tmp_path):
    cameras = [camera(empty_scene, at=(0, 0, z)) for z in (5, 4)]
    mover = rectangle(empty_scene, 0, 9, label=7)
    for frame in (1, 3):
        mover.location.x = frame
        mover.keyframe_insert("location", frame=frame)
        empty_scene.timeline_markers.new("view", frame=frame).camera = cameras[frame // 3]
    empty_scene.frame_end = 3
    scene_labels.set_label_set(empty_scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    empty_scene.frame_set(7, subframe=0.25)
    seed = empty_scene.cycles.seed
    arguments = ["--out", str(tmp_path / "run"), "--size", "16x12", "--samples", "1", "--no-denoise"]
    assert session.main(arguments) == 0
    assert (empty_scene.frame_current, empty_scene.frame_subframe) == (7, 0.25)
    assert empty_scene.camera == cameras[1] and empty_scene.cycles.seed == seed
    assert [marker.camera for marker in empty_scene.timeline_markers] == cameras


def test_an_error_of_ours_is_no_exit_code_0(scene_file, tmp_path):
    broken = tmp_path / "render_scripts"
    shutil.copytree(ENTRY.parent, broken)
    (broken / "frame.py").write_text("def render_frame(*_):\n    raise AssertionError('a bug')\n")
    (tmp_path / "blender_addon").symlink_to(ENTRY.parents[1] / "blender_addon")
    done = blender("-b", scene_file, "-P", broken / "render.py", "--", "--out", tmp_path / "run", "--no-denoise")
    assert done.returncode == 3
    assert "a bug" in done.stderr


def test_it_renders_where_the_cycles_add_on_is_switched_off(empty_scene):
    import addon_utils

    addon_utils.disable("cycles")
    assert not hasattr(bpy.context.scene, "cycles")
    enable_cycles()
    assert bpy.context.scene.cycles.samples > 0


def test_without_a_file_it_says_so(tmp_path):
    done = blender("-b", "--factory-startup", "-P", ENTRY, "--", "--out", tmp_path / "run", "--label-set", "nyu40")
    assert done.returncode == 1
    assert "labelpass: no .blend file is open: blender -b scene.blend -P render.py -- --out RUN" in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_blender_that_is_too_old_is_refused(scene_file, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(
        compat, "bpy", type("", (), {"app": type("", (), {"version": (4, 1, 1), "version_string": "4.1.1"})})
    )
    assert session.main(["--out", str(tmp_path / "run")]) == NOT_HERE
    assert "Blender 4.1.1 is too old" in capfd.readouterr().err


def _register_a_script(scene):
    bpy.data.texts.new("on load.py").use_module = True


def _drive_by_python(scene):
    scene.objects["rectangle"].driver_add("location", 2).driver.expression = "__import__('os').getpid()"


def _drive_by_a_number(scene):
    scene.objects["rectangle"].driver_add("location", 2).driver.expression = "1 + frame * 0"


@pytest.mark.parametrize(
    ("change", "held"),
    [
        (_register_a_script, "the script 'on load.py'"),
        (_drive_by_python, "a scripted driver of 'rectangle'"),
        (_drive_by_a_number, None),
    ],
)
def test_scripts_that_a_preference_let_run_are_told(scene_file, tmp_path, monkeypatch, capfd, change, held):
    change(bpy.context.scene)
    monkeypatch.setattr(sys, "argv", ["blender", "-b"])
    files = bpy.context.preferences.filepaths
    files.use_scripts_auto_execute = True
    try:
        options = ["--out", str(tmp_path / "run"), "--size", "16x12", "--no-denoise"]
        assert session.main(options) == (1 if held else 0)
        told = capfd.readouterr().err
        if held:
            assert f"labelpass: this file holds {held}, and this Blender's preferences let it run" in told
            assert not (tmp_path / "run").exists()
            monkeypatch.setattr(sys, "argv", ["blender", "--disable-autoexec", "-b"])
            assert session.main(options) == 0
    finally:
        files.use_scripts_auto_execute = False


def test_it_stands_among_packages_of_another_python_without_taking_them(scene_file, tmp_path):
    """As pip leaves it: a NumPy built for another Python beside it, which this Blender could not load."""
    packages = tmp_path / "site-packages"
    for room in ("render_scripts", "blender_addon"):
        shutil.copytree(ENTRY.parents[1] / room, packages / room)
    (packages / "numpy.py").write_text("raise ImportError('of another Python')\n")
    options = ("--out", tmp_path / "run", "--size", "16x12", "--no-denoise")
    done = blender("-b", scene_file, "-P", packages / "render_scripts" / "render.py", "--", *options)
    assert done.returncode == 0 and run_folder.finished_frames(tmp_path / "run") == [1], done.stderr


def test_rooms_that_cannot_be_imported_are_no_exit_code_0(scene_file, tmp_path):
    for room in ("render_scripts", "blender_addon"):  # what render nodes have, but for one file
        shutil.copytree(ENTRY.parents[1] / room, tmp_path / room)
    half = tmp_path / "render_scripts"
    (half / "session.py").write_text("raise ImportError('half a copy')\n")
    done = blender("-b", scene_file, "-P", half / "render.py", "--", "--out", tmp_path / "run")
    assert done.returncode == 3 and "half a copy" in done.stderr


def test_a_full_disk_is_no_fault_of_a_frame(scene_file, tmp_path, monkeypatch, capfd):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_folder, "write_text", lambda path, text, real=run_folder.write_text: (
        full() if path.name == run_folder.RECORD else real(path, text)
    ))  # fmt: skip
    assert session.main(["--out", str(tmp_path / "run"), "--size", "16x12", "--no-denoise"]) == 74
    assert (
        f"{tmp_path / 'run'}: the disk is full (No space left on device); what is done stays" in capfd.readouterr().err
    )
    assert not list((tmp_path / "run" / "frames").iterdir())


@pytest.mark.parametrize(
    ("suffix", "share", "full"), [("png", 0.5, True), ("png", 0, False), ("jpeg", 0.5, False), ("jpeg", 0, True)]
)
def test_an_image_that_blender_cuts_short_is_told_with_its_cause(
    scene_file, tmp_path, monkeypatch, capfd, suffix, share, full
):
    """On a full disk Blender writes a part of an image, or nothing, and raises nothing."""

    def save(scene, path, real=passes.render_still):
        real(scene, path)
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    monkeypatch.setattr(passes, "render_still", save)
    if full:
        if not Path("/dev/full").exists():
            pytest.skip("no full disk here")
        files = SimpleNamespace(TemporaryFile=lambda dir: os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb"))
        monkeypatch.setattr(outlook, "tempfile", files)
    out = tmp_path / "run"
    options = ("--size", "16x12", "--no-denoise", "--image", suffix, "--label-render", "own")
    assert session.main(["--out", str(out), *options]) == (74 if full else 3)
    why = (
        f"frame 1 could not be written: {out}: the disk is full (No space left on device)"
        if full
        else f"Blender did not write image.{suffix.replace('e', '')} whole, though the disk has room for it"
    )
    assert f"{why}; what is done stays" in capfd.readouterr().err
    assert not list((out / "frames").iterdir())


def test_an_image_that_blender_refuses_to_write_is_a_frame_that_failed(scene_file, tmp_path, monkeypatch, capfd):
    def in_the_way(scene, real=passes.render_channels):
        (folder,) = (tmp_path / "run" / "frames").iterdir()
        (folder / "image.png").mkdir()
        return real(scene)

    monkeypatch.setattr(passes, "render_channels", in_the_way)
    options = ("--size", "16x12", "--no-denoise", "--label-render", "image")
    assert session.main(["--out", str(tmp_path / "run"), *options]) == 3
    assert "Blender did not write image.png whole, though the disk has room" in capfd.readouterr().err
