"""The folders that a spec names: where they are may differ from machine to machine, and what is in them may not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from blender_addon.contract.words import listed

from . import backgrounds, distractors, materials, world
from .spec import FAMILIES, PICTURES, Randomization, from_plan, to_dict

BLENDERS_OWN = "Blender's own"
"""In place of a folder: the surroundings that come with Blender."""


@dataclass(frozen=True)
class Pool:
    """A folder that a spec draws from: the `key` that names it, and what it must hold."""

    key: str
    folder: Path
    suffixes: tuple[str, ...]
    what: str = "picture"


def pools_of(spec: Randomization) -> Iterator[Pool]:
    """The folders that a spec names and needs, in the order of its fields."""
    if spec.world and spec.world.hdris:
        yield Pool("world.hdris", Path(spec.world.hdris), world.PICTURES)
    if spec.materials and spec.materials.textured:
        for at, pool in enumerate(spec.materials.textures):
            yield Pool(f"materials.textures[{at}].folder", Path(pool.folder), materials.PICTURES)
    for at, folder in enumerate(spec.distractors.models if spec.distractors else ()):
        yield Pool(f"distractors.models[{at}]", Path(folder), distractors.MODELS, "model")
    if spec.backgrounds:
        yield Pool("backgrounds.folder", Path(spec.backgrounds.folder), backgrounds.PICTURES)


def with_folders(spec: Randomization, where: Callable[[Path], Path]) -> Randomization:
    """The spec with each folder where `where` says that it is."""
    changes: dict[str, Any] = {}
    if spec.world and spec.world.hdris:
        changes["world"] = replace(spec.world, hdris=where(Path(spec.world.hdris)))
    if spec.materials:
        pools = tuple(replace(pool, folder=where(Path(pool.folder))) for pool in spec.materials.textures)
        changes["materials"] = replace(spec.materials, textures=pools)
    if spec.distractors:
        models = tuple(where(Path(folder)) for folder in spec.distractors.models)
        changes["distractors"] = replace(spec.distractors, models=models)
    if spec.backgrounds:
        changes["backgrounds"] = replace(spec.backgrounds, folder=where(Path(spec.backgrounds.folder)))
    return replace(spec, **changes)


def differences(there: Randomization, here: Randomization) -> list[str]:
    """What one spec says and another does not, a sentence each with the key of a job; wherever their folders are."""
    theirs, ours = (to_dict(with_folders(spec, lambda _: Path())) for spec in (there, here))
    on = [name for name in FAMILIES if name in theirs or name in ours]
    found = [
        f"randomize.{name} is {'on' if name in theirs else 'off'} there and {'on' if name in ours else 'off'} here"
        for name in on
        if (name in theirs) != (name in ours)
    ]
    for name in on:
        if name in theirs and name in ours:
            found += _differing(theirs[name], ours[name], f"randomize.{name}")
    found += _differing(theirs.get("keep", []), ours.get("keep", []), "randomize.keep")
    return found or _differing(theirs.get("without", []), ours.get("without", []), "without")


def _differing(there: Any, here: Any, key: str) -> list[str]:
    if isinstance(there, dict) and isinstance(here, dict):
        names = dict.fromkeys((*there, *here))
        return [why for name in names for why in _differing(there.get(name), here.get(name), f"{key}.{name}")]
    return [f"{key} is {_short(there)} there and {_short(here)} here"] if there != here else []


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."


def why_other_draws(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """Why frames of a plan that stores `there` are not those of one that stores `here`, in words; else ""."""
    specs = from_plan(there), from_plan(here)
    if differing := differences(*specs):
        return listed(differing, 3, "; ")
    old, new = there.get(PICTURES, {}), here.get(PICTURES, {})
    for before, now in zip(*map(_folders_of, specs)) if new else ():  # else no folder can be read, which is told
        was, found = old.get(before, {}), new.get(now, {})
        name = next((name for name in sorted({*was, *found}) if was.get(name) != found.get(name)), None)
        if name is not None:
            what = "is new" if name not in was else "is gone" if name not in found else "is another file"
            return f"randomization draws from {now}, where {name!r} {what}"
    return ""


def _folders_of(spec: Randomization) -> list[str]:
    """All folders of a spec, each as often as it is named, in the order of its fields."""
    found = [BLENDERS_OWN] if spec.world and not spec.world.hdris else []

    def note(folder: Path) -> Path:
        found.append(str(folder))
        return folder

    with_folders(spec, note)
    return found
