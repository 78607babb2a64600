"""The `labelpass export` that makes a dataset again, as far as its dataset.json says."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ..dealing import BY_NUMBER
from ..drawn_frames import DRAWN
from ..splits import METHODS

_OPTIONS = {"void": "--void", "ignore_label": "--ignore"}

_OF_IMPORTS = ("as the source says", "as asked")
"""Splits that no export makes."""


def export_command(data: Mapping[str, Any]) -> str:
    """Runs and datasets are called by their names in the dataset: no file says where they are. Raises KeyError or
    TypeError for data that is no dataset.json of an export."""
    sources = data["sources"]
    if sources and sources[0]["kind"] == DRAWN:
        return shlex.join(["labelpass", "dataset", *_of_recipe(sources[0]), "--out", "NEW"])
    words = ["labelpass", "export"]
    if data["split"]["method"] in _OF_IMPORTS:
        raise KeyError("it was imported")
    if sources and sources[0]["kind"] != "index passes":
        words += [str(source["name"]) for source in sources]
    else:
        words += ["--exr", *(str(source["name"]) for source in sources), "--label-set", str(sources[0]["label_set"])]
    words += ["--format", str(data["format"])]
    if any(source["label_set"] != data["label_set"]["name"] for source in sources):
        words += ["--labels", str(data["label_set"]["name"])]
    split = data["split"]
    if split["method"] in ("list", *BY_NUMBER.values()):
        words += ["--split-list", ",".join(f"{part}.txt" for part in split["frames"])]
    else:
        words += ["--split", "/".join(f"{part:g}" for part in split["fractions"])]
    if split["method"] in METHODS:
        words += ["--split-by", str(split["method"])]
    if split["seed"]:
        words += ["--seed", str(split["seed"])]
    if data["resize"]:
        words += ["--size", "x".join(map(str, data["size"]))]
    if data["ignored_below_purity"] is not None:
        words += ["--ignore-impure", str(data["ignored_below_purity"])]
    words += _of_format(data["conventions"])
    return shlex.join([*words, "--out", "NEW"])


def _of_recipe(source: Mapping[str, Any]) -> list[str]:
    return [str(source["name"]), "--count", str(source["frames"]), "--seed", str(source["seed"])]


def _of_format(conventions: Mapping[str, Any]) -> list[str]:
    words = [word for key, option in _OPTIONS.items() if key in conventions for word in (option, str(conventions[key]))]
    if conventions.get("background is a class"):
        words.append("--background-class")
    start = str(conventions.get("lists", "")).partition("paths begin with ")[2]
    return [*words, "--prefix", start.strip("'\"")] if start else words
