"""What pages say is tried: every command of the README and of docs/modalities.md, in order, with a labelled room.blend,
its job and some foreign EXRs are at hand; every piece of Python, every label set and job, every file that a page points
to.
"""

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
from blender_addon.contract.modalities import MODALITIES, files_of
from blender_addon.label_sets import label_files
from render_scripts.job_file import read_job

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("#")[0].strip()
    for page in (README, (ROOT / "docs" / "modalities.md").read_text(encoding="utf-8"))
    for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    for line in block.splitlines()
    if line.split("#")[0].strip()
]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md")
PIECES = [
    pytest.param(piece, id=f"{page.name} {number}")
    for page in PAGES
    for number, piece in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
]


BLOCKS = re.findall(r"```(yaml|json)\n(.*?)```", README, re.DOTALL)


def is_job(text: str) -> bool:
    return re.search(r"^out:", text, re.MULTILINE) is not None


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
    (folder / "job.yaml").write_text(next(text for kind, text in BLOCKS if is_job(text)), encoding="utf-8")
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


def test_there_is_python_to_run():
    assert PIECES


@pytest.mark.parametrize("piece", PIECES)
def test_python(piece):
    """Without Blender, which none of it needs."""
    program = f"import sys\nsys.modules['bpy'] = None\n{piece}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_page_of_modalities_says_what_frames_say():
    page = (ROOT / "docs" / "modalities.md").read_text(encoding="utf-8")
    for modality in MODALITIES.values():
        for (name, holds), stated in zip(files_of([modality.name], "png").items(), modality.files.values()):
            assert holds == stated
            assert f"| `{modality.name}` | `{name}` | {holds} |" in page


def test_every_module_of_the_steps_to_a_suggestion_is_there():
    page = (ROOT / "docs" / "suggestions.md").read_text(encoding="utf-8")
    table = page.split("| step | module | what |")[1].split("\n\n")[0]
    names = re.findall(r"^\| [a-z ]+ \| `(\w+)` \|", table, re.MULTILINE)
    assert len(names) == table.count("\n") - 1, "a row whose module this test does not see"
    for name in names:
        assert (ROOT / "blender_addon" / "suggestions" / f"{name}.py").is_file(), name


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        pytest.param(kind, text, id=f"{page.name} {kind}")
        for page in PAGES
        for kind, text in re.findall(r"```(yaml|json)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    ],
)
def test_label_sets_and_jobs_of_pages_are_some(kind, text, tmp_path):
    path = tmp_path / f"shop.{kind}"
    path.write_text(text, encoding="utf-8")
    if is_job(text):
        assert read_job(path).job.out.parent.parent == tmp_path
        return
    assert label_files.read(path).find("price tag").id in {2, 3}


def test_every_file_that_a_page_points_to_is_there():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} points to {target}"
