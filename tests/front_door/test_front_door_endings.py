"""Exit codes of the front door where nothing is wrong with what was asked: nobody hears it, or there is no Blender."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT

FULL = Path("/dev/full")
full = pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")


def ended(*words: object, out: Path | None = None, err: Path | None = None, **more: str) -> tuple[int, str]:
    """Exit code and standard error of `labelpass WORDS`, whose output goes into these files."""
    command = [sys.executable, str(ROOT / "labelpass.py"), *map(str, words)]
    with open(out or os.devnull, "w") as stdout, open(err or os.devnull, "w") as stderr:
        done = subprocess.run(
            command,
            stdout=stdout,
            stderr=stderr if err else subprocess.PIPE,
            env={**os.environ, **more},
            text=True,
            check=False,
        )
    return done.returncode, done.stderr or ""


@full
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_cannot_be_printed_is_74_and_names_what_is_full(unbuffered):
    code, told = ended("job", "schema", out=FULL, PYTHONUNBUFFERED=unbuffered)
    assert code == 74 and told == "labelpass: standard output: the disk is full (No space left on device)\n"
    assert ended("job", "schema", out=FULL, err=FULL, PYTHONUNBUFFERED=unbuffered)[0] == 74


def test_who_has_closed_what_is_printed_to_hears_nothing_and_gets_the_code(tmp_path):
    words = [sys.executable, str(ROOT / "labelpass.py"), "job", "schema"]
    assert subprocess.run(["sh", "-c", '"$@" >&- 2>&-', "sh", *words], check=False).returncode == 0


@full
def test_a_refusal_that_nobody_could_be_told_is_none(tmp_path):
    assert ended("render", tmp_path / "none.blend", "--out", tmp_path / "run")[0] == 1
    assert ended("render", tmp_path / "none.blend", "--out", tmp_path / "run", err=FULL)[0] == 74
    assert ended("unit", tmp_path, "--index=0")[0] == 1
    assert ended("unit", tmp_path, "--index=0", err=FULL)[0] == 75  # as engines know it of a unit
    assert ended("unit", tmp_path / "away", "--index=0", err=FULL)[0] == 75


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("ImportError('libXi.so.6: cannot open shared object file')", "libXi.so.6: cannot open shared object file"),
        ("ModuleNotFoundError('No module named \\'numpy\\'', name='numpy')", "No module named 'numpy'"),
        ("ModuleNotFoundError('No module named \\'bpy\\'', name='bpy')", "pip install 'labelpass[bpy]'"),
    ],
)
def test_a_blender_that_does_not_load_is_69_and_says_why(tmp_path, raised, told):
    (tmp_path / "bpy.py").write_text(f"raise {raised}\n")
    (tmp_path / "room.blend").touch()
    code, said = ended("render", tmp_path / "room.blend", "--out", tmp_path / "run", PYTHONPATH=str(tmp_path))
    assert code == 69 and told in said and said.count("\n") == 1
    assert ("pip install" in said) == ("pip install" in told)


def test_a_blender_that_is_not_here_or_does_not_start_is_69(tmp_path):
    (tmp_path / "room.blend").touch()
    asked = ["render", tmp_path / "room.blend", "--out", tmp_path / "run"]
    assert ended(*asked, "--blender", tmp_path / "none")[0] == 69
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 127\n")  # as the loader ends what lacks a library
    broken.chmod(0o755)
    assert ended(*asked, "--blender", broken)[0] == 69


LIKE_BLENDER = """
import pathlib, signal, types
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    pathlib.Path(__file__).with_name("taken for a fault").touch()
pathlib.Path(__file__).with_name("loaded").touch()
app = types.SimpleNamespace(tempdir=str(pathlib.Path(__file__).with_name("blender_none")))
"""


def test_ctrl_c_while_blender_loads_is_not_taken_for_a_fault_of_its_parts(tmp_path):
    (tmp_path / "bpy.py").write_text(LIKE_BLENDER)
    (tmp_path / "any.blend").touch()
    code, told = ended("render", tmp_path / "any.blend", "--out", tmp_path / "run", PYTHONPATH=str(tmp_path))
    assert (code, told) == (130, "labelpass: stopped\n")
    assert (tmp_path / "loaded").exists() and not (tmp_path / "taken for a fault").exists()
