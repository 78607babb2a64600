"""What a person may type wrong: one line that says so, an exit code, and nothing written; and what we may do wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest
from command_line import ROOT, SMALL, labelpass


def test_a_gpu_that_is_not_there_is_an_error(scene_file, tmp_path):
    done = labelpass("render", scene_file, "--out", tmp_path / "run", "--device", "metal", check=1)
    assert "--device metal: Cycles finds no metal device on this machine" in done.stderr


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


def test_a_reader_that_has_read_enough_ends_it_without_a_word():
    words = [sys.executable, str(ROOT / "labelpass.py"), "job", "schema"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        done.stdout.close()
        assert done.stderr.read() == b"" and done.wait() == 141


def test_what_blender_cannot_open_or_write_is_one_line_and_exit_code_1(tmp_path):
    (tmp_path / "broken.blend").write_text("hello")
    done = labelpass("render", tmp_path / "broken.blend", "--out", tmp_path / "run", check=1)
    assert "broken.blend" in done.stderr and "Traceback" not in done.stderr
    (tmp_path / "folder.blend").mkdir()
    done = labelpass("scenes", "build", "studio", "--out", tmp_path / "folder.blend", check=1)
    assert "folder.blend" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--frames", "4-1"),
        ("--size", "12"),
        ("--samples", "0"),
        ("--seed", "-1"),
        ("--label-supersample", "x"),
        ("--label-supersample", "2"),
        ("--min-presence", "2"),
    ],
)
def test_wrong_options_are_exit_code_2(scene_file, tmp_path, options):
    done = labelpass("render", scene_file, "--out", tmp_path / "run", *options, check=2)
    assert options[1] in done.stderr and "Traceback" not in done.stderr


def test_blenders_own_paths_are_refused(scene_file):
    done = labelpass("render", scene_file, "--out", "//run", *SMALL, check=2)
    assert "only Blender takes // for the folder of a .blend" in done.stderr


def test_a_scene_is_never_built_over_a_file(tmp_path):
    (tmp_path / "mine.blend").write_text("years of work")
    done = labelpass("scenes", "build", "studio", "--out", tmp_path / "mine.blend", check=1)
    assert "is there already" in done.stderr and (tmp_path / "mine.blend").read_text() == "years of work"
    assert (
        "does not end in .blend"
        in labelpass("scenes", "build", "studio", "--out", tmp_path / "room.txt", check=2).stderr
    )


@pytest.mark.parametrize(
    "arguments",
    [("render", "room.blend"), ("export", "run", "--format", "nyu"), ("sheet", "run"), ("scenes", "build", "studio")],
)
def test_an_empty_path_is_not_the_current_folder(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "--out" in labelpass(*arguments, "--out", "", check=2).stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("before", ["", "import bpy; "], ids=["without bpy", "with bpy"])
def test_a_fault_of_ours_is_a_traceback_and_exit_code_3(before):
    """Never 1, which a CI job would take for an answer, also where Blender's tear-down is left out."""
    room = "import postprocess.contact_sheet as room; room.contact_sheet = lambda *_: {}['a bug']; "
    program = f"{before}{room}import labelpass; labelpass.command()"
    done = subprocess.run(
        [sys.executable, "-c", program, "sheet", "run"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr.startswith("Traceback") and done.stderr.endswith("KeyError: 'a bug'\n")
