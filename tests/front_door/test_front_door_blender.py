"""Rendering in another Blender than the bpy module: one that fails is no success, an installed one renders the same."""

from __future__ import annotations

import os
import shutil

import pytest
from command_line import SMALL, checksums, labelpass

from blender_addon.contract import run as run_folder


@pytest.mark.parametrize(
    ("script", "told", "code"),
    [
        ("exit 0", "it ended without a word and rendered nothing; is it a Blender?", 1),
        ("exit 1", "ended with exit code 1", 1),
        ("exit 5", "ended with exit code 5", 3),
        ("exit 137", "ended with exit code 137", 3),
        ("exit 143", "ended with exit code 143", 143),
        ("kill -SEGV $$", "was ended by SIGSEGV; what is done stays, run the same command to go on", 3),
        ("kill -KILL $$", "was ended by SIGKILL; what is done stays", 3),
        ("kill -TERM $$", "was ended by SIGTERM; what is done stays", 143),
    ],
)
def test_a_blender_that_renders_nothing_is_no_success(scene_file, tmp_path, script, told, code):
    """The codes are those of docs/rendering.md, and of a job."""
    program = tmp_path / "blender"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    done = labelpass("render", scene_file, "--out", tmp_path / "run", "--blender", program, check=code)
    assert told in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_blender_that_leaves_out_frames_is_no_success(scene_file, finished, tmp_path):
    run = shutil.copytree(finished, tmp_path / "run")
    shutil.rmtree(run / "frames" / "000003")
    for file in (run / "frames" / "000002").iterdir():  # a frame is one where it has a record
        file.unlink()
    program = tmp_path / "blender"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    asked = ["render", scene_file, "--out", run, "--blender", program]
    done = labelpass(*asked, check=3)
    why = f"{program} ended with exit code 0, without frames"
    assert done.stderr == f"labelpass: {why} 2-3; what is done stays, run the same command to go on\n"
    assert "without frame 3;" in labelpass(*asked, "--frames", "1,3", check=3).stderr
    labelpass(*asked, "--frames", "1,4")
    labelpass(*asked, "--camera", "another")  # whose frames are none of these


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
