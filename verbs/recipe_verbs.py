"""Verbs that begin with nothing: scenes that are built, datasets that are made by a recipe."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec

from blender_addon.contract.words import in_shell

from .words import NO_BLENDER, Verbs, printed, say_made


def add_scenes(verbs: Verbs) -> None:
    from recipes.request import add_build_arguments

    verb = verbs.add_parser(
        "scenes", help="list what builds labelled scenes, show their recipes, build one as a .blend"
    )
    asked = verb.add_subparsers(metavar="list|show|build", required=True)
    asked.add_parser("list", help="the recipes that come with Labelpass").set_defaults(call=_list_scenes)
    show = asked.add_parser("show", help="a recipe with all its settings, to be copied and changed")
    show.add_argument("recipe", metavar="RECIPE", help="one of `labelpass scenes list`, or a file")
    show.set_defaults(call=_show_scenes)
    build = asked.add_parser("build", help="build a labelled scene as a .blend")
    add_build_arguments(build)
    build.set_defaults(call=_build_scene)


def _list_scenes(_parsed: argparse.Namespace) -> int:
    from recipes.listing import list_text

    return printed(list_text(), 0)


def _show_scenes(parsed: argparse.Namespace) -> int:
    from recipes.listing import show_text

    return printed(show_text(parsed.recipe), 0)


def _build_scene(parsed: argparse.Namespace) -> int:
    from recipes.rendered import build_one

    if parsed.out.exists():
        raise ValueError(f"{parsed.out} is there already; name another --out, or remove it")
    if parsed.blender is None and find_spec("bpy") is None:
        raise ValueError(NO_BLENDER)
    code = build_one(parsed.recipe, parsed.changes, parsed.seed, parsed.number, parsed.out, parsed.blender)
    if not code:
        command = f"labelpass render {in_shell(parsed.out)} --out RUN"
        print(f"labelpass: {parsed.out}: open it in Blender, or render it: {command}")
    return code


def add_dataset(verbs: Verbs) -> None:
    from recipes.request import add_dataset_arguments

    verb = verbs.add_parser("dataset", help="make a dataset by a recipe: build scenes, render, export")
    add_dataset_arguments(verb)
    verb.set_defaults(call=_dataset)


def _dataset(parsed: argparse.Namespace) -> int:
    from postprocess.progress import progress_line
    from recipes.make import Wish, make
    from recipes.recipe_file import read_recipe

    wish = Wish(parsed.out, parsed.count, parsed.seed, parsed.jobs, parsed.blender)
    made, code = make(read_recipe(parsed.recipe, parsed.changes), wish, progress_line(sys.stderr))
    if made is not None:
        say_made(made)
    elif not code:
        print(f"labelpass: {parsed.out}: its {parsed.count} frames are there already")
    return code
