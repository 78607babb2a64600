"""Holds the code to the bans of the house: no clock, no shared randomness, no version outside of compat, and more."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from doors import FILES, REPOSITORY

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
