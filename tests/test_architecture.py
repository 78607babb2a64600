"""Holds the doors between the rooms shut, and the bans of the house: see docs/architecture.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
ROOMS = (
    "blender_addon",
    "render_scripts",
    "scenes",
    "postprocess",
    "recipes",
    "training",
    "experiments",
    "tools",
    "verbs",
    "labelpass.py",
)
FILES = sorted(
    path.relative_to(REPOSITORY)
    for room in ROOMS
    for path in ([REPOSITORY / room] if room.endswith(".py") else (REPOSITORY / room).rglob("*.py"))
    if path.is_file()
)

CONTRACT = "blender_addon.contract"
SAMPLED = "render_scripts.sampled_views"
PURE_RENDER = {
    *(
        f"render_scripts.{name}"
        for name in (
            "check_request",
            "contradictions",
            "draws",
            "installed_blender",
            "lens",
            "outlook",
            "plan",
            "presets",
            "randomize",
        )
    ),
    *(
        f"render_scripts.{name}"
        for name in ("job", "job_check", "job_file", "job_runs", "job_schema", "schemas", "sections", "written_file")
    ),
    *(f"render_scripts.rays.{name}" for name in ("panoramas", "pixel_rays", "tally", "verify_request")),
    *(f"{SAMPLED}.{name}" for name in ("choice", "floors", "paths", "poses", "view_request", "view_schema")),
    *(
        f"render_scripts.randomization.{name}"
        for name in (
            "backgrounds",
            "balance",
            "blackbody",
            "camera",
            "develop",
            "distractor_shapes",
            "distractors",
            "exposure",
            "folders",
            "held",
            "lights",
            "materials",
            "boxes",
            "model_parts",
            "model_files",
            "picture_files",
            "poses",
            "pools",
            "resolution",
            "sensor",
            "spec",
            "streams",
            "world",
        )
    ),
    *(
        f"render_scripts.modalities.{name}"
        for name in ("albedo", "catalogue", "depth", "flow", "normals", "parts", "ply", "png16", "points", "rendered")
    ),
}
LABEL_RENDER = "blender_addon.label_render"
PURE_ADDON = {
    f"{LABEL_RENDER}.covering",
    f"{LABEL_RENDER}.cryptomatte",
    *(f"blender_addon.audit.{name}" for name in ("findings", "report", "sentences")),
    f"{LABEL_RENDER}.exr",
    f"{LABEL_RENDER}.label_maps",
    f"{LABEL_RENDER}.thing_ids",
    "blender_addon.preview.label_picture",
    "blender_addon.strict_yaml",
    *(
        f"blender_addon.label_sets.{name}"
        for name in (
            "label_check",
            "label_csv",
            "label_files",
            "label_search",
            "label_set_edits",
            "label_tables",
        )
    ),
    *(
        f"blender_addon.suggestions.{name}"
        for name in ("name_words", "thesaurus", "name_readings", "label_targets", "ranking")
    ),
}
PURE_SCENES = {
    *(
        f"scenes.{name}"
        for name in ("catalogue", "cutout_files", "cutouts", "drawn", "grounds", "pasting", "pose", "rectangles")
    ),
    *(f"scenes.{name}.settings" for name in ("balloons", "studio")),
    *(
        f"scenes.picture_frames.{name}"
        for name in (
            *("arrangements", "canvas", "held_out_paintings", "outlines", "paintings", "profiles", "settings"),
            *("room_behind", "shots", "wallpapers"),
        )
    ),
    *(
        f"scenes.rooms.{name}"
        for name in ("asset_names", "cameras", "catalogue", "floor_plan", "footprints", "furnisher", "layout")
    ),
    *(f"scenes.rooms.{name}" for name in ("kitchen_plans", "moods", "programs", "settings")),
}
NEEDS_TORCH = {
    *(
        f"training.{name}"
        for name in ("batches", "checkpoint", "course", "loss", "machine", "predict", "train", "validation")
    ),
    *(f"training.networks.{name}" for name in ("layers", "segnet", "unet")),
    "training.networks",
    "experiments.run",
}
READERS = (
    *("checksums", "encoded", "errors", "evaluation", "exporters", "labelmap", "layout", "manifest", "pages", "pixels"),
    *("png", "progress", "report.charts", "signals", "staging", "stats"),
)
"""What training may know of postprocess."""
BLENDER = {"bpy", "bpy_extras", "mathutils", "bmesh", "gpu", "gpu_extras", "blf", "bl_ui", "addon_utils", "_cycles",
           "rna_keymap_ui"}  # fmt: skip


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def package_of(path: Path) -> list[str]:
    return list(path.parent.parts)


def imports(path: Path) -> set[str]:
    """Full names of all modules that a file imports anywhere, `from a import b` as both a and a.b."""
    return imports_in((REPOSITORY / path).read_text(encoding="utf-8"), package_of(path))


def imports_in(source: str, package: list[str]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def outside(names: set[str], allowed: tuple[str, ...]) -> list[str]:
    """Imports that are neither the standard library nor under an allowed name (nor a package on the way to one)."""
    return sorted(
        name
        for name in names
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(f"{name}.".startswith(f"{door}.") or f"{door}.".startswith(f"{name}.") for door in allowed)
    )


def doors_of(path: Path) -> tuple[str, ...]:
    """What a file may import besides the standard library."""
    module, room = module_of(path), path.parts[0].removesuffix(".py")
    blender = tuple(BLENDER)
    if path.parts[:2] == ("blender_addon", "contract"):
        return (CONTRACT,)
    if module in PURE_ADDON:
        return (CONTRACT, "ruamel.yaml", "numpy", *PURE_ADDON)
    if room == "blender_addon":
        return ("blender_addon", "numpy", *blender)
    if module in PURE_RENDER:
        return (CONTRACT, "numpy", *PURE_ADDON, *PURE_RENDER)
    if room == "render_scripts":
        return (
            "render_scripts",
            CONTRACT,
            "blender_addon.scene_labels",
            "blender_addon.instancing",
            "blender_addon.occurrences",
            "blender_addon.compat",
            LABEL_RENDER,
            "blender_addon.overlay.things",
            "blender_addon.overlay.triangles",
            "blender_addon.audit",
            "blender_addon.label_sets.label_files",
            "numpy",
            *blender,
        )
    if module in PURE_SCENES:
        return (CONTRACT, "numpy", "cv2", *PURE_SCENES)
    if room == "scenes":
        return ("scenes", CONTRACT, "blender_addon.scene_labels", "blender_addon.compat", "numpy", *blender)
    if room == "postprocess":
        libraries = ("numpy", "cv2", "OpenEXR", "PIL", "h5py", "pycocotools")
        return ("postprocess", CONTRACT, *libraries)
    if room == "recipes":
        label_files = "blender_addon.label_sets.label_files"
        rooms = ("recipes", "postprocess", "scenes.catalogue", "scenes.drawn", *PURE_RENDER)
        return (*rooms, CONTRACT, "blender_addon.strict_yaml", label_files, "numpy")
    if room == "training":
        torch = ("torch", "training") if module in NEEDS_TORCH else ()
        pure = {module_of(path) for path in FILES if path.parts[0] == "training"} - NEEDS_TORCH
        return (CONTRACT, "numpy", *(f"postprocess.{name}" for name in READERS), *pure, *torch)
    if room == "experiments":
        learned = () if module in NEEDS_TORCH else ("training.settings",)
        trained = ("training",) if module in NEEDS_TORCH else ()
        rooms = ("experiments", "recipes", "postprocess", *learned, *trained)
        return (*rooms, CONTRACT, "blender_addon.strict_yaml", "render_scripts.written_file", "numpy", "PIL")
    if room == "tools":
        return ("tools", CONTRACT, *blender)
    if room == "verbs":
        return ("verbs", "blender_addon", "render_scripts", "postprocess", "recipes", "training", "experiments", "bpy")
    return ("verbs", CONTRACT, "blender_addon.compat")


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
            (path.parts[0] in {"postprocess", "recipes", "training", "experiments", "verbs", "labelpass.py"})
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


# Bans

BANNED_MODULES = {
    "random": "a draw is numpy's default_rng([seed, frame, stream])",
    "uuid": "names come from what a thing is",
    "locale": "outputs do not depend on the user's language",
    "secrets": "a draw is numpy's default_rng([seed, frame, stream])",
    "pickle": "it runs what it reads",
    "marshal": "it runs what it reads",
    "shelve": "it runs what it reads",
}
BANNED_CALLS = {
    "time.time": "no clock in outputs; time.perf_counter measures a duration",
    "time.time_ns": "no clock in outputs",
    "time.ctime": "no clock in outputs",
    "time.strftime": "no clock in outputs",
    "time.localtime": "no clock in outputs",
    "datetime.datetime.now": "no clock in outputs",
    "datetime.datetime.utcnow": "no clock in outputs",
    "datetime.datetime.today": "no clock in outputs",
    "datetime.date.today": "no clock in outputs",
    "torch.manual_seed": "a draw is that of a torch.Generator",
    "torch.seed": "a draw is that of a torch.Generator",
    "os.urandom": "a draw is numpy's default_rng([seed, frame, stream])",
    "os.system": "a list of arguments needs no shell",
    "os.popen": "a list of arguments needs no shell",
    "yaml.load": "yaml.safe_load",
    "yaml.unsafe_load": "yaml.safe_load",
    "yaml.full_load": "yaml.safe_load",
    "eval": "text from a file is never run",
    "exec": "text from a file is never run",
    "compile": "text from a file is never run",
    "__import__": "text from a file is never run",
}
ALLOWED_OF_NUMPY_RANDOM = {"Generator", "default_rng", "SeedSequence", "PCG64"}


def offences(source: str) -> Iterator[str]:
    """What a file does that is banned, by its full name."""
    tree = ast.parse(source)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
                if alias.name.split(".")[0] in BANNED_MODULES:
                    yield alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            if str(node.module).split(".")[0] in BANNED_MODULES:
                yield str(node.module)

    def full_name(node: ast.AST) -> str:
        if isinstance(node, ast.Attribute):
            return f"{full_name(node.value)}.{node.attr}"
        return names.get(node.id, node.id) if isinstance(node, ast.Name) else "?"

    for node in ast.walk(tree):
        name = full_name(node)
        if name in BANNED_CALLS:
            yield name
        if name.startswith("numpy.random.") and name.split(".")[2] not in ALLOWED_OF_NUMPY_RANDOM:
            yield name
        if isinstance(node, ast.Call):
            if full_name(node.func) == "numpy.random.default_rng" and not (node.args or node.keywords):
                yield "numpy.random.default_rng()"
            if any(word.arg == "shell" and not is_false(word.value) for word in node.keywords):
                yield "shell=True"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from (f"default of {name}" for name in rng_defaults(node.args))


def is_false(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def rng_defaults(arguments: ast.arguments) -> Iterator[str]:
    """Names of random generators that have a default: then two calls share, or hide, their numbers."""
    positional = [*arguments.posonlyargs, *arguments.args]
    given = positional[len(positional) - len(arguments.defaults) :]
    given += [argument for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults) if value is not None]
    for argument in given:
        kind = ast.unparse(argument.annotation) if argument.annotation else ""
        if argument.arg in {"rng", "generator", "random_state"} or "Generator" in kind.replace("Generator[", ""):
            yield argument.arg


@pytest.mark.parametrize("path", FILES, ids=str)
def test_bans(path):
    found = set(offences((REPOSITORY / path).read_text(encoding="utf-8")))
    assert not found, {name: BANNED_CALLS.get(name) or BANNED_MODULES.get(name) for name in found}


@pytest.mark.parametrize(
    "source",
    [
        "import random", "from random import choice", "import uuid", "import locale as l", "import pickle",
        "import time\ntime.time()", "from time import time\ntime()", "import time as t\nx = t.time",
        "from datetime import datetime\ndatetime.now()", "import datetime\ndatetime.datetime.now()",
        "import datetime as d\nd.date.today()", "import numpy as np\nnp.random.seed(0)",
        "import numpy as np\nnp.random.rand(3)", "from numpy import random\nrandom.random()",
        "from numpy.random import shuffle\nshuffle([])", "import numpy as np\nnp.random.default_rng()",
        "import yaml\nyaml.load('')", "eval('1')", "exec('')", "import os\nos.system('ls')",
        "import torch\ntorch.manual_seed(0)",
        "import subprocess\nsubprocess.run('ls', shell=True)", "def f(rng=None): pass", "def f(*, rng=3): pass",
        "import numpy as np\ndef f(r: np.random.Generator = None): pass", "f = lambda rng=1: 0",
    ],
)  # fmt: skip
def test_the_bans_are_seen(source):
    assert list(offences(source))


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.perf_counter()", "import numpy as np\nnp.random.default_rng([0, 1])",
        "def f(rng: int, other=1): pass", "import re\nre.compile('')", "import yaml\nyaml.safe_load('')",
        "import datetime\ndatetime.timedelta(1)", "import numpy as np\ndef f(*, rng: np.random.Generator): pass",
        "import subprocess\nsubprocess.run(['ls'], shell=False)", "from postprocess import frames\nframes.time()",
    ],
)  # fmt: skip
def test_what_is_not_banned_is_not_seen(source):
    assert not list(offences(source))


def mentions_version(source: str) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr.startswith("version") and "app" in ast.unparse(node.value))
        or (isinstance(node, ast.Constant) and node.value in VERSIONED)
        for node in ast.walk(ast.parse(source))
    )


VERSIONED = {"media_type"}  # what some versions of Blender have and others do not


@pytest.mark.parametrize("path", FILES, ids=str)
def test_only_compat_knows_versions(path):
    if path.name != "compat.py":
        assert not mentions_version((REPOSITORY / path).read_text(encoding="utf-8"))


def test_mentions_of_the_version_are_seen():
    assert mentions_version("import bpy\nif bpy.app.version >= (5, 0): pass")
    assert mentions_version("from bpy import app\nprint(app.version_string)")
    assert mentions_version("hasattr(settings, 'media_type')")
    assert mentions_version("x = bpy.app.version_string")
    assert not mentions_version("x = bpy.app.autoexec_fail")


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_module_says_what_it_holds(path):
    tree = ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))
    assert (ast.get_docstring(tree) or "").strip()
    assert path.stem not in {"utils", "util", "core", "common", "helpers", "helper", "misc", "base"}


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
