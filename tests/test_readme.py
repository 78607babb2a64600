"""Every command of the README is run, in order, where a labelled room.blend and some foreign EXRs are at hand."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import bpy
import pytest
from scenery import camera, rectangle

from blender_addon import scene_labels
from blender_addon.compat import fcurves
from blender_addon.contract.labels import built_in
from blender_addon.label_sets import label_files

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.split("#")[0].strip()
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A folder with room.blend, passes, this project's render_scripts, and `labelpass` and `blender` on the path."""
    folder = tmp_path_factory.mktemp("desk")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y, scene.cycles.samples = 32, 24, 1
    scene.render.engine = "CYCLES"
    rectangle(scene, -2, 1, label=2)
    rectangle(scene, 1, 9, z=0.5, label=7)
    cam = camera(scene)
    for frame in range(1, 5):
        cam.location.x = frame / 2
        cam.keyframe_insert("location", frame=frame)
    for curve in fcurves(cam):
        for point in curve.keyframe_points:
            point.interpolation = "CONSTANT"
    scene_labels.set_label_set(scene, built_in("nyu40"))
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "room.blend"))
    shutil.copytree(ROOT / "tests" / "postprocess" / "data", folder / "passes")
    (folder / "render_scripts").symlink_to(ROOT / "render_scripts")
    programs = {"labelpass": ROOT / "labelpass.py", "blender": ROOT / "tests" / "render" / "as_blender.py"}
    (folder / "bin").mkdir()
    for name, script in programs.items():
        program = folder / "bin" / name
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"\n')
        program.chmod(0o755)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command, desk):
    words = shlex.split(command)
    if words[0] == "make":
        done = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    elif words[:2] == ["pip", "install"]:
        extra = re.fullmatch(r"\.\[(\w+)\]", words[2])
        assert (
            extra
            and extra[1] in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        )
        return
    else:
        path = f"{desk / 'bin'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            words, cwd=desk, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_label_set_of_the_readme_is_one(tmp_path):
    text = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "shop.yaml").write_text(text[1])
    assert label_files.read(tmp_path / "shop.yaml").find("price tag").id == 2


def test_every_file_that_a_page_points_to_is_there():
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} points to {target}"
