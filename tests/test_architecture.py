"""Holds the doors between the rooms shut, and the list of rooms true: see docs/architecture.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from doors import (
    CONTRACT,
    FILES,
    NEEDS_TORCH,
    PURE_ADDON,
    PURE_RENDER,
    PURE_SCENES,
    REPOSITORY,
    doors_of,
    imports,
    imports_in,
    module_of,
    outside,
)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_doors(path):
    assert outside(imports(path), doors_of(path)) == []


def test_this_test_sees_imports_wherever_they_stand():
    source = "import a.b\nfrom . import c\ndef f():\n    from ..d import e\n    import g as h\nfrom i.j import k\n"
    assert imports_in(source, ["one", "two"]) == {
        "a.b", "one.two", "one.two.c", "one.d", "one.d.e", "g", "i.j", "i.j.k",
    }  # fmt: skip
    assert outside({"os.path", "numpy", "bpy"}, ("numpy",)) == ["bpy"]
    assert outside({"blender_addon", "blender_addon.contract.run"}, (CONTRACT,)) == []
    assert outside({"blender_addon.views.camera_views"}, (CONTRACT,)) == ["blender_addon.views.camera_views"]
    assert len(FILES) > 30


def without_bpy() -> list[str]:
    pure = [
        module_of(path)
        for path in FILES
        if (
            (path.parts[0] in {"postprocess", "recipes", "training", "experiments", "farm", "verbs", "labelpass.py"})
            and module_of(path) not in NEEDS_TORCH
        )
        or path.parts[:2] == ("blender_addon", "contract")
    ]
    return sorted({*pure, *PURE_RENDER, *PURE_ADDON, *PURE_SCENES, "blender_addon", "render_scripts"})


def test_pure_modules_do_without_bpy_and_pytorch():
    code = "import sys, importlib\nsys.modules['bpy'] = sys.modules['torch'] = None\n"
    code += f"for name in {without_bpy()!r}:\n    importlib.import_module(name)\n"
    code += "assert 'mathutils' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_contract_does_without_site_packages():
    code = f"import {CONTRACT}.labels as l, {CONTRACT}.run, sys; l.built_in('nyu894')\n"
    code += "assert not {'numpy', 'bpy', 'yaml'} & set(sys.modules)"
    subprocess.run([sys.executable, "-S", "-E", "-c", code], cwd=REPOSITORY, check=True)


ROOM_LIST = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8").split("```")[1]
LISTED_ROOMS = {"blender_addon", "render_scripts", "postprocess", "training", "experiments"}
OF_THE_WINDOW = re.compile(r"(\w+_)?operators|properties|panels?")


def in_the_room_list(path: Path) -> str:
    """What the list says of the folder that a file is in."""
    text = f"{ROOM_LIST}\nend"
    for depth, folder in enumerate(path.parts[:-1]):
        indent = "  " * depth
        found = re.search(rf"^{indent}{folder}/ (.*\n)+?(?={indent}\S|\S)", text, re.MULTILINE)
        text = f"{found[0]}{indent}end" if found else ""
    return text


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in FILES
        if path.parts[0] in {"blender_addon", "render_scripts", "postprocess", "training", "experiments"}
    ],
    ids=str,
)
def test_every_module_is_in_the_room_list(path):
    if path.stem != "__init__" and not OF_THE_WINDOW.fullmatch(path.stem):
        assert re.search(rf"\b{path.stem}\b(?!/)", in_the_room_list(path))


def test_every_module_in_the_room_list_is_there():
    there = {path.name for path in REPOSITORY.rglob("*.py") if ".venv" not in str(path)}
    assert set(re.findall(r"\w+\.py\b", ROOM_LIST)) - {"_operators.py"} <= there
