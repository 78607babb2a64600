"""What a recipe makes, in one folder: it says what it was made by, and only the same recipe goes on in it.

::

    OUT/recipe.json     the recipe with all its settings, the seed, the version: written first, never changed once a
                        scene, a frame or a dataset is there
    OUT/scenes/0001.blend   OUT/runs/0001/   of builders with Blender: scenes, and a run of each
    OUT/dataset/        what trainers load; made anew where another --count asks for more frames, or fewer
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blender_addon.contract import VERSION
from blender_addon.contract.machine import unfinished_by
from blender_addon.contract.run import to_json, write_text
from blender_addon.contract.strict import parse_json
from blender_addon.contract.words import refusal

_RECIPE, _SETTINGS, _UNSAID = "recipe", "settings", object()
NAME, SCENES, RUNS, DATASET = "recipe.json", "scenes", "runs", "dataset"


def begin(out: Path, made_by: dict[str, Any], name: str = NAME, usual: Mapping[str, Any] | None = None) -> None:
    """Write down in the file `name` what makes this folder, or see that it is the same; `usual` are its settings where
    nobody says them. Raises ValueError for a folder that something else makes, or one that holds other things."""
    told = {"version": VERSION, **made_by}
    path = out / name
    if path.exists() and not _is_bare(out, name):
        there = _read(path)
        differing = sorted(_differing(_whole(there, usual or {}), _whole(told, usual or {}), ""))
        if differing:
            raise ValueError(f"{out} was made otherwise: {'; '.join(differing[:5])}; name another --out")
        return
    if out.is_dir() and not path.exists() and any(not each.name.startswith(f".{name}") for each in out.iterdir()):
        raise ValueError(f"{out} is there already, and has no {name}; name another --out")
    try:
        out.mkdir(parents=True, exist_ok=True)
        beside = out / f".{name}-{unfinished_by()}"
        write_text(beside, to_json(told))
        beside.replace(path)
    except OSError as error:
        raise ValueError(refusal(error, out)) from None


def _is_bare(out: Path, name: str) -> bool:
    """Whether nothing is made yet: what began here failed, and may be said otherwise."""
    files = (path.relative_to(out) for path in out.rglob("*") if not path.is_dir())
    begun = (name, f".{name}")
    return all(
        path.name.startswith(begun) if len(path.parts) == 1 else path.parts[0] == SCENES and path.name.startswith(".")
        for path in files
    )


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
        if key == _RECIPE:
            names.discard(_SETTINGS)  # with those that it does not name they are beside it
        inside = ((there.get(name, _UNSAID), here.get(name, _UNSAID), f"{key}.{name}".lstrip(".")) for name in names)
        return [why for part in inside for why in _differing(*part)]
    named = key.removeprefix(f"{_RECIPE}.")
    return [] if there == here else [f"{named} is {_said(there)} there and {_said(here)} here"]


def _whole(told: dict[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """With the settings that it does not name."""
    named = told.get(_SETTINGS)
    return {**told, _SETTINGS: {**usual, **named}} if isinstance(named, dict) else told


def _said(value: Any) -> str:
    return "not said" if value is _UNSAID else repr(value)
