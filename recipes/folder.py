"""What a recipe makes, in one folder: it says what it was made by, and only the same recipe goes on in it.

::

    OUT/recipe.json     the recipe with all its settings, the seed, the version: written first, never changed
    OUT/scenes/0001.blend   OUT/runs/0001/   of builders with Blender: scenes, and a run of each
    OUT/dataset/        what trainers load; made anew where another --count asks for more frames, or fewer
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blender_addon.contract import VERSION
from blender_addon.contract.machine import unfinished_by
from blender_addon.contract.run import to_json, write_text
from blender_addon.contract.strict import parse_json
from blender_addon.contract.words import refusal

NAME, SCENES, RUNS, DATASET = "recipe.json", "scenes", "runs", "dataset"


def begin(out: Path, made_by: dict[str, Any], name: str = NAME) -> None:
    """Write down in the file `name` what makes this folder, or see that it is the same. Raises ValueError for a folder
    that something else makes, or one that holds other things."""
    told = {"version": VERSION, **made_by}
    path = out / name
    if path.exists():
        there = _read(path)
        differing = sorted(_differing(there, told, ""))
        if differing:
            raise ValueError(f"{out} was made otherwise: {'; '.join(differing[:5])}; name another --out")
        return
    if out.is_dir() and any(not path.name.startswith(f".{name}") for path in out.iterdir()):
        raise ValueError(f"{out} is there already, and has no {name}; name another --out")
    try:
        out.mkdir(parents=True, exist_ok=True)
        beside = out / f".{name}-{unfinished_by()}"
        write_text(beside, to_json(told))
        beside.rename(path)
    except OSError as error:
        raise ValueError(refusal(error, out)) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        told = parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    if not isinstance(told, dict):
        raise ValueError(f"{path} is damaged: no mapping")
    return told


def _differing(there: Any, here: Any, key: str) -> list[str]:
    if isinstance(there, dict) and isinstance(here, dict):
        names = {*there, *here}
        inside = ((there.get(name), here.get(name), f"{key}.{name}".lstrip(".")) for name in names)
        return [why for part in inside for why in _differing(*part)]
    return [] if there == here else [f"{key} is {there!r} there and {here!r} here"]
