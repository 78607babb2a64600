"""What pages say is tried: every command of the README and of docs/, page by page and in order, with what the page
takes for granted at hand; every piece of Python, every label set and job, every file that a page points to.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest
from page_room import save_room
from PIL import Image

from blender_addon.contract.modalities import MODALITIES, files_of
from blender_addon.label_sets import label_files
from blender_addon.strict_yaml import read_yaml
from render_scripts.job_file import read_job
from render_scripts.sampled_views.view_request import parse_words
from tests.postprocess.label_sources import lay_sources

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "CONTRIBUTING.md")
MUST_HAVE_COMMANDS = {
    *(
        "README",
        "evaluation",
        "experiments",
        "exactness",
        "importing",
        "jobs",
        "modalities",
        "randomisation",
        "rendering",
        "report",
        "scale",
    ),
    *(
        "training",
        "verify",
        "views",
        "recipes",
        "balloons",
        "rectangles",
        "cutouts",
        "picture_frames",
        "rooms",
        "studio",
    ),
}

TRIED_WITH_PYTORCH = {"training", "experiments"}
"""By tests/training/test_torch_page.py."""


def blocks(page: Path, kind: str) -> list[str]:
    """The blocks of a page that are fenced as being of a kind, such as "sh"."""
    return re.findall(rf"```{kind}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


COMMANDS = [
    pytest.param(page, command, id=f"{page.stem}: {command}", marks=[] if page.stem == "README" else [pytest.mark.slow])
    for page in PAGES
    if page.stem not in TRIED_WITH_PYTORCH
    for block in blocks(page, "sh")
    for line in block.replace("\\\n", "").splitlines()
    if (command := line.split("#")[0].strip())
]
PIECES = [
    pytest.param(piece, id=f"{page.name} {number}")
    for page in PAGES
    for number, piece in enumerate(blocks(page, "python"))
]


def is_job(text: str) -> bool:
    return re.search(r"^out:", text, re.MULTILINE) is not None


def jobs_of(page: Path) -> list[str]:
    return [*filter(is_job, blocks(page, "yaml"))]


@pytest.fixture(scope="module")
def desk_of(tmp_path_factory) -> Callable[[Path], Path]:
    """Gives each page a folder: with room.blend, passes, pictures, label maps, this project's render_scripts, the
    page's first job as job.yaml, and `labelpass` and `blender` on the path."""
    desks: dict[Path, Path] = {}

    def desk_of(page: Path) -> Path:
        if page not in desks:
            desks[page] = tmp_path_factory.mktemp(page.stem)
            _lay(desks[page], page)
        return desks[page]

    return desk_of


def _lay(folder: Path, page: Path) -> None:
    save_room(folder / "room.blend")
    (folder / "flats").mkdir()
    shutil.copy(folder / "room.blend", folder / "flats" / "flat.blend")
    shutil.copytree(ROOT / "tests" / "postprocess" / "data", folder / "passes")
    for name in ("truth", "predictions", "other"):
        _save_label_map(folder / name / "kitchen.png")
    lay_sources(folder)
    (folder / "fabrics").mkdir()
    _save_picture(folder / "fabrics" / "linen.png")
    (folder / "photos").mkdir()
    for name in "abcdefgh":
        _save_picture(folder / "photos" / f"{name}.png")
    _save_cutout(folder / "shapes" / "square" / "red.png")
    _save_model(folder / "models" / "chair_box.blend")
    for job in jobs_of(page)[:1]:
        (folder / "job.yaml").write_text(tiny(job), encoding="utf-8")
        looks = read_yaml(job, page.name)[0].get("randomize", {})
        (folder / "looks.json").write_text(json.dumps(looks), encoding="utf-8")
    (folder / "render_scripts").symlink_to(ROOT / "render_scripts")
    programs = {"labelpass": ROOT / "labelpass.py", "blender": ROOT / "tests" / "render" / "as_blender.py"}
    (folder / "bin").mkdir()
    for name, script in programs.items():
        program = folder / "bin" / name
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"\n')
        program.chmod(0o755)


def tiny(text: str) -> str:
    """A command or a job that renders, with less to render. All views are sampled, and two of them rendered; two of
    each share of frames."""
    text = re.sub(r"(?<=--frames )\d+(?= )", "4 --unit-frames 1", text)
    text = re.sub(r"(?<=--frames )(\d+)-\d+", lambda first: f"{first[1]}-{int(first[1]) + 1}", text)
    text = re.sub(r"(^samples: |(?<=--samples ))\d+", r"\g<1>2", text, flags=re.M)
    text = re.sub(r"(^size: |(?<=--size ))\d+x\d+", r"\g<1>48x36", text, flags=re.M)
    text = re.sub(r"(?<=--count )\d+", "2", text)
    if re.search(r"labelpass dataset (?!rectangles|cutouts|mine)", text):
        text += " --set render.size=48x36 --set render.samples=1"
    many = re.search(r"labelpass render .*--(sample-views|randomize) ", text) and "-frame" not in text
    return f"{text} --frames 1-2" if many else text


def _save_picture(path: Path) -> None:
    image = bpy.data.images.new("linen", 4, 4)
    image.pixels.foreach_set(np.full(4 * 4 * 4, 0.5, np.float32))
    image.save(filepath=str(path))
    bpy.data.images.remove(image)


def _save_cutout(path: Path) -> None:
    path.parent.mkdir(parents=True)
    Image.fromarray(np.full((16, 16, 4), (200, 30, 30, 255), np.uint8)).save(path)


def _save_model(path: Path) -> None:
    """A chair of a kind: a box that stands on the floor."""
    path.parent.mkdir()
    mesh = bpy.data.meshes.new("box")
    corners = [(x, y, z) for z in (0, 0.9) for y in (-0.25, 0.25) for x in (-0.25, 0.25)]
    mesh.from_pydata(corners, [], [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)])
    box = bpy.data.objects.new("box", mesh)
    bpy.data.libraries.write(str(path), {box, mesh})
    bpy.data.objects.remove(box)
    bpy.data.meshes.remove(mesh)


def _save_label_map(path: Path) -> None:
    path.parent.mkdir()
    Image.fromarray(np.repeat(np.uint8([[1, 2, 5, 5]]), 4, axis=0)).save(path)


def test_pages_with_commands_are_known():
    assert {page.stem for page in PAGES if blocks(page, "sh")} == MUST_HAVE_COMMANDS
    for page in filter(jobs_of, PAGES):
        commands = "".join(blocks(page, "sh"))
        assert re.search(r"labelpass (render|plan) job\.yaml", commands), f"nothing renders the job of {page.name}"


def test_no_command_hides_in_a_line_of_text_or_in_an_indented_block():
    """It would not be tried: a call with a scene or run of its own stands in a block of its own."""
    for page in PAGES:
        outside = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.findall(r"labelpass (?:render|verify|export) \S+\.(?:blend|yaml) --.*", outside), page.name


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_command(page, command, desk_of):
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
        desk, command = desk_of(page), tiny(command)
        env = {**os.environ, "PATH": f"{desk / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["sh", "-c", command], cwd=desk, env=env, capture_output=True, text=True, timeout=300, check=False
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


def test_the_kinds_of_sampled_views_on_their_page_are_understood():
    page = (ROOT / "docs" / "views.md").read_text(encoding="utf-8")
    table = page.split("| words | views |")[1].split("\n\n")[0]
    words = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert [parse_words(each).kind for each in words] == ["room", "orbit", "around", "trajectory"]


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
        for kind in ("yaml", "json")
        for text in blocks(page, kind)
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
