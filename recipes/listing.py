"""What recipes there are, in words; and one of them with all that can be said in it, to be copied and changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from json import dumps
from textwrap import wrap
from types import ModuleType
from typing import Any, get_type_hints

from blender_addon.contract.strict import key_of, plain
from render_scripts.schemas import clause, description
from render_scripts.written_file import read_file
from scenes.catalogue import builder

from .recipe_file import RECIPES

_WIDTH = 110


def list_text() -> str:
    """A line for each recipe: its name, and what it is for."""
    more = "labelpass scenes show NAME > my.yaml: a recipe to change; labelpass dataset NAME|my.yaml"
    return f"{RECIPES.listed()}\n{more}\n"


def show_text(name: str) -> str:
    """A recipe as its file has it, and all settings of its builder, with their defaults, as comments below."""
    path = RECIPES.file(name)
    text = path.read_text(encoding="utf-8")
    data, _ = read_file(path, "a recipe")
    module = builder(str(data["scenes"]))
    return text + "".join(f"{line}\n" for line in ["", *_settings(data["scenes"], module)])


def _settings(name: str, module: ModuleType) -> Iterator[str]:
    yield f"# All settings of {name} ({module.SUMMARY}) and their defaults:"
    hints = get_type_hints(module.Settings, include_extras=True)
    for field in fields(module.Settings):
        key = key_of(field.name)
        yield f"#   {key}: {_default(field)}"
        about = description(hints[field.name]) or clause(module.Settings, key)
        yield from (f"#       {line}" for line in wrap(about, _WIDTH))


def _default(field: Field[Any]) -> str:
    if field.default is MISSING and field.default_factory is MISSING:
        return "(must be said)"
    value = field.default if field.default_factory is MISSING else field.default_factory()
    return dumps(plain(value), ensure_ascii=False)
