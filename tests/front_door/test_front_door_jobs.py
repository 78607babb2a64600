"""Jobs as a person types them: one scene or several, a scene that fails or brings Blender down, and being stopped."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from command_line import ROOT, SMALL, checksums, labelpass

from blender_addon.contract import run as run_folder
from blender_addon.contract.modalities import Lidar

AS_BLENDER = f'exec {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / "tests" / "render" / "as_blender.py"))} "$@"'


@pytest.fixture(scope="session")
def scene_files(scene_file, tmp_path_factory) -> Path:
    """A folder with three scenes, of which the second has an object without a label."""
    from saved_scenes import save_table

    folder = tmp_path_factory.mktemp("flats")
    shutil.copy(scene_file, folder / "a room.blend")
    save_table(folder / "bare.blend", bare=True)
    save_table(folder / "table.blend")
    return folder


def write_job(folder: Path, scene_files: Path, lines: str = "") -> Path:
    job = folder / "job.yaml"
    job.write_text(f"scenes: {scene_files}/*.blend\nout: runs\nsize: 16x12\nsamples: 1\nlabel_supersample: 3\n{lines}")
    return job


def write_program(folder: Path, script: str) -> Path:
    program = folder / "blender"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_a_job_of_one_scene_is_the_render_of_that_scene(scene_file, finished, tmp_path):
    (tmp_path / "job.yaml").write_text(
        f"scene: {scene_file}\nout: run\nsize: 16x12\nsamples: 7\nlabel_supersample: 3\nframes: [1-2, 4]\n"
    )
    told = labelpass("render", tmp_path / "job.yaml", "--samples", 1).stdout
    assert f"labelpass: {tmp_path}/job.yaml: samples is 1, as the command line says, and not 7" in told
    assert "scene 1 of" not in told
    assert checksums(tmp_path / "run") == {frame: files for frame, files in checksums(finished).items() if frame != 3}
    labelpass("render", tmp_path / "job.yaml", "--samples", 1, "--frames", 3)
    assert checksums(tmp_path / "run") == checksums(finished)


@pytest.mark.slow
@pytest.mark.parametrize("with_blender", [False, True])
def test_a_lidar_of_a_job_is_that_of_the_command_line(scene_file, tmp_path, with_blender):
    lidar = {"beams": 4, "lowest": -60, "highest": -30, "columns": 30, "range_noise": 0.5, "dropout": 0.25}
    (tmp_path / "job.yaml").write_text(
        f"scene: {scene_file}\nout: job\nsize: 16x12\nsamples: 1\nframes: 1\nwith: [lidar, instances]\n"
        f"lidar: {json.dumps(lidar)}\n"
    )
    options = ("--blender", write_program(tmp_path, AS_BLENDER)) if with_blender else ()
    labelpass("render", tmp_path / "job.yaml", *options)
    typed = ("--frames", 1, "--with", "lidar,instances", "--sections", json.dumps({"lidar": lidar}))
    labelpass("render", scene_file, "--out", tmp_path / "typed", *SMALL, *typed)
    job, other = tmp_path / "job", tmp_path / "typed"
    settings = run_folder.read_plan(job).settings
    assert asdict(settings.lidar) == {**asdict(Lidar()), **lidar}
    assert settings == run_folder.read_plan(other).settings and checksums(job) == checksums(other)
    points = run_folder.read_record(job, 1)["files"]["lidar.ply"]["shape"][0]
    assert 0 < points < 4 * 30  # some are lost


@pytest.mark.slow
@pytest.mark.parametrize("with_blender", [False, True])
def test_a_scene_that_fails_does_not_stop_the_others_and_a_second_start_does_what_is_missing(
    scene_files, finished, tmp_path, with_blender
):
    job = write_job(tmp_path, scene_files, "strict: true\nwith: depth\n")
    options = ("--blender", write_program(tmp_path, AS_BLENDER)) if with_blender else ()
    done = labelpass("render", job, *options, check=1)
    runs = tmp_path / "runs"
    # Strict, and made for another engine: as a render of it alone, the first one is refused, too.
    assert done.stdout.splitlines()[-3:] == [
        f"labelpass: a room.blend: refused (exit code 1), nothing in {runs / 'a room'} yet",
        f"labelpass: bare.blend: refused (exit code 1), nothing in {runs / 'bare'} yet",
        f"labelpass: table.blend: done, 1 of 1 frame in {runs / 'table'}",
    ]
    assert "1 object without a label will come out unlabelled" in done.stderr
    assert set(checksums(runs / "table")[1]) == {"image.png", "labels.exr", "purity.exr", "depth.exr"}
    before = (run_folder.frame_folder(runs / "table", 1) / "frame.json").stat().st_mtime_ns

    job = write_job(tmp_path, scene_files, "with: depth\n")
    done = labelpass("render", job, *options)
    assert "1 done already" in done.stdout
    assert (run_folder.frame_folder(runs / "table", 1) / "frame.json").stat().st_mtime_ns == before
    ours = {frame: files["labels.exr"] for frame, files in checksums(runs / "a room").items()}
    assert ours == {frame: files["labels.exr"] for frame, files in checksums(finished).items()}


def test_a_scene_that_brings_blender_down_does_not_stop_the_others(scene_files, tmp_path):
    program = write_program(
        tmp_path, f'case "$*" in *room.blend*) kill -SEGV $$;; *bare*) exit 77;; esac\n{AS_BLENDER}'
    )
    done = labelpass("render", write_job(tmp_path, scene_files), "--blender", program, check=3)
    assert f"labelpass: {program} was ended by SIGSEGV; what is done stays" in done.stderr
    assert [line.split(", ")[0] for line in done.stdout.splitlines()[-3:]] == [
        "labelpass: a room.blend: failed (exit code 3)",
        "labelpass: bare.blend: failed (exit code 3)",
        "labelpass: table.blend: done",
    ]


@pytest.mark.slow
def test_a_scene_whose_script_ends_its_render_is_no_success(scene_files, tmp_path):
    """With the bpy module, too, whose process is then gone with exit code 0."""
    import bpy

    bpy.ops.wm.open_mainfile(filepath=str(scene_files / "table.blend"))
    text = bpy.data.texts.new("ends.py")
    text.write("import os, bpy\nbpy.app.handlers.render_pre.append(lambda *_: os._exit(0))")
    text.use_module = True
    (tmp_path / "two").mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "two" / "ends.blend"))
    shutil.copy(scene_files / "table.blend", tmp_path / "two" / "table.blend")
    job = write_job(tmp_path, tmp_path / "two", "allow_scripts: true\n")
    done = labelpass("render", job, check=3)
    assert f"the render of {tmp_path}/two/ends.blend ended with exit code 0, without frame 1; what is" in done.stderr
    assert [line.split(", ")[0] for line in done.stdout.splitlines()[-2:]] == [
        "labelpass: ends.blend: failed (exit code 3)",
        "labelpass: table.blend: done",
    ]


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_who_stops_a_job_stops_all_of_it(scene_files, tmp_path, name, code):
    program = write_program(tmp_path, f"echo $$ > {tmp_path}/started; exec sleep 60")
    job = write_job(tmp_path, scene_files)
    command = [sys.executable, str(ROOT / "labelpass.py"), "render", str(job), "--blender", str(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        for _ in range(600):
            if (tmp_path / "started").exists():
                break
            time.sleep(0.1)
        if name == "SIGINT":  # as a terminal does, which tells all
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()
        told, _ = process.communicate(timeout=30)
    assert process.returncode == code
    assert [line.split(", ")[0] for line in told.splitlines()[-3:]] == [
        "labelpass: a room.blend: stopped",
        "labelpass: bare.blend: not started",
        "labelpass: table.blend: not started",
    ]


def test_a_check_says_what_a_job_would_do_and_does_nothing(scene_files, finished, scene_file, tmp_path):
    job = write_job(tmp_path, scene_files, "with: [normals, depth]\n")
    assert labelpass("job", "check", job).stdout.splitlines() == [
        f"labelpass: {job}: 3 scenes, rendered with the bpy module",
        "labelpass: asked for: size [16, 12], samples 1, label_supersample 3, with [depth, normals]",
        *(
            f"labelpass: {scene_files}/{name}.blend: nothing in {tmp_path}/runs/{name} yet"
            for name in ("a room", "bare", "table")
        ),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job.yaml"]
    job.write_text(f"scene: {scene_file}\nout: {finished}\n")
    assert f"{scene_file}: 4 of 4 frames in {finished}" in labelpass("job", "check", job).stdout
    job.write_text(f"scene: {scene_file}\nout: {finished}\nsamples: 5\nsize: 16x12\nimage: jpeg\n")
    assert labelpass("job", "check", job, check=1).stderr == (
        f"labelpass: {finished} was planned differently: samples is 1 there and 5 here; image is png there and "
        "jpeg here; name a new out\n"
    )


def test_mistakes_are_told_line_by_line_and_nothing_is_rendered(scene_files, tmp_path):
    job = write_job(tmp_path, scene_files, "randomise: {}\nsampels: 3\n")
    for verb in (["render"], ["job", "check"]):
        assert labelpass(*verb, job, check=1).stderr.splitlines() == [
            f"labelpass: {job}:6:1: randomise is unknown; did you mean randomize?",
            f"labelpass: {job}:7:1: sampels is unknown; did you mean samples?",
        ]
    (tmp_path / "none.yaml").write_text("scene: none.blend\nout: x\n")
    told = labelpass("render", tmp_path / "none.yaml", check=1).stderr
    assert told == f"labelpass: {tmp_path}/none.yaml:1:1: scene: {tmp_path}/none.blend: no such file\n"
    assert not (tmp_path / "runs").exists()
    assert "the following arguments are required: --out" in labelpass("render", "a.blend", check=2).stderr
