"""docs/formats.md: each format has its section, and the lines that load it do."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import pytest
from small_things import write_run_of_things

from postprocess import export_request
from postprocess.dataset import export
from postprocess.exporters import FORMATS

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
SECTIONS = dict(
    re.findall(r"^## ([\w-]+)\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_lines_that_load_a_format(tmp_path: Path, name: str) -> None:
    (lines,) = re.findall(r"```py\n(.*?)```", SECTIONS[name], re.DOTALL)
    for module in re.findall(r"^(?:from|import) (\w+)", lines, re.MULTILINE):
        if find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    export([write_run_of_things(tmp_path / "r", with_=("instances", "depth"))], tmp_path / "datasets" / name, name)
    call = [sys.executable, "-c", lines]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_command_knows_all_formats_and_their_options() -> None:
    assert set(export_request.FORMATS) == set(FORMATS)
    assert set(export_request.FORMAT_OPTIONS) == {field.name for each in FORMATS.values() for field in fields(each)}
