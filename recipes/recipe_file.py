"""A recipe: what builds scenes and of which settings, how they are rendered, what dataset is made of them.

::

    scenes: balloons            # labelpass scenes list
    settings: {noise: perlin}   # of that builder
    render: {samples: 4}        # keys of a job file
    export: {format: segnet}    # options of labelpass export, _ for -
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from blender_addon.contract.strict import Misfits, build, key_of, plain
from blender_addon.strict_yaml import Place
from render_scripts.job import Job
from render_scripts.request import Request
from render_scripts.written_file import read_file, refusal
from scenes.catalogue import builder, draws

from .built_in import BuiltIn
from .changes import SECTIONS, Change, label_set_in, put_in, read_change
from .export_words import export_words

RECIPES = BuiltIn("recipe", Path(__file__).parent)
_NOT_IN_A_RECIPE = ("scene", "scenes", "out", "frames", "blender", "seed")
"""Keys of a job that a recipe says itself, or the command line."""


@dataclass(frozen=True)
class Recipe:
    """`scenes`: the builder; `settings`: its own; `render`: keys of a job file; `export`: options of an export."""

    scenes: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    render: Mapping[str, Any] = field(default_factory=dict)
    export: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A recipe that was understood: `module` of its builder, what that is told, the job of each of its scenes (None
    where nothing is rendered; `out` and `scene` stand for others) and the arguments of the export."""

    name: str
    recipe: Recipe
    module: ModuleType
    settings: Any
    job: Job | None
    export: argparse.Namespace

    def request(self, run: Path) -> Request:
        """What is asked of the render of a scene into `run`. Raises ValueError where nothing is rendered."""
        if self.job is None:
            raise ValueError(f"{self.name} draws its pictures without Blender, and renders nothing")
        return self.job.request(run)

    def to_dict(self) -> dict[str, Any]:
        """All that decides what is made, but for the seed; paths as the recipe has them."""
        return {"recipe": plain(self.recipe), "settings": plain(self.settings)}

    def usual(self) -> dict[str, Any]:
        """The settings that have a default, and that."""
        found: dict[str, Any] = {}
        for each in fields(self.module.Settings):
            if each.default is not MISSING or each.default_factory is not MISSING:
                value = each.default if each.default_factory is MISSING else each.default_factory()
                found[key_of(each.name)] = plain(value)
        return found


def read_recipe(name: str, changes: Iterable[str] = ()) -> Asked:
    """A recipe by its name or path, with `changes` such as "size=[64, 64]" (a setting), "export.format=coco" or
    "render.randomize.world={}" in it.

    Paths in the file are relative to it, those in changes to the working folder, in all sections. Raises ValueError,
    with a line for each thing that is wrong.
    """
    path = RECIPES.file(name)
    data, places = read_file(path, "a recipe")
    read = [read_change(text) for text in changes]
    try:
        written = build(Recipe, data)
    except Misfits as error:
        raise refusal(path, places, error.found) from None
    try:
        return _understood(path, written, read)
    except Misfits as error:
        changed = [".".join(change.keys) for change in read]
        raise _refused(
            path, places, error.found, changed, _wrong_alone(path, written) if read else error.found
        ) from None


def _wrong_alone(path: Path, written: Recipe) -> tuple[str, ...]:
    """What is wrong with the file without any change."""
    try:
        _understood(path, written, [])
    except Misfits as error:
        return error.found
    return ()


def _refused(
    path: Path, places: Mapping[str, Place], found: Iterable[str], changed: Iterable[str], alone: Container[str]
) -> ValueError:
    """What is wrong with a change is told of the change, also where it does not go with what the file says: the file
    `alone` is right there."""
    own = "|".join(re.escape(key) for key in changed)
    of_changes = [
        sentence for sentence in found if (own and re.match(rf"(?:{own})(?!\w)", sentence)) or sentence not in alone
    ]
    of_file = [sentence for sentence in found if sentence not in of_changes]
    lines = [f"--set: {sentence}" for sentence in of_changes]
    return ValueError("\n".join([*lines, *([str(refusal(path, places, of_file))] if of_file else [])]))


def _understood(path: Path, written: Recipe, changes: list[Change]) -> Asked:
    try:
        module = builder(written.scenes)
    except ValueError as error:
        raise Misfits([f"scenes: {error}"]) from None
    sections: dict[str, dict[str, Any]] = {name: dict(getattr(written, name)) for name in SECTIONS}
    for change in changes:
        put_in(sections, change, {"settings": module.Settings, "render": Job}, Path.cwd())
    wrong: list[str] = []
    settings = job = None
    try:
        settings = build(module.Settings, sections["settings"], "settings", alone=True, folder=path.parent)
    except Misfits as error:
        missing = (re.fullmatch(r"settings\.(\w+) is missing", sentence) for sentence in error.found)
        hows = (f"; --set {which[1]}=VALUE says it, too" if which else "" for which in missing)
        wrong += [sentence + how for sentence, how in zip(error.found, hows)]
    try:
        job = None if draws(module) else _job(sections["render"], path.parent)
        if job is None and sections["render"]:
            raise Misfits([f"render: {written.scenes} draws its pictures itself, and renders nothing"])
    except Misfits as error:
        wrong += error.found
    try:
        said = sections["export"]
        labels = {"labels": label_set_in(said["labels"], path.parent)} if "labels" in said else {}
        export = export_words({**said, **labels})
    except Misfits as error:
        wrong += error.found
    if wrong:
        raise Misfits(wrong)
    return Asked(path.stem, Recipe(written.scenes, **sections), module, settings, job, export)


def _job(said: Mapping[str, Any], folder: Path) -> Job:
    taken = [f"render.{key}: a recipe does not say it" for key in _NOT_IN_A_RECIPE if key in said]
    if taken:
        raise Misfits(taken)
    job = build(Job, {**said, "out": "out", "scene": "scene.blend"}, "render", alone=True, folder=folder)
    return replace(job, label_set=label_set_in(job.label_set, folder))
