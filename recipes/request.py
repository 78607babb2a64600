"""`labelpass dataset` and `labelpass scenes`: their arguments."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from blender_addon.contract.arguments import parse_path, said


def add_dataset_arguments(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("recipe", metavar="RECIPE", help="one of `labelpass scenes list`, or a file: my.yaml")
    add("--count", type=int, required=True, metavar="N", help="frames; more of the same may follow in the same folder")
    add("--seed", type=int, default=0, metavar="S", help="another seed, other frames (default 0)")
    add("--out", type=said(parse_path), required=True, metavar="DIR", help="a folder; trainers load DIR/dataset")
    _add_changes(verb)
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes that export (default: all cores)")
    add("--blender", metavar="PATH", help="build and render with this Blender; default: the bpy module")


def _add_changes(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting, render.KEY or export.KEY in place of what the recipe says; repeatable",
    )


def add_build_arguments(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add(
        "recipe",
        metavar="RECIPE",
        help="one of `labelpass scenes list` that has scenes, a file, or room: the sample flat",
    )
    add("--seed", type=int, default=0, metavar="S", help="another seed, another scene (default 0)")
    add("--number", type=int, default=1, metavar="K", help="which of the dataset's scenes (default 1)")
    add("--out", type=said(_new_blend), required=True, metavar="FILE.blend", help="a new file")
    _add_changes(verb)
    add("--blender", metavar="PATH", help="build with this Blender; default: the bpy module")


def _new_blend(text: str) -> Path:
    path = Path(text)
    if path.suffix != ".blend":
        raise ValueError(f"{text!r} does not end in .blend")
    return path
