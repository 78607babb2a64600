"""The folders that a spec names: where they are may differ from machine to machine, and what is in them may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .spec import PICTURES, Randomization, from_plan

BLENDERS_OWN = "Blender's own"
"""In place of a folder: the surroundings that come with Blender."""


def with_folders(spec: Randomization, where: Callable[[Path], Path]) -> Randomization:
    """The spec with each folder where `where` says that it is."""
    world, materials, distractors, backgrounds = spec.world, spec.materials, spec.distractors, spec.backgrounds
    if world and world.hdris:
        world = replace(world, hdris=where(Path(world.hdris)))
    if materials:
        pools = tuple(replace(pool, folder=where(Path(pool.folder))) for pool in materials.textures)
        materials = replace(materials, textures=pools)
    if distractors:
        distractors = replace(distractors, models=tuple(where(Path(folder)) for folder in distractors.models))
    if backgrounds:
        backgrounds = replace(backgrounds, folder=where(Path(backgrounds.folder)))
    return replace(spec, world=world, materials=materials, distractors=distractors, backgrounds=backgrounds)


def why_other_draws(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """Why frames of a plan that stores `there` are not those of one that stores `here`, in words; else ""."""
    specs = from_plan(there), from_plan(here)
    theirs, ours = (with_folders(spec, lambda _: Path()) for spec in specs)
    if theirs != ours:
        return f"randomization is {dict(there)!r} there and {dict(here)!r} here"
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
