"""Each recipe has a page, which names every setting with its default."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from blender_addon.contract.strict import key_of, plain
from blender_addon.strict_yaml import read_yaml
from recipes.recipe_file import RECIPES
from render_scripts.written_file import read_file
from scenes.catalogue import builder

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", RECIPES.names())
def test_the_page_of_a_recipe(name: str) -> None:
    page = (DOCS / "recipes" / f"{name}.md").read_text(encoding="utf-8")
    assert f"labelpass dataset {name} " in page and "](../images/" in page
    assert f"[{name}](recipes/{name}.md)" in (DOCS / "recipes.md").read_text(encoding="utf-8")
    settings = builder(read_file(RECIPES.file(name), "a recipe")[0]["scenes"]).Settings
    for field in fields(settings):
        default = None if field.default is MISSING else field.default
        row = re.search(rf"^\| `{key_of(field.name)}` \| ([^|]*) ?\|", page, re.MULTILINE)
        assert row, f"{name}.md lacks {field.name}"
        assert read_yaml(row[1].strip(" `"), "a default")[0] == plain(default), field.name
